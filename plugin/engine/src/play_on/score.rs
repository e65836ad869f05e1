//! When the notes begin and end that are drawn: moved by whole beats, so that they are in time with what was played.

use mynah_models::continuation::{PlayOn, PlayedNote};

use super::{Stroke, Turn};

/// The notes that are due.
pub(super) struct Score {
    /// How much later the notes begin than they were drawn.
    later_s: f64,
    ends_s: f64,
    /// The one that begins next, as it was drawn.
    next: PlayedNote,
    /// When the one that sounds ends.
    until_s: Option<f64>,
}

impl Score {
    /// Begins with the note that `player` has drawn first, on the first of its beats that is not past, and lasts so many bars.
    pub(super) fn from(first: PlayedNote, player: &PlayOn, now_s: f64, bars: f64) -> Self {
        let beats = ((now_s - first.onset_s) / player.beat_s()).ceil().max(0.0);
        let later_s = beats * player.beat_s();
        Self {
            later_s,
            ends_s: first.onset_s + later_s + bars * player.bar_s(),
            next: first,
            until_s: None,
        }
    }

    /// One hop; `draw` gives the note after the next one.
    pub(super) fn step(&mut self, now_s: f64, draw: impl FnOnce() -> PlayedNote) -> Turn {
        let mut turn = Turn {
            lets_go: self.until_s.is_some_and(|until_s| now_s >= until_s),
            strikes: None,
        };
        let onset_s = self.next.onset_s + self.later_s;
        if now_s >= onset_s && onset_s < self.ends_s {
            turn.lets_go |= self.until_s.is_some();
            turn.strikes = Some(Stroke {
                key: self.next.midi,
                level_db: self.next.level_db,
            });
            let after = draw();
            let over_s = (onset_s + self.next.length_s).min(after.onset_s + self.later_s);
            self.until_s = Some(over_s.min(self.ends_s));
            self.next = after;
        } else if turn.lets_go {
            self.until_s = None;
        }
        turn
    }

    /// Whether all is played.
    pub(super) fn is_over(&self) -> bool {
        self.until_s.is_none() && self.next.onset_s + self.later_s >= self.ends_s
    }
}
