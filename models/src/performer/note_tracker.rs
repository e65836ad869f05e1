//! Which note the source plays: where it begins, what it is, how loud it was, when it is let go.
//!
//! Thread: audio.

use super::recent::Recent;
use crate::streaming::onsets::ONSET_THRESHOLD;

/// What is softer than this, or than so much under the loudest playing, begins no note, dB.
const SOFTEST_DB: f32 = -60.0;
const SOFTEST_UNDER_LOUDEST_DB: f32 = 42.0;
/// A note is over when it has been so much under its peak, under the loudest playing, or softer than this, dB ..
const OVER_UNDER_PEAK_DB: f32 = 30.0;
const OVER_UNDER_LOUDEST_DB: f32 = 45.0;
const OVER_DB: f32 = -63.0;
/// .. for so many frames (0.2 s).
const OVER_FRAMES: u32 = 40;
/// The source has let go when it is so much under the note's peak, dB.
const LET_GO_DB: f32 = 22.0;
/// The loudest playing is forgotten by this every frame, dB: 0.1 dB a second.
const FORGETTING_DB: f32 = 0.0005;
/// The peak of a held note follows the playing down by this every frame, dB: 4 dB a second.
const PEAK_FALL_DB: f32 = 0.02;
/// A rise by this within eight frames (43 ms) is a note, where nobody knows better, dB.
const RISE_DB: f32 = 9.0;
/// Frames in which a stroke reaches its height: 64 ms.
const STROKE_FRAMES: u32 = 12;
/// A note is expected to become as loud as the ones before, but by no more than this above what it is at first, dB.
const MOST_TO_COME_DB: f32 = 18.0;
/// So much of what a note turns out to be goes into what is expected of the next.
const EXPECTED_SHARE: f32 = 0.4;
/// A held note is at most so much above the source, which dies away, dB.
const HELD_OVER_DB: f32 = 5.0;
/// Frames from one note to the next at least, by a rise and by a change of pitch: 53 and 75 ms.
const RISE_APART_FRAMES: u32 = 10;
const CHANGE_APART_FRAMES: u32 = OPEN_FRAMES;
/// A pitch that differs by this and has settled within that is another note, semitones.
const CHANGE_SEMITONES: f32 = 0.7;
const SETTLED_SEMITONES: f32 = 0.4;
/// After it begins, a note's pitch is open for so many frames: the pitch is heard later than the stroke. 75 ms.
pub(super) const OPEN_FRAMES: u32 = 14;
/// Frames over which a pitch settles: 21 ms.
const SETTLING_FRAMES: usize = 4;
/// Another pitch or key without a rise by this is slurred, dB; what the network hears is always a stroke.
const SLUR_DB: f32 = 6.0;
/// What has been so much under the peak of the note before begins from silence, dB.
const FROM_SILENCE_DB: f32 = 20.0;
/// The level is looked back at over eight frames.
const LEVELS: usize = 9;
/// The middle of a note is the median of so many frames: 53 ms.
const MIDDLE_FRAMES: usize = 10;
/// Before anything is heard.
const SILENT_DB: f32 = -100.0;
/// A good guess of how loud the playing will be.
const FIRST_LOUDEST_DB: f32 = -30.0;

/// A frame of what is heard, pitch as it is to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heard {
    /// 69 for 440 Hz; the last one while unvoiced.
    pub(super) semitones: f32,
    pub(super) voiced: bool,
    pub(super) level_db: f32,
    /// How sure the onset network is that a note begins, 0 to 1; `None` where there is no network.
    pub(super) onset: Option<f32>,
    /// The key held on a keyboard.
    pub(super) key_semitones: Option<f32>,
}

/// How a note begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Beginning {
    /// From silence.
    Attack,
    /// Struck, bowed or tongued anew, out of a note that sounds.
    Again,
    /// The sound goes on, the pitch changes.
    Slur,
}

/// The note of the present frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Note {
    /// It begins in this frame.
    pub(super) begins: Option<Beginning>,
    /// Frames since it began.
    pub(super) frames: u32,
    /// Its middle, semitones.
    pub(super) semitones: f32,
    /// A pitch has been heard in it.
    pub(super) pitched: bool,
    /// Its loudest moment, dB; follows the playing down slowly.
    pub(super) peak_db: f32,
    /// The loudest of its first moments, dB: how hard it was struck. Before they are over, what they are expected to be.
    pub(super) struck_db: f32,
    /// How loud a target that holds its notes has it, dB: its loudest moment, for as long as the source is near to it.
    pub(super) held_db: f32,
    /// How it compares with the loudest playing, dB.
    pub(super) under_loudest_db: f32,
    /// The source has let go.
    pub(super) let_go: bool,
}

/// What has been heard.
#[derive(Clone, Debug)]
pub(super) struct NoteTracker {
    note: Option<Note>,
    notes: u32,
    loudest_db: f32,
    /// How hard the notes were struck, dB.
    usual_db: f32,
    /// The loudest moment of the stroke so far, dB.
    stroke_db: f32,
    quiet_frames: u32,
    levels_db: Recent<LEVELS>,
    pitches: Recent<SETTLING_FRAMES>,
    middle: Recent<MIDDLE_FRAMES>,
    /// The network was sure in the frame before.
    sure_before: bool,
    /// The key of the frame before.
    key_before: Option<f32>,
}

impl Default for NoteTracker {
    fn default() -> Self {
        Self {
            note: None,
            notes: 0,
            loudest_db: FIRST_LOUDEST_DB,
            usual_db: FIRST_LOUDEST_DB,
            stroke_db: SILENT_DB,
            quiet_frames: 0,
            levels_db: Recent::default(),
            pitches: Recent::default(),
            middle: Recent::default(),
            sure_before: false,
            key_before: None,
        }
    }
}

impl NoteTracker {
    /// One frame; `None` while nothing is played.
    pub(super) fn step(&mut self, heard: &Heard) -> Option<Note> {
        let before_db = self.levels_db.latest().unwrap_or(SILENT_DB);
        let before_semitones = self.pitches.latest().unwrap_or(heard.semitones);
        self.levels_db.push(heard.level_db);
        self.pitches.push(heard.semitones);
        if heard.level_db > SOFTEST_DB {
            self.loudest_db = (self.loudest_db - FORGETTING_DB).max(heard.level_db);
        }
        let begins = self.begins(heard, before_db);
        if let Some(beginning) = begins {
            let semitones = match self.note {
                Some(_) if heard.key_semitones.is_none() => self.pitches.median(),
                _ => heard.semitones,
            };
            self.notes = self.notes.wrapping_add(1);
            self.middle.clear();
            self.quiet_frames = 0;
            self.stroke_db = SILENT_DB;
            self.note = Some(Note {
                begins,
                frames: 0,
                semitones,
                pitched: heard.voiced || beginning == Beginning::Slur,
                peak_db: heard.level_db,
                struck_db: heard.level_db,
                held_db: heard.level_db,
                under_loudest_db: 0.0,
                let_go: false,
            });
        } else if let Some(note) = &mut self.note {
            note.begins = None;
            note.frames = note.frames.saturating_add(1);
        }
        self.go_on(heard, before_semitones);
        self.note
    }

    /// Notes begun so far, wrapping.
    pub(super) fn notes(&self) -> u32 {
        self.notes
    }

    /// The present note.
    pub(super) fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// The note so far, with this frame.
    fn go_on(&mut self, heard: &Heard, before_semitones: f32) {
        let Some(note) = &mut self.note else { return };
        let softest_db = (note.peak_db - OVER_UNDER_PEAK_DB)
            .max(self.loudest_db - OVER_UNDER_LOUDEST_DB)
            .max(OVER_DB);
        if heard.level_db < softest_db {
            self.quiet_frames += 1;
            if self.quiet_frames > OVER_FRAMES {
                self.note = None;
                return;
            }
        } else {
            self.quiet_frames = 0;
        }
        note.peak_db = (note.peak_db - PEAK_FALL_DB).max(heard.level_db);
        let mut to_come_db = 0.0;
        if note.frames <= STROKE_FRAMES {
            self.stroke_db = self.stroke_db.max(heard.level_db);
            let left = 1.0 - note.frames as f32 / STROKE_FRAMES as f32;
            let missing_db = (self.usual_db - self.stroke_db).clamp(0.0, MOST_TO_COME_DB);
            to_come_db = left * missing_db;
            note.struck_db = self.stroke_db + to_come_db;
        }
        if note.frames == STROKE_FRAMES {
            self.usual_db += EXPECTED_SHARE * (self.stroke_db - self.usual_db);
        }
        note.held_db =
            (note.peak_db + to_come_db).min(heard.level_db + to_come_db.max(HELD_OVER_DB));
        if heard.voiced {
            let moved = (heard.semitones - note.semitones).abs() > CHANGE_SEMITONES;
            let stays = (heard.semitones - before_semitones).abs() < SETTLED_SEMITONES;
            if !note.pitched || (note.frames <= OPEN_FRAMES && moved && stays) {
                self.middle.clear();
            }
            note.pitched = true;
            self.middle.push(heard.semitones);
            note.semitones = self.middle.median();
        }
        note.under_loudest_db = self.loudest_db - note.peak_db;
        note.let_go = heard.level_db < note.peak_db - LET_GO_DB;
    }

    fn begins(&mut self, heard: &Heard, before_db: f32) -> Option<Beginning> {
        let softest_db = (self.loudest_db - SOFTEST_UNDER_LOUDEST_DB).max(SOFTEST_DB);
        let too_soft = heard.level_db <= softest_db;
        // A stroke out of a rest is heard before it is loud: it counts once it is.
        let sure = heard.onset.is_some_and(|onset| onset > ONSET_THRESHOLD) && !too_soft;
        let newly_sure = sure && !self.sure_before;
        self.sure_before = sure;
        let before = std::mem::replace(&mut self.key_before, heard.key_semitones);
        let another_key = heard
            .key_semitones
            .is_some_and(|key| before.is_none_or(|before| (key - before).abs() > CHANGE_SEMITONES));
        if too_soft {
            return None;
        }
        let Some(note) = &self.note else {
            return Some(Beginning::Attack);
        };
        let rise_db = heard.level_db - self.levels_db.least();
        let rises = match heard.onset {
            Some(_) => newly_sure,
            None => rise_db > RISE_DB && heard.level_db >= before_db,
        };
        let anew = if self.levels_db.least() < note.peak_db - FROM_SILENCE_DB {
            Beginning::Attack
        } else {
            Beginning::Again
        };
        let how = if rise_db < SLUR_DB {
            Beginning::Slur
        } else {
            anew
        };
        if another_key {
            return Some(how);
        }
        if rises && note.frames >= RISE_APART_FRAMES {
            return Some(anew);
        }
        let changed = heard.voiced
            && (self.pitches.median() - note.semitones).abs() > CHANGE_SEMITONES
            && self.pitches.range() < SETTLED_SEMITONES;
        (changed && note.frames >= CHANGE_APART_FRAMES).then_some(how)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(level_db: f32, onset: f32) -> Heard {
        Heard {
            semitones: 60.0,
            voiced: true,
            level_db,
            onset: Some(onset),
            key_semitones: None,
        }
    }

    /// Frames that begin a note, by what is heard, and how.
    fn begun(frames: impl IntoIterator<Item = Heard>) -> Vec<(usize, Beginning)> {
        let mut tracker = NoteTracker::default();
        let notes = frames.into_iter().map(|heard| tracker.step(&heard));
        let begun = notes.enumerate().filter_map(|(frame, note)| {
            let begins = note?.begins?;
            Some((frame, begins))
        });
        begun.collect()
    }

    #[test]
    fn a_stroke_that_is_heard_before_it_is_loud_counts_once_it_is() {
        let mut frames = vec![heard(-20.0, 1.0); 4];
        frames.extend([heard(-20.0, 0.0); 40]);
        // A rest of 53 ms; then the network is sure at once, and the level takes three frames.
        frames.extend([heard(-90.0, 0.0); 10]);
        frames.extend([-85.0, -70.0, -30.0, -20.0].map(|level_db| heard(level_db, 1.0)));
        frames.extend([heard(-20.0, 0.0); 20]);
        let expected = [(0, Beginning::Attack), (56, Beginning::Attack)];
        assert_eq!(begun(frames), expected);
    }

    #[test]
    fn a_stroke_out_of_a_note_that_sounds_is_told_from_one_out_of_silence() {
        let stroke = |rest_db: f32| {
            let mut frames = vec![heard(-20.0, 1.0); 4];
            frames.extend([heard(-20.0, 0.0); 40]);
            frames.extend([heard(rest_db, 0.0); 10]);
            frames.extend([heard(-20.0, 1.0); 4]);
            begun(frames)[1]
        };
        assert_eq!(stroke(-29.0), (54, Beginning::Again));
        assert_eq!(stroke(-55.0), (54, Beginning::Attack));
    }
}
