//! The player's own presets: a folder of JSON files.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::file::MAX_PRESET_FILE_BYTES;
use super::{Preset, PresetError, factory_presets};
use crate::user_file::{Existing, ReadError, data_folder, file_stem, read_whole, write_whole};

const ENDING: &str = "json";

/// Where a preset comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PresetSource {
    /// Inside the binary.
    Factory,
    /// A file of the player's.
    File(PathBuf),
}

/// A preset of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct PresetEntry {
    /// The preset itself.
    pub preset: Preset,
    /// Where it is.
    pub source: PresetSource,
}

/// The folder where a player's own presets belong; `None` without a home folder. It may not exist.
pub fn preset_folder() -> Option<PathBuf> {
    Some(data_folder()?.join("presets"))
}

/// A folder of presets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PresetFolder {
    folder: PathBuf,
}

impl PresetFolder {
    /// The presets of a folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> PresetFolder {
        PresetFolder {
            folder: folder.into(),
        }
    }

    /// The player's own.
    ///
    /// # Errors
    /// Without a home folder.
    pub fn of_user() -> Result<PresetFolder, PresetError> {
        preset_folder().map(Self::new).ok_or(PresetError::NoFolder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The factory presets, then those of the folder in the order of their names; and the files that are no
    /// presets, each with a sentence on why.
    pub fn list(&self) -> (Vec<PresetEntry>, Vec<(PathBuf, String)>) {
        let factory = factory_presets().iter().map(|preset| PresetEntry {
            preset: preset.clone(),
            source: PresetSource::Factory,
        });
        let (own, problems) = self.own();
        (factory.chain(own).collect(), problems)
    }

    fn own(&self) -> (Vec<PresetEntry>, Vec<(PathBuf, String)>) {
        let (mut own, mut problems) = (Vec::new(), Vec::new());
        let files = match self.files() {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                problems.push((self.folder.clone(), error.to_string()));
                Vec::new()
            }
        };
        for path in files {
            match Preset::read_file(&path) {
                Ok(preset) => own.push(PresetEntry {
                    preset,
                    source: PresetSource::File(path),
                }),
                Err(error) => problems.push((path, error.to_string())),
            }
        }
        own.sort_by_cached_key(|entry: &PresetEntry| entry.preset.name.to_lowercase());
        (own, problems)
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let paths = fs::read_dir(&self.folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files = paths.collect::<io::Result<Vec<_>>>()?;
        files.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
        files.sort();
        Ok(files)
    }

    /// Saves a preset in the file that its name says, and says which.
    ///
    /// # Errors
    /// If its texts are none of a preset, if there is one that is to be kept, or if the folder cannot be written.
    /// What was there before is then still there.
    pub fn save(&self, preset: &Preset, existing: Existing) -> Result<PathBuf, PresetError> {
        let text = preset.to_json()?;
        let path = self
            .folder
            .join(format!("{}.{ENDING}", file_stem(&preset.name)));
        match write_whole(&path, text.as_bytes(), existing) {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let there = Preset::read_file(&path).map(|preset| preset.name);
                Err(PresetError::Exists {
                    name: there.unwrap_or_else(|_| preset.name.clone()),
                    path,
                })
            }
            Err(source) => Err(PresetError::Write { path, source }),
        }
    }

    /// Deletes one of this folder's presets.
    ///
    /// # Errors
    /// If the file is none of this folder's, or cannot be deleted.
    pub fn delete(&self, path: &Path) -> Result<(), PresetError> {
        let is_own = path.parent() == Some(self.folder.as_path())
            && path.extension().is_some_and(|ending| ending == ENDING);
        if !is_own {
            return Err(PresetError::NotOwn {
                path: path.to_owned(),
            });
        }
        fs::remove_file(path).map_err(|source| PresetError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

impl Preset {
    /// Reads a preset's file.
    ///
    /// # Errors
    /// If it cannot be read, and as [`from_json`](Self::from_json).
    pub fn read_file(path: &Path) -> Result<Preset, PresetError> {
        let bytes = read_whole(path, MAX_PRESET_FILE_BYTES).map_err(|error| match error {
            ReadError::Io(source) => PresetError::Read {
                path: path.to_owned(),
                source,
            },
            ReadError::NotAFile => PresetError::NotAFile,
            ReadError::TooLarge { size_bytes, .. } => PresetError::TooLarge { size_bytes },
        })?;
        Self::from_json(&text_of(&bytes)?)
    }
}

/// The text of a file in UTF-8, or in UTF-16 behind the mark that says so.
fn text_of(bytes: &[u8]) -> Result<String, PresetError> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, odd) = rest.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|pair| unit(*pair)).collect();
        let text = String::from_utf16(&units).map_err(|error| error.to_string());
        text.and_then(|text| match odd {
            [] => Ok(text),
            _ => Err("it ends within a character".to_owned()),
        })
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string()),
    };
    text.map_err(|reason| PresetError::NotAPreset { reason })
}
