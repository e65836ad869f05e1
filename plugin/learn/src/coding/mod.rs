//! Notes as the numbers of a model file: principal components of 8 bits, and textures (`models/FORMAT.md`).

mod components;
mod rows;
#[cfg(test)]
mod tests;
mod textures;

use mynah_models::file::MemoryInfo;
use mynah_models::memory::{ROW_VALUES, Recorded};

use crate::analysis::NoteFrames;
use components::components;
use rows::{HARMONIC_VALUES, Rows};
use textures::Textures;

/// Components of the harmonics and of the noise, which is not to be heard in the harmonics.
const COMPONENTS: (usize, usize) = (54, 26);
/// A held note goes to and fro between these shares of its recording.
const HOLD: (f64, f64) = (0.3, 0.8);
/// So much under its top a row counts for nothing in the choice of components, but for the least weight.
const QUIET_DB: f64 = 60.0;
const LEAST_WEIGHT: f64 = 0.02;
/// Tops as the file can hold them, dB.
const TOPS_DB: (f64, f64) = (-99.0, 19.0);

/// How a target sounds its notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sounding {
    /// Notes decay as they were recorded; otherwise they are held.
    pub struck: bool,
    /// Only the twelve notes can be played.
    pub semitones_only: bool,
}

/// Codes the notes of a target, at least one; `groups` says which sound alike. The same notes give the same numbers.
pub fn code(notes: &[NoteFrames], groups: &[u32], sounding: Sounding) -> (MemoryInfo, Recorded) {
    let rows: Vec<Rows> = notes
        .iter()
        .map(|note| Rows::of(note, sounding.struck))
        .collect();
    let level_db: Vec<f64> = rows
        .iter()
        .flat_map(|rows| rows.level_db.iter().copied())
        .collect();
    let weights: Vec<f64> = level_db
        .iter()
        .map(|db| (1.0 + db / QUIET_DB).clamp(LEAST_WEIGHT, 1.0))
        .collect();
    let values: Vec<&[f64; ROW_VALUES]> = rows.iter().flat_map(|rows| &rows.values).collect();
    let harmonics: Vec<&[f64]> = values.iter().map(|row| &row[..HARMONIC_VALUES]).collect();
    let noises: Vec<&[f64]> = values.iter().map(|row| &row[HARMONIC_VALUES..]).collect();
    let harmonics = components(&harmonics, &weights, COMPONENTS.0);
    let noises = components(&noises, &weights, COMPONENTS.1);

    let textures = Textures::choose(notes, groups);
    let mut table = Vec::with_capacity(8 * notes.len());
    let mut first_row = 0;
    for (index, (note, rows)) in notes.iter().zip(&rows).enumerate() {
        let count = rows.values.len();
        let hold = |share: f64| (count as f64 * share) as usize;
        let first_held = hold(HOLD.0);
        let last_held = hold(HOLD.1).max(first_held + 1).min(count - 1);
        table.extend([
            first_row as f32,
            count as f32,
            note.semitones as f32,
            note.top_db.clamp(TOPS_DB.0, TOPS_DB.1) as f32,
            first_held as f32,
            last_held as f32,
            groups[index] as f32,
            textures.of_note[index] as f32,
        ]);
        first_row += count;
    }
    let stretched = notes.iter().any(|note| note.stretch > 0.0);
    let info = MemoryInfo {
        components: harmonics.basis.len() + noises.basis.len(),
        rows: first_row,
        notes: notes.len(),
        textures: textures.places.len() / 2,
        texture_samples: textures.samples.len(),
        struck: sounding.struck,
        semitones_only: sounding.semitones_only,
        stretched,
    };
    let of_harmonics = harmonics.basis.iter().map(|direction| {
        let silent = std::iter::repeat_n(&0.0, ROW_VALUES - HARMONIC_VALUES);
        direction
            .iter()
            .chain(silent)
            .map(|value| *value as f32)
            .collect::<Vec<f32>>()
    });
    let of_noises = noises.basis.iter().map(|direction| {
        let silent = std::iter::repeat_n(&0.0, HARMONIC_VALUES);
        silent
            .chain(direction)
            .map(|value| *value as f32)
            .collect::<Vec<f32>>()
    });
    let codes = harmonics.codes.iter().zip(&noises.codes);
    let deviation = rows.iter().flat_map(|rows| &rows.deviation_semitones);
    let recorded = Recorded {
        notes: table,
        codes: codes
            .flat_map(|(a, b)| a.iter().chain(b).copied())
            .collect(),
        mean: harmonics
            .mean
            .iter()
            .chain(&noises.mean)
            .map(|value| *value as f32)
            .collect(),
        basis: of_harmonics.chain(of_noises).flatten().collect(),
        level_half_db: level_db
            .iter()
            .map(|db| (-2.0 * db).round_ties_even().clamp(0.0, 255.0) as u8)
            .collect(),
        deviation_cents: deviation
            .map(|semitones| (100.0 * semitones).round_ties_even().clamp(-127.0, 127.0) as i8)
            .collect(),
        stretches: if stretched {
            notes.iter().map(|note| note.stretch as f32).collect()
        } else {
            Vec::new()
        },
        textures: textures.places,
        samples: textures.samples,
    };
    (info, recorded)
}
