//! The instrument-translation decoder.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{CausalConv1d, GatedBlock, Past, leaky};
use crate::architecture::Architecture;
use crate::envelope::ENVELOPE_POINTS;
use crate::streaming::conv::ConvConfig;
use crate::streaming::translator::ENVELOPE_RANGE;

/// The trunk that all targets share.
#[derive(Clone, Debug)]
pub struct Translator {
    input: CausalConv1d,
    blocks: Vec<GatedBlock>,
}

/// One target's FiLM vectors and output head.
#[derive(Clone, Debug)]
pub struct Target {
    scale: Tensor,
    shift: Tensor,
    weight: Tensor,
    bias: Tensor,
}

impl Translator {
    /// Loads `input` and `blocks.N`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, vb: VarBuilder) -> Result<Self> {
        let channels = architecture.translator_channels;
        let blocks = vb.pp("blocks");
        let input = ConvConfig::new(architecture.translator_inputs(), channels, 3, 1);
        Ok(Self {
            input: CausalConv1d::new(input, vb.pp("input"))?,
            blocks: architecture
                .translator_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| GatedBlock::new(channels, *dilation, blocks.pp(i)))
                .collect::<Result<_>>()?,
        })
    }

    /// `x` `[1, inputs, frames]` -> hidden `[1, channels, frames]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, x: &Tensor, target: &Target) -> Result<Tensor> {
        self.step(x, target, &mut Past::default())
    }

    /// The same for the frames that come next.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&self, x: &Tensor, target: &Target, past: &mut Past) -> Result<Tensor> {
        past.rewind();
        let mut x = self.input.step(x, past)?;
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.step(&x, &target.scale.get(i)?, &target.shift.get(i)?, past)?;
        }
        leaky(&x)
    }
}

impl Target {
    /// Loads `film.scale`, `film.shift`, `head.weight` and `head.bias`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, vb: VarBuilder) -> Result<Self> {
        let (blocks, channels) = (
            architecture.translator_dilations.len(),
            architecture.translator_channels,
        );
        let outputs = 2 * ENVELOPE_POINTS;
        Ok(Self {
            scale: vb.get((blocks, 2 * channels), "film.scale")?,
            shift: vb.get((blocks, 2 * channels), "film.shift")?,
            weight: vb.get((outputs, channels), "head.weight")?,
            bias: vb.get(outputs, "head.bias")?,
        })
    }

    /// hidden `[1, channels, frames]` -> both log envelopes `[frames, 128]`, harmonic first.
    ///
    /// # Errors
    /// candle's.
    pub fn envelopes(&self, hidden: &Tensor) -> Result<Tensor> {
        let (low, high) = ENVELOPE_RANGE;
        let frames = hidden.squeeze(0)?.t()?.contiguous()?;
        frames
            .matmul(&self.weight.t()?.contiguous()?)?
            .broadcast_add(&self.bias)?
            .clamp(low, high)
    }
}
