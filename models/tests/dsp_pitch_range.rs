//! The pitch tracker at the ends of its range, and beyond: the lowest string of a bass, the top of a piccolo, and what
//! must not be taken for either.
#![allow(clippy::unwrap_used)]

#[path = "support/features.rs"]
#[allow(dead_code)]
mod support;

use std::f64::consts::TAU;

use mynah_models::features::FeatureFrame;
use mynah_models::prior::{Noise, NoiseState};
use proptest::prelude::*;

use support::{RATE_HZ, frames_of, tone};

fn cents(actual_hz: f32, expected_hz: f64) -> f64 {
    1200.0 * (f64::from(actual_hz) / expected_hz).log2()
}

/// Share of the frames that are voiced and within 50 cents, and of those that are voiced and are not.
fn right_and_wrong(frames: &[FeatureFrame], hz: f64) -> (f64, f64) {
    let of = |is_right: bool| {
        let voiced = frames.iter().filter(|frame| frame.pitch.voicing > 0.5);
        let counted =
            voiced.filter(|frame| (cents(frame.pitch.f0_hz, hz).abs() < 50.0) == is_right);
        counted.count() as f64 / frames.len() as f64
    };
    (of(true), of(false))
}

/// A plucked string: stiff, its high partials die first.
fn plucked(hz: f64, seconds: f64) -> Vec<f32> {
    let count = (seconds * RATE_HZ) as usize;
    let partials: Vec<(f64, f64, f64)> = (1..40)
        .map(|number| {
            let number = f64::from(number);
            let partial_hz = number * hz * (1.0 + 1e-5 * number * number).sqrt();
            // Plucked at a seventh of its length.
            let amplitude = (TAU / 14.0 * number).sin().abs() / number;
            (partial_hz, amplitude, 0.6 + 0.15 * number)
        })
        .filter(|(partial_hz, ..)| *partial_hz < 18_000.0)
        .collect();
    (0..count)
        .map(|n| {
            let t = n as f64 / RATE_HZ;
            let sum: f64 = partials
                .iter()
                .map(|(hz, amplitude, damping)| {
                    amplitude * (-damping * t).exp() * (TAU * hz * t).sin()
                })
                .sum();
            0.3 * sum as f32
        })
        .collect()
}

#[test]
fn every_string_of_a_bass_is_heard_at_its_own_pitch() {
    let (mut right, mut notes) = (0.0, 0.0);
    for note in 28..=55 {
        let hz = 440.0 * ((f64::from(note) - 69.0) / 12.0).exp2();
        let frames = frames_of(&plucked(hz, 0.8));
        // Its first 80 ms are the delay of the register.
        let (found, wrong) = right_and_wrong(&frames[15..], hz);
        assert!(
            wrong < 0.02,
            "note {note}: {wrong} of the frames are wrong notes"
        );
        right += found;
        notes += 1.0;
    }
    assert!(right / notes > 0.97, "{}", right / notes);
}

#[test]
fn the_ends_of_the_range_are_found_within_ten_cents() {
    let saw: Vec<u32> = (1..=100).collect();
    for hz in [
        30.5, 32.7, 41.2, 49.0, 54.0, 55.2, 2349.0, 2637.0, 3136.0, 3729.0, 4186.0, 4350.0,
    ] {
        for (name, numbers) in [("sine", &[1][..]), ("saw", &saw), ("odd", &[1, 3, 5, 7])] {
            let frames = frames_of(&tone(14_400, numbers, |_| hz));
            for (index, frame) in frames.iter().enumerate().skip(20) {
                let error = cents(frame.pitch.f0_hz, hz);
                assert!(
                    error.abs() < 10.0 && frame.pitch.voicing > 0.9,
                    "{name} {hz} Hz, frame {index}: {error} cents, {}",
                    frame.pitch.voicing
                );
            }
        }
    }
}

#[test]
fn a_low_note_with_nothing_at_its_fundamental_is_a_note_and_a_chord_is_none() {
    let low_hz = 41.2;
    let hollow = frames_of(&tone(24_000, &[2, 3, 4, 5, 6, 7], |_| low_hz));
    let (right, wrong) = right_and_wrong(&hollow[20..], low_hz);
    assert!(right > 0.95 && wrong < 0.02, "{right}, {wrong}");
    // Pure intervals above the same: a fifth, a fourth, a major triad.
    for ratios in [&[2.0, 3.0][..], &[3.0, 4.0], &[4.0, 5.0, 6.0]] {
        let numbers: Vec<u32> = (1..12).collect();
        let mut chord = vec![0.0; 24_000];
        for ratio in ratios {
            let voice = tone(24_000, &numbers, |_| low_hz * ratio);
            chord
                .iter_mut()
                .zip(&voice)
                .for_each(|(sum, voice)| *sum += 0.3 * voice);
        }
        let frames = frames_of(&chord);
        let (low, _) = right_and_wrong(&frames[20..], low_hz);
        assert!(low == 0.0, "{ratios:?}: {low}");
    }
}

#[test]
fn what_is_out_of_range_is_not_voiced_as_another_octave() {
    for hz in [
        4_700.0, 5_300.0, 6_100.0, 7_777.0, 9_000.0, 12_345.0, 15_000.0,
    ] {
        let frames = frames_of(&tone(14_400, &[1], |_| hz));
        assert!(
            frames.iter().all(|frame| frame.pitch.voicing < 0.5),
            "{hz} Hz: {:?}",
            frames.last().unwrap().pitch
        );
    }
    // A hiss, as of an s.
    let mut noise = vec![0.0; 48_000];
    Noise::new(7).step(&mut NoiseState::default(), &mut noise);
    let mut band = noise.clone();
    // A resonance at 7 kHz.
    let (radius, angle) = (0.93_f32, (TAU * 7_000.0 / RATE_HZ) as f32);
    for n in 2..band.len() {
        band[n] =
            noise[n] + 2.0 * radius * angle.cos() * band[n - 1] - radius * radius * band[n - 2];
    }
    let band: Vec<f32> = band.iter().map(|sample| 0.02 * sample).collect();
    let frames = frames_of(&band);
    assert!(frames.iter().all(|frame| frame.pitch.voicing < 0.5));
}

#[test]
fn a_slurred_low_note_is_heard_when_its_window_is_full() {
    for (from_hz, to_hz) in [(41.2, 49.0), (55.0, 41.2), (49.0, 65.4), (110.0, 46.2)] {
        for change in [9_600, 9_701, 9_855] {
            let input = tone(change + 9_600, &[1, 2, 3, 4, 5, 6], |seconds| {
                if seconds * RATE_HZ < change as f64 {
                    from_hz
                } else {
                    to_hz
                }
            });
            for (index, frame) in frames_of(&input).iter().enumerate() {
                let seen = (index + 1) * 256;
                let error = cents(frame.pitch.f0_hz, to_hz);
                assert!(
                    seen < change + 17 * 256 || error.abs() < 50.0 && frame.pitch.voicing > 0.5,
                    "{from_hz} to {to_hz} Hz, {} samples later: {error} cents, {}",
                    seen - change,
                    frame.pitch.voicing
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn low_and_high_pitches_are_found(
        place in 0.0_f64..1.0,
        low in any::<bool>(),
        level_db in -45.0_f64..0.0,
        harmonics in 1_u32..30,
    ) {
        let hz = if low { 30.3 * (56.0_f64 / 30.3).powf(place) } else { 2150.0 * (4370.0_f64 / 2150.0).powf(place) };
        let gain = 10.0_f64.powf(level_db / 20.0) as f32;
        let numbers: Vec<u32> = (1..=harmonics).collect();
        let loud = tone(9600, &numbers, |_| hz);
        let input: Vec<f32> = loud.iter().map(|sample| sample * gain).collect();
        let last = *frames_of(&input).last().unwrap();
        prop_assert!(cents(last.pitch.f0_hz, hz).abs() < 12.0, "{} for {hz}", last.pitch.f0_hz);
        prop_assert!(last.pitch.voicing > 0.9, "{}", last.pitch.voicing);
    }
}
