//! The true rendering with the source's dynamics: players expect the output to follow theirs.
//!
//! The target's own notes get a gain over time that gives them the source's loudness contour. The rule is the training's:
//! A-weighted loudness every 256 samples (floor -70 dB), the difference clamped to -40..+20 dB, smoothed over nine
//! frames, interpolated in dB from sample to sample.

use super::metrics::loudness_db;

/// Samples between two frames.
const HOP: usize = 256;
/// What a sine of amplitude 1 reads above 0 dB in [`loudness_db`]: the Hann window spreads it over three bins.
const SINE_DB: f64 = 1.760_912_590_556_813;
/// Loudness below which nothing is followed, in dB.
const FLOOR_DB: f64 = -70.0;
/// Gains that are applied, in dB.
const LEAST_GAIN_DB: f64 = -40.0;
const MOST_GAIN_DB: f64 = 20.0;
/// Frames the gain is smoothed over (Hann).
const SMOOTHING: usize = 9;

/// `rendering` with the loudness contour of `source`; as long as `rendering`.
pub(crate) fn matched(source: &[f32], rendering: &[f32]) -> Vec<f32> {
    let gains_db = smoothed(&gains_db(source, rendering));
    let gain = |sample: usize| {
        let frame = sample / HOP;
        let here = gains_db[frame];
        let next = gains_db.get(frame + 1).copied().unwrap_or(here);
        let fraction = (sample % HOP) as f64 / HOP as f64;
        10f64.powf((here + fraction * (next - here)) / 20.0)
    };
    rendering
        .iter()
        .enumerate()
        .map(|(i, x)| (f64::from(*x) * gain(i)) as f32)
        .collect()
}

/// Frame by frame, how much louder the source is, within the limits. A source that has ended is silent.
fn gains_db(source: &[f32], rendering: &[f32]) -> Vec<f64> {
    let source = loudness_db(source);
    loudness_db(rendering)
        .iter()
        .enumerate()
        .map(|(frame, db)| {
            let wanted = source.get(frame).map_or(FLOOR_DB, |db| floored_db(*db));
            (wanted - floored_db(*db)).clamp(LEAST_GAIN_DB, MOST_GAIN_DB)
        })
        .collect()
}

/// A value of [`loudness_db`] relative to a full-scale sine, at least the floor.
fn floored_db(loudness_db: f64) -> f64 {
    (loudness_db - SINE_DB).max(FLOOR_DB)
}

/// Weighted means of [`SMOOTHING`] frames; beyond the ends, the first and the last value are repeated.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = (1..=SMOOTHING)
        .map(|i| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / (SMOOTHING + 1) as f64).cos())
        .collect();
    let sum: f64 = weights.iter().sum();
    let last = values.len().saturating_sub(1);
    (0..values.len())
        .map(|frame| {
            let at = |i: usize| values[(frame + i).saturating_sub(SMOOTHING / 2).min(last)];
            weights
                .iter()
                .enumerate()
                .map(|(i, w)| w * at(i))
                .sum::<f64>()
                / sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::golden;
    use crate::eval::metrics::loudness_match;
    use mynah_cli::synth::{Voice, melody, render};

    #[test]
    fn a_plucked_line_gets_the_dynamics_of_a_sung_one() {
        let steps = [(60, 1.0, 60), (64, 1.0, 110), (0, 0.5, 0), (67, 2.0, 80)];
        let notes = melody(0.1, 0.4, 0.0, &steps);
        let source = render(Voice::Sung, &notes, 1);
        let plucked = render(Voice::Plucked, &notes, 1);
        let correlation = |signal: &[f32]| {
            loudness_match(&loudness_db(&source), &loudness_db(signal))
                .unwrap()
                .0
        };
        let before = correlation(&plucked);
        let after = correlation(&matched(&source, &plucked));
        assert!(before < 0.9 && after > 0.95, "{before}, then {after}");
    }

    #[test]
    fn levels_and_gains_are_the_trainings() {
        let (source, rendering) = (golden::signal("source"), golden::signal("rendering"));
        let levels_db = |signal: &[f32]| -> Vec<f32> {
            let levels_db = loudness_db(signal).into_iter();
            levels_db.map(|db| floored_db(db) as f32).collect()
        };
        golden::assert_near("source_level_db", &levels_db(&source), 1e-4, 0.0);
        golden::assert_near("rendering_level_db", &levels_db(&rendering), 1e-4, 0.0);
        let matched = matched(&source, &rendering);
        let kept: Vec<f32> = matched.into_iter().step_by(8).collect();
        golden::assert_near("matched", &kept, 1e-7, 1e-4);
    }

    #[test]
    fn what_has_the_dynamics_already_stays_as_it_is() {
        let sound = render(
            Voice::Saw,
            &melody(0.1, 0.4, 0.2, &[(60, 1.0, 90), (62, 1.0, 70)]),
            1,
        );
        assert_eq!(matched(&sound, &sound), sound);
    }

    #[test]
    fn gains_are_limited_and_even_level_differences_undone() {
        let tone = |amplitude: f64| -> Vec<f32> {
            (0..12_000)
                .map(|i| {
                    let phase = std::f64::consts::TAU * 1_000.0 * f64::from(i) / 48e3;
                    (amplitude * phase.sin()) as f32
                })
                .collect()
        };
        for (source, expected) in [(0.0, 0.001), (0.05, 0.05), (0.5, 0.5)] {
            let output = matched(&tone(source), &tone(0.1));
            let peak = output.iter().fold(0.0f32, |m, x| m.max(x.abs()));
            assert!(
                (f64::from(peak) / expected - 1.0).abs() < 0.01,
                "{source}: {peak}"
            );
        }
        // Nothing is raised by more than 20 dB, and the floor is a full-scale sine less 70 dB.
        let output = matched(&tone(0.5), &tone(0.001));
        assert!(
            (output[6_000..6_048]
                .iter()
                .fold(0.0f32, |m, x| m.max(x.abs()))
                - 0.01)
                .abs()
                < 1e-4
        );
        let output = matched(&tone(1.0), &tone(1e-5));
        assert!(output.iter().all(|x| x.abs() < 1.02e-4));
    }

    #[test]
    fn a_step_is_smoothed_by_the_hann_window_of_nine_frames() {
        let mut step = vec![0.0; 20];
        step[10..].fill(1.0);
        let smooth = smoothed(&step);
        // np.hanning(11)[1:-1] / sum, cumulated.
        for (frame, expected) in [(5, 0.0), (6, 0.019_098), (9, 0.4), (10, 0.6), (14, 1.0)] {
            assert!(
                (smooth[frame] - expected).abs() < 1e-5,
                "{frame}: {}",
                smooth[frame]
            );
        }
    }
}
