//! Middles, spreads and likenesses of what is heard.

/// The middle value, of an even number of them the upper; sorts them.
pub(in crate::commands) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Root of the mean square; 0 of nothing.
pub(in crate::commands) fn rms(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for value in values {
        sum += value * value;
        count += 1;
    }
    (sum / f64::from(count.max(1))).sqrt()
}

/// Pearson's; 0 where one of the two does not move.
pub(in crate::commands) fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len().max(1) as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / count;
    let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut both, mut a_alone, mut b_alone) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        a_alone += a * a;
        b_alone += b * b;
    }
    if a_alone * b_alone > 0.0 {
        both / (a_alone * b_alone).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_numbers_too() {
        assert_eq!(median(&mut []), None);
        assert!(rms(std::iter::empty()).abs() < 1e-12 && correlation(&[]).abs() < 1e-12);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert!((rms([3.0, -4.0].into_iter()) - 12.5f64.sqrt()).abs() < 1e-12);
        assert!((correlation(&[(1.0, -2.0), (2.0, -4.0), (0.0, 0.0)]) + 1.0).abs() < 1e-12);
        assert!(correlation(&[(1.0, 1.0), (1.0, 5.0)]).abs() < 1e-12);
    }
}
