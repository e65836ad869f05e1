//! Three seconds each of instruments that are really played: recorded phrases, and scores played from recorded notes.

use std::path::Path;

use anyhow::Result;
use mynah_cli::synth::{self, Voice};
use mynah_explore::{CONTENT_SAMPLES, liveliest};

use crate::eval::csv;
use crate::eval::data::DataFolder;
use crate::eval::instrument::Instrument;
use crate::eval::player::Player;
use crate::eval::{recordings, render};

/// Scores that each instrument plays.
const SCORES: usize = 8;
/// A little more than is used: scores begin with a rest.
const LONGEST_S: f64 = 4.0;

/// One of them.
pub(super) struct TrueSound {
    /// 48 kHz, mono.
    pub(super) samples: Vec<f32>,
    /// Whether nothing is trained on it.
    pub(super) held_out: bool,
}

/// All of both folders.
///
/// # Errors
/// A manifest or a recording cannot be read.
pub(super) fn true_sounds(data: &Path, performances: Option<&Path>) -> Result<Vec<TrueSound>> {
    let folder = DataFolder::open(data)?;
    let mut sounds = Vec::new();
    for (instruments, held_out) in [
        (&folder.judge, false),
        (&folder.never_trained, false),
        (&folder.instruments, true),
    ] {
        for instrument in instruments {
            let played = play(&folder, instrument)?;
            sounds.extend(
                played
                    .into_iter()
                    .map(|samples| TrueSound { samples, held_out }),
            );
        }
    }
    if let Some(folder) = performances {
        sounds.extend(recorded(folder)?);
    }
    Ok(sounds)
}

/// Scores as this instrument plays them.
fn play(folder: &DataFolder, instrument: &Instrument) -> Result<Vec<Vec<f32>>> {
    let player = [Player::Recorded(instrument)];
    let mut played = Vec::new();
    for (take, index) in folder.phrase_order(instrument_seed(instrument)).enumerate() {
        if played.len() == SCORES {
            break;
        }
        let phrase = &folder.phrases[index].1;
        let excerpt = render::excerpt(phrase, &player, LONGEST_S, take as u64);
        let Some(mut notes) = excerpt else { continue };
        render::fit_lengths(&mut notes, &player, take)?;
        let sound = player[0].perform(&notes, take)?;
        played.push(liveliest(&sound).to_vec());
    }
    Ok(played)
}

fn instrument_seed(instrument: &Instrument) -> u64 {
    crate::eval::split::fnv1a_64(&instrument.name)
}

/// The phrases of a folder with a manifest, of one voice or of several, cut into pieces.
fn recorded(folder: &Path) -> Result<Vec<TrueSound>> {
    let table = csv::Table::open(&folder.join("manifest.csv"))?;
    let columns = table.columns(&["path", "kind", "split"])?;
    let mut sounds = Vec::new();
    for record in &table.records {
        let field = |n: usize| record.get(columns[n]).map_or("", String::as_str);
        if field(1) != "phrase" {
            continue;
        }
        let sound = recordings::excerpt(&folder.join(field(0)), 30.0)?;
        let enough = |piece: &&[f32]| piece.len() > CONTENT_SAMPLES / 2;
        let pieces = sound.chunks(CONTENT_SAMPLES).filter(enough);
        sounds.extend(pieces.map(|piece| TrueSound {
            samples: piece.to_vec(),
            held_out: field(2) == "valid",
        }));
    }
    Ok(sounds)
}

/// What players of the figures play: the project's own sources.
pub(super) fn own_sounds() -> Vec<Vec<f32>> {
    let steps = [
        (57, 1.0, 80),
        (60, 0.5, 100),
        (64, 0.5, 70),
        (62, 2.0, 110),
        (57, 1.0, 90),
    ];
    let steps = steps.map(|(midi, beats, velocity)| (midi + 3, beats, velocity));
    let notes = synth::melody(0.05, 0.6, 0.1, &steps);
    let played = Voice::ALL
        .iter()
        .map(|voice| synth::render(*voice, &notes, 1));
    played.map(|sound| liveliest(&sound).to_vec()).collect()
}
