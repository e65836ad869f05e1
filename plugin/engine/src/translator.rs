//! Runs the chain hop by hop: swaps of target and mode with a crossfade, silence, and clean output.

use std::time::Instant;

use mynah_models::{HOP_SAMPLES, HopControls, MORPH_SLOTS, Mode, Telemetry};

use crate::chain::{Chain, Hop};
use crate::guard::{self, SilenceGate};
use crate::hop_scheduler::Translation;
use crate::monitor::MonitorFeed;
use crate::swap::SwapReceiver;

/// Length of a crossfade from one target or mode to another: 10.7 ms, in which both run.
pub(crate) const FADE_HOPS: usize = 4;

/// What the targets' weights go of the way in a hop: the chain's smoothing, 12 ms.
const APPROACH_SHARE: f32 = 0.2;

/// What is being faded out.
enum Outgoing<P> {
    /// No target: the dry signal.
    Nothing,
    /// The target that also sounds from now on, in another mode.
    SameTarget,
    /// Another target.
    Target(P),
}

struct Fade<P> {
    from: Outgoing<P>,
    mode: Mode,
    hops_done: usize,
}

/// The chain with its target, its memory, and the way in for new targets.
pub(crate) struct Translator<C: Chain> {
    chain: C,
    swaps: SwapReceiver<C::Patch>,
    patch: Option<C::Patch>,
    mode: Mode,
    /// The running one, and during a fade that of the chain being faded out.
    states: [C::State; 2],
    active: usize,
    fade: Option<Fade<C::Patch>>,
    faded_out: Hop,
    gate: SilenceGate,
    /// The targets' weights at the end of the hop before, and of this one.
    weights: [[f32; MORPH_SLOTS]; 2],
    /// No hop yet: there is nothing to fade from.
    fresh: bool,
    /// The octave that was chosen when the chain last ran.
    octave: i32,
    /// Where each hop is reported, if anywhere.
    pub(crate) monitor: Option<MonitorFeed>,
}

impl<C: Chain> Translator<C> {
    /// Allocates.
    pub(crate) fn new(chain: C, patch: Option<C::Patch>, swaps: SwapReceiver<C::Patch>) -> Self {
        let states = [chain.new_state(), chain.new_state()];
        Translator {
            chain,
            swaps,
            patch,
            mode: Mode::default(),
            states,
            active: 0,
            fade: None,
            faded_out: [0.0; HOP_SAMPLES],
            gate: SilenceGate::default(),
            weights: [[0.0; MORPH_SLOTS]; 2],
            fresh: true,
            octave: 0,
            monitor: None,
        }
    }

    /// Translates one hop.
    pub(crate) fn translate(
        &mut self,
        controls: &HopControls,
        input: &Hop,
        output: &mut Translation,
    ) {
        let started = self.monitor.as_ref().and_then(MonitorFeed::start);
        let input = &input.map(guard::without_denormals);
        self.take_changes(controls.mode);
        self.approach(&controls.morph);

        let input_peak = guard::peak(input);
        if self.gate.sleeps_through(input_peak) {
            output.wet.fill(0.0);
        } else {
            self.run(controls, input, &mut output.wet);
        }
        if self.gate.count(input_peak, guard::peak(&output.wet)) {
            // Waking up later is then the same as starting up, but for the octave.
            for state in &mut self.states {
                self.chain.rest(state);
            }
        }
        if self.patch.is_some() && !self.gate.is_asleep() {
            self.octave = self.chain.telemetry(&self.states[self.active]).octave;
        }

        self.write_presence(&mut output.presence);
        if let Some(fade) = &mut self.fade {
            fade.hops_done += 1;
        }
        self.finish_fade();
        self.fresh = false;
        if let Some(started) = started {
            self.report(started, input, &output.wet);
        }
    }

    /// Tells the monitor of the hop just translated; nothing while the chain rests.
    fn report(&mut self, started: Instant, input: &Hop, wet: &Hop) {
        let telemetry = self.telemetry();
        if let Some(monitor) = &mut self.monitor
            && !self.gate.is_asleep()
        {
            monitor.report(started, input, wet, &telemetry);
        }
    }

    /// What the chain hears; zeros while it does not run.
    pub(crate) fn telemetry(&self) -> Telemetry {
        if self.patch.is_none() || self.gate.is_asleep() {
            return Telemetry::default();
        }
        self.chain.telemetry(&self.states[self.active])
    }

    /// The octave that was chosen last, whether the chain runs or not.
    pub(crate) fn octave(&self) -> i32 {
        self.octave
    }

    pub(crate) fn has_target(&self) -> bool {
        self.patch.is_some()
    }

    pub(crate) fn is_asleep(&self) -> bool {
        self.gate.is_asleep()
    }

    /// Whether silence is answered with silence until something else comes: a sound, a target, a mode.
    pub(crate) fn is_settled(&self) -> bool {
        self.gate.is_asleep() && self.fade.is_none() && !self.swaps.waits()
    }

    /// Back to silence; a fade is cut short.
    pub(crate) fn reset(&mut self) {
        if let Some(fade) = &mut self.fade {
            fade.hops_done = FADE_HOPS;
            self.finish_fade();
        }
        self.reset_states();
        self.octave = 0;
        self.gate = SilenceGate::default();
        self.fresh = true;
    }

    /// Starts a fade if another target or mode is wanted. One at a time: what is wanted meanwhile waits.
    fn take_changes(&mut self, mode: Mode) {
        if self.fade.is_some() {
            return;
        }
        let from = match self.swaps.take_latest() {
            Some(patch) => std::mem::replace(&mut self.patch, patch)
                .map_or(Outgoing::Nothing, Outgoing::Target),
            None if mode != self.mode && self.patch.is_some() => Outgoing::SameTarget,
            None => {
                self.mode = mode;
                return;
            }
        };
        let (old, new) = both(&mut self.states, self.active);
        if matches!(from, Outgoing::Nothing) {
            self.chain.reset(new);
        } else {
            // The newcomer has heard what came before.
            self.chain.copy_state(old, new);
        }
        if matches!(from, Outgoing::Target(_)) {
            self.chain.change_targets(new);
        }
        self.active = 1 - self.active;
        let hops_done = if self.fresh { FADE_HOPS } else { 0 };
        self.fade = Some(Fade {
            from,
            mode: self.mode,
            hops_done,
        });
        self.mode = mode;
        self.finish_fade();
    }

    /// The weights go the way that they go in the chain, so that where there is no target the dry signal comes
    /// in as the others go.
    fn approach(&mut self, wanted: &[f32; MORPH_SLOTS]) {
        let [before, now] = &mut self.weights;
        *before = if self.fresh { *wanted } else { *now };
        *now = *before;
        for (weight, wanted) in now.iter_mut().zip(wanted) {
            *weight += APPROACH_SHARE * (wanted - *weight);
            if (*weight - wanted).abs() < 1e-4 {
                *weight = *wanted;
            }
        }
    }

    /// Runs the chain, and during a fade the one being faded out beside it.
    fn run(&mut self, controls: &HopControls, input: &Hop, wet: &mut Hop) {
        let [before, now] = self.presences();
        let (new, old) = both(&mut self.states, self.active);
        let controls_now = HopControls {
            mode: self.mode,
            ..*controls
        };
        run_chain(
            &self.chain,
            self.patch.as_ref(),
            new,
            &controls_now,
            input,
            wet,
        );
        now.scale(wet);
        let Some(fade) = &self.fade else { return };
        let patch = match &fade.from {
            Outgoing::Nothing => None,
            Outgoing::SameTarget => self.patch.as_ref(),
            Outgoing::Target(patch) => Some(patch),
        };
        let controls_before = HopControls {
            mode: fade.mode,
            ..*controls
        };
        run_chain(
            &self.chain,
            patch,
            old,
            &controls_before,
            input,
            &mut self.faded_out,
        );
        before.scale(&mut self.faded_out);
        for (n, (wet, out)) in wet.iter_mut().zip(&self.faded_out).enumerate() {
            // The two hear and follow the same input, so they are alike: their sum keeps its level with
            // straight weights, where uncorrelated sounds would need equal power.
            let share = fade.share(n);
            *wet = *out + share * (*wet - *out);
        }
    }

    /// What of the present hop belongs to targets that there are: among what is faded out, and among what
    /// sounds from now on.
    fn presences(&self) -> [Ramp; 2] {
        let of = |patch: Option<&C::Patch>| {
            let at = |weights| patch.map_or(0.0, |patch| self.chain.presence(patch, weights));
            let [from, to] = self.weights.each_ref().map(at);
            Ramp { from, to }
        };
        let now = of(self.patch.as_ref());
        let before = match self.fade.as_ref().map(|fade| &fade.from) {
            Some(Outgoing::Nothing) => of(None),
            Some(Outgoing::Target(patch)) => of(Some(patch)),
            Some(Outgoing::SameTarget) | None => now,
        };
        [before, now]
    }

    fn write_presence(&self, presence: &mut Hop) {
        let [before, now] = self.presences();
        for (n, presence) in presence.iter_mut().enumerate() {
            let share = self.fade.as_ref().map_or(1.0, |fade| fade.share(n));
            let (before, now) = (before.at(n), now.at(n));
            *presence = before + share * (now - before);
        }
    }

    /// Ends a fade that is done: the old target goes back to be dropped elsewhere.
    fn finish_fade(&mut self) {
        let Some(Fade {
            from,
            mode,
            hops_done,
        }) = self.fade.take_if(|fade| fade.hops_done >= FADE_HOPS)
        else {
            return;
        };
        if let Outgoing::Target(patch) = from
            && let Err(patch) = self.swaps.retire(patch)
        {
            // No room just now (see `swap` why there always is): try again after the next hop.
            self.fade = Some(Fade {
                from: Outgoing::Target(patch),
                mode,
                hops_done,
            });
        }
    }

    fn reset_states(&mut self) {
        for state in &mut self.states {
            self.chain.reset(state);
        }
    }
}

impl<P> Fade<P> {
    /// The newcomer's share at sample `n` of the present hop, 0 to 1.
    fn share(&self, n: usize) -> f32 {
        let done_samples = (self.hops_done * HOP_SAMPLES + n + 1) as f32;
        (done_samples / (FADE_HOPS * HOP_SAMPLES) as f32).min(1.0)
    }
}

/// A share that goes straight from one value to another in a hop.
#[derive(Clone, Copy)]
struct Ramp {
    from: f32,
    to: f32,
}

impl Ramp {
    fn at(self, n: usize) -> f32 {
        self.from + (self.to - self.from) * (n + 1) as f32 / HOP_SAMPLES as f32
    }

    /// Exactly what it was, where the share is the whole.
    fn scale(self, hop: &mut Hop) {
        if self.from == 1.0 && self.to == 1.0 {
            return;
        }
        for (n, sample) in hop.iter_mut().enumerate() {
            *sample *= self.at(n);
        }
    }
}

/// Both states: the one at `first`, then the other.
fn both<S>(states: &mut [S; 2], first: usize) -> (&mut S, &mut S) {
    let [zero, one] = states;
    if first == 0 { (zero, one) } else { (one, zero) }
}

/// One hop of one chain; silence without a target. A chain that has gone wrong starts afresh.
fn run_chain<C: Chain>(
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
