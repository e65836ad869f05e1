//! Who presses keys: the player, where keys are played, and what plays on.

use std::sync::Arc;

use mynah_models::continuation::ContinuationNet;
use mynah_models::{VOICES, VoiceNote};

use super::{Continuing, Newest, PlayingOn, Sounding, Wants};
use crate::controls::{Controls, Plays};
use crate::keyboard::{KeyEvent, Keyboard, Manner};
use crate::together::SOLO_VOICES;

/// The keys, and all that presses them.
pub(crate) struct Hands {
    plays: Plays,
    keyboard: Keyboard,
    /// None in a build without its network.
    continuing: Option<Continuing>,
    newest: Newest,
    host_rate_hz: f64,
    /// Host samples since the beginning.
    passed_samples: u64,
}

impl Hands {
    /// In an engine that plays this.
    pub(crate) fn new(plays: Plays, host_rate_hz: f64) -> Self {
        Self {
            plays,
            keyboard: Keyboard::default(),
            continuing: None,
            newest: Newest::default(),
            host_rate_hz,
            passed_samples: 0,
        }
    }

    /// Has this network play on where the controls ask for it. Allocates: set-up time only.
    pub(crate) fn continue_by(&mut self, net: Arc<ContinuationNet>) {
        self.continuing = Some(Continuing::new(net));
    }

    /// Nothing is played, or was.
    pub(crate) fn reset(&mut self) {
        self.keyboard.reset();
        if let Some(continuing) = &mut self.continuing {
            continuing.reset();
        }
        self.newest = Newest::default();
        self.passed_samples = 0;
    }

    /// So many host samples are over.
    pub(crate) fn pass(&mut self, samples: usize) {
        self.passed_samples += samples as u64;
    }

    /// Takes in what the player does, where he has keys.
    pub(crate) fn take(&mut self, event: &KeyEvent, controls: &Controls) {
        if self.plays == Plays::Keys {
            self.keyboard.take(event, &self.manner(controls));
        }
    }

    /// At the start of a hop: listens to what the player plays, `heard` where he has no keys, and goes on where he has stopped.
    pub(crate) fn play_on(
        &mut self,
        controls: &Controls,
        transposed_semitones: f32,
        heard: impl FnOnce(&mut Newest) -> Option<Sounding>,
    ) {
        let Some(continuing) = &mut self.continuing else {
            return;
        };
        let wants = Wants::of(controls, transposed_semitones);
        if wants.is_none() && continuing.is_fresh() {
            return;
        }
        let sounding = match self.plays {
            Plays::Sound => heard(&mut self.newest),
            Plays::Keys => {
                let own = self.keyboard.own();
                let keys = self.keyboard.keys();
                self.newest.of(keys, own, |key| key.velocity_db)
            }
        };
        let now_s = self.passed_samples as f64 / self.host_rate_hz;
        let turn = continuing.step(now_s, sounding.as_ref(), wants.as_ref());
        let manner = self.manner(controls);
        self.keyboard.play_on(&turn, &manner);
    }

    /// What each voice plays in the next hop; `None` while nothing is played that is not heard.
    pub(crate) fn advance(&mut self, controls: &Controls) -> Option<[VoiceNote; VOICES]> {
        let plays = self.plays == Plays::Keys || !self.keyboard.rests();
        let manner = self.manner(controls);
        plays.then(|| self.keyboard.advance(&manner))
    }

    /// How keys are played.
    fn manner(&self, controls: &Controls) -> Manner {
        let manner = Manner::of(controls);
        match self.plays {
            Plays::Keys => manner,
            Plays::Sound => Manner {
                voices: SOLO_VOICES,
                ..manner
            },
        }
    }

    /// Nothing is played, nothing has moved since the last hop, and nothing will by itself.
    pub(crate) fn rest(&self) -> bool {
        self.keyboard.rests() && self.continuing.as_ref().is_none_or(Continuing::rests)
    }

    /// The keys that are held where the player has keys, a bit each.
    pub(crate) fn held_keys(&self) -> u128 {
        match self.plays {
            Plays::Keys => self.keyboard.held_keys(),
            Plays::Sound => 0,
        }
    }

    pub(crate) fn playing_on(&self) -> PlayingOn {
        let continuing = self.continuing.as_ref();
        continuing.map_or(PlayingOn::Nothing, Continuing::shown)
    }
}
