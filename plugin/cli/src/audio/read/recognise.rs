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

/// What is known and not read: what it begins with, what stands at its eighth byte besides, and its name.
const FOREIGN: [(&[u8], &[u8], &str); 33] = [
    (b"wvpk", b"", "a WavPack file"),
    (
        &[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11],
        b"",
        "a Windows Media file (WMA or WMV)",
    ),
    (b"MAC ", b"", "a Monkey's Audio file"),
    (b"MThd", b"", "a MIDI file"),
    (b"RIFF", b"RMID", "a MIDI file"),
    (b"RIFF", b"AVI ", "a video (AVI)"),
    (b"RIFF", b"sfbk", "a SoundFont"),
    (b"RIFF", b"WEBP", "a picture"),
    (b"\x89PNG", b"", "a picture"),
    (&[0xFF, 0xD8, 0xFF], b"", "a picture"),
    (b"GIF8", b"", "a picture"),
    (b"#!AMR", b"", "an AMR file"),
    (b"DSD ", b"", "a DSD file"),
    (b"FRM8", b"", "a DSD file"),
    (b"MPCK", b"", "a Musepack file"),
    (b"MP+", b"", "a Musepack file"),
    (b"TTA1", b"", "a True Audio file"),
    (b"TTA2", b"", "a True Audio file"),
    (b"OFR ", b"", "an OptimFROG file"),
    (b"tBaK", b"", "a TAK file"),
    (b"ajkg", b"", "a Shorten file"),
    (b".RMF", b"", "a RealAudio file"),
    (b".ra\xFD", b"", "a RealAudio file"),
    (b"FLV\x01", b"", "a video (FLV)"),
    (&[0, 0, 1, 0xBA], b"", "a video (MPEG)"),
    (&[0, 0, 1, 0xB3], b"", "a video (MPEG)"),
    (b"Creative Voice File", b"", "a Creative Voice file"),
    (&[0x0B, 0x77], b"", "a Dolby Digital (AC-3) file"),
    (&[0x7F, 0xFE, 0x80, 0x01], b"", "a DTS file"),
    (b"FORM", b"8SVX", "an 8SVX file"),
    (b"PK\x03\x04", b"", "a ZIP archive"),
    (b"%PDF", b"", "a PDF document"),
    (b"caff\0\x02", b"", "a CAF file of a later version"),
];

/// The name of what is known and not read.
fn foreign(opening: &[u8]) -> Option<&'static str> {
    if opening.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        // The document's type stands in the first few bytes.
        let first = &opening[..opening.len().min(64)];
        let is_web = first.windows(4).any(|window| window == b"webm");
        return Some(if is_web {
            "a WebM file"
        } else {
            "a Matroska file"
        });
    }
    let kind = opening.get(8..).unwrap_or_default();
    FOREIGN
        .iter()
        .find(|(begins, at_eight, _)| opening.starts_with(begins) && kind.starts_with(at_eight))
        .map(|(_, _, name)| *name)
}
