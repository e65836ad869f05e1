//! The two blocks of the voices network: over time, every pitch by itself; over pitch, within a frame.

use crate::architecture::{VOICE_INTERVALS, VOICE_PITCHES};
use crate::file::{ModelFileError, Params};
use crate::rates::LEAKY_SLOPE;
use crate::streaming::conv::{CausalConv, ConvConfig};
use crate::streaming::kernel::{Addend, Epilogue, Layout, PackedConv};
use crate::streaming::ops::Ops;

/// Pitches below and above the range that intervals reach: nothing sounds there.
const BELOW: usize = 28;
const ABOVE: usize = 24;
/// Followed by the activation.
const ACTIVATED: Epilogue = Epilogue {
    addend: Addend::Nothing,
    slope: LEAKY_SLOPE,
};

/// `x + mix(leaky(conv(leaky(x))))`, kernel 3 over time.
#[derive(Clone, Debug)]
pub(super) struct TimeBlock {
    ops: Ops,
    /// Rows are pitches, taps lie whole frames apart.
    conv: PackedConv,
    mix: CausalConv,
    dilation: usize,
    width: usize,
}

/// Past and scratch of a [`TimeBlock`].
#[derive(Clone, Debug)]
pub(super) struct TimeBlockState {
    /// Oldest frame first, the present one last.
    frames: Vec<f32>,
    hidden: Vec<f32>,
}

impl TimeBlock {
    pub(super) fn new(
        channels: usize,
        dilation: usize,
        params: &Params,
    ) -> Result<Self, ModelFileError> {
        let (conv, shape) = (params.pp("conv"), [channels, channels, 3]);
        let width = VOICE_PITCHES * channels;
        let layout = Layout {
            row_stride: channels,
            tap_stride: dilation * width,
        };
        let (weight, bias) = (conv.get("weight", &shape)?, conv.get("bias", &[channels])?);
        Ok(Self {
            ops: Ops::new(params.instructions()),
            conv: PackedConv::new(params.instructions(), weight, Some(bias), shape, layout),
            mix: CausalConv::new(ConvConfig::pointwise(channels, channels), &params.pp("mix"))?,
            dilation,
            width,
        })
    }

    pub(super) fn state(&self) -> TimeBlockState {
        TimeBlockState {
            frames: vec![0.0; (2 * self.dilation + 1) * self.width],
            hidden: vec![0.0; self.width],
        }
    }

    /// `x` `[pitches, channels]` in place.
    pub(super) fn step(&self, state: &mut TimeBlockState, x: &mut [f32]) {
        let TimeBlockState { frames, hidden } = state;
        let present = frames.len() - self.width;
        self.ops.leaky(x, LEAKY_SLOPE, &mut frames[present..]);
        self.conv.run(frames, hidden, ACTIVATED);
        frames.copy_within(self.width.., 0);
        self.mix.step_pointwise(hidden, x, Epilogue::RESIDUAL);
    }

    pub(super) fn macs_per_row(&self) -> usize {
        self.conv.macs_per_row() + self.mix.macs_per_row()
    }
}

impl TimeBlockState {
    pub(super) fn reset(&mut self) {
        self.frames.fill(0.0);
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.frames.copy_from_slice(&other.frames);
    }
}

/// `x + spread(leaky(squeeze(leaky(x))) of the pitches at [`VOICE_INTERVALS`])`.
#[derive(Clone, Debug)]
pub(super) struct PitchBlock {
    ops: Ops,
    squeeze: CausalConv,
    spread: CausalConv,
    channels: usize,
    squeezed: usize,
}

/// Scratch of a [`PitchBlock`]; it has no past.
#[derive(Clone, Debug)]
pub(super) struct PitchBlockState {
    activated: Vec<f32>,
    /// With silence below and above.
    heard: Vec<f32>,
    stacked: Vec<f32>,
}

impl PitchBlock {
    pub(super) fn new(
        channels: usize,
        squeezed: usize,
        params: &Params,
    ) -> Result<Self, ModelFileError> {
        let heard = squeezed * VOICE_INTERVALS.len();
        Ok(Self {
            ops: Ops::new(params.instructions()),
            squeeze: CausalConv::new(
                ConvConfig::pointwise(channels, squeezed),
                &params.pp("squeeze"),
            )?,
            spread: CausalConv::new(ConvConfig::pointwise(heard, channels), &params.pp("spread"))?,
            channels,
            squeezed,
        })
    }

    pub(super) fn state(&self) -> PitchBlockState {
        let heard = VOICE_INTERVALS.len() * self.squeezed;
        PitchBlockState {
            activated: vec![0.0; VOICE_PITCHES * self.channels],
            heard: vec![0.0; (BELOW + VOICE_PITCHES + ABOVE) * self.squeezed],
            stacked: vec![0.0; VOICE_PITCHES * heard],
        }
    }

    /// `x` `[pitches, channels]` in place.
    pub(super) fn step(&self, state: &mut PitchBlockState, x: &mut [f32]) {
        let (wide, low) = (self.squeezed, BELOW * self.squeezed);
        self.ops.leaky(x, LEAKY_SLOPE, &mut state.activated);
        let own = &mut state.heard[low..low + VOICE_PITCHES * wide];
        self.squeeze
            .step_pointwise(&state.activated, own, ACTIVATED);
        let rows = state.stacked.chunks_exact_mut(VOICE_INTERVALS.len() * wide);
        for (pitch, row) in rows.enumerate() {
            for (out, interval) in row.chunks_exact_mut(wide).zip(VOICE_INTERVALS) {
                let at = (BELOW + pitch).saturating_add_signed(interval) * wide;
                out.copy_from_slice(&state.heard[at..at + wide]);
            }
        }
        self.spread
            .step_pointwise(&state.stacked, x, Epilogue::RESIDUAL);
    }

    pub(super) fn macs_per_row(&self) -> usize {
        self.squeeze.macs_per_row() + self.spread.macs_per_row()
    }
}
