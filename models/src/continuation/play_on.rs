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
    last: PlayedNote,
}

impl PlayOn {
    /// Listens to what was played, the notes of one voice in the order of time. `seed` decides what is drawn. `None` where
    /// nothing was played. Allocates; any thread but the audio thread.
    pub fn after(net: &ContinuationNet, played: &[PlayedNote], seed: u64) -> Option<Self> {
        let last = *played.last()?;
        let begins = played.len().saturating_sub(HEARD_TIMES + 1);
        let latest = played[begins..].windows(2);
        let times: Vec<f64> = latest
            .map(|pair| pair[1].onset_s - pair[0].onset_s)
            .collect();
        let beat_s = beat_s(&times);
        let mut listener = Listener::new(beat_s);
        let mut state = ContinuationState::new(net);
        for note in played {
            let event = listener.hear(*note);
            net.hear(&mut state, event, note.midi);
        }
        Some(Self {
            state,
            listener,
            beat_s,
            chance: seed,
            last,
        })
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
        let midi = i32::from(self.last.midi);
        let event = net.draw(&mut self.state, midi, sampling, &mut self.chance);
        let note = self.listener.play(event);
        net.hear(&mut self.state, event, note.midi);
        self.last = note;
        note
    }
}
