//! Principal components of rows, with codes of 8 bits.

use nalgebra::{DMatrix, SymmetricEigen};

/// The largest code.
const CODE_LIMIT: f64 = 127.0;
/// Of all codes of a component this share is not cut off.
const INSIDE: f64 = 0.9995;

/// A mean, directions from it, and how far each row goes in each.
pub(crate) struct Components {
    /// `[values]`.
    pub(crate) mean: Vec<f64>,
    /// `[count][values]`, the codes' step in it.
    pub(crate) basis: Vec<Vec<f64>>,
    /// `[rows][count]`.
    pub(crate) codes: Vec<Vec<i8>>,
}

/// The `count` directions in which weighted rows differ most. Rows are of one length.
pub(crate) fn components(rows: &[&[f64]], weights: &[f64], count: usize) -> Components {
    let values = rows.first().map_or(0, |row| row.len());
    let total: f64 = weights.iter().sum();
    let mut mean = vec![0.0; values];
    for (row, weight) in rows.iter().zip(weights) {
        for (sum, value) in mean.iter_mut().zip(*row) {
            *sum += weight * value / total;
        }
    }
    let mut covariance = DMatrix::<f64>::zeros(values, values);
    let mut centred = vec![0.0; values];
    for (row, weight) in rows.iter().zip(weights) {
        for ((out, value), mean) in centred.iter_mut().zip(*row).zip(&mean) {
            *out = value - mean;
        }
        // The lower half, which is all that is read of it.
        for (column, value) in centred.iter().enumerate() {
            let scaled = weight * value / total;
            let below = &mut covariance.as_mut_slice()[column * values..(column + 1) * values];
            for (sum, other) in below[column..].iter_mut().zip(&centred[column..]) {
                *sum += scaled * other;
            }
        }
    }
    covariance.fill_upper_triangle_with_lower_triangle();
    let eigen = SymmetricEigen::new(covariance);
    let mut order: Vec<usize> = (0..values).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let mut basis = Vec::with_capacity(count);
    let mut codes = vec![Vec::with_capacity(count); rows.len()];
    for direction in order.iter().take(count) {
        let direction = eigen.eigenvectors.column(*direction);
        let scores: Vec<f64> = rows
            .iter()
            .map(|row| {
                let away = row.iter().zip(&mean).map(|(value, mean)| value - mean);
                away.zip(direction.iter()).map(|(a, b)| a * b).sum()
            })
            .collect();
        let step = quantile(scores.iter().map(|score| score.abs()), INSIDE).max(1e-6) / CODE_LIMIT;
        for (code, score) in codes.iter_mut().zip(&scores) {
            let nearest = (score / step).round_ties_even();
            code.push(nearest.clamp(-CODE_LIMIT, CODE_LIMIT) as i8);
        }
        basis.push(direction.iter().map(|value| value * step).collect());
    }
    Components { mean, basis, codes }
}

/// The value that `share` of all are below, between the two nearest.
fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let below = place as usize;
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_two_directions_are_told_by_two_codes() {
        let mut chance = 5;
        let mut toss = || (mynah_models::split_mix_64(&mut chance) >> 40) as f64 / (1 << 24) as f64;
        let rows: Vec<Vec<f64>> = (0..200)
            .map(|_| {
                let (a, b) = (toss() - 0.5, toss() - 0.5);
                (0..12)
                    .map(|n| 3.0 + a * f64::from(n) + b * f64::from(n * n % 5))
                    .collect()
            })
            .collect();
        let refs: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let found = components(&refs, &vec![1.0; rows.len()], 2);
        for (row, codes) in rows.iter().zip(&found.codes) {
            for (value, wanted) in row.iter().enumerate() {
                let told: f64 = found.mean[value]
                    + codes
                        .iter()
                        .zip(&found.basis)
                        .map(|(c, b)| f64::from(*c) * b[value])
                        .sum::<f64>();
                assert!((told - wanted).abs() < 0.06, "{told} {wanted}");
            }
        }
    }

    #[test]
    fn a_row_that_weighs_nothing_changes_nothing() {
        let rows = [[1.0, 2.0], [3.0, 1.0], [2.0, 5.0], [90.0, -90.0]];
        let refs: Vec<&[f64]> = rows.iter().map(|row| &row[..]).collect();
        let all = components(&refs, &[1.0, 1.0, 1.0, 0.0], 2);
        assert!((all.mean[0] - 2.0).abs() < 1e-12);
    }
}
