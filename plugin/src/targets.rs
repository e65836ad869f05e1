//! The targets that can be chosen: every model of the library, decoded once per process, and those that a player
//! adds while it runs.
//!
//! A target's parameters are small (the base that all share is the large part), so all of them stay
//! in memory until the process ends. That is what lets the audio thread change targets by itself:
//! cloning or dropping an `Arc` it got from here never allocates and never frees, because the
//! catalogue always holds one more. There is a fixed place for each value of a target parameter, which is filled once
//! and never moves: the audio thread sees either nothing there or a target that is ready to sound.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use mynah_engine::{Library, LibraryError, Slots, Source, TargetEntry, TargetRef, user_folder};
use mynah_models::{Base, ModelInfo, Target};

use crate::params::{MORPH_SLOTS, TARGET_SLOTS};
use crate::state::{SavedTarget, lock};

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
    source: Source,
    target: OnceLock<Result<Arc<Target>, String>>,
}

impl Entry {
    /// What the model file says about itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Where the model is.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Why the model could not be used, once [`Catalogue::prepare`] has tried.
    pub fn problem(&self) -> Option<&str> {
        self.target.get()?.as_ref().err().map(String::as_str)
    }
}

/// Where the model that a state names is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The very one, or the one that played when the state was saved.
    Itself(i32),
    /// The shipped model of its name, which was retrained since.
    Retrained(i32),
}

impl Found {
    /// Its slot.
    pub fn slot(self) -> i32 {
        match self {
            Found::Itself(slot) | Found::Retrained(slot) => slot,
        }
    }
}

/// Why a model could not be added. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum AddError {
    /// The file is no target, or could not be copied.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// All places are taken.
    #[error("there is no room for another model: there are {TARGET_SLOTS} already")]
    Full,
    /// The player has no folder of models.
    #[error("there is no folder for your own models: this user has no home folder")]
    NoFolder,
}

/// All targets: shipped ones first, then those of the player's folder, then those added since.
pub struct Catalogue {
    library: Library,
    /// Where models that are added are copied to.
    folder: Option<PathBuf>,
    /// Held here too: the library itself forgets a base that nobody uses.
    base: OnceLock<Result<Arc<Base>, String>>,
    places: [OnceLock<Entry>; TARGET_SLOTS],
    /// How many places are filled; they are filled in order.
    filled: AtomicUsize,
    /// Held while a place is being filled. Never by the audio thread.
    adding: Mutex<()>,
    problems: Vec<String>,
}

static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();

/// The process's catalogue; the first call reads the headers of the player's own model files.
/// Not for the audio thread before that.
pub fn catalogue() -> &'static Catalogue {
    CATALOGUE.get_or_init(|| Catalogue::new(Library::with_user_folder(), user_folder()))
}

/// Makes `library` the process's catalogue instead of the shipped models and the player's folder:
/// for tests, before any instance exists. False when a catalogue was there already.
pub fn install(library: Library) -> bool {
    CATALOGUE.set(Catalogue::new(library, None)).is_ok()
}

impl Catalogue {
    /// The models of a library; those that are added are copied into `folder`.
    pub(crate) fn new(library: Library, folder: Option<PathBuf>) -> Self {
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
        let left_out = listed.len().saturating_sub(TARGET_SLOTS);
        if left_out > 0 {
            problems.push(format!(
                "{left_out} models left out: there is room for {TARGET_SLOTS}"
            ));
        }
        let places = [const { OnceLock::new() }; TARGET_SLOTS];
        let filled = listed.len() - left_out;
        for (place, listed) in places.iter().zip(listed) {
            place.get_or_init(|| Entry {
                info: listed.info.clone(),
                source: listed.source.clone(),
                target: OnceLock::new(),
            });
        }
        Self {
            library,
            folder,
            base: OnceLock::new(),
            places,
            filled: AtomicUsize::new(filled),
            adding: Mutex::new(()),
            problems,
        }
    }

    /// Checks a model file, copies it into the player's folder, never in the place of another, and adds its target
    /// behind the others, ready to sound in every instance of the process; its slot. A model that is here already
    /// is not added again. Any thread but the audio thread's.
    ///
    /// # Errors
    /// If the file is no target for the base here, or if there is no room for it. Nothing is copied then.
    pub fn add(&self, file: &Path) -> Result<i32, AddError> {
        let _one_at_a_time = lock(&self.adding);
        let hash = self.library.load_file(file)?.info().hash;
        let mut entries = self.entries().into_iter();
        if let Some(slot) = entries.position(|entry| entry.info.hash == hash) {
            return Ok(slot as i32);
        }
        let slot = self.filled.load(Ordering::Relaxed);
        let place = self.places.get(slot).ok_or(AddError::Full)?;
        let folder = self.folder.as_ref().ok_or(AddError::NoFolder)?;
        let (path, target) = self.library.install_file(file, folder)?;
        place.get_or_init(|| Entry {
            info: target.info().clone(),
            source: Source::File(path),
            target: OnceLock::from(Ok(target)),
        });
        self.filled.store(slot + 1, Ordering::Release);
        Ok(slot as i32)
    }

    /// How many targets there are. Safe on the audio thread.
    pub fn count(&self) -> usize {
        self.filled.load(Ordering::Acquire)
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
        for entry in self.entries() {
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

    /// All entries, in the order of the target parameter's values. Not for the audio thread: allocates.
    pub fn entries(&self) -> Vec<&Entry> {
        self.places.iter().map_while(OnceLock::get).collect()
    }

    /// The entry at a value of the target parameter.
    pub fn entry(&self, slot: i32) -> Option<&Entry> {
        self.places.get(usize::try_from(slot).ok()?)?.get()
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

    /// The model that a state names. The content decides, since a file may have been renamed: of what played when it was
    /// saved, then of what was meant before that. If it is not here, a shipped model of that name is what became of
    /// it. A state without a hash (written by hand) is matched by its name.
    pub fn find(&self, saved: &SavedTarget) -> Option<Found> {
        if saved.hash.is_empty() {
            return self.find_name(&saved.name).map(Found::Itself);
        }
        let position = |wanted: &dyn Fn(&Entry) -> bool| {
            let index = self.entries().into_iter().position(wanted)?;
            i32::try_from(index).ok()
        };
        let known = |hash: &String| position(&|entry| entry.info.hash.to_string() == *hash);
        let itself = [&saved.plays, &saved.hash].into_iter().find_map(known);
        let became = || position(&|entry| saved.became(entry)).map(Found::Retrained);
        itself.map(Found::Itself).or_else(became)
    }

    /// The slot of a target by its name or display name, whatever its case.
    pub fn find_name(&self, name: &str) -> Option<i32> {
        self.entries()
            .iter()
            .position(|entry| {
                entry.info.display_name.eq_ignore_ascii_case(name)
                    || entry.info.name.eq_ignore_ascii_case(name)
            })
            .and_then(|index| i32::try_from(index).ok())
    }

    /// Where models that are added are copied to.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Model files that could not be offered, one sentence each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

#[cfg(test)]
#[path = "targets_tests.rs"]
mod tests;
