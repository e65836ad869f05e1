//! The instrument-translation decoder, streaming: a trunk that all targets share and
//! the small part that is each target's own.

use super::conv::{CausalConv, ConvConfig, ConvState};
use super::kernel::{Epilogue, Layout, PackedConv};
use super::ops::Ops;
use super::residual::{BlockState, GatedBlock};
use crate::architecture::{Architecture, TRAINED_PITCH_HZ};
use crate::envelope::{ENVELOPE_POINTS, Envelope};
use crate::file::ModelFileError;
use crate::file::Params;
use crate::frame_pitch::FramePitch;
use crate::rates::LEAKY_SLOPE;

/// Log envelopes stay in this range: -122 dB to 69 dB about the input's loudness.
pub const ENVELOPE_RANGE: (f32, f32) = (-14.0, 8.0);
/// Octaves from 55 Hz to about 2,200 Hz, over which the pitch bumps are spread.
const BUMP_OCTAVES: f32 = 5.33;

/// One row of the translator's input: `z`, triangular bumps over log pitch, log pitch,
/// voicing, loudness, attack, mode.
pub fn translator_input(z: &[f32], frame: &FramePitch, row: &mut [f32]) {
    let (head, rest) = row.split_at_mut(z.len());
    head.copy_from_slice(z);
    let (bumps, scalars) = rest.split_at_mut(rest.len() - 5);
    let octaves = (frame.f0_hz / TRAINED_PITCH_HZ.0).log2();
    let position = octaves * ((bumps.len() as f32 - 1.0) / BUMP_OCTAVES);
    for (i, bump) in bumps.iter_mut().enumerate() {
        *bump = (1.0 - (position - i as f32).abs()).max(0.0) * frame.voicing;
    }
    scalars.copy_from_slice(&[
        octaves / 2.0 - 1.5,
        frame.voicing,
        (frame.log_loudness + 4.6) / 2.3,
        frame.attack,
        if frame.follow { 1.0 } else { 0.0 },
    ]);
}

/// Weights of the shared trunk.
#[derive(Clone, Debug)]
pub struct Translator {
    ops: Ops,
    inputs: usize,
    channels: usize,
    input: CausalConv,
    blocks: Vec<GatedBlock>,
}

/// Past and scratch of a [`Translator`].
#[derive(Clone, Debug)]
pub struct TranslatorState {
    input: ConvState,
    blocks: Vec<BlockState>,
    x: Vec<f32>,
}

impl Translator {
    /// Compiles the tensors below `input` and `blocks.N`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, params: &Params) -> Result<Self, ModelFileError> {
        let (inputs, channels) = (
            architecture.translator_inputs(),
            architecture.translator_channels,
        );
        let blocks = params.pp("blocks");
        Ok(Self {
            ops: Ops::new(params.instructions()),
            inputs,
            channels,
            input: CausalConv::new(ConvConfig::new(inputs, channels, 3, 1), &params.pp("input"))?,
            blocks: architecture
                .translator_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| GatedBlock::new(channels, *dilation, &blocks.pp(i)))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Where the caller puts `rows` rows made by [`translator_input`].
    pub fn input<'s>(&self, state: &'s mut TranslatorState, rows: usize) -> &'s mut [f32] {
        state.input.block(rows)
    }

    /// The rows put into [`Translator::input`] -> `hidden` `[rows, channels]`.
    pub fn step(&self, target: &TargetWeights, state: &mut TranslatorState, hidden: &mut [f32]) {
        let rows = hidden.len() / self.channels;
        let x = &mut state.x[..hidden.len()];
        self.input.step(&mut state.input, x, Epilogue::NONE);
        let film = target
            .gain
            .chunks_exact(2 * self.channels)
            .zip(target.shift.chunks_exact(2 * self.channels));
        for ((block, state), (gain, shift)) in self.blocks.iter().zip(&mut state.blocks).zip(film) {
            block.step(state, rows, x, gain, shift);
        }
        self.ops.leaky(x, LEAKY_SLOPE, hidden);
    }

    /// Channels of the input rows.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Channels of the hidden frames.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Multiplications per frame.
    pub fn macs_per_row(&self) -> usize {
        self.input.macs_per_row()
            + self
                .blocks
                .iter()
                .map(GatedBlock::macs_per_row)
                .sum::<usize>()
    }
}

impl TranslatorState {
    /// The state before the first frame, for up to `max_rows` frames a step. Allocates.
    pub fn new(translator: &Translator, max_rows: usize) -> Self {
        Self {
            input: ConvState::new(&translator.input, max_rows),
            blocks: translator
                .blocks
                .iter()
                .map(|b| b.state(max_rows))
                .collect(),
            x: vec![0.0; max_rows * translator.channels],
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

/// One target's own parameters.
#[derive(Clone, Debug)]
pub struct TargetWeights {
    /// `1 + scale`, `[blocks, 2 channels]`.
    gain: Vec<f32>,
    /// `[blocks, 2 channels]`.
    shift: Vec<f32>,
    head: PackedConv,
}

impl TargetWeights {
    /// Compiles `film.scale`, `film.shift` `[blocks, 2 channels]`, `head.weight`
    /// `[128, channels]` and `head.bias` `[128]`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, params: &Params) -> Result<Self, ModelFileError> {
        let (blocks, channels) = (
            architecture.translator_dilations.len(),
            architecture.translator_channels,
        );
        let scale = params.get("film.scale", &[blocks, 2 * channels])?;
        let shift = params.get("film.shift", &[blocks, 2 * channels])?;
        let outputs = 2 * ENVELOPE_POINTS;
        let weight = params.get("head.weight", &[outputs, channels])?;
        let bias = params.get("head.bias", &[outputs])?;
        let layout = Layout {
            row_stride: channels,
            tap_stride: 0,
        };
        Ok(Self {
            gain: scale.iter().map(|s| 1.0 + s).collect(),
            shift: shift.to_vec(),
            head: PackedConv::new(
                params.instructions(),
                weight,
                Some(bias),
                [outputs, channels, 1],
                layout,
            ),
        })
    }

    /// One frame of `hidden` `[channels]` -> the harmonic and the noise log envelope.
    pub fn envelopes(&self, hidden: &[f32], harmonic: &mut Envelope, noise: &mut Envelope) {
        let mut both = [0.0; 2 * ENVELOPE_POINTS];
        self.head.run(hidden, &mut both, Epilogue::NONE);
        let (low, high) = ENVELOPE_RANGE;
        for (out, x) in harmonic.iter_mut().chain(noise.iter_mut()).zip(&both) {
            *out = x.clamp(low, high);
        }
    }

    /// Multiplications per frame.
    pub fn macs_per_row(&self) -> usize {
        self.head.macs_per_row()
    }
}
