//! What a target's file says of the notes it has recorded.

use serde::{Deserialize, Serialize};

use super::ModelFileError;
use crate::rates::{FRAME_SAMPLES, ROW_FRAMES, SAMPLE_RATE_HZ};

/// Most components of a code.
const MAX_COMPONENTS: usize = 128;
/// Most rows of all notes: 11 minutes.
const MAX_ROWS: usize = 1 << 16;
/// Most notes.
pub(crate) const MAX_MEMORY_NOTES: usize = 1024;
/// Most textures, and samples of all of them: 43 s.
const MAX_TEXTURES: usize = 256;
const MAX_SAMPLES: usize = 1 << 21;

/// What the metadata says of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryInfo {
    /// Components of a row's code, 1 to 128.
    pub components: usize,
    /// Rows of all notes, 2 to 65,536.
    pub rows: usize,
    /// Notes, 1 to 1,024.
    pub notes: usize,
    /// Textures, 0 to 256.
    pub textures: usize,
    /// Samples of all textures, up to 2,097,152.
    pub texture_samples: usize,
    /// Notes decay as they were recorded.
    pub struck: bool,
    /// Only the twelve notes can be played.
    pub semitones_only: bool,
    /// Its strings are stiff: there is a tensor of stretches.
    #[serde(default)]
    pub stretched: bool,
}

impl MemoryInfo {
    /// How long all notes are, seconds.
    pub fn seconds(&self) -> f64 {
        (self.rows * ROW_FRAMES * FRAME_SAMPLES) as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// Refuses sizes that no memory has.
    ///
    /// # Errors
    /// [`ModelFileError::BadMemory`].
    pub fn check(&self) -> Result<(), ModelFileError> {
        for (what, value, low, high) in [
            ("components", self.components, 1, MAX_COMPONENTS),
            ("rows", self.rows, 2, MAX_ROWS),
            ("notes", self.notes, 1, MAX_MEMORY_NOTES),
            ("textures", self.textures, 0, MAX_TEXTURES),
            ("texture samples", self.texture_samples, 0, MAX_SAMPLES),
        ] {
            if !(low..=high).contains(&value) {
                return Err(ModelFileError::BadMemory {
                    what,
                    value: value as f32,
                });
            }
        }
        Ok(())
    }

    /// Names of the tensors.
    pub(crate) fn tensors(&self) -> Vec<&'static str> {
        let mut names = vec![
            "memory.notes",
            "memory.codes",
            "memory.mean",
            "memory.basis",
            "memory.level",
            "memory.deviation",
            "memory.textures",
            "memory.samples",
        ];
        if self.stretched {
            names.push("memory.stretch");
        }
        names
    }
}
