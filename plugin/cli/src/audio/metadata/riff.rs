//! The chunks of a WAV file that tell of its sound.

use std::io::{Read, Seek, SeekFrom};

use super::Budget;
use super::tags::Tag;

/// Chunks that are carried over besides lists: what was recorded when and where (bext, iXML, axml), marks and loops, whose
/// places in the sound hold for its translation, too, and tags.
const KEPT: [&[u8; 4]; 9] = [
    b"bext", b"iXML", b"axml", b"cue ", b"plst", b"smpl", b"acid", b"_PMX", b"id3 ",
];
/// Lists that are: tags, and the names of marks.
const KEPT_LISTS: [&[u8; 4]; 2] = [b"INFO", b"adtl"];
/// A file with more chunks is none that anybody wrote.
const MAX_CHUNKS: usize = 10_000;
/// In the place of a length that stands elsewhere, or is not known.
const ELSEWHERE: u32 = u32::MAX;
/// Places in a bext chunk: its version, and from version 2 on five measures of loudness.
const BEXT_VERSION: usize = 346;
const BEXT_LOUDNESS: usize = 412;
/// A loudness that is not told.
const NOT_TOLD: u16 = 0x7fff;

type Chunk = ([u8; 4], Vec<u8>);

/// Those chunks of the WAV file `file` that hold for a translation of its sound.
pub(super) fn chunks(file: &mut (impl Read + Seek), budget: &mut Budget) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    // Where it ends in the middle, what was found until there holds.
    let _ = walk(file, budget, &mut chunks);
    chunks
}

fn walk(
    file: &mut (impl Read + Seek),
    budget: &mut Budget,
    chunks: &mut Vec<Chunk>,
) -> std::io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut at = 12;
    let mut data_bytes = None;
    for _ in 0..MAX_CHUNKS {
        file.seek(SeekFrom::Start(at))?;
        let (mut name, mut size) = ([0; 4], [0; 4]);
        file.read_exact(&mut name)?;
        file.read_exact(&mut size)?;
        let size = u32::from_le_bytes(size);
        let mut length = u64::from(size);
        match (&name, data_bytes) {
            (b"ds64", _) => {
                let mut lengths = [0; 16];
                file.read_exact(&mut lengths)?;
                let (_, data) = lengths.split_at(8);
                data_bytes = data.try_into().ok().map(u64::from_le_bytes);
            }
            (b"data", Some(bytes)) if size == ELSEWHERE => length = bytes,
            _ if is_kept(&name) && at + 8 + length <= end && budget.takes(length) => {
                let mut content = vec![0; size as usize];
                file.read_exact(&mut content)?;
                if let Some(chunk) = translated(name, content) {
                    chunks.push(chunk);
                }
            }
            _ => {}
        }
        at = at.saturating_add(8 + length).saturating_add(length % 2);
        if at >= end {
            break;
        }
    }
    Ok(())
}

fn is_kept(name: &[u8; 4]) -> bool {
    name == b"LIST" || KEPT.iter().any(|kept| name.eq_ignore_ascii_case(*kept))
}

/// As it holds for a translation.
fn translated(name: [u8; 4], mut content: Vec<u8>) -> Option<Chunk> {
    if &name == b"LIST" {
        let kind = content.get(..4)?;
        KEPT_LISTS.iter().find(|kept| kind == kept.as_slice())?;
    }
    if &name == b"bext"
        && let Some([version, _]) = content.get(BEXT_VERSION..BEXT_VERSION + 2)
        && *version >= 2
        && let Some(loudness) = content.get_mut(BEXT_LOUDNESS..BEXT_LOUDNESS + 10)
    {
        // It was measured of another sound.
        for value in loudness.chunks_exact_mut(2) {
            value.copy_from_slice(&NOT_TOLD.to_le_bytes());
        }
    }
    Some((name, content))
}

/// Title, artist and the like in the INFO lists among `chunks`.
pub(super) fn tags(chunks: &[Chunk]) -> Vec<(Tag, String)> {
    let lists = chunks
        .iter()
        .filter(|(name, content)| name == b"LIST" && content.starts_with(b"INFO"));
    let mut tags = Vec::new();
    for (_, content) in lists {
        let mut rest = &content[4..];
        while let Some((head, after)) = rest.split_at_checked(8) {
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let Some(text) = after.get(..length) else {
                break;
            };
            if let Some((tag, ..)) = Tag::ALL.iter().find(|(_, name, _)| &head[..4] == *name) {
                tags.push((*tag, text_of(text)));
            }
            rest = after.get(length + length % 2..).unwrap_or_default();
        }
    }
    tags.retain(|(_, text)| !text.is_empty());
    tags
}

/// Up to its first zero; where it is no UTF-8 it is taken for Latin-1, as old programs write it.
fn text_of(bytes: &[u8]) -> String {
    let length = bytes.iter().position(|byte| *byte == 0);
    let bytes = &bytes[..length.unwrap_or(bytes.len())];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    text.trim().to_owned()
}

/// An INFO list of these; several of a kind are one, with semicolons between.
pub(super) fn info(tags: &[(Tag, String)]) -> Chunk {
    let mut list = b"INFO".to_vec();
    for (tag, name, _) in Tag::ALL {
        let texts = tags.iter().filter(|(other, _)| *other == tag);
        let texts: Vec<&str> = texts.map(|(_, text)| text.as_str()).collect();
        if !texts.is_empty() {
            let mut text = texts.join("; ").replace('\0', " ").into_bytes();
            text.push(0);
            append(&mut list, name, &text);
        }
    }
    (*b"LIST", list)
}

/// Appends a chunk, of an even length.
pub(super) fn append(bytes: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    let Ok(length) = u32::try_from(content.len()) else {
        return;
    };
    bytes.extend_from_slice(name);
    bytes.extend(length.to_le_bytes());
    bytes.extend_from_slice(content);
    if content.len() % 2 == 1 {
        bytes.push(0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        for (name, content) in chunks {
            append(&mut bytes, name, content);
        }
        bytes
    }

    fn read(bytes: Vec<u8>) -> Vec<Chunk> {
        chunks(&mut Cursor::new(bytes), &mut Budget::default())
    }

    #[test]
    fn what_holds_is_kept_wherever_it_stands() {
        let found = read(file(&[
            (b"fmt ", &[0; 16]),
            (b"bext", &[7; 99]),
            (b"PEAK", &[1; 16]),
            (b"data", &[0; 33]),
            (b"LIST", b"INFOINAM\x05\0\0\0take\0\0"),
            (b"LIST", b"exif1234"),
            (b"cue ", &[0; 4]),
        ]));
        let names: Vec<&[u8; 4]> = found.iter().map(|(name, _)| name).collect();
        assert_eq!(names, [b"bext", b"LIST", b"cue "]);
        assert_eq!(found[0].1, [7; 99]);
        assert_eq!(tags(&found), [(Tag::Title, "take".to_owned())]);
        let tags = [
            (Tag::Artist, "A".to_owned()),
            (Tag::Title, "Ü".to_owned()),
            (Tag::Artist, "B".to_owned()),
        ];
        let back = super::tags(&[info(&tags)]);
        let expected = [
            (Tag::Title, "Ü".to_owned()),
            (Tag::Artist, "A; B".to_owned()),
        ];
        assert_eq!(back, expected);
    }

    #[test]
    fn the_length_of_a_large_file_stands_in_its_ds64() {
        let mut bytes = b"RF64\xff\xff\xff\xffWAVE".to_vec();
        let mut lengths = [0; 28];
        lengths[8] = 10;
        append(&mut bytes, b"ds64", &lengths);
        bytes.extend_from_slice(b"data\xff\xff\xff\xff0123456789");
        append(&mut bytes, b"iXML", b"<x/>");
        assert_eq!(read(bytes), [(*b"iXML", b"<x/>".to_vec())]);
    }

    #[test]
    fn the_loudness_of_another_sound_is_not_told() {
        let mut bext = vec![1; 604];
        bext[BEXT_VERSION..BEXT_VERSION + 2].copy_from_slice(&[2, 0]);
        let [(_, found)] = read(file(&[(b"bext", &bext)]))
            .try_into()
            .unwrap_or_default();
        assert_eq!(found[412..422], [0xff, 0x7f].repeat(5));
        assert_eq!((&found[..412], &found[422..]), (&bext[..412], &bext[422..]));
        bext[BEXT_VERSION] = 1;
        assert_eq!(read(file(&[(b"bext", &bext)])), [(*b"bext", bext)]);
    }

    #[test]
    fn no_more_is_kept_than_memory_is_meant_for() {
        let mut budget = Budget::default();
        let large = vec![0; 3 << 20];
        let many: Vec<(&[u8; 4], &[u8])> = (0..12).map(|_| (b"iXML", large.as_slice())).collect();
        let found = chunks(&mut Cursor::new(file(&many)), &mut budget);
        assert_eq!((found.len(), budget.exceeded), (10, true));
    }

    proptest! {
        #[test]
        fn any_bytes_can_follow(rest in proptest::collection::vec(any::<u8>(), 0..80), kept in 0..9usize) {
            let mut bytes = b"RF64\0\0\0\0WAVE".to_vec();
            bytes.extend_from_slice(KEPT[kept]);
            bytes.extend(rest);
            let length = bytes.len();
            let found = read(bytes);
            prop_assert!(found.iter().map(|(_, content)| content.len()).sum::<usize>() <= length);
            tags(&found);
        }
    }
}
