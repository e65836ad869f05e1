//! Whether the packed voices network computes on this processor what candle defines it to.

use candle_nn::VarBuilder;

use crate::architecture::{VOICE_INPUTS, VOICE_PITCHES, VoicesArchitecture};
use crate::features::{LogFrequency, LogFrequencyFrame, LogFrequencyState};
use crate::file::{ModelFileError, Tensors};
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::reference;
use crate::self_check::{compare, in_candle, var_builder};
use crate::streaming::voices::{VoicesInput, VoicesNetwork, VoicesNetworkState};

/// Frames of the excerpt.
const FRAMES: usize = 8;
const HOPS_PER_FRAME: usize = 4;
const LOW_HZ: f32 = 110.0;
const HIGH_HZ: f32 = 164.81;
const PEAK: f32 = 0.2;

/// What the network makes of two saw waves a fifth apart, 85 ms.
pub(super) struct Definition {
    frames: Vec<LogFrequencyFrame>,
    outputs: Vec<f32>,
}

impl Definition {
    /// Has candle compute the excerpt.
    ///
    /// # Errors
    /// [`ModelFileError::Unchecked`].
    pub(super) fn new(
        architecture: &VoicesArchitecture,
        tensors: &Tensors,
        tables: &LogFrequency,
    ) -> Result<Self, ModelFileError> {
        let frames = excerpt(tables);
        let mut rows = vec![0.0; frames.len() * VOICE_PITCHES * VOICE_INPUTS];
        let mut input = VoicesInput::default();
        for (frame, rows) in frames
            .iter()
            .zip(rows.chunks_exact_mut(VOICE_PITCHES * VOICE_INPUTS))
        {
            input.step(frame, rows);
        }
        let count = frames.len();
        let outputs = in_candle(|| {
            let vb: VarBuilder = var_builder(tensors)?;
            let rows = reference::voice_rows(rows, count)?;
            let net = reference::Voices::new(architecture, vb)?;
            net.forward(&rows)?.flatten_all()?.to_vec1()
        })?;
        Ok(Self { frames, outputs })
    }

    /// Compares a network that was compiled.
    ///
    /// # Errors
    /// [`ModelFileError::Miscomputed`].
    pub(super) fn check(&self, network: &VoicesNetwork) -> Result<(), ModelFileError> {
        let mut state = VoicesNetworkState::new(network);
        let frames = self.frames.iter();
        let found: Vec<f32> = frames
            .flat_map(|frame| network.step(&mut state, frame).as_flattened().to_vec())
            .collect();
        compare("voices network", &found, &self.outputs, 1.0)
    }
}

fn excerpt(tables: &LogFrequency) -> Vec<LogFrequencyFrame> {
    let mut state = LogFrequencyState::new(tables);
    let saw = |at: usize, hz: f32| {
        let turns = at as f32 * (hz / SAMPLE_RATE_HZ as f32);
        PEAK * (2.0 * turns.fract() - 1.0)
    };
    let hops = 0..FRAMES * HOPS_PER_FRAME;
    let frames = hops.filter_map(|hop| {
        let heard = std::array::from_fn(|n| {
            let at = hop * HOP_SAMPLES + n;
            saw(at, LOW_HZ) + saw(at, HIGH_HZ)
        });
        tables.step(&mut state, &heard).copied()
    });
    frames.collect()
}
