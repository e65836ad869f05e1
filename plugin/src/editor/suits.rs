//! Which targets suit what was played lately, for the status line: notes are put together of the engine's reports, on the
//! window's thread.

use std::collections::VecDeque;

use mynah_engine::{HeardNote, HeardPlaying, Report, suggest};
use mynah_models::{HOP_SAMPLES, ModelInfo, SAMPLE_RATE_HZ};

use super::wording;
use crate::targets::Catalogue;

const HOP_S: f32 = HOP_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
/// Voicing from which a pitch is sure.
const SURE_VOICING: f32 = 0.6;
/// A pitch further than this from the note's middle, for so many hops, is another note's: semitones, 16 ms.
const ANOTHER_SEMITONES: f32 = 0.8;
const ANOTHER_HOPS: usize = 6;
/// What is shorter is none, seconds.
const SHORTEST_S: f32 = 0.06;
/// A level that differs by less is not kept, dB.
const LEVEL_STEP_DB: f32 = 1.0;
/// Nothing is said before so many notes, and older ones than so many are forgotten.
const LEAST_NOTES: usize = 6;
const MOST_NOTES: usize = 48;
/// A note as long as this is taken in as it is, seconds.
const LONGEST_S: f32 = 10.0;
/// So many targets are named.
const NAMED: usize = 3;

/// A note that sounds.
#[derive(Default)]
struct Sounding {
    hops: usize,
    /// The sum of its pitches, semitones.
    semitones: f32,
    /// From so many seconds on so many dB.
    levels_db: Vec<(f32, f32)>,
    /// Hops in a row whose pitch is another's.
    strange_hops: usize,
    /// The engine's count of notes.
    count: u32,
}

impl Sounding {
    fn seconds(&self) -> f32 {
        self.hops as f32 * HOP_S
    }

    fn middle(&self) -> f32 {
        self.semitones / self.hops.max(1) as f32
    }

    fn take(&mut self, semitones: f32, level_db: f32) {
        let moves = |last: &(f32, f32)| (level_db - last.1).abs() >= LEVEL_STEP_DB;
        if self.levels_db.last().is_none_or(moves) {
            self.levels_db.push((self.seconds(), level_db));
        }
        self.hops += 1;
        self.semitones += semitones;
    }
}

/// What is to be said.
#[derive(Clone, Default, Debug, PartialEq)]
pub(super) struct Words {
    /// `Cello, Tenor Sax`; empty where there is nothing to say.
    pub(super) names: String,
    /// A line for each, with its octave and why.
    pub(super) reasons: String,
}

/// Listens along.
#[derive(Default)]
pub(super) struct Suits {
    sounding: Option<Sounding>,
    notes: VecDeque<HeardNote>,
    /// A note came since the words were found, or another catalogue's.
    due: bool,
    changes: usize,
    words: Words,
}

impl Suits {
    /// Takes in one hop.
    pub(super) fn take(&mut self, report: &Report) {
        let sure = report.gate_open && report.voicing >= SURE_VOICING && report.tracked_hz > 0.0;
        if !sure {
            return self.end_note();
        }
        let semitones = 69.0 + 12.0 * (report.tracked_hz / 440.0).log2();
        if let Some(sounding) = &mut self.sounding {
            let strange = (semitones - sounding.middle()).abs() > ANOTHER_SEMITONES;
            sounding.strange_hops = if strange {
                sounding.strange_hops + 1
            } else {
                0
            };
            let another = sounding.strange_hops >= ANOTHER_HOPS || sounding.count != report.notes;
            if another || sounding.seconds() >= LONGEST_S {
                self.end_note();
            } else if strange {
                return;
            }
        }
        let sounding = self.sounding.get_or_insert_with(|| Sounding {
            count: report.notes,
            ..Sounding::default()
        });
        sounding.take(semitones, report.loudness_db);
    }

    fn end_note(&mut self) {
        let Some(note) = self.sounding.take() else {
            return;
        };
        if note.seconds() < SHORTEST_S {
            return;
        }
        if self.notes.len() == MOST_NOTES {
            self.notes.pop_front();
        }
        let heard = HeardNote::new(note.middle(), note.seconds(), &note.levels_db);
        self.notes.push_back(heard);
        self.due = true;
    }

    /// What suits of the catalogue's targets.
    pub(super) fn words(&mut self, catalogue: &Catalogue) -> &Words {
        let changes = catalogue.changes();
        if std::mem::take(&mut self.due) || self.changes != changes {
            self.changes = changes;
            self.words = self.find(catalogue).unwrap_or_default();
        }
        &self.words
    }

    fn find(&mut self, catalogue: &Catalogue) -> Option<Words> {
        if self.notes.len() < LEAST_NOTES {
            return None;
        }
        let heard = HeardPlaying::of(self.notes.make_contiguous())?;
        let entries = catalogue.entries();
        let targets: Vec<&ModelInfo> = entries.iter().map(|entry| entry.info()).collect();
        let (mut names, mut reasons) = (Vec::new(), Vec::new());
        for suggestion in suggest(&heard, &targets).iter().take(NAMED) {
            let name = wording::short_name(&targets[suggestion.index].display_name);
            reasons.push(format!("{name}: {}", suggestion.reason));
            names.push(name);
        }
        Some(Words {
            names: names.join(", "),
            reasons: reasons.join("\n"),
        })
    }
}
