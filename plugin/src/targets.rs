//! The targets that can be chosen: every model of the library, decoded once per process.
//!
//! A target's parameters are small (the base that all share is the large part), so all of them stay
//! in memory until the process ends. That is what lets the audio thread change targets by itself:
//! cloning or dropping an `Arc` it got from here never allocates and never frees, because the
//! catalogue always holds one more.

use std::sync::{Arc, OnceLock};

use mynah_engine::{Library, Slots, Source, TargetEntry, TargetRef};
use mynah_models::{Base, ModelInfo, Target};

use crate::params::{MORPH_SLOTS, TARGET_SLOTS};
use crate::state::SavedTarget;

/// The shipped targets in the order of the target parameter's values, which automation relies on: new
/// ones are added at the end only.
const SHIPPED_ORDER: [&str; 9] = [
    "violin",
    "cello",
    "flute",
    "clarinet",
    "sax-alto",
    "sax-tenor",
    "trumpet",
    "piano",
    "guitar",
];

/// One target of the catalogue. Its index is the value of the target parameter.
pub struct Entry {
    info: ModelInfo,
    target: OnceLock<Result<Arc<Target>, String>>,
}

impl Entry {
    /// What the model file says about itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Why the model could not be used, once [`Catalogue::prepare`] has tried.
    pub fn problem(&self) -> Option<&str> {
        self.target.get()?.as_ref().err().map(String::as_str)
    }
}

/// All targets, shipped ones first, then the player's own.
pub struct Catalogue {
    library: Library,
    /// Held here too: the library itself forgets a base that nobody uses.
    base: OnceLock<Result<Arc<Base>, String>>,
    entries: Vec<Entry>,
    problems: Vec<String>,
}

static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();

/// The process's catalogue; the first call reads the headers of the player's own model files.
/// Not for the audio thread before that.
pub fn catalogue() -> &'static Catalogue {
    CATALOGUE.get_or_init(|| Catalogue::new(Library::with_user_folder()))
}

/// Makes `library` the process's catalogue instead of the shipped models and the player's folder:
/// for tests, before any instance exists. False when a catalogue was there already.
pub fn install(library: Library) -> bool {
    CATALOGUE.set(Catalogue::new(library)).is_ok()
}

impl Catalogue {
    pub(crate) fn new(library: Library) -> Self {
        let mut problems: Vec<String> = library
            .problems()
            .iter()
            .map(|(path, problem)| format!("{}: {problem}", path.display()))
            .collect();
        let place = |entry: &TargetEntry| {
            let known = SHIPPED_ORDER
                .iter()
                .position(|name| *name == entry.info.name);
            match entry.source {
                Source::Shipped => known.unwrap_or(SHIPPED_ORDER.len()),
                Source::File(_) => SHIPPED_ORDER.len() + 1,
            }
        };
        let mut listed: Vec<&TargetEntry> = library.entries().iter().collect();
        listed.sort_by_key(|entry| place(entry));
        let entries: Vec<Entry> = listed
            .into_iter()
            .take(TARGET_SLOTS)
            .map(|entry| Entry {
                info: entry.info.clone(),
                target: OnceLock::new(),
            })
            .collect();
        let left_out = library.entries().len() - entries.len();
        if left_out > 0 {
            problems.push(format!(
                "{left_out} models left out: there is room for {TARGET_SLOTS}"
            ));
        }
        Self {
            library,
            base: OnceLock::new(),
            entries,
            problems,
        }
    }

    /// Decodes the base and every target that is not decoded yet. Main thread: allocates and reads
    /// files.
    ///
    /// # Errors
    /// The sentence that says why there is no base model. A target that cannot be used only says so
    /// itself, in [`Entry::problem`].
    pub fn prepare(&self) -> Result<Arc<Base>, String> {
        let base = self.base.get_or_init(|| {
            let base = self.library.base();
            base.map_err(|error| error.to_string())
        });
        for entry in &self.entries {
            entry.target.get_or_init(|| {
                let reference = TargetRef {
                    name: entry.info.name.clone(),
                    hash: Some(entry.info.hash),
                };
                self.library
                    .load(&reference)
                    .map_err(|error| error.to_string())
            });
        }
        base.clone()
    }

    /// What the base model's file says of itself, once [`Self::prepare`] has decoded it.
    pub fn base_info(&self) -> Option<&ModelInfo> {
        Some(self.base.get()?.as_ref().ok()?.info())
    }

    /// Why there is no base model, once [`Self::prepare`] has tried.
    pub fn base_problem(&self) -> Option<&str> {
        self.base.get()?.as_ref().err().map(String::as_str)
    }

    /// All entries, in the order of the target parameter's values.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a value of the target parameter.
    pub fn entry(&self, slot: i32) -> Option<&Entry> {
        self.entries.get(usize::try_from(slot).ok()?)
    }

    /// The decoded target at a value of the target parameter, or `None` when the slot is empty or
    /// its model unusable. Safe on the audio thread once [`Self::prepare`] has run.
    pub fn target(&self, slot: i32) -> Option<Arc<Target>> {
        self.entry(slot)?.target.get()?.as_ref().ok().cloned()
    }

    /// The decoded targets at the values of the target parameters A to D, likewise.
    pub fn targets(&self, slots: [i32; MORPH_SLOTS]) -> Slots {
        slots.map(|slot| self.target(slot)).into()
    }

    /// The slot of exactly the model that a state names. The content decides, since a file may have
    /// been renamed; a state without a hash (written by hand) is matched by its name.
    pub fn find(&self, saved: &SavedTarget) -> Option<i32> {
        if saved.hash.is_empty() {
            return self.find_name(&saved.name);
        }
        self.entries
            .iter()
            .position(|entry| entry.info.hash.to_string() == saved.hash)
            .and_then(|index| i32::try_from(index).ok())
    }

    /// The slot of a target by its name or display name, whatever its case.
    pub fn find_name(&self, name: &str) -> Option<i32> {
        self.entries
            .iter()
            .position(|entry| {
                entry.info.display_name.eq_ignore_ascii_case(name)
                    || entry.info.name.eq_ignore_ascii_case(name)
            })
            .and_then(|index| i32::try_from(index).ok())
    }

    /// Model files that could not be offered, one sentence each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn shipped_targets_stand_in_their_published_order() {
        let catalogue = Catalogue::new(Library::shipped());
        let names: Vec<&str> = catalogue
            .entries()
            .iter()
            .map(|entry| entry.info().name.as_str())
            .collect();
        assert_eq!(names, SHIPPED_ORDER);
        assert!(catalogue.problems().is_empty());
    }

    #[test]
    fn every_shipped_target_can_be_used() {
        let catalogue = Catalogue::new(Library::shipped());
        assert!(catalogue.target(0).is_none(), "nothing is decoded yet");
        catalogue.prepare().unwrap();
        assert_eq!(catalogue.base_problem(), None);
        for (slot, entry) in catalogue.entries().iter().enumerate() {
            assert_eq!(entry.problem(), None);
            let target = catalogue.target(slot as i32).unwrap();
            assert_eq!(target.info().hash, entry.info().hash);
        }
        assert!(catalogue.target(-1).is_none());
        assert!(catalogue.target(63).is_none());
    }

    #[test]
    fn content_decides_over_the_name() {
        let catalogue = Catalogue::new(Library::shipped());
        let hash = catalogue.entries()[2].info().hash.to_string();
        let saved = |name: &str, hash: &str| SavedTarget {
            name: name.to_owned(),
            hash: hash.to_owned(),
        };
        assert_eq!(catalogue.find(&saved("renamed", &hash)), Some(2));
        assert_eq!(catalogue.find(&saved("violin", "0123")), None);
        assert_eq!(catalogue.find(&saved("Violin", "")), Some(0));
        assert_eq!(catalogue.find(&saved("kazoo", "")), None);
    }

    #[test]
    fn without_a_base_there_is_a_sentence() {
        let catalogue = Catalogue::new(Library::from_models(None, Vec::new()));
        assert!(catalogue.prepare().is_err());
        assert!(catalogue.base_problem().is_some());
    }
}
