//! The player's ratings, in a file of the player's folder: a line of JSON for each, the newest last.

use std::path::{Path, PathBuf};

use mynah_engine::{Existing, ReadError, data_folder, read_whole, write_whole};

use crate::{ExploreError, Rating};

/// So many are kept, the newest.
pub const MAX_RATINGS: usize = 500;
/// The file is not read beyond: several times what so many need.
const MAX_BYTES: u64 = 16 << 20;

/// A file of ratings. Every call reads it anew: other instances may have written.
#[derive(Clone, Debug)]
pub struct Ratings {
    path: PathBuf,
}

impl Ratings {
    /// The player's own. The file need not exist.
    ///
    /// # Errors
    /// [`ExploreError::NoFolder`].
    pub fn of_user() -> Result<Self, ExploreError> {
        let folder = data_folder().ok_or(ExploreError::NoFolder)?;
        Ok(Self::at(folder.join("ratings.jsonl")))
    }

    /// In this file.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of them, the oldest first. Lines that are none are passed over; without a file there are none.
    ///
    /// # Errors
    /// [`ExploreError::Read`].
    pub fn all(&self) -> Result<Vec<Rating>, ExploreError> {
        let bytes = match read_whole(&self.path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            Err(source) => {
                let path = self.path.clone();
                return Err(ExploreError::Read { path, source });
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(Rating::read).collect())
    }

    /// Adds one; how many there are then. The oldest go where there are more than [`MAX_RATINGS`].
    ///
    /// # Errors
    /// If the file cannot be read or written, or the preset's texts are not valid.
    pub fn add(&self, rating: Rating) -> Result<usize, ExploreError> {
        let mut all = self.all()?;
        all.push(rating);
        let newest = &all[all.len().saturating_sub(MAX_RATINGS)..];
        let lines: Vec<String> = newest.iter().map(Rating::line).collect::<Result<_, _>>()?;
        self.write(&(lines.join("\n") + "\n"))?;
        Ok(newest.len())
    }

    /// Forgets all.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn clear(&self) -> Result<(), ExploreError> {
        match std::fs::remove_file(&self.path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                let path = self.path.clone();
                Err(ExploreError::Write { path, source })
            }
            _ => Ok(()),
        }
    }

    fn write(&self, text: &str) -> Result<(), ExploreError> {
        let written = write_whole(&self.path, text.as_bytes(), Existing::Replace);
        written.map_err(|source| ExploreError::Write {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mynah_engine::{Quality, surprise};

    use super::*;
    use crate::SOUND_NUMBERS;

    fn rating(seed: u64) -> Rating {
        Rating {
            liked: seed.is_multiple_of(2),
            preset: surprise(seed, &[], Quality::Full),
            sound: (seed != 3).then_some([0.5; SOUND_NUMBERS]),
        }
    }

    #[test]
    fn ratings_are_kept_in_order_and_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let ratings = Ratings::at(folder.path().join("deep/ratings.jsonl"));
        assert_eq!(ratings.all().unwrap(), []);
        ratings.clear().unwrap();
        for seed in 0..5 {
            assert_eq!(ratings.add(rating(seed)).unwrap(), seed as usize + 1);
        }
        let all: Vec<Rating> = (0..5).map(rating).collect();
        assert_eq!(ratings.all().unwrap(), all);
        ratings.clear().unwrap();
        assert_eq!(ratings.all().unwrap(), []);
    }

    #[test]
    fn what_is_no_rating_is_passed_over_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let ratings = Ratings::at(folder.path().join("ratings.jsonl"));
        ratings.add(rating(1)).unwrap();
        let text = std::fs::read_to_string(ratings.path()).unwrap();
        let other = text.replace("\"numbers_version\":1", "\"numbers_version\":9");
        let broken = format!("{{\n{other}{}\n{text}", "x".repeat(1000));
        std::fs::write(ratings.path(), broken).unwrap();
        // What another version measured is not known, what was set is.
        let older = Rating {
            sound: None,
            ..rating(1)
        };
        let all = [older, rating(1)];
        assert_eq!(ratings.all().unwrap(), all);
        ratings.add(rating(2)).unwrap();
        let [older, newer] = all;
        assert_eq!(ratings.all().unwrap(), [older, newer, rating(2)]);
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let ratings = Ratings::at(folder.path().join("ratings.jsonl"));
        let lines: Vec<String> = (0..MAX_RATINGS as u64)
            .map(|seed| rating(seed).line().unwrap())
            .collect();
        std::fs::write(ratings.path(), lines.join("\n")).unwrap();
        assert_eq!(ratings.add(rating(999)).unwrap(), MAX_RATINGS);
        let all = ratings.all().unwrap();
        assert_eq!((&all[0], all.last().unwrap()), (&rating(1), &rating(999)));
    }
}
