//! `mynah-lab transcribe`: the notes that `mynah transcribe` writes down, against those that were played.

mod matching;

use std::fmt::Write;

use anyhow::Result;
use mynah_cli::synth::RATE_HZ;
use mynah_cli::{print, print_json};
use mynah_engine::Library;
use mynah_models::Base;
use mynah_transcribe::{Transcriber, Transcription};
use rayon::prelude::*;
use serde::Serialize;

use self::matching::{Sounded, matches};
use crate::cli::Transcribe;
use crate::eval::data::DataFolder;
use crate::notes::{begins_s, phrases, sources};
use crate::outside::soundfont::SoundFont;

/// Counted over phrases.
#[derive(Clone, Debug, Default)]
struct Counts {
    played: usize,
    found: usize,
    right: usize,
    /// Against where the score has them, rather than where they can be heard.
    right_in_score: usize,
    seconds: f64,
    late_ms: Vec<f64>,
}

/// One source, or all of them.
#[derive(Serialize, Clone, Debug)]
struct Row {
    source: String,
    notes: usize,
    precision: f64,
    recall: f64,
    f_measure: f64,
    f_measure_score: f64,
    late_ms: f64,
    seconds: f64,
}

#[derive(Serialize)]
struct Found {
    format_version: u32,
    phrases: u16,
    all: Row,
    instruments: Row,
    sources: Vec<Row>,
}

/// Measures and prints.
///
/// # Errors
/// The folder or a recording cannot be read, or fluidsynth fails.
pub(crate) fn run(arguments: &Transcribe) -> Result<()> {
    let folder = DataFolder::open(&arguments.data)?;
    let font = SoundFont::find(arguments.soundfont.as_deref());
    let font = match font {
        Ok(font) => Some(font),
        Err(error) if arguments.soundfont.is_some() => return Err(error),
        Err(_) => None,
    };
    let base = Library::shipped().base()?;
    let sources = sources(&folder, font.as_ref());
    let counted: Vec<Counts> = sources
        .par_iter()
        .map(|(_, _, source)| {
            let mut counts = Counts::default();
            for (notes, take) in phrases(&folder, source, usize::from(arguments.phrases))? {
                let sound = source.perform(&notes, take)?;
                let begins = begins_s(source, &notes, take)?;
                let found = transcribe(&base, &sound);
                let pitches = notes.iter().map(|note| f64::from(note.midi));
                let played: Vec<Sounded> = begins.iter().copied().zip(pitches.clone()).collect();
                let starts = notes.iter().map(|note| note.start_s);
                let written: Vec<Sounded> = starts.zip(pitches).collect();
                counts.add(&played, &written, &found);
                counts.seconds += sound.len() as f64 / RATE_HZ;
            }
            Ok(counts)
        })
        .collect::<Result<_>>()?;
    let (mut all, mut instruments) = (Counts::default(), Counts::default());
    for ((_, _, source), counts) in sources.iter().zip(&counted) {
        all.merge(counts);
        if source.is_recorded() {
            instruments.merge(counts);
        }
    }
    let rows = sources.iter().zip(&counted);
    let found = Found {
        format_version: 1,
        phrases: arguments.phrases,
        all: all.row("all"),
        instruments: instruments.row("all recorded"),
        sources: rows
            .map(|((name, _, _), counts)| counts.row(name))
            .collect(),
    };
    if arguments.json {
        print_json(&found)
    } else {
        print(&table(&found))
    }
}

fn transcribe(base: &Base, sound: &[f32]) -> Transcription {
    let mut transcriber = Transcriber::of_one_voice(base);
    transcriber.take(sound);
    transcriber.finish()
}

impl Counts {
    fn add(&mut self, played: &[Sounded], written: &[Sounded], found: &Transcription) {
        let notes = found.notes.iter();
        let found: Vec<Sounded> = notes
            .map(|note| (note.onset_s, f64::from(note.midi)))
            .collect();
        let pairs = matches(played, &found);
        self.played += played.len();
        self.found += found.len();
        self.right += pairs.len();
        self.right_in_score += matches(written, &found).len();
        let late = pairs
            .iter()
            .map(|(a, b)| 1e3 * (found[*b].0 - played[*a].0));
        self.late_ms.extend(late);
    }

    fn merge(&mut self, other: &Counts) {
        self.played += other.played;
        self.found += other.found;
        self.right += other.right;
        self.right_in_score += other.right_in_score;
        self.seconds += other.seconds;
        self.late_ms.extend(&other.late_ms);
    }

    fn row(&self, source: &str) -> Row {
        let mut late_ms = self.late_ms.clone();
        late_ms.sort_by(f64::total_cmp);
        let share = |right: usize, of: usize| right as f64 / of.max(1) as f64;
        let both = self.played + self.found;
        Row {
            source: source.to_owned(),
            notes: self.played,
            precision: share(self.right, self.found),
            recall: share(self.right, self.played),
            f_measure: share(2 * self.right, both),
            f_measure_score: share(2 * self.right_in_score, both),
            late_ms: late_ms.get(late_ms.len() / 2).copied().unwrap_or_default(),
            seconds: self.seconds,
        }
    }
}

fn table(found: &Found) -> String {
    let mut text =
        String::from("source             notes  precision  recall      F  F (score)  late ms\n");
    for row in found.sources.iter().chain([&found.instruments, &found.all]) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:18} {:5} {:10.3} {:7.3} {:6.3} {:10.3} {:8.1}",
            row.source,
            row.notes,
            row.precision,
            row.recall,
            row.f_measure,
            row.f_measure_score,
            row.late_ms
        );
    }
    text
}
