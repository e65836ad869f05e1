//! The voices network, streaming: up to six pitches at once.
//!
//! All weights but a bias are shared over the pitches: each sees its own harmonics (stacked as in Bittner et al. 2022), then its
//! own past, and what pitches at harmonic intervals make of theirs (as Wei et al. 2022 do), so that a note's overtones
//! are not taken for notes. `models/training/mynah_training/voices_network.py` is the specification.

mod blocks;
mod input;

use super::conv::{CausalConv, ConvConfig};
use super::kernel::{Addend, Epilogue};
use super::ops::Ops;
use crate::architecture::{VOICE_INPUTS, VOICE_OUTPUTS, VOICE_PITCHES, VoicesArchitecture};
use crate::features::LogFrequencyFrame;
use crate::file::{ModelFileError, Params};
use crate::rates::LEAKY_SLOPE;

use blocks::{PitchBlock, PitchBlockState, TimeBlock, TimeBlockState};
pub use input::VoicesInput;

/// The outputs of a frame: a row of [`VOICE_OUTPUTS`] for every pitch, the first four probabilities.
pub type VoiceRows = [[f32; VOICE_OUTPUTS]; VOICE_PITCHES];

/// Weights of the voices network. Immutable and shared.
#[derive(Clone, Debug)]
pub struct VoicesNetwork {
    ops: Ops,
    channels: usize,
    input: CausalConv,
    /// Added to what comes of the input: `[pitches, channels]`.
    place: Vec<f32>,
    time: Vec<TimeBlock>,
    /// By the block over time that each follows.
    pitch: Vec<(usize, PitchBlock)>,
    output: CausalConv,
}

/// Past and scratch of a [`VoicesNetwork`].
#[derive(Clone, Debug)]
pub struct VoicesNetworkState {
    input: VoicesInput,
    time: Vec<TimeBlockState>,
    /// Overwritten before they are read, in every frame.
    pitch: Vec<PitchBlockState>,
    rows: Vec<f32>,
    x: Vec<f32>,
    activated: Vec<f32>,
    outputs: VoiceRows,
}

impl VoicesNetwork {
    /// Compiles the tensors below `input`, `place`, `time.N`, `pitch.N` and `output`. Allocates.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &VoicesArchitecture, params: &Params) -> Result<Self, ModelFileError> {
        let channels = architecture.channels;
        let (time, pitch) = (params.pp("time"), params.pp("pitch"));
        let dilations = architecture.dilations.iter().enumerate();
        let after = architecture.pitch_after.iter().enumerate();
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            input: CausalConv::new(
                ConvConfig::pointwise(VOICE_INPUTS, channels),
                &params.pp("input"),
            )?,
            place: params.get("place", &[VOICE_PITCHES, channels])?.to_vec(),
            time: dilations
                .map(|(i, dilation)| TimeBlock::new(channels, *dilation, &time.pp(i)))
                .collect::<Result<_, _>>()?,
            pitch: after
                .map(|(i, after)| {
                    let block = PitchBlock::new(channels, architecture.squeezed, &pitch.pp(i))?;
                    Ok((*after, block))
                })
                .collect::<Result<_, ModelFileError>>()?,
            output: CausalConv::new(
                ConvConfig::pointwise(channels, VOICE_OUTPUTS),
                &params.pp("output"),
            )?,
        })
    }

    /// The next frame -> what is said of every pitch. Audio thread.
    pub fn step<'a>(
        &self,
        state: &'a mut VoicesNetworkState,
        frame: &LogFrequencyFrame,
    ) -> &'a VoiceRows {
        let VoicesNetworkState {
            input,
            time,
            pitch,
            rows,
            x,
            activated,
            outputs,
        } = state;
        input.step(frame, rows);
        let addend = Addend::Rows(&self.place);
        let placed = Epilogue { addend, slope: 1.0 };
        self.input.step_pointwise(rows, x, placed);
        let mut over_pitch = self.pitch.iter().zip(pitch).peekable();
        for (k, (block, state)) in self.time.iter().zip(time).enumerate() {
            block.step(state, x);
            while let Some(((_, block), state)) = over_pitch.next_if(|((after, _), _)| *after == k)
            {
                block.step(state, x);
            }
        }
        self.ops.leaky(x, LEAKY_SLOPE, activated);
        self.output
            .step_pointwise(activated, outputs.as_flattened_mut(), Epilogue::NONE);
        for [sounding, onset, late_sounding, late_onset, ..] in outputs.iter_mut() {
            for logit in [sounding, onset, late_sounding, late_onset] {
                *logit = 1.0 / (1.0 + (-*logit).exp());
            }
        }
        outputs
    }

    /// Multiplications per frame.
    pub fn macs_per_frame(&self) -> usize {
        let time: usize = self.time.iter().map(TimeBlock::macs_per_row).sum();
        let pitch: usize = self.pitch.iter().map(|(_, b)| b.macs_per_row()).sum();
        VOICE_PITCHES * (self.input.macs_per_row() + time + pitch + self.output.macs_per_row())
    }
}

impl VoicesNetworkState {
    /// The state before the first frame. Allocates.
    pub fn new(net: &VoicesNetwork) -> Self {
        let width = VOICE_PITCHES * net.channels;
        Self {
            input: VoicesInput::default(),
            time: net.time.iter().map(TimeBlock::state).collect(),
            pitch: net.pitch.iter().map(|(_, block)| block.state()).collect(),
            rows: vec![0.0; VOICE_PITCHES * VOICE_INPUTS],
            x: vec![0.0; width],
            activated: vec![0.0; width],
            outputs: [[0.0; VOICE_OUTPUTS]; VOICE_PITCHES],
        }
    }

    /// Natural log of the amplitude to which the last frame's levels are relative.
    pub fn reference(&self) -> f32 {
        self.input.reference()
    }

    /// Back to the state before the first frame. Audio thread.
    pub fn reset(&mut self) {
        self.input = VoicesInput::default();
        self.time.iter_mut().for_each(TimeBlockState::reset);
    }

    /// Becomes `other`, which must be of the same network, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.input.clone_from(&other.input);
        for (block, other) in self.time.iter_mut().zip(&other.time) {
            block.copy_from(other);
        }
    }
}
