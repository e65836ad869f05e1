//! The generator, streaming: a compact causal MelGAN-like network on 16 sub-bands of
//! the prior at 3 kHz.
//!
//! Sub-band step `j` sees samples `16 j - 16 .. 16 j + 16` of a stream through an MDCT
//! (Princen and Bradley, 1986); overlap-add completes samples `16 j - 16 .. 16 j`, so
//! the output is [`crate::CHAIN_DELAY_SAMPLES`] behind the streams. Gains on the
//! sub-bands of both streams and a small additive part are added to the delayed prior.

use super::conv::{CausalConv, ConvConfig, ConvState};
use super::kernel::{Addend, Epilogue, Layout, PackedConv};
use super::ops::Ops;
use super::residual::{BlockState, ResidualBlock};
use crate::architecture::{Architecture, SUB_BANDS};
use crate::file::ModelFileError;
use crate::file::Params;
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, LEAKY_SLOPE};

/// Sub-band steps in a hop.
pub const HOP_STEPS: usize = HOP_SAMPLES / SUB_BANDS;
/// Sub-band steps in a frame.
pub const FRAME_STEPS: usize = FRAME_SAMPLES / SUB_BANDS;
/// Sub-bands relative to the loudness are multiplied by this before asinh.
pub const INPUT_SCALE: f32 = 30.0;
/// Added to the loudness's amplitude: -100 dB.
pub const LOUDNESS_FLOOR: f32 = 1e-5;

const BANDS_PER_HOP: usize = HOP_STEPS * SUB_BANDS;

/// Weights of the generator.
#[derive(Clone, Debug)]
pub struct Generator {
    ops: Ops,
    channels: usize,
    analysis: PackedConv,
    synthesis: PackedConv,
    condition: CausalConv,
    input: CausalConv,
    blocks: Vec<ResidualBlock>,
    output: CausalConv,
}

/// Past and scratch of a [`Generator`].
#[derive(Clone, Debug)]
pub struct GeneratorState {
    past: Past,
    input: ConvState,
    blocks: Vec<BlockState>,
    /// Condition vectors of the frame before and of the latest, [blocks * channels].
    condition: [Vec<f32>; 2],
    scratch: Scratch,
}

/// What is small and carried from hop to hop.
#[derive(Clone, Debug)]
struct Past {
    /// The last 16 samples of both streams.
    tonal: [f32; SUB_BANDS],
    noisy: [f32; SUB_BANDS],
    /// Second half of the last step's synthesis.
    overlap: [f32; SUB_BANDS],
    /// Loudness amplitude of the frame before and of the latest.
    loudness: [f32; 2],
    /// Steps since the latest frame began.
    step: usize,
    /// Share of the generator at the end of the last hop; none before the first hop.
    drive: Option<f32>,
    /// The networks were skipped and hold an outdated past.
    stale: bool,
}

#[derive(Clone, Debug)]
struct Scratch {
    x: Vec<f32>,
    activated: Vec<f32>,
    /// `[blocks, steps, channels]`.
    conditions: Vec<f32>,
    gains: [f32; 3 * BANDS_PER_HOP],
}

impl Generator {
    /// Compiles `analysis`, `synthesis` `[16, 32]` and the tensors below `condition`,
    /// `input`, `blocks.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, params: &Params) -> Result<Self, ModelFileError> {
        let channels = architecture.generator_channels;
        let dilations = &architecture.generator_dilations;
        let matrix = [SUB_BANDS, 2 * SUB_BANDS];
        let analysis = params.get("analysis", &matrix)?;
        let synthesis = params.get("synthesis", &matrix)?;
        let transposed: Vec<f32> = (0..2 * SUB_BANDS)
            .flat_map(|n| (0..SUB_BANDS).map(move |k| synthesis[k * 2 * SUB_BANDS + n]))
            .collect();
        let blocks = params.pp("blocks");
        let conditions =
            ConvConfig::pointwise(architecture.translator_channels, channels * dilations.len());
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            analysis: PackedConv::new(
                params.instructions(),
                analysis,
                None,
                [SUB_BANDS, 2 * SUB_BANDS, 1],
                Layout {
                    row_stride: SUB_BANDS,
                    tap_stride: 0,
                },
            ),
            synthesis: PackedConv::new(
                params.instructions(),
                &transposed,
                None,
                [2 * SUB_BANDS, SUB_BANDS, 1],
                Layout {
                    row_stride: SUB_BANDS,
                    tap_stride: 0,
                },
            ),
            condition: CausalConv::new(conditions, &params.pp("condition"))?,
            input: CausalConv::new(
                ConvConfig::new(2 * SUB_BANDS, channels, 3, 1),
                &params.pp("input"),
            )?,
            blocks: dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, &blocks.pp(i)))
                .collect::<Result<_, _>>()?,
            output: CausalConv::new(
                ConvConfig::pointwise(channels, 3 * SUB_BANDS),
                &params.pp("output"),
            )?,
        })
    }

    /// Starts a block of two hops that ends at a frame with this translator output.
    pub fn begin_frame(&self, state: &mut GeneratorState, hidden: &[f32], log_loudness: f32) {
        let [before, latest] = &mut state.condition;
        std::mem::swap(before, latest);
        self.condition
            .step_pointwise(hidden, latest, Epilogue::NONE);
        let past = &mut state.past;
        past.loudness = [past.loudness[1], log_loudness.exp()];
        past.step = 0;
    }

    /// A hop of both streams -> a hop of output, 16 samples behind them.
    ///
    /// `drive` (0..=1) is the generator's share at the hop's end, reached linearly from
    /// that of the hop before; while it stays 0 the networks are not run.
    pub fn step(
        &self,
        state: &mut GeneratorState,
        drive: f32,
        tonal: &[f32; HOP_SAMPLES],
        noisy: &[f32; HOP_SAMPLES],
        output: &mut [f32; HOP_SAMPLES],
    ) {
        let tonal = with_past(&mut state.past.tonal, tonal);
        let noisy = with_past(&mut state.past.noisy, noisy);
        for ((output, tonal), noisy) in output.iter_mut().zip(&tonal).zip(&noisy) {
            *output = tonal + noisy;
        }
        let drive_before = state.past.drive.replace(drive).unwrap_or(drive);
        if drive == 0.0 && drive_before == 0.0 {
            state.past.stale = true;
            state.past.step = (state.past.step + HOP_STEPS).min(FRAME_STEPS);
            return;
        }
        if std::mem::take(&mut state.past.stale) {
            state.reset_networks();
        }
        let mut added = [0.0; HOP_SAMPLES];
        self.add(state, &tonal, &noisy, &mut added);
        for (i, (output, added)) in output.iter_mut().zip(&added).enumerate() {
            let u = (i + 1) as f32 / HOP_SAMPLES as f32;
            *output += (drive_before + (drive - drive_before) * u) * added;
        }
    }

    /// What the networks add to the delayed prior.
    fn add(
        &self,
        state: &mut GeneratorState,
        tonal: &[f32; SUB_BANDS + HOP_SAMPLES],
        noisy: &[f32; SUB_BANDS + HOP_SAMPLES],
        added: &mut [f32; HOP_SAMPLES],
    ) {
        let GeneratorState {
            past,
            input,
            blocks,
            condition,
            scratch,
        } = state;
        let (mut tonal_bands, mut noise_bands) = ([0.0; BANDS_PER_HOP], [0.0; BANDS_PER_HOP]);
        self.analysis.run(tonal, &mut tonal_bands, Epilogue::NONE);
        self.analysis.run(noisy, &mut noise_bands, Epilogue::NONE);

        let weights: [f32; HOP_STEPS] = std::array::from_fn(|j| {
            (past.step + j + 1).min(FRAME_STEPS) as f32 / FRAME_STEPS as f32
        });
        past.step = (past.step + HOP_STEPS).min(FRAME_STEPS);
        let loudness =
            weights.map(|u| past.loudness[0] * (1.0 - u) + past.loudness[1] * u + LOUDNESS_FLOOR);
        let rows = input.block(HOP_STEPS).chunks_exact_mut(2 * SUB_BANDS);
        let bands = tonal_bands
            .chunks_exact(SUB_BANDS)
            .zip(noise_bands.chunks_exact(SUB_BANDS));
        for ((row, (tonal, noisy)), loudness) in rows.zip(bands).zip(&loudness) {
            for (x, band) in row.iter_mut().zip(tonal.iter().chain(noisy)) {
                *x = INPUT_SCALE * band / loudness;
            }
        }
        self.ops.asinh_in_place(input.block(HOP_STEPS));

        self.interpolate_conditions(condition, &weights, &mut scratch.conditions);
        let x = &mut scratch.x;
        self.input.step(input, x, Epilogue::NONE);
        let conditions = scratch.conditions.chunks_exact(HOP_STEPS * self.channels);
        for ((block, state), condition) in self.blocks.iter().zip(blocks).zip(conditions) {
            block.step(state, HOP_STEPS, x, Addend::Rows(condition));
        }
        self.ops.leaky(x, LEAKY_SLOPE, &mut scratch.activated);
        self.output
            .step_pointwise(&scratch.activated, &mut scratch.gains, Epilogue::NONE);
        self.ops.tanh_in_place(&mut scratch.gains);

        let mut bands = [0.0; BANDS_PER_HOP];
        for (j, gains) in scratch.gains.chunks_exact(3 * SUB_BANDS).enumerate() {
            for b in 0..SUB_BANDS {
                let i = j * SUB_BANDS + b;
                let scaled = gains[b] * tonal_bands[i] + gains[SUB_BANDS + b] * noise_bands[i];
                bands[i] = 2.0 * scaled + loudness[j] * gains[2 * SUB_BANDS + b];
            }
        }
        let mut parts = [0.0; 2 * BANDS_PER_HOP];
        self.synthesis.run(&bands, &mut parts, Epilogue::NONE);
        for (added, part) in added
            .chunks_exact_mut(SUB_BANDS)
            .zip(parts.chunks_exact(2 * SUB_BANDS))
        {
            let (first, second) = part.split_at(SUB_BANDS);
            for ((added, first), late) in added.iter_mut().zip(first).zip(&past.overlap) {
                *added = first + late;
            }
            past.overlap.copy_from_slice(second);
        }
    }

    /// Condition vectors at every step of the hop, block by block.
    fn interpolate_conditions(
        &self,
        condition: &[Vec<f32>; 2],
        weights: &[f32; HOP_STEPS],
        out: &mut [f32],
    ) {
        let [before, latest] = condition;
        let ends = before
            .chunks_exact(self.channels)
            .zip(latest.chunks_exact(self.channels));
        for (out, (before, latest)) in out.chunks_exact_mut(HOP_STEPS * self.channels).zip(ends) {
            for (out, u) in out.chunks_exact_mut(self.channels).zip(weights) {
                for ((out, before), latest) in out.iter_mut().zip(before).zip(latest) {
                    *out = before * (1.0 - u) + latest * u;
                }
            }
        }
    }

    /// Multiplications per frame (conditions) and per hop (the rest).
    pub fn macs(&self) -> (usize, usize) {
        let blocks: usize = self.blocks.iter().map(ResidualBlock::macs_per_row).sum();
        let row = 2 * self.analysis.macs_per_row()
            + self.input.macs_per_row()
            + blocks
            + self.output.macs_per_row()
            + self.synthesis.macs_per_row();
        (self.condition.macs_per_row(), HOP_STEPS * row)
    }
}

/// `[past | hop]`; the hop's end becomes the past.
fn with_past(
    past: &mut [f32; SUB_BANDS],
    hop: &[f32; HOP_SAMPLES],
) -> [f32; SUB_BANDS + HOP_SAMPLES] {
    let mut all = [0.0; SUB_BANDS + HOP_SAMPLES];
    all[..SUB_BANDS].copy_from_slice(past);
    all[SUB_BANDS..].copy_from_slice(hop);
    past.copy_from_slice(&hop[HOP_SAMPLES - SUB_BANDS..]);
    all
}

impl GeneratorState {
    /// The state before the first hop. Allocates.
    pub fn new(generator: &Generator) -> Self {
        let rows = HOP_STEPS * generator.channels;
        let conditions = generator.channels * generator.blocks.len();
        Self {
            past: Past::START,
            input: ConvState::new(&generator.input, HOP_STEPS),
            blocks: generator
                .blocks
                .iter()
                .map(|b| b.state(generator.channels, HOP_STEPS))
                .collect(),
            condition: [vec![0.0; conditions], vec![0.0; conditions]],
            scratch: Scratch {
                x: vec![0.0; rows],
                activated: vec![0.0; rows],
                conditions: vec![0.0; HOP_STEPS * conditions],
                gains: [0.0; 3 * BANDS_PER_HOP],
            },
        }
    }

    /// Back to the state before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.past = Past::START;
        self.condition.iter_mut().for_each(|c| c.fill(0.0));
        self.reset_networks();
    }

    fn reset_networks(&mut self) {
        self.past.overlap = [0.0; SUB_BANDS];
        self.input.reset();
        self.blocks.iter_mut().for_each(BlockState::reset);
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.past = other.past.clone();
        self.input.copy_from(&other.input);
        for (block, other) in self.blocks.iter_mut().zip(&other.blocks) {
            block.copy_from(other);
        }
        for (condition, other) in self.condition.iter_mut().zip(&other.condition) {
            condition.copy_from_slice(other);
        }
    }
}

impl Past {
    const START: Self = Past {
        tonal: [0.0; SUB_BANDS],
        noisy: [0.0; SUB_BANDS],
        overlap: [0.0; SUB_BANDS],
        loudness: [0.0; 2],
        step: FRAME_STEPS - HOP_STEPS,
        drive: None,
        stale: false,
    };
}
