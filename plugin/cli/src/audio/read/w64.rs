//! W64, Sony's WAV for long files: chunks named by GUIDs, with 64-bit sizes.

use super::chunks::{Chunks, Found, Walk, is_harmless};
use super::container::{Opened, Refusal};
use super::loss::LossKind;
use super::mpeg;
use super::riff::{self, Format};
use super::source::Source;

/// What a file begins with.
pub(super) const RIFF: [u8; 16] = *b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
/// What the other GUIDs end with, behind four letters.
const TAIL: [u8; 12] = *b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";
/// Bytes of a chunk's GUID and size, which the size counts too.
const HEADER_BYTES: u64 = 24;

/// Opens a W64 file.
///
/// # Errors
/// It holds no sound, or sound that is not read.
pub(super) fn open(mut source: Source) -> Opened {
    source.skip(HEADER_BYTES + 16)?;
    let mut walk = W64 {
        format: None,
        padding: 0,
    };
    let found = walk.next_sound(&mut source)?;
    match (walk.format, found) {
        (Some(Format::Pcm(layout)), Found::Sound { .. }) => {
            Ok(Box::new(Chunks::new(source, walk, layout, found)))
        }
        (Some(Format::Mpeg), Found::Sound { .. }) => mpeg::open(source),
        _ => Err(Refusal::Broken("it holds no sound".into())),
    }
}

struct W64 {
    format: Option<Format>,
    /// Bytes to the next multiple of eight behind the last chunk.
    padding: u64,
}

impl Walk for W64 {
    fn next_sound(&mut self, source: &mut Source) -> Result<Found, Refusal> {
        loop {
            source.skip(std::mem::take(&mut self.padding))?;
            let header = source.peek(HEADER_BYTES as usize)?;
            let named = header.get(4..16) == Some(&TAIL[..]);
            let size = header
                .get(16..24)
                .and_then(|b| b.try_into().ok())
                .map(u64::from_le_bytes);
            let (true, Some(size)) = (named, size) else {
                let strange = self.format.is_some() && !is_harmless(source)?;
                return Ok(Found::End(strange.then_some(LossKind::Unread)));
            };
            let id = [header[0], header[1], header[2], header[3]];
            source.take(HEADER_BYTES as usize);
            let bytes = size.saturating_sub(HEADER_BYTES);
            self.padding = bytes.wrapping_neg() % 8;
            match &id {
                b"fmt " => {
                    let body = source.peek(bytes.min(40) as usize)?;
                    let format = riff::format(body, false)?;
                    if self.format.is_some_and(|before| before != format) {
                        return Ok(Found::End(Some(LossKind::Changed)));
                    }
                    self.format = Some(format);
                    source.skip(bytes)?;
                }
                b"data" => {
                    let ahead = source.peek(16)?;
                    // An empty chunk before others, or one whose writer was never told how long it became.
                    if bytes == 0 && (ahead.len() < 16 || ahead.ends_with(&TAIL)) {
                        continue;
                    }
                    return Ok(if (1..1 << 62).contains(&bytes) {
                        Found::Sound {
                            bytes,
                            is_certain: true,
                        }
                    } else {
                        Found::TO_THE_END
                    });
                }
                _ => {
                    source.skip(bytes)?;
                }
            }
        }
    }
}
