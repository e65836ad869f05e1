//! Features and prior against the Python specification. The goldens are made, where PyTorch is
//! installed, by `cd models/training && python -m mynah_training.goldens
//! ../tests/golden/dsp.safetensors`, those of the pitch tracker's windows by
//! `tests/golden/make_pitch.py`.
#![allow(clippy::unwrap_used)]

use mynah_models::features::{ERROR_FILTER_TAPS, FeatureFrame, Features, FeaturesState, MEL_BINS};
use mynah_models::prior::{
    Envelope, FILTER_TAPS, FilterDesign, FilterDesignState, Prior, PriorFrame, PriorState,
    Whitened, WhitenedState,
};
use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};
use safetensors::SafeTensors;

const BYTES: &[u8] = include_bytes!("golden/dsp.safetensors");
const PITCH_BYTES: &[u8] = include_bytes!("golden/pitch.safetensors");

fn golden(name: &str) -> Vec<f32> {
    floats(&SafeTensors::deserialize(BYTES).unwrap(), name)
}

fn floats(file: &SafeTensors, name: &str) -> Vec<f32> {
    let bytes = file.tensor(name).unwrap().data();
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&value| f32::from_le_bytes(value))
        .collect()
}

fn hops(signal: &[f32]) -> &[[f32; HOP_SAMPLES]] {
    signal.as_chunks().0
}

fn frames_of(input: &[f32]) -> Vec<FeatureFrame> {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    hops(input)
        .iter()
        .filter_map(|hop| features.step(&mut state, hop).copied())
        .collect()
}

#[track_caller]
fn assert_near(name: &str, actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let (worst, error) = actual
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .enumerate()
        .fold((0, 0.0), |worst, next| {
            if next.1 > worst.1 || next.1.is_nan() {
                next
            } else {
                worst
            }
        });
    println!(
        "{name}: largest error {error:.2e} at {worst}, {} for {}",
        actual[worst], expected[worst]
    );
    assert!(
        error <= tolerance,
        "{name}: {error:.2e} at {worst}: {} for {}",
        actual[worst],
        expected[worst]
    );
}

#[test]
fn features_equal_the_specification() {
    let frames = frames_of(&golden("input"));
    let flat = |value: &dyn Fn(&FeatureFrame) -> Vec<f32>| {
        frames.iter().flat_map(value).collect::<Vec<_>>()
    };
    // Bands near the floor, 90 dB below the loudest, show the rounding of both single-precision
    // transforms.
    assert_near(
        "log_mel",
        &flat(&|frame| frame.log_mel.to_vec()),
        &golden("log_mel"),
        1e-3,
    );
    assert_near(
        "log_level",
        &flat(&|frame| vec![frame.log_level]),
        &golden("log_level"),
        1e-5,
    );
    assert_near(
        "log_loudness",
        &flat(&|frame| vec![frame.log_loudness]),
        &golden("log_loudness"),
        1e-5,
    );
    assert_near(
        "attack",
        &flat(&|frame| vec![frame.attack]),
        &golden("attack"),
        1e-5,
    );
    assert_near(
        "f0_hz",
        &flat(&|frame| vec![frame.pitch.f0_hz]),
        &golden("f0_hz"),
        1e-3,
    );
    assert_near(
        "voicing",
        &flat(&|frame| vec![frame.pitch.voicing]),
        &golden("voicing"),
        1e-5,
    );
    let taps = flat(&|frame| frame.error_filter.taps.to_vec());
    assert_eq!(taps.len(), frames.len() * ERROR_FILTER_TAPS);
    assert_near("error_filter", &taps, &golden("error_filter"), 1e-3);
    let residual = flat(&|frame| vec![frame.error_filter.log_amplitude]);
    assert_near("log_residual", &residual, &golden("log_residual"), 1e-4);
    assert_eq!(golden("log_mel").len(), frames.len() * MEL_BINS);
}

/// Onsets, legato changes, 60 to 1,500 Hz, noise and level: every window of the tracker has the
/// last word in some of these frames.
#[test]
fn the_pitch_of_changing_notes_equals_the_specification() {
    let file = SafeTensors::deserialize(PITCH_BYTES).unwrap();
    let samples = file.tensor("input").unwrap().data().as_chunks::<2>().0;
    let input: Vec<f32> = samples
        .iter()
        .map(|&sample| f32::from(i16::from_le_bytes(sample)) / 32_768.0)
        .collect();
    let (f0_hz, voicing): (Vec<f32>, Vec<f32>) = frames_of(&input)
        .iter()
        .map(|frame| (frame.pitch.f0_hz, frame.pitch.voicing))
        .unzip();
    assert_near("f0_hz", &f0_hz, &floats(&file, "f0_hz"), 1e-3);
    assert_near("voicing", &voicing, &floats(&file, "voicing"), 1e-5);
}

#[test]
fn whitened_input_equals_the_specification() {
    let input = golden("input");
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let whitened = Whitened::new();
    let mut state = WhitenedState::new(&whitened);
    let mut residual = vec![0.0; input.len()];
    for (hop, output) in hops(&input).iter().zip(residual.chunks_mut(HOP_SAMPLES)) {
        if let Some(frame) = features.step(&mut features_state, hop) {
            whitened.begin_frame(&mut state, &frame.error_filter);
        }
        whitened.step(&mut state, hop, output);
    }
    let last = input.len() - HOP_SAMPLES;
    assert_near(
        "residual",
        &residual[..last],
        &golden("residual")[..last],
        1e-5,
    );
}

#[test]
fn filter_taps_equal_the_specification() {
    let frames = frames_of(&golden("input"));
    let envelopes = golden("noise_envelope");
    let design = FilterDesign::new();
    let mut state = FilterDesignState::new(&design);
    let mut all = Vec::new();
    for (frame, envelope) in frames.iter().zip(envelopes.as_chunks().0).step_by(8) {
        let mut taps = [0.0; FILTER_TAPS];
        design.step(&mut state, envelope, frame.log_loudness, &mut taps);
        all.extend_from_slice(&taps);
    }
    assert_near("noise_taps", &all, &golden("noise_taps"), 1e-5);
}

/// Tonal and noise stream of the whole input, a hop at a time.
fn streams(follow: bool) -> (Vec<f32>, Vec<f32>) {
    let input = golden("input");
    let (harmonic, noise) = (golden("harmonic_envelope"), golden("noise_envelope"));
    let (harmonic, noise): (&[Envelope], &[Envelope]) =
        (harmonic.as_chunks().0, noise.as_chunks().0);
    let features = Features::new();
    let mut features_state = FeaturesState::new(&features);
    let prior = Prior::new();
    let mut state = PriorState::new(&prior);
    let mut envelopes = harmonic.iter().zip(noise);
    let (mut tonal, mut noisy) = (Vec::new(), Vec::new());
    for hop in hops(&input) {
        if let Some(features) = features.step(&mut features_state, hop) {
            let (harmonic, noise) = envelopes.next().unwrap();
            prior.begin_frame(
                &mut state,
                &PriorFrame::as_heard(features, [harmonic, noise], follow, 1.0),
            );
        }
        let (mut tonal_hop, mut noisy_hop) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        prior.step(&mut state, 1.0, hop, &mut tonal_hop, &mut noisy_hop);
        tonal.extend_from_slice(&tonal_hop);
        noisy.extend_from_slice(&noisy_hop);
    }
    (tonal, noisy)
}

#[test]
fn streams_equal_the_specification() {
    let specified = HOP_SAMPLES..golden("input").len() - HOP_SAMPLES;
    let (track, noisy) = streams(false);
    let (follow, noisy_again) = streams(true);
    assert_eq!(noisy, noisy_again);
    for early in [&track, &follow, &noisy] {
        assert!(
            early[..HOP_SAMPLES].iter().all(|&sample| sample == 0.0),
            "before the first frame all is silent"
        );
    }
    assert_near(
        "tonal_track",
        &track[specified.clone()],
        &golden("tonal_track"),
        5e-5,
    );
    assert_near(
        "tonal_follow",
        &follow[specified.clone()],
        &golden("tonal_follow"),
        5e-5,
    );
    assert_near("noisy", &noisy[specified], &golden("noisy"), 1e-5);
    assert_eq!(golden("tonal_track").len() % FRAME_SAMPLES, 0);
}

#[test]
fn noise_equals_the_specification_to_the_bit() {
    let mut output = vec![0.0; 512];
    mynah_models::prior::Noise::new(0).step(&mut Default::default(), &mut output);
    assert_eq!(output, golden("noise_head"));
}
