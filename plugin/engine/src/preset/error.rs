//! Why a preset cannot be had or kept.

use std::io;
use std::path::PathBuf;

use super::file::{FORMAT, MAX_PRESET_FILE_BYTES};
use crate::controls::ControlError;

/// What went wrong with a preset. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum PresetError {
    /// A file larger than [`MAX_PRESET_FILE_BYTES`].
    #[error("it is no preset: it has {size_bytes} bytes, more than {MAX_PRESET_FILE_BYTES}")]
    TooLarge {
        /// The file's size.
        size_bytes: u64,
    },
    /// A folder, a pipe or a device where a file is needed.
    #[error("it is no preset: it is not a file")]
    NotAFile,
    /// Not JSON, or not of a preset's form.
    #[error("it is no preset: {reason}")]
    NotAPreset {
        /// Why, in the reader's words.
        reason: String,
    },
    /// Written by a newer version of Mynah.
    #[error(
        "it is a preset of format {found}, and this version of Mynah knows formats up to {FORMAT}"
    )]
    NewerFormat {
        /// The file's format.
        found: u64,
    },
    /// A control that there is not, or a value that it cannot take.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The bypass among the controls.
    #[error("the bypass cannot be part of a preset")]
    Bypass,
    /// A target at a corner other than a, b, c or d.
    #[error("there is no corner '{corner}' for a target: there are a, b, c and d")]
    UnknownCorner {
        /// What was given.
        corner: String,
    },
    /// A target's name or hash that cannot be one.
    #[error("'{value}' is not {wanted}")]
    BadTarget {
        /// What was given, cut short.
        value: String,
        /// What should have been.
        wanted: &'static str,
    },
    /// A text that is missing, too long, or more than a line.
    #[error(
        "the {field} of a preset must be one line of {min_chars} to {max_chars} characters: this one has {found_chars}"
    )]
    BadText {
        /// Which text.
        field: &'static str,
        /// Fewest characters.
        min_chars: usize,
        /// Most characters.
        max_chars: usize,
        /// Characters there are.
        found_chars: usize,
    },
    /// A file that could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that could not be written or deleted.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a preset of that name, and it is to be kept.
    #[error("there is already a preset '{name}'")]
    Exists {
        /// The name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// A file outside the player's folder.
    #[error("{} is not one of your own presets", path.display())]
    NotOwn {
        /// The file.
        path: PathBuf,
    },
    /// The player has no home folder.
    #[error("there is no folder for your own presets: this user has no home folder")]
    NoFolder,
}
