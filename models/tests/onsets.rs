//! The onset network: as PyTorch has it, as candle has it, and what the chain tells of it.
#![allow(clippy::unwrap_used)]

#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use mynah_models::architecture::Architecture;
use mynah_models::architecture::ONSET_INPUTS;
use mynah_models::features::FeatureFrame;
use mynah_models::file::Tensors;
use mynah_models::reference;
use mynah_models::streaming::onsets::{ONSET_THRESHOLD, OnsetInput, OnsetNet, OnsetNetState};
use mynah_models::testing::{Random, random_base, random_target, random_tensors};
use mynah_models::{
    Base, ChainState, FRAME_SAMPLES, HOP_SAMPLES, HopControls, SAMPLE_RATE_HZ, Target, alone,
};
use proptest::prelude::*;
use safetensors::SafeTensors;
use support::{frames_of, tone};

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

/// Rows of what the network is told.
fn inputs_of(frames: &[FeatureFrame]) -> Vec<f32> {
    let mut input = OnsetInput::default();
    let mut rows = vec![0.0; frames.len() * ONSET_INPUTS];
    for (frame, row) in frames.iter().zip(rows.chunks_exact_mut(ONSET_INPUTS)) {
        input.step(frame, row);
    }
    rows
}

fn by_candle(architecture: &Architecture, tensors: &Tensors, frames: &[FeatureFrame]) -> Vec<f32> {
    let rows = Tensor::from_vec(
        inputs_of(frames),
        (frames.len(), ONSET_INPUTS),
        &Device::Cpu,
    )
    .unwrap();
    let inputs = rows
        .t()
        .unwrap()
        .contiguous()
        .unwrap()
        .unsqueeze(0)
        .unwrap();
    reference::Onsets::new(architecture, var_builder(tensors).pp("onsets"))
        .unwrap()
        .forward(&inputs)
        .unwrap()
        .to_vec1()
        .unwrap()
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

/// Two notes that slur, a rest, noise: 0.6 s.
fn recording(seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let rest = 0.2 + 0.2 * (random.next() + 1.0);
    let low_hz = f64::from(200.0 + 60.0 * random.next());
    let notes = tone(28_800, &[1, 2, 3, 5, 8], |t| {
        if t < 0.2 { low_hz } else { 1.5 * low_hz }
    });
    let at = |n: usize| n as f32 / SAMPLE_RATE_HZ as f32;
    let played = notes
        .iter()
        .enumerate()
        .map(|(n, x)| if at(n) < rest { *x } else { 0.0 });
    played.map(|x| x + 0.001 * random.next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// A frame a step, going on in a copied state wherever the time is cut.
    #[test]
    fn streaming_equals_candle(
        channels in 1..50_usize, dilations in prop::collection::vec(1..20_usize, 1..7),
        lengths in prop::collection::vec(1..30_usize, 1..5), seed: u64,
    ) {
        let architecture = Architecture {
            onset_channels: channels, onset_dilations: dilations, ..Architecture::default()
        };
        let tensors = random_tensors(&architecture.base_tensors(), seed);
        let frames = frames_of(&recording(seed));
        let want = by_candle(&architecture, &tensors, &frames);

        let net = OnsetNet::new(&architecture, &tensors.root().pp("onsets")).unwrap();
        let (mut state, mut next) = (OnsetNetState::new(&net), OnsetNetState::new(&net));
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
            got.push(net.step(&mut state, frame));
        }
        assert_near(&got, &want, TOLERANCE);
        prop_assert!(got.iter().all(|p| (0.0..=1.0).contains(p)));

        state.reset();
        let again: Vec<f32> = frames.iter().map(|frame| net.step(&mut state, frame)).collect();
        prop_assert_eq!(again, got);
    }

    /// Twice as loud is the same music. Quieter still, the floor under the mel bands' powers (-100 dB) comes near what is
    /// 48 dB under the playing: 0.009 at most at -16 dB, 0.05 at -24.
    #[test]
    fn the_level_of_the_recording_does_not_matter(gain_db in -16.0_f32..0.0, seed: u64) {
        let loud = recording(seed);
        let gain = 10.0_f32.powf(gain_db / 20.0);
        let quiet: Vec<f32> = loud.iter().map(|x| gain * x).collect();
        // While the first note sounds; in the noise of a rest the pitch tracker does hear the level, and at
        // first the noise lies below the lowest reference.
        let rows = |sound: &[f32]| {
            inputs_of(&frames_of(&sound[..9_600]))[8 * ONSET_INPUTS..].to_vec()
        };
        assert_near(&rows(&quiet), &rows(&loud), 0.02);
    }
}

/// `tests/golden/make_onsets.py` made them, of the input in `dsp.safetensors`.
#[test]
fn inputs_and_probability_are_those_of_pytorch() {
    let read = |name: &str| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        std::fs::read(folder.join(name)).unwrap()
    };
    let floats = |file: &SafeTensors, name: &str| -> Vec<f32> {
        let (bytes, _) = file.tensor(name).unwrap().data().as_chunks::<4>();
        bytes.iter().map(|b| f32::from_le_bytes(*b)).collect()
    };
    let (dsp, golden) = (read("dsp.safetensors"), read("onsets.safetensors"));
    let dsp = SafeTensors::deserialize(&dsp).unwrap();
    let golden = SafeTensors::deserialize(&golden).unwrap();
    let frames = frames_of(&floats(&dsp, "input"));
    let want = floats(&golden, "inputs");
    assert!(want.iter().any(|x| x.abs() > 1.0));
    assert_near(&inputs_of(&frames), &want, GOLDEN_TOLERANCE);

    let architecture = Architecture {
        onset_channels: 6,
        onset_dilations: vec![1, 3],
        ..Architecture::default()
    };
    let mut tensors = Tensors::default();
    for (name, shape) in architecture.base_tensors() {
        if name.starts_with("onsets.") {
            let values = floats(&golden, &name);
            tensors.insert(name, shape, values);
        }
    }
    let net = OnsetNet::new(&architecture, &tensors.root().pp("onsets")).unwrap();
    let mut state = OnsetNetState::new(&net);
    let got: Vec<f32> = frames
        .iter()
        .map(|frame| net.step(&mut state, frame))
        .collect();
    let want = floats(&golden, "probability");
    assert!(want.iter().any(|p| *p > 0.7) && want.iter().any(|p| *p < 0.3));
    assert_near(&got, &want, GOLDEN_TOLERANCE);
}

/// What the chain tells in each frame, playing in pieces of `hops` from state to state.
fn told(base: &Base, target: &Target, input: &[f32], hops: usize) -> Vec<f32> {
    let (mut state, mut next) = (ChainState::new(base), ChainState::new(base));
    let mut out = Vec::new();
    for piece in input.as_chunks::<HOP_SAMPLES>().0.chunks(hops) {
        for hop in piece {
            let mut heard = [0.0; HOP_SAMPLES];
            let controls = HopControls::default();
            base.step(&alone(target), &mut state, &controls, hop, &mut heard);
            out.push(state.telemetry().onset);
        }
        next.copy_from(&state);
        std::mem::swap(&mut state, &mut next);
    }
    // Frames come at the end of every second hop.
    out.into_iter().skip(1).step_by(2).collect()
}

#[test]
fn the_chain_tells_what_its_network_says() {
    let bytes = random_base(5);
    let base = Base::from_bytes(&bytes).unwrap();
    let target = Target::from_bytes(&random_target(6, &base), &base).unwrap();
    let architecture = &base.info().architecture;
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors = Tensors::default();
    for (name, shape) in architecture.base_tensors() {
        let (values, _) = file.tensor(&name).unwrap().data().as_chunks::<4>();
        let values = values.iter().map(|b| f32::from_le_bytes(*b)).collect();
        tensors.insert(name, shape, values);
    }
    let input = recording(7);
    let want = by_candle(architecture, &tensors, &frames_of(&input));
    for hops in [1, 2, 7, 1000] {
        assert_near(&told(&base, &target, &input, hops), &want, TOLERANCE);
    }
}

/// Samples at which notes are said to begin.
fn onsets(base: &Base, target: &Target, input: &[f32]) -> Vec<usize> {
    let mut armed = true;
    let mut out = Vec::new();
    for (k, p) in told(base, target, input, 1000).into_iter().enumerate() {
        if armed && p > ONSET_THRESHOLD {
            out.push((k + 1) * FRAME_SAMPLES);
            armed = false;
        }
        armed |= p < 0.5 * ONSET_THRESHOLD;
    }
    out
}

/// Plucked strings, then one long note with a vibrato, as the shipped models hear them.
#[test]
fn the_shipped_network_finds_notes_and_nothing_else() {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets");
    let base = Base::from_bytes(&std::fs::read(assets.join("base.mynah")).unwrap()).unwrap();
    let target = std::fs::read(assets.join("targets/cello.mynah")).unwrap();
    let target = Target::from_bytes(&target, &base).unwrap();
    let spacing = SAMPLE_RATE_HZ as usize / 4;
    let mut melody = vec![0.0; spacing];
    for midi in [60, 64, 67, 67, 72, 65, 55] {
        let hz = 440.0 * 2.0_f64.powf((f64::from(midi) - 69.0) / 12.0);
        let note = tone(spacing, &[1, 2, 3, 4, 5, 6, 7, 8], |_| hz);
        let decay = |n: usize| (-6.0 * n as f32 / SAMPLE_RATE_HZ as f32).exp();
        melody.extend(note.iter().enumerate().map(|(n, x)| x * decay(n)));
    }
    let found = onsets(&base, &target, &melody);
    assert_eq!(found.len(), 7, "{found:?}");
    for (k, at) in found.iter().enumerate() {
        let late = *at as i64 - ((k + 1) * spacing) as i64;
        assert!((0..2400).contains(&late), "note {k}: {late} samples");
    }

    let vibrato = |t: f64| 330.0 * (1.0 + 0.02 * (std::f64::consts::TAU * 5.5 * t).sin());
    let mut held = vec![0.0; spacing];
    held.extend(tone(12 * spacing, &[1, 2, 3, 4, 5, 6], vibrato));
    let found = onsets(&base, &target, &held);
    assert_eq!(found.len(), 1, "{found:?}");
}
