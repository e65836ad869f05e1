//! Files made byte by byte, and what is read of them.

use std::io::{Cursor, Read};

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::error::Verify;
use mynah_cli::audio::read::{Loss, LossKind, Reader};

/// Frames of a FLAC block.
pub(crate) const BLOCK: usize = 1_000;

/// What a file held.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) rate_hz: u32,
    pub(crate) planes: Vec<Vec<f32>>,
    pub(crate) losses: Vec<Loss>,
}

impl Heard {
    pub(crate) fn frames(&self) -> usize {
        self.planes[0].len()
    }

    /// Kinds of the losses, and their lengths in frames.
    pub(crate) fn lost(&self) -> Vec<(LossKind, Option<usize>)> {
        let frames = |seconds: f64| (seconds * f64::from(self.rate_hz)).round() as usize;
        let losses = self.losses.iter();
        losses.map(|l| (l.what, l.length_s.map(frames))).collect()
    }
}

/// All of a file.
pub(crate) fn hear(mut reader: Reader) -> Heard {
    let mut planes = vec![Vec::new(); reader.channels()];
    while let Some(block) = reader.next_block().unwrap() {
        assert_eq!(block.len(), planes.len());
        for (plane, block) in planes.iter_mut().zip(block) {
            plane.extend_from_slice(block);
        }
    }
    Heard {
        rate_hz: reader.rate_hz(),
        planes,
        losses: reader.losses().to_vec(),
    }
}

/// Reads `bytes` as a file and as a stream, and insists that both are the same.
pub(crate) fn read(bytes: &[u8]) -> Heard {
    let stream = hear(Reader::open_stream(trickle(bytes), "a stream").unwrap());
    let folder = tempfile::tempdir().unwrap();
    // A name that tells nothing.
    let path = folder.path().join("sound");
    std::fs::write(&path, bytes).unwrap();
    let file = hear(Reader::open(&path).unwrap());
    assert_eq!(file.planes, stream.planes);
    assert_eq!(file.losses, stream.losses);
    file
}

/// Why `bytes` are not read.
pub(crate) fn refusal(bytes: &[u8]) -> String {
    match Reader::open_stream(trickle(bytes), "x") {
        Ok(_) => panic!("was read"),
        Err(error) => format!("{error:#}"),
    }
}

/// Bytes as a pipe gives them, a few at a time.
fn trickle(bytes: &[u8]) -> Box<dyn Read + Send> {
    struct Trickle(Cursor<Vec<u8>>, usize);
    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = self.1 % 4_001 + 97;
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }
    Box::new(Trickle(Cursor::new(bytes.to_vec()), 0))
}

/// Noise, a plane per channel, of so many bits.
pub(crate) fn noise(frames: usize, channels: usize, bits: u32) -> Vec<Vec<i32>> {
    let mut state = 1u32;
    let mut plane = || {
        let sample = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Mostly quiet, as a coder likes it, and now and then at full scale.
            let loud = if state & 0x7F00 == 0 { 0 } else { 4 };
            (state as i32) >> (32 - bits + loud)
        };
        (0..frames).map(sample).collect()
    };
    (0..channels).map(|_| plane()).collect()
}

/// The same as it should be read.
pub(crate) fn scaled(planes: &[Vec<i32>], bits: u32) -> Vec<Vec<f32>> {
    let scale = 1.0 / f64::from(1u32 << (bits - 1));
    let sample = |s: &i32| (f64::from(*s) * scale) as f32;
    let plane = |plane: &Vec<i32>| plane.iter().map(sample).collect();
    planes.iter().map(plane).collect()
}

/// Interleaved little-endian samples of `bytes` bytes each, from so many bits at their upper end.
pub(crate) fn interleaved(planes: &[Vec<i32>], bits: u32, bytes: usize) -> Vec<u8> {
    let mut data = Vec::new();
    for i in 0..planes[0].len() {
        for plane in planes {
            let word = (plane[i] << (32 - bits)).to_le_bytes();
            data.extend_from_slice(&word[4 - bytes..]);
        }
    }
    data
}

/// A chunk with its padding.
pub(crate) fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [id, &(body.len() as u32).to_le_bytes()[..], body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// The body of a `fmt ` chunk.
pub(crate) fn fmt(tag: u16, channels: u16, rate_hz: u32, bits: u16, bytes: u16) -> Vec<u8> {
    let frame = channels * bytes;
    [
        &tag.to_le_bytes()[..],
        &channels.to_le_bytes(),
        &rate_hz.to_le_bytes(),
        &(rate_hz * u32::from(frame)).to_le_bytes(),
        &frame.to_le_bytes(),
        &bits.to_le_bytes(),
    ]
    .concat()
}

/// A RIFF file of these chunks.
pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WAVE".to_vec(), chunks.concat()].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A FLAC file: its head, up to the first frame, and its frames.
pub(crate) struct Flac {
    pub(crate) head: Vec<u8>,
    pub(crate) frames: Vec<Vec<u8>>,
}

impl Flac {
    /// Of 16 bits, 44,100 Hz, in blocks of [`BLOCK`].
    pub(crate) fn of(planes: &[Vec<i32>]) -> Flac {
        Flac::of_bits(planes, 16)
    }

    /// The same, of so many bits.
    pub(crate) fn of_bits(planes: &[Vec<i32>], bits: usize) -> Flac {
        let config = flacenc::config::Encoder::default().into_verified().unwrap();
        let mut samples = Vec::new();
        for i in 0..planes[0].len() {
            samples.extend(planes.iter().map(|plane| plane[i]));
        }
        let source = flacenc::source::MemSource::from_samples(&samples, planes.len(), bits, 44_100);
        let stream = flacenc::encode_with_fixed_block_size(&config, source, BLOCK).unwrap();
        let bytes = |component: &dyn Fn(&mut ByteSink)| {
            let mut sink = ByteSink::new();
            component(&mut sink);
            sink.as_slice().to_vec()
        };
        let whole = bytes(&|sink| stream.write(sink).unwrap());
        let count = stream.frame_count();
        let frame = |n: usize| bytes(&|sink| stream.frame(n).unwrap().write(sink).unwrap());
        let frames: Vec<Vec<u8>> = (0..count).map(frame).collect();
        let sound: usize = frames.iter().map(Vec::len).sum();
        Flac {
            head: whole[..whole.len() - sound].to_vec(),
            frames,
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.head[..], &self.frames.concat()].concat()
    }

    /// The same, but its head does not say how long it is.
    pub(crate) fn of_unknown_length(mut self) -> Flac {
        // The lowest 36 of 64 bits, from the tenth byte of the first block on.
        self.head[8 + 13] &= 0xF0;
        self.head[8 + 14..8 + 18].fill(0);
        self
    }
}

/// Where an Ogg file's pages begin.
pub(crate) fn pages(ogg: &[u8]) -> Vec<usize> {
    let begins = |at: &usize| ogg[*at..].starts_with(b"OggS");
    (0..ogg.len()).filter(begins).collect()
}

/// A file beside the tests.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(super::common::fixture(name)).unwrap()
}

/// Insists that two stretches are the same to the bit.
#[track_caller]
pub(crate) fn assert_same(
    heard: &[Vec<f32>],
    expected: &[Vec<f32>],
    range: std::ops::Range<usize>,
) {
    for (heard, expected) in heard.iter().zip(expected) {
        let differs = range.clone().find(|i| heard[*i] != expected[*i]);
        assert_eq!(differs, None, "the first frame that differs");
    }
}
