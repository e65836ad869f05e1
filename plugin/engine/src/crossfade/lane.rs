//! The memory of one voice's chain, and whether that needs to run; and the voices of all sides, of which one leads.

use mynah_models::HopControls;

use crate::chain::{Chain, Hop};
use crate::guard::{self, SilenceGate};
use crate::hop_scheduler::LANES;

/// How quickly a lane's level falls: by 20 dB in 0.3 s.
const LEVEL_LEFT: f32 = 0.98;
/// The other voice leads when it is louder by this factor (6 dB), so that two alike do not take turns.
const LOUDER: f32 = 2.0;

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

/// The voices of all sides.
pub(super) struct Lanes<C: Chain> {
    all: Vec<Lane<C>>,
    /// How many of them run: the first, or both.
    running: usize,
    /// The louder of those that run: its octave is that of all, and a display is shown what it hears.
    pub(super) leader: usize,
}

impl<C: Chain> Lanes<C> {
    /// One runs. Allocates.
    pub(super) fn new(chain: &C) -> Self {
        Lanes {
            all: (0..chain.lanes()).map(|_| Lane::new(chain)).collect(),
            running: 1,
            leader: 0,
        }
    }

    /// Those that run.
    pub(super) fn running(&mut self) -> &mut [Lane<C>] {
        &mut self.all[..self.running]
    }

    pub(super) fn count(&self) -> usize {
        self.running
    }

    pub(super) fn lane(&self, index: usize) -> &Lane<C> {
        &self.all[index]
    }

    pub(super) fn lane_mut(&mut self, index: usize) -> &mut Lane<C> {
        &mut self.all[index]
    }

    pub(super) fn leading(&self) -> &Lane<C> {
        &self.all[self.leader]
    }

    pub(super) fn is_asleep(&self) -> bool {
        let mut running = self.all[..self.running].iter();
        running.all(|lane| lane.gate.is_asleep())
    }

    /// Has so many of them run from now on. The second begins as a copy of the first.
    pub(super) fn run(&mut self, chain: &C, lanes: usize) {
        let lanes = lanes.clamp(1, self.all.len());
        if lanes > self.running
            && let [first, second] = self.all.as_mut_slice()
        {
            second.copy_from(chain, first);
        } else if lanes < LANES && self.leader > 0 {
            self.lead_with(chain, 0);
        }
        self.running = lanes;
    }

    /// The louder lane leads, and one that sleeps never leads one that does not.
    pub(super) fn choose_leader(&mut self, chain: &C, inputs: &[Hop; LANES]) {
        if self.running < LANES {
            return;
        }
        let peaks = inputs.each_ref().map(guard::peak);
        for (lane, peak) in self.all.iter_mut().zip(peaks) {
            lane.hear(peak);
        }
        let (leader, other) = (self.leader, 1 - self.leader);
        let sleeps = |index: usize| self.all[index].gate.sleeps_through(peaks[index]);
        let is_softer = LOUDER * self.all[leader].level < self.all[other].level;
        if !sleeps(other) && (sleeps(leader) || is_softer) {
            self.lead_with(chain, other);
        }
    }

    /// Another lane leads, and the octave goes on from what was chosen before.
    fn lead_with(&mut self, chain: &C, index: usize) {
        let Ok([from, to]) = self.all.get_disjoint_mut([self.leader, index]) else {
            return;
        };
        for (from, to) in from.states.iter().zip(&mut to.states) {
            chain.take_octave(from, to);
        }
        self.leader = index;
    }

    /// Back to silence, with one running. The second becomes a copy of the first when it begins.
    pub(super) fn reset(&mut self, chain: &C) {
        self.all[0].reset(chain);
        self.running = 1;
        self.leader = 0;
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
