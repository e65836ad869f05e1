//! One triangle of a filter bank, over the bins of a power spectrum.

/// The weights of the bins from `first_bin` on.
pub(super) struct Triangle {
    first_bin: usize,
    weights: Vec<f32>,
}

impl Triangle {
    /// Peak 1 at the middle of three frequencies, 0 at the outer ones, over `bins` bins that lie `spacing_hz` apart.
    pub(super) fn new([left, centre, right]: [f64; 3], spacing_hz: f64, bins: usize) -> Self {
        let weight = |bin: usize| {
            let hz = bin as f64 * spacing_hz;
            ((hz - left) / (centre - left))
                .min((right - hz) / (right - centre))
                .max(0.0)
        };
        let first_bin = (0..bins).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
        let weights = (first_bin..bins)
            .map(weight)
            .take_while(|&weight| weight > 0.0)
            .map(|weight| weight as f32)
            .collect();
        Self { first_bin, weights }
    }

    /// The weighted sum of the bins; missing ones count as zero. Audio thread.
    pub(super) fn sum(&self, power: &[f32]) -> f32 {
        let bins = power.get(self.first_bin..).unwrap_or(&[]);
        bins.iter()
            .zip(&self.weights)
            .map(|(power, weight)| power * weight)
            .sum()
    }
}
