//! Files in the player's own folders: safe names, and writing that leaves either the whole file or none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Longest stem of a file name, bytes: with ending and folder below every system's limit.
const MAX_STEM_BYTES: usize = 100;
/// Names that mean devices to Windows, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// What a file may do to one that has its name already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// The file that is there stays.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// The player's data folder; `None` without a home folder. It may not exist.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("org", "mynah", "Mynah")?;
    Some(folders.data_dir().to_owned())
}

/// A file name for what is called `name`, without an ending: small letters and digits with single hyphens
/// between them, fit for every system.
pub(crate) fn file_stem(name: &str) -> String {
    let mut stem = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        if stem.len() + character.len_utf8() > MAX_STEM_BYTES {
            break;
        }
        if character.is_alphanumeric() {
            stem.push(character);
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem = stem.trim_end_matches('-');
    let port = ["com", "lpt"].iter().any(|port| {
        stem.strip_prefix(port)
            .is_some_and(|number| number.chars().count() == 1)
    });
    if stem.is_empty() || port || DEVICES.contains(&stem) {
        format!("own-{stem}").trim_end_matches('-').to_owned()
    } else {
        stem.to_owned()
    }
}

/// Writes a file by way of a temporary one beside it, making the folder if it is missing.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is one that is to be kept, and whatever the system refuses.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".mynah-")
        .suffix(".part")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let kept = match existing {
        Existing::Keep => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    kept.map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn file_names_are_fit_for_every_system() {
        for (name, stem) in [
            ("Voice to Cello", "voice-to-cello"),
            ("  a/b\\c:d  ", "a-b-c-d"),
            ("../../etc/passwd", "etc-passwd"),
            ("Größer \u{266F}2", "größer-2"),
            ("", "own"),
            ("...", "own"),
            ("CON", "own-con"),
            ("com1", "own-com1"),
            ("compass", "compass"),
        ] {
            assert_eq!(file_stem(name), stem, "{name}");
        }
        assert!(file_stem(&"ä".repeat(500)).len() <= MAX_STEM_BYTES);
    }

    #[test]
    fn a_file_is_kept_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        write_whole(&path, b"first", Existing::Keep).unwrap();
        let error = write_whole(&path, b"second", Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        write_whole(&path, b"third", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "temporary files are left");
    }
}
