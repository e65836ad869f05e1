//! Whether two names mean one file, whatever links lead there.

use std::path::Path;

/// A file by itself rather than by its name.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct FileId(Id);

#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = same_file::Handle;

impl FileId {
    /// The file that `path` leads to; `None` where there is none.
    pub(crate) fn of(path: &Path) -> Option<FileId> {
        id(path).map(FileId)
    }
}

/// Without opening it: a pipe would wait for its other end.
#[cfg(unix)]
fn id(path: &Path) -> Option<Id> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn id(path: &Path) -> Option<Id> {
    same_file::Handle::from_path(path).ok()
}

/// Whether both exist and are one.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    FileId::of(a).is_some_and(|a| FileId::of(b) == Some(a))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn links_are_what_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a"), "same").unwrap();
        std::fs::write(at("b"), "same").unwrap();
        std::fs::hard_link(at("a"), at("hard")).unwrap();
        assert!(is_same_file(&at("a"), &at("a")) && is_same_file(&at("a"), &at("hard")));
        assert!(!is_same_file(&at("a"), &at("b")));
        assert!(!is_same_file(&at("none"), &at("none")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("hard"), at("soft")).unwrap();
            assert!(is_same_file(&at("soft"), &at("a")));
        }
    }
}
