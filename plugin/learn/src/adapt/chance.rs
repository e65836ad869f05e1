//! Numbers of chance that a seed repeats.

use mynah_models::split_mix_64;

/// A stream of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chance(pub(super) u64);

impl Chance {
    /// A seed for a stream of its own.
    pub(super) fn seed(&mut self) -> u64 {
        split_mix_64(&mut self.0)
    }

    /// Within 0..1.
    pub(super) fn unit(&mut self) -> f64 {
        (split_mix_64(&mut self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Within 0..`count`; 0 if that is none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Normal, of mean 0 and deviation 1 (Box and Muller, 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
