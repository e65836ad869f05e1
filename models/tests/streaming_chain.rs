//! The streaming chain equals the candle reference over a whole recording, whatever the
//! pieces it is played in, and its state can be reset and copied.
#![allow(clippy::unwrap_used)]

use std::f32::consts::TAU;

use mynah_models::reference::Reference;
use mynah_models::testing::{Random, random_base, random_target, random_target_with_memory};
use mynah_models::{
    AutoOctave, Base, CORNERS, ChainState, DynamicsControls, HOP_SAMPLES, HopControls, Key,
    KeyByEar, Mode, PitchControls, PlayerControls, Target, Targets, ToneControls, Unvoiced,
    VariationControls,
};

const TOLERANCE: f32 = 1e-5;
const HOPS: usize = 160;

struct Models {
    base: Base,
    targets: [Target; CORNERS],
    reference: Reference,
}

impl Models {
    fn all(&self) -> Targets<'_> {
        self.targets.each_ref().map(Some)
    }
}

fn models(seed: u64) -> Models {
    let base_bytes = random_base(seed);
    let base = Base::from_bytes(&base_bytes).unwrap();
    // A held one, a struck one, and two without recordings.
    let files: [Vec<u8>; CORNERS] = std::array::from_fn(|place| {
        let seed = seed + 1 + 100 * place as u64;
        match place {
            0 | 1 => random_target_with_memory(seed, &base, place == 1),
            _ => random_target(seed, &base),
        }
    });
    let reference = Reference::from_bytes(&base_bytes, &files[0]).unwrap();
    let reference = files[1..].iter().fold(reference, |reference, file| {
        reference.with_target(file).unwrap()
    });
    Models {
        targets: files.map(|file| Target::from_bytes(&file, &base).unwrap()),
        base,
        reference,
    }
}

/// A tone that begins, glides, leaps and ends, with some noise: 0.43 s.
fn recording() -> Vec<f32> {
    let mut random = Random(99);
    let mut phase = 0.0_f32;
    (0..HOPS * HOP_SAMPLES)
        .map(|n| {
            let t = n as f32 / 48_000.0;
            let hz = if t < 0.2 { 220.0 + 300.0 * t } else { 523.0 };
            phase = (phase + hz / 48_000.0).fract();
            let gate = if (0.03..0.35).contains(&t) { 0.25 } else { 0.0 };
            let tone: f32 = (1..12)
                .map(|h| (TAU * phase * h as f32).sin() / h as f32)
                .sum();
            gate * tone + 0.002 * random.next()
        })
        .collect()
}

/// Plays `input` in pieces of `hops`, going on from piece to piece in another state.
fn play(models: &Models, controls: &HopControls, input: &[f32], hops: usize) -> Vec<f32> {
    let mut state = ChainState::new(&models.base);
    let mut next = ChainState::new(&models.base);
    // What a copy does not overwrite must not be heard.
    let mut ignored = [0.0; HOP_SAMPLES];
    for _ in 0..7 {
        models.base.step(
            &models.all(),
            &mut next,
            controls,
            &[0.5; HOP_SAMPLES],
            &mut ignored,
        );
    }
    let mut out = Vec::new();
    for piece in input.as_chunks::<HOP_SAMPLES>().0.chunks(hops) {
        for hop in piece {
            let mut heard = [0.0; HOP_SAMPLES];
            models
                .base
                .step(&models.all(), &mut state, controls, hop, &mut heard);
            out.extend(heard);
        }
        next.copy_from(&state);
        std::mem::swap(&mut state, &mut next);
    }
    out
}

/// Largest difference, and largest magnitude wanted.
fn worst_and_peak(got: &[f32], want: &[f32]) -> (f32, f32) {
    assert_eq!(got.len(), want.len());
    let worst = got
        .iter()
        .zip(want)
        .map(|(got, want)| (got - want).abs())
        .fold(0.0, f32::max);
    (worst, want.iter().fold(0.0, |peak, x| peak.max(x.abs())))
}

fn all_controls() -> Vec<HopControls> {
    let mut out = Vec::new();
    for mode in [Mode::Track, Mode::Follow] {
        for (pitch_ratio, generator_drive) in [(1.0, 1.0), (2.0, 0.5), (0.5, 0.0)] {
            out.push(HopControls {
                mode,
                pitch_ratio,
                generator_drive,
                ..HopControls::default()
            });
        }
    }
    out.extend(conditioned());
    out
}

/// Every kind of conditioning.
fn conditioned() -> Vec<HopControls> {
    let plain = HopControls::default();
    let pitch = PitchControls {
        snap: 0.8,
        notes: 0b1010_1011_0101,
        key: KeyByEar::Off,
        glide_ms: 20.0,
        vibrato: 1.5,
    };
    let by_ear = |key| HopControls {
        pitch: PitchControls { key, ..pitch },
        pitch_ratio: 1.5,
        ..HopControls::default()
    };
    let dynamics = DynamicsControls {
        sensitivity_db: 6.0,
        curve: 0.5,
        floor_db: Some(-40.0),
        pause_db: Some(-66.0),
        hysteresis_db: 3.0,
        attack_ms: 20.0,
        release_ms: 800.0,
    };
    let tone = ToneControls {
        tilt_db_per_octave: 2.0,
        formant_semitones: -5.0,
        breath_db: 6.0,
        air_db: -4.0,
    };
    let variation = VariationControls {
        amount: 0.7,
        rate_hz: 8.0,
        seed: 3,
    };
    let morph = [0.4, 0.3, 0.0, 0.3];
    vec![
        HopControls { pitch, ..plain },
        by_ear(KeyByEar::Listening),
        by_ear(KeyByEar::Known(Some(Key::of(16)))),
        HopControls { dynamics, ..plain },
        HopControls { tone, ..plain },
        HopControls { variation, ..plain },
        HopControls { morph, ..plain },
        HopControls {
            mode: Mode::Auto,
            ..plain
        },
        HopControls {
            auto_octave: AutoOctave::Listening,
            morph,
            ..plain
        },
        HopControls {
            auto_octave: AutoOctave::Known(-2),
            mode: Mode::Auto,
            pitch_ratio: 1.5,
            ..plain
        },
        HopControls {
            freeze: true,
            ..plain
        },
        HopControls {
            mode: Mode::Follow,
            note_semitones: Some(62.3),
            ..plain
        },
        HopControls {
            mode: Mode::Follow,
            dynamics,
            tone,
            morph,
            ..plain
        },
        HopControls {
            player: PlayerControls::performing(0.3),
            ..plain
        },
        HopControls {
            player: PlayerControls {
                attack: 0.2,
                vibrato: 1.7,
                colour: 0.4,
                unvoiced: Unvoiced::Noise,
                ..PlayerControls::performing(0.8)
            },
            tone,
            ..plain
        },
        HopControls {
            player: PlayerControls {
                colour: 0.0,
                unvoiced: Unvoiced::Swallowed,
                ..PlayerControls::performing(0.6)
            },
            morph,
            note_semitones: Some(62.3),
            ..plain
        },
    ]
}

#[test]
fn streaming_equals_the_reference_from_one_hop_to_the_whole_file() {
    let models = models(2);
    let input = recording();
    for controls in all_controls() {
        let want = models.reference.render(&controls, &input).unwrap().output;
        let whole = play(&models, &controls, &input, HOPS);
        let (worst, peak) = worst_and_peak(&whole, &want);
        assert!(worst <= TOLERANCE, "{controls:?}: {worst}, peak {peak}");
        assert!(peak > 1e-2, "{controls:?}: nothing to hear, peak {peak}");
        for hops in [1, 2, 3, 7, 64] {
            assert!(
                play(&models, &controls, &input, hops) == whole,
                "{controls:?}, pieces of {hops} hops"
            );
        }
    }
}

#[test]
fn random_weights_equal_the_reference_too() {
    let input = recording();
    for seed in 10..14 {
        let models = models(seed);
        let controls = HopControls::default();
        let want = models.reference.render(&controls, &input).unwrap().output;
        let got = play(&models, &controls, &input, 1);
        let (worst, peak) = worst_and_peak(&got, &want);
        assert!(worst <= TOLERANCE, "seed {seed}: {worst}, peak {peak}");
    }
}

#[test]
fn a_reset_is_a_new_state() {
    let models = models(2);
    let input = recording();
    for controls in all_controls() {
        let fresh = play(&models, &controls, &input, HOPS);
        let mut state = ChainState::new(&models.base);
        let silence = state.telemetry();
        let mut out = Vec::new();
        for round in 0..2 {
            out.clear();
            for hop in input.as_chunks::<HOP_SAMPLES>().0 {
                let mut heard = [0.0; HOP_SAMPLES];
                models
                    .base
                    .step(&models.all(), &mut state, &controls, hop, &mut heard);
                out.extend(heard);
            }
            assert!(out == fresh, "{controls:?}, round {round}");
            state.reset();
            assert_eq!(state.telemetry(), silence);
        }
    }
}

#[test]
fn bad_and_huge_input_gives_finite_output_and_leaves_no_trace() {
    let models = models(3);
    for mode in [Mode::Track, Mode::Follow] {
        let controls = HopControls {
            mode,
            ..HopControls::default()
        };
        let mut state = ChainState::new(&models.base);
        let mut random = Random(5);
        for hop in 0..400 {
            let bad = [
                f32::MAX,
                f32::MIN,
                f32::NAN,
                f32::INFINITY,
                1e30,
                f32::MIN_POSITIVE / 8.0,
            ];
            let input = std::array::from_fn(|i| match hop {
                0..60 => bad[(i * 7 + hop) % bad.len()],
                60..100 => bad[0] * random.next(),
                _ => 0.0,
            });
            let mut heard = [0.0; HOP_SAMPLES];
            models
                .base
                .step(&models.all(), &mut state, &controls, &input, &mut heard);
            assert!(heard.iter().all(|x| x.is_finite()), "hop {hop}");
        }
        let telemetry = state.telemetry();
        assert!(
            telemetry.loudness_db < -90.0 && telemetry.voicing == 0.0,
            "{telemetry:?}"
        );
    }
}

#[test]
fn the_pitch_of_a_tone_is_told() {
    let models = models(4);
    let mut state = ChainState::new(&models.base);
    let mut phase = 0.0_f32;
    for _ in 0..40 {
        let input = std::array::from_fn(|_| {
            phase = (phase + 330.0 / 48_000.0).fract();
            0.5 * (TAU * phase).sin()
        });
        let mut heard = [0.0; HOP_SAMPLES];
        models.base.step(
            &models.all(),
            &mut state,
            &HopControls::default(),
            &input,
            &mut heard,
        );
    }
    let telemetry = state.telemetry();
    assert!((telemetry.f0_hz - 330.0).abs() < 1.0, "{telemetry:?}");
    assert!(telemetry.voicing > 0.9, "{telemetry:?}");
    // Half of full scale, and what A-weighting takes at 330 Hz.
    assert!(
        (telemetry.loudness_db + 6.0 + 6.2).abs() < 1.0,
        "{telemetry:?}"
    );
}

/// While the generator's share is 0 its networks rest; once their past has filled again
/// nothing tells that they did.
#[test]
fn the_generator_comes_back_from_a_rest() {
    let models = models(6);
    let input = recording();
    let hops = input.as_chunks::<HOP_SAMPLES>().0;
    let run = |rest: std::ops::Range<usize>| {
        let mut state = ChainState::new(&models.base);
        let mut out = Vec::new();
        for (i, hop) in hops.iter().enumerate() {
            let generator_drive = if rest.contains(&i) { 0.0 } else { 1.0 };
            let controls = HopControls {
                generator_drive,
                ..HopControls::default()
            };
            let mut heard = [0.0; HOP_SAMPLES];
            models
                .base
                .step(&models.all(), &mut state, &controls, hop, &mut heard);
            out.push(heard);
        }
        out
    };
    let (never, rested, prior) = (run(0..0), run(40..61), run(0..HOPS));
    // The convolutions reach 54 steps back, of 8 a hop; the synthesis one more.
    let back = 61 + 54 / 8 + 2;
    for i in 0..HOPS {
        // In hop 40 the share goes linearly to 0.
        if i < 40 || i >= back {
            assert!(rested[i] == never[i], "hop {i}, before or back again");
        } else if (41..61).contains(&i) {
            assert!(rested[i] == prior[i], "hop {i}, at rest");
        }
    }
    assert!(never[80] != prior[80]);
}
