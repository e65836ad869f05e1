//! The universal encoder.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{CausalConv1d, Past, ResidualBlock, leaky};
use crate::architecture::Architecture;
use crate::features::MEL_BINS;
use crate::streaming::conv::ConvConfig;

/// Loudness-normalised log-mel -> content z.
#[derive(Clone, Debug)]
pub struct Encoder {
    input: CausalConv1d,
    blocks: Vec<ResidualBlock>,
    output: CausalConv1d,
}

impl Encoder {
    /// Loads `input`, `blocks.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, vb: VarBuilder) -> Result<Self> {
        let channels = architecture.encoder_channels;
        let blocks = vb.pp("blocks");
        Ok(Self {
            input: CausalConv1d::new(ConvConfig::new(MEL_BINS, channels, 3, 1), vb.pp("input"))?,
            blocks: architecture
                .encoder_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, blocks.pp(i)))
                .collect::<Result<_>>()?,
            output: CausalConv1d::new(
                ConvConfig::pointwise(channels, architecture.latent_channels),
                vb.pp("output"),
            )?,
        })
    }

    /// `log_mel` `[1, 80, frames]`, `log_level` `[frames]` -> z `[1, latent, frames]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, log_mel: &Tensor, log_level: &Tensor) -> Result<Tensor> {
        self.step(log_mel, log_level, &mut Past::default())
    }

    /// The same for the frames that come next.
    ///
    /// # Errors
    /// candle's.
    pub fn step(&self, log_mel: &Tensor, log_level: &Tensor, past: &mut Past) -> Result<Tensor> {
        past.rewind();
        let x = log_mel
            .broadcast_sub(&log_level.reshape((1, 1, ()))?)?
            .affine(0.5, 2.0)?;
        let mut x = self.input.step(&x, past)?;
        for block in &self.blocks {
            x = block.step(&x, None, past)?;
        }
        self.output.step(&leaky(&x)?, past)?.tanh()
    }
}
