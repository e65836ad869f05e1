//! From an envelope to the filter that gives white noise, or the whitened input, that envelope.
//!
//! Thread: [`FilterDesign`] is shared; a [`FilterDesignState`] is the scratch of one thread.

use std::f32::consts::PI;

use super::{MinimumPhase, MinimumPhaseState};
use crate::envelope::{Envelope, EnvelopeGrid};

/// Taps of a prior filter.
pub const FILTER_TAPS: usize = 256;
/// Points of the FFT behind the cepstrum.
const FFT_SIZE: usize = 512;
/// The last taps fade to zero over this many.
const FADE_TAPS: usize = 64;
/// Natural-log magnitudes are held above this: -217 dB.
const LOG_FLOOR: f32 = -25.0;

/// The tables.
pub struct FilterDesign {
    grid: EnvelopeGrid,
    minimum_phase: MinimumPhase,
    fade: [f32; FADE_TAPS],
}

/// Scratch.
#[derive(Clone, Debug)]
pub struct FilterDesignState {
    log_magnitude: Vec<f32>,
    minimum_phase: MinimumPhaseState,
}

impl Default for FilterDesign {
    fn default() -> Self {
        Self::new()
    }
}

impl FilterDesign {
    /// Computes the tables.
    pub fn new() -> Self {
        Self {
            grid: EnvelopeGrid::new(FFT_SIZE),
            minimum_phase: MinimumPhase::new(FFT_SIZE),
            fade: std::array::from_fn(|tap| {
                0.5 + 0.5 * (PI * (tap as f32 + 0.5) / FADE_TAPS as f32).cos()
            }),
        }
    }

    /// Writes the minimum-phase taps whose magnitude is `envelope` with `log_gain` (natural log)
    /// added.
    pub fn step(
        &self,
        state: &mut FilterDesignState,
        envelope: &Envelope,
        log_gain: f32,
        taps: &mut [f32; FILTER_TAPS],
    ) {
        self.grid.read(envelope, log_gain, &mut state.log_magnitude);
        for log in &mut state.log_magnitude {
            *log = log.max(LOG_FLOOR);
        }
        self.minimum_phase
            .step(&mut state.minimum_phase, &state.log_magnitude, taps);
        for (tap, fade) in taps[FILTER_TAPS - FADE_TAPS..].iter_mut().zip(&self.fade) {
            *tap *= fade;
        }
    }
}

impl FilterDesignState {
    /// Scratch for `tables`.
    pub fn new(tables: &FilterDesign) -> Self {
        Self {
            log_magnitude: vec![0.0; tables.grid.bins()],
            minimum_phase: MinimumPhaseState::new(&tables.minimum_phase),
        }
    }
}
