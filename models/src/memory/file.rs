//! A memory as it stands in a model file: sizes in the metadata, numbers in tensors.

use super::{ROW_VALUES, RecordedNote, Texture};
use crate::file::{Header, MAX_MEMORY_NOTES, MemoryInfo, ModelFileError, read_bytes, read_floats};

/// The stiffest string.
const MAX_STRETCH: f32 = 0.01;
/// Numbers of a note in the file.
const NOTE_VALUES: usize = 8;

/// The numbers of a memory, as they stand in the tensors `memory.*`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// `[notes, 8]`: first row, rows, semitones, top dB, first and last row of the hold, group, texture.
    pub notes: Vec<f32>,
    /// `[rows, components]`.
    pub codes: Vec<i8>,
    /// `[188]`.
    pub mean: Vec<f32>,
    /// `[components, 188]`.
    pub basis: Vec<f32>,
    /// `[rows]`: halves of a dB under the note's loudest row.
    pub level_half_db: Vec<u8>,
    /// `[rows]`: cents from the note's middle.
    pub deviation_cents: Vec<i8>,
    /// `[notes]` or empty: the stretch of a note's partials, 0 to 0.01 ([`crate::prior::partial`]).
    pub stretches: Vec<f32>,
    /// `[textures, 2]`: first sample, samples.
    pub textures: Vec<f32>,
    /// `[texture_samples]`: unit variance is 32.
    pub samples: Vec<i8>,
}

impl Recorded {
    /// Reads the tensors.
    pub(crate) fn read(info: &MemoryInfo, header: &Header) -> Result<Self, ModelFileError> {
        let signed = |name, shape: &[usize]| {
            let bytes = read_bytes(header, name, safetensors::Dtype::I8, shape)?;
            Ok::<_, ModelFileError>(bytes.iter().map(|byte| *byte as i8).collect())
        };
        Ok(Self {
            notes: read_floats(header, "memory.notes", &[info.notes, NOTE_VALUES])?,
            codes: signed("memory.codes", &[info.rows, info.components])?,
            mean: read_floats(header, "memory.mean", &[ROW_VALUES])?,
            basis: read_floats(header, "memory.basis", &[info.components, ROW_VALUES])?,
            level_half_db: read_bytes(
                header,
                "memory.level",
                safetensors::Dtype::U8,
                &[info.rows],
            )?
            .to_vec(),
            deviation_cents: signed("memory.deviation", &[info.rows])?,
            stretches: if info.stretched {
                read_floats(header, "memory.stretch", &[info.notes])?
            } else {
                Vec::new()
            },
            textures: read_floats(header, "memory.textures", &[info.textures, 2])?,
            samples: signed("memory.samples", &[info.texture_samples])?,
        })
    }
}

/// The notes, every one within the rows that there are.
pub(super) fn notes(
    info: &MemoryInfo,
    recorded: &Recorded,
) -> Result<Vec<RecordedNote>, ModelFileError> {
    recorded
        .notes
        .as_chunks::<NOTE_VALUES>()
        .0
        .iter()
        .enumerate()
        .map(
            |(index, [first, rows, semitones, top_db, low, high, group, texture])| {
                let stretch = recorded.stretches.get(index).copied().unwrap_or_default();
                if !(0.0..=MAX_STRETCH).contains(&stretch) {
                    return Err(bad("stretch of a note", stretch));
                }
                let rows = count("rows of a note", *rows, 2, info.rows)?;
                let first_row = count("first row of a note", *first, 0, info.rows - rows)?;
                let low = count("hold of a note", *low, 0, rows - 1)?;
                let high = count("hold of a note", *high, low, rows - 1)?;
                // One beyond the last is none.
                let texture = count("texture of a note", *texture, 0, info.textures)?;
                if !(0.0..=127.0).contains(semitones) {
                    return Err(bad("pitch of a note", *semitones));
                }
                if !(-100.0..=20.0).contains(top_db) {
                    return Err(bad("level of a note", *top_db));
                }
                Ok(RecordedNote {
                    first_row,
                    rows,
                    semitones: *semitones,
                    top_db: *top_db,
                    hold_rows: (low, high),
                    group: count("group of a note", *group, 0, MAX_MEMORY_NOTES)? as u32,
                    texture,
                    stretch,
                })
            },
        )
        .collect()
}

/// The textures, every one within the samples that there are.
pub(super) fn textures(
    info: &MemoryInfo,
    recorded: &Recorded,
) -> Result<Vec<Texture>, ModelFileError> {
    recorded
        .textures
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[first, samples]| {
            let samples = count("samples of a texture", *samples, 0, info.texture_samples)?;
            let last = info.texture_samples - samples;
            Ok(Texture {
                first_sample: count("first sample of a texture", *first, 0, last)?,
                samples,
            })
        })
        .collect()
}

/// FNV-1a (Fowler, Noll and Vo) of all places and sizes.
pub(super) fn identity(info: &MemoryInfo, recorded: &Recorded) -> u64 {
    let sizes = [info.components, info.rows, info.texture_samples].map(|size| size as u64);
    let numbers = recorded.notes.iter().chain(&recorded.stretches);
    let numbers = numbers.chain(&recorded.textures);
    let numbers = numbers.map(|number| u64::from(number.to_bits()));
    sizes
        .into_iter()
        .chain(numbers)
        .fold(0xcbf2_9ce4_8422_2325, |hash, number| {
            (hash ^ number).wrapping_mul(0x0100_0000_01b3)
        })
}

fn count(what: &'static str, value: f32, low: usize, high: usize) -> Result<usize, ModelFileError> {
    if value.fract() == 0.0 && (low as f32..=high as f32).contains(&value) {
        return Ok(value as usize);
    }
    Err(bad(what, value))
}

fn bad(what: &'static str, value: f32) -> ModelFileError {
    ModelFileError::BadMemory { what, value }
}
