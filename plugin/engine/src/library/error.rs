//! Why a model cannot be had.

use std::io;
use std::path::PathBuf;

use mynah_models::{ModelFileError, ModelHash};

use super::MAX_MODEL_FILE_BYTES;

/// Why a model could not be had. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum LibraryError {
    /// This build carries no base model.
    #[error("this build carries no models: assets/base.mynah was not there when it was made")]
    NoBase,
    /// This build carries no voices network.
    #[error("this build cannot hear chords: assets/voices.mynah was not there when it was made")]
    NoVoices,
    /// This build carries no continuation network.
    #[error("this build cannot play on: assets/continuation.mynah was not there when it was made")]
    NoContinuation,
    /// No such target.
    #[error("there is no target '{name}'; there are {}", list(known))]
    UnknownTarget {
        /// What was asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A target of that name, but not of that version.
    #[error("the target '{name}' is here as {found}, not as {wanted}")]
    OtherVersion {
        /// Its name.
        name: String,
        /// The version asked for.
        wanted: ModelHash,
        /// The version that is here.
        found: ModelHash,
    },
    /// A target that is inside the binary, where the player's own is needed.
    #[error(
        "the target '{name}' comes with Mynah: only targets of your own can be removed or renamed"
    )]
    Shipped {
        /// Its name.
        name: String,
    },
    /// What a target cannot be called.
    #[error("a target cannot be called '{name}': {source}")]
    BadName {
        /// The name.
        name: String,
        /// Why not.
        source: ModelFileError,
    },
    /// A file could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder, a pipe or a device where a file is needed.
    #[error("{} is no model: it is not a file", path.display())]
    NotAFile {
        /// What it is.
        path: PathBuf,
    },
    /// A file larger than [`MAX_MODEL_FILE_BYTES`].
    #[error("{} is no model: it has {size_bytes} bytes, more than {MAX_MODEL_FILE_BYTES}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
    },
    /// A file's content is not a usable model.
    #[error("{} is not a usable model: {source}", path.display())]
    Model {
        /// The file; for a shipped one, its path among the assets.
        path: PathBuf,
        /// Why.
        source: ModelFileError,
    },
    /// A base where a target is needed.
    #[error("{} is a base model, not a target", path.display())]
    NotATarget {
        /// The file.
        path: PathBuf,
    },
    /// A target without recorded notes that was trained with another base than the one here.
    #[error("{} was trained with another base model ({}) than this one ({here})", path.display(), wanted.map_or("unknown".to_owned(), |hash| hash.to_string()))]
    OtherBase {
        /// The file.
        path: PathBuf,
        /// The base it needs.
        wanted: Option<ModelHash>,
        /// The base that is here.
        here: ModelHash,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    }
}
