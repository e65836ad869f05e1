//! Where sound comes from: a file, which is opened as often as it is read, or something that can be read only once, the
//! standard input or a pipe, which is kept in a temporary file without a name.

use std::fs::File;
use std::io::{IsTerminal, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::read::Reader;

/// Something to read sound from.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    kind: Kind,
    /// What a stream held, once it has been read.
    kept: Option<File>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Stdin,
    Pipe,
}

impl Source {
    /// `-` and the system's name for it are the standard input; nothing is opened yet.
    pub(crate) fn of(path: &Path) -> Source {
        let kind = if path == Path::new("-") || path == Path::new("/dev/stdin") {
            Kind::Stdin
        } else {
            match std::fs::metadata(path) {
                Ok(found) if !found.is_file() && !found.is_dir() => Kind::Pipe,
                _ => Kind::File,
            }
        };
        Source {
            path: path.to_path_buf(),
            kind,
            kept: None,
        }
    }

    /// Whether it can be read only once, so that nothing can be known of it beforehand.
    pub(crate) fn is_stream(&self) -> bool {
        self.kind != Kind::File
    }

    /// Whether it is the standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.kind == Kind::Stdin
    }

    /// As it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        match self.kind {
            Kind::Stdin => "standard input".to_owned(),
            Kind::File | Kind::Pipe => self.path.display().to_string(),
        }
    }

    /// The file's name without its ending.
    pub(crate) fn stem(&self) -> String {
        match self.kind {
            Kind::Stdin => "stdin".to_owned(),
            Kind::File | Kind::Pipe => {
                let stem = self.path.file_stem().unwrap_or_default();
                stem.to_string_lossy().into_owned()
            }
        }
    }

    /// Reads it from its beginning, however often; a stream is read to its end the first time.
    ///
    /// # Errors
    /// As [`Reader::open`]; a stream cannot be kept.
    pub(crate) fn reader(&mut self) -> Result<Reader> {
        match self.kind {
            Kind::File => Reader::open(&self.path),
            Kind::Stdin | Kind::Pipe => {
                let shown = self.shown();
                Reader::of_file(self.file()?, shown)
            }
        }
    }

    /// Its bytes from the beginning.
    ///
    /// # Errors
    /// It cannot be opened or kept.
    pub(crate) fn file(&mut self) -> Result<File> {
        let shown = self.shown();
        let failed = || format!("cannot read '{shown}'");
        if self.kind == Kind::File {
            return File::open(&self.path).with_context(failed);
        }
        let kept = match self.kept.take() {
            Some(kept) => kept,
            None => self.keep().with_context(failed)?,
        };
        let kept = self.kept.insert(kept);
        // Both have one position: whoever asked before is done.
        kept.seek(SeekFrom::Start(0)).with_context(failed)?;
        kept.try_clone().with_context(failed)
    }

    fn keep(&self) -> Result<File> {
        let mut kept = tempfile::tempfile()?;
        let bytes = match self.kind {
            Kind::Stdin => {
                let stdin = std::io::stdin();
                if stdin.is_terminal() {
                    bail!("it is a terminal: send sound into it");
                }
                std::io::copy(&mut stdin.lock(), &mut kept)?
            }
            Kind::File | Kind::Pipe => std::io::copy(&mut File::open(&self.path)?, &mut kept)?,
        };
        if bytes == 0 {
            bail!("it is empty");
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_tell_what_is_read() {
        for (name, stream, stem) in [
            ("-", true, "stdin"),
            ("/dev/stdin", true, "stdin"),
            ("takes/my take.1.wav", false, "my take.1"),
        ] {
            let source = Source::of(Path::new(name));
            assert_eq!((source.is_stream(), source.stem().as_str()), (stream, stem));
            assert_eq!(source.is_stdin(), stream);
        }
    }
}
