//! Files and where they go, in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

/// Where a file's bytes come from.
enum Source {
    File(PathBuf),
    Text(String),
}

/// A file to be packed.
pub(super) struct Entry {
    source: Source,
    /// Whether it may be started.
    pub(super) executable: bool,
}

impl Entry {
    /// Its bytes.
    pub(super) fn read(&self) -> Result<Vec<u8>> {
        match &self.source {
            Source::File(path) => {
                fs::read(path).with_context(|| format!("cannot read {}", path.display()))
            }
            Source::Text(text) => Ok(text.clone().into_bytes()),
        }
    }

    /// Permissions as on Unix.
    pub(super) fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// Files by their place: relative, with `/` between folders on every system.
#[derive(Default)]
pub(super) struct Tree(BTreeMap<String, Entry>);

impl Tree {
    /// A file that nobody starts.
    pub(super) fn add_file(&mut self, place: &str, path: &Path) -> Result<()> {
        self.add(place, Source::File(path.to_owned()), false)
    }

    /// A program.
    pub(super) fn add_program(&mut self, place: &str, path: &Path) -> Result<()> {
        self.add(place, Source::File(path.to_owned()), true)
    }

    /// A file that is written here.
    pub(super) fn add_text(&mut self, place: &str, text: String) -> Result<()> {
        self.add(place, Source::Text(text), false)
    }

    /// A file, or all files of a folder. What a bundle of macOS has in `MacOS` may be started.
    pub(super) fn add_file_or_folder(&mut self, place: &str, path: &Path) -> Result<()> {
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let mut parts = vec![place.to_owned()];
            for part in entry.path().strip_prefix(path)?.components() {
                let name = part.as_os_str().to_str();
                let name =
                    name.with_context(|| format!("{} is not Unicode", entry.path().display()))?;
                parts.push(name.to_owned());
            }
            let executable = parts
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|name| name == "MacOS");
            let source = Source::File(entry.path().to_owned());
            self.add(&parts.join("/"), source, executable)?;
        }
        Ok(())
    }

    fn add(&mut self, place: &str, source: Source, executable: bool) -> Result<()> {
        let entry = Entry { source, executable };
        if self.0.insert(place.to_owned(), entry).is_some() {
            bail!("two files would be packed as {place}");
        }
        Ok(())
    }

    /// The files in the order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(place, entry)| (place.as_str(), entry))
    }

    /// Puts the files into a folder, whatever the user's umask, and returns how many bytes they have.
    pub(super) fn lay_out(&self, folder: &Path) -> Result<u64> {
        let mut bytes = 0;
        for (place, entry) in self.iter() {
            let path: PathBuf = place
                .split('/')
                .fold(folder.to_owned(), |path, part| path.join(part));
            let parent = path.parent().context("a place has no folder")?;
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
            let content = entry.read()?;
            bytes += content.len() as u64;
            fs::write(&path, content)
                .with_context(|| format!("cannot write {}", path.display()))?;
            set_mode(&path, entry.mode())?;
        }
        for entry in WalkDir::new(folder) {
            let entry = entry?;
            if entry.file_type().is_dir() {
                set_mode(entry.path(), 0o755)?;
            }
        }
        Ok(bytes)
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("cannot set the permissions of {}", path.display()))
}

/// Other systems know what may be started by its name.
#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> Result<()> {
    Ok(())
}
