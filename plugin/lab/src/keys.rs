//! `mynah-lab keys`: the key that *Snap* hears in the first ten seconds of held-out scores, against the key they are in.
//!
//! Scores name no key. Theirs was found once, from all voices: six published profiles (Krumhansl and Kessler, Temperley 1999
//! and 2007, Aarden and Essen, Albrecht and Shanahan, Bellman and Budge) voted on the whole score and on its first ten
//! seconds, and where at least four of them agreed on one key both times it is that. Of the 26 held-out scores 21 have one;
//! of the others five modulate at once or are in no key. What is played to the ear is the melody alone.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Result;
use mynah_cli::notes::Note;
use mynah_cli::synth::{RATE_HZ, Voice};
use mynah_cli::{find_target, print, print_json};
use mynah_engine::{EngineSpec, HeardKey, Key, Library, Survey, engine};
use mynah_models::{Base, Target};
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::Keys;
use crate::eval::data::DataFolder;
use crate::eval::player::Player;

/// How much of a score is heard, seconds.
const HEARD_S: f64 = 10.0;
/// Who plays.
const VOICES: [Voice; 3] = [Voice::Sung, Voice::Plucked, Voice::Saw];

/// Files (without their ending), and the number of their key: major from C up, then minor.
const TRUTH: [(&str, usize); 21] = [
    ("phrase_bachviolin_j-s-bach-bwv1002-mov2_2", 2),
    ("phrase_bachviolin_j-s-bach-bwv1002-mov3_1", 23),
    ("phrase_bachviolin_j-s-bach-bwv1004-mov3_1", 14),
    ("phrase_bachviolin_j-s-bach-bwv1004-mov4_2", 5),
    ("phrase_bachviolin_j-s-bach-bwv1005-mov4_1", 0),
    ("phrase_bachviolin_j-s-bach-bwv1006-mov3_1", 4),
    ("phrase_bachviolin_j-s-bach-bwv1006-mov6_2", 4),
    ("phrase_mono_baltzart-13-a-prelude-for-the-violin_2", 7),
    ("phrase_mono_cavallinie-thirty-caprices-no-4_2", 23),
    ("phrase_mono_cavallinie-thirty-caprices-no-7_3", 21),
    ("phrase_mono_traditional-gonbe-ga-tanemaku_2", 16),
    ("phrase_mono_traditional-soushi-bushi_2", 19),
    ("phrase_voice_mozartwa-o-du-eselhafter-martin-jakob_1", 7),
    ("phrase_voice_mozartwa-o-du-eselhafter-martin-jakob_3", 7),
    ("piece_ens_bachjs-air-on-the-g-string", 2),
    ("piece_ens_bachjs-die-kunst-der-fuge-contrapunctus-ix", 14),
    ("piece_guitar_bachjs-menuet-in-g", 7),
    ("piece_guitar_bachjs-menuet-in-gx", 7),
    ("piece_piano_bachjs-french-suite-no-5-in-g-major", 7),
    ("piece_piano_handelgf-fuga", 7),
    ("piece_satb_beethovenlv-ode-to-joy", 7),
];

#[derive(Serialize)]
struct Row {
    score: String,
    voice: &'static str,
    key: String,
    /// As a bounce hears it, all at once; `None` where it is not sure.
    heard: Option<String>,
    /// As it is heard while it is played, after ten seconds.
    live: Option<String>,
    certainty: f32,
}

#[derive(Serialize)]
struct Found {
    format_version: u32,
    /// Shares of all rows.
    right: f64,
    right_live: f64,
    /// Share in which the notes of the key are right, whichever of them is the first.
    right_notes: f64,
    sure: f64,
    rows: Vec<Row>,
}

/// Measures and prints.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn run(arguments: &Keys) -> Result<()> {
    let folder = DataFolder::open(&arguments.data)?;
    let mut work = Vec::new();
    for (name, notes) in &folder.phrases {
        let truth = TRUTH
            .iter()
            .find(|(begins, _)| name.strip_suffix(".mid") == Some(begins));
        if let Some((_, number)) = truth {
            work.extend(VOICES.map(|voice| (name, notes, Key::of(*number), voice)));
        }
    }
    let library = Library::shipped();
    let (base, (_, target)) = (library.base()?, find_target(&library, "cello")?);
    let heard: Vec<(Row, [Option<HeardKey>; 2], Key)> = work
        .par_iter()
        .map(|(name, notes, key, voice)| {
            let sound = Player::Synthesised(*voice).perform(&playable(notes, *voice), 1)?;
            let sound = &sound[..sound.len().min((HEARD_S * RATE_HZ) as usize)];
            let (whole, live) = (whole(sound)?, live(&base, &target, sound)?);
            let name_of = |heard: Option<HeardKey>| heard.map(|heard| heard.key.name());
            let row = Row {
                score: (*name).clone(),
                voice: voice.name(),
                key: key.name(),
                heard: name_of(whole),
                live: name_of(live),
                certainty: live.map_or(0.0, |heard| heard.certainty),
            };
            Ok((row, [whole, live], *key))
        })
        .collect::<Result<_>>()?;
    let share = |is: &dyn Fn(&[Option<HeardKey>; 2], Key) -> bool| {
        let count = heard
            .iter()
            .filter(|(_, found, key)| is(found, *key))
            .count();
        count as f64 / heard.len().max(1) as f64
    };
    let is = |found: Option<HeardKey>, key: Key| found.is_some_and(|heard| heard.key == key);
    let found = Found {
        format_version: 1,
        right: share(&|found, key| is(found[0], key)),
        right_live: share(&|found, key| is(found[1], key)),
        right_notes: share(&|found, key| {
            found[0].is_some_and(|heard| signature(heard.key) == signature(key))
        }),
        sure: share(&|found, _| found[0].is_some()),
        rows: heard.into_iter().map(|(row, ..)| row).collect(),
    };
    if arguments.json {
        print_json(&found)
    } else {
        print(&table(&found))
    }
}

/// The first ten seconds, moved by octaves to where the voice can sing them; what it cannot is left out.
fn playable(notes: &[Note], voice: Voice) -> Vec<Note> {
    let range = voice.midi_range();
    let begin_s = notes.first().map_or(0.0, |note| note.start_s);
    let early = notes.iter().filter(|note| note.start_s < begin_s + HEARD_S);
    let early: Vec<Note> = early
        .map(|note| Note {
            start_s: note.start_s - begin_s,
            ..*note
        })
        .collect();
    let moved = |octave: i32| {
        let moved = early.iter().map(|note| note.transposed(12 * octave));
        let inside = moved.filter(|note| range.contains(&note.midi));
        inside.collect::<Vec<Note>>()
    };
    let octaves = [0, 1, -1, 2, -2].map(moved).into_iter();
    octaves.rev().max_by_key(Vec::len).unwrap_or_default()
}

fn whole(sound: &[f32]) -> Result<Option<HeardKey>> {
    let mut survey = Survey::new(RATE_HZ)?;
    survey.hear(&[sound]);
    Ok(survey.key())
}

/// What the engine's meters say after the last sample.
fn live(base: &Arc<Base>, target: &Arc<Target>, sound: &[f32]) -> Result<Option<HeardKey>> {
    let spec = EngineSpec::alone(RATE_HZ);
    let (mut engine, _) = engine(spec, Arc::clone(base), Arc::clone(target))?;
    let mut sound = sound.to_vec();
    engine.process(&mut [&mut sound]);
    Ok(engine.meters().key)
}

/// The major key of the same notes.
fn signature(key: Key) -> Key {
    let up = if key.minor { 3 } else { 0 };
    Key {
        minor: false,
        ..key.transposed(up)
    }
}

fn table(found: &Found) -> String {
    let mut text = String::new();
    for row in &found.rows {
        let shown = |key: &Option<String>| key.clone().unwrap_or_else(|| "-".to_owned());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:40.40} {:18} {:9} {:9} {:9} {:.2}",
            row.score,
            row.voice,
            row.key,
            shown(&row.heard),
            shown(&row.live),
            row.certainty
        );
    }
    let _ = writeln!(
        text,
        "right {:.3}, live {:.3}, notes {:.3}, sure {:.3}",
        found.right, found.right_live, found.right_notes, found.sure
    );
    text
}
