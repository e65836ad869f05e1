//! A WAV file written sample by sample; one that grows past 4 GiB becomes RF64 (EBU Tech 3306), whose header has the same
//! length.

use std::io::{self, Seek, SeekFrom, Write};

/// What follows the name and size of a `ds64` chunk, and as `JUNK` keeps its place in a smaller file: three lengths of 64
/// bits, and the length of a table that is not used.
const DS64_BYTES: u32 = 28;
/// In the place of a length that needs 64 bits.
const IN_DS64: u32 = u32::MAX;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// What stands behind the two bytes of the format in the identifier of an extensible format.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// How samples lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) rate_hz: u32,
    pub(crate) channels: u16,
    /// 16 or 24, or 32 with `float`.
    pub(crate) bits: u16,
    pub(crate) float: bool,
}

impl Layout {
    fn frame_bytes(self) -> u16 {
        self.channels * (self.bits / 8)
    }
}

/// Writer of one WAV file.
pub(crate) struct WavWriter<W: Write + Seek> {
    sink: W,
    layout: Layout,
    /// Whole chunks that stand before the sound.
    chunks: Vec<u8>,
    data_bytes: u64,
    /// Largest file without 64-bit lengths, less the eight bytes that are not counted.
    riff_limit: u64,
}

impl<W: Write + Seek> WavWriter<W> {
    /// Begins a file with `chunks`, whole RIFF chunks of an even length, before its sound.
    ///
    /// # Errors
    /// `sink` takes nothing.
    pub(crate) fn new(sink: W, layout: Layout, chunks: Vec<u8>) -> io::Result<WavWriter<W>> {
        WavWriter::with_limit(sink, layout, chunks, u64::from(u32::MAX) - 1)
    }

    fn with_limit(
        mut sink: W,
        layout: Layout,
        chunks: Vec<u8>,
        riff_limit: u64,
    ) -> io::Result<WavWriter<W>> {
        sink.write_all(&header(layout, &chunks, 0, riff_limit))?;
        Ok(WavWriter {
            sink,
            layout,
            chunks,
            data_bytes: 0,
            riff_limit,
        })
    }

    /// Appends one sample of full scale ± 2^(bits - 1).
    ///
    /// # Errors
    /// `sink` takes nothing more.
    pub(crate) fn push(&mut self, sample: i32) -> io::Result<()> {
        let bytes = sample.to_le_bytes();
        self.append(&bytes[..usize::from(self.layout.bits / 8)])
    }

    /// Appends one float sample.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(crate) fn push_float(&mut self, sample: f32) -> io::Result<()> {
        self.append(&sample.to_le_bytes())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.data_bytes += bytes.len() as u64;
        self.sink.write_all(bytes)
    }

    /// Writes the true header.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if self.data_bytes % 2 == 1 {
            self.sink.write_all(&[0])?;
        }
        self.sink.seek(SeekFrom::Start(0))?;
        let header = header(self.layout, &self.chunks, self.data_bytes, self.riff_limit);
        self.sink.write_all(&header)?;
        self.sink.flush()?;
        Ok(self.sink)
    }
}

/// Everything before the samples; of the same length for every number of bytes of sound.
fn header(layout: Layout, chunks: &[u8], data_bytes: u64, riff_limit: u64) -> Vec<u8> {
    let frames = data_bytes / u64::from(layout.frame_bytes().max(1));
    let mut head = Vec::with_capacity(128 + chunks.len());
    let format = format_chunk(layout);
    // "WAVE", the place of ds64, the format, the given chunks, and the name and size of the data.
    let fixed = 4 + 8 + u64::from(DS64_BYTES) + format.len() as u64 + chunks.len() as u64 + 8;
    // Of floats, how many frames there are, in a chunk of its own.
    let fact = if layout.float { 12 } else { 0 };
    let riff_bytes = fixed + fact + data_bytes + data_bytes % 2;
    let large = riff_bytes > riff_limit;
    let short = |length: u64| match u32::try_from(length) {
        Ok(length) if !large => length,
        _ => IN_DS64,
    };
    head.extend_from_slice(if large { b"RF64" } else { b"RIFF" });
    head.extend(short(riff_bytes).to_le_bytes());
    head.extend_from_slice(b"WAVE");
    head.extend_from_slice(if large { b"ds64" } else { b"JUNK" });
    head.extend(DS64_BYTES.to_le_bytes());
    for length in [riff_bytes, data_bytes, frames] {
        head.extend(if large { length } else { 0 }.to_le_bytes());
    }
    head.extend(0u32.to_le_bytes());
    head.extend(format);
    if layout.float {
        head.extend_from_slice(b"fact");
        head.extend(4u32.to_le_bytes());
        head.extend(short(frames).to_le_bytes());
    }
    head.extend_from_slice(chunks);
    head.extend_from_slice(b"data");
    head.extend(short(data_bytes).to_le_bytes());
    head
}

/// Mono and stereo need no channel mask, and there is none: a mono file that says "front left" is refused by encoders.
/// More channels have the long form, with a mask that assigns them to no loudspeakers.
fn format_chunk(layout: Layout) -> Vec<u8> {
    let Layout {
        rate_hz,
        channels,
        bits,
        float,
    } = layout;
    let format = if float { FLOAT } else { PCM };
    let extensible = channels > 2;
    let size: u32 = match (extensible, float) {
        (true, _) => 40,
        (false, true) => 18,
        (false, false) => 16,
    };
    let mut chunk = Vec::with_capacity(48);
    chunk.extend_from_slice(b"fmt ");
    chunk.extend(size.to_le_bytes());
    chunk.extend(if extensible { EXTENSIBLE } else { format }.to_le_bytes());
    chunk.extend(channels.to_le_bytes());
    chunk.extend(rate_hz.to_le_bytes());
    let bytes_per_second = u64::from(rate_hz) * u64::from(layout.frame_bytes());
    chunk.extend(
        u32::try_from(bytes_per_second)
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    chunk.extend(layout.frame_bytes().to_le_bytes());
    chunk.extend(bits.to_le_bytes());
    if extensible {
        chunk.extend(22u16.to_le_bytes());
        chunk.extend(bits.to_le_bytes());
        chunk.extend(0u32.to_le_bytes());
        chunk.extend(format.to_le_bytes());
        chunk.extend(GUID_TAIL);
    } else if float {
        chunk.extend(0u16.to_le_bytes());
    }
    chunk
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use super::*;

    const MONO_24: Layout = Layout {
        rate_hz: 48_000,
        channels: 1,
        bits: 24,
        float: false,
    };

    fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
        let mut wide = [0; 8];
        wide[..length].copy_from_slice(&bytes[at..at + length]);
        u64::from_le_bytes(wide)
    }

    /// Where a chunk's content lies, and the size that is given for it.
    fn chunk(file: &[u8], name: &[u8; 4]) -> Option<(usize, u64)> {
        let mut at = 12;
        while at + 8 <= file.len() {
            let size = number(file, at + 4, 4);
            if &file[at..at + 4] == name {
                return Some((at + 8, size));
            }
            at += 8 + size as usize + size as usize % 2;
        }
        None
    }

    fn write(layout: Layout, samples: usize, riff_limit: u64) -> Vec<u8> {
        let chunks = b"note\x02\0\0\0hi".to_vec();
        let sink = Cursor::new(Vec::new());
        let mut writer = WavWriter::with_limit(sink, layout, chunks, riff_limit).unwrap();
        for n in 0..samples {
            if layout.float {
                writer.push_float(n as f32).unwrap();
            } else {
                writer.push(n as i32 - 2).unwrap();
            }
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn every_length_in_the_header_is_true() {
        for samples in [0, 1, 2, 7] {
            let file = write(MONO_24, samples, u64::from(u32::MAX) - 1);
            assert_eq!(&file[..4], b"RIFF");
            assert_eq!(file.len() % 2, 0);
            assert_eq!(number(&file, 4, 4), file.len() as u64 - 8);
            let (at, size) = chunk(&file, b"data").unwrap();
            assert_eq!(size, 3 * samples as u64);
            assert_eq!(file.len(), at + 3 * samples + samples % 2);
            let (note, _) = chunk(&file, b"note").unwrap();
            assert_eq!(&file[note..note + 2], b"hi");
            if samples > 0 {
                assert_eq!(file[at..at + 3], [0xfe, 0xff, 0xff]);
            }
        }
    }

    #[test]
    fn a_file_past_the_limit_is_rf64_and_says_its_length_in_64_bits() {
        for (layout, bytes) in [
            (MONO_24, 3),
            (
                Layout {
                    bits: 32,
                    float: true,
                    channels: 2,
                    ..MONO_24
                },
                4,
            ),
        ] {
            let whole = write(layout, 1_000, u64::MAX);
            let riff_bytes = whole.len() as u64 - 8;
            assert_eq!(write(layout, 1_000, riff_bytes), whole);
            let large = write(layout, 1_000, riff_bytes - 1);
            assert_eq!((large.len(), &large[..4]), (whole.len(), &b"RF64"[..]));
            assert_eq!(number(&large, 4, 4), u64::from(u32::MAX));
            assert_eq!(
                (&large[8..16], number(&large, 16, 4)),
                (&b"WAVEds64"[..], 28)
            );
            let frames = 1_000 / u64::from(layout.channels);
            for (at, value) in [(20, riff_bytes), (28, 1_000 * bytes), (36, frames)] {
                assert_eq!(number(&large, at, 8), value);
            }
            let (data, size) = chunk(&large, b"data").unwrap();
            assert_eq!(size, u64::from(u32::MAX));
            assert_eq!(large[data..], whole[data..]);
        }
    }

    /// Takes any number of bytes and keeps the first of them.
    struct Endless {
        kept: [u8; 128],
        at: u64,
    }

    impl Write for Endless {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let start = self.kept.len().min(self.at as usize);
            let end = self.kept.len().min(start + bytes.len());
            self.kept[start..end].copy_from_slice(&bytes[..end - start]);
            self.at += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Endless {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            let SeekFrom::Start(at) = to else {
                return Err(io::ErrorKind::Unsupported.into());
            };
            self.at = at;
            Ok(at)
        }
    }

    #[test]
    fn five_gigabytes_of_sound_have_their_header() {
        let sink = Endless {
            kept: [0; 128],
            at: 0,
        };
        let mut writer = WavWriter::new(sink, MONO_24, Vec::new()).unwrap();
        let part = vec![0; 3 << 20];
        while writer.data_bytes < 5 << 30 {
            writer.append(&part).unwrap();
        }
        let bytes = writer.data_bytes;
        let file = writer.finish().unwrap().kept;
        assert_eq!(&file[..4], b"RF64");
        assert_eq!(number(&file, 28, 8), bytes);
        assert_eq!(number(&file, 36, 8), bytes / 3);
        assert_eq!(number(&file, 20, 8), bytes + bytes % 2 + 80 - 8);
    }

    #[test]
    fn mono_and_stereo_have_no_mask_and_more_channels_no_loudspeakers() {
        for (channels, size) in [(1, 16), (2, 16), (6, 40)] {
            let file = write(
                Layout {
                    channels,
                    ..MONO_24
                },
                12,
                u64::MAX,
            );
            let (at, found) = chunk(&file, b"fmt ").unwrap();
            assert_eq!(found, size);
            assert_eq!(number(&file, at + 2, 2), u64::from(channels));
            let format = if channels > 2 { EXTENSIBLE } else { PCM };
            assert_eq!(number(&file, at, 2), u64::from(format));
            if channels > 2 {
                assert_eq!(number(&file, at + 20, 4), 0);
            }
        }
    }
}
