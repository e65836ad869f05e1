//! The pitch tracker: accuracy, delay, octaves, voicing.
#![allow(clippy::unwrap_used)]

#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use std::f64::consts::TAU;

use mynah_models::prior::{Noise, NoiseState};
use proptest::prelude::*;

use support::{RATE_HZ, frames_of, tone};

fn cents(actual_hz: f32, expected_hz: f64) -> f64 {
    1200.0 * (f64::from(actual_hz) / expected_hz).log2()
}

#[track_caller]
fn assert_pitch(name: &str, numbers: &[u32], hz: f64) {
    let frames = frames_of(&tone(9600, numbers, |_| hz));
    for (index, frame) in frames.iter().enumerate().skip(12) {
        let error = cents(frame.pitch.f0_hz, hz);
        assert!(
            error.abs() < 10.0,
            "{name} {hz} Hz, frame {index}: {error} cents"
        );
        assert!(
            frame.pitch.voicing > 0.9,
            "{name} {hz} Hz, frame {index}: voicing {}",
            frame.pitch.voicing
        );
    }
}

#[test]
fn steady_tones_are_found_within_ten_cents() {
    let saw: Vec<u32> = (1..=100).collect();
    for hz in [
        55.5, 61.7, 82.4, 110.0, 155.6, 220.0, 329.6, 440.0, 659.3, 987.8, 1318.5, 1760.0, 2000.0,
    ] {
        assert_pitch("sine", &[1], hz);
        assert_pitch("saw", &saw, hz);
        assert_pitch("odd harmonics", &[1, 3, 5, 7, 9], hz);
        if hz < 1000.0 {
            assert_pitch("missing fundamental", &[2, 3, 4, 5, 6], hz);
        }
    }
}

/// From `frames_late` frames after sample `change` on, every frame is voiced and has the pitch.
#[track_caller]
fn assert_heard(name: &str, input: &[f32], change: usize, frames_late: usize, hz: f64) {
    for (index, frame) in frames_of(input).iter().enumerate() {
        let seen = (index + 1) * 256;
        let error = cents(frame.pitch.f0_hz, hz);
        assert!(
            seen < change + frames_late * 256 || error.abs() < 50.0 && frame.pitch.voicing > 0.5,
            "{name}, changed at {change}, {} samples later: {error} cents, voicing {}",
            seen - change,
            frame.pitch.voicing
        );
    }
}

#[test]
fn a_legato_leap_is_heard_as_soon_as_a_window_that_reaches_its_period_is_full() {
    // With the window of 2,048 samples alone those of the first row take 8 or 9 frames.
    let short = [
        (220.0, 330.0),
        (330.0, 220.0),
        (440.0, 660.0),
        (660.0, 440.0),
    ];
    let middle = [(110.0, 165.0), (165.0, 110.0), (440.0, 156.0)];
    let long = [(60.0, 90.0), (90.0, 60.0)];
    let leaps = [(3, &short[..]), (5, &middle), (9, &long)];
    let timbres: [(&str, Vec<u32>); 3] = [
        ("sine", vec![1]),
        ("saw", (1..30).collect()),
        ("odd harmonics", vec![1, 3, 5, 7, 9]),
    ];
    for (frames_late, pitches) in leaps {
        for &(from_hz, to_hz) in pitches {
            for (timbre, numbers) in &timbres {
                // At the beginning of a frame, inside it, and at its end.
                for change in [4864, 4901, 4992, 5119] {
                    let input = tone(change + 5120, numbers, |seconds| {
                        if seconds * RATE_HZ < change as f64 {
                            from_hz
                        } else {
                            to_hz
                        }
                    });
                    let name = format!("{timbre}, {from_hz} to {to_hz} Hz");
                    assert_heard(&name, &input, change, frames_late, to_hz);
                }
            }
        }
    }
}

#[test]
fn a_small_step_is_heard_as_soon_as_a_leap() {
    for (from_hz, to_hz) in [(440.0, 466.2), (466.2, 440.0), (300.0, 336.7)] {
        for change in [4864, 4901, 5119] {
            let input = tone(change + 5120, &[1, 2, 3, 4, 5], |seconds| {
                if seconds * RATE_HZ < change as f64 {
                    from_hz
                } else {
                    to_hz
                }
            });
            assert_heard("step", &input, change, 3, to_hz);
        }
    }
}

/// `first`, then `second` from sample `change` on; they overlap for 40 ms.
fn crossed(first: &[f32], second: &[f32], change: usize) -> Vec<f32> {
    let weight = |n: usize| ((n as f32 - change as f32) / 1920.0).clamp(0.0, 1.0);
    let pairs = first.iter().zip(second).enumerate();
    pairs
        .map(|(n, (first, second))| first * (1.0 - weight(n)) + second * weight(n))
        .collect()
}

#[test]
fn crossing_notes_are_never_heard_as_their_common_divisor() {
    let numbers: Vec<u32> = (1..12).collect();
    for (from_hz, to_hz) in [
        (330.0, 495.0),
        (495.0, 330.0),
        (330.0, 440.0),
        (500.0, 400.0),
        (660.0, 396.0),
    ] {
        for change in [9600, 9700, 9801] {
            let first = tone(19_200, &numbers, |_| from_hz);
            let second = tone(19_200, &numbers, |_| to_hz);
            let (low_hz, high_hz) = (f64::min(from_hz, to_hz), f64::max(from_hz, to_hz));
            for (index, frame) in frames_of(&crossed(&first, &second, change))
                .iter()
                .enumerate()
                .skip(12)
            {
                let f0_hz = frame.pitch.f0_hz;
                assert!(
                    cents(f0_hz, low_hz) > -100.0 && cents(f0_hz, high_hz) < 100.0,
                    "{from_hz} to {to_hz} Hz at {change}, frame {index}: {f0_hz} Hz"
                );
                assert!(frame.pitch.voicing > 0.5, "frame {index}");
            }
        }
    }
}

#[test]
fn an_octave_down_is_believed_when_it_lasts() {
    for divisor in [2.0, 3.0] {
        let numbers: Vec<u32> = (1..12).collect();
        let input = tone(12_000, &numbers, |seconds| {
            if seconds * RATE_HZ < 4864.0 {
                880.0
            } else {
                880.0 / divisor
            }
        });
        assert_heard("down", &input, 4864, 7, 880.0 / divisor);
    }
}

#[test]
fn a_short_dip_is_held_over_and_a_long_one_is_not() {
    let hz = 294.0;
    for (samples, held) in [(1000, true), (4800, false)] {
        let mut input = tone(14_400, &[1, 2, 3, 4, 5], |_| hz);
        let mut noise = vec![0.0; samples];
        Noise::new(7).step(&mut NoiseState::default(), &mut noise);
        for (sample, noise) in input[6000..].iter_mut().zip(&noise) {
            *sample = 0.15 * noise;
        }
        let frames = frames_of(&input);
        let unvoiced = frames[12..]
            .iter()
            .filter(|frame| frame.pitch.voicing < 0.5)
            .count();
        assert_eq!(
            unvoiced == 0,
            held,
            "{unvoiced} frames of {samples} samples"
        );
        if held {
            for frame in &frames[12..] {
                assert!(
                    cents(frame.pitch.f0_hz, hz).abs() < 50.0,
                    "{:?}",
                    frame.pitch
                );
            }
        }
    }
}

#[test]
fn an_onset_is_heard_after_two_or_three_periods() {
    for (hz, frames_late) in [
        (60.0, 8),
        (110.0, 5),
        (220.0, 3),
        (440.0, 3),
        (880.0, 2),
        (1500.0, 2),
    ] {
        for numbers in [1..2, 1..30] {
            let numbers: Vec<u32> = numbers.collect();
            for onset in [2304, 2341, 2432, 2559] {
                let mut input = tone(onset + 5120, &numbers, |_| hz);
                input[..onset].fill(0.0);
                let name = format!("{} harmonics, {hz} Hz", numbers.len());
                assert_heard(&name, &input, onset, frames_late, hz);
            }
        }
    }
}

#[test]
fn an_offset_or_a_rumble_does_not_hide_the_pitch() {
    for hz in [110.0, 440.0, 1500.0] {
        let clean = tone(9600, &[1, 2, 3], |_| hz);
        let rumble = tone(9600, &[1], |_| 8.0);
        let input: Vec<f32> = clean
            .iter()
            .zip(&rumble)
            .map(|(sound, slow)| 0.1 * sound + 0.2 + 0.02 * slow)
            .collect();
        let last = *frames_of(&input).last().unwrap();
        assert!(
            cents(last.pitch.f0_hz, hz).abs() < 15.0,
            "{} for {hz}",
            last.pitch.f0_hz
        );
        assert!(last.pitch.voicing > 0.5);
    }
}

#[test]
fn vibrato_is_followed() {
    // A window sees the pitch of its middle: that is what it must have been. Below 109 Hz that of
    // 2,048 samples speaks, above that of 1,024.
    for (centre_hz, middle_samples) in [(82.0, 1024.0), (440.0, 512.0), (880.0, 512.0)] {
        let pitch_at =
            |seconds: f64| centre_hz * (0.25 / 12.0 * (TAU * 5.5 * seconds).sin()).exp2();
        let frames = frames_of(&tone(24_000, &[1, 2, 3, 4, 5], pitch_at));
        for (index, frame) in frames.iter().enumerate().skip(12) {
            let middle = ((index + 1) as f64 * 256.0 - middle_samples) / RATE_HZ;
            let error = cents(frame.pitch.f0_hz, pitch_at(middle));
            assert!(
                error.abs() < 10.0,
                "{centre_hz} Hz, frame {index}: {error} cents"
            );
        }
    }
}

#[test]
fn noise_is_unvoiced_and_holds_the_pitch() {
    let mut input = tone(9600, &[1, 2, 3], |_| 330.0);
    let mut noise = vec![0.0; 48_000];
    Noise::new(7).step(&mut NoiseState::default(), &mut noise);
    input.extend(noise.iter().map(|sample| 0.1 * sample));
    let frames = frames_of(&input);
    // The first frames of the noise still see the tone, and then it is held over as in a dip.
    let noisy = &frames[9600 / 256 + 16..];
    assert!(
        noisy.iter().all(|frame| frame.pitch.voicing == 0.0),
        "voiced noise"
    );
    assert!(
        noisy
            .iter()
            .all(|frame| frame.pitch.f0_hz == noisy[0].pitch.f0_hz)
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_pitch_is_found(
        hz in 55.5_f64..2150.0,
        level_db in -50.0_f64..0.0,
        harmonics in 1_u32..30,
    ) {
        let gain = 10.0_f64.powf(level_db / 20.0) as f32;
        let numbers: Vec<u32> = (1..=harmonics).collect();
        let loud = tone(4096, &numbers, |_| hz);
        let input: Vec<f32> = loud.iter().map(|sample| sample * gain).collect();
        let last = *frames_of(&input).last().unwrap();
        prop_assert!(cents(last.pitch.f0_hz, hz).abs() < 10.0, "{} for {hz}", last.pitch.f0_hz);
    }

    #[test]
    fn no_octave_leap_is_missed(hz in 60.0_f64..1050.0, up in any::<bool>(), harmonics in 2_u32..30) {
        let (from_hz, to_hz) = if up { (hz, 2.0 * hz) } else { (2.0 * hz, hz) };
        let numbers: Vec<u32> = (1..=harmonics).collect();
        let input = tone(12_000, &numbers, |seconds| if seconds < 0.1 { from_hz } else { to_hz });
        let last = *frames_of(&input).last().unwrap();
        prop_assert!(cents(last.pitch.f0_hz, to_hz).abs() < 10.0, "{} for {to_hz}", last.pitch.f0_hz);
    }
}
