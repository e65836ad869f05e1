//! Tests of the whole path around a core that delays as the real one does, and no more.

#![allow(clippy::unwrap_used)]

mod clicks;
mod hostile_input;
mod invariance;
mod rates;
mod rest;
mod room;
mod stereo;
mod swaps;
mod timing;

use std::sync::Arc;

use mynah_models::{CHAIN_DELAY_SAMPLES, CORNERS, HOP_SAMPLES, HopControls, Mode, Telemetry};

use crate::chain::{Chain, Hop};
use crate::controls::Controls;
use crate::engine::EngineSpec;
use crate::meters::Meters;
use crate::pipeline::Pipeline;
use crate::together::Together;

/// What the core does in place of translating: a gain for each mode, and a share of it for a held note.
#[derive(Clone, Copy)]
struct Gains {
    track: f32,
    follow: f32,
}

fn gain(both: f32) -> Arc<Gains> {
    Arc::new(Gains {
        track: both,
        follow: both,
    })
}

/// What the core multiplies by while a note is held.
fn note_gain(semitones: f32) -> f32 {
    semitones / 128.0
}

struct PassThrough;

/// The last samples of the hop before, and how many hops there were.
#[derive(Clone)]
struct PassThroughState {
    tail: [f32; CHAIN_DELAY_SAMPLES],
    hops: u32,
}

struct NothingTogether;

impl Together for NothingTogether {
    type Patch = Arc<Gains>;
}

impl Chain for PassThrough {
    type Patch = Arc<Gains>;
    type State = PassThroughState;
    type Together = NothingTogether;
    type Solo = NothingTogether;

    fn new_together(&self) -> NothingTogether {
        NothingTogether
    }

    fn new_solo(&self) -> NothingTogether {
        NothingTogether
    }

    fn new_state(&self) -> PassThroughState {
        PassThroughState {
            tail: [0.0; CHAIN_DELAY_SAMPLES],
            hops: 0,
        }
    }

    fn reset(&self, state: &mut PassThroughState) {
        *state = self.new_state();
    }

    fn copy_state(&self, from: &PassThroughState, to: &mut PassThroughState) {
        to.clone_from(from);
    }

    fn step(
        &self,
        patch: &Arc<Gains>,
        state: &mut PassThroughState,
        controls: &HopControls,
        input: &Hop,
        output: &mut Hop,
    ) {
        let gain = match controls.mode {
            Mode::Track => patch.track,
            Mode::Follow | Mode::Auto | Mode::Chords => patch.follow,
        };
        let (delayed, kept) = input.split_at(HOP_SAMPLES - CHAIN_DELAY_SAMPLES);
        output[..CHAIN_DELAY_SAMPLES].copy_from_slice(&state.tail);
        output[CHAIN_DELAY_SAMPLES..].copy_from_slice(delayed);
        state.tail.copy_from_slice(kept);
        state.hops += 1;
        let gain = gain * controls.note_semitones.map_or(1.0, note_gain);
        for sample in output {
            *sample *= gain;
        }
    }

    /// The number of hops, where the pitch would be.
    fn presence(&self, _patch: &Self::Patch, _weights: &[f32; CORNERS]) -> f32 {
        1.0
    }

    fn telemetry(&self, state: &PassThroughState) -> Telemetry {
        Telemetry {
            f0_hz: state.hops as f32,
            ..Telemetry::default()
        }
    }
}

type TestPipeline = Pipeline<PassThrough>;

fn pipeline(rate_hz: f64, patch: Option<Arc<Gains>>, controls: Controls) -> TestPipeline {
    let mut pipeline = Pipeline::new(EngineSpec::alone(rate_hz), PassThrough, patch);
    pipeline.set_controls(&controls);
    pipeline
}

/// Processes a mono signal in one block.
fn process(pipeline: &mut Pipeline<PassThrough>, input: &[f32]) -> Vec<f32> {
    let mut output = input.to_vec();
    pipeline.process(&mut [&mut output]);
    output
}

/// `samples` of a signal like white noise, -1 to 1, always the same for a seed.
pub(crate) fn noise(seed: u32, samples: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..samples).map(|_| next()).collect()
}

fn sine(rate_hz: f64, frequency_hz: f64, samples: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * frequency_hz / rate_hz;
    (0..samples)
        .map(|n| (n as f64 * step).sin() as f32)
        .collect()
}

/// The signal as it comes out where nothing is done to it.
fn delayed(input: &[f32], samples: usize) -> Vec<f32> {
    let mut output = vec![0.0; samples.min(input.len())];
    output.extend(&input[..input.len() - output.len()]);
    output
}

fn assert_same_bits(left: &[f32], right: &[f32]) {
    assert_eq!(left.len(), right.len());
    for (n, (left, right)) in left.iter().zip(right).enumerate() {
        assert_eq!(
            left.to_bits(),
            right.to_bits(),
            "sample {n}: {left} and {right}"
        );
    }
}
