//! AIFF and AIFF-C.

use std::io;

use super::chunks::{Chunks, Found, Headers, Layout, Walk, is_harmless};
use super::container::{Opened, Refusal, check_layout};
use super::loss::LossKind;
use super::pcm::Coding;
use super::source::Source;

/// Chunks that programs write into AIFF files.
const KNOWN: &[&[u8; 4]] = &[
    b"COMM", b"SSND", b"MARK", b"INST", b"COMT", b"NAME", b"AUTH", b"(c) ", b"ANNO", b"ID3 ",
    b"APPL", b"CHAN", b"FVER", b"AESD", b"MIDI", b"basc", b"trns", b"cate", b"PEAK", b"FLLR",
    b"FORM",
];

/// Opens an AIFF or AIFF-C file.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open(mut source: Source) -> Opened {
    let is_compressed = source.peek(12)?.ends_with(b"C");
    source.skip(12)?;
    let mut walk = Aiff {
        headers: Headers::new(KNOWN, true),
        is_compressed,
        description: None,
    };
    let found = walk.next_sound(&mut source)?;
    match (walk.description, found) {
        (_, Found::End(_)) => Err(Refusal::Broken("it holds no sound".into())),
        (None, _) => Err(Refusal::Broken(
            "nothing before its sound says of which kind it is".into(),
        )),
        (Some((layout, _)), found) => Ok(Box::new(Chunks::new(source, walk, layout, found))),
    }
}

struct Aiff {
    headers: Headers,
    is_compressed: bool,
    /// What `COMM` says, and how many frames it promises.
    description: Option<(Layout, u32)>,
}

impl Aiff {
    /// How far the samples go that begin here, if their chunk has the size `size`.
    fn extent(&mut self, size: u32, offset: u64, source: &mut Source) -> io::Result<Found> {
        let bytes = u64::from(size).saturating_sub(8 + offset);
        let is_there = source
            .length()
            .is_some_and(|length| length.saturating_sub(source.position()) >= bytes);
        let is_certain = match size {
            9..0x7F00_0000 => true,
            // What programs write that do not know yet, and cannot go back.
            0x7F00_0000..0xFFFF_0000 => is_there,
            _ => false,
        };
        if is_certain {
            return Ok(Found::Sound { bytes, is_certain });
        }
        self.headers.forget_padding();
        let ahead = source.peek(4)?;
        if size <= 8 && (ahead.len() < 4 || self.headers.is_known(ahead)) {
            return Ok(Found::Sound {
                bytes: 0,
                is_certain,
            });
        }
        Ok(match self.description {
            Some((layout, frames)) if (1..0x1000_0000).contains(&frames) => Found::Sound {
                bytes: u64::from(frames) * (layout.channels * layout.coding.bytes()) as u64,
                is_certain: true,
            },
            _ => Found::TO_THE_END,
        })
    }
}

impl Walk for Aiff {
    fn next_sound(&mut self, source: &mut Source) -> Result<Found, Refusal> {
        loop {
            let Some(header) = self.headers.next(source)? else {
                let strange = self.description.is_some() && !is_harmless(source)?;
                return Ok(Found::End(strange.then_some(LossKind::Unread)));
            };
            match &header.id {
                b"FORM" => {
                    source.skip(4)?;
                    self.headers.forget_padding();
                }
                b"COMM" => {
                    let body = source.peek(22.min(header.bytes as usize))?;
                    let description = describe(body, self.is_compressed)?;
                    if self
                        .description
                        .is_some_and(|(before, _)| before != description.0)
                    {
                        return Ok(Found::End(Some(LossKind::Changed)));
                    }
                    self.description = Some(description);
                    source.skip(u64::from(header.bytes))?;
                }
                b"SSND" => {
                    let &[a, b, c, d, ..] = source.peek(8)? else {
                        return Ok(Found::End(None));
                    };
                    let offset = u64::from(u32::from_be_bytes([a, b, c, d]));
                    source.skip(8 + offset)?;
                    match self.extent(header.bytes, offset, source)? {
                        Found::Sound { bytes: 0, .. } => {}
                        found => return Ok(found),
                    }
                }
                _ => {
                    source.skip(u64::from(header.bytes))?;
                }
            }
        }
    }
}

/// Reads a `COMM` chunk.
fn describe(body: &[u8], is_compressed: bool) -> Result<(Layout, u32), Refusal> {
    let &[c0, c1, f0, f1, f2, f3, b0, b1, ref rest @ ..] = body else {
        return Err(Refusal::Broken("its header is cut short".into()));
    };
    let rate: [u8; 10] = rest
        .get(..10)
        .and_then(|b| b.try_into().ok())
        .ok_or_else(|| Refusal::Broken("its header is cut short".into()))?;
    let rate_hz = extended(rate);
    let channels = usize::from(u16::from_be_bytes([c0, c1]));
    check_layout(rate_hz, channels)?;
    let frames = u32::from_be_bytes([f0, f1, f2, f3]);
    let bits = usize::from(u16::from_be_bytes([b0, b1]));
    let signed = |bytes, big_endian| Coding::Signed { bytes, big_endian };
    let float = |bytes, big_endian| Coding::Float { bytes, big_endian };
    let bytes = bits.div_ceil(8);
    let kind = match rest.get(10..14) {
        Some(kind) if is_compressed => kind,
        _ => b"NONE",
    };
    let coding = match (kind, bytes) {
        (b"NONE" | b"twos", 1..=4) => signed(bytes, true),
        (b"sowt", 1..=4) => signed(bytes, false),
        (b"in24", _) => signed(3, true),
        (b"in32", _) => signed(4, true),
        (b"42ni", _) => signed(3, false),
        (b"23ni", _) => signed(4, false),
        (b"raw ", 0 | 1) => Coding::Unsigned,
        (b"fl32" | b"FL32", _) => float(4, true),
        (b"fl64" | b"FL64", _) => float(8, true),
        (b"alaw" | b"ALAW", _) => Coding::ALaw,
        (b"ulaw" | b"ULAW", _) => Coding::MuLaw,
        (b"NONE" | b"twos" | b"sowt" | b"raw ", _) => {
            return Err(Refusal::Broken(format!("it holds samples of {bits} bits")));
        }
        _ => {
            let kind = String::from_utf8_lossy(kind);
            return Err(Refusal::Foreign(format!(
                "is an AIFF file with compressed ('{}') sound",
                kind.escape_default()
            )));
        }
    };
    let layout = Layout {
        rate_hz,
        channels,
        coding,
    };
    Ok((layout, frames))
}

/// An 80-bit floating-point number, as a whole one; 0 if it is none that fits.
fn extended(bytes: [u8; 10]) -> u32 {
    let [e0, e1, mantissa @ ..] = bytes;
    let exponent = i32::from(u16::from_be_bytes([e0, e1]));
    // The mantissa is 1.63 bits; a negative number has an exponent beyond all that fit.
    match exponent - 16_383 {
        shift @ 0..=31 => (u64::from_be_bytes(mantissa) >> (63 - shift)) as u32,
        _ => 0,
    }
}
