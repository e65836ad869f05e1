//! The two residual blocks of the networks, streaming.

use super::conv::{CausalConv, ConvConfig, ConvState};
use super::kernel::{Addend, Epilogue};
use super::ops::Ops;
use crate::file::ModelFileError;
use crate::file::Params;
use crate::rates::LEAKY_SLOPE;

/// `x + mix(leaky(conv(leaky(x)) + condition))`: MelGAN's residual block (Kumar et al.,
/// 2019), causal, kernel 3.
#[derive(Clone, Debug)]
pub struct ResidualBlock {
    ops: Ops,
    conv: CausalConv,
    mix: CausalConv,
}

/// Past and scratch of a [`ResidualBlock`] or a [`GatedBlock`].
#[derive(Clone, Debug)]
pub struct BlockState {
    conv: ConvState,
    /// Output of the dilated convolution.
    hidden: Vec<f32>,
    /// The gate's output; empty in a [`ResidualBlock`].
    gated: Vec<f32>,
}

impl ResidualBlock {
    /// `channels` in and out; tensors below `conv` and `mix`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(channels: usize, dilation: usize, params: &Params) -> Result<Self, ModelFileError> {
        Ok(Self {
            ops: Ops::new(params.instructions()),
            conv: CausalConv::new(
                ConvConfig::new(channels, channels, 3, dilation),
                &params.pp("conv"),
            )?,
            mix: CausalConv::new(ConvConfig::pointwise(channels, channels), &params.pp("mix"))?,
        })
    }

    /// The state before the first row. Allocates.
    pub fn state(&self, channels: usize, max_rows: usize) -> BlockState {
        BlockState {
            conv: ConvState::new(&self.conv, max_rows),
            hidden: vec![0.0; max_rows * channels],
            gated: Vec::new(),
        }
    }

    /// `x` `[rows, channels]` in place; `condition` `[rows, channels]` or nothing.
    pub fn step(&self, state: &mut BlockState, rows: usize, x: &mut [f32], condition: Addend) {
        self.ops.leaky(x, LEAKY_SLOPE, state.conv.block(rows));
        let hidden = &mut state.hidden[..x.len()];
        self.conv.step(
            &mut state.conv,
            hidden,
            Epilogue {
                addend: condition,
                slope: LEAKY_SLOPE,
            },
        );
        self.mix.step_pointwise(hidden, x, Epilogue::RESIDUAL);
    }

    /// Multiplications per row.
    pub fn macs_per_row(&self) -> usize {
        self.conv.macs_per_row() + self.mix.macs_per_row()
    }
}

/// `x + mix(tanh(a) sigmoid(b))`, `[a, b] = conv(x) * gain + shift`: WaveNet's gated
/// residual block (van den Oord et al., 2016), causal, kernel 3, with FiLM (Perez et
/// al., 2018) from the target's vectors.
#[derive(Clone, Debug)]
pub struct GatedBlock {
    ops: Ops,
    channels: usize,
    conv: CausalConv,
    mix: CausalConv,
}

impl GatedBlock {
    /// `channels` in and out; tensors below `conv` and `mix`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(channels: usize, dilation: usize, params: &Params) -> Result<Self, ModelFileError> {
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            conv: CausalConv::new(
                ConvConfig::new(channels, 2 * channels, 3, dilation),
                &params.pp("conv"),
            )?,
            mix: CausalConv::new(ConvConfig::pointwise(channels, channels), &params.pp("mix"))?,
        })
    }

    /// The state before the first row. Allocates.
    pub fn state(&self, max_rows: usize) -> BlockState {
        BlockState {
            conv: ConvState::new(&self.conv, max_rows),
            hidden: vec![0.0; max_rows * 2 * self.channels],
            gated: vec![0.0; max_rows * self.channels],
        }
    }

    /// `x` `[rows, channels]` in place; `gain` (that is 1 + scale) and `shift` are
    /// `2 channels` long.
    pub fn step(
        &self,
        state: &mut BlockState,
        rows: usize,
        x: &mut [f32],
        gain: &[f32],
        shift: &[f32],
    ) {
        let channels = self.channels;
        state.conv.block(rows).copy_from_slice(x);
        let hidden = &mut state.hidden[..rows * 2 * channels];
        self.conv.step(&mut state.conv, hidden, Epilogue::NONE);
        self.ops.film(gain, shift, hidden);
        let gated = &mut state.gated[..rows * channels];
        for (hidden, gated) in hidden
            .chunks_exact(2 * channels)
            .zip(gated.chunks_exact_mut(channels))
        {
            let (left, right) = hidden.split_at(channels);
            self.ops.gate(left, right, gated);
        }
        self.mix.step_pointwise(gated, x, Epilogue::RESIDUAL);
    }

    /// Multiplications per row.
    pub fn macs_per_row(&self) -> usize {
        self.conv.macs_per_row() + self.mix.macs_per_row()
    }
}

impl BlockState {
    /// Back to silence. Audio thread.
    pub fn reset(&mut self) {
        self.conv.reset();
    }

    /// Becomes `other` without allocating; scratch is left as it is.
    pub fn copy_from(&mut self, other: &Self) {
        self.conv.copy_from(&other.conv);
    }
}
