//! The smallest of networks: some numbers in, one probability out.

/// Numbers -> a hidden layer (hyperbolic tangent) -> a probability (logistic).
#[derive(Clone, Debug, PartialEq)]
pub struct SmallNetwork {
    /// `[inputs][hidden]`.
    pub inner: Vec<f32>,
    /// `[hidden]`; at least one.
    pub inner_bias: Vec<f32>,
    /// `[hidden]`.
    pub outer: Vec<f32>,
    /// Of the answer.
    pub outer_bias: f32,
}

impl SmallNetwork {
    /// Units of the hidden layer.
    pub fn hidden(&self) -> usize {
        self.inner_bias.len()
    }

    /// The logarithm of the odds that it is so.
    pub fn log_odds(&self, input: &[f32]) -> f32 {
        let mut sums = self.inner_bias.clone();
        for (value, weights) in input.iter().zip(self.inner.chunks(self.hidden())) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
        let outer = sums.iter().zip(&self.outer);
        self.outer_bias + outer.map(|(sum, weight)| sum.tanh() * weight).sum::<f32>()
    }

    /// The probability that it is so.
    pub fn probability(&self, input: &[f32]) -> f32 {
        1.0 / (1.0 + (-self.log_odds(input)).exp())
    }
}
