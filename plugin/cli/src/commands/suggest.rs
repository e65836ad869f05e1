//! `mynah suggest`: which targets suit what a recording plays, and in which octave.

use anyhow::Result;
use mynah_engine::{HeardNote, HeardPlaying, Library, Suggestion, note_name, suggest};
use mynah_models::ModelInfo;
use mynah_transcribe::{TranscribedNote, Transcription};
use serde::Serialize;

use super::transcribe::one_voice;
use crate::audio::read::Loss;
use crate::audio::source::Source;
use crate::cli::Suggest;
use crate::interrupt;

/// Raised when a key changes its meaning.
const FORMAT_VERSION: u32 = 1;
/// So many are printed for people.
const SHOWN: usize = 5;
/// From this share of notes that die away on, playing is said to be struck.
const STRUCK_SHARE: f32 = 0.5;

#[derive(Serialize)]
struct Report {
    format_version: u32,
    input: String,
    seconds: f64,
    losses: Vec<Loss>,
    /// `None` where nothing is heard.
    heard: Option<HeardReport>,
    suggestions: Vec<SuggestionReport>,
}

#[derive(Serialize)]
struct HeardReport {
    notes: usize,
    notes_per_s: f32,
    lowest_midi: f32,
    middle_midi: f32,
    highest_midi: f32,
    struck_share: Option<f32>,
}

#[derive(Serialize)]
struct SuggestionReport {
    target: String,
    name: String,
    octaves: i32,
    score: f32,
    reason: String,
}

/// Listens to one file.
///
/// # Errors
/// It cannot be read, or there are no targets.
pub(super) fn run(arguments: &Suggest) -> Result<()> {
    interrupt::listen();
    let library = Library::with_user_folder();
    let targets: Vec<&ModelInfo> = library.entries().iter().map(|entry| &entry.info).collect();
    let mut source = Source::of(&arguments.input);
    let (transcription, losses) = one_voice(&mut source, arguments.strict, arguments.quiet)?;
    let heard = heard(&transcription);
    if heard.is_none() {
        eprintln!("mynah: no notes are heard in '{}'", source.shown());
    }
    let suggestions = heard
        .as_ref()
        .map_or_else(Vec::new, |heard| suggest(heard, &targets));
    if arguments.json {
        let of = |suggestion| SuggestionReport::of(suggestion, &targets);
        return super::print_json(&Report {
            format_version: FORMAT_VERSION,
            input: source.shown(),
            seconds: transcription.seconds,
            losses,
            heard: heard.as_ref().map(HeardReport::of),
            suggestions: suggestions.iter().map(of).collect(),
        });
    }
    let Some(heard) = heard else { return Ok(()) };
    let mut lines = format!("{}  {}\n", source.shown(), in_words(&heard));
    for suggestion in suggestions.iter().take(SHOWN) {
        lines += &line(suggestion, &targets);
    }
    super::print(&lines)
}

fn heard(transcription: &Transcription) -> Option<HeardPlaying> {
    let notes: Vec<HeardNote> = transcription.notes.iter().map(heard_note).collect();
    HeardPlaying::of(&notes)
}

fn heard_note(note: &TranscribedNote) -> HeardNote {
    let levels = note.levels.iter();
    let levels: Vec<(f32, f32)> = levels
        .map(|level| ((level.at_s - note.onset_s) as f32, level.level_db))
        .collect();
    let seconds = (note.offset_s - note.onset_s) as f32;
    HeardNote::new(f32::from(note.midi), seconds, &levels)
}

fn in_words(heard: &HeardPlaying) -> String {
    let (lowest, highest) = heard.register();
    let name = |semitones: f32| note_name(semitones.round() as i32);
    let manner = match heard.struck_share {
        Some(share) if share >= STRUCK_SHARE => "struck or plucked, ",
        Some(_) => "held, ",
        None => "",
    };
    let plural = if heard.notes == 1 { "" } else { "s" };
    format!(
        "{} note{plural} from {} to {}, {manner}{:.1} a second",
        heard.notes,
        name(lowest),
        name(highest),
        heard.notes_per_s
    )
}

fn line(suggestion: &Suggestion, targets: &[&ModelInfo]) -> String {
    format!(
        "{:16} --octave {:2}  {:3.0} %  {}\n",
        targets[suggestion.index].name,
        suggestion.octaves,
        100.0 * suggestion.score,
        suggestion.reason
    )
}

impl HeardReport {
    fn of(heard: &HeardPlaying) -> HeardReport {
        let (lowest_midi, highest_midi) = heard.register();
        HeardReport {
            notes: heard.notes,
            notes_per_s: heard.notes_per_s,
            lowest_midi,
            middle_midi: heard.middle(),
            highest_midi,
            struck_share: heard.struck_share,
        }
    }
}

impl SuggestionReport {
    fn of(suggestion: &Suggestion, targets: &[&ModelInfo]) -> SuggestionReport {
        let info = targets[suggestion.index];
        SuggestionReport {
            target: info.name.clone(),
            name: info.display_name.clone(),
            octaves: suggestion.octaves,
            score: suggestion.score,
            reason: suggestion.reason.clone(),
        }
    }
}
