//! What was recorded of a target: notes as trajectories of frames, and the texture of their noise.
//!
//! A *row* is every second frame (93.75 a second): the amplitudes of the first harmonics by their number, an envelope
//! for those above, an envelope of the noise, all natural logs relative to the loudness; the loudness relative to the
//! note's loudest moment; and how far the pitch is from the note's middle. The amplitudes are coded as principal
//! components of 8 bits. A *texture* is the noise of a recorded note at 48 kHz, flattened by its envelope: what a bow, a
//! breath or a hammer does in time.
//!
//! Thread: a [`Memory`] is made on a loader thread, immutable, and shared; reading it allocates nothing.

mod file;

pub use file::{MemoryInfo, Recorded};

use crate::file::{Header, ModelFileError};
use crate::prior::{ENVELOPE_POINTS, NUMBERED_HARMONICS};

/// Frames from one row to the next.
pub const ROW_FRAMES: usize = 2;
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
    level_half_db: Vec<u8>,
    deviation_cents: Vec<i8>,
    textures: Vec<Texture>,
    samples: Vec<i8>,
    usual_top_db: f32,
}

/// Standard deviation of a texture's samples as they are stored.
const TEXTURE_DEVIATION: f32 = 32.0;
/// Of the notes' loudest moments this share is softer than the usual one.
const USUAL_SHARE: f32 = 0.7;

impl Memory {
    /// Reads the tensors `memory.*` of a file whose metadata says `info`.
    pub(crate) fn read(info: &MemoryInfo, header: &Header) -> Result<Self, ModelFileError> {
        Self::new(info, info.read(header)?)
    }

    /// Checks what a file holds against itself. Loader thread.
    ///
    /// # Errors
    /// [`ModelFileError::BadMemory`] for a note or texture that lies outside of what is there.
    pub fn new(info: &MemoryInfo, recorded: Recorded) -> Result<Self, ModelFileError> {
        let textures = file::textures(info, &recorded)?;
        let notes = file::notes(info, &recorded)?;
        let mut tops: Vec<f32> = notes.iter().map(|note| note.top_db).collect();
        tops.sort_by(f32::total_cmp);
        let usual = ((tops.len() - 1) as f32 * USUAL_SHARE) as usize;
        Ok(Self {
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
            level_half_db: recorded.level_half_db,
            deviation_cents: recorded.deviation_cents,
            textures,
            samples: recorded.samples,
        })
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
        let db = |row: usize| -0.5 * f32::from(self.level_half_db[row]);
        db(first) + share * (db(second) - db(first))
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
