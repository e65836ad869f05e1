//! An instrument of chance for the player's models.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use mynah_engine::{Existing, InventError, Library, invent, write_whole};

/// Seeds have four digits: they stand in the instrument's name.
const SEEDS: u128 = 10_000;

/// Why there is none. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub(super) enum RandomError {
    #[error(transparent)]
    Invent(#[from] InventError),
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// The file of an instrument that is removed when this is dropped: the models keep a copy of their own.
pub(super) struct RandomFile(PathBuf);

impl RandomFile {
    /// One of the number that the clock says.
    pub(super) fn new() -> Result<Self, RandomError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = now.map_or(0, |now| now.as_millis());
        let seed = (now_ms % SEEDS) as u64;
        let invented = invent(&Library::shipped(), seed, None)?;
        let name = format!("mynah-random-{}-{now_ms}.mynah", std::process::id());
        let path = std::env::temp_dir().join(name);
        match write_whole(&path, &invented.bytes, Existing::Keep) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(RandomError::Write { path, source }),
        }
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.0
    }
}

impl Drop for RandomFile {
    fn drop(&mut self) {
        // Where it cannot be removed, the system empties its folder some day.
        let _ = std::fs::remove_file(&self.0);
    }
}
