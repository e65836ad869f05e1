//! The blocks of a FLAC file that tell of its sound.

use std::io::{Read, Seek, SeekFrom};

use super::Budget;
use super::tags::Tag;

const COMMENTS: u8 = 4;
const PICTURE: u8 = 6;
/// More blocks than anybody writes.
const MAX_BLOCKS: usize = 1_000;
/// What is said of the loudness or the layout of another sound, at the beginning of a comment.
const NOT_OF_A_TRANSLATION: [&str; 4] =
    ["REPLAYGAIN_", "R128_", "WAVEFORMATEXTENSIBLE_", "ENCODER"];

type Block = (u8, Vec<u8>);

/// Comments and pictures of the FLAC file `file`; `None` if it is none.
pub(super) fn blocks(file: &mut (impl Read + Seek), budget: &mut Budget) -> Option<Vec<Block>> {
    let mut at = after_id3(file)?;
    let mut mark = [0; 4];
    file.seek(SeekFrom::Start(at)).ok()?;
    file.read_exact(&mut mark).ok()?;
    if &mark != b"fLaC" {
        file.seek(SeekFrom::Start(0)).ok()?;
        return None;
    }
    at += 4;
    let mut blocks = Vec::new();
    for _ in 0..MAX_BLOCKS {
        let mut head = [0; 4];
        if file.seek(SeekFrom::Start(at)).is_err() || file.read_exact(&mut head).is_err() {
            break;
        }
        let length = u32::from_be_bytes([0, head[1], head[2], head[3]]);
        let (is_last, kind) = (head[0] & 0x80 != 0, head[0] & 0x7f);
        if matches!(kind, COMMENTS | PICTURE) && budget.takes(u64::from(length)) {
            let mut content = Vec::new();
            let read = file
                .by_ref()
                .take(u64::from(length))
                .read_to_end(&mut content);
            if read.is_err() || content.len() < length as usize {
                break;
            }
            match kind {
                PICTURE => blocks.push((PICTURE, content)),
                _ => blocks.extend(translated(&content)),
            }
        }
        at += 4 + u64::from(length);
        if is_last {
            break;
        }
    }
    Some(blocks)
}

/// Where the file begins behind tags that do not belong there.
fn after_id3(file: &mut (impl Read + Seek)) -> Option<u64> {
    let mut head = [0; 10];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact(&mut head).ok()?;
    if &head[..3] != b"ID3" {
        return Some(0);
    }
    let length = head[6..].iter();
    Some(10 + length.fold(0, |length, byte| length << 7 | u64::from(byte & 0x7f)))
}

/// Comments as they hold for a translation.
fn translated(content: &[u8]) -> Option<Block> {
    let mut comments = comments_of(content)?;
    comments.retain(|comment| {
        let name = comment
            .split('=')
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        !NOT_OF_A_TRANSLATION.iter().any(|not| name.starts_with(not))
    });
    Some(block_of(&comments))
}

/// Each as `NAME=text`.
fn comments_of(content: &[u8]) -> Option<Vec<String>> {
    let mut rest = content;
    let number = |rest: &mut &[u8]| {
        let (head, after) = rest.split_at_checked(4)?;
        *rest = after;
        Some(u32::from_le_bytes(head.try_into().ok()?) as usize)
    };
    let vendor = number(&mut rest)?;
    rest = rest.get(vendor..)?;
    let count = number(&mut rest)?;
    let mut comments = Vec::new();
    for _ in 0..count {
        let length = number(&mut rest)?;
        let (text, after) = rest.split_at_checked(length)?;
        comments.push(String::from_utf8_lossy(text).into_owned());
        rest = after;
    }
    Some(comments)
}

fn block_of(comments: &[String]) -> Block {
    let mut content = Vec::new();
    let mut append = |bytes: &[u8]| {
        content.extend((bytes.len() as u32).to_le_bytes());
        content.extend_from_slice(bytes);
    };
    append(concat!("Mynah ", env!("CARGO_PKG_VERSION")).as_bytes());
    let (count, texts) = (comments.len() as u32, comments);
    let mut all = Vec::new();
    for text in texts {
        all.extend((text.len() as u32).to_le_bytes());
        all.extend_from_slice(text.as_bytes());
    }
    content.extend(count.to_le_bytes());
    content.extend(all);
    (COMMENTS, content)
}

/// Title, artist and the like in the comments among `blocks`.
pub(super) fn tags(blocks: &[Block]) -> Vec<(Tag, String)> {
    let comments = blocks.iter().filter(|(kind, _)| *kind == COMMENTS);
    let comments = comments.filter_map(|(_, content)| comments_of(content));
    let of = |comment: String| {
        let (name, text) = comment.split_once('=')?;
        // Many programs call it so.
        let name = if name.eq_ignore_ascii_case("DESCRIPTION") {
            "COMMENT"
        } else {
            name
        };
        let known = Tag::ALL
            .iter()
            .find(|(.., known)| name.eq_ignore_ascii_case(known));
        known.map(|(tag, ..)| (*tag, text.to_owned()))
    };
    comments.flatten().filter_map(of).collect()
}

/// A block of comments with these.
pub(super) fn comments(tags: &[(Tag, String)]) -> Block {
    let named = tags.iter().filter_map(|(tag, text)| {
        let (.., name) = Tag::ALL.iter().find(|(known, ..)| known == tag)?;
        Some(format!("{name}={text}"))
    });
    block_of(&named.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn file(blocks: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"fLaC".to_vec();
        for (n, (kind, content)) in blocks.iter().enumerate() {
            let last = if n + 1 == blocks.len() { 0x80 } else { 0 };
            bytes.push(kind | last);
            bytes.extend(&(content.len() as u32).to_be_bytes()[1..]);
            bytes.extend_from_slice(content);
        }
        bytes
    }

    fn read(bytes: Vec<u8>) -> Option<Vec<Block>> {
        blocks(&mut Cursor::new(bytes), &mut Budget::default())
    }

    #[test]
    fn comments_and_pictures_are_kept_but_for_what_no_longer_holds() {
        let told = [
            "title=Ü",
            "REPLAYGAIN_TRACK_GAIN=-3 dB",
            "DESCRIPTION=two\nlines",
            "X=y=z",
        ];
        let (_, comments) = block_of(&told.map(str::to_owned));
        let plain = file(&[
            (0, &[0; 34]),
            (COMMENTS, &comments),
            (1, &[0; 9]),
            (PICTURE, b"png"),
        ]);
        let tagged = [b"ID3\x04\0\0\0\0\x01\x02".as_slice(), &[0; 130], &plain].concat();
        for bytes in [plain, tagged] {
            let found = read(bytes).unwrap();
            assert_eq!(found[1], (PICTURE, b"png".to_vec()));
            let back = comments_of(&found[0].1).unwrap();
            assert_eq!(back, ["title=Ü", "DESCRIPTION=two\nlines", "X=y=z"]);
            let expected = [
                (Tag::Title, "Ü".to_owned()),
                (Tag::Comment, "two\nlines".to_owned()),
            ];
            assert_eq!(tags(&found), expected);
            assert_eq!(tags(&[super::comments(&expected)]), expected);
        }
        assert_eq!(read(b"RIFF\0\0\0\0WAVE".to_vec()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_can_follow(rest in proptest::collection::vec(any::<u8>(), 0..80), kind in 4..8u8) {
            let mut bytes = [b"fLaC", [kind, 0, 0, 60].as_slice()].concat();
            bytes.extend(rest);
            if let Some(found) = read(bytes) {
                tags(&found);
            }
        }
    }
}
