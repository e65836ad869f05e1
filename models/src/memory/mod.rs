//! What was recorded of a target: notes as trajectories of frames, and the texture of their noise.
//!
//! A *row* is every second frame (93.75 a second): the amplitudes of the first harmonics by their number, an envelope
//! for those above, an envelope of the noise, all natural logs relative to the loudness; the loudness relative to the
//! note's loudest moment; and how far the pitch is from the note's middle. The amplitudes are coded as principal
//! components of 8 bits. A *texture* is the noise of a recorded note at 48 kHz, flattened by its envelope: what a bow, a
//! breath or a hammer does in time.
//!
//! Thread: a [`Memory`] is made on any thread but the audio thread, immutable, and shared; reading it allocates nothing.

mod file;

pub use crate::file::MemoryInfo;
pub use file::Recorded;

use crate::envelope::{ENVELOPE_POINTS, Envelope};
use crate::features::log_to_db;
use crate::file::{Header, ModelFileError};
use crate::prior::NUMBERED_HARMONICS;

pub use crate::rates::ROW_FRAMES;
/// Values of a row: harmonics by number, their envelope, the noise's envelope.
pub const ROW_VALUES: usize = NUMBERED_HARMONICS + 2 * ENVELOPE_POINTS;

/// A row, decoded: natural-log amplitudes relative to the loudness.
pub type Row = [f32; ROW_VALUES];

/// How a target sounds a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playing {
    /// A hammer or a plectrum: a note decays as it was recorded. Otherwise it is held.
    pub struck: bool,
    /// Only the twelve notes can be played.
    pub semitones_only: bool,
}

/// A recorded note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordedNote {
    /// Its first row in the memory.
    first_row: usize,
    /// How many it has, at least 2.
    pub rows: usize,
    /// Middle of its pitch: semitones, 69 for 440 Hz.
    pub semitones: f32,
    /// Loudness of its loudest row, dB.
    pub top_db: f32,
    /// Rows between which a held note can go to and fro.
    pub hold_rows: (usize, usize),
    /// Notes of one group (a string, a bowing, a dynamic) sound alike.
    pub group: u32,
    /// Which of the textures is its noise.
    pub texture: usize,
    /// How far its partials are stretched ([`crate::prior::partial`]); 0 for harmonics.
    pub stretch: f32,
}

/// A recorded noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Texture {
    first_sample: usize,
    samples: usize,
}

/// A target's recorded notes and noises.
#[derive(Clone, Debug)]
pub struct Memory {
    identity: u64,
    playing: Playing,
    notes: Vec<RecordedNote>,
    components: usize,
    /// `[rows, components]`.
    codes: Vec<i8>,
    mean: Vec<f32>,
    /// `[components, ROW_VALUES]`, the step of the codes included.
    basis: Vec<f32>,
    /// `[rows]`.
    level_db: Vec<f32>,
    deviation_cents: Vec<i8>,
    textures: Vec<Texture>,
    samples: Vec<i8>,
    usual_top_db: f32,
    colours: Vec<Colour>,
}

/// What a note sounds like while it is held, in nepers: its first harmonics, and every fourth point of its noise.
type Colour = [f32; COLOUR_HARMONICS + COLOUR_NOISES];
const COLOUR_HARMONICS: usize = 24;
const COLOUR_NOISES: usize = ENVELOPE_POINTS / COLOUR_NOISE_POINTS;
const COLOUR_NOISE_POINTS: usize = 4;

/// Standard deviation of a texture's samples as they are stored.
const TEXTURE_DEVIATION: f32 = 32.0;
/// Neighbours of a level to either side.
const LEVEL_REACH_ROWS: usize = 4;
/// Of the notes' loudest moments this share is softer than the usual one.
const USUAL_SHARE: f32 = 0.7;

/// The levels of all notes in dB. A decay that is stored in halves of a dB would go down in steps, which are heard as
/// noise around every partial: each level is the mean of its neighbours, as far as that is stored as it is.
fn levels_db(notes: &[RecordedNote], half_db: &[u8]) -> Vec<f32> {
    let stored = |row: usize| -0.5 * f32::from(half_db[row]);
    let mut levels_db: Vec<f32> = (0..half_db.len()).map(stored).collect();
    for note in notes {
        let last = note.rows - 1;
        for row in 0..note.rows {
            let reach = LEVEL_REACH_ROWS.min(row).min(last - row);
            let near = note.first_row + row - reach..note.first_row + row + reach + 1;
            let mean = near.clone().map(stored).sum::<f32>() / near.len() as f32;
            let there = stored(note.first_row + row);
            levels_db[note.first_row + row] = mean.clamp(there - 0.25, there + 0.25);
        }
    }
    levels_db
}

impl Memory {
    /// Reads the tensors `memory.*` of a file whose metadata says `info`.
    pub(crate) fn read(info: &MemoryInfo, header: &Header) -> Result<Self, ModelFileError> {
        Self::new(info, Recorded::read(info, header)?)
    }

    /// Checks what a file holds against itself. Any thread but the audio thread.
    ///
    /// # Errors
    /// [`ModelFileError::BadMemory`] for a note or texture that lies outside of what is there.
    pub fn new(info: &MemoryInfo, recorded: Recorded) -> Result<Self, ModelFileError> {
        let textures = file::textures(info, &recorded)?;
        let notes = file::notes(info, &recorded)?;
        let mut tops: Vec<f32> = notes.iter().map(|note| note.top_db).collect();
        tops.sort_by(f32::total_cmp);
        let level_db = levels_db(&notes, &recorded.level_half_db);
        let usual = ((tops.len() - 1) as f32 * USUAL_SHARE) as usize;
        let mut memory = Self {
            identity: file::identity(info, &recorded),
            playing: Playing {
                struck: info.struck,
                semitones_only: info.semitones_only,
            },
            usual_top_db: tops[usual],
            notes,
            components: info.components,
            codes: recorded.codes,
            mean: recorded.mean,
            basis: recorded.basis,
            level_db,
            deviation_cents: recorded.deviation_cents,
            textures,
            samples: recorded.samples,
            colours: Vec::new(),
        };
        memory.colours = memory
            .notes
            .iter()
            .map(|note| memory.colour(note))
            .collect();
        Ok(memory)
    }

    /// What a note sounds like while it is held, as the performer compares notes.
    fn colour(&self, note: &RecordedNote) -> Colour {
        let row = self.held_row(note);
        let noises = &row[ROW_VALUES - ENVELOPE_POINTS..];
        std::array::from_fn(|index| match index.checked_sub(COLOUR_HARMONICS) {
            None => row[index],
            Some(noise) => noises[noise * COLOUR_NOISE_POINTS],
        })
    }

    /// The mean of the rows between which a note is held. The mean of its codes is decoded: a file has thousands of rows. Any
    /// thread.
    pub fn held_row(&self, note: &RecordedNote) -> Row {
        let (low, high) = note.hold_rows;
        let rows = note.first_row + low..note.first_row + high + 1;
        let codes = &self.codes[rows.start * self.components..rows.end * self.components];
        let mut row: Row = std::array::from_fn(|value| self.mean[value]);
        for (component, values) in self.basis.chunks_exact(ROW_VALUES).enumerate() {
            let codes = codes.iter().skip(component).step_by(self.components);
            let sum: f32 = codes.map(|code| f32::from(*code)).sum();
            let mean = sum / rows.len() as f32;
            for (out, value) in row.iter_mut().zip(values) {
                *out += mean * value;
            }
        }
        row
    }

    /// The mean colour of all rows: envelope of the harmonics, envelope of the noise.
    pub(crate) fn mean_envelopes(&self) -> [Envelope; 2] {
        let envelopes = &self.mean[NUMBERED_HARMONICS..];
        let (harmonic, noise) = envelopes.split_at(ENVELOPE_POINTS);
        [harmonic, noise].map(|half| std::array::from_fn(|point| half[point]))
    }

    /// Tells memories with other notes apart: a note is to be looked up in the memory that it came from, and in no other.
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// How the target sounds a note.
    pub fn playing(&self) -> Playing {
        self.playing
    }

    /// All notes, at least one.
    pub fn notes(&self) -> &[RecordedNote] {
        &self.notes
    }

    /// The loudest moment of a note played with usual force, dB.
    pub fn usual_top_db(&self) -> f32 {
        self.usual_top_db
    }

    /// How unlike two held notes sound, dB: the root mean square over harmonics by number and noise; 0 for a note that there
    /// is not. By their places in [`notes`](Self::notes). Audio thread.
    pub fn colours_apart_db(&self, a: usize, b: usize) -> f32 {
        let (Some(a), Some(b)) = (self.colours.get(a), self.colours.get(b)) else {
            return 0.0;
        };
        let squares: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
        log_to_db((squares / a.len() as f32).sqrt())
    }

    /// Decodes a note at `row`, whole or in between; beyond its end the last row. Audio thread.
    pub fn row(&self, note: &RecordedNote, row: f32, out: &mut Row) {
        let (first, second, share) = self.place(note, row);
        out.copy_from_slice(&self.mean);
        let codes = |row: usize| &self.codes[row * self.components..(row + 1) * self.components];
        let basis = self.basis.chunks_exact(ROW_VALUES);
        for ((a, b), component) in codes(first).iter().zip(codes(second)).zip(basis) {
            let code = f32::from(*a) + share * (f32::from(*b) - f32::from(*a));
            for (out, value) in out.iter_mut().zip(component) {
                *out += code * value;
            }
        }
    }

    /// Loudness relative to the note's loudest row, dB, 0 or less.
    pub fn level_db(&self, note: &RecordedNote, row: f32) -> f32 {
        let (first, second, share) = self.place(note, row);
        let (first, second) = (self.level_db[first], self.level_db[second]);
        first + share * (second - first)
    }

    /// How far the pitch is from the note's middle, semitones.
    pub fn deviation_semitones(&self, note: &RecordedNote, row: f32) -> f32 {
        let (first, second, share) = self.place(note, row);
        let semitones = |row: usize| 0.01 * f32::from(self.deviation_cents[row]);
        semitones(first) + share * (semitones(second) - semitones(first))
    }

    /// Samples of the note's texture; 0 if it has none.
    pub fn texture_samples(&self, note: &RecordedNote) -> usize {
        self.textures.get(note.texture).map_or(0, |t| t.samples)
    }

    /// The note's texture between its samples, of unit variance; silence outside.
    #[inline]
    pub fn texture_at(&self, note: &RecordedNote, position: f32) -> f32 {
        let Some(texture) = self.textures.get(note.texture) else {
            return 0.0;
        };
        let index = position as usize;
        if position < 0.0 || index + 1 >= texture.samples {
            return 0.0;
        }
        let first = texture.first_sample + index;
        let (a, b) = (
            f32::from(self.samples[first]),
            f32::from(self.samples[first + 1]),
        );
        (a + (position - index as f32) * (b - a)) * (1.0 / TEXTURE_DEVIATION)
    }

    /// The rows around a place of a note, and the share of the second.
    fn place(&self, note: &RecordedNote, row: f32) -> (usize, usize, f32) {
        let row = row.clamp(0.0, (note.rows - 1) as f32);
        let index = row as usize;
        let next = (index + 1).min(note.rows - 1);
        (
            note.first_row + index,
            note.first_row + next,
            row - index as f32,
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::random_recordings;

    #[test]
    fn a_decay_is_smooth_and_an_attack_is_as_it_was_stored() {
        let (info, mut recorded) = random_recordings(1, true);
        // The first note leaps up by 20 dB and falls by 0.1 dB a row.
        let stored = |row: usize| if row < 2 { 40 } else { (row - 2) as u8 / 5 };
        for row in 0..40 {
            recorded.level_half_db[row] = stored(row);
        }
        let memory = Memory::new(&info, recorded).unwrap();
        let note = memory.notes()[0];
        let level_db = |row: usize| memory.level_db(&note, row as f32);
        for row in 0..note.rows {
            let off = level_db(row) + 0.5 * f32::from(stored(row));
            assert!(off.abs() <= 0.2501, "{row}: {off}");
        }
        assert!(level_db(2) - level_db(1) > 19.4);
        for row in 8..note.rows - 5 {
            let step = level_db(row) - level_db(row + 1);
            assert!((0.0..0.21).contains(&step), "{row}: {step}");
        }
    }

    #[test]
    fn the_same_note_is_no_colour_apart_and_another_one_is_by_what_it_was_made_of() {
        let (info, recorded) = random_recordings(2, false);
        let memory = Memory::new(&info, recorded).unwrap();
        let mean = |index: usize| {
            let note = memory.notes()[index];
            let (low, high) = note.hold_rows;
            let (mut sum, mut row) = ([0.0; ROW_VALUES], [0.0; ROW_VALUES]);
            for place in low..=high {
                memory.row(&note, place as f32, &mut row);
                for (sum, value) in sum.iter_mut().zip(row) {
                    *sum += value / (high - low + 1) as f32;
                }
            }
            sum
        };
        let (a, b) = (mean(0), mean(5));
        let harmonics = (0..24).map(|index| a[index] - b[index]);
        let noises = (0..16).map(|index| a[124 + 4 * index] - b[124 + 4 * index]);
        let squares: f32 = harmonics.chain(noises).map(|apart| apart * apart).sum();
        let expected = 8.685_89 * (squares / 40.0).sqrt();
        assert!(expected > 0.1);
        assert!((memory.colours_apart_db(0, 5) - expected).abs() < 0.01 * expected);
        assert_eq!(memory.colours_apart_db(3, 3), 0.0);
        assert_eq!(memory.colours_apart_db(3, 999), 0.0);
    }
}
