//! From one target or mode to another, hop by hop, without a click: the chain that sounds and, for as long as a crossfade
//! lasts, the one before it. For one voice, or for one on each side, which share all that the player chooses; and each rests in
//! silence. Modes in which all sides are heard as one are played beside the lanes, once for both ([`together`](crate::together)).

mod fade;
mod lane;
mod solo;

use std::time::Instant;

use mynah_models::{
    AutoOctave, CORNERS, HOP_SAMPLES, HeardKey, HopControls, KeyByEar, Mode, MorphGlide, Telemetry,
    VOICES, VoiceNote,
};

use crate::chain::{Chain, Hop};
use crate::guard;
use crate::hop_scheduler::{LANES, Translation};
use crate::monitor::MonitorFeed;
use crate::together::{AllSides, Together, loudest};

pub(crate) use fade::FADE_HOPS;
use fade::{Fade, Outgoing, Ramp};
use lane::{Lanes, both, run_chain};

/// The chain with its target and its memory, and the target that is to come.
pub(crate) struct Crossfade<C: Chain> {
    chain: C,
    patch: Option<C::Patch>,
    /// What is to sound instead, as soon as no fade is on its way.
    pending: Option<Option<C::Patch>>,
    mode: Mode,
    lanes: Lanes<C>,
    /// Which of a lane's states is the running one.
    active: usize,
    fade: Option<Fade<C::Patch>>,
    faded_out: Hop,
    together: AllSides<C::Together>,
    /// What plays on, beside all else, and whether it sounds.
    solo: AllSides<C::Solo>,
    solo_sounds: bool,
    morph: MorphGlide,
    /// The targets' weights at the end of the hop before, and of this one.
    weights: [[f32; CORNERS]; 2],
    /// No hop yet: there is nothing to fade from.
    fresh: bool,
    /// The octave that was chosen when the chain last ran.
    octave: i32,
    /// The key that was heard then, as it was played.
    key: Option<HeardKey>,
    /// Where each hop is reported, if anywhere.
    pub(crate) monitor: Option<MonitorFeed>,
}

impl<C: Chain> Crossfade<C> {
    /// Allocates.
    pub(crate) fn new(chain: C, patch: Option<C::Patch>) -> Self {
        Crossfade {
            lanes: Lanes::new(&chain),
            together: AllSides::new(chain.new_together()),
            solo: AllSides::new(chain.new_solo()),
            solo_sounds: false,
            chain,
            patch,
            pending: None,
            mode: Mode::default(),
            active: 0,
            fade: None,
            faded_out: [0.0; HOP_SAMPLES],
            morph: MorphGlide::default(),
            weights: [[0.0; CORNERS]; 2],
            fresh: true,
            octave: 0,
            key: None,
            monitor: None,
        }
    }

    /// Has another target sound from the next hop on, or from the end of the fade that is on its way; the last one wins.
    pub(crate) fn set_patch(&mut self, patch: Option<C::Patch>) {
        self.pending = Some(patch);
    }

    /// Has so many lanes run from now on, 1 or 2. The second begins as a copy of the first.
    pub(crate) fn run_lanes(&mut self, lanes: usize) {
        self.lanes.run(&self.chain, lanes);
    }

    /// Whether all sides are heard as one in this mode.
    pub(crate) fn is_played_together(&self, mode: Mode) -> bool {
        self.together.of_all.plays(mode)
    }

    /// Translates one hop of each lane that runs.
    pub(crate) fn translate(
        &mut self,
        controls: &HopControls,
        inputs: &[Hop; LANES],
        output: &mut Translation,
    ) {
        let started = self.monitor.as_ref().and_then(MonitorFeed::start);
        let inputs = &inputs
            .each_ref()
            .map(|input| input.map(guard::without_denormals));
        self.take_changes(controls.mode);
        self.approach(&controls.morph);
        self.lanes.choose_leader(&self.chain, inputs);
        self.play_together(controls, inputs);

        // The leader first: its octave is the other's in the same hop.
        let leader = self.lanes.leader;
        self.translate_lane(leader, controls, inputs, output);
        if self.lanes.count() == LANES {
            self.translate_lane(1 - leader, controls, inputs, output);
        }

        self.play_solo(controls, output);

        self.write_presence(&mut output.presence);
        if let Some(fade) = &mut self.fade {
            fade.hops_done += 1;
        }
        self.finish_fade();
        self.fresh = false;
        if let Some(started) = started {
            self.report(started, &inputs[leader], &output.wet[leader]);
        }
    }

    /// Translates one hop of one lane.
    fn translate_lane(
        &mut self,
        index: usize,
        controls: &HopControls,
        inputs: &[Hop; LANES],
        output: &mut Translation,
    ) {
        let (input, wet) = (&inputs[index], &mut output.wet[index]);
        let state = &self.lanes.lane(index).states[self.active];
        let input_peak = if self.patch.is_some() && self.chain.plays(state, controls) {
            1.0
        } else if self.together.of_all.plays(self.mode) {
            loudest(&inputs[..self.lanes.count()])
        } else {
            guard::peak(input)
        };
        if self.lanes.lane(index).gate.sleeps_through(input_peak) {
            wet.fill(0.0);
        } else {
            self.run(index, controls, input, wet);
        }
        let lane = self.lanes.lane_mut(index);
        if lane.gate.count(input_peak, guard::peak(wet)) {
            // Waking up later is then the same as starting up, but for the octave.
            for state in &mut lane.states {
                self.chain.rest(state);
            }
            if index == 0 {
                self.together.of_all.reset();
            }
        }
        let leads = index == self.lanes.leader;
        if leads && self.patch.is_some() && !self.lanes.leading().gate.is_asleep() {
            let heard = self.telemetry();
            self.octave = heard.octave;
            self.key = heard.key;
        }
    }

    /// Has what is heard and played as one for all sides heard and played, where it is wanted.
    fn play_together(&mut self, controls: &HopControls, inputs: &[Hop; LANES]) {
        let running = &inputs[..self.lanes.count()];
        if self.lanes.lane(0).gate.sleeps_through(loudest(running)) {
            return;
        }
        let now = self.patch.as_ref();
        let before = self.fade.as_ref();
        let mut players = [Some((self.mode, now)); 2];
        players[1 - self.active] = before.map(|fade| (fade.mode, fade.from.patch(now)));
        self.together.play(players, controls, running);
    }

    /// Tells the monitor of the hop just translated; nothing while the chain rests.
    fn report(&mut self, started: Instant, input: &Hop, wet: &Hop) {
        let telemetry = self.telemetry();
        let rests = self.lanes.leading().gate.is_asleep();
        if let Some(monitor) = &mut self.monitor
            && (!rests || self.solo_sounds)
        {
            monitor.report(started, input, wet, &telemetry);
        }
    }

    /// What the chain hears, of two the louder one; zeros while it does not run.
    pub(crate) fn telemetry(&self) -> Telemetry {
        let leader = self.lanes.leading();
        if self.patch.is_none() || leader.gate.is_asleep() {
            return Telemetry::default();
        }
        if self.together.of_all.plays(self.mode) {
            return self.together.of_all.telemetry(self.active);
        }
        self.chain.telemetry(&leader.states[self.active])
    }

    /// What each of several voices plays, before transposition; none where one voice plays, or nothing runs.
    pub(crate) fn chord(&self) -> Option<[VoiceNote; VOICES]> {
        let runs = self.patch.is_some() && !self.lanes.leading().gate.is_asleep();
        let chord = self.together.of_all.chord(self.active);
        chord.filter(|_| runs && self.together.of_all.plays(self.mode))
    }

    /// The octave that was chosen last, whether the chain runs or not.
    pub(crate) fn octave(&self) -> i32 {
        self.octave
    }

    /// The key that was heard last, likewise.
    pub(crate) fn key(&self) -> Option<HeardKey> {
        self.key
    }

    pub(crate) fn has_target(&self) -> bool {
        self.patch.is_some()
    }

    pub(crate) fn is_asleep(&self) -> bool {
        self.lanes.is_asleep()
    }

    /// Whether silence is answered with silence until something else comes: a sound, a target, a mode.
    pub(crate) fn is_settled(&self) -> bool {
        let sounds = !self.is_asleep() || self.solo_sounds;
        !sounds && self.fade.is_none() && self.pending.is_none()
    }

    /// Back to silence, with one lane running; a fade is cut short.
    pub(crate) fn reset(&mut self) {
        if let Some(fade) = &mut self.fade {
            fade.hops_done = FADE_HOPS;
            self.finish_fade();
        }
        self.lanes.reset(&self.chain);
        self.together.of_all.reset();
        self.solo.of_all.reset();
        self.solo_sounds = false;
        self.octave = 0;
        self.key = None;
        self.fresh = true;
    }

    /// Starts a fade if another target or mode is wanted. One at a time: what is wanted meanwhile waits.
    fn take_changes(&mut self, mode: Mode) {
        if self.fade.is_some() {
            return;
        }
        let from = match self.pending.take() {
            Some(patch) => std::mem::replace(&mut self.patch, patch)
                .map_or(Outgoing::Nothing, Outgoing::Target),
            None if mode != self.mode && self.patch.is_some() => Outgoing::SameTarget,
            None => {
                self.mode = mode;
                return;
            }
        };
        for lane in self.lanes.running() {
            let (old, new) = both(&mut lane.states, self.active);
            if matches!(from, Outgoing::Nothing) {
                self.chain.reset(new);
            } else {
                // The newcomer has heard what came before.
                self.chain.copy_state(old, new);
            }
            if matches!(from, Outgoing::Target(_)) {
                self.chain.change_targets(new);
            }
        }
        let (old, new) = (self.active, 1 - self.active);
        if matches!(from, Outgoing::Nothing) {
            self.together.of_all.reset_player(new);
            self.solo.of_all.reset_player(new);
        } else {
            self.together.of_all.hand_over(old, new);
            self.solo.of_all.hand_over(old, new);
        }
        self.active = new;
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
    fn approach(&mut self, wanted: &[f32; CORNERS]) {
        if self.fresh {
            self.morph = MorphGlide::default();
        }
        let now = self.morph.step(wanted);
        let [_, before] = self.weights;
        self.weights = [if self.fresh { now } else { before }, now];
    }

    /// Runs a lane's chain, and during a fade the one being faded out beside it.
    fn run(&mut self, index: usize, controls: &HopControls, input: &Hop, wet: &mut Hop) {
        let [before, now] = self.presences();
        let [controls_before, controls_now] =
            [1 - self.active, self.active].map(|state| self.led(index, state, controls));
        let (new, old) = both(&mut self.lanes.lane_mut(index).states, self.active);
        let controls_now = HopControls {
            mode: self.mode,
            ..controls_now
        };
        if self.together.of_all.plays(self.mode) {
            self.chain.skip(new, input);
            *wet = self.together.played[self.active];
        } else {
            let patch = self.patch.as_ref();
            run_chain(&self.chain, patch, new, &controls_now, input, wet);
        }
        now.scale(wet);
        let Some(fade) = &self.fade else { return };
        let patch = fade.from.patch(self.patch.as_ref());
        let controls_before = HopControls {
            mode: fade.mode,
            ..controls_before
        };
        let out = &mut self.faded_out;
        if self.together.of_all.plays(fade.mode) {
            self.chain.skip(old, input);
            *out = self.together.played[1 - self.active];
        } else {
            run_chain(&self.chain, patch, old, &controls_before, input, out);
        }
        before.scale(&mut self.faded_out);
        for (n, (wet, out)) in wet.iter_mut().zip(&self.faded_out).enumerate() {
            // The two hear and follow the same input, so they are alike: their sum keeps its level with
            // straight weights, where uncorrelated sounds would need equal power.
            let share = fade.share(n);
            *wet = *out + share * (*wet - *out);
        }
    }

    /// The controls of one of a lane's states: octave and key are found from what the leader hears, so that two that hear
    /// the same play the same.
    fn led(&self, index: usize, state: usize, controls: &HopControls) -> HopControls {
        let mut led = *controls;
        if index == self.lanes.leader {
            return led;
        }
        let leader = &self.lanes.leading().states[state];
        if led.auto_octave == AutoOctave::Listening {
            led.auto_octave = AutoOctave::Led(self.chain.octave(leader));
        }
        if led.pitch.key == KeyByEar::Listening {
            led.pitch.key = KeyByEar::Known(self.chain.key(leader));
        }
        led
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
        let before = self
            .fade
            .as_ref()
            .map_or(now, |fade| of(fade.from.patch(self.patch.as_ref())));
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

    /// Ends a fade that is done, and lets go of what was faded out.
    fn finish_fade(&mut self) {
        self.fade.take_if(|fade| fade.hops_done >= FADE_HOPS);
    }
}
