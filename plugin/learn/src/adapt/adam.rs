//! Adam (Kingma and Ba, 2015), with the decays that the shipped translators were trained with.

use super::adaptation::{Adaptation, Sizes};

const DECAYS: (f32, f32) = (0.8, 0.99);
const EPSILON: f32 = 1e-8;

/// Means of the gradient and of its square.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adam {
    pub(super) mean: Adaptation,
    pub(super) square: Adaptation,
}

impl Adam {
    pub(super) fn new(sizes: Sizes) -> Self {
        Self {
            mean: Adaptation::zeros(sizes),
            square: Adaptation::zeros(sizes),
        }
    }

    /// `step` counts from 1.
    pub(super) fn step(
        &mut self,
        step: u64,
        rate: f32,
        gradient: &Adaptation,
        adaptation: &mut Adaptation,
    ) {
        let power = i32::try_from(step).unwrap_or(i32::MAX);
        let bias = (1.0 - DECAYS.0.powi(power), 1.0 - DECAYS.1.powi(power));
        let means = self.mean.values_mut().iter_mut();
        let means = means.zip(self.square.values_mut());
        let values = adaptation.values_mut().iter_mut().zip(gradient.values());
        for ((value, gradient), (mean, square)) in values.zip(means) {
            *mean += (1.0 - DECAYS.0) * (gradient - *mean);
            *square += (1.0 - DECAYS.1) * (gradient * gradient - *square);
            *value -= rate * (*mean / bias.0) / ((*square / bias.1).sqrt() + EPSILON);
        }
    }
}
