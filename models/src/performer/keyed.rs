//! The note of a key: known from its first moment, where one that is heard has to be found out.
//!
//! Thread: audio.

use super::note_tracker::{Beginning, Note};
use crate::conditioning::VoiceNote;
use crate::rates::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// A key that is let go falls by 60 dB in this time at least: a bow is lifted, a damper falls.
const RELEASE_MS: f32 = 240.0;
/// What has fallen by this is over, dB.
const OVER_DB: f32 = 100.0;
/// What has fallen by this is no longer the note that a new one follows, dB.
const FROM_SILENCE_DB: f32 = 20.0;
const FRAME_MS: f32 = 1000.0 * FRAME_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;

/// The note of one voice.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyedNote {
    number: u32,
    note: Option<Note>,
    /// How far it has fallen since it was let go, dB.
    fallen_db: f32,
    fall_db: f32,
}

impl Default for KeyedNote {
    fn default() -> Self {
        Self {
            number: 0,
            note: None,
            fallen_db: 0.0,
            fall_db: fall_db(RELEASE_MS),
        }
    }
}

impl KeyedNote {
    /// How long what is let go takes to fall by 60 dB.
    pub(super) fn set_release(&mut self, release_ms: f32) {
        self.fall_db = fall_db(release_ms);
    }

    /// How much softer it is since it was let go, dB, 0 or less.
    pub(super) fn let_go_db(&self) -> f32 {
        -self.fallen_db
    }

    /// One frame of a key whose notes are as loud as `level_db`; `None` before the first note, and once a note that was let go has
    /// fallen silent.
    pub(super) fn step(&mut self, key: &VoiceNote, level_db: f32) -> Option<Note> {
        if key.note != self.number {
            self.number = key.note;
            let begins = match &self.note {
                Some(_) if self.fallen_db > FROM_SILENCE_DB => Beginning::Attack,
                Some(_) if key.slurred => Beginning::Slur,
                Some(_) => Beginning::Again,
                None => Beginning::Attack,
            };
            self.fallen_db = 0.0;
            self.note = Some(Note {
                begins: Some(begins),
                frames: 0,
                semitones: key.semitones,
                pitched: true,
                peak_db: level_db,
                struck_db: level_db,
                held_db: level_db,
                under_loudest_db: -key.velocity_db,
                let_go: false,
            });
        } else if let Some(note) = &mut self.note {
            note.begins = None;
            note.frames = note.frames.saturating_add(1);
        }
        if !key.held {
            self.fallen_db += self.fall_db;
            if self.fallen_db > OVER_DB {
                self.note = None;
            }
        }
        self.note
    }
}

/// By how much a release of this time falls every frame, dB.
fn fall_db(release_ms: f32) -> f32 {
    60.0 * FRAME_MS / release_ms.max(RELEASE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(note: u32, held: bool) -> VoiceNote {
        VoiceNote {
            note,
            semitones: 60.0,
            held,
            ..VoiceNote::default()
        }
    }

    #[test]
    fn a_note_begins_once_and_is_over_when_it_has_died_away() {
        let mut keyed = KeyedNote::default();
        assert_eq!(keyed.step(&key(0, false), -20.0), None);
        let begun = (0..20).filter_map(|_| keyed.step(&key(1, true), -20.0)?.begins);
        assert_eq!(begun.collect::<Vec<_>>(), [Beginning::Attack]);
        assert_eq!(keyed.let_go_db(), 0.0);
        let left = (0..1000).take_while(|_| keyed.step(&key(1, false), -20.0).is_some());
        let left_ms = left.count() as f32 * FRAME_MS;
        assert!(
            (left_ms - RELEASE_MS * OVER_DB / 60.0).abs() < 2.0 * FRAME_MS,
            "{left_ms}"
        );
    }

    #[test]
    fn what_comes_out_of_a_note_that_sounds_is_told_from_what_comes_out_of_silence() {
        for (let_go_frames, slurred, how) in [
            (0, false, Beginning::Again),
            (0, true, Beginning::Slur),
            (4, true, Beginning::Slur),
            (30, true, Beginning::Attack),
            (1000, true, Beginning::Attack),
        ] {
            let mut keyed = KeyedNote::default();
            keyed.step(&key(1, true), -20.0);
            for _ in 0..let_go_frames {
                keyed.step(&key(1, false), -20.0);
            }
            let next = VoiceNote {
                slurred,
                ..key(2, true)
            };
            let begins = keyed.step(&next, -20.0).and_then(|note| note.begins);
            assert_eq!(begins, Some(how), "{let_go_frames} {slurred}");
        }
    }
}
