//! What a player does with the targets of their own, whose files are theirs.

use std::fs;
use std::path::PathBuf;

use mynah_models::ModelInfo;
use mynah_models::file::renamed;

use super::{LibraryError, Source, TargetEntry, forget_learnt, read_file, read_info};
use crate::user_file::{Existing, write_whole};

impl TargetEntry {
    /// The player's own file.
    ///
    /// # Errors
    /// [`LibraryError::Shipped`].
    pub fn own_file(&self) -> Result<&PathBuf, LibraryError> {
        match &self.source {
            Source::File(path) => Ok(path),
            Source::Shipped => Err(LibraryError::Shipped {
                name: self.info.name.clone(),
            }),
        }
    }

    /// Deletes the file of one of the player's own, and what is kept beside it of its learning; where it was.
    ///
    /// # Errors
    /// If it is a shipped one, or the file cannot be deleted.
    pub fn remove(&self) -> Result<PathBuf, LibraryError> {
        let path = self.own_file()?.clone();
        match fs::remove_file(&path).and_then(|()| forget_learnt(&path)) {
            Ok(()) => Ok(path),
            Err(source) => Err(LibraryError::Write { path, source }),
        }
    }

    /// Gives one of the player's own another name for people, and the short name that goes with it
    /// ([`mynah_models::file::short_name`]), in its file, which is either the new one whole or the old one; what that says of
    /// itself now. Its hash is another one, too.
    ///
    /// # Errors
    /// If it is a shipped one, the name is none, the file has changed since it was listed, or cannot be written.
    pub fn rename(&self, display_name: &str) -> Result<ModelInfo, LibraryError> {
        let path = self.own_file()?.clone();
        let bytes = read_file(&path)?;
        let (wanted, found) = (self.info.hash, read_info(&path, &bytes)?.hash);
        if wanted != found {
            let name = self.info.name.clone();
            return Err(LibraryError::OtherVersion {
                name,
                wanted,
                found,
            });
        }
        let bytes = renamed(&bytes, display_name).map_err(|source| LibraryError::BadName {
            name: display_name.to_owned(),
            source,
        })?;
        let info = read_info(&path, &bytes)?;
        match write_whole(&path, &bytes, Existing::Replace) {
            Ok(()) => Ok(info),
            Err(source) => Err(LibraryError::Write { path, source }),
        }
    }
}
