//! The memory of one voice's chain, and whether that needs to run.

use mynah_models::HopControls;

use crate::chain::{Chain, Hop};
use crate::guard::{self, SilenceGate};

/// How quickly a lane's level falls: by 20 dB in 0.3 s.
const LEVEL_LEFT: f32 = 0.98;

/// One voice.
pub(super) struct Lane<C: Chain> {
    /// The running one, and during a fade that of the chain being faded out. In boxes: four of them, a few hundred kB, would not
    /// fit on the stacks of the threads on which engines are made.
    pub(super) states: [Box<C::State>; 2],
    pub(super) gate: SilenceGate,
    /// The peak of what it hears, falling slowly.
    pub(super) level: f32,
}

impl<C: Chain> Lane<C> {
    /// Allocates.
    pub(super) fn new(chain: &C) -> Self {
        Lane {
            states: [Box::new(chain.new_state()), Box::new(chain.new_state())],
            gate: SilenceGate::default(),
            level: 0.0,
        }
    }

    /// Takes in the peak of a hop. Asleep its level is zero, however long it sleeps: zeros that are skipped make no difference.
    pub(super) fn hear(&mut self, input_peak: f32) {
        self.level = if self.gate.sleeps_through(input_peak) {
            0.0
        } else {
            guard::without_denormals(LEVEL_LEFT * self.level).max(input_peak)
        };
    }

    /// Goes on as `other` would.
    pub(super) fn copy_from(&mut self, chain: &C, other: &Self) {
        for (to, from) in self.states.iter_mut().zip(&other.states) {
            chain.copy_state(from, to);
        }
        self.gate = other.gate;
        self.level = other.level;
    }

    /// Back to silence.
    pub(super) fn reset(&mut self, chain: &C) {
        for state in &mut self.states {
            chain.reset(state);
        }
        self.gate = SilenceGate::default();
        self.level = 0.0;
    }
}

/// Both states: the one at `first`, then the other.
pub(super) fn both<S>(states: &mut [S; 2], first: usize) -> (&mut S, &mut S) {
    let [zero, one] = states;
    if first == 0 { (zero, one) } else { (one, zero) }
}

/// One hop of one chain; silence without a target. A chain that has gone wrong starts afresh.
pub(super) fn run_chain<C: Chain>(
    chain: &C,
    patch: Option<&C::Patch>,
    state: &mut C::State,
    controls: &HopControls,
    input: &Hop,
    output: &mut Hop,
) {
    let Some(patch) = patch else {
        return output.fill(0.0);
    };
    chain.step(patch, state, controls, input, output);
    if !guard::clean_translation(output) {
        chain.reset(state);
    }
}
