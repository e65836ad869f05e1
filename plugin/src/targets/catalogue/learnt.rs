//! Targets that are learnt here: they appear while the process runs, and get better while they play.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use mynah_engine::Source;

use super::{AddError, Catalogue, Entry, Indices, New};
use crate::lock::lock;

/// What such a target's index is written down by: its file, since its hash is another one every time.
pub(super) fn key(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    format!("learnt {}", name.to_string_lossy())
}

impl Catalogue {
    /// Takes over what a target's file in the player's folder is now, which is learnt here: as a new target at an index that
    /// it has from then on, or in the place of what it was before; its index. Nothing is done where nothing has changed. What
    /// it was before stays in memory, so there is room for so many versions only ([`Entry::renewals`] counts them); without
    /// room, the target stays as it is until the process ends. Any thread but the audio thread, which finds the target
    /// ready to sound.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(crate) fn take_learnt(&self, file: &Path) -> Result<i32, AddError> {
        let _one_at_a_time = lock(&self.adding);
        let target = self.library.load_file(file)?;
        let hash = target.info().hash;
        if let Some(entry) = self.of_file(file) {
            let change = self.changes.load(Ordering::Relaxed);
            if entry.info().hash != hash && entry.renew(target, change) {
                self.changes.store(change + 1, Ordering::Release);
            }
            return Ok(entry.index());
        }
        let folder = self.folder.as_ref().ok_or(AddError::NoFolder)?;
        let (mut indices, _) = Indices::of(Some(folder));
        let index = self.own_index(&mut indices, &key(file));
        let index = index.ok_or(AddError::Full)?;
        indices.keep().map_err(|source| AddError::Indices {
            folder: folder.clone(),
            source,
        })?;
        let new = New {
            info: target.info(),
            made_for_another_base: target.made_for_another_base(),
            source: Source::File(file.to_owned()),
            learnt: true,
        };
        self.put(index, new, OnceLock::from(Ok(target.clone())));
        Ok(index as i32)
    }

    /// The target of a file.
    pub(crate) fn of_file(&self, file: &Path) -> Option<&Entry> {
        let mut entries = self.entries().into_iter();
        entries.find(|entry| entry.is_of(file))
    }
}
