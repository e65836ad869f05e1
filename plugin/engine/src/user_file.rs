//! Files that come from a player: safe names, writing that leaves either the whole file or none, and reading that ends.

use std::fs::{self, File};
use std::io::{self, Read, Write};
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
pub fn data_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("org", "mynah", "Mynah")?;
    Some(folders.data_dir().to_owned())
}

/// A file name for what is called `name`, without an ending: small letters and digits with single hyphens
/// between them, fit for every system.
pub fn file_stem(name: &str) -> String {
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

/// Why a player's file could not be read whole.
#[derive(thiserror::Error, Debug)]
pub enum ReadError {
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A folder, a pipe, a device or a socket: to read it could take for ever.
    #[error("it is not a file")]
    NotAFile,
    /// Larger than what is read here.
    #[error("it has {size_bytes} bytes, more than {max_bytes}")]
    TooLarge {
        /// Its size; where it grows while it is read, how much there was.
        size_bytes: u64,
        /// Most that are read.
        max_bytes: u64,
    },
}

/// Reads a file of at most `max_bytes` whole. Links are followed, and what is then no regular file is not opened.
///
/// # Errors
/// If it is no file, too large, or cannot be read.
pub fn read_whole(path: &Path, max_bytes: u64) -> Result<Vec<u8>, ReadError> {
    let fits = |size_bytes: u64| {
        (size_bytes <= max_bytes)
            .then_some(())
            .ok_or(ReadError::TooLarge {
                size_bytes,
                max_bytes,
            })
    };
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    fits(metadata.len())?;
    let mut bytes = Vec::new();
    // What the system says of a file's size need not be so.
    let mut file = File::open(path)?.take(max_bytes.saturating_add(1));
    file.read_to_end(&mut bytes)?;
    fits(bytes.len() as u64)?;
    Ok(bytes)
}

/// Writes a file by way of a temporary one beside it, making the folder if it is missing.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is one that is to be kept, and whatever the system refuses.
pub fn write_whole(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
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
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read_whole(&path, 5).unwrap(), b"12345");
        let error = read_whole(&path, 4).unwrap_err();
        assert_eq!(error.to_string(), "it has 5 bytes, more than 4");
        let error = read_whole(folder.path(), 5).unwrap_err();
        assert!(matches!(error, ReadError::NotAFile), "{error}");
        let error = read_whole(&folder.path().join("gone"), 5).unwrap_err();
        assert!(matches!(error, ReadError::Io(_)), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_which_the_system_does_not_know_the_size_is_read_up_to_its_limit() {
        let path = Path::new("/proc/self/status");
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
        assert!(!read_whole(path, 1 << 20).unwrap().is_empty());
        let error = read_whole(path, 3).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn what_would_be_read_for_ever_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let to_pipe = folder.path().join("to-pipe");
        std::os::unix::fs::symlink(&pipe, &to_pipe).unwrap();
        for path in [pipe, link, to_pipe] {
            let error = read_whole(&path, 1 << 20).unwrap_err();
            assert_eq!(error.to_string(), "it is not a file", "{}", path.display());
        }
        // A link to a file is as good as the file.
        fs::write(folder.path().join("file"), b"1").unwrap();
        let link = folder.path().join("to-file");
        std::os::unix::fs::symlink(folder.path().join("file"), &link).unwrap();
        assert_eq!(read_whole(&link, 1).unwrap(), b"1");
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
