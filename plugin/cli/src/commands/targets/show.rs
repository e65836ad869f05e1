//! `mynah targets show`: who made a target, from what, and what it can play.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use mynah_engine::{Library, LibraryError, MAX_MODEL_FILE_BYTES, TargetRef, note_name, read_whole};
use mynah_models::memory::ROW_FRAMES;
use mynah_models::{FRAME_SAMPLES, ModelInfo, ModelKind, SAMPLE_RATE_HZ, Target};
use serde::Serialize;

use super::{TargetJson, again, place};
use crate::commands::{entries_called, print, print_json};

/// The JSON; keys are documented in the crate's README.
#[derive(Serialize)]
struct ShowJson {
    #[serde(flatten)]
    target: TargetJson,
    bytes: u64,
    plays: bool,
    made_for_another_base: bool,
    problem: Option<String>,
    memory: Option<MemoryJson>,
}

#[derive(Serialize)]
struct MemoryJson {
    notes: usize,
    /// Lowest and highest; not known where the target does not play.
    notes_midi: Option<[f32; 2]>,
    seconds: f64,
    textures: usize,
    texture_seconds: f64,
    struck: bool,
    semitones_only: bool,
}

/// Prints it.
///
/// # Errors
/// There is no such target and no such file, or the file is no target.
pub(super) fn run(library: &Library, wanted: &str, json: bool) -> Result<()> {
    let entry = entries_called(library, wanted).into_iter().next();
    let (info, source, bytes, loaded) = match entry {
        Some(entry) => {
            let loaded = library.load(&TargetRef::from(entry));
            let source = place(&entry.source);
            (entry.info.clone(), source, entry.size_bytes, loaded)
        }
        None => {
            let (info, bytes) = read(wanted)?;
            let loaded = library.load_file(Path::new(wanted));
            (info, wanted.to_owned(), bytes, loaded)
        }
    };
    let loaded = loaded.as_deref();
    let shown = ShowJson {
        target: TargetJson::new(&info, source),
        bytes,
        plays: loaded.is_ok(),
        made_for_another_base: match loaded {
            Ok(target) => target.made_for_another_base(),
            Err(error) => matches!(error, LibraryError::OtherBase { .. }),
        },
        problem: loaded.err().map(ToString::to_string),
        memory: memory(&info, loaded.ok()),
    };
    if json {
        print_json(&shown)
    } else {
        print(&text(&shown))
    }
}

fn read(file: &str) -> Result<(ModelInfo, u64)> {
    if !Path::new(file).exists() {
        bail!(
            "unknown target '{file}': there is no such file, and `mynah targets` lists the known names"
        );
    }
    let bytes = read_whole(Path::new(file), MAX_MODEL_FILE_BYTES)
        .map_err(|error| anyhow!("cannot open '{file}': {error}"))?;
    let info = ModelInfo::read(&bytes)
        .map_err(|error| anyhow!("'{file}' is not a valid model file: {error}"))?;
    if info.kind != ModelKind::Target {
        bail!("'{file}' is a base model, not a target: `mynah info` says what is in it");
    }
    Ok((info, bytes.len() as u64))
}

fn memory(info: &ModelInfo, target: Option<&Target>) -> Option<MemoryJson> {
    let memory = info.memory?;
    let rate_hz = f64::from(SAMPLE_RATE_HZ);
    let notes_midi = target.and_then(Target::memory).map(|memory| {
        let notes = memory.notes().iter().map(|note| note.semitones);
        let [low, high] = [f32::INFINITY, f32::NEG_INFINITY];
        notes.fold([low, high], |[low, high], note| {
            [low.min(note), high.max(note)]
        })
    });
    Some(MemoryJson {
        notes: memory.notes,
        notes_midi,
        seconds: (memory.rows * ROW_FRAMES * FRAME_SAMPLES) as f64 / rate_hz,
        textures: memory.textures,
        texture_seconds: memory.texture_samples as f64 / rate_hz,
        struck: memory.struck,
        semitones_only: memory.semitones_only,
    })
}

fn text(shown: &ShowJson) -> String {
    let target = &shown.target;
    let mut text = format!("{} ({})\n", target.display_name, target.name);
    let mut line = |what: &str, said: String| {
        let _ = writeln!(text, "{what:<12} {said}");
    };
    for credit in &target.credits {
        line("credit", credit.clone());
    }
    line("licence", target.licence.clone());
    let megabytes = shown.bytes as f64 / 1e6;
    line("file", format!("{}, {megabytes:.1} MB", target.source));
    line("hash", target.hash.clone());
    let [low, high] = target.pitch_range_hz.map(hz_to_note);
    let [low_hz, high_hz] = target.pitch_range_hz;
    line(
        "pitch",
        format!("{low} to {high} ({low_hz:.0} to {high_hz:.0} Hz)"),
    );
    let [low, high] = target.home_register_midi.map(named);
    line("home", format!("{low} to {high}"));
    line(
        "memory",
        shown.memory.as_ref().map_or("none".to_owned(), sentence),
    );
    if let Some(base) = &target.base_hash {
        line("base", base.clone());
    }
    line(
        "plays",
        match (&shown.problem, shown.made_for_another_base) {
            (Some(problem), _) => format!("no: {problem}"),
            (None, true) => format!("in part. {}", again::note(target)),
            (None, false) => "yes: it was made for the base of this Mynah".to_owned(),
        },
    );
    text
}

fn sentence(memory: &MemoryJson) -> String {
    let range = memory.notes_midi.map_or_else(String::new, |range| {
        let [low, high] = range.map(named);
        format!(" from {low} to {high}")
    });
    let how = if memory.struck { "struck" } else { "held" };
    let pitches = if memory.semitones_only {
        "the twelve notes only"
    } else {
        "any pitch"
    };
    format!(
        "{} notes{range}, {:.0} s; noise of {} notes, {:.0} s; {how}, {pitches}",
        memory.notes, memory.seconds, memory.textures, memory.texture_seconds
    )
}

fn hz_to_note(hz: f32) -> String {
    named(69.0 + 12.0 * (hz / 440.0).log2())
}

fn named(midi: f32) -> String {
    note_name(midi.round() as i32)
}
