//! Reported latency is measured latency, at every rate.

use super::*;
use crate::latency::{Timing, latency_samples};

pub(super) const RATES_HZ: [f64; 18] = [
    8_000.0, 8_000.001, 11_025.0, 16_000.0, 22_050.0, 24_000.0, 32_000.0, 44_056.0, 44_100.0,
    44_100.5, 47_952.048, 48_000.0, 48_000.001, 88_200.0, 96_000.0, 131_071.7, 176_400.0,
    192_000.0,
];

/// A pulse without steps, at most 1, centred on a sample: no rate loses anything of it.
fn pulse(rate_hz: f64, centre: usize, samples: usize) -> Vec<f32> {
    let width = rate_hz / 2_000.0;
    let at = |n: usize| ((n as f64 - centre as f64) / width).powi(2);
    (0..samples).map(|n| (-at(n)).exp() as f32).collect()
}

fn centroid(signal: &[f32]) -> f64 {
    let moment: f64 = signal
        .iter()
        .enumerate()
        .map(|(n, &x)| n as f64 * f64::from(x))
        .sum();
    moment / signal.iter().map(|&x| f64::from(x)).sum::<f64>()
}

#[test]
fn at_48_khz_an_impulse_comes_out_whole_after_144_samples() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    assert_eq!(pipeline.latency_samples(), 144);
    for position in [0, 1, 127, 128, 1_000] {
        pipeline.reset();
        let mut input = vec![0.0; 2_000];
        input[position] = 0.75;
        let output = process(&mut pipeline, &input);
        assert_same_bits(&output, &delayed(&input, 144));
    }
}

#[test]
fn measured_latency_is_the_reported_one() {
    for rate_hz in RATES_HZ {
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), Controls::neutral());
        let reported = pipeline.latency_samples();
        assert_eq!(Some(reported), latency_samples(rate_hz));
        let length = 3 * (reported as usize + rate_hz as usize / 100);
        for centre in [length / 3, length / 3 + 1] {
            pipeline.reset();
            let input = pulse(rate_hz, centre, length);
            let output = process(&mut pipeline, &input);
            let measured = centroid(&output) - centroid(&input);
            let error = measured - f64::from(reported);
            assert!(
                error.abs() < 1e-3,
                "{rate_hz} Hz: {reported} reported, {measured} measured"
            );
            let peak = (0..length)
                .max_by(|&a, &b| output[a].total_cmp(&output[b]))
                .unwrap();
            assert_eq!(peak, centre + reported as usize, "{rate_hz} Hz");
        }
    }
}

/// Were dry and wet apart by a tenth of a sample, a mix would be off by -50 dB here.
#[test]
fn dry_and_wet_are_in_time_with_each_other() {
    for rate_hz in RATES_HZ {
        let controls = Controls {
            mix: 0.5,
            ..Controls::neutral()
        };
        let mut pipeline = pipeline(rate_hz, Some(gain(1.0)), controls);
        let latency = pipeline.latency_samples() as usize;
        let input = pulse(rate_hz, latency, 3 * latency + 1_000);
        let output = process(&mut pipeline, &input);
        for (n, (out, dry)) in output.iter().zip(delayed(&input, latency)).enumerate() {
            assert!(
                (out - dry).abs() < 2e-5,
                "{rate_hz} Hz, sample {n}: {out} and {dry}"
            );
        }
    }
}

#[test]
fn dry_signal_is_the_input_to_the_bit() {
    let neutral = Controls::neutral();
    for rate_hz in RATES_HZ {
        for (patch, controls) in [
            (
                Some(gain(0.3)),
                Controls {
                    mix: 0.0,
                    ..neutral
                },
            ),
            (
                Some(gain(0.3)),
                Controls {
                    bypass: true,
                    output_gain_db: 7.0,
                    ..neutral
                },
            ),
            (None, neutral),
        ] {
            let mut pipeline = pipeline(rate_hz, patch, controls);
            let mut left = noise(1, 5_000);
            let mut right = noise(2, 5_000);
            left[100] = -0.0;
            right[200] = f32::MIN_POSITIVE;
            let latency = pipeline.latency_samples() as usize;
            let mut wanted = (delayed(&left, latency), delayed(&right, latency));
            // Denormal: counts as silence.
            right[300] = 1e-40;
            wanted.1[300 + latency] = 0.0;
            pipeline.process(&mut [&mut left, &mut right]);
            assert_same_bits(&left, &wanted.0);
            assert_same_bits(&right, &wanted.1);
        }
    }
}

#[test]
fn bypass_glides_in_and_keeps_the_latency() {
    let mut pipeline = pipeline(44_100.0, Some(gain(0.0)), Controls::neutral());
    let latency = pipeline.latency_samples();
    let input = noise(3, 10_000);
    assert!(
        process(&mut pipeline, &input)
            .iter()
            .all(|&sample| sample == 0.0)
    );
    pipeline.set_controls(&Controls {
        bypass: true,
        ..Controls::neutral()
    });
    let output = process(&mut pipeline, &input);
    assert_eq!(pipeline.latency_samples(), latency);
    assert_same_bits(
        &output[2_000..],
        &delayed(&input, latency as usize)[2_000..],
    );
}

#[test]
fn stereo_is_heard_on_both_sides_and_comes_out_on_both() {
    let controls = Controls {
        mix: 0.5,
        ..Controls::neutral()
    };
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), controls);
    let (mut left, mut right) = (vec![0.0; 400], vec![0.0; 400]);
    left[0] = 0.5;
    right[10] = 0.25;
    pipeline.process(&mut [&mut left, &mut right]);
    assert_eq!((left[144], right[144]), (0.25 + 0.125, 0.125));
    assert_eq!((left[154], right[154]), (0.0625, 0.125 + 0.0625));
}

#[test]
fn odd_channel_layouts_are_no_danger() {
    let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
    pipeline.process(&mut []);
    pipeline.process(&mut [&mut []]);
    let (mut left, mut right, mut third) = ([0.1; 10], [0.1; 7], [0.1; 10]);
    pipeline.process(&mut [&mut left, &mut right, &mut third]);
    assert_eq!((left[6], left[7], third[0]), (0.0, 0.1, 0.1));
}

/// The formula leaves the way back no more than it needs: it never waits, and has little to spare.
#[test]
fn latency_is_enough_and_not_much_more() {
    use crate::hop_scheduler::HopScheduler;
    for rate_hz in RATES_HZ {
        let timing = Timing::new(rate_hz);
        let never_waits = |timing: &Timing| {
            let mut scheduler = HopScheduler::new(timing);
            (0..200_000).all(|_| {
                let ready = scheduler.pull().is_some();
                scheduler.push([0.0; 2], |_, _| {});
                ready
            })
        };
        assert!(never_waits(&timing), "{rate_hz} Hz");
        let spare = 2 + timing.host_rate.div_ceil(timing.core_rate);
        let shorter = Timing {
            latency_samples: timing.latency_samples - spare,
            ..timing
        };
        assert!(
            !never_waits(&shorter),
            "{rate_hz} Hz: {spare} samples less would do"
        );
    }
}

#[test]
fn a_note_is_taken_at_the_next_start_of_a_hop() {
    let input = noise(3, 1_000);
    // The hop after sample 300 starts at 384, and what it makes comes out a hop later.
    for (set_at, heard_from) in [(0, 0), (1, 256), (128, 256), (300, 512), (384, 512)] {
        let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
        let mut output = process(&mut pipeline, &input[..set_at]);
        pipeline.set_note(Some(32.0));
        output.extend(process(&mut pipeline, &input[set_at..]));
        let mut wanted = delayed(&input, 144);
        for sample in &mut wanted[heard_from..] {
            *sample *= note_gain(32.0);
        }
        assert_same_bits(&output, &wanted);
    }
}

#[test]
fn impossible_notes_are_brought_into_range() {
    let input = noise(4, 600);
    for (semitones, gain_of_note) in [
        (f32::NAN, 1.0),
        (f32::NEG_INFINITY, note_gain(0.0)),
        (1e9, note_gain(127.0)),
    ] {
        let mut pipeline = pipeline(48_000.0, Some(gain(1.0)), Controls::neutral());
        pipeline.set_note(Some(semitones));
        let output = process(&mut pipeline, &input);
        for (out, dry) in output.iter().zip(delayed(&input, 144)) {
            assert_eq!(*out, gain_of_note * dry);
        }
    }
}
