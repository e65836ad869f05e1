//! Which peak of the normalised square difference function is the period.
//!
//! Thread: a [`Picker`] is shared.

use std::f64::consts::PI;

use crate::sinc::sinc;

/// Shortest period looked at. It is shorter than the highest pitch's, so that what lies above that is found for what
/// it is and not an octave or two lower.
const LAG_MIN: usize = 2;
/// Longest period looked at in any window: a little below the lowest pitch.
pub(super) const LONGEST_LAG: usize = 900;
/// The shortest lag whose peak reaches this share of the best is the period.
const KEY_THRESHOLD: f64 = 0.93;
/// What reaches so much farther belongs to the same hill, of which the highest peak counts: noise on a low note makes many
/// of one.
const HILL_RATIO: f64 = 1.09;
/// A peak within a semitone of the previous period gains this: it keeps a strong second harmonic
/// from stealing the octave, and is too small to hold the pitch at a real octave leap.
const CONTINUITY_BONUS: f64 = 0.03;
/// A semitone, as a ratio.
const CONTINUITY_RATIO: f64 = 1.06;
/// A parabola flatter than this is not used to refine the lag.
const CURVATURE_LIMIT: f64 = -1e-9;
/// Below this lag a peak is too narrow for a parabola through whole samples: the function is interpolated first.
const FINE_LAG: usize = 64;
/// Steps a sample, and the steps from the sample below a lag to the one above.
const FINE_STEPS: usize = 4;
const FINE_POINTS: usize = 2 * FINE_STEPS + 1;
/// Samples to either side that the sinc reaches.
const FINE_REACH: usize = 8;
const FINE_TAPS: usize = 2 * FINE_REACH + 1;

/// The chosen peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    /// Period, between the samples.
    pub(super) lag_samples: f64,
    /// Height of the function there, about 1 for a perfectly periodic sound.
    pub(super) clarity: f64,
}

/// Finds peaks; holds the table of the interpolation.
pub(super) struct Picker {
    /// Weights of the samples around a lag, for each step around it.
    fine: [[f64; FINE_TAPS]; FINE_POINTS],
}

impl Picker {
    /// Computes the table.
    pub(super) fn new() -> Self {
        let weight = |point: usize, tap: usize| {
            let place = (point as f64 - FINE_STEPS as f64) / FINE_STEPS as f64;
            let away = place - (tap as f64 - FINE_REACH as f64);
            let share = (away / (FINE_REACH + 1) as f64).clamp(-1.0, 1.0);
            sinc(away) * (0.5 * PI * share).cos().powi(2)
        };
        Self {
            fine: std::array::from_fn(|point| std::array::from_fn(|tap| weight(point, tap))),
        }
    }

    /// The period in one window's function, or `None` where there is no peak.
    ///
    /// The function is indexed by lag; its last value is a neighbour only, never the peak.
    /// `previous_lag` is the period of the frame before, 0 where there was none.
    pub(super) fn pick(&self, nsdf: &[f32], previous_lag: f64) -> Option<Peak> {
        let longest_lag = nsdf.len().checked_sub(2)?;
        // The hill around lag 0 says nothing: start behind it.
        let negative = nsdf.iter().position(|&value| value < 0.0)?;
        let first = LAG_MIN.max(negative + 1);
        let height = |lag: usize| {
            let near = (lag as f64) < previous_lag * CONTINUITY_RATIO
                && lag as f64 * CONTINUITY_RATIO > previous_lag;
            // Between the samples: near 2 kHz a period of 29.5 would else look lower than its double of 59.
            self.refine(nsdf, lag).clarity
                + if previous_lag > 0.0 && near {
                    CONTINUITY_BONUS
                } else {
                    0.0
                }
        };
        let is_peak = |&lag: &usize| {
            nsdf[lag] > 0.0 && nsdf[lag] >= nsdf[lag - 1] && nsdf[lag] > nsdf[lag + 1]
        };
        let peaks = || (first..=longest_lag).filter(is_peak);
        if first >= longest_lag {
            return None;
        }
        let best = peaks().map(height).fold(f64::NEG_INFINITY, f64::max);
        let first = peaks().find(|&lag| height(lag) >= KEY_THRESHOLD * best)?;
        let hill = peaks().filter(|&lag| lag >= first && lag as f64 <= first as f64 * HILL_RATIO);
        let mut chosen = (first, f64::NEG_INFINITY);
        for lag in hill {
            let height = height(lag);
            if height > chosen.1 {
                chosen = (lag, height);
            }
        }
        Some(self.refine(nsdf, chosen.0))
    }

    /// The top of a peak: a short period's by the sinc and a parabola, a longer one's by the parabola alone.
    fn refine(&self, nsdf: &[f32], lag: usize) -> Peak {
        if lag >= FINE_LAG || lag + FINE_REACH + 2 >= nsdf.len() {
            let around = [lag - 1, lag, lag + 1].map(|lag| f64::from(nsdf[lag]));
            let (shift, clarity) = vertex(around);
            return Peak {
                lag_samples: lag as f64 + shift,
                clarity,
            };
        }
        // The function is the same at negative lags.
        let around: [f64; FINE_TAPS] =
            std::array::from_fn(|tap| f64::from(nsdf[(lag + tap).abs_diff(FINE_REACH)]));
        let values = self.fine.each_ref().map(|weights| {
            weights
                .iter()
                .zip(&around)
                .map(|(weight, value)| weight * value)
                .sum::<f64>()
        });
        let mut top = 1;
        for point in 2..FINE_POINTS - 1 {
            if values[point] > values[top] {
                top = point;
            }
        }
        let (shift, clarity) = vertex([values[top - 1], values[top], values[top + 1]]);
        let steps = top as f64 - FINE_STEPS as f64 + shift;
        Peak {
            lag_samples: lag as f64 + steps / FINE_STEPS as f64,
            clarity,
        }
    }
}

/// The top of the parabola through three values: how far from the middle one, and how high.
fn vertex([left, centre, right]: [f64; 3]) -> (f64, f64) {
    let curvature = left - 2.0 * centre + right;
    let shift = if curvature < CURVATURE_LIMIT {
        0.5 * (left - right) / curvature
    } else {
        0.0
    };
    let shift = shift.clamp(-0.5, 0.5);
    (shift, centre - 0.25 * (left - right) * shift)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LAG_COUNT: usize = LONGEST_LAG + 2;

    fn pick(nsdf: &[f32], previous_lag: f64) -> Option<Peak> {
        Picker::new().pick(nsdf, previous_lag)
    }

    fn cosine(period: f64) -> [f32; LAG_COUNT] {
        std::array::from_fn(|lag| (std::f64::consts::TAU * lag as f64 / period).cos() as f32)
    }

    #[test]
    fn the_first_of_equal_peaks_wins_and_is_refined() {
        let peak = pick(&cosine(123.4), 0.0).expect("a cosine has peaks");
        assert!((peak.lag_samples - 123.4).abs() < 0.01, "{peak:?}");
        assert!((peak.clarity - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_short_period_is_not_taken_for_its_double() {
        // A bright tone: harmonics as far as they go, so that its peaks are narrow.
        for period in [10.9, 11.47, 13.5, 17.3, 22.94, 31.6] {
            let harmonics = (period / 2.1) as u32;
            let function: [f32; LAG_COUNT] = std::array::from_fn(|lag| {
                let turns = std::f64::consts::TAU * lag as f64 / period;
                let sum: f64 = (1..=harmonics).map(|h| (turns * f64::from(h)).cos()).sum();
                (sum / f64::from(harmonics)) as f32
            });
            let peak = pick(&function, 0.0).unwrap();
            assert!(
                (peak.lag_samples / period - 1.0).abs() < 0.002,
                "{period}: {peak:?}"
            );
            assert!(peak.clarity > 0.95, "{period}: {peak:?}");
        }
    }

    #[test]
    fn continuity_holds_the_octave_only_while_both_are_close() {
        // A strong half-period peak: 0.95 of the full one.
        let mixed = |strength: f64| -> [f32; LAG_COUNT] {
            let (full, half) = (cosine(200.0), cosine(100.0));
            std::array::from_fn(|lag| {
                ((1.0 - strength) * f64::from(full[lag]) + strength * f64::from(half[lag])) as f32
            })
        };
        let close = mixed(0.975);
        assert!((pick(&close, 0.0).unwrap().lag_samples - 100.0).abs() < 0.5);
        assert!((pick(&close, 200.0).unwrap().lag_samples - 200.0).abs() < 0.5);
        let real_leap = mixed(0.999);
        assert!((pick(&real_leap, 200.0).unwrap().lag_samples - 100.0).abs() < 0.5);
    }

    #[test]
    fn no_peak_where_nothing_repeats() {
        assert_eq!(pick(&[1.0; LAG_COUNT], 0.0), None);
        assert_eq!(pick(&[0.0; LAG_COUNT], 0.0), None);
        assert_eq!(pick(&[-1.0; LAG_COUNT], 0.0), None);
        assert_eq!(pick(&[f32::NAN; LAG_COUNT], 100.0), None);
    }

    #[test]
    fn a_short_function_ends_before_its_last_lag() {
        let long = cosine(123.4);
        assert_eq!(pick(&long[..160], 0.0), pick(&long, 0.0));
        assert_eq!(pick(&long[..123], 0.0), None);
        for count in [0, 1, 2, 3, 20, 22] {
            assert_eq!(pick(&long[..count], 0.0), None);
            assert_eq!(pick(&[-1.0; LAG_COUNT][..count], 0.0), None);
        }
    }
}
