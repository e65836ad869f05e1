//! Hearing several voices: as PyTorch has it, as candle has it, and what is made of it.
#![allow(clippy::unwrap_used)]

#[path = "support/golden.rs"]
mod golden;
#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use golden::{floats, read};
use mynah_models::architecture::{VOICE_INPUTS, VOICE_OUTPUTS, VOICE_PITCHES, VoicesArchitecture};
use mynah_models::features::{LogFrequency, LogFrequencyFrame, LogFrequencyState};
use mynah_models::file::Tensors;
use mynah_models::reference;
use mynah_models::streaming::voices::{VoicesInput, VoicesNetwork, VoicesNetworkState};
use mynah_models::testing::{Random, random_base, random_tensors, random_voices};
use mynah_models::voices::{VoiceFrame, VoicesNet, VoicesState};
use mynah_models::{HOP_SAMPLES, ModelFileError, ModelInfo, ModelKind};
use proptest::prelude::*;
use safetensors::SafeTensors;
use support::pluck;

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
}

/// `tests/golden/make_voices.py` made them, of the input in `dsp.safetensors`.
#[test]
fn spectra_and_answers_are_those_of_pytorch() {
    let (dsp, voices) = (read("dsp.safetensors"), read("voices.safetensors"));
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
