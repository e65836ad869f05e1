//! The universal encoder, streaming: what is played, not on what.

use super::conv::{CausalConv, ConvConfig, ConvState};
use super::kernel::{Addend, Epilogue};
use super::ops::Ops;
use super::residual::{BlockState, ResidualBlock};
use crate::architecture::Architecture;
use crate::features::MEL_BINS;
use crate::file::ModelFileError;
use crate::file::Params;
use crate::rates::LEAKY_SLOPE;

/// Weights of the encoder.
#[derive(Clone, Debug)]
pub struct Encoder {
    ops: Ops,
    channels: usize,
    latent: usize,
    input: CausalConv,
    blocks: Vec<ResidualBlock>,
    output: CausalConv,
}

/// Past and scratch of an [`Encoder`].
#[derive(Clone, Debug)]
pub struct EncoderState {
    input: ConvState,
    blocks: Vec<BlockState>,
    x: Vec<f32>,
    activated: Vec<f32>,
}

impl Encoder {
    /// Compiles the tensors below `input`, `blocks.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, params: &Params) -> Result<Self, ModelFileError> {
        let channels = architecture.encoder_channels;
        let latent = architecture.latent_channels;
        let blocks = params.pp("blocks");
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            latent,
            input: CausalConv::new(
                ConvConfig::new(MEL_BINS, channels, 3, 1),
                &params.pp("input"),
            )?,
            blocks: architecture
                .encoder_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, &blocks.pp(i)))
                .collect::<Result<_, _>>()?,
            output: CausalConv::new(
                ConvConfig::pointwise(channels, latent),
                &params.pp("output"),
            )?,
        })
    }

    /// Frames of `log_mel` `[rows, 80]` and `log_level` `[rows]` -> `z` `[rows, latent]`,
    /// bounded by 1.
    pub fn step(
        &self,
        state: &mut EncoderState,
        log_mel: &[f32],
        log_level: &[f32],
        z: &mut [f32],
    ) {
        let rows = log_level.len();
        let block = state.input.block(rows).chunks_exact_mut(MEL_BINS);
        for ((block, mel), level) in block.zip(log_mel.chunks_exact(MEL_BINS)).zip(log_level) {
            for (x, mel) in block.iter_mut().zip(mel) {
                *x = 0.5 * (mel - level + 4.0);
            }
        }
        let x = &mut state.x[..rows * self.channels];
        self.input.step(&mut state.input, x, Epilogue::NONE);
        for (block, state) in self.blocks.iter().zip(&mut state.blocks) {
            block.step(state, rows, x, Addend::Nothing);
        }
        let activated = &mut state.activated[..rows * self.channels];
        self.ops.leaky(x, LEAKY_SLOPE, activated);
        self.output.step_pointwise(activated, z, Epilogue::NONE);
        self.ops.tanh_in_place(z);
    }

    /// Channels of `z`.
    pub fn latent_channels(&self) -> usize {
        self.latent
    }

    /// Multiplications per frame.
    pub fn macs_per_row(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(ResidualBlock::macs_per_row).sum();
        self.input.macs_per_row() + blocks + self.output.macs_per_row()
    }
}

impl EncoderState {
    /// The state before the first frame, for up to `max_rows` frames a step. Allocates.
    pub fn new(encoder: &Encoder, max_rows: usize) -> Self {
        Self {
            input: ConvState::new(&encoder.input, max_rows),
            blocks: encoder
                .blocks
                .iter()
                .map(|b| b.state(encoder.channels, max_rows))
                .collect(),
            x: vec![0.0; max_rows * encoder.channels],
            activated: vec![0.0; max_rows * encoder.channels],
        }
    }

    /// Back to the state before the first frame. Audio thread.
    pub fn reset(&mut self) {
        self.input.reset();
        self.blocks.iter_mut().for_each(BlockState::reset);
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.input.copy_from(&other.input);
        for (block, other) in self.blocks.iter_mut().zip(&other.blocks) {
            block.copy_from(other);
        }
    }
}
