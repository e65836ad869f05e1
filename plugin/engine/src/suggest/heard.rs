//! What was heard, as far as it says which targets suit it.

/// Notes shorter than this do not say whether they die away, seconds.
const SHORTEST_S: f32 = 0.2;
/// What dies away is at its loudest so soon, seconds.
const SOON_S: f32 = 0.1;
/// What comes after this share of the rest of a note is its end, which says nothing.
const BEFORE_END: f32 = 0.75;
/// It falls by as much as this, dB a second: less is held, and more is cut short.
const FALLS_DB_PER_S: std::ops::RangeInclusive<f32> = 3.0..=40.0;
/// It is not measured over less than this, seconds.
const LEAST_FALL_S: f32 = 0.05;
/// It rises on its way by no more than this, dB: two strings that beat, and the steps in which levels come.
const RISES_DB: f32 = 4.0;
/// A note says no more of how notes are played than one of this length, seconds.
const LONGEST_S: f32 = 1.0;
/// Less than this of all notes together says nothing, seconds.
const LEAST_HEARD_S: f32 = 0.25;
/// The share of the time that is below the lowest and above the highest of what is called the register.
const EXTREME_SHARE: f32 = 0.05;

/// A note that was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardNote {
    /// 69 for 440 Hz.
    pub semitones: f32,
    /// How long it sounded.
    pub seconds: f32,
    /// Whether it died away as what is struck or plucked does; `None` where it was too short to say.
    pub dies_away: Option<bool>,
}

impl HeardNote {
    /// A note of this length whose loudness moves by `levels_db`: from so many seconds after its beginning on so many dB, of
    /// any reference, in the order of time.
    pub fn new(semitones: f32, seconds: f32, levels_db: &[(f32, f32)]) -> HeardNote {
        HeardNote {
            semitones,
            seconds,
            dies_away: dies_away(seconds, levels_db),
        }
    }
}

fn dies_away(seconds: f32, levels_db: &[(f32, f32)]) -> Option<bool> {
    if seconds < SHORTEST_S {
        return None;
    }
    let louder = |a: (f32, f32), b: (f32, f32)| if b.1 > a.1 { b } else { a };
    let (top_s, top_db) = levels_db.iter().copied().reduce(louder)?;
    let end_s = top_s + BEFORE_END * (seconds - top_s);
    let (mut low_db, mut last_db, mut rise_db) = (top_db, top_db, 0.0f32);
    for (_, level_db) in levels_db
        .iter()
        .filter(|(at_s, _)| (top_s..=end_s).contains(at_s))
    {
        low_db = low_db.min(*level_db);
        rise_db = rise_db.max(level_db - low_db);
        last_db = *level_db;
    }
    let fall_db_per_s = (top_db - last_db) / (end_s - top_s).max(LEAST_FALL_S);
    Some(top_s <= SOON_S && FALLS_DB_PER_S.contains(&fall_db_per_s) && rise_db <= RISES_DB)
}

/// What is played, measured over all of its notes.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardPlaying {
    /// Each note's pitch and its share of the time, by pitch.
    pitches: Vec<(f32, f32)>,
    /// How many there are.
    pub notes: usize,
    /// In a second of sound: rests do not count.
    pub notes_per_s: f32,
    /// The share of the notes that die away, 0 to 1; `None` where all are too short to say.
    pub struck_share: Option<f32>,
}

impl HeardPlaying {
    /// `None` where less than a quarter of a second is heard. Notes whose numbers are none are left out.
    pub fn of(notes: &[HeardNote]) -> Option<HeardPlaying> {
        let is_one =
            |note: &&HeardNote| note.semitones.is_finite() && (0.0..1e6).contains(&note.seconds);
        let notes: Vec<&HeardNote> = notes.iter().filter(is_one).collect();
        let heard_s: f32 = notes.iter().map(|note| note.seconds).sum();
        if heard_s < LEAST_HEARD_S {
            return None;
        }
        let share = |note: &&HeardNote| (note.semitones, note.seconds / heard_s);
        let mut pitches: Vec<(f32, f32)> = notes.iter().map(share).collect();
        pitches.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut said_s, mut struck_s) = (0.0, 0.0);
        for note in &notes {
            if let Some(dies_away) = note.dies_away {
                let weight_s = note.seconds.min(LONGEST_S);
                said_s += weight_s;
                struck_s += if dies_away { weight_s } else { 0.0 };
            }
        }
        Some(HeardPlaying {
            pitches,
            notes: notes.len(),
            notes_per_s: notes.len() as f32 / heard_s,
            struck_share: (said_s > 0.0).then(|| struck_s / said_s),
        })
    }

    /// The pitch under which this share of the time lies, 0 to 1; semitones.
    fn percentile(&self, share: f32) -> f32 {
        let mut below = 0.0;
        let reaches = |(_, weight): &&(f32, f32)| {
            below += weight;
            below >= share
        };
        let found = self.pitches.iter().find(reaches).or(self.pitches.last());
        found.map_or(0.0, |(semitones, _)| *semitones)
    }

    /// The middle of all of the time, semitones.
    pub fn middle(&self) -> f32 {
        self.percentile(0.5)
    }

    /// Between which notes nine tenths of the time lie, semitones.
    pub fn register(&self) -> (f32, f32) {
        let highest = self.percentile(1.0 - EXTREME_SHARE);
        (self.percentile(EXTREME_SHARE), highest)
    }

    /// The share of the time that is not from `lowest` to `highest`, 0 to 1.
    pub(super) fn share_outside(&self, lowest: f32, highest: f32) -> f32 {
        let outside = self.pitches.iter();
        let outside = outside.filter(|(semitones, _)| !(lowest..=highest).contains(semitones));
        outside.map(|(_, share)| share).sum()
    }
}
