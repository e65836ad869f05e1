//! The input's linear-prediction residual, the excitation of *follow*.
//!
//! Thread: [`Whitened`] is shared; a [`WhitenedState`] belongs to one stream.

use super::{Fir, FirState};
use crate::features::{ERROR_FILTER_TAPS, ErrorFilter};

/// The error filter, moving linearly from frame to frame.
#[derive(Clone, Copy, Debug)]
pub struct Whitened {
    fir: Fir,
}

/// The filter's state.
#[derive(Clone, Debug)]
pub struct WhitenedState {
    fir: FirState,
    /// No residual before the first frame.
    started: bool,
}

impl Default for Whitened {
    fn default() -> Self {
        Self::new()
    }
}

impl Whitened {
    /// The filter.
    pub fn new() -> Self {
        Self {
            fir: Fir::new(ERROR_FILTER_TAPS),
        }
    }

    /// Starts a block that moves to the filter of a frame; the first one moves there from the
    /// identity.
    pub fn begin_frame(&self, state: &mut WhitenedState, filter: &ErrorFilter) {
        if !state.started {
            state.started = true;
            self.fir.begin_frame(&mut state.fir, &[1.0]);
        }
        self.fir.begin_frame(&mut state.fir, &filter.taps);
    }

    /// Whitens `input` into `output` (as many samples as the shorter of both has), without delay.
    pub fn step(&self, state: &mut WhitenedState, input: &[f32], output: &mut [f32]) {
        // Before the first frame all taps are zero: silence comes out, and the input is remembered.
        self.fir.step(&mut state.fir, input, output);
    }
}

impl WhitenedState {
    /// The state before the first sample.
    pub fn new(tables: &Whitened) -> Self {
        Self {
            fir: FirState::new(&tables.fir),
            started: false,
        }
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.fir.reset();
        self.started = false;
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.fir.copy_from(&other.fir);
        self.started = other.started;
    }
}
