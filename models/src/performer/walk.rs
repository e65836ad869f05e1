//! A way through one recorded note: where it is entered, how loud it is there, how it goes on.
//!
//! Thread: audio.

use super::entry::Entry;
use super::note_tracker::Note;
use crate::memory::{Memory, ROW_FRAMES, RecordedNote};

/// 43 ms.
pub(super) const SWELL_FRAMES: f32 = 8.0;
/// A held note that is so much softer in its recording than it has to be, dB, hurries: at three times the speed, by this
/// more every frame. A breath that is made louder instead is a hiss.
const HURRIES_UNDER_DB: f32 = 8.0;
pub(super) const HURRY_ROWS: f32 = 1.0;
/// A note that speaks as soon as it can goes through its attack at so many times the speed, one that takes its time at
/// that part of it.
const FASTEST: f32 = 3.0;
/// An attack is over in these first rows.
const ATTACK_ROWS: usize = 60;
/// A struck note that is held longer than it was recorded falls by this every frame, dB: 19 dB a second.
const RING_OUT_FALL_DB: f32 = 0.1;
/// What is let go falls by this every frame, dB: 225 dB a second.
const LET_GO_FALL_DB: f32 = 1.2;

/// Where in its recording a note is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) recorded: RecordedNote,
    /// In rows.
    pub(super) place: f32,
    /// Where its attack is over.
    attack_rows: f32,
    /// How fast it goes until then: 1 is as it was recorded.
    speed: f32,
    /// Through the attack faster than it was recorded.
    pub(super) hurries: bool,
    /// How loud the attack is at least, dB: first, and after [`SWELL_FRAMES`].
    least_db: (f32, f32),
    forward: bool,
    /// Where the way back ends.
    turn_row: f32,
    falling_db: Option<f32>,
    /// Frames for which a struck note has been at its end.
    over_frames: u32,
}

impl Walk {
    /// A note that is begun as `entry` says and speaks `sooner` than it was recorded, -1..=1.
    pub(super) fn new(memory: &Memory, recorded: RecordedNote, entry: &Entry, sooner: f32) -> Self {
        let level_db = |row: usize| memory.level_db(&recorded, row as f32);
        let latest_row = entry.latest_row.min(recorded.hold_rows.0);
        let entered_row = (0..latest_row)
            .find(|row| level_db(*row) > entry.from_db)
            .unwrap_or(latest_row);
        // Some never come so near to their loudest moment while they begin.
        let reached_db = (0..ATTACK_ROWS).map(level_db).fold(f32::MIN, f32::max);
        let (first_db, then_db) = entry.least_db;
        let least_db = (first_db.min(reached_db), then_db.min(reached_db));
        let attack_rows = (0..ATTACK_ROWS)
            .find(|row| level_db(*row) >= least_db.1)
            .unwrap_or_default();
        Self {
            recorded,
            place: entered_row as f32,
            attack_rows: attack_rows as f32,
            speed: FASTEST.powf(sooner),
            hurries: false,
            least_db,
            forward: true,
            turn_row: 0.0,
            falling_db: None,
            over_frames: 0,
        }
    }

    /// The same way through another recording, at the same age.
    pub(super) fn change(&mut self, recorded: RecordedNote) {
        self.recorded = recorded;
        self.place = self.place.min((recorded.rows - 1) as f32);
    }

    /// How loud the note is in this frame, dB.
    pub(super) fn level_db(&mut self, memory: &Memory, note: &Note) -> f32 {
        let struck = memory.playing().struck;
        let mut recorded_db = memory.level_db(&self.recorded, self.place);
        self.hurries = false;
        if self.place < self.attack_rows {
            let swell = (note.frames as f32 * self.speed / SWELL_FRAMES).min(1.0);
            let (first, then) = self.least_db;
            let least_db = first + swell * (then - first);
            self.hurries =
                !struck && self.speed >= 1.0 && recorded_db < least_db - HURRIES_UNDER_DB;
            recorded_db = recorded_db.max(least_db);
        }
        recorded_db -= self.over_frames as f32 * RING_OUT_FALL_DB;
        recorded_db += if struck { note.struck_db } else { note.held_db };
        self.falling_db = (struck && note.let_go).then(|| {
            self.falling_db
                .map_or(recorded_db, |db| db - LET_GO_FALL_DB)
        });
        self.falling_db
            .map_or(recorded_db, |db| db.min(recorded_db))
    }

    /// On to the next frame: a struck note to its end, a held one to and fro. `chance`, 0 to 1, says where it turns.
    pub(super) fn on(&mut self, struck: bool, chance: impl FnOnce() -> f32) {
        let hurry = if self.hurries { HURRY_ROWS } else { 0.0 };
        let speed = if self.place < self.attack_rows {
            self.speed
        } else {
            1.0
        };
        let step = speed / ROW_FRAMES as f32 + hurry;
        let hold = self.recorded.hold_rows;
        let (low, high) = (hold.0 as f32, hold.1 as f32);
        if struck {
            let end = (self.recorded.rows - 1) as f32;
            self.place = (self.place + step).min(end);
            if self.place == end {
                self.over_frames = self.over_frames.saturating_add(1);
            }
        } else if self.forward {
            self.place += step;
            if self.place >= high {
                self.place = high;
                self.forward = false;
                // Elsewhere each time, or the way to and fro would be a rhythm.
                self.turn_row = low + 0.5 * chance() * (high - low);
            }
        } else {
            self.place -= step;
            if self.place <= self.turn_row {
                self.place = self.turn_row.max(0.0);
                self.forward = true;
            }
        }
    }
}
