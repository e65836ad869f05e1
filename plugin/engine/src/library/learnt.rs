//! Targets that are learnt here, whose files get better while they are in use.
//!
//! Such a file has another hash every time, and still is the target that a session means: it is marked by a file beside it, and
//! found by its name. The mark also says from which recordings it was learnt, so that it can be learnt again for another
//! base. It stays on this machine: where a player's recordings are is nobody else's business, so the target does not say it.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::user_file::{Existing, read_whole, write_whole};

/// The mark's ending, in the place of the target's.
const ENDING: &str = "learnt";
/// Far above what any number of recordings needs.
const MAX_MARK_BYTES: u64 = 1 << 20;

/// The mark's content. What those of earlier builds hold is no JSON, and says nothing of recordings.
#[derive(Serialize, Deserialize)]
struct Mark {
    about: String,
    recordings: Vec<String>,
}

/// Marks a target's file, which need not be there yet, as one that is learnt here, from these files and folders. Paths that
/// cannot be written as text are not remembered. Any thread but the audio thread.
///
/// # Errors
/// If the folder cannot be written.
pub fn mark_learnt(target: &Path, recordings: &[PathBuf]) -> io::Result<()> {
    let paths = recordings
        .iter()
        .map(|path| path.to_str().map(str::to_owned));
    let mark = Mark {
        about: "Mynah learns or has learnt this target here: sessions find it by its name, however often it gets better. It was \
                learnt from these recordings."
            .to_owned(),
        recordings: paths.collect::<Option<Vec<_>>>().unwrap_or_default(),
    };
    let text = serde_json::to_vec_pretty(&mark)?;
    write_whole(&mark_of(target), &text, Existing::Replace)
}

/// Whether a target's file is marked ([`mark_learnt`]). Any thread but the audio thread.
pub fn is_learnt(target: &Path) -> bool {
    mark_of(target).is_file()
}

/// The files and folders that a marked target was learnt from, whether they are still there or not; none where that is not known.
/// Any thread but the audio thread.
pub fn learnt_from(target: &Path) -> Vec<PathBuf> {
    let bytes = read_whole(&mark_of(target), MAX_MARK_BYTES).unwrap_or_default();
    let mark = serde_json::from_slice::<Mark>(&bytes);
    let recordings = mark.map_or_else(|_| Vec::new(), |mark| mark.recordings);
    recordings.into_iter().map(PathBuf::from).collect()
}

/// Takes a target's mark away, and what is kept to go on with learning it. Any thread but the audio thread.
///
/// # Errors
/// If they are there and cannot be removed.
pub fn forget_learnt(target: &Path) -> io::Result<()> {
    for file in [mark_of(target), learning_state(target)] {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Where is kept how far the learning of a target is while it is not over: `NAME.mynah.learning`.
pub fn learning_state(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".learning");
    PathBuf::from(name)
}

fn mark_of(target: &Path) -> PathBuf {
    target.with_extension(ENDING)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mark_knows_the_recordings_until_it_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("targets/reed.mynah");
        assert!(!is_learnt(&target) && learnt_from(&target).is_empty());
        let recordings = ["/r/reed \"one\"", "/r/two\nlines.wav"].map(PathBuf::from);
        mark_learnt(&target, &recordings).unwrap();
        assert!(is_learnt(&target));
        assert_eq!(learnt_from(&target), recordings);
        std::fs::write(learning_state(&target), "state").unwrap();
        forget_learnt(&target).unwrap();
        forget_learnt(&target).unwrap();
        assert!(!is_learnt(&target));
        assert_eq!(
            std::fs::read_dir(folder.path().join("targets"))
                .unwrap()
                .count(),
            0
        );
    }

    #[test]
    fn the_mark_of_an_earlier_build_is_one_and_knows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("reed.mynah");
        std::fs::write(
            folder.path().join("reed.learnt"),
            "Mynah learns this here.\n",
        )
        .unwrap();
        assert!(is_learnt(&target));
        assert!(learnt_from(&target).is_empty());
    }
}
