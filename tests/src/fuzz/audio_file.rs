//! An audio file of any kind: read to its end or refused, without a panic, with work and memory that grow with the
//! file and not with what it says of itself.

use std::io::Cursor;
use std::sync::OnceLock;

use mynah_cli::audio::read::{MAX_CHANNELS, Reader};

use super::mutate;
use crate::signal::Random;

/// Most bytes of memory that reading takes, whatever the file is; Vorbis's tables are the most of it.
const MOST_MEMORY: u64 = 96 << 20;
/// Most frames that a file's byte becomes, besides the silence of gaps: Opus packets of one byte last 120 ms.
const MOST_FRAMES_PER_BYTE: u64 = 6_000;
/// Most frames of silence: ten minutes at 192 kHz.
const MOST_SILENCE: u64 = 600 * 192_000;

/// A file of each kind that is read.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [
        &include_bytes!("../../../plugin/cli/tests/data/sweep.ogg")[..],
        include_bytes!("../../../plugin/cli/tests/data/sweep.opus"),
        include_bytes!("../../../plugin/cli/tests/data/sweep.mp3"),
        include_bytes!("../../../plugin/cli/tests/data/sweep.aac"),
        include_bytes!("../../../plugin/cli/tests/data/sweep.m4a"),
        include_bytes!("../../../plugin/cli/tests/data/sweep-alac.m4a"),
        include_bytes!("../../../plugin/cli/tests/data/sweep.caf"),
        include_bytes!("../../../plugin/cli/tests/data/sweep.flac"),
    ]
    .map(<[u8]>::to_vec)
    .into();
    let aiff = include_bytes!("../../../plugin/cli/tests/data/tone.aiff");
    seeds.push(aiff[..2_000].to_vec());
    let samples: Vec<u8> = (0..2_400u32).map(|n| (n * n) as u8).collect();
    let chunk = |id: &[u8], body: &[u8]| [id, &(body.len() as u32).to_le_bytes(), body].concat();
    for (tag, channels, bytes) in [(1u16, 2u16, 2u16), (1, 1, 3), (3, 1, 4), (6, 3, 1)] {
        let format = [
            &tag.to_le_bytes()[..],
            &channels.to_le_bytes(),
            &44_100u32.to_le_bytes(),
            &(44_100 * u32::from(channels * bytes)).to_le_bytes(),
            &(channels * bytes).to_le_bytes(),
            &(8 * bytes).to_le_bytes(),
        ]
        .concat();
        let body = [
            b"WAVE".to_vec(),
            chunk(b"fmt ", &format),
            chunk(b"LIST", b"INFO"),
            chunk(b"data", &samples),
            chunk(b"id3 ", &[0; 20]),
        ]
        .concat();
        seeds.push(chunk(b"RIFF", &body));
        let ds64 = [u64::MAX, samples.len() as u64, 0].map(u64::to_le_bytes);
        let body = [
            b"WAVE".to_vec(),
            chunk(b"ds64", &[ds64.as_flattened(), &[0; 4]].concat()),
            chunk(b"fmt ", &format),
            [b"data\xFF\xFF\xFF\xFF", &samples[..]].concat(),
        ]
        .concat();
        seeds.push(chunk(b"RF64", &body));
        let long = |id: &[u8], body: &[u8]| {
            let size = (body.len() as u64 + 24).to_le_bytes();
            [
                id,
                b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A",
                &size,
                body,
            ]
            .concat()
        };
        let head = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
        let chunks = [long(b"fmt ", &format), long(b"data", &samples)].concat();
        let wave = &long(b"wave", b"")[..16];
        seeds.push([&head[..], &[0; 8], wave, &chunks].concat());
    }
    let au = [6u32, 48_000, 2].map(u32::to_be_bytes);
    seeds.push(
        [
            b".snd\0\0\0\x18\xFF\xFF\xFF\xFF",
            au.as_flattened(),
            &samples,
        ]
        .concat(),
    );
    seeds
}

pub(super) fn run(bytes: &[u8]) -> bool {
    let mut frames = 0u64;
    let mut accepted = false;
    let memory = allocation_counter::measure(|| {
        let stream = Box::new(Cursor::new(bytes.to_vec()));
        let Ok(mut reader) = Reader::open_stream(stream, "x") else {
            return;
        };
        accepted = true;
        let channels = reader.channels();
        assert!((1..=MAX_CHANNELS).contains(&channels) && reader.rate_hz() > 0);
        while let Ok(Some(planes)) = reader.next_block() {
            let length = planes[0].len();
            assert!(length > 0 && planes.len() == channels);
            assert!(planes.iter().all(|plane| plane.len() == length));
            frames += length as u64;
        }
        for loss in reader.losses() {
            assert!(loss.at_s >= 0.0 && loss.length_s.is_none_or(|s| s >= 0.0));
            assert!(!loss.to_string().is_empty());
        }
        assert!(reader.losses().len() < 100);
    });
    let most = MOST_SILENCE + MOST_FRAMES_PER_BYTE * bytes.len() as u64;
    assert!(frames <= most, "{frames} frames of {} bytes", bytes.len());
    let memory = memory.bytes_max;
    let most = MOST_MEMORY + 64 * bytes.len() as u64;
    assert!(
        memory <= most,
        "{memory} bytes of memory for {} bytes",
        bytes.len()
    );
    accepted
}

/// Changes of any kind, and those that files suffer: cut, blanked, joined. Half of the time the checksums are made
/// right again, so that what is behind them is reached.
pub(super) fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    match random.within(0, 7) {
        0 => bytes.truncate(random.within(0, bytes.len())),
        1 => {
            let at = random.within(0, bytes.len());
            let end = (at + random.within(0, 3_000)).min(bytes.len());
            bytes[at..end].fill(random.bits() as u8);
        }
        2 => {
            static OTHERS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
            let others = OTHERS.get_or_init(seeds);
            let other = &others[random.within(0, others.len() - 1)];
            bytes.truncate(random.within(0, bytes.len()));
            bytes.extend_from_slice(&other[random.within(0, other.len())..]);
        }
        3 => {
            let again = bytes.clone();
            bytes.extend(again);
            mutate::bytes(bytes, random);
        }
        4 => {
            // Headers are the smaller part, and the more dangerous one.
            let mut head: Vec<u8> = bytes.drain(..bytes.len().min(200)).collect();
            mutate::bytes(&mut head, random);
            bytes.splice(..0, head);
        }
        _ => mutate::bytes(bytes, random),
    }
    if random.within(0, 1) == 0 {
        mend_ogg(bytes);
        mend_flac(bytes);
    }
}

/// Gives every page its checksum.
fn mend_ogg(bytes: &mut [u8]) {
    let begins = |at: &usize| bytes[*at..].starts_with(b"OggS");
    let pages: Vec<usize> = (0..bytes.len()).filter(begins).collect();
    for at in pages {
        let Some(count) = bytes.get(at + 26).map(|n| usize::from(*n)) else {
            continue;
        };
        let Some(segments) = bytes.get(at + 27..at + 27 + count) else {
            continue;
        };
        let end = at + 27 + count + segments.iter().map(|s| usize::from(*s)).sum::<usize>();
        let Some(page) = bytes.get_mut(at..end) else {
            continue;
        };
        page[22..26].fill(0);
        let crc = page.iter().fold(0u32, |crc, byte| {
            (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
                (crc << 1) ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Gives what look like FLAC frames their checksums.
fn mend_flac(bytes: &mut [u8]) {
    let begins = |at: &usize| matches!(bytes[*at..], [0xFF, 0xF8 | 0xF9, ..]);
    let mut frames: Vec<usize> = (0..bytes.len()).filter(begins).collect();
    frames.push(bytes.len());
    for pair in frames.windows(2) {
        let frame = &mut bytes[pair[0]..pair[1]];
        let Some(end) = frame.len().checked_sub(2).filter(|end| *end > 6) else {
            continue;
        };
        let crc = frame[..end].iter().fold(0u16, |crc, byte| {
            (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
                (crc << 1) ^ if crc >> 15 == 1 { 0x8005 } else { 0 }
            })
        });
        frame[end..].copy_from_slice(&crc.to_be_bytes());
    }
}
