//! Goes on where a player stopped.

use super::beat::{HEARD_TIMES, beat_s};
use super::event::{Listener, PlayedNote};
use super::sampling::Sampling;
use super::{ContinuationNet, ContinuationState};

/// Twelfths in four beats.
const BAR_BEATS: f64 = 4.0;

/// Notes after those that were played, one by one.
#[derive(Clone, Debug)]
pub struct PlayOn {
    state: ContinuationState,
    listener: Listener,
    beat_s: f64,
    chance: u64,
}

impl PlayOn {
    /// Of which nothing is heard yet. Allocates; any thread but the audio thread.
    pub fn new(net: &ContinuationNet) -> Self {
        let beat_s = beat_s(&[]);
        Self {
            state: ContinuationState::new(net),
            listener: Listener::new(beat_s),
            beat_s,
            chance: 0,
        }
    }

    /// Listens to what was played, the notes of one voice in the order of time. `seed` decides what is drawn. `None` where
    /// nothing was played. Allocates; any thread but the audio thread.
    pub fn after(net: &ContinuationNet, played: &[PlayedNote], seed: u64) -> Option<Self> {
        if played.is_empty() {
            return None;
        }
        let begins = played.len().saturating_sub(HEARD_TIMES + 1);
        let latest = played[begins..].windows(2);
        let times: Vec<f64> = latest
            .map(|pair| pair[1].onset_s - pair[0].onset_s)
            .collect();
        let mut after = Self::new(net);
        after.begin(beat_s(&times), seed);
        for note in played {
            after.hear(net, *note);
        }
        Some(after)
    }

    /// Forgets what was played, and listens to notes of this beat from now on. Audio thread.
    pub fn begin(&mut self, beat_s: f64, seed: u64) {
        self.state.reset();
        self.listener = Listener::new(beat_s);
        self.beat_s = beat_s;
        self.chance = seed;
    }

    /// Listens to the next note that was played. Audio thread, some 0.1 ms.
    pub fn hear(&mut self, net: &ContinuationNet, note: PlayedNote) {
        let event = self.listener.hear(note);
        net.hear(&mut self.state, event, note.midi);
    }

    /// The beat that was found in what was played, seconds.
    pub fn beat_s(&self) -> f64 {
        self.beat_s
    }

    /// Four of these beats, seconds.
    pub fn bar_s(&self) -> f64 {
        BAR_BEATS * self.beat_s
    }

    /// The next note. Audio thread, some 0.1 ms.
    pub fn next_note(&mut self, net: &ContinuationNet, sampling: &Sampling) -> PlayedNote {
        let midi = i32::from(self.listener.midi());
        let event = net.draw(&mut self.state, midi, sampling, &mut self.chance);
        let note = self.listener.play(event);
        net.hear(&mut self.state, event, note.midi);
        note
    }
}
