//! Files made of chunks, one or more of which hold plain samples: WAV, W64, AIFF, CAF, and AU, which is but one chunk.

use std::io;

use super::container::{Container, Event, Refusal};
use super::loss::LossKind;
use super::pcm::Coding;
use super::source::Source;

/// Frames handed out at once.
const BLOCK_FRAMES: usize = 4_096;

/// What a header says of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
    pub(super) coding: Coding,
}

/// Where samples lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// From here on. Without `is_certain`, `bytes` is the most there may be: the file's writer did not know, or did not
    /// say, and what is there counts.
    Sound { bytes: u64, is_certain: bool },
    /// Nowhere any more; something else may have been found on the way.
    End(Option<LossKind>),
}

impl Found {
    /// All there is.
    pub(super) const TO_THE_END: Found = Found::Sound {
        bytes: u64::MAX,
        is_certain: false,
    };
}

/// Goes from chunk to chunk.
pub(super) trait Walk: Send {
    /// From the end of one chunk of samples, or the file's beginning, to the next.
    ///
    /// # Errors
    /// The file cannot be read, or is of a kind that is not.
    fn next_sound(&mut self, source: &mut Source) -> Result<Found, Refusal>;
}

/// A file of plain samples.
pub(super) struct Chunks<W> {
    source: Source,
    walk: W,
    layout: Layout,
    found: Found,
    frames_hint: Option<u64>,
}

impl<W: Walk> Chunks<W> {
    /// The samples from `found` on, where `source` stands.
    pub(super) fn new(source: Source, walk: W, layout: Layout, found: Found) -> Chunks<W> {
        let there = source.length().map(|l| l.saturating_sub(source.position()));
        let frame = (layout.channels * layout.coding.bytes()) as u64;
        let frames_hint = match (found, there) {
            (Found::Sound { bytes, .. }, Some(there)) => Some(bytes.min(there) / frame),
            (
                Found::Sound {
                    bytes,
                    is_certain: true,
                },
                None,
            ) => Some(bytes / frame),
            _ => None,
        };
        Chunks {
            source,
            walk,
            layout,
            found,
            frames_hint: frames_hint.filter(|frames| *frames > 0),
        }
    }
}

impl<W: Walk> Container for Chunks<W> {
    fn rate_hz(&self) -> u32 {
        self.layout.rate_hz
    }

    fn channels(&self) -> usize {
        self.layout.channels
    }

    fn frames_hint(&self) -> Option<u64> {
        self.frames_hint
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        let frame = self.layout.channels * self.layout.coding.bytes();
        loop {
            let (bytes, is_certain) = match self.found {
                Found::Sound { bytes, is_certain } => (bytes, is_certain),
                Found::End(None) => return Ok(Event::End),
                Found::End(Some(what)) => {
                    self.found = Found::End(None);
                    return Ok(Event::Lost { what, frames: None });
                }
            };
            let wanted = usize::try_from(bytes)
                .unwrap_or(usize::MAX)
                .min(BLOCK_FRAMES * frame);
            let there = self.source.peek(wanted)?;
            let whole = there.len() / frame * frame;
            if whole > 0 {
                self.layout
                    .coding
                    .decode(&there[..whole], self.layout.channels, planes);
                self.source.take(whole);
                self.found = Found::Sound {
                    bytes: bytes - whole as u64,
                    is_certain,
                };
                return Ok(Event::Sound);
            }
            if there.len() < wanted {
                self.found = Found::End(None);
                if is_certain && bytes >= frame as u64 {
                    return Ok(Event::Lost {
                        what: LossKind::CutShort,
                        frames: Some(bytes / frame as u64),
                    });
                }
                return Ok(Event::End);
            }
            // Less than a frame is left, which is no sound.
            self.source.skip(bytes)?;
            self.found = match self.walk.next_sound(&mut self.source) {
                Ok(found) => found,
                Err(Refusal::Io(error)) => return Err(error),
                Err(_) => Found::End(Some(LossKind::Unread)),
            };
        }
    }
}

/// Nothing comes behind the samples that matters.
pub(super) struct NoMore;

impl Walk for NoMore {
    fn next_sound(&mut self, _: &mut Source) -> Result<Found, Refusal> {
        Ok(Found::End(None))
    }
}

/// Chunks of a four-letter name and a 32-bit size, which should begin at even bytes: RIFF and AIFF.
pub(super) struct Headers {
    /// Names that programs write.
    known: &'static [&'static [u8; 4]],
    big_endian: bool,
    /// The last chunk has an odd length: a byte may follow that belongs to no chunk.
    may_be_padded: bool,
}

/// A chunk's name and size.
pub(super) struct Header {
    pub(super) id: [u8; 4],
    pub(super) bytes: u32,
}

impl Headers {
    pub(super) fn new(known: &'static [&'static [u8; 4]], big_endian: bool) -> Headers {
        Headers {
            known,
            big_endian,
            may_be_padded: false,
        }
    }

    /// Takes the next header; `None` where there is none, which need not be the file's end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self, source: &mut Source) -> io::Result<Option<Header>> {
        if std::mem::take(&mut self.may_be_padded) {
            let padded = self.is_padded(source.peek(5)?);
            source.take(usize::from(padded));
        }
        let &[a, b, c, d, e, f, g, h] = source.peek(8)? else {
            return Ok(None);
        };
        let id = [a, b, c, d];
        if !is_name(&id) {
            return Ok(None);
        }
        source.take(8);
        let size = [e, f, g, h];
        let bytes = if self.big_endian {
            u32::from_be_bytes(size)
        } else {
            u32::from_le_bytes(size)
        };
        self.may_be_padded = bytes % 2 == 1;
        Ok(Some(Header { id, bytes }))
    }

    /// The chunk's size was not believed: nothing is known of padding.
    pub(super) fn forget_padding(&mut self) {
        self.may_be_padded = false;
    }

    /// Whether `id` is one that programs write.
    pub(super) fn is_known(&self, id: &[u8]) -> bool {
        self.known.iter().any(|known| id == &known[..])
    }

    /// Whether the byte ahead lies between chunks. Some programs forget it behind text.
    fn is_padded(&self, ahead: &[u8]) -> bool {
        let (Some(here), Some(behind)) = (ahead.get(..4), ahead.get(1..5)) else {
            return true;
        };
        if self.is_known(here) || self.is_known(behind) {
            return !self.is_known(here);
        }
        is_name(behind) || !is_name(here)
    }
}

/// Whether these four bytes may be a chunk's name.
fn is_name(id: &[u8]) -> bool {
    id.iter().all(|byte| (0x20..0x7F).contains(byte))
}

/// Whether what lies behind the sound needs no word: nothing, zeroes, or a player's tags.
///
/// # Errors
/// The file cannot be read.
pub(super) fn is_harmless(source: &mut Source) -> io::Result<bool> {
    /// Bytes looked at.
    const LOOKED_AT: usize = 4_096;
    let ahead = source.peek(LOOKED_AT)?;
    Ok(ahead.iter().all(|byte| *byte == 0) || super::tags::is_tag(ahead))
}
