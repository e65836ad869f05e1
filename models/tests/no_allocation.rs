//! Nothing that runs on the audio thread calls the allocator.
#![allow(clippy::unwrap_used)]

mod support;

use std::hint::black_box;

use mynah_models::architecture::{Architecture, ContinuationArchitecture, VoicesArchitecture};
use mynah_models::continuation::{
    ContinuationNet, ContinuationState, Listener, PlayOn, PlayedNote, Sampling,
};
use mynah_models::features::{Features, FeaturesState, MEL_BINS};
use mynah_models::prior::{ENVELOPE_POINTS, Prior, PriorFrame, PriorState};
use mynah_models::streaming::encoder::{Encoder, EncoderState};
use mynah_models::streaming::generator::{Generator, GeneratorState};
use mynah_models::streaming::onsets::{OnsetNet, OnsetNetState};
use mynah_models::streaming::translator::{TargetWeights, Translator, TranslatorState};
use mynah_models::testing::{
    Random, random_base, random_continuation, random_target, random_target_with_memory,
    random_tensors, random_voices,
};
use mynah_models::voices::{Decoder, VoicesNet, VoicesState};
use mynah_models::{
    AutoOctave, Base, ChainState, DynamicsControls, HOP_SAMPLES, HopControls, KeyByEar, Mode,
    PitchControls, PlayerControls, Target, ToneControls, Unvoiced, VariationControls, alone,
};
use support::allocator_calls;

fn hop(random: &mut Random) -> [f32; HOP_SAMPLES] {
    std::array::from_fn(|_| 0.3 * random.next())
}

#[test]
fn the_tracker_sees_getting_growing_and_freeing() {
    assert_eq!(allocator_calls(|| ()), 0);
    assert_eq!(allocator_calls(|| drop(black_box(Box::new(1)))), 2);
    let mut vec = black_box(vec![0_u8; 16]);
    assert_eq!(allocator_calls(|| vec.reserve_exact(1000)), 2);
    assert_eq!(allocator_calls(|| drop(black_box(vec))), 1);
    assert_eq!(allocator_calls(|| drop(black_box(vec![0.0_f32; 64]))), 2);
}

#[test]
fn the_tracker_sees_the_current_thread_only() {
    let mut seen = 1;
    std::thread::scope(|scope| {
        let (started, wait) = std::sync::mpsc::sync_channel(1);
        let other = scope.spawn(move || {
            wait.recv().unwrap();
            allocator_calls(|| drop(black_box(vec![0_u8; 4096])))
        });
        seen = allocator_calls(|| {
            for _ in 0..1000 {
                black_box(());
            }
        });
        started.send(()).unwrap();
        assert_eq!(other.join().unwrap(), 2);
    });
    assert_eq!(seen, 0);
}

#[test]
fn features_do_not_allocate() {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    let other = state.clone();
    let mut random = Random(1);
    let calls = allocator_calls(|| {
        for _ in 0..50 {
            black_box(features.step(&mut state, &hop(&mut random)));
        }
        state.copy_from(&other);
        state.reset();
    });
    assert_eq!(calls, 0);
}

#[test]
fn the_prior_does_not_allocate() {
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let prior = Prior::new();
    let mut state = PriorState::new(&prior);
    let other = state.clone();
    let mut random = Random(2);
    let calls = allocator_calls(|| {
        for i in 0..60 {
            let input = hop(&mut random);
            if let Some(frame) = features.step(&mut features_state, &input) {
                let frame = PriorFrame::as_heard(
                    frame,
                    [&[-1.0; ENVELOPE_POINTS], &[-3.0; ENVELOPE_POINTS]],
                    i > 20,
                    2.0,
                );
                prior.begin_frame(&mut state, &frame);
            }
            let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
            prior.step(
                &mut state,
                if i > 40 { 0.5 } else { 1.0 },
                &input,
                &mut tonal,
                &mut noisy,
            );
            black_box((tonal, noisy));
        }
        state.copy_from(&other);
        state.reset();
    });
    assert_eq!(calls, 0);
}

#[test]
fn the_onset_network_does_not_allocate() {
    let architecture = Architecture::default();
    let tensors = random_tensors(&architecture.base_tensors(), 11);
    let net = OnsetNet::new(&architecture, &tensors.root().pp("onsets")).unwrap();
    let mut state = OnsetNetState::new(&net);
    let other = state.clone();
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let mut random = Random(12);
    let calls = allocator_calls(|| {
        for _ in 0..60 {
            if let Some(frame) = features.step(&mut features_state, &hop(&mut random)) {
                black_box(net.step(&mut state, frame));
            }
        }
        state.copy_from(&other);
        state.reset();
    });
    assert_eq!(calls, 0);
}

#[test]
fn hearing_voices_does_not_allocate() {
    let net = VoicesNet::from_bytes(&random_voices(&VoicesArchitecture::default(), 13)).unwrap();
    let mut state = VoicesState::new(&net);
    let other = state.clone();
    let (mut decoder, mut random, mut voices) = (Decoder::default(), Random(14), 0);
    let calls = allocator_calls(|| {
        for _ in 0..200 {
            if let Some(frame) = net.step(&mut state, &hop(&mut random)) {
                voices += decoder.step(frame).len();
            }
        }
        state.copy_from(&other);
        state.reset();
        decoder.reset();
    });
    assert_eq!(calls, 0);
    assert!(voices > 0, "random weights hear something");
}

#[test]
fn playing_on_does_not_allocate() {
    let bytes = random_continuation(&ContinuationArchitecture::default(), 15);
    let net = ContinuationNet::from_bytes(&bytes).unwrap();
    let note = |k: u8| PlayedNote {
        onset_s: 0.4 * f64::from(k),
        length_s: 0.3,
        midi: 60 + k % 5,
        level_db: -20.0,
    };
    let played: Vec<PlayedNote> = (0..12).map(note).collect();
    let mut play_on = PlayOn::after(&net, &played, 16).unwrap();
    let mut state = ContinuationState::new(&net);
    let other = state.clone();
    let mut listener = Listener::new(0.4);
    let mut notes = 0;
    let calls = allocator_calls(|| {
        for note in &played {
            let event = listener.hear(*note);
            net.hear(&mut state, event, note.midi);
        }
        for _ in 0..300 {
            notes += usize::from(play_on.next_note(&net, &Sampling::default()).midi > 0);
        }
        state.copy_from(&other);
        state.reset();
    });
    assert_eq!((calls, notes), (0, 300));
}

#[test]
fn the_networks_do_not_allocate() {
    let architecture = Architecture::default();
    let tensors = random_tensors(&architecture.base_tensors(), 3);
    let own = random_tensors(&architecture.target_tensors(), 4);
    let encoder = Encoder::new(&architecture, &tensors.root().pp("encoder")).unwrap();
    let translator = Translator::new(&architecture, &tensors.root().pp("translator")).unwrap();
    let generator = Generator::new(&architecture, &tensors.root().pp("generator")).unwrap();
    let target = TargetWeights::new(&architecture, &own.root()).unwrap();
    let mut encoder_state = EncoderState::new(&encoder, 3);
    let mut translator_state = TranslatorState::new(&translator, 3);
    let mut generator_state = GeneratorState::new(&generator);
    let others = (
        encoder_state.clone(),
        translator_state.clone(),
        generator_state.clone(),
    );
    let mel = Random(5).vec(3 * MEL_BINS, 1.0);
    let mut z = vec![0.0; 3 * architecture.latent_channels];
    let mut hidden = vec![0.0; 3 * architecture.translator_channels];
    let mut random = Random(6);
    let calls = allocator_calls(|| {
        for i in 0..20 {
            encoder.step(&mut encoder_state, &mel, &[-3.0; 3], &mut z);
            translator.input(&mut translator_state, 3).fill(0.3);
            translator.step(&target, &mut translator_state, &mut hidden);
            let (mut harmonic, mut noise) = ([0.0; ENVELOPE_POINTS], [0.0; ENVELOPE_POINTS]);
            target.envelopes(
                &hidden[..architecture.translator_channels],
                &mut harmonic,
                &mut noise,
            );
            generator.begin_frame(
                &mut generator_state,
                &hidden[..architecture.translator_channels],
                -3.0,
            );
            let drive = if (5..10).contains(&i) { 0.0 } else { 1.0 };
            let mut out = [0.0; HOP_SAMPLES];
            generator.step(
                &mut generator_state,
                drive,
                &hop(&mut random),
                &hop(&mut random),
                &mut out,
            );
            black_box(out);
        }
        encoder_state.copy_from(&others.0);
        translator_state.copy_from(&others.1);
        generator_state.copy_from(&others.2);
        encoder_state.reset();
        translator_state.reset();
        generator_state.reset();
    });
    assert_eq!(calls, 0);
}

#[test]
fn choosing_an_octave_does_not_allocate() {
    let base = Base::from_bytes(&random_base(7)).unwrap();
    let target = Target::from_bytes(&random_target(8, &base), &base).unwrap();
    let mut state = ChainState::new(&base);
    let controls = HopControls {
        auto_octave: AutoOctave::Listening,
        ..HopControls::default()
    };
    // Phrases of half a second at 880 Hz, then at 110 Hz, with rests of as long.
    let sound = |n: usize| {
        let period_samples = if n < 96_000 { 54 } else { 436 };
        let saw = (n % period_samples) as f32 / period_samples as f32 - 0.5;
        if (n / 24_000).is_multiple_of(2) {
            0.4 * saw
        } else {
            0.0
        }
    };
    let mut octaves = [0; 8];
    let calls = allocator_calls(|| {
        for i in 0..1_500 {
            let hop = std::array::from_fn(|n| sound(i * HOP_SAMPLES + n));
            let mut out = [0.0; HOP_SAMPLES];
            base.step(&alone(&target), &mut state, &controls, &hop, &mut out);
            octaves[i * HOP_SAMPLES / 24_000] = state.telemetry().octave;
            if i % 400 == 399 {
                state.rest();
                state.change_targets();
            }
        }
    });
    assert_eq!(calls, 0);
    assert_eq!([octaves[0], octaves[6]], [-1, 2], "{octaves:?}");
}

#[test]
fn the_chain_does_not_allocate_whatever_the_controls() {
    let base = Base::from_bytes(&random_base(7)).unwrap();
    let targets = [8, 9].map(|seed| {
        let file = random_target_with_memory(seed, &base, seed == 9);
        Target::from_bytes(&file, &base).unwrap()
    });
    let mut state = ChainState::new(&base);
    let other = ChainState::new(&base);
    let mut random = Random(10);
    let everything = HopControls {
        auto_octave: AutoOctave::Listening,
        pitch: PitchControls {
            snap: 1.0,
            notes: 0b1010_1011_0101,
            key: KeyByEar::Listening,
            glide_ms: 50.0,
            vibrato: 0.0,
        },
        dynamics: DynamicsControls {
            sensitivity_db: 6.0,
            curve: 0.5,
            floor_db: Some(-40.0),
            pause_db: Some(-66.0),
            hysteresis_db: 3.0,
            attack_ms: 20.0,
            release_ms: 500.0,
        },
        tone: ToneControls {
            tilt_db_per_octave: 3.0,
            formant_semitones: -4.0,
            breath_db: 6.0,
            air_db: -6.0,
        },
        variation: VariationControls {
            amount: 1.0,
            rate_hz: 5.0,
            seed: 1,
        },
        ..HopControls::default()
    };
    let shaped = [HopControls::default(), everything];
    let calls = allocator_calls(|| {
        for i in 0..200 {
            let controls = HopControls {
                mode: [Mode::Track, Mode::Follow, Mode::Auto][i / 17 % 3],
                pitch_ratio: [1.0, 2.0, 0.25][i / 23 % 3],
                generator_drive: [1.0, 0.0, 0.4][i / 11 % 3],
                note_semitones: [None, Some(60.5)][i / 19 % 2],
                morph: [[1.0, 0.0, 0.0, 0.0], [0.2, 0.8, 0.0, 1.0]][i / 13 % 2],
                freeze: i / 29 % 2 == 1,
                player: PlayerControls {
                    unvoiced: [Unvoiced::Noise, Unvoiced::Swallowed][i / 9 % 2],
                    colour: [1.0, 0.0, 2.0][i / 6 % 3],
                    ..PlayerControls::performing([0.0, 0.3, 1.0][i / 5 % 3])
                },
                ..shaped[i / 7 % 2]
            };
            let mut out = [0.0; HOP_SAMPLES];
            base.step(
                &[
                    Some(&targets[i / 31 % 2]),
                    Some(&targets[0]),
                    None,
                    Some(&targets[1]),
                ],
                &mut state,
                &controls,
                &hop(&mut random),
                &mut out,
            );
            black_box((out, state.telemetry()));
        }
        let mut out = [0.0; HOP_SAMPLES];
        base.step(
            &alone(&targets[0]),
            &mut state,
            &HopControls::default(),
            &[f32::NAN; HOP_SAMPLES],
            &mut out,
        );
        state.copy_from(&other);
        state.reset();
    });
    assert_eq!(calls, 0);
}
