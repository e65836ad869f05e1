//! Trains small networks on few examples, by candle's gradients.
//!
//! Each member of an ensemble begins elsewhere and weighs the examples in a way of its own (the Bayesian bootstrap of Rubin, 1981),
//! and its hidden layer is held near where it began (the anchored ensembles of Pearce et al., 2020) while its answer is held near
//! "I do not know": where there are no examples members differ, and their mean says little.

use candle_core::{D, Device, Result, Tensor, Var};
use candle_nn::ops::sigmoid;
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use mynah_engine::Chance;
use mynah_models::realness::SmallNetwork;

/// Keeps logarithms finite.
const LEAST_PROBABILITY: f64 = 1e-6;
/// How far biases begin from 0, standard deviation.
const BIAS_SPREAD: f32 = 0.5;

/// Numbers, and whether it was so.
#[derive(Clone, Debug)]
pub struct Example {
    /// As many in all examples.
    pub input: Vec<f32>,
    /// Whether it was so.
    pub answer: bool,
}

/// How networks are trained.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Networks.
    pub members: usize,
    /// Units of their hidden layer.
    pub hidden: usize,
    /// Steps of the gradient, all examples in each.
    pub steps: usize,
    /// Length of a step.
    pub rate: f64,
    /// How far a row reaches at first: standard deviation of a hidden unit's sum, for inputs that vary by 1.
    pub reach: f32,
    /// How strongly the hidden layer is held where it began, examples.
    pub anchor: f64,
    /// How strongly answers are held at "I do not know", examples.
    pub decay: f64,
    /// Decides how the members begin.
    pub seed: u64,
}

/// Trains an ensemble; of no examples there is none. The same examples and seed give the same networks.
///
/// # Errors
/// Whatever candle says of inputs of unequal length.
pub fn train(examples: &[Example], training: &Training) -> Result<Vec<SmallNetwork>> {
    let Some(first) = examples.first() else {
        return Ok(Vec::new());
    };
    let (device, inputs) = (Device::Cpu, first.input.len());
    let rows: Vec<f32> = examples
        .iter()
        .flat_map(|e| e.input.iter().copied())
        .collect();
    let rows = Tensor::from_vec(rows, (examples.len(), inputs), &device)?;
    let answers: Vec<f32> = examples
        .iter()
        .map(|e| f32::from(u8::from(e.answer)))
        .collect();
    let answers = Tensor::from_vec(answers, examples.len(), &device)?;
    let mut chance = Chance(training.seed);
    let member = |_| {
        let weights: Vec<f32> = examples
            .iter()
            .map(|_| -(1.0 - chance.share()).ln())
            .collect();
        let weights = Tensor::from_vec(weights, examples.len(), &device)?;
        let member = Member::new(inputs, training, &mut chance, &device)?;
        member.learn(&rows, &answers, &weights, training)?;
        member.network()
    };
    (0..training.members).map(member).collect()
}

struct Member {
    inner: Var,
    inner_bias: Var,
    outer: Var,
    outer_bias: Var,
    /// Where the first two began.
    anchors: [Tensor; 2],
}

impl Member {
    fn new(
        inputs: usize,
        training: &Training,
        chance: &mut Chance,
        device: &Device,
    ) -> Result<Self> {
        let hidden = training.hidden;
        let spread = training.reach / (inputs.max(1) as f32).sqrt();
        let mut normals = |count: usize, spread: f32| -> Vec<f32> {
            (0..count).map(|_| spread * chance.normal()).collect()
        };
        let inner = Tensor::from_vec(normals(inputs * hidden, spread), (inputs, hidden), device)?;
        let inner_bias = Tensor::from_vec(normals(hidden, BIAS_SPREAD), hidden, device)?;
        Ok(Self {
            inner: Var::from_tensor(&inner)?,
            inner_bias: Var::from_tensor(&inner_bias)?,
            outer: Var::zeros(hidden, candle_core::DType::F32, device)?,
            outer_bias: Var::zeros((), candle_core::DType::F32, device)?,
            anchors: [inner, inner_bias],
        })
    }

    fn probabilities(&self, rows: &Tensor) -> Result<Tensor> {
        let hidden = rows.matmul(&self.inner)?.broadcast_add(&self.inner_bias)?;
        let sums = hidden.tanh()?.broadcast_mul(&self.outer)?.sum(D::Minus1)?;
        sigmoid(&sums.broadcast_add(&self.outer_bias)?)
    }

    /// How wrong the answers are, and how far the weights have gone.
    fn loss(
        &self,
        rows: &Tensor,
        answers: &Tensor,
        weights: &Tensor,
        training: &Training,
    ) -> Result<Tensor> {
        let said = self.probabilities(rows)?;
        let so = (&said + LEAST_PROBABILITY)?.log()?;
        let not = (said.neg()? + (1.0 + LEAST_PROBABILITY))?.log()?;
        let wrong = ((answers * so)? + (answers.neg()? + 1.0)?.mul(&not)?)?.neg()?;
        let wrong = (wrong * weights)?.sum_all()?;
        let [inner, inner_bias] = &self.anchors;
        let moved = (self.inner.sub(inner)?.sqr()?.sum_all()?
            + self.inner_bias.sub(inner_bias)?.sqr()?.sum_all()?)?;
        let certain = (self.outer.sqr()?.sum_all()? + self.outer_bias.sqr()?.sum_all()?)?;
        let held = ((moved * (0.5 * training.anchor))? + (certain * (0.5 * training.decay))?)?;
        wrong + held
    }

    fn learn(
        &self,
        rows: &Tensor,
        answers: &Tensor,
        weights: &Tensor,
        training: &Training,
    ) -> Result<()> {
        let vars = [&self.inner, &self.inner_bias, &self.outer, &self.outer_bias];
        let options = ParamsAdamW {
            lr: training.rate,
            weight_decay: 0.0,
            ..ParamsAdamW::default()
        };
        let mut optimizer = AdamW::new(vars.into_iter().cloned().collect(), options)?;
        for _ in 0..training.steps {
            optimizer.backward_step(&self.loss(rows, answers, weights, training)?)?;
        }
        Ok(())
    }

    fn network(&self) -> Result<SmallNetwork> {
        Ok(SmallNetwork {
            inner: self.inner.flatten_all()?.to_vec1()?,
            inner_bias: self.inner_bias.to_vec1()?,
            outer: self.outer.to_vec1()?,
            outer_bias: self.outer_bias.to_scalar()?,
        })
    }
}

#[cfg(test)]
mod tests;
