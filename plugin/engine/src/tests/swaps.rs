//! Targets arrive, fade in, and go back to where they may be dropped.

use super::*;
use crate::swap::SWAPS_WAITING;
use crate::translator::FADE_HOPS;

const FADE_SAMPLES: usize = FADE_HOPS * HOP_SAMPLES;

#[test]
fn old_targets_come_back_to_be_dropped_elsewhere() {
    let first = gain(1.0);
    let weak = Arc::downgrade(&first);
    let (mut pipeline, mut sender) = pipeline(48_000.0, Some(first), Controls::neutral());
    process(&mut pipeline, &noise(1, 1_000));
    assert!(sender.send(Some(gain(0.5))).is_ok());
    process(&mut pipeline, &noise(2, 10_000));
    assert!(
        weak.upgrade().is_some(),
        "the audio thread must not drop it"
    );
    sender.drop_old();
    assert!(weak.upgrade().is_none());
}

#[test]
fn the_latest_of_many_wins_and_none_is_dropped_on_the_way() {
    let (mut pipeline, mut sender) = pipeline(48_000.0, None, Controls::neutral());
    let patches: Vec<_> = (0..SWAPS_WAITING)
        .map(|n| gain(n as f32 / SWAPS_WAITING as f32))
        .collect();
    for patch in &patches {
        assert!(sender.send(Some(Arc::clone(patch))).is_ok());
    }
    assert!(sender.send(None).is_err());
    let input = noise(3, 5_000);
    let output = process(&mut pipeline, &input);
    let last = patches.last().unwrap();
    assert_eq!(output[4_000], input[4_000 - 144] * last.track);
    assert!(patches.iter().all(|patch| Arc::strong_count(patch) == 2));
    sender.drop_old();
    let kept = patches
        .iter()
        .filter(|patch| Arc::strong_count(patch) == 2)
        .count();
    assert_eq!(kept, 1);
}

/// However fast targets are sent, and however seldom old ones are fetched.
#[test]
fn a_storm_of_swaps_is_weathered() {
    let (mut pipeline, mut sender) = pipeline(44_100.0, None, Controls::neutral());
    let patch = gain(0.5);
    for round in 0..500 {
        for _ in 0..round % 12 {
            let _ = sender.send((round % 7 != 0).then(|| Arc::clone(&patch)));
        }
        let output = process(
            &mut pipeline,
            &noise(round + 1, (round as usize * 37) % 300),
        );
        assert!(output.iter().all(|sample| sample.is_finite()));
    }
    process(&mut pipeline, &noise(1, 4 * FADE_SAMPLES));
    sender.drop_old();
    assert!(
        Arc::strong_count(&patch) <= 2,
        "{} left",
        Arc::strong_count(&patch)
    );
    drop((pipeline, sender));
    assert_eq!(Arc::strong_count(&patch), 1);
}

#[test]
fn crossfade_is_straight_and_aligned_with_the_dry_signal() {
    let (mut pipeline, mut sender) = pipeline(48_000.0, Some(gain(0.0)), Controls::neutral());
    process(&mut pipeline, &[1.0; 1_280]);
    assert!(sender.send(None).is_ok());
    let output = process(&mut pipeline, &[1.0; 2_560]);
    // The hop that starts here comes out 128 samples later.
    for (n, sample) in output.iter().enumerate() {
        let wanted = (n as f32 - 127.0).clamp(0.0, FADE_SAMPLES as f32) / FADE_SAMPLES as f32;
        assert!(
            (sample - wanted).abs() < 1e-6,
            "sample {n}: {sample}, not {wanted}"
        );
    }
}

#[test]
fn a_reset_in_the_middle_of_a_fade_ends_it() {
    let (mut pipeline, mut sender) = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    process(&mut pipeline, &noise(1, 1_280));
    let next = gain(0.5);
    assert!(sender.send(Some(Arc::clone(&next))).is_ok());
    process(&mut pipeline, &noise(1, 200));
    pipeline.reset();
    let input = noise(2, 1_000);
    let output = process(&mut pipeline, &input);
    assert_eq!(output[144], input[0] * 0.5);
    sender.drop_old();
    assert_eq!(Arc::strong_count(&next), 2);
}

#[test]
fn before_the_first_sample_there_is_nothing_to_fade_from() {
    let (mut pipeline, mut sender) = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    assert!(sender.send(Some(gain(0.5))).is_ok());
    let input = noise(2, 1_000);
    assert_eq!(process(&mut pipeline, &input)[144], input[0] * 0.5);
}

#[test]
fn meters_show_what_is_there() {
    let (mut pipeline, mut sender) = pipeline(48_000.0, Some(gain(0.5)), Controls::neutral());
    process(&mut pipeline, &[0.5; 1_280]);
    let meters = pipeline.meters();
    assert!(meters.has_target && !meters.asleep);
    assert_eq!((meters.input_peak, meters.output_peak), (0.5, 0.25));
    assert_eq!(meters.telemetry.f0_hz, 10.0);
    assert!(sender.send(None).is_ok());
    process(&mut pipeline, &[0.5; 1_280]);
    assert!(!pipeline.meters().has_target);
    assert_eq!(pipeline.meters().telemetry, Telemetry::default());
}
