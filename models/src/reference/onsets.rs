//! The onset network.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{CausalConv1d, Past, ResidualBlock, leaky};
use crate::architecture::Architecture;
use crate::architecture::ONSET_INPUTS;
use crate::streaming::conv::ConvConfig;

/// What is told of each frame -> the probability that a note begins there.
#[derive(Clone, Debug)]
pub struct Onsets {
    input: CausalConv1d,
    blocks: Vec<ResidualBlock>,
    output: CausalConv1d,
}

impl Onsets {
    /// Loads `input`, `blocks.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, vb: VarBuilder) -> Result<Self> {
        let channels = architecture.onset_channels;
        let blocks = vb.pp("blocks");
        Ok(Self {
            input: CausalConv1d::new(
                ConvConfig::pointwise(ONSET_INPUTS, channels),
                vb.pp("input"),
            )?,
            blocks: architecture
                .onset_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, blocks.pp(i)))
                .collect::<Result<_>>()?,
            output: CausalConv1d::new(ConvConfig::pointwise(channels, 1), vb.pp("output"))?,
        })
    }

    /// Rows of [`OnsetInput`](crate::streaming::onsets::OnsetInput) `[1, 330, frames]` ->
    /// probability `[frames]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, inputs: &Tensor) -> Result<Tensor> {
        self.step(inputs, &mut Past::default())
    }

    /// The same for the frames that come next.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&self, inputs: &Tensor, past: &mut Past) -> Result<Tensor> {
        past.rewind();
        let mut x = self.input.step(inputs, past)?;
        for block in &self.blocks {
            x = block.step(&x, None, past)?;
        }
        let logits = self.output.step(&leaky(&x)?, past)?;
        candle_nn::ops::sigmoid(&logits)?.flatten_all()
    }
}
