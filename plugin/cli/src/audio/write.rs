//! Writing WAV and FLAC, block by block.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::dither::Quantiser;
use super::flac::{self, FlacWriter};
use super::metadata::Metadata;
use super::pending::{Destination, Pending};
use super::wav::{Layout, WavWriter};
use crate::cli::{Bits, Format};

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub(crate) format: Format,
    pub(crate) bits: Bits,
}

impl Encoding {
    /// 16-bit WAV, which every browser plays.
    pub(crate) const WAV_16: Encoding = Encoding {
        format: Format::Wav,
        bits: Bits::Sixteen,
    };

    /// From the file name, `.wav` or `.flac`; where there is no such name, of `format`.
    ///
    /// # Errors
    /// A file with another ending, or float FLAC.
    pub(crate) fn of(destination: &Destination, format: Format, bits: Bits) -> Result<Encoding> {
        let ending = |path: &Path| {
            let ending = path.extension().and_then(|e| e.to_str())?;
            match ending.to_ascii_lowercase().as_str() {
                "wav" | "wave" => Some(Format::Wav),
                "flac" => Some(Format::Flac),
                _ => None,
            }
        };
        let named = destination.path().and_then(ending);
        let format = match (destination, named) {
            (_, Some(named)) => named,
            (Destination::File(path), None) => bail!(
                "'{}': an output's name must end in .wav or .flac",
                path.display()
            ),
            (_, None) => format,
        };
        if format == Format::Flac && bits == Bits::Float {
            bail!("FLAC cannot hold float samples: choose WAV, or --bits 24 or 16");
        }
        Ok(Encoding { format, bits })
    }

    /// Refuses what the encoding cannot hold, before any work is done.
    ///
    /// # Errors
    /// FLAC above 96 kHz or of more than eight channels.
    pub(crate) fn check(self, rate_hz: u32, channels: usize) -> Result<()> {
        if self.format != Format::Flac {
            return Ok(());
        }
        if rate_hz > flac::MAX_RATE_HZ {
            bail!(
                "FLAC output goes up to {} Hz, this file has {rate_hz} Hz: choose WAV",
                flac::MAX_RATE_HZ
            );
        }
        if channels > flac::MAX_CHANNELS {
            bail!(
                "FLAC output has up to {} channels, not {channels}: choose WAV",
                flac::MAX_CHANNELS
            );
        }
        Ok(())
    }
}

enum Sink {
    Wav(WavWriter<BufWriter<File>>),
    Float(WavWriter<BufWriter<File>>),
    Flac(Box<FlacWriter>),
}

/// Writer of one audio file.
pub(crate) struct Writer {
    sink: Sink,
    pending: Pending,
    channels: usize,
    quantiser: Quantiser,
}

impl Writer {
    /// Opens a writer whose file appears under `destination` at [`Writer::finish`], with what is told of the sound in
    /// `metadata`.
    ///
    /// # Errors
    /// As [`Pending::create`] and [`Encoding::check`].
    pub(crate) fn create(
        destination: &Destination,
        encoding: Encoding,
        rate_hz: u32,
        channels: usize,
        overwrite: bool,
        metadata: &Metadata,
    ) -> Result<Writer> {
        encoding.check(rate_hz, channels)?;
        let (file, pending) = Pending::create(destination, overwrite)?;
        let file = BufWriter::with_capacity(1 << 16, file);
        let bits = encoding.bits.count();
        let float = encoding.bits == Bits::Float;
        let sink = match encoding.format {
            Format::Wav => {
                let layout = Layout {
                    rate_hz,
                    channels: u16::try_from(channels).context("too many channels")?,
                    bits,
                    float,
                };
                let wav = WavWriter::new(file, layout, metadata.wav_chunks())
                    .with_context(|| format!("cannot write '{}'", pending.shown()))?;
                if float {
                    Sink::Float(wav)
                } else {
                    Sink::Wav(wav)
                }
            }
            Format::Flac => Sink::Flac(Box::new(FlacWriter::new(
                file,
                rate_hz,
                channels,
                bits,
                metadata.flac_blocks(),
            )?)),
        };
        Ok(Writer {
            sink,
            pending,
            channels,
            quantiser: Quantiser::new(bits.min(24)),
        })
    }

    /// Appends one block, one plane per channel, all of the same length.
    ///
    /// # Errors
    /// The disk is full.
    pub(crate) fn write(&mut self, planes: &[&[f32]]) -> Result<()> {
        debug_assert_eq!(planes.len(), self.channels);
        let frames = planes.first().map_or(0, |p| p.len());
        let failed = |pending: &Pending| format!("cannot write '{}'", pending.shown());
        for i in 0..frames {
            for plane in planes {
                let sample = plane[i];
                match &mut self.sink {
                    Sink::Float(wav) => wav
                        .push_float(sample)
                        .with_context(|| failed(&self.pending))?,
                    Sink::Wav(wav) => wav
                        .push(self.quantiser.quantise(sample))
                        .with_context(|| failed(&self.pending))?,
                    Sink::Flac(flac) => flac
                        .push(self.quantiser.quantise(sample))
                        .with_context(|| failed(&self.pending))?,
                }
            }
        }
        Ok(())
    }

    /// Completes the file and gives it its name. Returns how many samples had to be clipped to full scale.
    ///
    /// # Errors
    /// As [`Writer::write`] and [`Pending::publish`].
    pub(crate) fn finish(self) -> Result<u64> {
        let shown = self.pending.shown();
        let failed = || format!("cannot write '{shown}'");
        match self.sink {
            Sink::Wav(wav) | Sink::Float(wav) => {
                wav.finish().with_context(failed)?;
            }
            Sink::Flac(flac) => flac.finish().with_context(failed)?,
        }
        self.pending.publish()?;
        Ok(self.quantiser.clipped_samples())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::audio::read::Reader;

    fn round_trip(format: Format, bits: Bits, channels: usize, frames: usize, tolerance: f32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let encoding = Encoding { format, bits };
        let plane = |c: usize| -> Vec<f32> {
            (0..frames)
                .map(|i| ((i * (c + 1)) as f32 * 0.05).sin() * 0.7 + (i % 17) as f32 * 0.01)
                .collect()
        };
        let planes: Vec<Vec<f32>> = (0..channels).map(plane).collect();
        let mut writer = create(&path, encoding, 44_100, channels);
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

    fn create(path: &Path, encoding: Encoding, rate_hz: u32, channels: usize) -> Writer {
        let destination = Destination::File(path.to_path_buf());
        let nothing = Metadata::default();
        Writer::create(&destination, encoding, rate_hz, channels, false, &nothing).unwrap()
    }

    #[test]
    fn every_encoding_comes_back_as_it_was_written() {
        let half_a_step = 0.5 / (1 << 23) as f32 + 1e-9;
        for channels in [1, 2] {
            for frames in [1, 4096, 10_001] {
                // With dither.
                let coarse_steps = 1.5 / (1 << 15) as f32 + 1e-9;
                for format in [Format::Wav, Format::Flac] {
                    round_trip(format, Bits::Sixteen, channels, frames, coarse_steps);
                    round_trip(format, Bits::TwentyFour, channels, frames, half_a_step);
                }
                round_trip(Format::Wav, Bits::Float, channels, frames, 0.0);
            }
        }
    }

    #[test]
    fn a_writer_dropped_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "b.flac"] {
            let path = folder.path().join(name);
            let destination = Destination::File(path.clone());
            let encoding = Encoding::of(&destination, Format::Wav, Bits::TwentyFour).unwrap();
            let mut writer = create(&path, encoding, 48_000, 1);
            writer.write(&[&[0.5; 5000]]).unwrap();
            drop(writer);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
