//! What has to be known before the first note is drawn, a little in every hop: the beat, then what the network hears in the notes.

use mynah_models::continuation::{BeatSearch, ContinuationNet, PlayOn, PlayedNote};

use super::HOP_S;
use super::listening::REMEMBERED;

/// It is ready after this at the latest, seconds.
pub(super) const LONGEST_S: f64 = (BeatSearch::STEPS + REMEMBERED) as f64 * HOP_S;

/// How far it has come.
pub(super) struct Preparing {
    search: BeatSearch,
    has_beat: bool,
    /// How many of the notes the network has heard.
    heard: usize,
}

impl Preparing {
    /// For these notes, in the order of time.
    pub(super) fn of(notes: &[PlayedNote]) -> Self {
        let times_s = notes.windows(2).rev();
        Self {
            search: BeatSearch::new(times_s.map(|pair| pair[1].onset_s - pair[0].onset_s)),
            has_beat: false,
            heard: 0,
        }
    }

    /// One hop; whether `player` has heard all of them.
    pub(super) fn step(
        &mut self,
        net: &ContinuationNet,
        player: &mut PlayOn,
        notes: &[PlayedNote],
        seed: u64,
    ) -> bool {
        if !self.has_beat {
            if let Some(beat_s) = self.search.step() {
                player.begin(beat_s, seed);
                self.has_beat = true;
            }
        } else if let Some(note) = notes.get(self.heard) {
            player.hear(net, *note);
            self.heard += 1;
        }
        self.has_beat && self.heard >= notes.len()
    }
}
