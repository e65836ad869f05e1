//! Taking a model file over into the player's folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mynah_models::{ModelHash, Target};

use super::{Library, LibraryError, model_files, read_file};
use crate::user_file::{Existing, file_stem, write_whole};

/// Digits of the hash in the name of a file whose own name is taken.
const HASH_DIGITS: usize = 8;

impl Library {
    /// Checks a target's file and copies it into `folder`, made if missing; where it is now, and the target ready
    /// to run. Never replaces another file: a second model of the same name is kept beside the first. A
    /// file that is there already, under whatever name, is not copied again.
    ///
    /// # Errors
    /// As [`load_file`](Self::load_file), and if the folder cannot be written.
    pub fn install_file(
        &self,
        file: &Path,
        folder: &Path,
    ) -> Result<(PathBuf, Arc<Target>), LibraryError> {
        let bytes = read_file(file)?;
        let target = self.compile(file.to_owned(), &bytes)?;
        let hash = target.info().hash;
        if let Some(there) = same_file(folder, hash) {
            return Ok((there, target));
        }
        let stem = file_stem(&target.info().name);
        let digits = &hash.to_string()[..HASH_DIGITS];
        let plain = folder.join(format!("{stem}.mynah"));
        let with_hash = folder.join(format!("{stem}-{digits}.mynah"));
        for path in [plain, with_hash.clone()] {
            match write_whole(&path, &bytes, Existing::Keep) {
                Ok(()) => return Ok((path, target)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(LibraryError::Write { path, source }),
            }
        }
        Err(LibraryError::Write {
            path: with_hash,
            source: io::ErrorKind::AlreadyExists.into(),
        })
    }
}

/// The file of a folder that has exactly this content.
fn same_file(folder: &Path, hash: ModelHash) -> Option<PathBuf> {
    let mut files = model_files(folder).ok()?.into_iter();
    files.find(|path| read_file(path).is_ok_and(|bytes| ModelHash::of(&bytes) == hash))
}
