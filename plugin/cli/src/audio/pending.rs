//! Outputs that take their name only when they are complete: everything goes to a hidden temporary file in the
//! destination's folder first. What has no name to take, the standard output or a pipe, gets it all at the end.
//!
//! Not the engine's `write_whole`, which has all bytes at once and keeps them to the player: a sound is written while it
//! is made, it gets the rights that files usually have, and one that is half written goes when the program is told
//! to end.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempPath;

use crate::interrupt::half_written;

/// Symbolic links followed from one to the next.
const MAX_LINKS: usize = 40;

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A file, which appears when it is complete.
    File(PathBuf),
    /// A pipe or a device.
    Stream(PathBuf),
    /// The standard output.
    Stdout,
}

impl Destination {
    /// `-` and the system's name for it are the standard output; what exists and is neither file nor folder is a stream.
    pub(crate) fn of(path: &Path) -> Destination {
        if path == Path::new("-") || path == Path::new("/dev/stdout") {
            return Destination::Stdout;
        }
        match std::fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => {
                Destination::Stream(path.to_path_buf())
            }
            _ => Destination::File(path.to_path_buf()),
        }
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        match self {
            Destination::File(path) | Destination::Stream(path) => path.display().to_string(),
            Destination::Stdout => "standard output".to_owned(),
        }
    }

    /// Its path, if it has one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Destination::File(path) | Destination::Stream(path) => Some(path),
            Destination::Stdout => None,
        }
    }

    /// Refuses a destination that must not be written.
    ///
    /// # Errors
    /// It exists (without `overwrite`), is a folder, or its folder does not exist; the standard output is a terminal.
    pub(crate) fn check(&self, overwrite: bool) -> Result<()> {
        match self {
            Destination::File(path) => {
                check_name(path, overwrite)?;
                let (shown, path) = (path.display(), real(path)?);
                let folder = folder_of(&path);
                if !folder.is_dir() {
                    bail!(
                        "cannot write '{shown}': the folder '{}' does not exist",
                        folder.display()
                    );
                }
                Ok(())
            }
            Destination::Stream(_) => Ok(()),
            Destination::Stdout if std::io::stdout().is_terminal() => {
                bail!("the standard output is a terminal: send it into a file or to a program")
            }
            Destination::Stdout => Ok(()),
        }
    }
}

/// As [`Destination::check`] for a file whose folder may be made later.
///
/// # Errors
/// It exists (without `overwrite`), is a folder, or its name is longer than names can be.
pub(crate) fn check_name(path: &Path, overwrite: bool) -> Result<()> {
    let shown = path.display();
    // What most systems take. Where it is less, the system says so, if the folder is there already.
    let length = path.file_name().map_or(0, name_length);
    let refused = |e: std::io::Error| e.kind() == std::io::ErrorKind::InvalidFilename;
    if length > MAX_NAME_LENGTH || std::fs::symlink_metadata(path).is_err_and(refused) {
        bail!("cannot write '{shown}': its name is too long");
    }
    if path.is_dir() {
        bail!("'{shown}' is a folder: name a file, or use --out-dir");
    }
    // A link that leads nowhere is no file yet.
    if path.exists() && !overwrite {
        bail!("'{shown}' exists already: use --force to replace it");
    }
    Ok(())
}

/// Refuses a file whose folder, which there is, takes no files.
///
/// # Errors
/// As is said.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    let path = real(path)?;
    let folder = folder_of(&path);
    tempfile::tempfile_in(folder)
        .map(drop)
        .with_context(|| format!("cannot write into the folder '{}'", folder.display()))
}

/// Longest name of a file: bytes, on Windows units of UTF-16.
const MAX_NAME_LENGTH: usize = 255;

#[cfg(not(windows))]
fn name_length(name: &OsStr) -> usize {
    name.len()
}

#[cfg(windows)]
fn name_length(name: &OsStr) -> usize {
    use std::os::windows::ffi::OsStrExt;
    name.encode_wide().count()
}

/// The file that a symbolic link leads to, whether there is one yet or not; anything else is itself.
///
/// # Errors
/// Links that lead in a circle.
pub(crate) fn real(path: &Path) -> Result<PathBuf> {
    let mut at = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match std::fs::read_link(&at) {
            Ok(next) => at = folder_of(&at).join(next),
            Err(_) => return Ok(at),
        }
    }
    bail!("'{}' is a link that leads in a circle", path.display())
}

/// The folder a file lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A temporary file that becomes its destination by [`Pending::publish`], and vanishes if it is dropped before.
pub(crate) struct Pending {
    held: Held,
    destination: Destination,
    overwrite: bool,
}

enum Held {
    Named(Option<TempPath>),
    /// Has no name, and goes with the program.
    Nameless(File),
}

impl Pending {
    /// Makes the temporary file: beside its destination, or beside what that links to.
    ///
    /// # Errors
    /// As [`Destination::check`]; the folder cannot be written.
    pub(crate) fn create(destination: &Destination, overwrite: bool) -> Result<(File, Pending)> {
        destination.check(overwrite)?;
        let pending = |held| Pending {
            held,
            destination: destination.clone(),
            overwrite,
        };
        let Destination::File(path) = destination else {
            let made = tempfile::tempfile().and_then(|file| Ok((file.try_clone()?, file)));
            let (file, held) = made.context("cannot make a temporary file")?;
            return Ok((file, pending(Held::Nameless(held))));
        };
        let path = real(path)?;
        let folder = folder_of(&path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".mynah-").suffix(".part");
        // The output is an ordinary file of the player's: the usual rights, less the umask, not tempfile's 0600.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut listed = half_written();
        let (file, temp) = builder
            .tempfile_in(folder)
            .with_context(|| format!("cannot write into the folder '{}'", folder.display()))?
            .into_parts();
        listed.add(&temp);
        Ok((file, pending(Held::Named(Some(temp)))))
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        self.destination.shown()
    }

    /// Gives the finished file its name, or sends it where it has to go.
    ///
    /// # Errors
    /// The destination has appeared meanwhile (without `overwrite`), cannot be replaced, or takes nothing more.
    pub(crate) fn publish(mut self) -> Result<()> {
        let shown = self.shown();
        let failed = |e: std::io::Error| anyhow!("cannot write '{shown}': {e}");
        match (&mut self.held, &self.destination) {
            (Held::Nameless(file), Destination::Stream(path)) => {
                let stream = File::options().write(true).open(path).map_err(failed)?;
                send(file, stream).map_err(failed)
            }
            (Held::Nameless(file), _) => send(file, std::io::stdout().lock()).map_err(failed),
            (Held::Named(temp), destination) => {
                let Some((temp, path)) = temp.take().zip(destination.path()) else {
                    return Ok(());
                };
                let path = real(path)?;
                let mut listed = half_written();
                let name = temp.to_path_buf();
                let moved = if self.overwrite {
                    temp.persist(path)
                } else {
                    temp.persist_noclobber(path)
                };
                listed.remove(&name);
                moved.map_err(|e| failed(e.error))
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Held::Named(Some(temp)) = &self.held {
            half_written().remove(temp);
        }
    }
}

fn send(file: &mut File, mut to: impl Write) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    std::io::copy(file, &mut to)?;
    to.flush()
}
