//! The target's file, and what lies beside it.

use std::fs::canonicalize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::{
    MAX_MODEL_FILE_BYTES, forget_learnt, learning_state, mark_learnt, read_whole, user_folder,
};
use mynah_learn::adapt::Adaptation;
use mynah_learn::making::{Instrument, Naming};
use mynah_models::{Base, ModelInfo};

use crate::audio::pending::{Destination, Pending, check_folder, folder_of};

/// Everything that is written goes here.
pub(super) struct Output {
    pub(super) path: PathBuf,
    pub(super) base: Arc<Base>,
    pub(super) naming: Naming,
    /// Where the page goes, if there is to be one.
    pub(super) page: Option<PathBuf>,
}

impl Output {
    /// Writes the target, whole or not at all; returns its size.
    ///
    /// # Errors
    /// It cannot be written; what was there before is as it was.
    pub(super) fn write(&self, instrument: &Instrument, own: &Adaptation) -> Result<usize> {
        let bytes = instrument.target(&self.base, &self.naming, own)?;
        let shown = self.path.display();
        let (mut file, pending) = Pending::create(&Destination::File(self.path.clone()), true)?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        written.with_context(|| format!("cannot write '{shown}'"))?;
        drop(file);
        pending.publish()?;
        Ok(bytes.len())
    }

    /// Where the state of learning is kept while it is not over.
    pub(super) fn state_path(&self) -> PathBuf {
        learning_state(&self.path)
    }

    /// Marks it as learnt here, from these recordings, if it goes straight to the player's own targets: then the plugin takes it over
    /// whenever it gets better, and sessions find it by its name.
    ///
    /// # Errors
    /// The mark cannot be written.
    pub(super) fn mark(&self, inputs: &[PathBuf]) -> Result<()> {
        if !self.is_among_own() {
            return Ok(());
        }
        let paths: std::io::Result<Vec<PathBuf>> = inputs.iter().map(std::path::absolute).collect();
        let marked = paths.and_then(|paths| mark_learnt(&self.path, &paths));
        marked.with_context(|| format!("cannot mark '{}' as learnt here", self.path.display()))
    }

    /// Leaves no mark where nothing has been made.
    pub(super) fn unmark(&self) {
        if self.is_among_own() && !self.path.exists() {
            // What cannot be removed marks nothing.
            let _ = forget_learnt(&self.path);
        }
    }

    fn is_among_own(&self) -> bool {
        let own = user_folder().and_then(|folder| canonicalize(folder).ok());
        own.is_some() && own == canonicalize(folder_of(&self.path)).ok()
    }
}

/// Refuses what is no target's file before hours of work: one that is there, unless it is to be replaced (`force`), or gone on with
/// (`resume`), which one that was made for another base cannot be.
///
/// # Errors
/// As is said; or its folder takes no files.
pub(super) fn checked_path(path: &Path, base: &Base, force: bool, resume: bool) -> Result<PathBuf> {
    if path.extension().is_none_or(|ending| ending != "mynah") {
        bail!(
            "'{}' is no name for a target: it must end with .mynah",
            path.display()
        );
    }
    match Destination::of(path) {
        destination @ Destination::File(_) => {
            if !force && is_of_another_base(path, base) {
                bail!(
                    "'{}' was made for another version of Mynah's models, with which nothing can be gone on: use --force to learn it \
                     anew from these recordings",
                    path.display()
                );
            }
            destination.check(force || resume)?;
            check_folder(path)?;
            Ok(path.to_path_buf())
        }
        _ => bail!("'{}' is not a file", path.display()),
    }
}

fn is_of_another_base(path: &Path, base: &Base) -> bool {
    let bytes = read_whole(path, MAX_MODEL_FILE_BYTES);
    let info = bytes.ok().and_then(|bytes| ModelInfo::read(&bytes).ok());
    info.is_some_and(|info| info.base_hash.is_some() && !info.fits(base.info()))
}
