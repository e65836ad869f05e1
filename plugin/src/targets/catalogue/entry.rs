//! One target of the catalogue, and what became of it while it was learnt.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use mynah_engine::{MADE_FOR_ANOTHER_BASE, Source};
use mynah_models::{ModelInfo, Target};

/// How often a target that is learnt can be renewed in one process: every version stays in memory, under 2 MiB each.
pub(super) const MOST_RENEWALS: usize = 16;

/// One target of the catalogue.
pub struct Entry {
    pub(super) index: i32,
    pub(super) choice: String,
    pub(super) source: Source,
    pub(super) first: Version,
    /// Filled one after the other, each once; none where the target is not learnt here. So the audio thread always finds one
    /// that is ready, and nothing that it has is ever freed.
    pub(super) later: Box<[OnceLock<Version>]>,
}

/// A target as its file was at one time.
pub(super) struct Version {
    /// How many changes of the catalogue were before it.
    pub(super) change: usize,
    pub(super) info: ModelInfo,
    pub(super) made_for_another_base: bool,
    pub(super) target: OnceLock<Result<Arc<Target>, String>>,
}

impl Entry {
    /// The value of the target parameter that chooses it.
    pub fn index(&self) -> i32 {
        self.index
    }

    /// What hosts call it: its name, and a number besides if another has that name.
    pub fn choice(&self) -> &str {
        &self.choice
    }

    /// How many changes of the catalogue came before this one, or before it became what it is. Safe on the audio thread.
    pub(crate) fn change(&self) -> usize {
        self.present().change
    }

    /// How often it has become better since it is here. Safe on the audio thread.
    pub(crate) fn renewals(&self) -> usize {
        self.later.iter().map_while(OnceLock::get).count()
    }

    /// What the model file says about itself.
    pub fn info(&self) -> &ModelInfo {
        &self.present().info
    }

    /// Where the model is.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it is learnt here, or was: then it is the one of its name, whatever its hash was.
    pub fn is_learnt(&self) -> bool {
        !self.later.is_empty()
    }

    /// Whether its content is this, or was before it became better. `hash` is lower-case hex.
    pub(crate) fn has_hash(&self, hash: &str) -> bool {
        let later = self.later.iter().map_while(OnceLock::get);
        let mut all = std::iter::once(&self.first).chain(later);
        all.any(|version| version.info.hash.to_string() == hash)
    }

    /// What the player is to know of it, if it was made for another base.
    pub fn note(&self) -> Option<&'static str> {
        self.present()
            .made_for_another_base
            .then_some(MADE_FOR_ANOTHER_BASE)
    }

    /// Why the model could not be used, once [`Catalogue::prepare`](super::Catalogue::prepare) has tried.
    pub fn problem(&self) -> Option<&str> {
        self.decoded()?.as_ref().err().map(String::as_str)
    }

    /// What came of decoding it, once that was tried. Safe on the audio thread.
    pub(super) fn decoded(&self) -> Option<&Result<Arc<Target>, String>> {
        self.present().target.get()
    }

    pub(super) fn is_of(&self, path: &Path) -> bool {
        matches!(&self.source, Source::File(file) if file == path)
    }

    /// Makes it what its file is now, as the `change`th change of the catalogue; whether there was room.
    pub(super) fn renew(&self, target: Arc<Target>, change: usize) -> bool {
        let Some(next) = self.later.get(self.renewals()) else {
            return false;
        };
        let version = Version {
            change,
            info: target.info().clone(),
            made_for_another_base: target.made_for_another_base(),
            target: OnceLock::from(Ok(target)),
        };
        next.set(version).is_ok()
    }

    /// As it is now.
    fn present(&self) -> &Version {
        let later = self.later.iter().map_while(OnceLock::get);
        later.last().unwrap_or(&self.first)
    }
}
