//! The targets that can be chosen: every model of the library, decoded once per process, and those that a player
//! adds while it runs.
//!
//! A target's parameters are small (the base that all share is the large part), so all of them stay
//! in memory until the process ends. That is what lets the audio thread change targets by itself:
//! cloning or dropping an `Arc` it got from here never allocates and never frees, because the
//! catalogue always holds one more. There is a fixed entry for each value of a target parameter, which is filled once
//! and never moves: the audio thread sees either nothing there or a target that is ready to sound. Each model has the
//! same index in every process (`indices.rs`). A target that is learnt here gets better while it is here (`learnt.rs`).

mod entry;
mod learnt;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use mynah_engine::{Corners, Library, LibraryError, Source, TargetEntry, TargetRef};
use mynah_models::timbre::TimbreSpace;
use mynah_models::{Base, ModelInfo, Target};

pub use entry::Entry;

use entry::{MOST_RENEWALS, Version};

use super::indices::{Indices, SHIPPED};
use super::parameter::{choice_text, index_without_model};
use super::{CORNERS, TARGET_INDICES};
use crate::lock::lock;

/// Why a model could not be added. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum AddError {
    /// The file is no target, or could not be copied.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// All indices are given away.
    #[error(
        "there is no room for another model: each of the {TARGET_INDICES} places has one or had one, and automation \
         may still mean it"
    )]
    Full,
    /// The index of the model could not be written down.
    #[error("the place of the model cannot be kept in {}: {source}", folder.display())]
    Indices {
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
    by_index: [OnceLock<Entry>; TARGET_INDICES],
    /// How many indices are filled.
    filled: AtomicUsize,
    /// How often an index was filled, or what is there was renewed.
    changes: AtomicUsize,
    /// Held while an index is being filled. Never by the audio thread.
    adding: Mutex<()>,
    problems: Vec<String>,
}

/// What comes to an index.
struct New<'a> {
    info: &'a ModelInfo,
    made_for_another_base: bool,
    source: Source,
    learnt: bool,
}

impl Catalogue {
    /// The models of a library; those that are added are copied into `folder`.
    pub(crate) fn new(library: Library, folder: Option<PathBuf>) -> Self {
        let mut problems: Vec<String> = library
            .problems()
            .iter()
            .map(|(path, problem)| format!("{}: {problem}", path.display()))
            .collect();
        let (mut indices, problem) = Indices::of(folder.as_deref());
        problems.extend(problem);
        let mut catalogue = Self {
            library,
            folder,
            base: OnceLock::new(),
            by_index: [const { OnceLock::new() }; TARGET_INDICES],
            filled: AtomicUsize::new(0),
            changes: AtomicUsize::new(0),
            adding: Mutex::new(()),
            problems: Vec::new(),
        };
        let left_out = catalogue.fill(&mut indices);
        if left_out > 0 {
            problems.push(format!("{left_out} models left out: {}", AddError::Full));
        }
        if let Err(source) = indices.keep() {
            let folder = catalogue.folder.clone().unwrap_or_default();
            problems.push(AddError::Indices { folder, source }.to_string());
        }
        catalogue.problems = problems;
        catalogue
    }

    /// Puts all models of the library into their indices; how many find none.
    fn fill(&self, indices: &mut Indices) -> usize {
        let mut seen = HashSet::new();
        let listed = self.library.entries().iter();
        // A copy of a model that is here is the same model.
        let listed = listed.filter(|entry| seen.insert(entry.info.hash));
        let (shipped, own): (Vec<&TargetEntry>, Vec<&TargetEntry>) =
            listed.partition(|entry| entry.source == Source::Shipped);
        if indices.is_new() {
            indices.begin(own.iter().map(|entry| own_key(entry)));
        }
        let filled = |index: usize| self.by_index[index].get().is_some();
        let mut left_out = 0;
        let mut put = |index: Option<usize>, entry: &TargetEntry| match index {
            Some(index) => {
                let new = New {
                    info: &entry.info,
                    made_for_another_base: entry.made_for_another_base,
                    source: entry.source.clone(),
                    learnt: entry.learnt,
                };
                self.put(index, new, OnceLock::new());
            }
            None => left_out += 1,
        };
        let published = |entry: &TargetEntry| {
            let mut known = SHIPPED.iter().filter(|(name, _)| *name == entry.info.name);
            known.next().map(|(_, index)| *index)
        };
        let (known, others): (Vec<&TargetEntry>, Vec<&TargetEntry>) = shipped
            .into_iter()
            .partition(|entry| published(entry).is_some());
        for entry in known {
            let free =
                published(entry).filter(|index| !indices.is_given(*index) && !filled(*index));
            let key = format!("shipped {}", entry.info.name);
            let kept = || indices.known(&key);
            let index = free.or_else(kept).filter(|index| !filled(*index));
            put(index.or_else(|| indices.give(&key, filled)), entry);
        }
        for entry in others {
            let free = |index: &usize| !indices.is_given(*index) && !filled(*index);
            put((0..TARGET_INDICES).find(free), entry);
        }
        for entry in own {
            put(self.own_index(indices, &own_key(entry)), entry);
        }
        left_out
    }

    /// The index of one of the player's own, from now on.
    fn own_index(&self, indices: &mut Indices, key: &str) -> Option<usize> {
        let filled = |index: usize| self.by_index[index].get().is_some();
        let kept = indices.known(key).filter(|index| !filled(*index));
        kept.or_else(|| indices.give(key, filled))
    }

    /// Fills an index, which must be empty.
    fn put(&self, index: usize, new: New<'_>, target: OnceLock<Result<Arc<Target>, String>>) {
        let change = self.changes.load(Ordering::Relaxed);
        let choice = self.free_choice(index, new.info);
        let renewals = if new.learnt { MOST_RENEWALS } else { 0 };
        self.by_index[index].get_or_init(|| Entry {
            index: index as i32,
            choice,
            source: new.source,
            first: Version {
                change,
                info: new.info.clone(),
                made_for_another_base: new.made_for_another_base,
                target,
            },
            later: (0..renewals).map(|_| OnceLock::new()).collect(),
        });
        self.filled.fetch_add(1, Ordering::Release);
        self.changes.store(change + 1, Ordering::Release);
    }

    /// What to call a model that comes to an index, so that its name means nothing else.
    fn free_choice(&self, index: usize, info: &ModelInfo) -> String {
        let name = match choice_text(&info.display_name) {
            "" => choice_text(&info.name),
            name => name,
        };
        let is_taken = |choice: &str| {
            let others = self.entries();
            let same = |entry: &&Entry| entry.choice.eq_ignore_ascii_case(choice);
            index_without_model(choice).is_some() || others.iter().any(same)
        };
        let mut choice = name.to_owned();
        while is_taken(&choice) {
            choice = format!("{choice} ({})", index + 1);
        }
        choice
    }

    /// Checks a model file, copies it into the player's folder, never over another, and adds its target
    /// at an index that is its own from then on, ready to sound in every instance of the process; its index. A model that
    /// is here already is not added again. Any thread but the audio thread's.
    ///
    /// # Errors
    /// If the file is no target for the base here, or if there is no room for it. Nothing is copied then.
    pub fn add(&self, file: &Path) -> Result<i32, AddError> {
        let _one_at_a_time = lock(&self.adding);
        let hash = self.library.load_file(file)?.info().hash;
        let here = self.entries();
        if let Some(entry) = here.iter().find(|entry| entry.info().hash == hash) {
            return Ok(entry.index);
        }
        let folder = self.folder.as_ref().ok_or(AddError::NoFolder)?;
        let not_kept = |source| AddError::Indices {
            folder: folder.clone(),
            source,
        };
        if here.len() < TARGET_INDICES {
            // For the lock, without which another process could give the same index.
            std::fs::create_dir_all(folder).map_err(not_kept)?;
        }
        let (mut indices, _) = Indices::of(Some(folder));
        let index = self.own_index(&mut indices, &hash.to_string());
        let index = index.ok_or(AddError::Full)?;
        let (path, target) = self.library.install_file(file, folder)?;
        indices.keep().map_err(not_kept)?;
        let new = New {
            info: target.info(),
            made_for_another_base: target.made_for_another_base(),
            source: Source::File(path),
            learnt: false,
        };
        self.put(index, new, OnceLock::from(Ok(target.clone())));
        Ok(index as i32)
    }

    /// How many targets there are. Safe on the audio thread.
    pub fn count(&self) -> usize {
        self.filled.load(Ordering::Acquire)
    }

    /// How often a target has come, or become better ([`Entry::change`]). Safe on the audio thread.
    pub(crate) fn changes(&self) -> usize {
        self.changes.load(Ordering::Acquire)
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
            entry.first.target.get_or_init(|| {
                let reference = TargetRef {
                    name: entry.first.info.name.clone(),
                    hash: Some(entry.first.info.hash),
                };
                let target = self.library.load(&reference);
                target.map_err(|error| error.to_string())
            });
            if entry.is_learnt()
                && entry.problem().is_some()
                && let Source::File(file) = &entry.source
            {
                // Its file may have become better since it was listed. If not, the problem stands.
                let _ = self.take_learnt(file);
            }
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

    /// What the player should know of how the networks are computed on this processor, once [`Self::prepare`] has decoded
    /// them; nothing where all is well.
    pub fn kernel_note(&self) -> Option<&'static str> {
        let base = self.base.get().and_then(|base| base.as_ref().ok());
        let of_base = base.and_then(|base| base.kernel_note());
        let targets = self.by_index.iter().filter_map(OnceLock::get);
        let mut targets = targets.filter_map(|entry| entry.decoded()?.as_ref().ok());
        of_base.or_else(|| targets.find_map(|target| target.kernel_note()))
    }

    /// The space in which timbres are moved, once [`Self::prepare`] has decoded the base; none in a build without one.
    pub(crate) fn timbre(&self) -> Option<&TimbreSpace> {
        let base = self.base.get()?.as_ref().ok()?;
        base.timbre().map(|timbre| &**timbre)
    }

    /// With a base that was decoded elsewhere.
    #[cfg(test)]
    pub(crate) fn with_base(self, base: Arc<Base>) -> Self {
        Self {
            base: Ok(base).into(),
            ..self
        }
    }

    /// All entries, in the order of the target parameter's values. Not for the audio thread: allocates.
    pub fn entries(&self) -> Vec<&Entry> {
        self.by_index.iter().filter_map(OnceLock::get).collect()
    }

    /// The entry at a value of the target parameter.
    pub fn entry(&self, index: i32) -> Option<&Entry> {
        self.by_index.get(usize::try_from(index).ok()?)?.get()
    }

    /// The decoded target at a value of the target parameter, or `None` when the index is empty or
    /// its model unusable. Safe on the audio thread once [`Self::prepare`] has run.
    pub fn target(&self, index: i32) -> Option<Arc<Target>> {
        self.entry(index)?.decoded()?.as_ref().ok().cloned()
    }

    /// The decoded targets at the values of the target parameters A to D, likewise.
    pub fn targets(&self, indices: [i32; CORNERS]) -> Corners {
        indices.map(|index| self.target(index)).into()
    }

    /// The index of a target by its name or display name, whatever its case.
    pub fn find_name(&self, name: &str) -> Option<i32> {
        let named = |entry: &&Entry| {
            let info = entry.info();
            info.display_name.eq_ignore_ascii_case(name) || info.name.eq_ignore_ascii_case(name)
        };
        Some(self.entries().into_iter().find(named)?.index)
    }

    /// The index of a target by what hosts call it, whatever its case.
    pub(crate) fn find_choice(&self, choice: &str) -> Option<i32> {
        let mut entries = self.entries().into_iter();
        let found = entries.find(|entry| entry.choice.eq_ignore_ascii_case(choice))?;
        Some(found.index)
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

/// What the index of one of the player's own is written down by.
fn own_key(entry: &TargetEntry) -> String {
    match &entry.source {
        Source::File(file) if entry.learnt => learnt::key(file),
        _ => entry.info.hash.to_string(),
    }
}

#[cfg(test)]
mod tests;
