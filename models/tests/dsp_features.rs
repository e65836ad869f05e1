//! Loudness and attack, silence and bad input of the features; the pitch tracker has tests of its own.
#![allow(clippy::unwrap_used)]

#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use mynah_models::HOP_SAMPLES;
use mynah_models::features::{FeatureFrame, Features, FeaturesState};
use proptest::prelude::*;

use support::{frames_of, run, tone};

/// Silence until late in the sixth frame, then `hz` with many harmonics.
fn struck(hz: f32) -> Vec<f32> {
    let silent = 5 * 256 + 150;
    let harmonics = 1..=(10_000.0 / hz) as usize;
    (0..60 * 256)
        .map(|n| {
            let turns = hz * n as f32 / 48_000.0;
            let partial = |h: usize| (std::f32::consts::TAU * h as f32 * turns).sin() / h as f32;
            if n < silent {
                0.0
            } else {
                0.1 * harmonics.clone().map(partial).sum::<f32>()
            }
        })
        .collect()
}

#[test]
fn an_attack_is_heard_at_once_and_a_steady_note_has_none() {
    for hz in [110.3, 221.4, 990.0] {
        let frames = frames_of(&struck(hz));
        assert!(frames[5].attack > 0.3, "{hz} Hz: {}", frames[5].attack);
        assert!(frames[20..].iter().all(|f| f.attack == 0.0), "{hz} Hz");
    }
}

#[test]
fn the_loudness_of_a_low_note_is_steadier_than_its_level() {
    let deviation = |values: &[f32]| {
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        (values.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / values.len() as f32).sqrt()
    };
    for hz in [82.4, 110.3, 146.8] {
        let frames = frames_of(&struck(hz));
        let level: Vec<f32> = frames[20..].iter().map(|f| f.log_level).collect();
        let loudness: Vec<f32> = frames[20..].iter().map(|f| f.log_loudness).collect();
        assert!(
            deviation(&loudness) < 0.5 * deviation(&level),
            "{hz} Hz: {} of {}",
            deviation(&loudness),
            deviation(&level)
        );
        assert!((frames[9].log_loudness - frames[9].log_level).abs() < 0.3);
    }
}

#[test]
fn silence_and_denormals_are_unvoiced_and_at_the_floor() {
    let silent = frames_of(&[0.0; 4096]);
    let denormal = frames_of(&[1e-40; 4096]);
    let features = Features::new();
    let before = *FeaturesState::new(&features).frame();
    for frame in silent.iter().chain(&denormal) {
        assert_eq!(frame.pitch.voicing, 0.0);
        assert_eq!(frame.pitch.f0_hz, 440.0);
        assert!((frame.log_loudness - 1e-5_f32.ln()).abs() < 1e-4);
    }
    assert!(silent.iter().all(|frame| *frame == before));
}

#[test]
fn reset_and_copy_leave_no_trace() {
    let features = Features::new();
    let input = tone(8192, &[1, 2, 3], |seconds| 200.0 + 400.0 * seconds);
    let fresh = frames_of(&input);
    let mut state = FeaturesState::new(&features);
    run(&features, &mut state, &tone(5000, &[1, 4], |_| 777.0));
    state.reset();
    assert_eq!(run(&features, &mut state, &input), fresh);

    let mut first = FeaturesState::new(&features);
    run(&features, &mut first, &input[..HOP_SAMPLES * 21]);
    let mut second = FeaturesState::new(&features);
    run(&features, &mut second, &input[..HOP_SAMPLES * 8]);
    second.copy_from(&first);
    let rest = &input[HOP_SAMPLES * 21..];
    assert_eq!(
        run(&features, &mut first, rest),
        run(&features, &mut second, rest)
    );
}

fn all_finite(frame: &FeatureFrame) -> bool {
    frame
        .log_mel
        .iter()
        .chain(&frame.error_filter.taps)
        .all(|value| value.is_finite())
        && [frame.log_level, frame.log_loudness, frame.attack]
            .iter()
            .all(|value| value.is_finite())
        && frame.error_filter.log_amplitude.is_finite()
        && frame.pitch.f0_hz.is_finite()
        && (0.0..=1.0).contains(&frame.pitch.voicing)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn finite_input_gives_finite_features(input in prop::collection::vec(
        prop_oneof![
            Just(0.0_f32),
            -1.0_f32..1.0,
            -1e-38_f32..1e-38,
            -1e30_f32..1e30,
            Just(f32::MAX),
            Just(f32::MIN)
        ],
        4 * HOP_SAMPLES,
    )) {
        for frame in frames_of(&input) {
            prop_assert!(all_finite(&frame), "{frame:?}");
        }
    }
}
