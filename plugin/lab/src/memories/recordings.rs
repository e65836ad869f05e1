//! The notes of an instrument that its target may know: those that training hears, not struck short.

use std::path::Path;

use anyhow::Result;
use mynah_cli::audio::read::Reader;
use mynah_learn::low_cut::cut_low;
use mynah_models::SAMPLE_RATE_HZ;

use crate::eval::csv;
use crate::eval::split::{Part, part_of_note};
use crate::eval::variants::{Role, role};

/// A note begins where its level first comes so near to its early peak, dB, in a window of 2 ms ..
const ONSET_DB: f64 = -30.0;
const ONSET_WINDOW_SAMPLES: usize = 96;
/// .. of its first second; it is taken from 4 ms before.
const ONSET_SEARCH_SAMPLES: usize = 48_000;
const ONSET_LEAD_SAMPLES: usize = 192;
/// Of a recording no more is read, seconds.
const LONGEST_S: usize = 8;

/// A recorded note with what the manifest says of it.
pub(super) struct Labelled {
    pub(super) name: String,
    pub(super) midi: i32,
    pub(super) articulation: String,
    pub(super) dynamic: String,
    /// Notes of one articulation and dynamic are one group.
    pub(super) group: u32,
    /// Mono at 48 kHz, from its onset on.
    pub(super) audio: Vec<f32>,
}

/// All notes of an instrument that are not held out, by pitch, group and name.
///
/// # Errors
/// The manifest or a recording cannot be read.
pub(super) fn labelled(folder: &Path, instrument: &str) -> Result<Vec<Labelled>> {
    let table = csv::Table::open(&folder.join("manifest.csv"))?;
    let columns = table.columns(&["path", "instrument", "midi", "dynamic", "articulation"])?;
    let mut notes = Vec::new();
    for record in &table.records {
        let field = |column: usize| record.get(columns[column]).map_or("", String::as_str);
        let Ok(midi) = field(2).parse::<i32>() else {
            continue;
        };
        let canonical = matches!(role(field(1), field(4)), Role::Canonical { .. });
        if field(1) != instrument
            || !canonical
            || part_of_note(instrument, midi) == Part::Validation
        {
            continue;
        }
        let file = folder.join(field(0));
        notes.push((midi, field(4).to_owned(), field(3).to_owned(), file));
    }
    let mut kinds: Vec<(String, String)> = notes
        .iter()
        .map(|(_, a, d, _)| (a.clone(), d.clone()))
        .collect();
    kinds.sort();
    kinds.dedup();
    let mut labelled = Vec::with_capacity(notes.len());
    for (midi, articulation, dynamic, file) in notes {
        let kind = (articulation, dynamic);
        let group = kinds.binary_search(&kind).unwrap_or_default() as u32;
        let (articulation, dynamic) = kind;
        labelled.push(Labelled {
            name: file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            audio: from_onset(&file)?,
            midi,
            articulation,
            dynamic,
            group,
        });
    }
    labelled.sort_by(|a, b| (a.midi, a.group, &a.name).cmp(&(b.midi, b.group, &b.name)));
    Ok(labelled)
}

fn from_onset(file: &Path) -> Result<Vec<f32>> {
    let mut reader = Reader::open(file)?;
    anyhow::ensure!(
        reader.rate_hz() == SAMPLE_RATE_HZ,
        "'{}' has {} Hz, {SAMPLE_RATE_HZ} are needed",
        file.display(),
        reader.rate_hz()
    );
    let mut audio = reader.read_mono(LONGEST_S * SAMPLE_RATE_HZ as usize)?;
    cut_low(&mut audio);
    audio.drain(..onset_sample(&audio));
    Ok(audio)
}

/// Where a note begins, a few milliseconds early.
fn onset_sample(audio: &[f32]) -> usize {
    let early = &audio[..audio.len().min(ONSET_SEARCH_SAMPLES)];
    let power = |window: &[f32]| window.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let powers: Vec<f64> = early
        .chunks_exact(ONSET_WINDOW_SAMPLES)
        .map(power)
        .collect();
    let least = powers.iter().copied().fold(0.0, f64::max) * 10f64.powf(ONSET_DB / 10.0);
    let first = powers.iter().position(|power| *power >= least).unwrap_or(0);
    (first * ONSET_WINDOW_SAMPLES).saturating_sub(ONSET_LEAD_SAMPLES)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_note_is_taken_from_shortly_before_its_onset() {
        let audio: Vec<f32> = (0..48_000)
            .map(|n| if n < 9_600 { 1e-4 } else { 0.3 } * (n as f32 * 0.05).sin())
            .collect();
        assert_eq!(onset_sample(&audio), 9_600 - ONSET_LEAD_SAMPLES);
        assert_eq!(onset_sample(&[]), 0);
    }

    #[test]
    fn notes_that_training_hears_are_taken_by_pitch_and_kind() {
        let folder = tempfile::tempdir().unwrap();
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut manifest = String::from("path,instrument,midi,dynamic,articulation\n");
        // Of the guitar's numbers, 42 is held out.
        for (midi, dynamic, articulation) in [
            (41, "p", "archtop-mic"),
            (40, "f", "archtop-mic"),
            (40, "p", "archtop-mic"),
            (42, "f", "archtop-mic"),
            (40, "f", "nylon"),
            (40, "f", "pizz"),
        ] {
            let name = format!("{midi}-{dynamic}-{articulation}.wav");
            let mut writer = hound::WavWriter::create(folder.path().join(&name), spec).unwrap();
            for n in 0..4_800 {
                writer.write_sample((n % 100 * 50) as i16).unwrap();
            }
            writer.finalize().unwrap();
            manifest += &format!("{name},guitar,{midi},{dynamic},{articulation}\n");
        }
        std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
        let notes = labelled(folder.path(), "guitar").unwrap();
        let told: Vec<(i32, u32, &str)> = notes
            .iter()
            .map(|n| (n.midi, n.group, n.dynamic.as_str()))
            .collect();
        assert_eq!(told, [(40, 0, "f"), (40, 1, "p"), (41, 1, "p")]);
        assert!(notes.iter().all(|note| note.audio.len() == 4_800));
    }
}
