//! What an MP4 file's index says of its sound: where its packets lie, how long they are, and which part is to be heard.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::packets::Edit;

/// Bytes of the file's index that are looked at: longer ones are of films.
const MAX_INDEX_BYTES: u64 = 1 << 26;
/// Boxes looked at on the way to the index.
const MAX_BOXES: usize = 10_000;

/// An index.
pub(super) struct Index(Vec<u8>);

/// The sound that an index tells of.
pub(super) struct Track {
    /// Four letters that name the coding.
    pub(super) coding: [u8; 4],
    /// What the decoder needs to know: of AAC behind its object type.
    pub(super) setup: Vec<u8>,
    pub(super) object_type: u8,
    /// Ticks in a second.
    pub(super) rate: u32,
    pub(super) edit: Edit,
    pub(super) tables: Tables,
}

/// Where packets lie.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Length of every packet, or none if all have the same.
    sizes: Vec<u32>,
    /// Length of all packets, and how many there are, if `sizes` is empty.
    size: (u32, u32),
    /// Where chunks of packets begin.
    chunks: Vec<u64>,
    /// From which chunk on (the first is 1) how many packets a chunk has.
    runs: Vec<(u32, u32)>,
    /// How many packets last how many ticks.
    durations: Vec<(u32, u32)>,
}

impl Index {
    /// Reads the `moov` box of the file that begins at `start` and has so many bytes; `None` if there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn read(file: &mut File, start: u64, bytes: u64) -> io::Result<Option<Index>> {
        Ok(read_index(file, start, bytes)?.map(Index))
    }

    /// Whether packets lie in fragments, each with an index of its own.
    pub(super) fn is_fragmented(&self) -> bool {
        find(&self.0, b"mvex").is_some()
    }

    /// The first audio track.
    pub(super) fn track(&self) -> Option<Track> {
        let film_rate = find(&self.0, b"mvhd").and_then(timescale);
        let (_, track) =
            boxes(&self.0)
                .filter(|(name, _)| name == b"trak")
                .find(|(_, track)| {
                    find(track, b"mdia")
                        .and_then(|media| find(media, b"hdlr"))
                        .is_some_and(|body| body.get(8..12) == Some(b"soun"))
                })?;
        let media = find(track, b"mdia")?;
        let rate = timescale(find(media, b"mdhd")?)?;
        let samples = find(find(media, b"minf")?, b"stbl")?;
        let description = find(samples, b"stsd")?.get(8..)?;
        let (coding, entry) = boxes(description).next()?;
        let (setup, object_type) = setup(entry, &coding).unwrap_or_default();
        Some(Track {
            coding,
            setup,
            object_type,
            rate,
            edit: film_rate
                .and_then(|film_rate| edit(track, film_rate, rate))
                .unwrap_or_default(),
            tables: Tables::read(samples),
        })
    }
}

/// What the decoder of a sound description needs to know, and for AAC the object type.
fn setup(entry: &[u8], coding: &[u8; 4]) -> Option<(Vec<u8>, u8)> {
    // QuickTime's versions of it are longer.
    let inside = entry.get(
        match half(entry, 8)? {
            1 => 44,
            2 => 64,
            _ => 28,
        }..,
    )?;
    let wrapped = find(inside, b"wave").unwrap_or(inside);
    if coding == b"alac" {
        let cookie = find(wrapped, b"alac").or_else(|| find(inside, b"alac"))?;
        return Some((cookie.get(4..)?.to_vec(), 0));
    }
    let stream = find(wrapped, b"esds").or_else(|| find(inside, b"esds"))?;
    let (3, mut body) = descriptor(stream.get(4..)?)? else {
        return None;
    };
    let flags = *body.get(2)?;
    body = body.get(3..)?;
    if flags & 0x80 != 0 {
        body = body.get(2..)?;
    }
    if flags & 0x40 != 0 {
        body = body.get(1 + usize::from(*body.first()?)..)?;
    }
    if flags & 0x20 != 0 {
        body = body.get(2..)?;
    }
    let (4, decoder) = descriptor(body)? else {
        return None;
    };
    let object_type = *decoder.first()?;
    match descriptor(decoder.get(13..)?) {
        Some((5, specific)) => Some((specific.to_vec(), object_type)),
        _ => Some((Vec::new(), object_type)),
    }
}

/// Tag and content of a descriptor, whose length comes seven bits at a time.
fn descriptor(body: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, rest) = body.split_first()?;
    let mut length = 0;
    for (at, byte) in rest.iter().take(4).enumerate() {
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            let content = &rest[at + 1..];
            return Some((*tag, &content[..length.min(content.len())]));
        }
    }
    None
}

impl Tables {
    fn read(samples: &[u8]) -> Tables {
        let pairs = |body: &[u8], width: usize| -> Vec<(u32, u32)> {
            let entries = body.get(8..).unwrap_or_default().chunks_exact(width);
            let pair = |e: &[u8]| Some((word(e, 0)?, word(e, 4)?));
            entries.filter_map(pair).collect()
        };
        let words = |body: &[u8], from: usize| -> Vec<u32> {
            let entries = body.get(from..).unwrap_or_default().chunks_exact(4);
            entries.filter_map(|e| word(e, 0)).collect()
        };
        let sizes = find(samples, b"stsz").unwrap_or_default();
        let size = word(sizes, 4).unwrap_or(0);
        let chunks = match (find(samples, b"stco"), find(samples, b"co64")) {
            (Some(body), _) => words(body, 8).into_iter().map(u64::from).collect(),
            (None, Some(body)) => {
                let entries = body.get(8..).unwrap_or_default().chunks_exact(8);
                entries.filter_map(|e| long(e, 0)).collect()
            }
            (None, None) => Vec::new(),
        };
        Tables {
            sizes: if size == 0 {
                words(sizes, 12)
            } else {
                Vec::new()
            },
            size: (size, word(sizes, 8).unwrap_or(0)),
            chunks,
            runs: find(samples, b"stsc").map_or(Vec::new(), |body| pairs(body, 12)),
            durations: find(samples, b"stts").map_or(Vec::new(), |body| pairs(body, 8)),
        }
    }

    /// Packets in all.
    pub(super) fn count(&self) -> u64 {
        match self.sizes.len() {
            0 => u64::from(self.size.1),
            count => count as u64,
        }
    }

    /// Ticks from the packet numbered `from` on.
    pub(super) fn ticks_from(&self, from: u64) -> u64 {
        let mut number = 0;
        self.durations.iter().fold(0u64, |sum, (count, ticks)| {
            let first = number.max(from);
            number += u64::from(*count);
            sum.saturating_add(
                number
                    .saturating_sub(first)
                    .saturating_mul(u64::from(*ticks)),
            )
        })
    }
}

/// Goes from packet to packet.
pub(super) struct Walk {
    tables: Tables,
    /// Number of the packet that is next.
    pub(super) number: u64,
    chunk: usize,
    /// Packets of the chunk that are passed, and their bytes.
    passed: (u32, u64),
    run: usize,
    /// Where `durations` are: the entry, and how many of it are passed.
    duration: (usize, u32),
}

/// A packet's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) bytes: u32,
    pub(super) ticks: Option<u32>,
}

impl Walk {
    pub(super) fn new(tables: Tables) -> Walk {
        Walk {
            tables,
            number: 0,
            chunk: 0,
            passed: (0, 0),
            run: 0,
            duration: (0, 0),
        }
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The next packet's place; `None` behind the last.
    pub(super) fn next(&mut self) -> Option<Place> {
        let Tables {
            sizes,
            size,
            chunks,
            runs,
            durations,
        } = &self.tables;
        let bytes = if sizes.is_empty() {
            (self.number < u64::from(size.1)).then_some(size.0)?
        } else {
            *sizes.get(usize::try_from(self.number).ok()?)?
        };
        loop {
            let is_next = |(first, _): &(u32, u32)| *first as usize <= self.chunk + 1;
            while runs.get(self.run + 1).is_some_and(is_next) {
                self.run += 1;
            }
            let (_, packets) = *runs.get(self.run)?;
            if self.passed.0 < packets {
                break;
            }
            self.chunk += 1;
            self.passed = (0, 0);
            chunks.get(self.chunk)?;
        }
        let at = chunks.get(self.chunk)?.saturating_add(self.passed.1);
        self.passed = (self.passed.0 + 1, self.passed.1 + u64::from(bytes));
        self.number += 1;
        while durations
            .get(self.duration.0)
            .is_some_and(|(count, _)| self.duration.1 >= *count)
        {
            self.duration = (self.duration.0 + 1, 0);
        }
        self.duration.1 = self.duration.1.saturating_add(1);
        let ticks = durations.get(self.duration.0).map(|(_, ticks)| *ticks);
        Some(Place { at, bytes, ticks })
    }
}

/// The edit of a track, if it is one that only leaves something out, in ticks of its own.
fn edit(track: &[u8], film_rate: u32, rate: u32) -> Option<Edit> {
    let list = find(find(track, b"edts")?, b"elst")?;
    let is_long = *list.first()? == 1;
    let count = word(list, 4)?;
    if count != 1 {
        return None;
    }
    let (length, from) = if is_long {
        (long(list, 8)?, long(list, 16)? as i64)
    } else {
        (u64::from(word(list, 8)?), i64::from(word(list, 12)? as i32))
    };
    let start = u64::try_from(from).ok()?;
    // Lengths count in the film's time, which may be coarser than frames: then they are no use to the frame.
    let frames = (film_rate == rate && length > 0).then(|| start.saturating_add(length));
    Some(Edit {
        start,
        end: frames.unwrap_or(u64::MAX),
    })
}

/// The rate at which a header box counts.
fn timescale(body: &[u8]) -> Option<u32> {
    // In the long form the two dates before it are longer.
    word(body, if *body.first()? == 1 { 20 } else { 12 }).filter(|rate| *rate > 0)
}

/// The `moov` box's content.
fn read_index(file: &mut File, start: u64, bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut at = 0u64;
    for _ in 0..MAX_BOXES {
        let mut header = [0; 16];
        file.seek(SeekFrom::Start(start + at))?;
        let read = read_up_to(file, &mut header)?;
        let Some((name, header_bytes, length)) = header_of(&header[..read], bytes - at) else {
            return Ok(None);
        };
        if &name == b"moov" {
            let length = (length - header_bytes).min(MAX_INDEX_BYTES);
            file.seek(SeekFrom::Start(start + at + header_bytes))?;
            let mut index = Vec::new();
            file.take(length).read_to_end(&mut index)?;
            return Ok(Some(index));
        }
        at += length;
        if at >= bytes {
            return Ok(None);
        }
    }
    Ok(None)
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut bytes = Vec::new();
    file.take(buffer.len() as u64).read_to_end(&mut bytes)?;
    buffer[..bytes.len()].copy_from_slice(&bytes);
    Ok(bytes.len())
}

/// Name, header's length and whole length of the box that `ahead` begins with, of which `there` bytes are left.
fn header_of(ahead: &[u8], there: u64) -> Option<([u8; 4], u64, u64)> {
    let name = ahead.get(4..8)?.try_into().ok()?;
    let (header, length) = match word(ahead, 0)? {
        0 => (8, there),
        1 => (16, long(ahead, 8)?),
        short => (8, u64::from(short)),
    };
    (length >= header).then_some((name, header, length))
}

/// The boxes in `body`, as far as they make sense.
fn boxes(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, header, length) = header_of(body, body.len() as u64)?;
        let length = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(body.len());
        let content = body.get(header as usize..length)?;
        body = &body[length..];
        Some((name, content))
    })
}

fn find<'a>(body: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(body)
        .find(|(name, _)| name == wanted)
        .map(|(_, body)| body)
}

fn half(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(body.get(at..at + 2)?.try_into().ok()?))
}

fn word(body: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?))
}

fn long(body: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?))
}
