//! White noise of unit variance whose every sample depends on its number only.
//!
//! The generator is lowbias32 (Wellons, "Prospecting for hash functions", 2018) of the sample's
//! number plus a seed, as a uniform value: a bounce is the live sound to the bit, wherever it
//! starts.
//!
//! Thread: [`Noise`] is shared; a [`NoiseState`] belongs to one stream.

use pulp::Arch;

/// The square root of 3: a uniform value in -1..1 times this has unit variance.
const UNIT_VARIANCE: f32 = 1.732_050_8;

/// The generator.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    arch: Arch,
    seed: u32,
}

/// The number of the next sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoiseState {
    next: u32,
}

impl Noise {
    /// A generator; another seed gives another stretch of the same endless noise.
    pub fn new(seed: u32) -> Self {
        Self {
            arch: Arch::new(),
            seed,
        }
    }

    /// Writes the next `output.len()` samples.
    pub fn step(&self, state: &mut NoiseState, output: &mut [f32]) {
        let first = state.next.wrapping_add(self.seed);
        // A stream longer than 2^32 samples (a day) starts over.
        state.next = state.next.wrapping_add(output.len() as u32);
        self.arch.dispatch(
            #[inline(always)]
            || {
                for (offset, output) in (0_u32..).zip(output.iter_mut()) {
                    *output = sample(first.wrapping_add(offset));
                }
            },
        );
    }
}

impl NoiseState {
    /// The state before sample number `first_sample` of the stream.
    pub fn at(first_sample: u32) -> Self {
        Self { next: first_sample }
    }

    /// Back to the first sample.
    pub fn reset(&mut self) {
        self.next = 0;
    }
}

#[inline(always)]
fn sample(number: u32) -> f32 {
    let mut hash = number;
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x7feb_352d);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x846c_a68b);
    hash ^= hash >> 16;
    (hash as f32 * (1.0 / 2_147_483_648.0) - 1.0) * UNIT_VARIANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_variance_no_mean_no_correlation_and_no_dependence_on_chunks() {
        let noise = Noise::new(0);
        let mut whole = vec![0.0; 100_000];
        noise.step(&mut NoiseState::default(), &mut whole);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / whole.len() as f64;
        assert!(mean(&mut whole.iter().map(|&x| f64::from(x))).abs() < 0.02);
        assert!((mean(&mut whole.iter().map(|&x| f64::from(x) * f64::from(x))) - 1.0).abs() < 0.02);
        for lag in [1, 2, 3, 16, 128, 256] {
            let products = &mut whole
                .iter()
                .zip(&whole[lag..])
                .map(|(&a, &b)| f64::from(a) * f64::from(b));
            assert!(mean(products).abs() < 0.02, "lag {lag}");
        }
        for chunk in [1, 7, 128, 4096] {
            let mut state = NoiseState::default();
            let mut pieces = vec![0.0; whole.len()];
            pieces
                .chunks_mut(chunk)
                .for_each(|piece| noise.step(&mut state, piece));
            assert_eq!(pieces, whole);
        }
        let mut later = [0.0; 10];
        noise.step(&mut NoiseState::at(500), &mut later);
        assert_eq!(later, whole[500..510]);
    }
}
