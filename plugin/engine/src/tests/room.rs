//! The room in the path: where it is heard, where it is not, and when it lets the path rest.

use super::*;

fn with_room(room: f32, room_size: f32) -> Controls {
    Controls {
        room,
        room_size,
        ..Controls::neutral()
    }
}

fn stereo(pipeline: &mut Pipeline<PassThrough>, input: &[f32]) -> [Vec<f32>; 2] {
    let [mut left, mut right] = [input.to_vec(), input.to_vec()];
    pipeline.process(&mut [&mut left, &mut right]);
    [left, right]
}

#[test]
fn one_channel_gets_the_middle_of_two() {
    for rate_hz in [44_100.0, 48_000.0] {
        let controls = Controls {
            mix: 0.8,
            ..with_room(0.4, 0.3)
        };
        let mut one = pipeline(rate_hz, Some(gain(0.5)), controls);
        let mut two = pipeline(rate_hz, Some(gain(0.5)), controls);
        let input = noise(1, 20_000);
        let mono = process(&mut one, &input);
        let [left, right] = stereo(&mut two, &input);
        assert!(left != right);
        let middle: Vec<f32> = left
            .iter()
            .zip(&right)
            .map(|(l, r)| 0.5 * (l + r))
            .collect();
        assert_same_bits(&mono, &middle);
    }
}

#[test]
fn the_direct_sound_is_as_late_as_without_a_room() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), with_room(0.3, 0.0));
    let mut input = vec![0.0; 1_000];
    input[100] = 1.0;
    let [left, _] = stereo(&mut pipeline, &input);
    let first = left.iter().position(|x| *x != 0.0);
    assert_eq!(first, Some(100 + 144));
    let direct = 0.7 / (0.49f32 + 0.09).sqrt();
    assert!((left[244] - direct).abs() < 1e-6);
}

/// The room is the translation's: dry sound, bypassed sound and what passes for want of a target have none.
#[test]
fn what_is_dry_has_no_room() {
    let input = noise(2, 30_000);
    let dry = Controls {
        mix: 0.0,
        ..with_room(1.0, 1.0)
    };
    let bypassed = Controls {
        bypass: true,
        ..with_room(1.0, 1.0)
    };
    for (patch, controls) in [
        (Some(gain(1.0)), dry),
        (Some(gain(1.0)), bypassed),
        (None, with_room(1.0, 1.0)),
    ] {
        let mut pipeline = pipeline(48_000.0, patch, controls);
        for side in stereo(&mut pipeline, &input) {
            assert_same_bits(&side, &delayed(&input, 144));
        }
    }
}

#[test]
fn a_target_that_goes_takes_its_room_with_it() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), with_room(0.5, 1.0));
    process(&mut pipeline, &noise(3, 48_000));
    pipeline.set_patch(None);
    let input = vec![0.0; 9_600];
    let output = process(&mut pipeline, &input);
    // The way out of the chain, and the fade.
    assert!(output[..144].iter().any(|x| x.abs() > 0.01));
    assert!(output[1_200..].iter().all(|x| *x == 0.0));
    let steepest = output.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    // Noise is steep, but no steeper than it was.
    assert!(steepest.fold(0.0, f32::max) < 2.5);
}

#[test]
fn the_path_rests_when_the_tail_has_rung_out_and_not_before() {
    for (rate_hz, size) in [(48_000.0, 1.0), (44_100.0, 0.0), (192_000.0, 0.5)] {
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), with_room(0.5, size));
        process(&mut pipeline, &noise(4, rate_hz as usize / 2));
        let mut seconds = 0.0;
        let mut last = Vec::new();
        while !pipeline.quiet.can_rest() {
            let mut left = vec![0.0; rate_hz as usize / 100];
            let mut right = left.clone();
            pipeline.process(&mut [&mut left, &mut right]);
            let heard = left.iter().chain(&right).any(|x| *x != 0.0);
            if heard {
                last = left;
            }
            seconds += 0.01;
            assert!(seconds < 10.0, "it never rests");
        }
        assert!(last.iter().all(|x| x.abs() < 1.6e-5), "cut off: {last:?}");
        // 96 dB at the speed at which it falls.
        let rings_s = 1.6 * f64::from(0.4 * 4.5f32.powf(size));
        assert!(
            (rings_s..2.0 * rings_s + 1.0).contains(&seconds),
            "{seconds} s, {rings_s} s"
        );
        let after = process(&mut pipeline, &vec![0.0; 4_800]);
        assert!(after.iter().all(|x| *x == 0.0) && pipeline.quiet.can_rest());
    }
}

#[test]
fn a_room_that_is_turned_up_in_a_rest_is_there_after_it() {
    let mut turned = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    process(&mut turned, &vec![0.0; 96_000]);
    assert!(turned.quiet.can_rest());
    turned.set_controls(&with_room(1.0, 0.5));
    process(&mut turned, &vec![0.0; 48_000]);
    assert!(turned.quiet.can_rest());
    let mut fresh = pipeline(48_000.0, Some(gain(1.0)), with_room(1.0, 0.5));
    process(&mut fresh, &vec![0.0; 48_000]);
    let input = noise(5, 9_600);
    assert_same_bits(&process(&mut turned, &input), &process(&mut fresh, &input));
}
