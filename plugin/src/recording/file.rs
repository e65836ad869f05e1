//! A WAV file that can be read at any time, whatever ends its writing: mono, 24 bits, so that two hours at 192 kHz fit.
//!
//! Until it is closed its header says what programs say that cannot know the length yet, and what readers take for "to the
//! end". So nothing has to be put right where a host is ended in the middle.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const HEADER_BYTES: u64 = 44;
const SAMPLE_BYTES: u64 = 3;
/// Where the header says how long the file is, and how long its samples are.
const LENGTH_AT: u64 = 4;
const DATA_LENGTH_AT: u64 = 40;
/// A length that is not known.
const UNKNOWN: u32 = u32::MAX;
/// The highest value of 24 bits.
const FULL_SCALE: f32 = 8_388_607.0;

/// A recording that is being written.
pub(super) struct WavFile {
    path: PathBuf,
    file: File,
    /// Kept, so that it need not be made for every piece.
    bytes: Vec<u8>,
}

impl WavFile {
    /// Begins a file in a folder, which must be there, by the first number that no file has.
    ///
    /// # Errors
    /// If the folder takes no files.
    pub(super) fn create(folder: &Path, rate_hz: u32) -> io::Result<Self> {
        let mut number = 1_u32;
        let (path, mut file) = loop {
            let path = folder.join(format!("{number}.wav"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => break (path, file),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        };
        file.write_all(&header(rate_hz))?;
        Ok(Self {
            path,
            file,
            bytes: Vec::new(),
        })
    }

    /// What is there already, as if it had been begun here.
    #[cfg(test)]
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            file: OpenOptions::new().write(true).open(&path)?,
            path,
            bytes: Vec::new(),
        })
    }

    /// Adds samples; what is beyond full scale is at full scale. They are the system's when this returns.
    ///
    /// # Errors
    /// If the disk takes no more.
    pub(super) fn write(&mut self, samples: &[f32]) -> io::Result<()> {
        self.bytes.clear();
        for sample in samples {
            let value = (sample.clamp(-1.0, 1.0) * FULL_SCALE).round() as i32;
            self.bytes.extend_from_slice(&value.to_le_bytes()[..3]);
        }
        self.file.write_all(&self.bytes)
    }

    /// Says in the file how long it is, and has it kept. Also after a write has failed: what came before it is whole.
    ///
    /// # Errors
    /// If the disk does not take that, either; the file can be read all the same.
    pub(super) fn close(mut self) -> io::Result<()> {
        let bytes = self.file.metadata()?.len().saturating_sub(HEADER_BYTES);
        let data = bytes - bytes % SAMPLE_BYTES;
        // Chunks begin at even bytes. To make a file shorter, or one byte longer, needs no room worth mentioning.
        self.file.set_len(HEADER_BYTES + data + data % 2)?;
        let length = |bytes: u64| u32::try_from(bytes).unwrap_or(UNKNOWN).to_le_bytes();
        for (at, bytes) in [
            (LENGTH_AT, HEADER_BYTES - 8 + data + data % 2),
            (DATA_LENGTH_AT, data),
        ] {
            self.file.seek(SeekFrom::Start(at))?;
            self.file.write_all(&length(bytes))?;
        }
        self.file.sync_all()
    }

    /// Makes as if it had not been begun.
    pub(super) fn remove(self) {
        drop(self.file);
        // What cannot be removed stays, and is silent.
        let _ = fs::remove_file(&self.path);
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Of a file of unknown length.
fn header(rate_hz: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES as usize);
    let bytes_per_s = rate_hz * SAMPLE_BYTES as u32;
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&UNKNOWN.to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel.
    header.extend_from_slice(&[1, 0, 1, 0]);
    header.extend_from_slice(&rate_hz.to_le_bytes());
    header.extend_from_slice(&bytes_per_s.to_le_bytes());
    header.extend_from_slice(&[SAMPLE_BYTES as u8, 0, 24, 0]);
    header.extend_from_slice(b"data");
    header.extend_from_slice(&UNKNOWN.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn word(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn a_file_can_be_read_to_its_end_before_it_is_closed_and_says_how_long_it_is_after() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WavFile::create(folder.path(), 44_100).unwrap();
        let path = file.path().to_owned();
        file.write(&[0.0, 1.0]).unwrap();
        file.write(&[-7.0]).unwrap();
        let open = fs::read(&path).unwrap();
        assert_eq!((word(&open, 4), word(&open, 40)), (UNKNOWN, UNKNOWN));
        assert_eq!(&open[44..], [0, 0, 0, 0xFF, 0xFF, 0x7F, 1, 0, 0x80]);
        file.close().unwrap();
        let closed = fs::read(&path).unwrap();
        assert_eq!(closed[44..53], open[44..]);
        assert_eq!((closed.len(), word(&closed, 40)), (54, 9));
        assert_eq!(word(&closed, 4) as usize, closed.len() - 8);
        assert_eq!((word(&closed, 24), word(&closed, 28)), (44_100, 132_300));
    }

    #[test]
    fn no_file_is_written_over_and_half_a_sample_is_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1.wav"), "mine").unwrap();
        let mut file = WavFile::create(folder.path(), 48_000).unwrap();
        assert!(file.path().ends_with("2.wav"));
        file.write(&[0.5]).unwrap();
        file.file.write_all(&[1, 2]).unwrap();
        let path = file.path().to_owned();
        file.close().unwrap();
        assert_eq!(word(&fs::read(&path).unwrap(), 40), 3);
        assert_eq!(fs::read(folder.path().join("1.wav")).unwrap(), b"mine");
        let empty = WavFile::create(folder.path(), 48_000).unwrap();
        let path = empty.path().to_owned();
        empty.remove();
        assert!(!path.exists());
    }
}
