//! What can go wrong.

use std::path::PathBuf;

use mynah_engine::{EngineError, LibraryError, PresetError, ReadError};
use mynah_models::ModelFileError;

/// Why nothing is explored. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum ExploreError {
    /// There is no home folder to keep ratings in.
    #[error("there is no folder for your ratings: this account has no home folder")]
    NoFolder,
    /// The ratings cannot be read.
    #[error("the ratings in {} cannot be read: {source}", path.display())]
    Read {
        /// Their file.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// The ratings cannot be written.
    #[error("the ratings in {} cannot be written: {source}", path.display())]
    Write {
        /// Their file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// This build knows nothing of what is real.
    #[error("this build carries no realness network, and dreams need one")]
    NoRealness,
    /// The realness network that this build carries is made for other numbers.
    #[error("the realness network hears {found} numbers of a sound, and {expected} are measured")]
    OtherNumbers {
        /// How many it wants.
        found: usize,
        /// How many there are.
        expected: usize,
    },
    /// There is nothing to dream with.
    #[error("there is no target to dream with")]
    NoTargets,
    /// A target is missing or broken.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The setting is no valid preset.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// The engine does not run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A model file is not what it should be.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// The networks cannot be trained.
    #[error("the networks cannot be trained")]
    Training(#[from] candle_core::Error),
}
