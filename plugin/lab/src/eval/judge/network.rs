//! A classifier with one hidden layer, and its training: small enough that plain loops do.

use mynah_cli::notes::Random;

/// Windows per step of the training.
const BATCH: usize = 32;
/// Adam's constants.
const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;
const LEARNING_RATE: f32 = 2e-3;
/// Pull of the weights towards 0, per step and learning rate.
const DECAY: f32 = 0.02;

/// Sizes of the layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
    pub(crate) classes: usize,
}

impl Sizes {
    fn parameters(self) -> usize {
        self.hidden * (self.inputs + 1) + self.classes * (self.hidden + 1)
    }

    /// Where hidden biases, outer weights and outer biases begin; hidden weights (inputs x hidden) come first.
    fn offsets(self) -> [usize; 3] {
        let hidden_bias = self.inputs * self.hidden;
        let outer = hidden_bias + self.hidden;
        [hidden_bias, outer, outer + self.hidden * self.classes]
    }
}

/// Linear, ReLU, linear, softmax.
pub(crate) struct Network {
    sizes: Sizes,
    parameters: Vec<f32>,
}

/// What one pass leaves behind.
struct Pass {
    hidden: Vec<f32>,
    probabilities: Vec<f32>,
}

/// `sums += factor * row`.
fn add_scaled(sums: &mut [f32], factor: f32, row: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(row) {
        *sum += factor * x;
    }
}

impl Network {
    /// Small random weights.
    pub(crate) fn new(sizes: Sizes, random: &mut Random) -> Network {
        let [hidden_bias, outer, outer_bias] = sizes.offsets();
        let mut parameters = vec![0.0; sizes.parameters()];
        let mut fill = |weights: &mut [f32], inputs: usize| {
            let scale = (6.0 / inputs as f64).sqrt();
            weights
                .iter_mut()
                .for_each(|w| *w = (random.bipolar() * scale) as f32);
        };
        fill(&mut parameters[..hidden_bias], sizes.inputs);
        fill(&mut parameters[outer..outer_bias], sizes.hidden);
        Network { sizes, parameters }
    }

    fn pass(&self, input: &[f32]) -> Pass {
        let Sizes {
            hidden: width,
            classes,
            ..
        } = self.sizes;
        let [hidden_bias, outer, outer_bias] = self.sizes.offsets();
        let mut hidden = self.parameters[hidden_bias..outer].to_vec();
        for (x, row) in input.iter().zip(self.parameters.chunks_exact(width)) {
            add_scaled(&mut hidden, *x, row);
        }
        hidden.iter_mut().for_each(|h| *h = h.max(0.0));
        let mut probabilities = self.parameters[outer_bias..].to_vec();
        for (h, row) in hidden
            .iter()
            .zip(self.parameters[outer..].chunks_exact(classes))
        {
            add_scaled(&mut probabilities, *h, row);
        }
        let highest = probabilities.iter().copied().fold(f32::MIN, f32::max);
        probabilities
            .iter_mut()
            .for_each(|p| *p = (*p - highest).exp());
        let sum: f32 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|p| *p /= sum);
        Pass {
            hidden,
            probabilities,
        }
    }

    /// How likely each class is for `input`.
    pub(crate) fn probabilities(&self, input: &[f32]) -> Vec<f32> {
        self.pass(input).probabilities
    }

    /// Adds the gradient of the cross-entropy of one input to `gradient`, and returns the cross-entropy.
    fn accumulate(&self, input: &[f32], label: usize, gradient: &mut [f32]) -> f32 {
        let Sizes {
            hidden: width,
            classes,
            ..
        } = self.sizes;
        let [hidden_bias, outer, outer_bias] = self.sizes.offsets();
        let Pass {
            hidden,
            probabilities,
        } = self.pass(input);
        let mut error = probabilities.clone();
        error[label] -= 1.0;
        add_scaled(&mut gradient[outer_bias..], 1.0, &error);
        let mut back = vec![0.0; width];
        for (h, value) in hidden.iter().enumerate() {
            if *value <= 0.0 {
                continue;
            }
            let row = outer + h * classes;
            add_scaled(&mut gradient[row..row + classes], *value, &error);
            back[h] = error
                .iter()
                .zip(&self.parameters[row..])
                .map(|(e, w)| e * w)
                .sum();
        }
        add_scaled(&mut gradient[hidden_bias..outer], 1.0, &back);
        for (x, row) in input.iter().zip(gradient.chunks_exact_mut(width)) {
            add_scaled(row, *x, &back);
        }
        -probabilities[label].max(1e-9).ln()
    }

    /// Learns `examples` (input, class) in `rounds` rounds (Adam, learning rate falling to 0). Each time an example leaves
    /// out a share `dropout` of its inputs, so that no single one decides.
    pub(crate) fn train(
        &mut self,
        examples: &[(Vec<f32>, usize)],
        rounds: usize,
        dropout: f64,
        random: &mut Random,
    ) {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let (mut first, mut second) = (
            vec![0.0f32; self.parameters.len()],
            vec![0.0f32; self.parameters.len()],
        );
        let mut gradient = vec![0.0f32; self.parameters.len()];
        let steps = rounds * examples.len().div_ceil(BATCH);
        let mut step = 0usize;
        for _ in 0..rounds {
            for i in (1..order.len()).rev() {
                order.swap(i, random.next_u64() as usize % (i + 1));
            }
            for batch in order.chunks(BATCH) {
                gradient.fill(0.0);
                for index in batch {
                    let (input, label) = &examples[*index];
                    // Those that stay make up for the others.
                    let kept = (1.0 / (1.0 - dropout)) as f32;
                    let thinned: Vec<f32> = input
                        .iter()
                        .map(|x| {
                            if random.unit() < dropout {
                                0.0
                            } else {
                                x * kept
                            }
                        })
                        .collect();
                    self.accumulate(&thinned, *label, &mut gradient);
                }
                step += 1;
                let rate = LEARNING_RATE * (1.0 - step as f32 / (steps + 1) as f32);
                let correction_1 = 1.0 - BETA_1.powi(step as i32);
                let correction_2 = 1.0 - BETA_2.powi(step as i32);
                let moments = first.iter_mut().zip(&mut second);
                for ((weight, g), (m, v)) in self.parameters.iter_mut().zip(&gradient).zip(moments)
                {
                    let g = g / batch.len() as f32;
                    *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                    *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
                    let towards = (*m / correction_1) / ((*v / correction_2).sqrt() + EPSILON);
                    *weight -= rate * (towards + DECAY * *weight);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes {
        inputs: 5,
        hidden: 7,
        classes: 3,
    };

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let mut random = Random::new(3);
        let mut network = Network::new(SIZES, &mut random);
        let input: Vec<f32> = (0..5).map(|_| random.bipolar() as f32).collect();
        let mut gradient = vec![0.0; network.parameters.len()];
        network.accumulate(&input, 1, &mut gradient);
        let mut ignored = vec![0.0; network.parameters.len()];
        for (index, slope_found) in gradient.iter().enumerate() {
            let mut loss_at = |offset: f32| {
                let before = network.parameters[index];
                network.parameters[index] = before + offset;
                let loss = network.accumulate(&input, 1, &mut ignored);
                network.parameters[index] = before;
                loss
            };
            let slope = (loss_at(5e-3) - loss_at(-5e-3)) / 1e-2;
            assert!(
                (slope - slope_found).abs() < 2e-3,
                "parameter {index}: {slope_found} instead of {slope}"
            );
        }
    }

    #[test]
    fn classes_that_no_line_separates_are_learnt_and_the_seed_decides() {
        let examples = |seed: u64| -> Vec<(Vec<f32>, usize)> {
            let mut random = Random::new(seed);
            (0..600)
                .map(|_| {
                    let input: Vec<f32> = (0..5).map(|_| random.bipolar() as f32).collect();
                    let class = match input[0] * input[1] {
                        product if product < -0.05 => 0,
                        product if product < 0.05 => 1,
                        _ => 2,
                    };
                    (input, class)
                })
                .collect()
        };
        let learn = || {
            let mut random = Random::new(1);
            let mut network = Network::new(
                Sizes {
                    hidden: 32,
                    ..SIZES
                },
                &mut random,
            );
            network.train(&examples(10), 80, 0.0, &mut random);
            network
        };
        let network = learn();
        let unseen = examples(11);
        let right = unseen
            .iter()
            .filter(|(input, class)| {
                let probabilities = network.probabilities(input);
                probabilities.iter().all(|p| *p <= probabilities[*class])
            })
            .count();
        assert!(right > 510, "{right} of 600");
        assert_eq!(network.parameters, learn().parameters);
    }
}
