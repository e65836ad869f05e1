//! The resampling filter: a windowed sinc, tabulated by the fraction of a sample.

use mynah_models::sinc;

/// Fractions of a sample up to which each has its own row; more are interpolated between.
const MAX_EXACT_ROWS: u64 = 1_024;
/// Rows of an interpolated table: 512 keep the error of a straight line below -115 dB.
const INTERPOLATED_ROWS: u64 = 512;
/// Shape of the Kaiser window: 90 dB of stop band.
const KAISER_BETA: f64 = 9.0;
/// Running sums of a dot product; fixed, so that results do not depend on the processor.
const LANES: usize = 8;

/// Interpolates a sequence at positions a multiple of 1/`phases` apart, band limited.
pub(crate) struct Kernel {
    /// One row of `2 half` weights per tabulated fraction, the last one for the fraction 1.
    rows: Box<[f32]>,
    taps: usize,
    phases: u64,
    row_count: u64,
}

impl Kernel {
    /// Reaches `half_samples` to either side, for `phases` different fractions of a sample, and stops
    /// what is above `band` (0 to 1) times half the sequence's own rate. Allocates.
    pub(crate) fn new(half_samples: usize, phases: u64, band: f64) -> Kernel {
        let row_count = if phases <= MAX_EXACT_ROWS {
            phases
        } else {
            INTERPOLATED_ROWS
        };
        let taps = 2 * half_samples;
        let mut rows = Vec::with_capacity((row_count as usize + 1) * taps);
        let mut weights = vec![0.0f64; taps];
        for row in 0..=row_count {
            let fraction = row as f64 / row_count as f64;
            for (tap, weight) in weights.iter_mut().enumerate() {
                let distance = tap as f64 - (half_samples as f64 - 1.0) - fraction;
                *weight = sinc(band * distance) * kaiser(distance / half_samples as f64);
            }
            // Every fraction passes a constant unchanged, or the fractions would be heard as a tone.
            let sum: f64 = weights.iter().sum();
            rows.extend(weights.iter().map(|weight| (weight / sum) as f32));
        }
        Kernel {
            rows: rows.into_boxed_slice(),
            taps,
            phases,
            row_count,
        }
    }

    /// The value `phase / phases` after the middle of the `2 half` samples in `window` (that is, after
    /// the one with `half - 1` samples before it).
    pub(crate) fn apply(&self, window: &[f32], phase: u64) -> f32 {
        if self.row_count == self.phases {
            return self.dot(window, phase as usize);
        }
        let scaled = phase * self.row_count;
        let row = (scaled / self.phases) as usize;
        let value = self.dot(window, row);
        let between = (scaled % self.phases) as f32 / self.phases as f32;
        value + between * (self.dot(window, row + 1) - value)
    }

    fn dot(&self, window: &[f32], row: usize) -> f32 {
        let weights = &self.rows[row * self.taps..(row + 1) * self.taps];
        let mut sums = [0.0f32; LANES];
        let (window_blocks, window_rest) = window.as_chunks::<LANES>();
        let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
        for (samples, weights) in window_blocks.iter().zip(weight_blocks) {
            for lane in 0..LANES {
                sums[lane] += samples[lane] * weights[lane];
            }
        }
        let rest: f32 = window_rest
            .iter()
            .zip(weight_rest)
            .map(|(s, w)| s * w)
            .sum();
        sums.iter().sum::<f32>() + rest
    }
}

/// The Kaiser window at -1 to 1.
fn kaiser(x: f64) -> f64 {
    bessel_i0(KAISER_BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel_i0(KAISER_BETA)
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-16 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_function_is_right() {
        // Abramowitz and Stegun, table 9.8: I0(2), I0(5).
        assert!((bessel_i0(2.0) - 2.279_585_302).abs() < 1e-9);
        assert!((bessel_i0(5.0) - 27.239_871_823_6).abs() < 1e-7);
    }

    #[test]
    fn passes_a_constant_at_any_fraction() {
        for phases in [160, 5_507] {
            let kernel = Kernel::new(32, phases, 0.9);
            for phase in 0..phases {
                let value = kernel.apply(&[0.5; 64], phase);
                assert!((value - 0.5).abs() < 1e-6, "{phase}/{phases}: {value}");
            }
        }
    }

    #[test]
    fn interpolated_rows_come_close_to_exact_ones() {
        let (exact, interpolated) = (Kernel::new(32, 1_023, 0.9), Kernel::new(32, 2_046, 0.9));
        let window: Vec<f32> = (0..64).map(|n| (n as f32 * 1.3).sin()).collect();
        for phase in 0..1_023 {
            let error = exact.apply(&window, phase) - interpolated.apply(&window, 2 * phase);
            assert!(error.abs() < 5e-6, "{phase}: {error}");
        }
    }
}
