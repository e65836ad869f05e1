//! The onset network, streaming: where notes begin.
//!
//! What it sees of a frame says how the frame differs from the last few, relative to how loud the playing
//! is: a recording twice as loud has the same onsets. `models/training/mynah_training/onsets_network.py` is
//! the specification.

use super::conv::{CausalConv, ConvConfig};
use super::kernel::{Addend, Epilogue};
use super::ops::Ops;
use super::residual::{BlockState, ResidualBlock};
use crate::architecture::{Architecture, ONSET_INPUTS, ONSET_LAGS, TRAINED_PITCH_HZ};
use crate::features::{FeatureFrame, MEL_BINS};
use crate::file::ModelFileError;
use crate::file::Params;
use crate::rates::LEAKY_SLOPE;

/// Frames that are remembered.
const PAST: usize = 6;

/// A note begins where the probability rises above this; as it stays up for some frames, the next one is
/// to be counted only after it has fallen below half of it. Chosen on held-out notes (`REPORT.md`).
pub const ONSET_THRESHOLD: f32 = 0.8;

/// ln(1e-5): features of silence.
const SILENCE: f32 = -11.512_925;
/// Nepers, -69 dB: what is quieter does not count as playing.
const REFERENCE_LOW: f32 = -8.0;
/// Nepers a frame (33 dB a second): how fast a loud note is forgotten.
const REFERENCE_FALL: f32 = 0.02;
/// Nepers (48 dB): what is this far below the reference counts as silence.
const DEPTH: f32 = 5.5;
/// Nepers: larger changes of level or attacks say nothing more.
const MAX_CHANGE: f32 = 3.0;
/// Larger changes of pitch say nothing more.
const MAX_STEP_SEMITONES: f32 = 3.0;
/// What the pitch tracker holds before it has heard a pitch.
const INITIAL_HZ: f32 = 440.0;

/// Weights of the onset network. Immutable and shared.
#[derive(Clone, Debug)]
pub struct OnsetNet {
    ops: Ops,
    channels: usize,
    input: CausalConv,
    blocks: Vec<ResidualBlock>,
    output: CausalConv,
}

/// What is remembered of a frame.
#[derive(Clone, Copy, Debug)]
struct Heard {
    log_mel: [f32; MEL_BINS],
    log_level: f32,
    octaves: f32,
}

/// Turns frames into what the network sees; the state of one stream.
#[derive(Clone, Debug)]
pub struct OnsetInput {
    /// How loud the playing is: follows the loudness upwards at once, downwards slowly.
    reference: f32,
    /// Newest first.
    past: [Heard; PAST],
}

/// Past and scratch of an [`OnsetNet`].
#[derive(Clone, Debug)]
pub struct OnsetNetState {
    input: OnsetInput,
    blocks: Vec<BlockState>,
    /// Overwritten before they are read, in every frame.
    row: Vec<f32>,
    x: Vec<f32>,
    activated: Vec<f32>,
}

const SILENT: Heard = Heard {
    log_mel: [SILENCE; MEL_BINS],
    log_level: SILENCE,
    octaves: 0.0,
};

impl Default for OnsetInput {
    fn default() -> Self {
        let octaves = octaves(INITIAL_HZ);
        Self {
            reference: REFERENCE_LOW,
            past: [Heard { octaves, ..SILENT }; PAST],
        }
    }
}

impl OnsetInput {
    /// The next frame -> `row` of [`ONSET_INPUTS`] numbers (more are left as they are). Audio thread.
    pub fn step(&mut self, frame: &FeatureFrame, row: &mut [f32]) {
        self.reference = frame
            .log_loudness
            .max(self.reference - REFERENCE_FALL)
            .max(REFERENCE_LOW);
        let floor = self.reference - DEPTH;
        let relative = |value: f32| (value.max(floor) - self.reference) / 3.0 + 0.6;
        let now = Heard {
            log_mel: frame.log_mel,
            log_level: frame.log_level,
            octaves: octaves(frame.pitch.f0_hz),
        };
        let voicing = frame.pitch.voicing;
        let mut rows = row.chunks_exact_mut(MEL_BINS);
        if let Some(bands) = rows.next() {
            for (out, mel) in bands.iter_mut().zip(&now.log_mel) {
                *out = relative(*mel);
            }
        }
        for (lag, out) in ONSET_LAGS.iter().zip(&mut rows) {
            let before = &self.past[lag - 1].log_mel;
            for ((out, mel), before) in out.iter_mut().zip(&now.log_mel).zip(before) {
                *out = 0.5 * (mel.max(floor) - before.max(floor)).max(0.0);
            }
        }
        let level_change = ONSET_LAGS.map(|lag| {
            let before = self.past[lag - 1].log_level.max(floor);
            (now.log_level.max(floor) - before).clamp(-MAX_CHANGE, MAX_CHANGE) / 2.0
        });
        let pitch_change = ONSET_LAGS.map(|lag| {
            let semitones = 12.0 * (now.octaves - self.past[lag - 1].octaves).abs();
            semitones.min(MAX_STEP_SEMITONES) / 2.0 * voicing
        });
        let scalars = [
            voicing,
            (now.octaves / 2.0 - 1.5) * voicing,
            frame.attack.min(MAX_CHANGE),
            relative(frame.log_loudness),
        ];
        let scalars = scalars.iter().chain(&level_change).chain(&pitch_change);
        let rest = row.iter_mut().skip(MEL_BINS * (1 + ONSET_LAGS.len()));
        for (out, scalar) in rest.zip(scalars) {
            *out = *scalar;
        }
        self.past.rotate_right(1);
        self.past[0] = now;
    }
}

impl OnsetNet {
    /// Compiles the tensors below `input`, `blocks.N` and `output`. Allocates.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, params: &Params) -> Result<Self, ModelFileError> {
        let channels = architecture.onset_channels;
        let blocks = params.pp("blocks");
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            input: CausalConv::new(
                ConvConfig::pointwise(ONSET_INPUTS, channels),
                &params.pp("input"),
            )?,
            blocks: architecture
                .onset_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, &blocks.pp(i)))
                .collect::<Result<_, _>>()?,
            output: CausalConv::new(ConvConfig::pointwise(channels, 1), &params.pp("output"))?,
        })
    }

    /// The next frame -> the probability, 0 to 1, that a note begins there. Audio thread.
    ///
    /// It rises within a few frames of where the note can be heard (5 ms in the median) and stays up for
    /// about four; see [`ONSET_THRESHOLD`].
    pub fn step(&self, state: &mut OnsetNetState, frame: &FeatureFrame) -> f32 {
        let OnsetNetState {
            input,
            blocks,
            row,
            x,
            activated,
        } = state;
        input.step(frame, row);
        self.input.step_pointwise(row, x, Epilogue::NONE);
        for (block, state) in self.blocks.iter().zip(blocks) {
            block.step(state, 1, x, Addend::Nothing);
        }
        self.ops.leaky(x, LEAKY_SLOPE, activated);
        let mut logit = [0.0];
        self.output
            .step_pointwise(activated, &mut logit, Epilogue::NONE);
        1.0 / (1.0 + (-logit[0]).exp())
    }

    /// Multiplications per frame.
    pub fn macs_per_row(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(ResidualBlock::macs_per_row).sum();
        self.input.macs_per_row() + blocks + self.output.macs_per_row()
    }
}

impl OnsetNetState {
    /// The state before the first frame. Allocates.
    pub fn new(net: &OnsetNet) -> Self {
        Self {
            input: OnsetInput::default(),
            blocks: net
                .blocks
                .iter()
                .map(|block| block.state(net.channels, 1))
                .collect(),
            row: vec![0.0; ONSET_INPUTS],
            x: vec![0.0; net.channels],
            activated: vec![0.0; net.channels],
        }
    }

    /// Back to the state before the first frame. Audio thread.
    pub fn reset(&mut self) {
        self.input = OnsetInput::default();
        self.blocks.iter_mut().for_each(BlockState::reset);
    }

    /// Becomes `other`, which must be of the same network, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.input.clone_from(&other.input);
        for (block, other) in self.blocks.iter_mut().zip(&other.blocks) {
            block.copy_from(other);
        }
    }
}

fn octaves(f0_hz: f32) -> f32 {
    let (low_hz, high_hz) = TRAINED_PITCH_HZ;
    (f0_hz.clamp(low_hz, high_hz) / low_hz).log2()
}
