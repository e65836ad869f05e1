//! What was written down, for programs.

use mynah_models::note_name;
use mynah_transcribe::{TranscribedNote, Transcription};
use serde::Serialize;

use super::page::Measured;
use crate::audio::read::Loss;

/// Raised when a key changes its meaning.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct Report {
    format_version: u32,
    input: String,
    output: String,
    seconds: f64,
    /// How far the pitch wheel bends in the file; `None` without pitch bend.
    bend_range_semitones: Option<u8>,
    losses: Vec<Loss>,
    notes: Vec<NoteReport>,
    /// What stands on the page; `None` without one.
    page: Option<Measured>,
}

#[derive(Serialize)]
struct NoteReport {
    onset_s: f64,
    offset_s: f64,
    midi: u8,
    name: String,
    velocity: u8,
    /// From so many seconds on so many semitones above the number.
    bends: Vec<(f64, f32)>,
    /// From so many seconds on so many dB under the note's loudest moment.
    levels_db: Vec<(f64, f32)>,
}

impl Report {
    pub(super) fn new(
        input: String,
        output: String,
        bend_range_semitones: Option<u8>,
        transcription: &Transcription,
        losses: Vec<Loss>,
        page: Option<Measured>,
    ) -> Report {
        Report {
            format_version: FORMAT_VERSION,
            input,
            output,
            seconds: transcription.seconds,
            bend_range_semitones,
            losses,
            notes: transcription.notes.iter().map(NoteReport::of).collect(),
            page,
        }
    }
}

impl NoteReport {
    fn of(note: &TranscribedNote) -> NoteReport {
        let bends = note.bends.iter();
        let levels = note.levels.iter();
        NoteReport {
            onset_s: note.onset_s,
            offset_s: note.offset_s,
            midi: note.midi,
            name: note_name(i32::from(note.midi)),
            velocity: note.velocity,
            bends: bends.map(|bend| (bend.at_s, bend.semitones)).collect(),
            levels_db: levels.map(|level| (level.at_s, level.level_db)).collect(),
        }
    }
}
