//! The head in closed form: weighted ridge regression from the trunk's hidden frames to what is wanted, pulled towards a
//! head that is known (Hoerl and Kennard, 1970, with another centre than zero).

use rayon::prelude::*;

use super::adaptation::{Adaptation, OUTPUTS};
use super::batch::ContentNoise;
use super::chance::Chance;
use super::phrases::Stretch;
use super::tape::{Packed, Tape};
use super::trunk::Trunk;

/// Pieces that are gathered at once; bounds the memory.
const AT_ONCE: usize = 16;

/// Frames that are added at once; each sum is read and written once for all of them.
const GROUP: usize = 4;

/// Sums over frames: of products of the hidden frame, with a 1 behind it for the bias, with itself and with what is wanted.
pub(super) struct NormalEquations {
    /// Hidden channels and the 1.
    order: usize,
    /// `[order, order + 128]`.
    sums: Vec<f64>,
}

impl NormalEquations {
    /// Of all pieces under noise, through this adaptation's vectors. The same to the bit for any number of threads.
    pub(super) fn of(
        trunk: &Trunk,
        adaptation: &Adaptation,
        pieces: &[Stretch],
        noise: ContentNoise,
    ) -> Self {
        let packed = Packed::new(trunk.instructions, adaptation);
        let mut sum = Self::zeros(trunk.sizes().channels + 1);
        let mut chance = Chance(noise.seed);
        for pieces in pieces.chunks(AT_ONCE) {
            let pieces: Vec<_> = pieces.iter().map(|p| (p, chance.seed())).collect();
            let each: Vec<Self> = pieces
                .par_iter()
                .map_init(
                    <(Tape, Vec<f32>)>::default,
                    |(tape, rows), (piece, seed)| {
                        let mut own = Self::zeros(sum.order);
                        let noise = ContentNoise {
                            seed: *seed,
                            ..noise
                        };
                        noise.over(trunk, piece, rows);
                        let hidden = tape.forward_trunk(trunk, &packed, rows, piece.context);
                        own.take(hidden, piece);
                        own
                    },
                )
                .collect();
            for own in &each {
                sum.sums
                    .iter_mut()
                    .zip(&own.sums)
                    .for_each(|(s, o)| *s += o);
            }
        }
        sum
    }

    fn zeros(order: usize) -> Self {
        Self {
            order,
            sums: vec![0.0; order * (order + OUTPUTS)],
        }
    }

    fn take(&mut self, hidden: &[f32], piece: &Stretch) {
        let (channels, width) = (self.order - 1, self.order + OUTPUTS);
        let frames: Vec<_> = hidden
            .chunks_exact(channels)
            .zip(piece.wanted)
            .zip(piece.weights)
            .filter(|(_, weight)| **weight > 0.0)
            .collect();
        let mut rows: [Vec<f64>; GROUP] = std::array::from_fn(|_| vec![0.0; width]);
        for group in frames.chunks(GROUP) {
            let mut weights = [0.0; GROUP];
            for ((row, weight), ((hidden, wanted), w)) in
                rows.iter_mut().zip(&mut weights).zip(group)
            {
                *weight = f64::from(**w);
                let values = hidden.iter().chain([&1.0]).chain(*wanted);
                row.iter_mut()
                    .zip(values)
                    .for_each(|(to, x)| *to = f64::from(*x));
            }
            for (i, sums) in self.sums.chunks_exact_mut(width).enumerate() {
                let [a, b, c, d] = &rows;
                let weighted: [f64; GROUP] = std::array::from_fn(|n| weights[n] * rows[n][i]);
                let products = a.iter().zip(b).zip(c.iter().zip(d));
                for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(products) {
                    *sum +=
                        (weighted[0] * a + weighted[1] * b) + (weighted[2] * c + weighted[3] * d);
                }
            }
        }
    }

    /// The head that is best for all frames and not far from the one in `towards`: `ridge` is how far that counts, relative to
    /// what the mean channel counts. `None` where that has no solution in numbers of this precision.
    pub(super) fn solve(&self, towards: &Adaptation, ridge: f64) -> Option<Adaptation> {
        let (order, channels) = (self.order, self.order - 1);
        let rows = || self.sums.chunks_exact(order + OUTPUTS);
        let diagonal = rows().enumerate().map(|(i, row)| row[i]);
        let pull = ridge * diagonal.sum::<f64>() / order as f64;
        let mut gram: Vec<f64> = rows().flat_map(|row| &row[..order]).copied().collect();
        for i in 0..order {
            gram[i * order + i] += pull;
        }
        cholesky(&mut gram, order)?;
        let mut solved = towards.clone();
        for output in 0..OUTPUTS {
            let weights = &towards.weight()[output * channels..][..channels];
            let known = weights.iter().chain([&towards.bias()[output]]);
            let mut x: Vec<f64> = rows()
                .zip(known)
                .map(|(row, known)| row[order + output] + pull * f64::from(*known))
                .collect();
            substitute(&gram, order, &mut x);
            let weights = &mut solved.weight_mut()[output * channels..][..channels];
            for (weight, x) in weights.iter_mut().zip(&x) {
                *weight = *x as f32;
            }
            solved.bias_mut()[output] = x[channels] as f32;
        }
        let finite = solved.values().iter().all(|value| value.is_finite());
        finite.then_some(solved)
    }
}

/// Lower triangle in place: `a` becomes `l` with `l lᵀ = a`. `None` if `a` is not positive definite.
fn cholesky(a: &mut [f64], order: usize) -> Option<()> {
    for i in 0..order {
        for j in 0..=i {
            let (before, row) = a.split_at_mut(i * order);
            let other = if j < i {
                &before[j * order..][..j]
            } else {
                &row[..j]
            };
            let sum: f64 = row[..j].iter().zip(other).map(|(x, y)| x * y).sum();
            let left = row[j] - sum;
            row[j] = if j < i {
                left / before[j * order + j]
            } else if left > 0.0 && left.is_finite() {
                left.sqrt()
            } else {
                return None;
            };
        }
    }
    Some(())
}

/// Solves `l lᵀ x = b` in place.
fn substitute(l: &[f64], order: usize, x: &mut [f64]) {
    for i in 0..order {
        let sum: f64 = (0..i).map(|j| l[i * order + j] * x[j]).sum();
        x[i] = (x[i] - sum) / l[i * order + i];
    }
    for i in (0..order).rev() {
        let sum: f64 = (i + 1..order).map(|j| l[j * order + i] * x[j]).sum();
        x[i] = (x[i] - sum) / l[i * order + i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_with_a_known_solution_is_solved() {
        let order = 5;
        let entry = |i: usize, j: usize| 1.0 / (1.0 + (i as f64 - j as f64).abs());
        let mut a: Vec<f64> = (0..order * order)
            .map(|n| entry(n / order, n % order) + if n % (order + 1) == 0 { 1.0 } else { 0.0 })
            .collect();
        let known = [1.0, -2.0, 0.5, 3.0, -0.25];
        let mut x: Vec<f64> = (0..order)
            .map(|i| (0..order).map(|j| a[i * order + j] * known[j]).sum())
            .collect();
        assert_eq!(cholesky(&mut a, order), Some(()));
        substitute(&a, order, &mut x);
        for (found, known) in x.iter().zip(known) {
            assert!((found - known).abs() < 1e-12, "{found} is not {known}");
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        assert_eq!(cholesky(&mut [1.0, 0.0, 2.0, 1.0], 2), None);
        assert_eq!(cholesky(&mut [f64::NAN], 1), None);
    }
}
