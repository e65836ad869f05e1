//! Which files are meant: names, patterns and folders.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use walkdir::{DirEntry, WalkDir};

use crate::audio::pending::folder_of;
use crate::audio::source::Source;
use crate::identity::{FileId, is_same_file};

/// Endings of the files that are taken out of a folder.
const ENDINGS: [&str; 18] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "au", "snd", "flac", "mp3",
    "m4a", "aac", "ogg", "oga", "opus",
];

/// One sound to translate.
#[derive(Debug)]
pub(in crate::commands) struct Input {
    pub(in crate::commands) source: Source,
    /// Where it lies below the folder that was given.
    pub(in crate::commands) below: PathBuf,
}

/// An input of which nothing comes, as it was given, and why.
pub(in crate::commands) type Refused = (PathBuf, anyhow::Error);

/// All of them, each once, in the order in which they were given; those of a folder by name.
pub(in crate::commands) fn expand(
    given: &[PathBuf],
    recursive: bool,
    out_dir: Option<&Path>,
) -> (Vec<Input>, Vec<Refused>) {
    let mut found = Found {
        recursive,
        out_dir,
        taken: HashSet::new(),
        inputs: Vec::new(),
        refused: Vec::new(),
    };
    for path in given {
        if let Err(error) = found.add(path) {
            found.refused.push((path.clone(), error));
        }
    }
    (found.inputs, found.refused)
}

struct Found<'a> {
    recursive: bool,
    out_dir: Option<&'a Path>,
    /// Folder and name of each.
    taken: HashSet<(Option<FileId>, OsString)>,
    inputs: Vec<Input>,
    refused: Vec<Refused>,
}

impl Found<'_> {
    fn add(&mut self, path: &Path) -> Result<()> {
        let source = Source::of(path);
        if source.is_stdin() && self.inputs.iter().any(|input| input.source.is_stdin()) {
            return Err(anyhow!("the standard input can be read only once"));
        }
        // Where the shell has left a pattern alone; a file of that very name comes first.
        let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']));
        match pattern {
            _ if path.is_dir() => self.add_folder(path),
            Some(pattern) if std::fs::symlink_metadata(path).is_err() => self.add_pattern(pattern),
            _ => {
                self.take(source, PathBuf::new());
                Ok(())
            }
        }
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<()> {
        let matches = glob::glob(pattern)
            .map_err(|e| anyhow!("'{pattern}' is no pattern of names: {}", e.msg))?;
        let mut any = false;
        for path in matches {
            match path {
                Ok(path) if path.is_dir() && self.recursive => self.add_folder(&path)?,
                Ok(path) if path.is_dir() => continue,
                Ok(path) => self.take(Source::of(&path), PathBuf::new()),
                Err(error) => {
                    let path = error.path().to_path_buf();
                    let why = anyhow!("cannot read '{}': {}", path.display(), error.error());
                    self.refused.push((path, why));
                }
            }
            any = true;
        }
        if any {
            return Ok(());
        }
        Err(anyhow!("cannot open '{pattern}': no file has such a name"))
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let shown = folder.display();
        if !self.recursive {
            return Err(anyhow!(
                "'{shown}' is a folder: with --recursive the files in it are translated"
            ));
        }
        let out_dir = self.out_dir;
        let wanted = |entry: &DirEntry| {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // What was made before lies there.
            let made = || out_dir.is_some_and(|made| is_same_file(made, entry.path()));
            entry.depth() == 0 || !(hidden || (entry.file_type().is_dir() && made()))
        };
        let before = (self.inputs.len(), self.refused.len());
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(wanted) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && has_ending(entry.path()) => {
                    let parent = entry.path().parent();
                    let below = parent.and_then(|parent| parent.strip_prefix(folder).ok());
                    let below = below.unwrap_or(Path::new("")).to_path_buf();
                    self.take(Source::of(entry.path()), below);
                }
                Ok(_) => {}
                // A link back to where we come from: everything there is found already.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_path_buf();
                    let why = anyhow!("cannot read '{}': {error}", path.display());
                    self.refused.push((path, why));
                }
            }
        }
        if before == (self.inputs.len(), self.refused.len()) {
            return Err(anyhow!("'{shown}' holds no audio files"));
        }
        Ok(())
    }

    /// The same name twice, as two patterns may give it, is one input.
    fn take(&mut self, source: Source, below: PathBuf) {
        let name = source.path().file_name().unwrap_or_default().to_owned();
        let place = FileId::of(folder_of(source.path()));
        if source.is_stdin() || place.is_none() || self.taken.insert((place, name)) {
            self.inputs.push(Input { source, below });
        }
    }
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}
