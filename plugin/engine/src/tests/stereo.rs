//! In stereo each side has a voice of its own; in mono nothing is otherwise than without stereo.

use proptest::prelude::*;

use super::*;
use crate::controls::Channels;

const RATES_HZ: [f64; 4] = [8_000.0, 44_100.0, 48_000.0, 96_000.0];

fn controls(channels: Channels) -> Controls {
    Controls {
        channels,
        ..Controls::neutral()
    }
}

/// Processes both sides in one block.
fn play(pipeline: &mut Pipeline<PassThrough>, left: &[f32], right: &[f32]) -> [Vec<f32>; 2] {
    let [mut left, mut right] = [left.to_vec(), right.to_vec()];
    pipeline.process(&mut [&mut left, &mut right]);
    [left, right]
}

#[test]
fn each_side_is_what_a_path_of_its_own_makes_of_it() {
    let neutral = controls(Channels::Stereo);
    let softer = Controls {
        mix: 0.7,
        input_gain_db: -6.0,
        output_gain_db: 3.0,
        ..neutral
    };
    for rate_hz in RATES_HZ {
        for controls in [neutral, softer] {
            let sides = [noise(1, 20_000), noise(2, 20_000)];
            let mut both = pipeline(rate_hz, Some(gain(0.5)), controls);
            let stereo = play(&mut both, &sides[0], &sides[1]);
            for (side, stereo) in sides.iter().zip(stereo) {
                let mut alone = pipeline(rate_hz, Some(gain(0.5)), controls);
                assert_same_bits(&stereo, &process(&mut alone, side));
            }
        }
    }
}

#[test]
fn sides_that_cancel_in_mono_are_at_full_level_in_stereo() {
    let left = noise(3, 10_000);
    let right: Vec<f32> = left.iter().map(|x| -x).collect();
    let of = |channels| {
        let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), controls(channels));
        play(&mut pipeline, &left, &right)
    };
    for side in of(Channels::Mono) {
        assert!(side.iter().all(|x| *x == 0.0));
    }
    let stereo = of(Channels::Stereo);
    assert_same_bits(&stereo[0], &delayed(&left, 144));
    assert_same_bits(&stereo[1], &delayed(&right, 144));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sides_that_are_the_same_sound_as_in_mono(
        rate_hz in prop_oneof![Just(48_000.0), Just(44_100.0), 8_000.0..192_000.0],
        room in prop_oneof![Just(0.0), 0.0f32..=1.0],
        mix in prop_oneof![Just(1.0), 0.0f32..=1.0],
        seed in 1u32..1_000,
        silence_samples in prop_oneof![Just(0), 0usize..60_000],
    ) {
        let mut sound = noise(seed, 8_000);
        sound.resize(sound.len() + silence_samples, 0.0);
        sound.extend(noise(seed + 1, 3_000));
        let of = |channels| {
            let controls = Controls { room, mix, ..controls(channels) };
            let mut pipeline = pipeline(rate_hz, Some(gain(0.5)), controls);
            play(&mut pipeline, &sound, &sound)
        };
        prop_assert!(of(Channels::Stereo) == of(Channels::Mono));
    }
}

#[test]
fn a_single_channel_sounds_as_in_mono() {
    let sound = noise(5, 20_000);
    for rate_hz in RATES_HZ {
        let of = |channels| {
            let controls = Controls {
                room: 0.5,
                ..controls(channels)
            };
            let mut pipeline = pipeline(rate_hz, Some(gain(0.5)), controls);
            process(&mut pipeline, &sound)
        };
        assert_same_bits(&of(Channels::Stereo), &of(Channels::Mono));
    }
}

/// There and back again: in between each side is its own, and afterwards all is as if it had always been mono.
#[test]
fn the_way_to_stereo_and_back_ends_where_it_should() {
    let mut moving = pipeline(48_000.0, Some(gain(1.0)), controls(Channels::Mono));
    let mut mono = pipeline(48_000.0, Some(gain(1.0)), controls(Channels::Mono));
    let sides = [noise(6, 36_000), noise(7, 36_000)];
    let [middle, ..] = play(&mut mono, &sides[0], &sides[1]);
    let mut heard = [Vec::new(), Vec::new()];
    for (part, channels) in [Channels::Mono, Channels::Stereo, Channels::Mono]
        .into_iter()
        .enumerate()
    {
        moving.set_controls(&controls(channels));
        let part = part * 12_000..(part + 1) * 12_000;
        let made = play(&mut moving, &sides[0][part.clone()], &sides[1][part]);
        for (heard, made) in heard.iter_mut().zip(made) {
            heard.extend(made);
        }
    }
    // 50 ms, the latency and a hop.
    let way = 2_400 + 144 + 128;
    for (heard, side) in heard.iter().zip(&sides) {
        assert_same_bits(&heard[..12_000], &middle[..12_000]);
        assert_same_bits(
            &heard[12_000 + way..24_000],
            &delayed(side, 144)[12_000 + way..24_000],
        );
        assert_same_bits(&heard[24_000 + way..], &middle[24_000 + way..]);
    }
}

#[test]
fn the_way_to_stereo_and_back_is_without_a_step() {
    for rate_hz in [44_100.0, 48_000.0] {
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), controls(Channels::Mono));
        let sides = [300.0, 450.0].map(|hz| sine(rate_hz, hz, 60_000));
        let mut heard = [Vec::new(), Vec::new()];
        // Also before the way has come to its end.
        for (turn, part) in (0..60_000).step_by(1_500).enumerate() {
            let is_stereo = turn % 2 == 1 || turn > 30;
            let channels = if is_stereo {
                Channels::Stereo
            } else {
                Channels::Mono
            };
            pipeline.set_controls(&controls(channels));
            let part = part..part + 1_500;
            let made = play(&mut pipeline, &sides[0][part.clone()], &sides[1][part]);
            for (heard, made) in heard.iter_mut().zip(made) {
                heard.extend(made);
            }
        }
        for heard in heard {
            // The quicker of both waves has slopes up to 0.064.
            let steepest = heard[1_000..].windows(2).fold(0.0f32, |steepest, pair| {
                steepest.max((pair[1] - pair[0]).abs())
            });
            assert!(steepest < 0.08, "{rate_hz} Hz: {steepest}");
        }
    }
}

#[test]
fn a_new_target_fades_in_on_both_sides_and_the_old_one_is_let_go_of() {
    let first = gain(1.0);
    let patch = Some(Arc::clone(&first));
    let mut pipeline = pipeline(48_000.0, patch, controls(Channels::Stereo));
    let sides = [vec![1.0; 2_560], vec![-0.5; 2_560]];
    play(&mut pipeline, &sides[0], &sides[1]);
    pipeline.set_patch(Some(gain(0.5)));
    let heard = play(&mut pipeline, &sides[0], &sides[1]);
    for (heard, side) in heard.iter().zip(&sides) {
        assert_eq!(heard[100], side[0]);
        // Half of the fade, a hop late.
        let half_way = heard[128 + 256] / side[0];
        assert!((half_way - 0.75).abs() < 0.01, "{half_way}");
        assert_eq!(heard[1_000], 0.5 * side[0]);
    }
    assert_eq!(Arc::strong_count(&first), 1);
}

/// The display is shown the side that plays, and that it plays.
#[test]
fn the_louder_side_is_shown() {
    let second = 48_000;
    for (left, right) in [(1.0, 0.0), (0.0, 1.0), (0.1, 1.0), (1.0, 0.1)] {
        let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), controls(Channels::Stereo));
        let (feed, mut monitor) = crate::monitor::monitor();
        pipeline.report_to(feed);
        let sound = noise(8, 2 * second);
        let sides =
            [left, right].map(|gain| -> Vec<f32> { sound.iter().map(|x| gain * x).collect() });
        play(&mut pipeline, &sides[0][..second], &sides[1][..second]);
        monitor.watch(true);
        play(&mut pipeline, &sides[0][second..], &sides[1][second..]);
        let peak = std::iter::from_fn(|| monitor.next_report())
            .flat_map(|report| report.input)
            .fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(peak > 0.9, "{left}, {right}: {peak}");
        assert!(pipeline.meters().telemetry.f0_hz > 300.0, "hops");
        assert!(!pipeline.meters().asleep);
    }
}

#[test]
fn only_mono_is_told_that_the_sides_cancel() {
    let left = noise(9, 48_000);
    let right: Vec<f32> = left.iter().map(|x| -x).collect();
    let cancels = |controls: Controls, right: &[f32]| {
        let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), controls);
        play(&mut pipeline, &left, right);
        pipeline.meters().cancels
    };
    let mono = controls(Channels::Mono);
    assert!(cancels(mono, &right));
    assert!(!cancels(mono, &left));
    assert!(!cancels(controls(Channels::Stereo), &right));
    assert!(!cancels(
        mono.with(crate::controls::Control::Mix, 0.0),
        &right
    ));
    assert!(!cancels(
        mono.with(crate::controls::Control::Bypass, 1.0),
        &right
    ));
}
