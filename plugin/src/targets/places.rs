//! Which place of the catalogue each model has, for ever: automation of a target parameter means a place, not a model.
//!
//! The shipped models have published places. Those of the player's own are written down in their folder by the hash
//! of the file, and no place is given to another model afterwards, whatever is added, removed or shipped later. Several
//! processes may do so at the same time: a lock is held from reading to writing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;
use std::{fs, io};

use mynah_engine::{Existing, read_whole, write_whole};
use serde::{Deserialize, Serialize};

use crate::params::TARGET_SLOTS;

/// The shipped targets and their places, which automation relies on: none is ever changed, and new ones
/// get places from [`FIRST_FREE_FOR_SHIPPED`] up.
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

/// Where the player's own models stood, in the order of their files, before their places were written down.
const FIRST_OWN_BEFORE: usize = SHIPPED.len();
/// Leaves room for those.
#[cfg(test)]
const FIRST_FREE_FOR_SHIPPED: usize = 24;

const FILE_NAME: &str = "places.json";
const LOCK_NAME: &str = ".places.lock";
const FORMAT: u64 = 1;
/// Far above what 64 places need.
const MAX_FILE_BYTES: u64 = 64 << 10;
/// How often another process that holds the lock is waited for, and how long each time.
const LOCK_TRIES: usize = 50;
const LOCK_WAIT: Duration = Duration::from_millis(10);

#[derive(Serialize, Deserialize)]
struct Written {
    format: u64,
    places: BTreeMap<String, usize>,
}

/// The places that have been given, by what they were given to: the hash of one of the player's models, or the name of a
/// shipped one that found its place taken.
#[derive(Default)]
pub(super) struct Places {
    given: BTreeMap<String, usize>,
    /// Where they are written down; none if they cannot be.
    file: Option<PathBuf>,
    /// Whether nothing has ever been written down.
    new: bool,
    changed: bool,
    // Dropped last, with which the lock ends.
    _lock: Option<File>,
}

impl Places {
    /// The places that a folder's file tells, which must not change until these are dropped; and a sentence on what is
    /// wrong with that file, which is then left alone.
    pub(super) fn of(folder: Option<&Path>) -> (Places, Option<String>) {
        let mut places = Places {
            new: true,
            ..Places::default()
        };
        let Some(folder) = folder else {
            return (places, None);
        };
        if folder.is_dir() {
            places._lock = lock(&folder.join(LOCK_NAME));
        }
        let path = folder.join(FILE_NAME);
        match read(&path) {
            Ok(given) => {
                places.new = given.is_none();
                places.given = given.unwrap_or_default();
                places.file = Some(path);
                (places, None)
            }
            Err(reason) => {
                let problem = format!(
                    "{}: {reason}. Until it is mended or deleted, the places of your own models are not kept",
                    path.display()
                );
                (places, Some(problem))
            }
        }
    }

    /// Whether nothing has ever been written down here.
    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    /// Gives the first models ever, by their hashes, the places that they had before places were written down.
    pub(super) fn begin(&mut self, hashes: impl Iterator<Item = String>) {
        for (hash, place) in hashes.zip(FIRST_OWN_BEFORE..TARGET_SLOTS) {
            self.given.insert(hash, place);
            self.changed = true;
        }
    }

    /// Whether a place has been given to one of the player's models, be it here or not.
    pub(super) fn is_given(&self, place: usize) -> bool {
        self.given.values().any(|given| *given == place)
    }

    /// The place that was given to this one, if it was.
    pub(super) fn known(&self, key: &str) -> Option<usize> {
        self.given.get(key).copied()
    }

    /// The place of this one, from now on: the highest that nothing had yet. `taken` are those that are in use here.
    pub(super) fn give(&mut self, key: &str, taken: impl Fn(usize) -> bool) -> Option<usize> {
        let published = |place: usize| SHIPPED.iter().any(|(_, shipped)| *shipped == place);
        let free = |place: &usize| !published(*place) && !self.is_given(*place) && !taken(*place);
        let place = (0..TARGET_SLOTS).rev().find(free)?;
        self.given.insert(key.to_owned(), place);
        self.changed = true;
        Some(place)
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
            places: self.given.clone(),
        };
        let text = serde_json::to_string_pretty(&written)? + "\n";
        write_whole(file, text.as_bytes(), Existing::Replace)?;
        self.changed = false;
        Ok(())
    }
}

/// What a file tells: each place once, and none beyond the last. `None` if there is no file.
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
    let mut seen = [false; TARGET_SLOTS];
    let mut places = written.places;
    places.retain(|_, place| {
        let first = seen.get_mut(*place);
        first.is_some_and(|seen| !std::mem::replace(seen, true))
    });
    Ok(Some(places))
}

/// Waits for a lock for a short while; without one, two processes may give one place to two models.
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
    fn published_places_leave_room_for_those_from_before() {
        for (at, (name, place)) in SHIPPED.iter().enumerate() {
            assert!(
                *place < FIRST_OWN_BEFORE || (FIRST_FREE_FOR_SHIPPED..TARGET_SLOTS).contains(place)
            );
            let twice = |(other, there): &(&str, usize)| other == name || there == place;
            assert!(!SHIPPED[..at].iter().any(twice), "{name}");
        }
    }

    #[test]
    fn two_processes_at_once_give_no_place_twice() {
        let folder = tempfile::tempdir().unwrap();
        let give = |key: String| {
            let (mut places, problem) = Places::of(Some(folder.path()));
            assert_eq!(problem, None);
            let place = places.give(&key, |_| false).unwrap();
            places.keep().unwrap();
            place
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
            let (mut places, problem) = Places::of(Some(folder.path()));
            assert!(problem.unwrap().contains("places.json"));
            assert!(places.give("a", |_| false).is_some());
            places.keep().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn places_that_cannot_be_are_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"format": 1, "places": {"a": 63, "b": 63, "c": 64, "d": 40}}"#;
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let (mut places, problem) = Places::of(Some(folder.path()));
        assert_eq!(problem, None);
        let known = ["a", "b", "c", "d"].map(|key| places.known(key));
        assert_eq!(known, [Some(63), None, None, Some(40)]);
        assert_eq!(places.give("b", |place| place == 62), Some(61));
    }
}
