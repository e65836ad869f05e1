//! `mynah continue`: what one voice played in, how it might go on out.

mod notes;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use mynah_engine::{Key, note_name, shipped_continuation};
use mynah_models::continuation::{ContinuationNet, PlayOn, PlayedNote, Sampling};
use mynah_transcribe::{TranscribedNote, Transcription};
use serde::Serialize;

use self::notes::{heard, played, written};
use super::play::Player;
use super::transcribe::{Curves, midi_file};
use crate::audio::pending::{Destination, Pending};
use crate::audio::source::Source;
use crate::cli::{Continue, KeyChoice, Play, Written};
use crate::identity::is_same_file;
use crate::interrupt;
use crate::score::Score;

/// Raised when a key changes its meaning.
const FORMAT_VERSION: u32 = 1;
/// It goes on for so many bars of four beats if nothing is said.
const BARS: f64 = 8.0;
/// It goes no further beyond the lowest and the highest note that were played, semitones, and has an octave at least.
const BEYOND_SEMITONES: u8 = 5;
/// Rate of the sound, Hz.
const RATE_HZ: u32 = 48_000;
/// The names of MIDI files end with this.
const MIDI_ENDINGS: [&str; 2] = ["mid", "midi"];

#[derive(Serialize)]
struct Report {
    format_version: u32,
    input: String,
    output: String,
    /// The beat that was found in what was played.
    beat_s: f64,
    /// The key that is kept to, if one is.
    key: Option<String>,
    seed: u64,
    temperature: f32,
    /// How many notes were played.
    played: usize,
    /// Length of what is new, seconds.
    seconds: f64,
    notes: Vec<NoteReport>,
}

#[derive(Serialize)]
struct NoteReport {
    onset_s: f64,
    offset_s: f64,
    midi: u8,
    name: String,
    velocity: u8,
}

/// What was played on.
struct Continued {
    beat_s: f64,
    key: Option<Key>,
    seconds: f64,
    /// From its first note on.
    notes: Vec<PlayedNote>,
}

/// Goes on.
///
/// # Errors
/// The input cannot be read or has no notes, the target is unknown, or the output cannot be written.
pub(super) fn run(arguments: &Continue) -> Result<()> {
    interrupt::listen();
    let output = Destination::of(&arguments.output);
    let mut source = Source::of(&arguments.input);
    check(arguments, &source, &output)?;
    let play = sound(arguments);
    let player = play.as_ref().map(Player::new).transpose()?;
    let net = shipped_continuation()?;
    if let Some(note) = net.kernel_note() {
        eprintln!("mynah: {note}");
    }
    let before = played(&mut source, arguments.strict, arguments.quiet)?;
    let shown = source.shown();
    let continued = continued(arguments, &net, &before)
        .with_context(|| format!("cannot continue '{shown}'"))?;
    let all = together(arguments, &before, &continued);
    let bytes = midi_file(&all, curves(arguments))?;
    match &player {
        None => {
            let (mut file, pending) = Pending::create(&output, arguments.force)?;
            file.write_all(&bytes)
                .with_context(|| format!("cannot write '{}'", output.shown()))?;
            drop(file);
            pending.publish()?;
        }
        Some(player) => {
            player.play(&Score::parse(&bytes)?, &shown)?;
        }
    }
    if arguments.json {
        let report = Report::new(arguments, shown, output.shown(), &before, &continued, &all);
        return super::print_json(&report);
    }
    if arguments.quiet {
        return Ok(());
    }
    let key = continued.key.map(|key| format!(" in {}", key.name()));
    let line = format!(
        "{shown} -> {}  {} notes{} after {}, {:.0} beats a minute, {:.1} s\n",
        output.shown(),
        continued.notes.len(),
        key.unwrap_or_default(),
        before.notes.len(),
        60.0 / continued.beat_s,
        continued.seconds
    );
    if output == Destination::Stdout {
        eprint!("{line}");
        Ok(())
    } else {
        super::print(&line)
    }
}

/// Refuses what cannot work before anything is read.
fn check(arguments: &Continue, source: &Source, output: &Destination) -> Result<()> {
    if *output == Destination::Stdout && arguments.json {
        bail!("--json needs the standard output, which is the notes': choose another output");
    }
    if let Destination::File(path) = output {
        if is_same_file(path, source.path()) {
            bail!("'{}' is the input and cannot be the output", path.display());
        }
        if arguments.target.is_none() && !is_midi(path) {
            bail!(
                "'{}' is to hold sound: give --target NAME, or a name that ends with .mid",
                path.display()
            );
        }
    }
    output.check(arguments.force)
}

fn is_midi(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    MIDI_ENDINGS.iter().any(|known| ending == *known)
}

/// What is to be played, if the output is sound.
fn sound(arguments: &Continue) -> Option<Play> {
    if is_midi(&arguments.output) {
        return None;
    }
    Some(Play {
        input: arguments.input.clone(),
        target: Some(arguments.target.clone()?),
        map: Vec::new(),
        preset: None,
        set: Vec::new(),
        seed: None,
        output: arguments.output.clone(),
        rate: RATE_HZ,
        written: Written::as_usual(arguments.force),
        json: false,
        quiet: arguments.quiet,
    })
}

/// What comes after the notes that were played.
fn continued(
    arguments: &Continue,
    net: &ContinuationNet,
    before: &Transcription,
) -> Result<Continued> {
    let heard = heard(&before.notes);
    let Some(mut play_on) = PlayOn::after(net, &heard, arguments.seed) else {
        bail!("no notes are heard in it");
    };
    let key = match arguments.key {
        KeyChoice::Off => None,
        KeyChoice::Auto => key_of(&before.notes),
        KeyChoice::Of(key) => Some(key),
    };
    let pitches = heard.iter().map(|note| note.midi);
    let lowest = pitches.clone().min().unwrap_or(0);
    let highest = pitches.max().unwrap_or(127);
    let sampling = Sampling {
        temperature: arguments.temperature,
        notes: key.map_or(mynah_models::ALL_NOTES, Key::notes),
        low: lowest.saturating_sub(BEYOND_SEMITONES),
        high: (highest + BEYOND_SEMITONES).min(127),
    };
    let seconds = match (arguments.seconds, arguments.bars) {
        (Some(seconds), _) => seconds,
        (None, bars) => play_on.bar_s() * bars.unwrap_or(BARS),
    };
    let mut notes: Vec<PlayedNote> = Vec::new();
    loop {
        let mut note = play_on.next_note(net, &sampling);
        let begins = notes.first().map_or(note.onset_s, |first| first.onset_s);
        let left_s = begins + seconds - note.onset_s;
        if left_s <= 0.0 {
            break;
        }
        // One voice: a note is over where the next begins, and all of them with the end.
        if let Some(last) = notes.last_mut() {
            last.length_s = last.length_s.min(note.onset_s - last.onset_s);
        }
        note.length_s = note.length_s.min(left_s);
        notes.push(note);
    }
    Ok(Continued {
        beat_s: play_on.beat_s(),
        key,
        seconds,
        notes,
    })
}

/// The key that notes keep to, if they keep to one.
fn key_of(notes: &[TranscribedNote]) -> Option<Key> {
    let mut heard_s = [0.0; 12];
    for note in notes {
        heard_s[usize::from(note.midi % 12)] += (note.offset_s - note.onset_s) as f32;
    }
    Key::kept_to(&heard_s)
}

/// What is to be written: the new notes alone from 0 on, or behind those that were played.
fn together(arguments: &Continue, before: &Transcription, continued: &Continued) -> Transcription {
    let first_s = continued.notes.first().map_or(0.0, |note| note.onset_s);
    let (mut notes, later_s) = if arguments.with_input {
        (before.notes.clone(), 0.0)
    } else {
        (Vec::new(), -first_s)
    };
    if let (Some(last), true) = (notes.last_mut(), arguments.with_input) {
        last.offset_s = last.offset_s.min(first_s);
    }
    notes.extend(continued.notes.iter().map(|note| written(note, later_s)));
    Transcription {
        notes,
        seconds: first_s + later_s + continued.seconds,
    }
}

/// What was heard bends; what comes after does not.
fn curves(arguments: &Continue) -> Curves {
    Curves {
        bend: arguments.with_input,
        expression: false,
    }
}

impl Report {
    fn new(
        arguments: &Continue,
        input: String,
        output: String,
        before: &Transcription,
        continued: &Continued,
        all: &Transcription,
    ) -> Report {
        let new = all.notes.len() - continued.notes.len();
        let notes = all.notes[new..].iter().map(|note| NoteReport {
            onset_s: note.onset_s,
            offset_s: note.offset_s,
            midi: note.midi,
            name: note_name(i32::from(note.midi)),
            velocity: note.velocity,
        });
        Report {
            format_version: FORMAT_VERSION,
            input,
            output,
            beat_s: continued.beat_s,
            key: continued.key.map(Key::name),
            seed: arguments.seed,
            temperature: arguments.temperature,
            played: before.notes.len(),
            seconds: continued.seconds,
            notes: notes.collect(),
        }
    }
}
