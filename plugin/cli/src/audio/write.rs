//! Writing WAV and FLAC so that a half-written file never carries the output's name: everything goes to a hidden
//! temporary file in the destination's folder, which takes the name only when it is complete.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempPath;

use super::flac::{self, FlacWriter};

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 16-bit WAV, which every browser plays.
    Wav16,
    /// 24-bit WAV.
    Wav24,
    /// 32-bit float WAV: exactly what the engine made, also above full scale.
    WavFloat,
    /// 24-bit FLAC.
    Flac24,
}

impl Encoding {
    /// From the file name: `.flac`, or `.wav` (float if `float`).
    ///
    /// # Errors
    /// Another extension, or float FLAC.
    pub(crate) fn for_path(path: &Path, float: bool) -> Result<Encoding> {
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .map(str::to_ascii_lowercase);
        match (extension.as_deref(), float) {
            (Some("wav" | "wave"), false) => Ok(Encoding::Wav24),
            (Some("wav" | "wave"), true) => Ok(Encoding::WavFloat),
            (Some("flac"), false) => Ok(Encoding::Flac24),
            (Some("flac"), true) => {
                bail!("FLAC cannot hold float samples: choose WAV or leave out --float")
            }
            _ => bail!(
                "'{}': an output's name must end in .wav or .flac",
                path.display()
            ),
        }
    }

    /// Bits of one sample.
    fn bits(self) -> u16 {
        match self {
            Encoding::Wav16 => 16,
            Encoding::Wav24 | Encoding::Flac24 => 24,
            Encoding::WavFloat => 32,
        }
    }

    /// Refuses rates the encoding cannot hold, before any work is done.
    ///
    /// # Errors
    /// FLAC above 96 kHz.
    pub(crate) fn check_rate(self, rate_hz: u32) -> Result<()> {
        if self == Encoding::Flac24 && rate_hz > flac::MAX_RATE_HZ {
            bail!(
                "FLAC output goes up to {} Hz, this file has {rate_hz} Hz: choose WAV",
                flac::MAX_RATE_HZ
            );
        }
        Ok(())
    }
}

enum Sink {
    Wav(hound::WavWriter<BufWriter<File>>),
    Flac(Box<FlacWriter>),
}

/// A temporary file that becomes `destination` by [`Pending::publish`], and vanishes if it is dropped before.
pub(crate) struct Pending {
    temp: TempPath,
    destination: PathBuf,
    overwrite: bool,
}

impl Pending {
    /// Makes the temporary file beside `destination`.
    ///
    /// # Errors
    /// The folder does not exist or cannot be written; the destination exists and `overwrite` is false.
    pub(crate) fn create(destination: &Path, overwrite: bool) -> Result<(File, Pending)> {
        check_free(destination, overwrite)?;
        let folder = folder_of(destination);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".mynah-").suffix(".part");
        // The output is an ordinary file of the player's: the usual rights, less the umask, not tempfile's 0600.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, temp) = builder
            .tempfile_in(folder)
            .with_context(|| format!("cannot write into the folder '{}'", folder.display()))?
            .into_parts();
        Ok((
            file,
            Pending {
                temp,
                destination: destination.to_path_buf(),
                overwrite,
            },
        ))
    }

    /// Gives the finished file its name.
    ///
    /// # Errors
    /// The destination has appeared meanwhile (without `overwrite`), or cannot be replaced.
    pub(crate) fn publish(self) -> Result<()> {
        let Pending {
            temp,
            destination,
            overwrite,
        } = self;
        let moved = if overwrite {
            temp.persist(&destination)
        } else {
            temp.persist_noclobber(&destination)
        };
        moved.map_err(|e| anyhow!("cannot write '{}': {}", destination.display(), e.error))
    }
}

/// Writer of one audio file.
pub(crate) struct Writer {
    sink: Sink,
    pending: Pending,
    channels: usize,
    encoding: Encoding,
    bytes: u64,
    clipped_samples: u64,
}

impl Writer {
    /// Opens a writer whose file appears under `destination` at [`Writer::finish`].
    ///
    /// # Errors
    /// As [`Pending::create`]; a rate the encoding cannot hold.
    pub(crate) fn create(
        destination: &Path,
        encoding: Encoding,
        rate_hz: u32,
        channels: usize,
        overwrite: bool,
    ) -> Result<Writer> {
        encoding.check_rate(rate_hz)?;
        let (file, pending) = Pending::create(destination, overwrite)?;
        let file = BufWriter::with_capacity(1 << 16, file);
        let wav = |sample_format| hound::WavSpec {
            channels: channels as u16,
            sample_rate: rate_hz,
            bits_per_sample: encoding.bits(),
            sample_format,
        };
        let sink = match encoding {
            Encoding::Wav16 | Encoding::Wav24 => {
                Sink::Wav(hound::WavWriter::new(file, wav(hound::SampleFormat::Int))?)
            }
            Encoding::WavFloat => Sink::Wav(hound::WavWriter::new(
                file,
                wav(hound::SampleFormat::Float),
            )?),
            Encoding::Flac24 => Sink::Flac(Box::new(FlacWriter::new(file, rate_hz, channels)?)),
        };
        Ok(Writer {
            sink,
            pending,
            channels,
            encoding,
            bytes: 0,
            clipped_samples: 0,
        })
    }

    /// Appends one block, one plane per channel, all of the same length.
    ///
    /// # Errors
    /// The disk is full or the file passes the 4 GiB a WAV file can hold.
    pub(crate) fn write(&mut self, planes: &[&[f32]]) -> Result<()> {
        debug_assert_eq!(planes.len(), self.channels);
        let frames = planes.first().map_or(0, |p| p.len());
        let shown = self.pending.destination.display();
        let failed = |e: String| anyhow!("cannot write '{shown}': {e}");
        let bits = self.encoding.bits();
        for i in 0..frames {
            for plane in planes {
                let sample = plane[i];
                match (&mut self.sink, self.encoding) {
                    (Sink::Wav(wav), Encoding::WavFloat) => wav
                        .write_sample(sample)
                        .map_err(|e| failed(e.to_string()))?,
                    (Sink::Wav(wav), _) => {
                        let value = to_bits(sample, bits, &mut self.clipped_samples);
                        wav.write_sample(value).map_err(|e| failed(e.to_string()))?;
                    }
                    (Sink::Flac(flac), _) => {
                        let value = to_bits(sample, bits, &mut self.clipped_samples);
                        flac.push(value).map_err(|e| failed(format!("{e:#}")))?;
                    }
                }
            }
        }
        if let Sink::Wav(_) = self.sink {
            self.bytes += (frames * self.channels * usize::from(bits / 8)) as u64;
            // 64 KiB are left for the header: hound counts in 32 bits and would wrap around.
            if self.bytes > u64::from(u32::MAX) - (1 << 16) {
                bail!("'{shown}' would pass the 4 GiB a WAV file can hold: choose FLAC");
            }
        }
        Ok(())
    }

    /// Completes the file and gives it its name. Returns how many samples had to be clipped to full scale.
    ///
    /// # Errors
    /// As [`Writer::write`] and [`Pending::publish`].
    pub(crate) fn finish(self) -> Result<u64> {
        let shown = self.pending.destination.display().to_string();
        match self.sink {
            Sink::Wav(wav) => wav
                .finalize()
                .map_err(|e| anyhow!("cannot write '{shown}': {e}"))?,
            Sink::Flac(flac) => flac
                .finish()
                .with_context(|| format!("cannot write '{shown}'"))?,
        }
        self.pending.publish()?;
        Ok(self.clipped_samples)
    }
}

/// Nearest value of 16 or 24 `bits`; the inverse of reading (1.0 is 2^23 in 24 bits), so that a file passed on unchanged
/// stays unchanged.
fn to_bits(sample: f32, bits: u16, clipped: &mut u64) -> i32 {
    let full_scale = (1u32 << (bits - 1)) as f32;
    let scaled = (sample * full_scale).round();
    if !(-full_scale..=full_scale - 1.0).contains(&scaled) {
        *clipped += 1;
    }
    scaled.clamp(-full_scale, full_scale - 1.0) as i32
}

/// The folder a file lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Refuses a destination that must not be written.
///
/// # Errors
/// It exists (without `overwrite`), is a folder, or its folder does not exist.
pub(crate) fn check_free(destination: &Path, overwrite: bool) -> Result<()> {
    let shown = destination.display();
    if destination.is_dir() {
        bail!("'{shown}' is a folder: name a file, or use --out-dir");
    }
    if destination.exists() && !overwrite {
        bail!("'{shown}' exists already: use --force to replace it");
    }
    let folder = folder_of(destination);
    if !folder.is_dir() {
        bail!(
            "cannot write '{shown}': the folder '{}' does not exist",
            folder.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::audio::read::Reader;

    fn round_trip(name: &str, encoding: Encoding, channels: usize, frames: usize, tolerance: f32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let plane = |c: usize| -> Vec<f32> {
            (0..frames)
                .map(|i| ((i * (c + 1)) as f32 * 0.05).sin() * 0.7 + (i % 17) as f32 * 0.01)
                .collect()
        };
        let planes: Vec<Vec<f32>> = (0..channels).map(plane).collect();
        let mut writer = Writer::create(&path, encoding, 44_100, channels, false).unwrap();
        for start in (0..frames).step_by(1000) {
            let end = (start + 1000).min(frames);
            let block: Vec<&[f32]> = planes.iter().map(|p| &p[start..end]).collect();
            writer.write(&block).unwrap();
        }
        assert!(
            !path.exists(),
            "the name must not be taken before the file is complete"
        );
        assert_eq!(writer.finish().unwrap(), 0);
        let mut reader = Reader::open(&path).unwrap();
        assert_eq!((reader.rate_hz(), reader.channels()), (44_100, channels));
        let mut back = vec![Vec::new(); channels];
        while let Some(block) = reader.next_block().unwrap() {
            for (all, plane) in back.iter_mut().zip(block) {
                all.extend_from_slice(plane);
            }
        }
        for (a, b) in planes.iter().zip(&back) {
            assert_eq!(a.len(), b.len());
            for (x, y) in a.iter().zip(b) {
                assert!((x - y).abs() <= tolerance, "{x} came back as {y}");
            }
        }
    }

    #[test]
    fn every_encoding_comes_back_as_it_was_written() {
        let half_a_step = 0.5 / (1 << 23) as f32 + 1e-9;
        for channels in [1, 2] {
            for frames in [1, 4096, 10_001] {
                let half_a_coarse_step = 0.5 / (1 << 15) as f32 + 1e-9;
                round_trip(
                    "x.wav",
                    Encoding::Wav16,
                    channels,
                    frames,
                    half_a_coarse_step,
                );
                round_trip("x.wav", Encoding::Wav24, channels, frames, half_a_step);
                round_trip("x.wav", Encoding::WavFloat, channels, frames, 0.0);
                round_trip("x.flac", Encoding::Flac24, channels, frames, half_a_step);
            }
        }
    }

    #[test]
    fn a_writer_dropped_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "b.flac"] {
            let path = folder.path().join(name);
            let encoding = Encoding::for_path(&path, false).unwrap();
            let mut writer = Writer::create(&path, encoding, 48_000, 1, false).unwrap();
            writer.write(&[&[0.5; 5000]]).unwrap();
            drop(writer);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn values_beyond_full_scale_are_clipped_and_counted() {
        let mut clipped = 0;
        assert_eq!(to_bits(2.0, 24, &mut clipped), (1 << 23) - 1);
        assert_eq!(to_bits(-2.0, 16, &mut clipped), -(1 << 15));
        assert_eq!(to_bits(-1.0, 24, &mut clipped), -(1 << 23));
        assert_eq!(clipped, 2);
    }
}
