//! How a recorded note is begun: out of silence, out of another note, slurred, struck.
//!
//! Thread: audio.

/// How a recorded note is begun.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// It is entered where it is so near to its loudest moment, dB ..
    pub(super) from_db: f32,
    /// .. at most so many rows into it: a slow attack is heard from its beginning.
    pub(super) latest_row: usize,
    /// Until it comes so near to its loudest moment, it is at least so loud, dB: first, and after [`super::walk::SWELL_FRAMES`].
    pub(super) least_db: (f32, f32),
}

/// A note that is to speak as soon as it can is entered where it is so near to its loudest moment, dB, at most so many rows
/// into it, and is at least so loud; one that is to take its time may be so much softer at first, dB.
const SOONEST: Entry = Entry {
    from_db: -6.0,
    latest_row: 16,
    least_db: (-1.5, -0.5),
};
const LATEST_SOFTER_DB: f32 = 24.0;

impl Entry {
    /// The same for a note that is to speak sooner than it was recorded (up to 1), or later (down to -1).
    pub(super) fn sooner(&self, sooner: f32) -> Self {
        let share = sooner.clamp(0.0, 1.0);
        let towards = |from: f32, to: f32| from + share * (to - from).max(0.0);
        let later = LATEST_SOFTER_DB * (-sooner).clamp(0.0, 1.0);
        let (first, then) = self.least_db;
        let rows = share * SOONEST.latest_row.saturating_sub(self.latest_row) as f32;
        Self {
            from_db: towards(self.from_db, SOONEST.from_db),
            latest_row: self.latest_row + rows as usize,
            least_db: (
                towards(first, SOONEST.least_db.0) - later,
                towards(then, SOONEST.least_db.1),
            ),
        }
    }
}

/// The loudness that was measured rises as slowly as its window is long, and a struck note is there at once.
pub(super) const STRUCK: Entry = Entry {
    from_db: -18.0,
    latest_row: 4,
    least_db: (-1.5, -1.5),
};
/// A bow or a breath takes its time, but the player's stroke is not to be late.
pub(super) const FROM_SILENCE: Entry = Entry {
    from_db: -18.0,
    latest_row: 4,
    least_db: (-8.0, -8.0),
};
/// Within a phrase there is no time: a note that is tongued or bowed anew is 7 to 9 dB under itself where it changes,
/// and all there 40 to 60 ms later; one that is slurred is 1 to 3 dB under itself, and that is over before the change is
/// known (`mynah_training.memory.transitions`).
pub(super) const AGAIN: Entry = Entry {
    from_db: -18.0,
    latest_row: 4,
    least_db: (-8.0, -1.0),
};
pub(super) const SLURRED: Entry = Entry {
    from_db: -1.5,
    latest_row: 60,
    least_db: (-1.5, -1.5),
};
