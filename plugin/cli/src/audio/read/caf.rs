//! Apple's CAF with plain samples (others go through symphonia), and AU, which is simpler still.

use super::chunks::{Chunks, Found, Layout, NoMore};
use super::container::{Opened, Refusal, check_layout};
use super::demuxed::{self, Kind};
use super::packets::Edit;
use super::pcm::Coding;
use super::source::Source;

/// Bytes of the file's header, the description's, and the description.
const OPENING_BYTES: usize = 8 + 12 + 32;

/// Opens a CAF file.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open(mut source: Source) -> Opened {
    let opening = source.peek(OPENING_BYTES)?;
    if opening.len() < OPENING_BYTES || &opening[8..12] != b"desc" {
        return Err(Refusal::Broken("it does not say what it holds".into()));
    }
    let Some(layout) = describe(&opening[20..])? else {
        let (file, start) = source.into_file()?;
        return demuxed::open(file, start, Kind::Caf, Edit::default());
    };
    source.take(OPENING_BYTES);
    loop {
        let &[i0, i1, i2, i3, s0, s1, s2, s3, s4, s5, s6, s7] = source.peek(12)? else {
            return Err(Refusal::Broken("it holds no sound".into()));
        };
        let size = i64::from_be_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
        source.take(12);
        if &[i0, i1, i2, i3] == b"data" {
            // Four bytes count edits. A size of -1 stands for all there is.
            source.skip(4)?;
            let found = match u64::try_from(size) {
                Ok(bytes @ 4..) => Found::Sound {
                    bytes: bytes - 4,
                    is_certain: true,
                },
                _ => Found::TO_THE_END,
            };
            return Ok(Box::new(Chunks::new(source, NoMore, layout, found)));
        }
        source.skip(u64::try_from(size).unwrap_or(0))?;
    }
}

/// Reads a `desc` chunk; `None` if the samples are not plain.
fn describe(body: &[u8]) -> Result<Option<Layout>, Refusal> {
    let word = |at: usize| u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]]);
    let rate = f64::from_bits(u64::from(word(0)) << 32 | u64::from(word(4)));
    let (flags, frame, channels, bits) = (word(12), word(16), word(24), word(28));
    let rate_hz = rate.round() as u32;
    let channels = channels as usize;
    let (is_float, big_endian) = (flags & 1 != 0, flags & 2 == 0);
    let coding = match &body[8..12] {
        b"lpcm" => {
            check_layout(rate_hz, channels)?;
            let bytes = frame as usize / channels;
            match (is_float, bytes) {
                (false, 1..=4) => Coding::Signed { bytes, big_endian },
                (true, 4 | 8) => Coding::Float { bytes, big_endian },
                _ => {
                    return Err(Refusal::Broken(format!("it holds samples of {bits} bits")));
                }
            }
        }
        b"alaw" => Coding::ALaw,
        b"ulaw" => Coding::MuLaw,
        _ => return Ok(None),
    };
    check_layout(rate_hz, channels)?;
    Ok(Some(Layout {
        rate_hz,
        channels,
        coding,
    }))
}

/// Opens an AU file.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open_au(mut source: Source) -> Opened {
    let header = source.peek(24)?;
    if header.len() < 24 {
        return Err(Refusal::Broken("its header is cut short".into()));
    }
    let word = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (offset, size, kind) = (word(4), word(8), word(12));
    let (rate_hz, channels) = (word(16), word(20) as usize);
    let signed = |bytes| Coding::Signed {
        bytes,
        big_endian: true,
    };
    let float = |bytes| Coding::Float {
        bytes,
        big_endian: true,
    };
    let coding = match kind {
        1 => Coding::MuLaw,
        2..=5 => signed(kind as usize - 1),
        6 => float(4),
        7 => float(8),
        27 => Coding::ALaw,
        _ => {
            return Err(Refusal::Foreign(format!(
                "is an AU file with compressed (kind {kind}) sound"
            )));
        }
    };
    check_layout(rate_hz, channels)?;
    source.skip(u64::from(offset))?;
    let found = match size {
        0 | u32::MAX => Found::TO_THE_END,
        _ => Found::Sound {
            bytes: u64::from(size),
            is_certain: true,
        },
    };
    let layout = Layout {
        rate_hz,
        channels,
        coding,
    };
    Ok(Box::new(Chunks::new(source, NoMore, layout, found)))
}
