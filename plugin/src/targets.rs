//! The targets that can be chosen: every model of the library, decoded once per process, and those that a player
//! adds while it runs.
//!
//! A target's parameters are small (the base that all share is the large part), so all of them stay
//! in memory until the process ends. That is what lets the audio thread change targets by itself:
//! cloning or dropping an `Arc` it got from here never allocates and never frees, because the
//! catalogue always holds one more. There is a fixed place for each value of a target parameter, which is filled once
//! and never moves: the audio thread sees either nothing there or a target that is ready to sound. Each model has the
//! same place in every process (`places.rs`).

mod places;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use mynah_engine::{Library, LibraryError, Slots, Source, TargetEntry, TargetRef, user_folder};
use mynah_models::{Base, ModelInfo, Target};

use crate::params::{MORPH_SLOTS, TARGET_SLOTS, choice_text, slot_without_model};
use crate::state::{SavedTarget, lock};
use places::{Places, SHIPPED};

/// One target of the catalogue.
pub struct Entry {
    slot: i32,
    /// How many were there before it.
    order: usize,
    choice: String,
    info: ModelInfo,
    source: Source,
    target: OnceLock<Result<Arc<Target>, String>>,
}

impl Entry {
    /// The value of the target parameter that chooses it.
    pub fn slot(&self) -> i32 {
        self.slot
    }

    /// What hosts call it: its name, and its place besides if another has that name.
    pub fn choice(&self) -> &str {
        &self.choice
    }

    /// Its place among all in the order in which they came. Safe on the audio thread.
    pub(crate) fn order(&self) -> usize {
        self.order
    }

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
    #[error(
        "there is no room for another model: each of the {TARGET_SLOTS} places has one or had one, and automation \
         may still mean it"
    )]
    Full,
    /// The place of the model could not be written down.
    #[error("the place of the model cannot be kept in {}: {source}", folder.display())]
    Places {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The player has no folder of models.
    #[error("there is no folder for your own models: this user has no home folder")]
    NoFolder,
}

/// All targets: shipped ones, those of the player's folder, and those added since.
pub struct Catalogue {
    library: Library,
    /// Where models that are added are copied to.
    folder: Option<PathBuf>,
    /// Held here too: the library itself forgets a base that nobody uses.
    base: OnceLock<Result<Arc<Base>, String>>,
    places: [OnceLock<Entry>; TARGET_SLOTS],
    /// How many places are filled.
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
/// for tests, before any instance exists. Nothing is kept in the player's folder then. False when a catalogue was there already.
pub fn install(library: Library) -> bool {
    crate::look::keep_nothing();
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
        let (mut places, problem) = Places::of(folder.as_deref());
        problems.extend(problem);
        let mut catalogue = Self {
            library,
            folder,
            base: OnceLock::new(),
            places: [const { OnceLock::new() }; TARGET_SLOTS],
            filled: AtomicUsize::new(0),
            adding: Mutex::new(()),
            problems: Vec::new(),
        };
        let left_out = catalogue.fill(&mut places);
        if left_out > 0 {
            problems.push(format!("{left_out} models left out: {}", AddError::Full));
        }
        if let Err(source) = places.keep() {
            let folder = catalogue.folder.clone().unwrap_or_default();
            problems.push(AddError::Places { folder, source }.to_string());
        }
        catalogue.problems = problems;
        catalogue
    }

    /// Puts all models of the library into their places; how many find none.
    fn fill(&self, places: &mut Places) -> usize {
        let mut seen = HashSet::new();
        let listed = self.library.entries().iter();
        // A copy of a model that is here is the same model.
        let listed = listed.filter(|entry| seen.insert(entry.info.hash));
        let (shipped, own): (Vec<&TargetEntry>, Vec<&TargetEntry>) =
            listed.partition(|entry| entry.source == Source::Shipped);
        if places.is_new() {
            places.begin(own.iter().map(|entry| entry.info.hash.to_string()));
        }
        let filled = |place: usize| self.places[place].get().is_some();
        let mut left_out = 0;
        let mut put = |place: Option<usize>, entry: &TargetEntry| match place {
            Some(place) => {
                self.put(place, &entry.info, entry.source.clone(), OnceLock::new());
            }
            None => left_out += 1,
        };
        let published = |entry: &TargetEntry| {
            let mut known = SHIPPED.iter().filter(|(name, _)| *name == entry.info.name);
            known.next().map(|(_, place)| *place)
        };
        let (known, others): (Vec<&TargetEntry>, Vec<&TargetEntry>) = shipped
            .into_iter()
            .partition(|entry| published(entry).is_some());
        for entry in known {
            let free = published(entry).filter(|place| !places.is_given(*place) && !filled(*place));
            let key = format!("shipped {}", entry.info.name);
            let kept = || places.known(&key);
            let place = free.or_else(kept).filter(|place| !filled(*place));
            put(place.or_else(|| places.give(&key, filled)), entry);
        }
        for entry in others {
            let free = |place: &usize| !places.is_given(*place) && !filled(*place);
            put((0..TARGET_SLOTS).find(free), entry);
        }
        for entry in own {
            let key = entry.info.hash.to_string();
            let kept = places.known(&key).filter(|place| !filled(*place));
            put(kept.or_else(|| places.give(&key, filled)), entry);
        }
        left_out
    }

    /// Fills a place, which must be empty.
    fn put(
        &self,
        place: usize,
        info: &ModelInfo,
        source: Source,
        target: OnceLock<Result<Arc<Target>, String>>,
    ) {
        let order = self.filled.load(Ordering::Relaxed);
        let choice = self.free_choice(place, info);
        self.places[place].get_or_init(|| Entry {
            slot: place as i32,
            order,
            choice,
            info: info.clone(),
            source,
            target,
        });
        self.filled.store(order + 1, Ordering::Release);
    }

    /// What to call a model that comes to a place, so that its name means nothing else.
    fn free_choice(&self, place: usize, info: &ModelInfo) -> String {
        let name = match choice_text(&info.display_name) {
            "" => choice_text(&info.name),
            name => name,
        };
        let is_taken = |choice: &str| {
            let others = self.entries();
            let same = |entry: &&Entry| entry.choice.eq_ignore_ascii_case(choice);
            slot_without_model(choice).is_some() || others.iter().any(same)
        };
        let mut choice = name.to_owned();
        while is_taken(&choice) {
            choice = format!("{choice} ({})", place + 1);
        }
        choice
    }

    /// Checks a model file, copies it into the player's folder, never in the place of another, and adds its target
    /// at a place that is its own from then on, ready to sound in every instance of the process; its slot. A model that
    /// is here already is not added again. Any thread but the audio thread's.
    ///
    /// # Errors
    /// If the file is no target for the base here, or if there is no room for it. Nothing is copied then.
    pub fn add(&self, file: &Path) -> Result<i32, AddError> {
        let _one_at_a_time = lock(&self.adding);
        let hash = self.library.load_file(file)?.info().hash;
        let here = self.entries();
        if let Some(entry) = here.iter().find(|entry| entry.info.hash == hash) {
            return Ok(entry.slot);
        }
        let folder = self.folder.as_ref().ok_or(AddError::NoFolder)?;
        let no_place = |source| AddError::Places {
            folder: folder.clone(),
            source,
        };
        if here.len() < TARGET_SLOTS {
            // For the lock, without which another process could give the same place.
            std::fs::create_dir_all(folder).map_err(no_place)?;
        }
        let (mut places, _) = Places::of(Some(folder));
        let key = hash.to_string();
        let filled = |place: usize| self.places[place].get().is_some();
        let kept = places.known(&key).filter(|place| !filled(*place));
        let place = kept.or_else(|| places.give(&key, filled));
        let place = place.ok_or(AddError::Full)?;
        let (path, target) = self.library.install_file(file, folder)?;
        places.keep().map_err(no_place)?;
        let info = target.info().clone();
        self.put(place, &info, Source::File(path), OnceLock::from(Ok(target)));
        Ok(place as i32)
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
        self.places.iter().filter_map(OnceLock::get).collect()
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
            let found = self.entries().into_iter().find(|entry| wanted(entry))?;
            Some(found.slot)
        };
        let known = |hash: &String| position(&|entry| entry.info.hash.to_string() == *hash);
        let itself = [&saved.plays, &saved.hash].into_iter().find_map(known);
        let became = || position(&|entry| saved.became(entry)).map(Found::Retrained);
        itself.map(Found::Itself).or_else(became)
    }

    /// The slot of a target by its name or display name, whatever its case.
    pub fn find_name(&self, name: &str) -> Option<i32> {
        let named = |entry: &&Entry| {
            entry.info.display_name.eq_ignore_ascii_case(name)
                || entry.info.name.eq_ignore_ascii_case(name)
        };
        Some(self.entries().into_iter().find(named)?.slot)
    }

    /// The slot of a target by what hosts call it, whatever its case.
    pub(crate) fn find_choice(&self, choice: &str) -> Option<i32> {
        let mut entries = self.entries().into_iter();
        let found = entries.find(|entry| entry.choice.eq_ignore_ascii_case(choice))?;
        Some(found.slot)
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
