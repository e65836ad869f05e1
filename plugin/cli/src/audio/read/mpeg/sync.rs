//! Where MPEG audio frames are, in bytes that may be anything.

use super::header::{Header, MAX_FRAME_BYTES};
use crate::audio::read::tags;

/// Bytes looked through at once for the next frame.
pub(super) const SEARCHED_BYTES: usize = 1 << 16;
/// Frames that must follow each other for the first of them to be believed where nothing says that it is MPEG audio.
const CHAIN: usize = 4;

/// Where the first frame is in the bytes that a file begins with, if they look like MPEG audio: right at the beginning,
/// or behind something else but with more frames behind it.
pub(in crate::audio::read) fn find(opening: &[u8]) -> Option<usize> {
    (0..opening.len()).find(|at| {
        let chain = if *at == 0 { 2 } else { CHAIN };
        is_chain(&opening[*at..], None, chain, *at == 0)
    })
}

/// Whether frames like `like` follow each other, `length` of them, or fewer if `may_end` and the bytes end with one.
pub(super) fn is_chain(ahead: &[u8], like: Option<&Header>, length: usize, may_end: bool) -> bool {
    let Some(first) = Header::parse(ahead).filter(|h| like.is_none_or(|like| h.is_like(like)))
    else {
        return false;
    };
    let mut at = first.bytes;
    for _ in 1..length {
        let Some(rest) = ahead.get(at..).filter(|rest| !rest.is_empty()) else {
            return may_end && at == ahead.len();
        };
        match Header::parse(rest) {
            Some(next) if next.is_like(&first) => at += next.bytes,
            _ => return may_end && tags::is_tag(rest),
        }
    }
    true
}

/// Bytes up to the next frame that is followed by another, to a tag, or to the end of what was looked at.
pub(super) fn strange(ahead: &[u8], like: &Header) -> usize {
    (1..ahead.len())
        .find(|at| {
            let rest = &ahead[*at..];
            match rest[0] {
                0xFF => is_chain(rest, Some(like), 2, true),
                b'T' | b'A' | b'I' | b'L' => tags::is_tag(rest),
                _ => false,
            }
        })
        // A frame may begin in what was not looked at in whole.
        .unwrap_or(match ahead.len() {
            SEARCHED_BYTES => SEARCHED_BYTES - 2 * MAX_FRAME_BYTES,
            all => all,
        })
}
