//! What a file is, by what it begins with: names may lie.

use super::container::{Opened, Refusal};
use super::source::Source;
use super::{aiff, caf, flac, mp4, mpeg, ogg, riff, tags, w64};

/// Bytes looked at.
const OPENING_BYTES: usize = 1 << 16;

/// Opens whatever the file is.
///
/// # Errors
/// It is nothing that is read, or damaged from the beginning.
pub(super) fn open(mut source: Source) -> Opened {
    tags::pass(&mut source)?;
    let opening = source.peek(OPENING_BYTES)?;
    if let Some(name) = foreign(opening) {
        return Err(Refusal::Foreign(format!("is {name}")));
    }
    match opening {
        [
            b'R',
            b'I',
            b'F',
            b'F' | b'X',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ]
        | [
            b'R' | b'B',
            b'F' | b'W',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => riff::open(source),
        _ if opening.starts_with(&w64::RIFF) => w64::open(source),
        [
            b'F',
            b'O',
            b'R',
            b'M',
            _,
            _,
            _,
            _,
            b'A',
            b'I',
            b'F',
            b'F' | b'C',
            ..,
        ] => aiff::open(source),
        [b'c', b'a', b'f', b'f', ..] => caf::open(source),
        [b'.', b's', b'n', b'd', ..] => caf::open_au(source),
        [b'f', b'L', b'a', b'C', ..] => flac::open(source),
        [b'O', b'g', b'g', b'S', ..] => ogg::open(source),
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => mp4::open(source),
        _ if mpeg::find(opening).is_some() => mpeg::open(source),
        _ => Err(Refusal::Unknown),
    }
}

/// The name of what is known and not read.
fn foreign(opening: &[u8]) -> Option<String> {
    let at = |offset: usize, magic: &[u8]| opening.get(offset..offset + magic.len()) == Some(magic);
    let begins = |magic: &[u8]| at(0, magic);
    let name = if begins(b"wvpk") {
        "a WavPack file"
    } else if begins(&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
        "a Windows Media file (WMA or WMV)"
    } else if begins(&[0x1A, 0x45, 0xDF, 0xA3]) {
        // The document's type stands in the first few bytes.
        let first = &opening[..opening.len().min(64)];
        if first.windows(4).any(|window| window == b"webm") {
            "a WebM file"
        } else {
            "a Matroska file"
        }
    } else if begins(b"MAC ") {
        "a Monkey's Audio file"
    } else if begins(b"MThd") || (begins(b"RIFF") && at(8, b"RMID")) {
        "a MIDI file"
    } else if begins(b"#!AMR") {
        "an AMR file"
    } else if begins(b"DSD ") || begins(b"FRM8") {
        "a DSD file"
    } else if begins(b"RIFF") && at(8, b"AVI ") {
        "a video (AVI)"
    } else if begins(b"RIFF") && at(8, b"WEBP") {
        "a picture"
    } else if begins(&[0x89, b'P', b'N', b'G']) || begins(&[0xFF, 0xD8, 0xFF]) || begins(b"GIF8") {
        "a picture"
    } else if begins(b"RIFF") && at(8, b"sfbk") {
        "a SoundFont"
    } else if begins(b"MPCK") || begins(b"MP+") {
        "a Musepack file"
    } else if begins(b"TTA1") || begins(b"TTA2") {
        "a True Audio file"
    } else if begins(b"OFR ") {
        "an OptimFROG file"
    } else if begins(b"tBaK") {
        "a TAK file"
    } else if begins(b"ajkg") {
        "a Shorten file"
    } else if begins(b".RMF") || begins(&[b'.', b'r', b'a', 0xFD]) {
        "a RealAudio file"
    } else if begins(b"FLV\x01") {
        "a video (FLV)"
    } else if begins(&[0, 0, 1, 0xBA]) || begins(&[0, 0, 1, 0xB3]) {
        "a video (MPEG)"
    } else if begins(b"Creative Voice File") {
        "a Creative Voice file"
    } else if begins(&[0x0B, 0x77]) {
        "a Dolby Digital (AC-3) file"
    } else if begins(&[0x7F, 0xFE, 0x80, 0x01]) {
        "a DTS file"
    } else if begins(b"FORM") && at(8, b"8SVX") {
        "an 8SVX file"
    } else if begins(b"PK\x03\x04") {
        "a ZIP archive"
    } else if begins(b"%PDF") {
        "a PDF document"
    } else {
        return None;
    };
    Some(name.to_owned())
}
