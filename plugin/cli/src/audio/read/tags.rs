//! Titles and pictures that players put before and behind the sound of any kind of file.

use std::io;

use super::source::Source;

/// Bytes that [`length`] needs to see.
pub(super) const SEEN: usize = 32;

/// Whether `ahead` begins with a tag.
pub(super) fn is_tag(ahead: &[u8]) -> bool {
    length(ahead).is_some()
}

/// Bytes of the tag that `ahead` begins with, as far as it says.
pub(super) fn length(ahead: &[u8]) -> Option<u64> {
    match ahead {
        // ID3v2 and its copy at the end: a size of four times seven bits, besides the header and perhaps a footer.
        [b'I', b'D', b'3', version, revision, flags, sizes @ ..]
        | [b'3', b'D', b'I', version, revision, flags, sizes @ ..]
            if *version < 0xFF && *revision < 0xFF =>
        {
            let sizes = sizes.get(..4)?;
            if sizes.iter().any(|byte| *byte > 0x7F) {
                return None;
            }
            let size = sizes
                .iter()
                .fold(0, |sum, byte| sum << 7 | u64::from(*byte));
            Some(size + if flags & 0x10 == 0 { 10 } else { 20 })
        }
        // APEv1 and v2: a size without the header; a footer's has the items before it, which are passed already.
        [b'A', b'P', b'E', b'T', b'A', b'G', b'E', b'X', ..] => {
            let size = u32::from_le_bytes(ahead.get(12..16)?.try_into().ok()?);
            let is_header = ahead.get(23)? & 0x20 != 0;
            Some(if is_header { u64::from(size) + 32 } else { 32 })
        }
        // Lyrics3: as long as it takes.
        [
            b'L',
            b'Y',
            b'R',
            b'I',
            b'C',
            b'S',
            b'B',
            b'E',
            b'G',
            b'I',
            b'N',
            ..,
        ] => Some(11),
        [b'T', b'A', b'G', b'+', ..] => Some(227),
        [b'T', b'A', b'G', ..] => Some(128),
        _ => None,
    }
}

/// Passes all tags ahead.
///
/// # Errors
/// The file cannot be read.
pub(super) fn pass(source: &mut Source) -> io::Result<()> {
    while let Some(length) = length(source.peek(SEEN)?) {
        source.skip(length)?;
    }
    Ok(())
}
