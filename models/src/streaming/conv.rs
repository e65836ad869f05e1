//! Causal dilated convolution over frames or sub-band steps, streaming.
//!
//! Thread: [`CausalConv`] is immutable and shared; a [`ConvState`] belongs to one
//! stream and is stepped on the audio thread.

use super::kernel::{Epilogue, Layout, PackedConv};
use crate::file::ModelFileError;
use crate::file::Params;

/// Output row `t` sees input rows `t, t - d, .., t - (k - 1) d`; rows before the first
/// are zero.
#[derive(Clone, Debug)]
pub struct CausalConv {
    packed: PackedConv,
    tail_rows: usize,
}

/// Sizes of a [`CausalConv`]; also those of its candle twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvConfig {
    /// Channels in.
    pub inputs: usize,
    /// Channels out.
    pub outputs: usize,
    /// Taps.
    pub kernel: usize,
    /// Rows from tap to tap.
    pub dilation: usize,
}

impl ConvConfig {
    /// A convolution of `kernel` taps.
    pub fn new(inputs: usize, outputs: usize, kernel: usize, dilation: usize) -> Self {
        Self {
            inputs,
            outputs,
            kernel,
            dilation,
        }
    }

    /// A matrix on every row.
    pub fn pointwise(inputs: usize, outputs: usize) -> Self {
        Self::new(inputs, outputs, 1, 1)
    }
}

/// The past of one convolution and its current input: `[tail | block]`, channels last.
#[derive(Clone, Debug)]
pub struct ConvState {
    buffer: Vec<f32>,
    channels: usize,
    tail_rows: usize,
}

impl CausalConv {
    /// Packs `weight` `[outputs, inputs, kernel]` and `bias` `[outputs]`. Allocates.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(config: ConvConfig, params: &Params) -> Result<Self, ModelFileError> {
        let ConvConfig {
            inputs,
            outputs,
            kernel,
            dilation,
        } = config;
        let shape = [outputs, inputs, kernel];
        let layout = Layout {
            row_stride: inputs,
            tap_stride: dilation * inputs,
        };
        let weight = params.get("weight", &shape)?;
        let bias = params.get("bias", &[outputs])?;
        Ok(Self {
            packed: PackedConv::new(params.instructions(), weight, Some(bias), shape, layout),
            tail_rows: (kernel - 1) * dilation,
        })
    }

    /// Multiplications per row.
    pub fn macs_per_row(&self) -> usize {
        self.packed.macs_per_row()
    }

    /// The rows put into [`ConvState::block`] -> `out` `[rows, outputs]`; their end
    /// becomes the past.
    pub fn step(&self, state: &mut ConvState, out: &mut [f32], epilogue: Epilogue) {
        let rows = out.len() / self.packed.cout();
        self.packed.run(&state.buffer, out, epilogue);
        state.advance(rows);
    }

    /// A convolution of one tap, straight from `input` `[rows, inputs]`.
    pub fn step_pointwise(&self, input: &[f32], out: &mut [f32], epilogue: Epilogue) {
        debug_assert_eq!(self.tail_rows, 0);
        self.packed.run(input, out, epilogue);
    }
}

impl ConvState {
    /// Silence, for blocks of up to `max_rows`. Allocates.
    pub fn new(conv: &CausalConv, max_rows: usize) -> Self {
        let channels = conv.packed.cin();
        let tail_rows = conv.tail_rows;
        Self {
            buffer: vec![0.0; (tail_rows + max_rows) * channels],
            channels,
            tail_rows,
        }
    }

    /// Where the caller puts `rows` rows of input before [`CausalConv::step`].
    pub fn block(&mut self, rows: usize) -> &mut [f32] {
        let start = self.tail_rows * self.channels;
        &mut self.buffer[start..start + rows * self.channels]
    }

    fn advance(&mut self, rows: usize) {
        let (start, tail) = (rows * self.channels, self.tail_rows * self.channels);
        self.buffer.copy_within(start..start + tail, 0);
    }

    /// Back to silence. Audio thread.
    pub fn reset(&mut self) {
        self.buffer.fill(0.0);
    }

    /// Becomes `other` (of the same convolution and block size) without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.buffer.copy_from_slice(&other.buffer);
    }
}
