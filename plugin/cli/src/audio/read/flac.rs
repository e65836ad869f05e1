//! FLAC: frames found by their checksums, placed by their numbers.
//!
//! A frame does not say how long it is: it ends where its checksum comes out right. So a damaged one costs no more than
//! itself, and nothing that stands behind the last one costs anything.

use std::io;

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;

use super::codec::Codec;
use super::container::{Container, Event, Opened, Refusal, check_layout};
use super::flac_frame::{FrameHeader, MAX_HEADER_BYTES, STREAM_INFO_BYTES, StreamInfo, crc16};
use super::loss::LossKind;
use super::source::{Effort, Source};
use super::tags;

/// What a file begins with.
const MARKER: &[u8] = b"fLaC";
/// Bytes looked through at once for what may be a frame.
const SEARCHED_BYTES: usize = 1 << 16;
/// What decoding a frame is worth, in bytes that are only checked.
const DECODING: usize = 1 << 15;
/// Bytes of a frame's checksum.
const CHECKSUM_BYTES: usize = 2;
/// Shortest frame, in bytes.
const MIN_FRAME_BYTES: usize = 8;

/// Opens a FLAC file.
///
/// # Errors
/// Its beginning is damaged.
pub(super) fn open(mut source: Source) -> Opened {
    let info = read_metadata(&mut source)?
        .ok_or_else(|| Refusal::Broken("its header is damaged".into()))?;
    check_layout(info.rate_hz, info.channels)?;
    Ok(Box::new(Flac {
        source,
        codec: codec(&info)?,
        info,
        effort: Effort::new(),
        expected: 0,
        block_frames: None,
        is_variable: None,
        strange_bytes: 0,
        is_strange: false,
        is_cut: false,
        is_over: false,
    }))
}

/// A decoder for blocks of any length.
///
/// # Errors
/// The header makes no sense.
pub(super) fn codec(info: &StreamInfo) -> Result<Codec, Refusal> {
    // The decoder has room for what the header says, and refuses a header that says too little.
    let mut extra = info.bytes;
    extra[..10].copy_from_slice(&[0, 16, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]);
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(CODEC_ID_FLAC)
        .with_extra_data(Box::from(extra));
    Codec::new(parameters, false)
}

/// Passes the marker and the metadata behind it; `None` if there is no `STREAMINFO`.
fn read_metadata(source: &mut Source) -> io::Result<Option<StreamInfo>> {
    source.skip(MARKER.len() as u64)?;
    let mut info = None;
    loop {
        let &[kind, a, b, c] = source.peek(4)? else {
            return Ok(info);
        };
        // A frame where a block should be: the last block did not say that it was the last.
        if kind == 0xFF {
            return Ok(info);
        }
        source.take(4);
        let bytes = u32::from_be_bytes([0, a, b, c]);
        if kind & 0x7F == 0
            && let Ok(body) = source.peek(STREAM_INFO_BYTES)?.try_into()
        {
            info = Some(StreamInfo::parse(body));
        }
        source.skip(u64::from(bytes))?;
        if kind & 0x80 != 0 {
            return Ok(info);
        }
    }
}

struct Flac {
    source: Source,
    info: StreamInfo,
    codec: Codec,
    effort: Effort,
    /// Number of the frame (of samples) that is due.
    expected: u64,
    /// Frames of a block where blocks are numbered.
    block_frames: Option<u64>,
    /// Whether frames are numbered rather than blocks; `None` before the first block.
    is_variable: Option<bool>,
    /// Bytes passed since the last block that belong to none.
    strange_bytes: u64,
    /// Whether they need a word.
    is_strange: bool,
    /// The last block's checksum is cut off.
    is_cut: bool,
    is_over: bool,
}

impl Flac {
    /// Number of `header`'s first frame.
    fn first_frame(&mut self, header: &FrameHeader) -> u64 {
        if header.is_variable {
            return header.number;
        }
        let (least, most) = self.info.block_frames;
        let block = *self.block_frames.get_or_insert(match header.number {
            0 => u64::from(header.frames),
            _ if least == most => u64::from(most),
            _ => u64::from(header.frames),
        });
        header.number * block
    }

    /// Bytes of the frame that begins here, if it is whole.
    fn extent(&mut self, header: &FrameHeader) -> io::Result<Option<usize>> {
        if !self.effort.is_left() {
            return Ok(None);
        }
        let longest = self.info.max_bytes(header.frames);
        let window = self.source.peek(longest + MAX_HEADER_BYTES)?;
        let is_last = window.len() < longest + MAX_HEADER_BYTES;
        let mut crc = 0;
        let mut possible = Vec::new();
        for (at, byte) in window.iter().take(longest).enumerate() {
            crc = crc16(crc, *byte);
            let behind = &window[at + 1..];
            if crc != 0 || at + 1 < MIN_FRAME_BYTES {
                continue;
            }
            let follows = (behind.is_empty() && is_last)
                || FrameHeader::parse(behind, &self.info)
                    .is_some_and(|h| h.is_variable == header.is_variable)
                || behind.starts_with(MARKER);
            if follows {
                self.effort.spend(at);
                return Ok(Some(at + 1));
            }
            // One in 65,536 places has the right checksum by chance, but then the frame is not whole.
            if possible.len() < 4 {
                possible.push(at + 1);
            }
        }
        // What is decoded below counts, too.
        self.effort
            .spend(window.len() + 2 * DECODING * possible.len());
        let mut planes = Vec::new();
        let layout = Some((self.info.rate_hz, self.info.channels));
        // A frame's samples end in the byte before its checksum: they take all of it, and no more.
        let mut fills = |bytes: &[u8]| {
            let mut decodes = |bytes| {
                let decoded = self.codec.decode_bytes(bytes, layout, &mut planes);
                decoded.is_ok_and(|frames| frames == header.frames as usize)
            };
            decodes(bytes) && !decodes(&bytes[..bytes.len() - 1])
        };
        let is_whole = |end: &usize| fills(&window[..*end - CHECKSUM_BYTES]);
        if let Some(end) = possible.into_iter().find(is_whole) {
            return Ok(Some(end));
        }
        // Nothing but the checksum's second byte is cut off.
        if let (true, Some((last, body))) = (is_last, window.split_last())
            && body.len() > MIN_FRAME_BYTES
            && body.iter().fold(0, |crc, byte| crc16(crc, *byte)) >> 8 == u16::from(*last)
            && fills(body)
        {
            let bytes = window.len();
            self.is_cut = true;
            return Ok(Some(bytes));
        }
        Ok(None)
    }

    /// Frames missing before the one numbered `first`.
    fn gap_before(&mut self, first: u64) -> Option<u64> {
        let is_first = self.is_variable.is_none();
        let missing = first.saturating_sub(self.expected);
        self.expected = first;
        // A recording of a running stream begins with any number: nothing is missing then.
        (missing > 0 && (!is_first || self.strange_bytes > 0)).then_some(missing)
    }

    /// Passes bytes that are no frame, up to what may be one.
    fn pass(&mut self) -> io::Result<()> {
        let ahead = self.source.peek(SEARCHED_BYTES)?;
        if self.strange_bytes == 0 {
            self.is_strange = !tags::is_tag(ahead);
        }
        if self.is_strange && self.info.frames == 0 && ahead.iter().all(|byte| *byte == 0) {
            self.is_strange = self.strange_bytes > 0;
        }
        let bytes = ahead
            .iter()
            .skip(1)
            .position(|byte| matches!(byte, 0xFF | b'f'))
            .map_or(ahead.len(), |at| at + 1);
        self.source.take(bytes);
        self.effort.gain(bytes);
        self.strange_bytes += bytes as u64;
        Ok(())
    }

    /// What is missing of the stream that ends here.
    fn loss_at_end(&mut self) -> Option<Event> {
        let missing = match self.info.frames {
            0 if self.strange_bytes > 0 && self.is_strange => None,
            0 if self.is_cut => Some(0),
            0 => return None,
            all if all > self.expected => Some(all - self.expected),
            _ if self.is_cut => Some(0),
            _ => return None,
        };
        Some(Event::Lost {
            what: LossKind::CutShort,
            frames: missing,
        })
    }

    /// Another file joined to this one.
    fn next_stream(&mut self) -> io::Result<Option<Event>> {
        let loss = self.loss_at_end();
        match read_metadata(&mut self.source)? {
            Some(info) if info.is_like(&self.info) => {
                self.info = info;
                self.expected = 0;
                self.block_frames = None;
                self.is_variable = None;
                (self.strange_bytes, self.is_strange, self.is_cut) = (0, false, false);
                Ok(loss)
            }
            Some(_) => {
                self.is_over = true;
                Ok(Some(Event::Lost {
                    what: LossKind::Changed,
                    frames: None,
                }))
            }
            None => Ok(None),
        }
    }
}

impl Container for Flac {
    fn rate_hz(&self) -> u32 {
        self.info.rate_hz
    }

    fn channels(&self) -> usize {
        self.info.channels
    }

    fn frames_hint(&self) -> Option<u64> {
        Some(self.info.frames).filter(|frames| *frames > 0)
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> io::Result<Event> {
        while !self.is_over {
            let ahead = self.source.peek(MAX_HEADER_BYTES)?;
            if ahead.is_empty() {
                self.is_over = true;
                if let Some(loss) = self.loss_at_end() {
                    return Ok(loss);
                }
                break;
            }
            if ahead.starts_with(MARKER) {
                if let Some(event) = self.next_stream()? {
                    return Ok(event);
                }
                continue;
            }
            let header = FrameHeader::parse(ahead, &self.info)
                .filter(|h| self.is_variable.is_none_or(|is| is == h.is_variable));
            let Some(header) = header else {
                self.pass()?;
                continue;
            };
            let Some(bytes) = self.extent(&header)? else {
                self.pass()?;
                continue;
            };
            let first = self.first_frame(&header);
            let gap = self.gap_before(first);
            self.is_variable = Some(header.is_variable);
            if let Some(frames) = gap {
                return Ok(Event::Lost {
                    what: LossKind::Gap,
                    frames: Some(frames),
                });
            }
            let layout = Some((self.info.rate_hz, self.info.channels));
            let decoded = self
                .codec
                .decode_bytes(self.source.peek(bytes)?, layout, planes);
            self.source.take(bytes);
            self.effort.gain(bytes);
            self.strange_bytes = 0;
            self.expected = first + u64::from(header.frames);
            return Ok(match decoded {
                Ok(frames) if frames == header.frames as usize => Event::Sound,
                _ => Event::Lost {
                    what: LossKind::Gap,
                    frames: Some(u64::from(header.frames)),
                },
            });
        }
        Ok(Event::End)
    }
}
