//! Targets that were learnt here for another base: they can be learnt again, if their recordings are still there.

use std::path::{Path, PathBuf};

use mynah_engine::{Source, learnt_from};
use mynah_models::file::MemoryInfo;

use super::{Learning, Order, StartError, status_file};
use crate::lock::lock;
use crate::targets::{Catalogue, Entry};

/// How long it learns at most, minutes: as long as a new one does unless the player says so.
const MINUTES: u32 = 30;

/// What can be done about a target that was made for another base.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Again {
    /// Its recordings are there.
    Ready,
    /// They were here once.
    Missing(PathBuf),
}

impl Again {
    /// Of a target that was learnt here for another base, of which the recordings are known.
    fn of(entry: &Entry) -> Option<Self> {
        entry.note().filter(|_| entry.is_learnt())?;
        let recordings = learnt_from(file_of(entry)?);
        let missing = recordings.iter().find(|path| !path.exists());
        match missing {
            Some(path) => Some(Self::Missing(path.clone())),
            None => (!recordings.is_empty()).then_some(Self::Ready),
        }
    }
}

impl Learning {
    /// What can be done about the target at an index, as it was when it was last [looked](Self::look) for; nothing where it was
    /// made for the base that is here, or not learnt here, or is being learnt.
    pub(crate) fn again(&self, index: i32) -> Option<Again> {
        let all = lock(&self.again);
        let mut own = all.iter().filter(|(known, _)| *known == index);
        own.next().map(|(_, again)| again.clone())
    }

    /// Learns a target anew from its own recordings, with what it says of itself, in the place of its file, which stays until
    /// there is a better one.
    ///
    /// # Errors
    /// If its recordings are not there, it is being learnt, or nothing could be started.
    pub(crate) fn learn_again(
        &self,
        entry: &Entry,
        catalogue: &Catalogue,
    ) -> Result<(), StartError> {
        let folders = self.folder.as_deref().zip(catalogue.folder());
        let (folder, _) = folders.ok_or(StartError::NoFolder)?;
        let info = entry.info();
        let output = file_of(entry).ok_or(StartError::NoFolder)?;
        let recordings = learnt_from(output);
        if let Some(missing) = recordings.iter().find(|path| !path.exists()) {
            return Err(StartError::Gone(missing.clone()));
        }
        let stem = output.file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy().into_owned();
        if self.is_under_way(folder, &stem) {
            return Err(StartError::UnderWay(info.display_name.clone()));
        }
        let licence = Some(info.licence.clone()).filter(|licence| !licence.is_empty());
        let order = Order {
            recordings,
            output: output.to_owned(),
            replaces: true,
            status: status_file(folder, &stem),
            name: info.display_name.clone(),
            credits: info.credits.clone(),
            licence,
            kind: info.memory.map(kind),
            minutes: MINUTES,
        };
        self.begin(&order, stem)
    }

    /// Whether anything is new about targets that were made for another base.
    pub(super) fn look_for_recordings(&self, catalogue: &Catalogue) -> bool {
        let is_under_way = |entry: &Entry| {
            let stem = file_of(entry).and_then(Path::file_stem);
            let folder = self.folder.as_deref();
            folder
                .zip(stem)
                .is_some_and(|(folder, stem)| self.is_under_way(folder, &stem.to_string_lossy()))
        };
        let entries = catalogue.entries().into_iter();
        let found = entries.filter_map(|entry| Some((entry, Again::of(entry)?)));
        let found = found.filter(|(entry, _)| !is_under_way(entry));
        let now: Vec<(i32, Again)> = found.map(|(entry, again)| (entry.index(), again)).collect();
        let mut before = lock(&self.again);
        let is_new = *before != now;
        *before = now;
        is_new
    }
}

/// What the player may have said of how it sounds, which is in the file whether it was heard or said.
fn kind(memory: MemoryInfo) -> &'static str {
    match (memory.struck, memory.semitones_only) {
        (false, _) => "held",
        (true, false) => "plucked",
        (true, true) => "keys",
    }
}

fn file_of(entry: &Entry) -> Option<&Path> {
    match entry.source() {
        Source::File(file) => Some(file),
        Source::Shipped => None,
    }
}
