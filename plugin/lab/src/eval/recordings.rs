//! Recordings that are not single notes: the beginning of an audio file, and the audio files of a folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mynah_cli::audio::read::Reader;
use mynah_cli::audio::resample::resample;
use mynah_cli::synth::RATE_HZ;

/// Endings of the files that are looked at.
const EXTENSIONS: [&str; 8] = ["wav", "aif", "aiff", "flac", "mp3", "ogg", "oga", "wave"];
/// How far into a file its sound may begin, in seconds.
const LONGEST_LEAD_S: f64 = 60.0;
/// What is this far below the loudest sample is not yet sound.
const LEAD_LEVEL: f32 = 0.01;
/// Silence left before the sound, in seconds.
const LEAD_S: f64 = 0.1;

/// All audio files under `folder`, by path.
///
/// # Errors
/// A folder cannot be read, or there is no audio file.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let unreadable = || format!("cannot open the folder '{}'", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let path = entry.path();
            let extension = path.extension().map(|e| e.to_ascii_lowercase());
            // A link to a folder is not followed: it might lead back.
            if entry.file_type().with_context(unreadable)?.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known)) {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        bail!("'{}' holds no audio file", folder.display());
    }
    found.sort();
    Ok(found)
}

/// Up to `seconds` of the file at `path`, from where its sound begins; 48 kHz mono.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn excerpt(path: &Path, seconds: f64) -> Result<Vec<f32>> {
    let mut reader = Reader::open(path)?;
    let rate_hz = f64::from(reader.rate_hz());
    let longest = ((LONGEST_LEAD_S + seconds) * rate_hz) as usize;
    let mono = reader.read_mono(longest)?;
    reader.warn_of_losses();
    let peak = mono.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    let begins = mono.iter().position(|x| x.abs() > LEAD_LEVEL * peak);
    let start = begins
        .unwrap_or(0)
        .saturating_sub((LEAD_S * rate_hz) as usize);
    let end = mono.len().min(start + (seconds * rate_hz) as usize);
    Ok(resample(&mono[start..end], rate_hz / RATE_HZ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn write(path: &Path, rate_hz: u32, silence: usize, tone: usize) {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        for i in 0..silence + tone {
            let x = if i < silence { 0 } else { 8_000 };
            writer.write_sample(x).unwrap();
            writer.write_sample(x).unwrap();
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn an_excerpt_begins_with_the_sound_and_has_48_khz() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        write(&path, 24_000, 48_000, 48_000);
        let sound = excerpt(&path, 1.0).unwrap();
        assert_eq!(sound.len(), 48_000);
        assert!(sound[4_700].abs() < 0.03 && (sound[6_000] - 0.244).abs() < 0.01);
        assert_eq!(excerpt(&path, 10.0).unwrap().len(), 2 * 48_000 + 4_800);
    }

    #[test]
    fn audio_files_are_found_in_folders_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        assert!(files(folder.path()).is_err());
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        for name in ["b.WAV", "deep/a.flac", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = files(folder.path()).unwrap();
        assert_eq!(
            found,
            [
                folder.path().join("b.WAV"),
                folder.path().join("deep/a.flac")
            ]
        );
    }
}
