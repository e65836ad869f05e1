//! Hearing several voices: as PyTorch has it, as candle has it, and what is made of it.
#![allow(clippy::unwrap_used)]

#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use mynah_models::architecture::{VOICE_INPUTS, VOICE_OUTPUTS, VOICE_PITCHES, VoicesArchitecture};
use mynah_models::features::{LogFrequency, LogFrequencyFrame, LogFrequencyState};
use mynah_models::file::Tensors;
use mynah_models::reference;
use mynah_models::streaming::voices::{VoicesInput, VoicesNetwork, VoicesNetworkState};
use mynah_models::testing::{Random, random_base, random_tensors, random_voices};
use mynah_models::voices::{
    Decoder, HeardNote, LATE_FRAMES, Transcriber, VoiceFrame, VoicesNet, VoicesState,
};
use mynah_models::{HOP_SAMPLES, ModelFileError, ModelInfo, ModelKind, SAMPLE_RATE_HZ};
use proptest::prelude::*;
use safetensors::SafeTensors;
use support::tone;

const TOLERANCE: f32 = 1e-5;
/// Between the features of both languages, near the floor of single precision.
const GOLDEN_TOLERANCE: f32 = 1e-3;

fn var_builder(tensors: &Tensors) -> VarBuilder<'static> {
    let tensor = |(name, t): (&str, &mynah_models::file::Tensor)| {
        let values = Tensor::from_vec(t.values.clone(), t.shape.clone(), &Device::Cpu).unwrap();
        (name.to_owned(), values)
    };
    let map = tensors.sorted().into_iter().map(tensor).collect();
    VarBuilder::from_tensors(map, DType::F32, &Device::Cpu)
}

fn spectra_of(sound: &[f32]) -> Vec<LogFrequencyFrame> {
    let tables = LogFrequency::new();
    let mut state = LogFrequencyState::new(&tables);
    let hops = sound.as_chunks::<HOP_SAMPLES>().0;
    hops.iter()
        .filter_map(|hop| tables.step(&mut state, hop).copied())
        .collect()
}

/// What the network is told: `[frames, pitches, inputs]`.
fn inputs_of(frames: &[LogFrequencyFrame]) -> Vec<f32> {
    let mut input = VoicesInput::default();
    let width = VOICE_PITCHES * VOICE_INPUTS;
    let mut rows = vec![0.0; frames.len() * width];
    for (frame, rows) in frames.iter().zip(rows.chunks_exact_mut(width)) {
        input.step(frame, rows);
    }
    rows
}

fn by_candle(
    architecture: &VoicesArchitecture,
    tensors: &Tensors,
    frames: &[LogFrequencyFrame],
) -> Vec<f32> {
    let shape = (frames.len(), VOICE_PITCHES, VOICE_INPUTS);
    let inputs = Tensor::from_vec(inputs_of(frames), shape, &Device::Cpu).unwrap();
    let net = reference::Voices::new(architecture, var_builder(tensors)).unwrap();
    let outputs = net.forward(&inputs).unwrap();
    outputs.flatten_all().unwrap().to_vec1().unwrap()
}

#[track_caller]
fn assert_near(got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() <= tolerance,
            "at {i}: {got} instead of {want}"
        );
    }
}

/// A plucked note: harmonics that decay, the high ones sooner.
fn pluck(out: &mut [f32], at_s: f64, midi: f64) {
    let hz = 440.0 * 2.0_f64.powf((midi - 69.0) / 12.0);
    let start = (at_s * f64::from(SAMPLE_RATE_HZ)) as usize;
    for number in 1..=12_u32 {
        let harmonic = tone(out.len() - start, &[number], |_| hz);
        for (n, (out, x)) in out[start..].iter_mut().zip(harmonic).enumerate() {
            let t = n as f32 / SAMPLE_RATE_HZ as f32;
            *out += 0.5 * x * (-(1.5 + 0.6 * number as f32) * t).exp();
        }
    }
}

/// Two chords in noise, 0.6 s.
fn recording(seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let mut sound = vec![0.0; 28_800];
    let low = f64::from(50.0 + 6.0 * random.next());
    for (at_s, step) in [(0.05, 0.0), (0.05, 7.0), (0.3, 4.0), (0.35, 12.0)] {
        pluck(&mut sound, at_s, low + step);
    }
    sound.iter().map(|x| x + 0.001 * random.next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// A frame a step, going on in a copied state wherever the time is cut.
    #[test]
    fn streaming_equals_candle(
        channels in 1..28_usize, squeezed in 1..10_usize,
        dilations in prop::collection::vec(1..12_usize, 1..5), after in prop::collection::vec(0..5_usize, 0..3),
        lengths in prop::collection::vec(1..20_usize, 1..5), seed: u64,
    ) {
        let mut pitch_after: Vec<_> = after.iter().map(|k| k % dilations.len()).collect();
        pitch_after.sort_unstable();
        let architecture = VoicesArchitecture { channels, squeezed, dilations, pitch_after };
        let tensors = random_tensors(&architecture.tensors(), seed);
        let frames = spectra_of(&recording(seed));
        let want = by_candle(&architecture, &tensors, &frames);
        // Random weights make values far above 1: what counts is the difference relative to the largest.
        let largest = want.iter().fold(1.0_f32, |peak, x| peak.max(x.abs()));

        let net = VoicesNetwork::new(&architecture, &tensors.root()).unwrap();
        let (mut state, mut next) = (VoicesNetworkState::new(&net), VoicesNetworkState::new(&net));
        let mut cuts = lengths.iter().cycle();
        let mut left = *cuts.next().unwrap();
        let mut got = Vec::new();
        for frame in &frames {
            if left == 0 {
                left = *cuts.next().unwrap();
                next.copy_from(&state);
                std::mem::swap(&mut state, &mut next);
            }
            left -= 1;
            got.extend_from_slice(net.step(&mut state, frame).as_flattened());
        }
        assert_near(&got, &want, TOLERANCE * largest);

        state.reset();
        let again: Vec<f32> =
            frames.iter().flat_map(|frame| net.step(&mut state, frame).as_flattened().to_vec()).collect();
        prop_assert_eq!(again, got);
    }

    /// Twice as loud is the same music. 56 dB under the playing the floor under all powers (-100 dB) comes near, so a
    /// quiet recording has a little less contrast there.
    #[test]
    fn the_level_of_the_recording_does_not_matter(gain_db in -12.0_f32..0.0, seed: u64) {
        let loud = recording(seed);
        let gain = 10.0_f32.powf(gain_db / 20.0);
        let quiet: Vec<f32> = loud.iter().map(|x| gain * x).collect();
        // From the second chord on: before it, the noise lies below the lowest reference.
        let from = 30 * VOICE_PITCHES * VOICE_INPUTS;
        let rows = |sound: &[f32]| inputs_of(&spectra_of(sound))[from..].to_vec();
        assert_near(&rows(&quiet), &rows(&loud), 0.06);
    }

    /// Whatever is heard: at most six voices, in order, each with a number of its own that begins once.
    #[test]
    fn voices_are_few_and_begin_once(seed: u64, density in 0.05_f32..1.0) {
        let mut random = Random(seed);
        let mut decoder = Decoder::default();
        let mut seen = std::collections::BTreeSet::new();
        let mut before = Vec::new();
        for _ in 0..300 {
            let mut frame = VoiceFrame::SILENT;
            let mut chance = |value: &mut f32| {
                *value = if 0.5 * (random.next() + 1.0) < density { 0.5 * (random.next() + 1.0) } else { 0.0 };
            };
            frame.sounding.iter_mut().for_each(&mut chance);
            frame.onset.iter_mut().for_each(&mut chance);
            let voices = decoder.step(&frame).to_vec();
            prop_assert!(voices.len() <= 6);
            prop_assert!(voices.windows(2).all(|pair| pair[0].midi < pair[1].midi));
            for voice in &voices {
                prop_assert_eq!(voice.begun, seen.insert(voice.id), "{:?}", voice);
                prop_assert!(voice.begun || before.contains(&(voice.id, voice.midi)));
            }
            before = voices.iter().map(|voice| (voice.id, voice.midi)).collect();
        }
    }
}

fn golden(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read(folder.join(name)).unwrap()
}

fn floats(file: &SafeTensors, name: &str) -> Vec<f32> {
    let (bytes, _) = file.tensor(name).unwrap().data().as_chunks::<4>();
    bytes.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

/// `tests/golden/make_voices.py` made them, of the input in `dsp.safetensors`.
#[test]
fn spectra_and_answers_are_those_of_pytorch() {
    let (dsp, voices) = (golden("dsp.safetensors"), golden("voices.safetensors"));
    let dsp = SafeTensors::deserialize(&dsp).unwrap();
    let voices = SafeTensors::deserialize(&voices).unwrap();
    let frames = spectra_of(&floats(&dsp, "input"));
    let rows = inputs_of(&frames);
    let (fine, quick) = (floats(&voices, "fine"), floats(&voices, "quick"));
    assert!(fine.iter().any(|x| *x > 2.0) && fine.contains(&0.0));
    let (rows, _) = rows.as_chunks::<VOICE_INPUTS>();
    for (k, row) in rows.iter().enumerate() {
        let (frame, pitch) = (k / VOICE_PITCHES, k % VOICE_PITCHES);
        // Behind the three bins an octave below are those of the pitch; behind all harmonics the quick spectrum.
        let at = 300 * frame + 3 * pitch;
        assert_near(&row[3..6], &fine[at..at + 3], GOLDEN_TOLERANCE);
        assert_near(
            &row[24..25],
            &quick[100 * frame + pitch..][..1],
            GOLDEN_TOLERANCE,
        );
    }

    let architecture = VoicesArchitecture {
        channels: 6,
        squeezed: 3,
        dilations: vec![1, 3],
        pitch_after: vec![0],
    };
    let mut tensors = Tensors::default();
    for (name, shape) in architecture.tensors() {
        let values = floats(&voices, &name);
        tensors.insert(name, shape, values);
    }
    let net = VoicesNetwork::new(&architecture, &tensors.root()).unwrap();
    let mut state = VoicesNetworkState::new(&net);
    let mut got = Vec::new();
    let mut reference = Vec::new();
    for frame in &frames {
        got.extend_from_slice(net.step(&mut state, frame).as_flattened());
        reference.push(state.reference());
    }
    assert_near(&reference, &floats(&voices, "reference"), GOLDEN_TOLERANCE);
    let want = floats(&voices, "outputs");
    let chances = || want.iter().step_by(VOICE_OUTPUTS);
    assert!(chances().any(|p| *p > 0.6) && chances().any(|p| *p < 0.4));
    assert_near(&got, &want, GOLDEN_TOLERANCE);
}

/// Both decoders, of random answers.
#[test]
fn notes_are_those_of_python() {
    let file = golden("voices.safetensors");
    let file = SafeTensors::deserialize(&file).unwrap();
    let (sounding, onset) = (floats(&file, "sounding"), floats(&file, "onset"));
    let answers: Vec<VoiceFrame> = sounding
        .as_chunks::<VOICE_PITCHES>()
        .0
        .iter()
        .zip(onset.as_chunks::<VOICE_PITCHES>().0)
        .map(|(sounding, onset)| VoiceFrame {
            sounding: *sounding,
            onset: *onset,
            late_sounding: *sounding,
            late_onset: *onset,
            ..VoiceFrame::SILENT
        })
        .collect();

    let mut decoder = Decoder::default();
    let mut live = Vec::new();
    for (k, frame) in answers.iter().enumerate() {
        let begun = decoder.step(frame).iter().filter(|voice| voice.begun);
        live.extend(begun.flat_map(|voice| [k as f32, f32::from(voice.midi) - 28.0]));
    }
    let want = floats(&file, "live");
    assert!(want.len() > 40);
    assert_eq!(live, want);

    let mut transcriber = Transcriber::default();
    for _ in 0..LATE_FRAMES {
        transcriber.push(&VoiceFrame::SILENT);
    }
    answers.iter().for_each(|frame| transcriber.push(frame));
    let frame_s = 512.0 / 48_000.0;
    let late: Vec<f32> = transcriber
        .notes()
        .iter()
        .flat_map(|note| {
            let from = if note.onset_s == 0.0 {
                0.0
            } else {
                note.onset_s / frame_s + 0.5
            };
            [
                from as f32,
                (note.offset_s / frame_s) as f32,
                f32::from(note.midi) - 28.0,
            ]
        })
        .collect();
    assert_near(&late, &floats(&file, "late"), 1e-3);
}

fn shipped() -> VoicesNet {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets");
    VoicesNet::from_bytes(&std::fs::read(assets.join("voices.mynah")).unwrap()).unwrap()
}

/// Chords of plucked strings, and when.
const PLAYED: [(f64, &[u8]); 5] = [
    (0.3, &[45, 52, 57, 61]),
    (0.9, &[50, 57, 62, 66]),
    (1.5, &[64]),
    (1.9, &[52, 59, 64, 68, 71]),
    (2.5, &[52, 59, 64, 68, 71]),
];

fn played() -> Vec<f32> {
    let mut sound = vec![0.0; 3 * SAMPLE_RATE_HZ as usize];
    for (k, (at_s, chord)) in PLAYED.iter().enumerate() {
        let end_s = PLAYED.get(k + 1).map_or(3.0, |(at_s, _)| *at_s);
        let mut notes = vec![0.0; (end_s * f64::from(SAMPLE_RATE_HZ)) as usize];
        for midi in *chord {
            pluck(&mut notes, *at_s, f64::from(*midi));
        }
        for (out, x) in sound.iter_mut().zip(notes) {
            *out += 0.6 * x;
        }
    }
    sound
}

/// How many of the notes played are among these (seconds, MIDI note) within 60 ms.
fn found(notes: &[(f64, u8)]) -> usize {
    let all = PLAYED
        .iter()
        .flat_map(|(at_s, chord)| chord.iter().map(move |m| (*at_s, *m)));
    all.filter(|(at_s, midi)| {
        notes
            .iter()
            .any(|(t, m)| m == midi && (t - at_s).abs() < 0.06)
    })
    .count()
}

#[test]
fn the_shipped_network_hears_chords() {
    let net = shipped();
    let sound = played();
    let count: usize = PLAYED.iter().map(|(_, chord)| chord.len()).sum();
    let notes = mynah_models::voices::heard_notes(&net, &sound);
    let heard: Vec<(f64, u8)> = notes
        .iter()
        .map(|n: &HeardNote| (n.onset_s, n.midi))
        .collect();
    assert!(found(&heard) >= count - 2, "{heard:?}");
    assert!(heard.len() <= count + 3, "{heard:?}");
    assert!(
        notes
            .iter()
            .all(|n| n.offset_s > n.onset_s && (0.0..=1.0).contains(&n.velocity))
    );
    assert!(notes.iter().all(|n| n.cents.abs() < 25.0), "{notes:?}");

    let (mut state, mut decoder) = (VoicesState::new(&net), Decoder::default());
    let mut live = Vec::new();
    for (k, hop) in sound.as_chunks::<HOP_SAMPLES>().0.iter().enumerate() {
        if let Some(frame) = net.step(&mut state, hop) {
            let at_s = ((k + 1) * HOP_SAMPLES) as f64 / f64::from(SAMPLE_RATE_HZ);
            let begun = decoder.step(frame).iter().filter(|voice| voice.begun);
            live.extend(begun.map(|voice| (at_s, voice.midi)));
        }
    }
    assert!(found(&live) >= count - 4, "{live:?}");
    assert!(live.len() <= count + 5, "{live:?}");
}

#[test]
fn silence_and_noise_have_no_voices() {
    let net = shipped();
    assert_eq!(mynah_models::voices::heard_notes(&net, &[0.0; 48_000]), []);
    let mut random = Random(3);
    let hiss: Vec<f32> = (0..96_000).map(|_| 0.05 * random.next()).collect();
    let notes = mynah_models::voices::heard_notes(&net, &hiss);
    assert!(notes.len() <= 2, "{notes:?}");
}

#[test]
fn a_state_is_a_value() {
    let net = VoicesNet::from_bytes(&random_voices(&VoicesArchitecture::default(), 3)).unwrap();
    let sound = recording(5);
    let play = |state: &mut VoicesState, sound: &[f32]| -> Vec<VoiceFrame> {
        let hops = sound.as_chunks::<HOP_SAMPLES>().0;
        hops.iter()
            .filter_map(|hop| net.step(state, hop).copied())
            .collect()
    };
    let mut state = VoicesState::new(&net);
    let whole = play(&mut state, &sound);
    state.reset();
    // A cut in the middle of a frame.
    let cut = 101 * HOP_SAMPLES;
    let mut parts = play(&mut state, &sound[..cut]);
    let mut next = VoicesState::new(&net);
    next.copy_from(&state);
    parts.extend(play(&mut next, &sound[cut..]));
    assert_eq!(parts, whole);
    assert!(whole.iter().any(|frame| frame != &whole[0]));
}

#[test]
fn files_of_other_kinds_and_sizes_are_refused() {
    let refused = |bytes: &[u8]| VoicesNet::from_bytes(bytes).err().unwrap();
    let error = refused(&random_base(1));
    assert_eq!(
        error,
        ModelFileError::WrongKind {
            found: ModelKind::Base,
            expected: ModelKind::Voices
        }
    );
    let voices = random_voices(&VoicesArchitecture::default(), 2);
    let error = ModelInfo::read(&voices).err().unwrap();
    assert_eq!(
        error,
        ModelFileError::WrongKind {
            found: ModelKind::Voices,
            expected: ModelKind::Target
        }
    );
    for (dilations, pitch_after, field) in [
        (vec![], vec![], "dilations"),
        (vec![1, 1000], vec![], "dilations"),
        (vec![1, 2], vec![2], "pitch_after"),
        (vec![1, 2], vec![1, 0], "pitch_after"),
    ] {
        let architecture = VoicesArchitecture {
            channels: 2,
            squeezed: 1,
            dilations,
            pitch_after,
        };
        let error = refused(&random_voices(&architecture, 3));
        let is_it =
            matches!(error, ModelFileError::ArchitectureOutOfRange { field: f, .. } if f == field);
        assert!(is_it, "{error}");
    }
}
