//! Targets arrive, fade in, and are let go of.

use super::*;
use crate::crossfade::FADE_HOPS;

const FADE_SAMPLES: usize = FADE_HOPS * HOP_SAMPLES;

#[test]
fn an_old_target_is_let_go_of_when_it_has_faded() {
    let first = gain(1.0);
    let mut pipeline = pipeline(48_000.0, Some(Arc::clone(&first)), Controls::neutral());
    process(&mut pipeline, &noise(1, 1_280));
    pipeline.set_patch(Some(gain(0.5)));
    process(&mut pipeline, &noise(2, FADE_SAMPLES - HOP_SAMPLES));
    assert_eq!(Arc::strong_count(&first), 2);
    process(&mut pipeline, &noise(2, HOP_SAMPLES));
    assert_eq!(Arc::strong_count(&first), 1);
}

#[test]
fn the_latest_of_many_wins() {
    let mut pipeline = pipeline(48_000.0, None, Controls::neutral());
    let patches: Vec<_> = (0..5_000).map(|n| gain(n as f32 / 5_000.0)).collect();
    for patch in &patches {
        pipeline.set_patch(Some(Arc::clone(patch)));
    }
    let input = noise(3, 5_000);
    let output = process(&mut pipeline, &input);
    let last = patches.last().unwrap();
    assert_eq!(output[4_000], input[4_000 - 144] * last.track);
    let held = |patch: &&Arc<Gains>| Arc::strong_count(patch) == 2;
    assert_eq!(patches.iter().filter(held).count(), 1);
}

/// However often targets are set.
#[test]
fn a_storm_of_swaps_is_weathered() {
    let mut pipeline = pipeline(44_100.0, None, Controls::neutral());
    let patch = gain(0.5);
    for round in 0..500 {
        for _ in 0..round % 12 {
            pipeline.set_patch((round % 7 != 0).then(|| Arc::clone(&patch)));
        }
        let output = process(
            &mut pipeline,
            &noise(round + 1, (round as usize * 37) % 300),
        );
        assert!(output.iter().all(|sample| sample.is_finite()));
    }
    process(&mut pipeline, &noise(1, 4 * FADE_SAMPLES));
    assert_eq!(Arc::strong_count(&patch), 2);
    drop(pipeline);
    assert_eq!(Arc::strong_count(&patch), 1);
}

#[test]
fn crossfade_is_straight_and_aligned_with_the_dry_signal() {
    let mut pipeline = pipeline(48_000.0, Some(gain(0.0)), Controls::neutral());
    process(&mut pipeline, &[1.0; 1_280]);
    pipeline.set_patch(None);
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
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    process(&mut pipeline, &noise(1, 1_280));
    let next = gain(0.5);
    pipeline.set_patch(Some(Arc::clone(&next)));
    process(&mut pipeline, &noise(1, 200));
    pipeline.reset();
    let input = noise(2, 1_000);
    let output = process(&mut pipeline, &input);
    assert_eq!(output[144], input[0] * 0.5);
    assert_eq!(Arc::strong_count(&next), 2);
}

#[test]
fn before_the_first_sample_there_is_nothing_to_fade_from() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    pipeline.set_patch(Some(gain(0.5)));
    let input = noise(2, 1_000);
    assert_eq!(process(&mut pipeline, &input)[144], input[0] * 0.5);
}

#[test]
fn meters_show_what_is_there() {
    let mut pipeline = pipeline(48_000.0, Some(gain(0.5)), Controls::neutral());
    process(&mut pipeline, &[0.5; 1_280]);
    let meters = pipeline.meters();
    assert!(meters.has_target && !meters.asleep);
    assert_eq!((meters.input_peak, meters.output_peak), (0.5, 0.25));
    assert_eq!(meters.telemetry.f0_hz, 10.0);
    pipeline.set_patch(None);
    process(&mut pipeline, &[0.5; 1_280]);
    assert!(!pipeline.meters().has_target);
    assert_eq!(pipeline.meters().telemetry, Telemetry::default());
}
