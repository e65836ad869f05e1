//! The modes in which all sides are heard as one, and played once for all of them: *Chords*. Beside the lanes of the sides there is one
//! of these: what is heard, and two players of it, the running one and the one that is faded out.
//!
//! What is played on for the player is played so, too: by an ensemble, beside whatever the mode is.
//!
//! Thread: audio, but for making one.

use std::sync::Arc;

use mynah_models::{
    Chords, ChordsHearing, ChordsState, Ensemble, EnsembleState, HOP_SAMPLES, HopControls, LowCut,
    Mode, Telemetry, VOICES, VoiceNote,
};

use crate::chain::Hop;
use crate::corners::Corners;
use crate::guard;
use crate::sides::middle;

/// Voices of what plays on: one for the note that sounds, one for that before, which rings out.
pub(crate) const SOLO_VOICES: usize = 2;

/// What plays such modes, if there are any.
pub(crate) trait Together {
    /// A target, as the chain has it.
    type Patch;

    /// Whether this mode is one of them.
    fn plays(&self, _mode: Mode) -> bool {
        false
    }

    /// Hears a hop of the mean of all sides; `playing` says which of the players play it. One that did not play in the hop before
    /// begins afresh, and what is heard does so with the first of them.
    fn hear(&mut self, _input: &Hop, _playing: [bool; 2]) {}

    /// What a player makes of what has been heard in this hop.
    fn play(
        &mut self,
        _player: usize,
        _patch: &Self::Patch,
        _controls: &HopControls,
        output: &mut Hop,
    ) {
        output.fill(0.0);
    }

    /// One player goes on as the other would.
    fn hand_over(&mut self, _from: usize, _to: usize) {}

    /// A player begins afresh.
    fn reset_player(&mut self, _player: usize) {}

    /// Back to silence.
    fn reset(&mut self) {}

    /// What a player plays.
    fn telemetry(&self, _player: usize) -> Telemetry {
        Telemetry::default()
    }

    /// Whether a player sounds, or is about to by these keys, whatever is heard.
    fn sounds(&self, _controls: &HopControls) -> bool {
        false
    }

    /// What each voice of a player plays, before transposition.
    fn chord(&self, _player: usize) -> Option<[VoiceNote; VOICES]> {
        None
    }
}

/// A player's mode, and its target, if it has one.
pub(crate) type Playing<'a, P> = (Mode, Option<&'a P>);

/// Those of a path, and what they make of the present hop.
pub(crate) struct AllSides<T> {
    pub(crate) of_all: T,
    pub(crate) played: [Hop; 2],
}

impl<T: Together> AllSides<T> {
    pub(crate) fn new(of_all: T) -> Self {
        Self {
            of_all,
            played: [[0.0; HOP_SAMPLES]; 2],
        }
    }

    /// Plays one hop of what the lanes hear, by each player that is to play at all.
    pub(crate) fn play(
        &mut self,
        players: [Option<Playing<'_, T::Patch>>; 2],
        controls: &HopControls,
        inputs: &[Hop],
    ) {
        let input: Hop = match inputs {
            [left, right] => std::array::from_fn(|n| middle([left[n], right[n]])),
            [one, ..] => *one,
            [] => [0.0; HOP_SAMPLES],
        };
        let is_ours = |(mode, _): Playing<'_, T::Patch>| self.of_all.plays(mode);
        let playing = players.map(|player| player.is_some_and(is_ours));
        self.of_all.hear(&input, playing);
        for (player, output) in self.played.iter_mut().enumerate() {
            let patch = players[player].and_then(|(_, patch)| patch);
            match patch.filter(|_| playing[player]) {
                Some(patch) => self.of_all.play(player, patch, controls, output),
                None => output.fill(0.0),
            }
            if !guard::clean_translation(output) {
                self.of_all.reset_player(player);
            }
        }
    }
}

/// The greatest magnitude in these hops.
pub(crate) fn loudest(hops: &[Hop]) -> f32 {
    hops.iter().map(guard::peak).fold(0.0, f32::max)
}

/// Several voices, heard and played by the networks.
pub(crate) struct ChordsTogether {
    chords: Arc<Chords>,
    low_cut: LowCut,
    hearing: Box<ChordsHearing>,
    players: [Box<ChordsState>; 2],
    /// Which of them have played the latest hop.
    playing: [bool; 2],
}

impl ChordsTogether {
    /// Allocates.
    pub(crate) fn new(chords: &Arc<Chords>) -> Self {
        let player = || Box::new(ChordsState::new(chords));
        Self {
            low_cut: LowCut::default(),
            hearing: Box::new(ChordsHearing::new(chords)),
            players: [player(), player()],
            playing: [false; 2],
            chords: Arc::clone(chords),
        }
    }
}

impl Together for ChordsTogether {
    type Patch = Corners;

    fn plays(&self, mode: Mode) -> bool {
        mode == Mode::Chords
    }

    fn hear(&mut self, input: &Hop, playing: [bool; 2]) {
        let input = self.low_cut.step(input);
        let played = std::mem::replace(&mut self.playing, playing);
        for (player, state) in self.players.iter_mut().enumerate() {
            if playing[player] && !played[player] {
                state.reset();
            }
        }
        if playing != [false; 2] {
            if played == [false; 2] {
                self.hearing.reset();
            }
            self.chords.hear(&mut self.hearing, &input);
        }
    }

    fn play(&mut self, player: usize, patch: &Corners, controls: &HopControls, output: &mut Hop) {
        let (targets, state) = (patch.targets(), &mut self.players[player]);
        self.chords
            .play(&targets, state, &self.hearing, controls, output);
    }

    fn hand_over(&mut self, from: usize, to: usize) {
        self.playing[to] = self.playing[from];
        if self.playing[from]
            && let Ok([from, to]) = self.players.get_disjoint_mut([from, to])
        {
            to.copy_from(from);
        }
    }

    fn reset_player(&mut self, player: usize) {
        self.players[player].reset();
        self.playing[player] = false;
    }

    fn reset(&mut self) {
        self.low_cut.reset();
        (0..self.players.len()).for_each(|player| {
            if self.playing[player] {
                self.reset_player(player);
            }
        });
    }

    fn telemetry(&self, player: usize) -> Telemetry {
        self.players[player].telemetry()
    }

    fn chord(&self, player: usize) -> Option<[VoiceNote; VOICES]> {
        self.playing[player].then(|| *self.players[player].keys())
    }
}

/// The keys of the controls, played by an ensemble in any mode.
pub(crate) struct KeysTogether {
    ensemble: Arc<Ensemble>,
    players: [Box<EnsembleState>; 2],
}

impl KeysTogether {
    /// Allocates.
    pub(crate) fn new(ensemble: &Arc<Ensemble>) -> Self {
        let player = || Box::new(EnsembleState::of_voices(ensemble, SOLO_VOICES));
        Self {
            players: [player(), player()],
            ensemble: Arc::clone(ensemble),
        }
    }
}

impl Together for KeysTogether {
    type Patch = Corners;

    fn plays(&self, _mode: Mode) -> bool {
        true
    }

    fn play(&mut self, player: usize, patch: &Corners, controls: &HopControls, output: &mut Hop) {
        let (targets, state) = (patch.targets(), &mut self.players[player]);
        self.ensemble.play(&targets, state, controls, output);
    }

    fn hand_over(&mut self, from: usize, to: usize) {
        if let Ok([from, to]) = self.players.get_disjoint_mut([from, to]) {
            to.copy_from(from);
        }
    }

    fn reset_player(&mut self, player: usize) {
        self.players[player].reset();
    }

    fn reset(&mut self) {
        (0..self.players.len()).for_each(|player| self.reset_player(player));
    }

    fn sounds(&self, controls: &HopControls) -> bool {
        self.players.iter().any(|player| player.sounds(controls))
    }
}

/// None in a build without the network that hears them, and where keys are played.
impl<T: Together> Together for Option<T> {
    type Patch = T::Patch;

    fn plays(&self, mode: Mode) -> bool {
        self.as_ref().is_some_and(|this| this.plays(mode))
    }

    fn hear(&mut self, input: &Hop, playing: [bool; 2]) {
        if let Some(this) = self {
            this.hear(input, playing);
        }
    }

    fn play(&mut self, player: usize, patch: &T::Patch, controls: &HopControls, output: &mut Hop) {
        match self {
            Some(this) => this.play(player, patch, controls, output),
            None => output.fill(0.0),
        }
    }

    fn hand_over(&mut self, from: usize, to: usize) {
        if let Some(this) = self {
            this.hand_over(from, to);
        }
    }

    fn reset_player(&mut self, player: usize) {
        if let Some(this) = self {
            this.reset_player(player);
        }
    }

    fn reset(&mut self) {
        if let Some(this) = self {
            this.reset();
        }
    }

    fn telemetry(&self, player: usize) -> Telemetry {
        let this = self.as_ref();
        this.map_or_else(Telemetry::default, |this| this.telemetry(player))
    }

    fn sounds(&self, controls: &HopControls) -> bool {
        self.as_ref().is_some_and(|this| this.sounds(controls))
    }

    fn chord(&self, player: usize) -> Option<[VoiceNote; VOICES]> {
        self.as_ref()?.chord(player)
    }
}
