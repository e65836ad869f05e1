//! Which part of an MP4 file's sound is to be heard: its edit list leaves out what the encoder put before and behind.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of the file's index that are looked at: longer ones are of films.
const MAX_INDEX_BYTES: u64 = 1 << 26;
/// Boxes looked at on the way to the index.
const MAX_BOXES: usize = 10_000;

/// Frames of the decoded sound that are to be heard: from `start` on, up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Default for Edit {
    fn default() -> Edit {
        Edit {
            start: 0,
            end: u64::MAX,
        }
    }
}

/// Reads the edit of the first audio track of the file that begins at `start`, if it is one that only leaves something
/// out, and if its times count in frames.
///
/// # Errors
/// The file cannot be read.
pub(super) fn edit(file: &mut File, start: u64, bytes: u64) -> io::Result<Edit> {
    let Some(index) = read_index(file, start, bytes)? else {
        return Ok(Edit::default());
    };
    let film_rate = find(&index, b"mvhd").and_then(|body| timescale(body, 12, 20));
    let track = boxes(&index)
        .filter(|(name, _)| name == b"trak")
        .find(|(_, track)| {
            find(track, b"mdia")
                .and_then(|media| find(media, b"hdlr"))
                .is_some_and(|body| body.get(8..12) == Some(b"soun"))
        });
    Ok(track
        .and_then(|(_, track)| edit_of(track, film_rate?))
        .unwrap_or_default())
}

fn edit_of(track: &[u8], film_rate: u32) -> Option<Edit> {
    let media = find(track, b"mdia")?;
    let rate = timescale(find(media, b"mdhd")?, 12, 20)?;
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

/// The rate at which a header box counts, where it stands in its short and its long form.
fn timescale(body: &[u8], short: usize, long: usize) -> Option<u32> {
    word(body, if *body.first()? == 1 { long } else { short }).filter(|rate| *rate > 0)
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

fn word(body: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?))
}

fn long(body: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?))
}
