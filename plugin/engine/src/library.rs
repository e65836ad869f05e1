//! The models at hand: those inside the binary, and the player's own in a folder.
//!
//! Not for the audio thread: everything here reads files, allocates or locks.

mod continuation;
mod error;
mod install;
mod learnt;
mod own;
mod realness;
mod shared;
mod timbre;
mod voices;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::{fs, io};

use mynah_models::{Base, ModelHash, ModelInfo, ModelKind, Target};

pub use continuation::shipped_continuation;
pub use error::LibraryError;
pub use learnt::{forget_learnt, is_learnt, learning_state, learnt_from, mark_learnt};
pub use realness::shipped_realness;
pub use timbre::shipped_timbre;
pub use voices::shipped_voices;

use crate::user_file::{ReadError, read_whole};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// No model file may be larger: what the format allows.
pub const MAX_MODEL_FILE_BYTES: u64 = mynah_models::MAX_FILE_BYTES as u64;

/// What a player is to know of a target that was made for another base.
pub const MADE_FOR_ANOTHER_BASE: &str = "Made for another version of Mynah: its recorded notes play as they were, and where \
                                         none does, it has one colour.";

type Bytes = Cow<'static, [u8]>;

/// Where a target comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Inside the binary.
    Shipped,
    /// A file of the player's.
    File(PathBuf),
}

/// A target that can be loaded.
#[derive(Clone, Debug)]
pub struct TargetEntry {
    /// What its file says about itself.
    pub info: ModelInfo,
    /// Where it is.
    pub source: Source,
    /// How large its file is.
    pub size_bytes: u64,
    /// Whether it was made for another base than the one here: then only its recorded notes play
    /// ([`MADE_FOR_ANOTHER_BASE`]).
    pub made_for_another_base: bool,
    /// Whether it is learnt here ([`mark_learnt`]): then it is the one of its name, whatever its hash was.
    pub learnt: bool,
    /// The file itself, if it is in memory anyway.
    bytes: Option<Bytes>,
}

/// Names a target, as saved states and command lines do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetRef {
    /// The model's name, such as `cello`; capitals make no difference.
    pub name: String,
    /// The file's hash, to get this very version; without it, the first one of that name.
    pub hash: Option<ModelHash>,
}

impl From<&TargetEntry> for TargetRef {
    fn from(entry: &TargetEntry) -> TargetRef {
        TargetRef {
            name: entry.info.name.clone(),
            hash: Some(entry.info.hash),
        }
    }
}

/// The models at hand. Listing reads only what the files say about themselves.
pub struct Library {
    base: Option<(Bytes, ModelInfo)>,
    entries: Vec<TargetEntry>,
    problems: Vec<(PathBuf, String)>,
}

/// Running instances share one base: it is large and never changes.
static SHARED_BASE: Mutex<Option<(ModelHash, Weak<Base>)>> = Mutex::new(None);

impl Library {
    /// The models inside the binary. Empty in a build made without trained models.
    pub fn shipped() -> Library {
        let targets = SHIPPED_TARGETS
            .iter()
            .map(|(name, bytes)| (format!("assets/targets/{name}"), Cow::Borrowed(*bytes)));
        Library::from_models(SHIPPED_BASE.map(Cow::Borrowed), targets.collect())
    }

    /// The models inside the binary, then those in the player's folder (see [`user_folder`]).
    pub fn with_user_folder() -> Library {
        match user_folder() {
            Some(folder) => Library::with_folder(&folder),
            None => Library::shipped(),
        }
    }

    /// The models inside the binary, then those in a folder. A folder that does not exist is empty.
    pub fn with_folder(folder: &Path) -> Library {
        let mut library = Library::shipped();
        library.add_folder(folder);
        library
    }

    /// Models of one's own instead of the shipped ones: a base, and targets with a name for messages.
    pub fn from_models(base: Option<Bytes>, targets: Vec<(String, Bytes)>) -> Library {
        let mut library = Library {
            base: None,
            entries: Vec::new(),
            problems: Vec::new(),
        };
        if let Some(bytes) = base {
            let path = PathBuf::from("assets/base.mynah");
            match read_info(&path, &bytes) {
                Ok(info) => library.base = Some((bytes, info)),
                Err(error) => library.problems.push((path, error.to_string())),
            }
        }
        for (name, bytes) in targets {
            library.add(PathBuf::from(name), bytes, true);
        }
        library
    }

    /// Adds the `.mynah` files of a folder, in the order of their names. Those that cannot be used are
    /// found in [`problems`](Self::problems).
    pub fn add_folder(&mut self, folder: &Path) {
        let files = match model_files(folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(source) => {
                let error = LibraryError::Read {
                    path: folder.to_owned(),
                    source,
                };
                return self.problems.push((folder.to_owned(), error.to_string()));
            }
        };
        for path in files {
            match read_file(&path) {
                Ok(bytes) => self.add(path, Cow::Owned(bytes), false),
                Err(error) => self.problems.push((path, error.to_string())),
            }
        }
    }

    /// The targets: first the shipped ones, then the player's.
    pub fn entries(&self) -> &[TargetEntry] {
        &self.entries
    }

    /// The files that are no usable models, and why, in a sentence.
    pub fn problems(&self) -> &[(PathBuf, String)] {
        &self.problems
    }

    /// The base's file.
    ///
    /// # Errors
    /// If this build carries none.
    pub fn base_file(&self) -> Result<&[u8], LibraryError> {
        let (bytes, _) = self.base.as_ref().ok_or(LibraryError::NoBase)?;
        Ok(bytes)
    }

    /// The files of the shipped targets, with their names.
    pub fn shipped_files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.entries.iter();
        files.filter_map(|entry| Some((entry.info.name.as_str(), entry.bytes.as_deref()?)))
    }

    /// The base model, ready to run. Instances in one process share it, as long as one of them lives.
    ///
    /// # Errors
    /// If this build carries no base, or a broken one.
    pub fn base(&self) -> Result<Arc<Base>, LibraryError> {
        let (bytes, info) = self.base.as_ref().ok_or(LibraryError::NoBase)?;
        let mut shared = SHARED_BASE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((hash, base)) = shared.as_ref()
            && *hash == info.hash
            && let Some(base) = base.upgrade()
        {
            return Ok(base);
        }
        let path = PathBuf::from("assets/base.mynah");
        let base =
            Base::from_bytes(bytes).map_err(|source| LibraryError::Model { path, source })?;
        let base = Arc::new(match shipped_timbre()? {
            Some(timbre) => base.with_timbre(timbre),
            None => base,
        });
        *shared = Some((info.hash, Arc::downgrade(&base)));
        Ok(base)
    }

    /// Finds a target without loading it: the very version if a hash is given, otherwise the first one
    /// of that name. A shipped target that has been retrained, or one that was learnt here and has become better, is found
    /// as it is now if it is not here as it was: then the hash is another one.
    ///
    /// # Errors
    /// If there is none, or only the player's own in another version, which was not learnt here.
    pub fn find(&self, target: &TargetRef) -> Result<&TargetEntry, LibraryError> {
        let named = |entry: &&TargetEntry| entry.info.name.eq_ignore_ascii_case(&target.name);
        let by_name = self.entries.iter().find(named);
        let Some(wanted) = target.hash else {
            return by_name.ok_or_else(|| self.unknown(target));
        };
        // The content counts: a file may have been renamed since.
        if let Some(entry) = self.entries.iter().find(|entry| entry.info.hash == wanted) {
            return Ok(entry);
        }
        let shipped = |entry: &&TargetEntry| named(entry) && entry.source == Source::Shipped;
        let learnt = |entry: &&TargetEntry| named(entry) && entry.learnt;
        let now = self.entries.iter().find(shipped);
        if let Some(entry) = now.or_else(|| self.entries.iter().find(learnt)) {
            return Ok(entry);
        }
        let found = by_name.ok_or_else(|| self.unknown(target))?.info.hash;
        Err(LibraryError::OtherVersion {
            name: target.name.clone(),
            wanted,
            found,
        })
    }

    /// Loads a target of [`entries`](Self::entries).
    ///
    /// # Errors
    /// As [`find`](Self::find) and [`load_file`](Self::load_file), and if the file has changed since it
    /// was listed.
    pub fn load(&self, target: &TargetRef) -> Result<Arc<Target>, LibraryError> {
        let entry = self.find(target)?;
        let (path, bytes) = match (&entry.source, &entry.bytes) {
            (Source::File(path), _) => (path.clone(), Cow::Owned(read_file(path)?)),
            (Source::Shipped, Some(bytes)) => (PathBuf::from(&entry.info.name), bytes.clone()),
            (Source::Shipped, None) => return Err(self.unknown(target)),
        };
        let loaded = self.compile(path, &bytes)?;
        let (wanted, found) = (entry.info.hash, loaded.info().hash);
        if wanted != found {
            return Err(LibraryError::OtherVersion {
                name: target.name.clone(),
                wanted,
                found,
            });
        }
        Ok(loaded)
    }

    /// Loads a target from any file.
    ///
    /// # Errors
    /// If it cannot be read, is not a usable target, or was made for another base and has no recorded notes.
    pub fn load_file(&self, path: &Path) -> Result<Arc<Target>, LibraryError> {
        self.compile(path.to_owned(), &read_file(path)?)
    }

    fn compile(&self, path: PathBuf, bytes: &[u8]) -> Result<Arc<Target>, LibraryError> {
        self.check(&path, &read_info(&path, bytes)?, false)?;
        let base = self.base()?;
        let target = Target::from_bytes(bytes, &base);
        Ok(Arc::new(
            target.map_err(|source| LibraryError::Model { path, source })?,
        ))
    }

    fn add(&mut self, path: PathBuf, bytes: Bytes, shipped: bool) {
        let info = read_info(&path, &bytes);
        let checked = info.and_then(|info| Ok((self.check(&path, &info, shipped)?, info)));
        match checked {
            Ok((made_for_another_base, info)) => self.entries.push(TargetEntry {
                info,
                size_bytes: bytes.len() as u64,
                made_for_another_base,
                learnt: !shipped && is_learnt(&path),
                source: if shipped {
                    Source::Shipped
                } else {
                    Source::File(path)
                },
                bytes: shipped.then_some(bytes),
            }),
            Err(error) => self.problems.push((path, error.to_string())),
        }
    }

    /// Refuses a file that says this about itself if it cannot play with the base here; whether it was made for another.
    /// A shipped one must not be: it would have been forgotten when the base was trained again.
    fn check(&self, path: &Path, info: &ModelInfo, shipped: bool) -> Result<bool, LibraryError> {
        if info.kind != ModelKind::Target {
            return Err(LibraryError::NotATarget {
                path: path.to_owned(),
            });
        }
        let base = &self.base.as_ref().ok_or(LibraryError::NoBase)?.1;
        let plays_alone = info.memory.is_some() && !shipped;
        if info.base_hash != Some(base.hash) && !plays_alone {
            return Err(LibraryError::OtherBase {
                path: path.to_owned(),
                wanted: info.base_hash,
                here: base.hash,
            });
        }
        Ok(!info.fits(base))
    }

    fn unknown(&self, target: &TargetRef) -> LibraryError {
        let known = self
            .entries
            .iter()
            .map(|entry| entry.info.name.clone())
            .collect();
        LibraryError::UnknownTarget {
            name: target.name.clone(),
            known,
        }
    }
}

/// The folder where a player's own targets belong; `None` without a home folder. It may not exist.
pub fn user_folder() -> Option<PathBuf> {
    Some(crate::user_file::data_folder()?.join("targets"))
}

fn read_info(path: &Path, bytes: &[u8]) -> Result<ModelInfo, LibraryError> {
    ModelInfo::read(bytes).map_err(|source| LibraryError::Model {
        path: path.to_owned(),
        source,
    })
}

/// Reads a file whole, unless it is too large to be a model, or no file at all.
fn read_file(path: &Path) -> Result<Vec<u8>, LibraryError> {
    let path = path.to_owned();
    read_whole(&path, MAX_MODEL_FILE_BYTES).map_err(|error| match error {
        ReadError::Io(source) => LibraryError::Read { path, source },
        ReadError::NotAFile => LibraryError::NotAFile { path },
        ReadError::TooLarge { size_bytes, .. } => LibraryError::TooLarge { path, size_bytes },
    })
}

fn model_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "mynah")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
