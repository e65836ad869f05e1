//! Causal convolution and the two residual blocks.
//!
//! Each has `forward`, over all of time at once, and `step`, which goes on where the [`Past`] it is given
//! left off.

use candle_core::{D, Device, Module, Result, Tensor};
use candle_nn::{Conv1d, Conv1dConfig, VarBuilder};

use crate::rates::LEAKY_SLOPE;
use crate::streaming::conv::ConvConfig;

/// Leaky ReLU of the whole project.
///
/// # Errors
/// candle's.
pub fn leaky(x: &Tensor) -> Result<Tensor> {
    candle_nn::ops::leaky_relu(x, f64::from(LEAKY_SLOPE))
}

/// Kernel over the present and the past: output t sees inputs t, t - d, .., t - (k - 1) d.
#[derive(Clone, Debug)]
pub struct CausalConv1d {
    conv: Conv1d,
    left: usize,
}

impl CausalConv1d {
    /// Loads `weight` `[outputs, inputs, kernel]` and `bias` `[outputs]`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(config: ConvConfig, vb: VarBuilder) -> Result<Self> {
        let ConvConfig {
            inputs,
            outputs,
            kernel,
            dilation,
        } = config;
        let options = Conv1dConfig {
            dilation,
            ..Default::default()
        };
        let conv = candle_nn::conv1d(inputs, outputs, kernel, options, vb)?;
        Ok(Self {
            conv,
            left: (kernel - 1) * dilation,
        })
    }
}

/// What the convolutions of a network have seen last: zeros at first.
///
/// Every convolution takes its own in the order in which they run, so a past belongs to one network.
#[derive(Clone, Debug, Default)]
pub struct Past {
    tails: Vec<Tensor>,
    next: usize,
}

impl Past {
    /// To be called before each step of the network.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// `[tail | x]`, of which the last `left` columns become the tail.
    fn extend(&mut self, x: &Tensor, left: usize) -> Result<Tensor> {
        let (_, channels, _) = x.dims3()?;
        if self.next == self.tails.len() {
            let zeros = Tensor::zeros((1, channels, left), x.dtype(), &Device::Cpu)?;
            self.tails.push(zeros);
        }
        let all = Tensor::cat(&[&self.tails[self.next], x], 2)?;
        self.tails[self.next] = all.narrow(2, all.dim(2)? - left, left)?.contiguous()?;
        self.next += 1;
        Ok(all)
    }
}

impl CausalConv1d {
    /// `[1, inputs, time]` -> `[1, outputs, time]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let padded = x.pad_with_zeros(D::Minus1, self.left, 0)?.contiguous()?;
        self.conv.forward(&padded)
    }

    /// The same for what comes next in time.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&self, x: &Tensor, past: &mut Past) -> Result<Tensor> {
        if self.left == 0 {
            return self.conv.forward(x);
        }
        self.conv.forward(&past.extend(x, self.left)?)
    }
}

/// `x + mix(leaky(conv(leaky(x)) + condition))`: MelGAN's residual block, kernel 3.
#[derive(Clone, Debug)]
pub struct ResidualBlock {
    conv: CausalConv1d,
    mix: CausalConv1d,
}

impl ResidualBlock {
    /// `channels` in and out.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(channels: usize, dilation: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            conv: CausalConv1d::new(
                ConvConfig::new(channels, channels, 3, dilation),
                vb.pp("conv"),
            )?,
            mix: CausalConv1d::new(ConvConfig::pointwise(channels, channels), vb.pp("mix"))?,
        })
    }

    /// `x` and `condition` `[1, channels, time]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, x: &Tensor, condition: Option<&Tensor>) -> Result<Tensor> {
        self.step(x, condition, &mut Past::default())
    }

    /// The same for what comes next in time.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&self, x: &Tensor, condition: Option<&Tensor>, past: &mut Past) -> Result<Tensor> {
        let mut hidden = self.conv.step(&leaky(x)?, past)?;
        if let Some(condition) = condition {
            hidden = (hidden + condition)?;
        }
        x + self.mix.step(&leaky(&hidden)?, past)?
    }
}

/// `x + mix(tanh(a) sigmoid(b))`, `[a, b] = conv(x) * (1 + scale) + shift`: WaveNet's
/// gated residual block with FiLM, kernel 3.
#[derive(Clone, Debug)]
pub struct GatedBlock {
    conv: CausalConv1d,
    mix: CausalConv1d,
}

impl GatedBlock {
    /// `channels` in and out.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(channels: usize, dilation: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            conv: CausalConv1d::new(
                ConvConfig::new(channels, 2 * channels, 3, dilation),
                vb.pp("conv"),
            )?,
            mix: CausalConv1d::new(ConvConfig::pointwise(channels, channels), vb.pp("mix"))?,
        })
    }

    /// `x` `[1, channels, time]`, `scale` and `shift` `[2 channels]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
        self.step(x, scale, shift, &mut Past::default())
    }

    /// The same for what comes next in time.
    ///
    /// # Errors
    /// candle's.
    pub fn step(
        &self,
        x: &Tensor,
        scale: &Tensor,
        shift: &Tensor,
        past: &mut Past,
    ) -> Result<Tensor> {
        let gain = (scale + 1.0)?.reshape((1, (), 1))?;
        let shift = shift.reshape((1, (), 1))?;
        let hidden = self
            .conv
            .step(x, past)?
            .broadcast_mul(&gain)?
            .broadcast_add(&shift)?;
        let halves = hidden.chunk(2, 1)?;
        let gated = (halves[0].tanh()? * candle_nn::ops::sigmoid(&halves[1])?)?;
        x + self.mix.step(&gated, past)?
    }
}
