//! What sounds becomes notes, of which the latest are remembered.

use mynah_models::continuation::PlayedNote;

use super::sounding::Sounding;

/// So many are remembered.
pub(super) const REMEMBERED: usize = 128;
/// A note's pitch is heard later than its stroke: until then, another one is the one that was meant, seconds ..
const OPEN_S: f64 = 0.075;
/// .. if it differs by this, semitones.
const MISTAKEN_SEMITONES: f32 = 0.7;
/// A note that goes further than this becomes another one, semitones.
const BEND_SEMITONES: f32 = 2.0;
/// A note is over where it has fallen by so much, dB.
const LET_GO_DB: f32 = 22.0;
/// What follows sooner than this is the same stroke, of which the later note counts, and what is shorter is none, seconds.
const TOGETHER_S: f64 = 0.03;
const NOTHING: PlayedNote = PlayedNote {
    onset_s: 0.0,
    length_s: 0.0,
    midi: 60,
    level_db: 0.0,
};

/// The note that sounds.
#[derive(Clone, Copy, Debug)]
struct Present {
    onset_s: f64,
    /// When it was last as loud as a note is.
    loud_s: f64,
    midi: u8,
    /// Its loudest moment.
    level_db: f32,
}

/// The player's notes.
pub(super) struct Listening {
    notes: [PlayedNote; REMEMBERED],
    count: usize,
    present: Option<Present>,
    /// The number of the latest note, and when it was struck if its pitch is still to come.
    number: u32,
    struck_s: Option<f64>,
    /// The latest note's loudest moment.
    level_db: f32,
    /// When anything of the player's was last heard.
    sounded_s: f64,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            notes: [NOTHING; REMEMBERED],
            count: 0,
            present: None,
            number: 0,
            struck_s: None,
            level_db: 0.0,
            sounded_s: 0.0,
        }
    }
}

impl Listening {
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Hears one hop; whether the player plays a note that was not there before.
    pub(super) fn hear(&mut self, now_s: f64, sounding: Option<&Sounding>) -> bool {
        let Some(sounding) = sounding else {
            self.close();
            return false;
        };
        let is_another = sounding.number != self.number;
        if is_another {
            self.number = sounding.number;
            self.struck_s = Some(now_s);
            self.sounded_s = now_s;
        }
        let Some(semitones) = sounding.semitones else {
            self.close();
            return is_another;
        };
        let loud = |level_db: f32| sounding.level_db > level_db - LET_GO_DB;
        match &mut self.present {
            Some(present) if !is_another => {
                let moved = (semitones - f32::from(present.midi)).abs();
                let is_open = now_s - present.onset_s <= OPEN_S;
                if is_open && moved > MISTAKEN_SEMITONES {
                    present.midi = nearest_key(semitones);
                } else if moved > BEND_SEMITONES {
                    self.begin(now_s, now_s, semitones, sounding.level_db);
                    return true;
                }
                if loud(present.level_db) {
                    present.loud_s = now_s;
                    self.sounded_s = now_s;
                }
                present.level_db = present.level_db.max(sounding.level_db);
                self.level_db = present.level_db;
                false
            }
            // It rings out.
            None if !is_another && !loud(self.level_db) => false,
            _ => {
                // The stroke was there before the pitch.
                let struck_s = self.struck_s.take();
                let onset_s = struck_s.filter(|struck_s| now_s - struck_s <= OPEN_S);
                let onset_s = onset_s.unwrap_or(now_s);
                self.begin(onset_s, now_s, semitones, sounding.level_db);
                true
            }
        }
    }

    /// The note that sounds is over, if there is one.
    pub(super) fn close(&mut self) {
        let Some(present) = self.present.take() else {
            return;
        };
        let length_s = present.loud_s - present.onset_s;
        if length_s < TOGETHER_S {
            return;
        }
        if self.count == REMEMBERED {
            self.notes.copy_within(1.., 0);
            self.count -= 1;
        }
        self.notes[self.count] = PlayedNote {
            onset_s: present.onset_s,
            length_s,
            midi: present.midi,
            level_db: present.level_db,
        };
        self.count += 1;
    }

    /// How long the player has been silent.
    pub(super) fn quiet_s(&self, now_s: f64) -> f64 {
        now_s - self.sounded_s
    }

    /// Whether nothing was played.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.present.is_none()
    }

    /// Those that are over, in the order of time.
    pub(super) fn notes(&self) -> &[PlayedNote] {
        &self.notes[..self.count]
    }

    /// How long each of the twelve notes was played, seconds.
    pub(super) fn heard_s(&self) -> [f32; 12] {
        let mut heard_s = [0.0; 12];
        for note in self.notes() {
            heard_s[usize::from(note.midi % 12)] += note.length_s as f32;
        }
        heard_s
    }

    /// The lowest and the highest of them.
    pub(super) fn range(&self) -> (u8, u8) {
        let pitches = self.notes().iter().map(|note| note.midi);
        let lowest = pitches.clone().min().unwrap_or(0);
        (lowest, pitches.max().unwrap_or(127))
    }

    fn begin(&mut self, onset_s: f64, now_s: f64, semitones: f32, level_db: f32) {
        let together = self
            .present
            .filter(|before| now_s - before.onset_s < TOGETHER_S);
        let onset_s = together.map_or(onset_s, |before| before.onset_s);
        if let (Some(present), None) = (&mut self.present, together) {
            present.loud_s = present.loud_s.min(onset_s);
            self.close();
        }
        self.present = Some(Present {
            onset_s,
            loud_s: now_s,
            midi: nearest_key(semitones),
            level_db,
        });
        self.level_db = level_db;
        self.sounded_s = now_s;
    }
}

fn nearest_key(semitones: f32) -> u8 {
    semitones.round().clamp(0.0, 127.0) as u8
}
