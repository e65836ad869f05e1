//! Which index of the catalogue each model has, for ever: automation of a target parameter means an index, not a model.
//!
//! The shipped models have published indices. Those of the player's own are written down in their folder by the hash
//! of the file, and no index is given to another model afterwards, whatever is added, removed or shipped later. Several
//! processes may do so at the same time: a lock is held from reading to writing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;
use std::{fs, io};

use mynah_engine::{Existing, read_whole, write_whole};
use serde::{Deserialize, Serialize};

use super::TARGET_INDICES;

/// The shipped targets and their indices, which automation relies on: none is ever changed, and new ones
/// get indices from [`FIRST_FREE_FOR_SHIPPED`] up.
pub(super) const SHIPPED: [(&str, usize); 9] = [
    ("violin", 0),
    ("cello", 1),
    ("flute", 2),
    ("clarinet", 3),
    ("sax-alto", 4),
    ("sax-tenor", 5),
    ("trumpet", 6),
    ("piano", 7),
    ("guitar", 8),
];

/// Where the player's own models stood, in the order of their files, before their indices were written down.
const FIRST_OWN_BEFORE: usize = SHIPPED.len();
/// Leaves room for those.
#[cfg(test)]
const FIRST_FREE_FOR_SHIPPED: usize = 24;

const FILE_NAME: &str = "places.json";
const LOCK_NAME: &str = ".places.lock";
const FORMAT: u64 = 1;
/// Far above what 64 indices need.
const MAX_FILE_BYTES: u64 = 64 << 10;
/// How often another process that holds the lock is waited for, and how long each time.
const LOCK_TRIES: usize = 50;
const LOCK_WAIT: Duration = Duration::from_millis(10);

#[derive(Serialize, Deserialize)]
struct Written {
    format: u64,
    #[serde(rename = "places")]
    indices: BTreeMap<String, usize>,
}

/// The indices that have been given, by what they were given to: the hash of one of the player's models, or the name of a
/// shipped one that found its index taken.
#[derive(Default)]
pub(super) struct Indices {
    given: BTreeMap<String, usize>,
    /// Where they are written down; none if they cannot be.
    file: Option<PathBuf>,
    /// Whether nothing has ever been written down.
    new: bool,
    changed: bool,
    // Dropped last, with which the lock ends.
    _lock: Option<File>,
}

impl Indices {
    /// The indices that a folder's file tells, which must not change until these are dropped; and a sentence on what is
    /// wrong with that file, which is then left alone.
    pub(super) fn of(folder: Option<&Path>) -> (Indices, Option<String>) {
        let mut indices = Indices {
            new: true,
            ..Indices::default()
        };
        let Some(folder) = folder else {
            return (indices, None);
        };
        if folder.is_dir() {
            indices._lock = lock(&folder.join(LOCK_NAME));
        }
        let path = folder.join(FILE_NAME);
        match read(&path) {
            Ok(given) => {
                indices.new = given.is_none();
                indices.given = given.unwrap_or_default();
                indices.file = Some(path);
                (indices, None)
            }
            Err(reason) => {
                let problem = format!(
                    "{}: {reason}. Until it is mended or deleted, the places of your own models are not kept",
                    path.display()
                );
                (indices, Some(problem))
            }
        }
    }

    /// Whether nothing has ever been written down here.
    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    /// Gives the first models ever, by their hashes, the indices that they had before indices were written down.
    pub(super) fn begin(&mut self, hashes: impl Iterator<Item = String>) {
        for (hash, index) in hashes.zip(FIRST_OWN_BEFORE..TARGET_INDICES) {
            self.given.insert(hash, index);
            self.changed = true;
        }
    }

    /// Whether an index has been given to one of the player's models, be it here or not.
    pub(super) fn is_given(&self, index: usize) -> bool {
        self.given.values().any(|given| *given == index)
    }

    /// The index that was given to this one, if it was.
    pub(super) fn known(&self, key: &str) -> Option<usize> {
        self.given.get(key).copied()
    }

    /// The index of this one, from now on: the highest that nothing had yet. `taken` are those that are in use here.
    pub(super) fn give(&mut self, key: &str, taken: impl Fn(usize) -> bool) -> Option<usize> {
        let published = |index: usize| SHIPPED.iter().any(|(_, shipped)| *shipped == index);
        let free = |index: &usize| !published(*index) && !self.is_given(*index) && !taken(*index);
        let index = (0..TARGET_INDICES).rev().find(free)?;
        self.given.insert(key.to_owned(), index);
        self.changed = true;
        Some(index)
    }

    /// Writes down what has been given.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn keep(&mut self) -> io::Result<()> {
        let Some(file) = self.file.as_ref().filter(|_| self.changed) else {
            return Ok(());
        };
        let written = Written {
            format: FORMAT,
            indices: self.given.clone(),
        };
        let text = serde_json::to_string_pretty(&written)? + "\n";
        write_whole(file, text.as_bytes(), Existing::Replace)?;
        self.changed = false;
        Ok(())
    }
}

/// What a file tells: each index once, and none beyond the last. `None` if there is no file.
fn read(path: &Path) -> Result<Option<BTreeMap<String, usize>>, String> {
    if let Err(error) = fs::metadata(path)
        && error.kind() == io::ErrorKind::NotFound
    {
        return Ok(None);
    }
    let bytes = read_whole(path, MAX_FILE_BYTES).map_err(|error| error.to_string())?;
    let written: Written = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if written.format != FORMAT {
        return Err(format!("its format is {}, not {FORMAT}", written.format));
    }
    let mut seen = [false; TARGET_INDICES];
    let mut indices = written.indices;
    indices.retain(|_, index| {
        let first = seen.get_mut(*index);
        first.is_some_and(|seen| !std::mem::replace(seen, true))
    });
    Ok(Some(indices))
}

/// Waits for a lock for a short while; without one, two processes may give one index to two models.
fn lock(path: &Path) -> Option<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .ok()?;
    for _ in 0..LOCK_TRIES {
        if file.try_lock().is_ok() {
            return Some(file);
        }
        sleep(LOCK_WAIT);
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn published_indices_leave_room_for_those_from_before() {
        for (at, (name, index)) in SHIPPED.iter().enumerate() {
            assert!(
                *index < FIRST_OWN_BEFORE
                    || (FIRST_FREE_FOR_SHIPPED..TARGET_INDICES).contains(index)
            );
            let twice = |(other, there): &(&str, usize)| other == name || there == index;
            assert!(!SHIPPED[..at].iter().any(twice), "{name}");
        }
    }

    #[test]
    fn two_processes_at_once_give_no_index_twice() {
        let folder = tempfile::tempdir().unwrap();
        let give = |key: String| {
            let (mut indices, problem) = Indices::of(Some(folder.path()));
            assert_eq!(problem, None);
            let index = indices.give(&key, |_| false).unwrap();
            indices.keep().unwrap();
            index
        };
        let mut given: Vec<usize> = std::thread::scope(|threads| {
            let workers = [0, 1, 2].map(|worker| {
                threads.spawn(move || (0..5).map(|n| give(format!("{worker}-{n}"))).collect())
            });
            let given = workers.map(|worker| -> Vec<usize> { worker.join().unwrap() });
            given.concat()
        });
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 15);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_and_left_alone() {
        for text in ["no JSON", r#"{"format": 2, "places": {}}"#, "{}"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(FILE_NAME);
            fs::write(&path, text).unwrap();
            let (mut indices, problem) = Indices::of(Some(folder.path()));
            assert!(problem.unwrap().contains("places.json"));
            assert!(indices.give("a", |_| false).is_some());
            indices.keep().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn indices_that_cannot_be_are_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"format": 1, "places": {"a": 63, "b": 63, "c": 64, "d": 40}}"#;
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let (mut indices, problem) = Indices::of(Some(folder.path()));
        assert_eq!(problem, None);
        let known = ["a", "b", "c", "d"].map(|key| indices.known(key));
        assert_eq!(known, [Some(63), None, None, Some(40)]);
        assert_eq!(indices.give("b", |index| index == 62), Some(61));
    }
}
