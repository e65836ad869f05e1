//! Which peak of the normalised square difference function is the period.

/// Shortest period looked at: a little above the highest pitch.
const LAG_MIN: usize = 20;
/// Longest period looked at in any window: a little below the lowest pitch.
pub(super) const LONGEST_LAG: usize = 900;
/// The shortest lag whose peak reaches this share of the best is the period.
const KEY_THRESHOLD: f64 = 0.93;
/// A peak within a semitone of the previous period gains this: it keeps a strong second harmonic
/// from stealing the octave, and is too small to hold the pitch at a real octave leap.
const CONTINUITY_BONUS: f64 = 0.03;
/// A semitone, as a ratio.
const CONTINUITY_RATIO: f64 = 1.06;
/// A parabola flatter than this is not used to refine the lag.
const CURVATURE_LIMIT: f64 = -1e-9;

/// The chosen peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    /// Period, between the samples.
    pub(super) lag_samples: f64,
    /// Height of the function there, about 1 for a perfectly periodic sound.
    pub(super) clarity: f64,
}

/// The period in one window's function, or `None` where there is no peak.
///
/// The function is indexed by lag; its last value is a neighbour only, never the peak.
/// `previous_lag` is the period of the frame before, 0 where there was none.
pub(super) fn pick(nsdf: &[f32], previous_lag: f64) -> Option<Peak> {
    let longest_lag = nsdf.len().checked_sub(2)?;
    // The hill around lag 0 says nothing: start behind it.
    let negative = nsdf.iter().position(|&value| value < 0.0)?;
    let first = LAG_MIN.max(negative + 1);
    let height = |lag: usize| {
        let near = (lag as f64) < previous_lag * CONTINUITY_RATIO
            && lag as f64 * CONTINUITY_RATIO > previous_lag;
        // Between the samples: near 2 kHz a period of 29.5 would else look lower than its double of 59.
        refine(nsdf, lag).clarity
            + if previous_lag > 0.0 && near {
                CONTINUITY_BONUS
            } else {
                0.0
            }
    };
    let is_peak =
        |&lag: &usize| nsdf[lag] > 0.0 && nsdf[lag] >= nsdf[lag - 1] && nsdf[lag] > nsdf[lag + 1];
    let peaks = || (first..=longest_lag).filter(is_peak);
    if first >= longest_lag {
        return None;
    }
    let best = peaks().map(height).fold(f64::NEG_INFINITY, f64::max);
    let chosen = peaks().find(|&lag| height(lag) >= KEY_THRESHOLD * best)?;
    Some(refine(nsdf, chosen))
}

/// The top of the parabola through a peak and its neighbours.
fn refine(nsdf: &[f32], lag: usize) -> Peak {
    let [left, centre, right] = [lag - 1, lag, lag + 1].map(|lag| f64::from(nsdf[lag]));
    let curvature = left - 2.0 * centre + right;
    let shift = if curvature < CURVATURE_LIMIT {
        0.5 * (left - right) / curvature
    } else {
        0.0
    };
    let shift = shift.clamp(-0.5, 0.5);
    Peak {
        lag_samples: lag as f64 + shift,
        clarity: centre - 0.25 * (left - right) * shift,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LAG_COUNT: usize = LONGEST_LAG + 2;

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
        for count in [0, 1, 2, 3, LAG_MIN, LAG_MIN + 2] {
            assert_eq!(pick(&long[..count], 0.0), None);
            assert_eq!(pick(&[-1.0; LAG_COUNT][..count], 0.0), None);
        }
    }
}
