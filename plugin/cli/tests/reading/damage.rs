//! Files that are cut, joined, or damaged in the middle: what can be read is read, in time, and the rest is told.

use mynah_cli::audio::read::LossKind;
use proptest::prelude::*;

use super::files::{
    BLOCK, Flac, Heard, assert_same, chunk, fixture, fmt, interleaved, noise, pages, read, refusal,
    riff, scaled,
};

const FRAMES: usize = 7_300;

fn flac() -> (Flac, Vec<Vec<f32>>) {
    let planes = noise(FRAMES, 2, 16);
    (Flac::of(&planes), scaled(&planes, 16))
}

#[test]
fn a_flac_cut_anywhere_keeps_its_whole_frames() {
    let (flac, expected) = flac();
    let bytes = flac.bytes();
    let last = flac.frames.last().unwrap().len();
    for cut in [2, 3, 17, last - 1] {
        let heard = read(&bytes[..bytes.len() - cut]);
        assert_eq!(heard.frames(), 7_000);
        assert_same(&heard.planes, &expected, 0..7_000);
        assert_eq!(heard.lost(), [(LossKind::CutShort, Some(300))]);
    }
    // Of the last frame only a byte of its checksum is missing: its sound is there.
    let heard = read(&bytes[..bytes.len() - 1]);
    assert_same(&heard.planes, &expected, 0..FRAMES);
    assert_eq!(heard.lost(), [(LossKind::CutShort, Some(0))]);
    let heard = read(&bytes[..bytes.len() / 2]);
    let there = heard.frames();
    assert!(
        (3 * BLOCK..4 * BLOCK).contains(&there) && there.is_multiple_of(BLOCK),
        "{there}"
    );
    assert_same(&heard.planes, &expected, 0..there);
    assert_eq!(heard.lost(), [(LossKind::CutShort, Some(FRAMES - there))]);
}

#[test]
fn a_flac_that_does_not_know_its_length_is_whole() {
    let (flac, expected) = flac();
    let bytes = flac.of_unknown_length().bytes();
    let tag = [&b"TAG"[..], &[b' '; 125]].concat();
    for file in [bytes.clone(), [&bytes[..], &tag].concat()] {
        let heard = read(&file);
        assert_eq!((heard.frames(), heard.losses.len()), (FRAMES, 0));
        assert_same(&heard.planes, &expected, 0..FRAMES);
    }
    let heard = read(&bytes[..bytes.len() - 17]);
    assert_eq!(heard.frames(), 7_000);
    assert_eq!(heard.lost(), [(LossKind::CutShort, None)]);
}

#[test]
fn tags_behind_the_sound_cost_none() {
    let ape = {
        let mut footer = b"APETAGEX\xD0\x07\0\0\x20\0\0\0".to_vec();
        footer.resize(32, 0);
        footer
    };
    let tags = [[&b"TAG"[..], &[b'x'; 125]].concat(), ape, vec![0; 3_000]];
    let flac = flac().0.bytes();
    for name in [
        "",
        "sweep.mp3",
        "sweep.ogg",
        "sweep.opus",
        "sweep.aac",
        "tone.aiff",
    ] {
        let file = if name.is_empty() {
            flac.clone()
        } else {
            fixture(name)
        };
        let bare = read(&file);
        assert_eq!(bare.losses, [], "{name}");
        for tag in &tags {
            let tagged = read(&[&file[..], tag].concat());
            assert_eq!(tagged.losses, [], "{name}");
            assert_eq!(tagged.planes, bare.planes, "{name}");
        }
    }
}

#[test]
fn a_damaged_flac_frame_is_silent_and_the_rest_in_time() {
    let (flac, expected) = flac();
    // A bit, a stretch, whole frames, bytes too few and bytes too many.
    let bytes = |frames: &[Vec<u8>]| [&flac.head[..], &frames.concat()].concat();
    let mut bit = flac.frames.clone();
    bit[3][200] ^= 0x10;
    let mut header = flac.frames.clone();
    header[3][0] = 0;
    let mut stretch = flac.frames.clone();
    stretch[3][50..450].fill(0x55);
    let mut short = flac.frames.clone();
    short[3].drain(100..103);
    let mut long = flac.frames.clone();
    long[3].splice(100..100, [0xFF; 40]);
    let mut none = flac.frames.clone();
    none.remove(3);
    for (case, frames) in [bit, header, stretch, short, long, none].iter().enumerate() {
        let heard = read(&bytes(frames));
        assert_eq!(heard.frames(), FRAMES, "case {case}");
        assert_same(&heard.planes, &expected, 0..3 * BLOCK);
        assert!(
            heard
                .planes
                .iter()
                .all(|p| p[3 * BLOCK..4 * BLOCK].iter().all(|x| *x == 0.0))
        );
        assert_same(&heard.planes, &expected, 4 * BLOCK..FRAMES);
        assert_eq!(heard.lost(), [(LossKind::Gap, Some(BLOCK))], "case {case}");
        assert!((heard.losses[0].at_s - 3.0 * BLOCK as f64 / 44_100.0).abs() < 1e-9);
    }
    let heard = read(&bytes(&[&flac.frames[..1], &flac.frames[4..]].concat()));
    assert_same(&heard.planes, &expected, 4 * BLOCK..FRAMES);
    assert_eq!(heard.lost(), [(LossKind::Gap, Some(3 * BLOCK))]);
}

#[test]
fn joined_files_are_read_one_after_the_other() {
    let flac = flac().0.bytes();
    for name in ["", "sweep.mp3", "sweep.ogg", "sweep.opus", "sweep.aac"] {
        let file = if name.is_empty() {
            flac.clone()
        } else {
            fixture(name)
        };
        let once = read(&file);
        let twice = read(&[&file[..], &file].concat());
        assert_eq!(twice.losses, [], "{name}");
        assert_eq!(twice.frames(), 2 * once.frames(), "{name}");
        let expected: Vec<Vec<f32>> = once.planes.iter().map(|p| p.repeat(2)).collect();
        // AAC has no beginning: the decoder goes on with what it has.
        if name != "sweep.aac" {
            assert_same(&twice.planes, &expected, 0..twice.frames());
        }
    }
}

/// Where the sound begins: an Ogg's header is long.
fn sound_at(file: &[u8]) -> usize {
    pages(file).get(3).copied().unwrap_or(0)
}

#[test]
fn half_a_file_is_told() {
    let wav = riff(&[
        chunk(b"fmt ", &fmt(1, 1, 44_100, 16, 2)),
        chunk(b"data", &interleaved(&noise(FRAMES, 1, 16), 16, 2)),
    ]);
    for (name, file) in [
        ("WAV", wav),
        ("MP3", fixture("sweep.mp3")),
        ("Ogg", fixture("sweep.ogg")),
        ("Opus", fixture("sweep.opus")),
        ("AIFF", fixture("tone.aiff")),
    ] {
        let whole = read(&file);
        let half = read(&file[..(sound_at(&file) + file.len()) / 2 + 1]);
        let there = half.frames();
        assert!(
            there > whole.frames() / 4 && there < whole.frames() * 2 / 3,
            "{name}: {there}"
        );
        assert_same(&half.planes, &whole.planes, 0..there);
        let [(LossKind::CutShort, missing)] = half.lost()[..] else {
            panic!("{name}: {:?}", half.losses);
        };
        // Ogg does not say how long it is.
        match name {
            "Ogg" | "Opus" => assert_eq!(missing, None),
            _ => assert_eq!(missing, Some(whole.frames() - there), "{name}"),
        }
    }
    let refused = refusal(&fixture("sweep.m4a")[..3_000]);
    assert!(refused.contains("cut short"), "{refused}");
}

/// An MP4 file with its index before its sound, as those for the net have it.
fn index_first(mp4: &[u8]) -> Vec<u8> {
    let word = |at: usize| u32::from_be_bytes(mp4[at..at + 4].try_into().unwrap()) as usize;
    let index_at = mp4.windows(4).position(|w| w == b"moov").unwrap() - 4;
    let mut index = mp4[index_at..].to_vec();
    assert_eq!(index.len(), word(index_at), "the index is the last");
    let first = word(0);
    let chunks = index.windows(4).position(|w| w == b"stco").unwrap() + 12;
    let table = index.len();
    for at in (chunks..).step_by(4).take(word(index_at + chunks - 4)) {
        let place = u32::from_be_bytes(index[at..at + 4].try_into().unwrap()) + table as u32;
        index[at..at + 4].copy_from_slice(&place.to_be_bytes());
    }
    [&mp4[..first], &index, &mp4[first..index_at]].concat()
}

#[test]
fn an_mp4_with_its_index_first_may_end_anywhere() {
    let file = index_first(&fixture("sweep.m4a"));
    let whole = read(&file);
    assert_eq!((whole.frames(), whole.losses.len()), (24_000, 0));
    assert_eq!(whole.planes, read(&fixture("sweep.m4a")).planes);
    for cut in [1, 100, 2_000] {
        let heard = read(&file[..file.len() - cut]);
        let there = heard.frames();
        assert!(there < whole.frames() && there > 8_000, "{there}");
        assert_same(&heard.planes, &whole.planes, 0..there);
        assert_eq!(heard.lost(), [(LossKind::CutShort, Some(24_000 - there))]);
    }
}

/// Insists that `damaged` is `whole` but between the frames `from` and `to`, where it is told.
#[track_caller]
fn assert_like_but(damaged: &Heard, whole: &Heard, from: usize, to: usize) {
    assert_eq!(damaged.frames(), whole.frames());
    for (damaged, whole) in damaged.planes.iter().zip(&whole.planes) {
        for (i, (a, b)) in damaged.iter().zip(whole).enumerate() {
            // Decoders add up from where they are: the last bit may differ.
            assert!(
                (from..to).contains(&i) || (a - b).abs() < 1e-5,
                "frame {i}: {a} for {b}"
            );
        }
    }
    let [loss] = damaged.losses[..] else {
        panic!("{:?}", damaged.losses);
    };
    let at = (loss.at_s * f64::from(whole.rate_hz)).round() as usize;
    let length = (loss.length_s.unwrap() * f64::from(whole.rate_hz)).round() as usize;
    assert_eq!(loss.what, LossKind::Gap);
    assert!(
        from <= at && at + length <= to && length > 0,
        "{at} + {length}"
    );
}

#[test]
fn what_follows_a_gap_in_an_ogg_is_in_time() {
    for (name, overlap) in [("sweep.ogg", 2_048), ("sweep.opus", 24_000)] {
        let file = fixture(name);
        let whole = read(&file);
        let pages = pages(&file);
        let granule = |page: usize| -> usize {
            let at = pages[page] + 6;
            u64::from_le_bytes(file[at..at + 8].try_into().unwrap()) as usize
        };
        // The sixth page: zeroes in it, and without it.
        let (begin, end) = (pages[6], pages[7]);
        let mut blank = file.clone();
        blank[begin + 40..end].fill(0);
        let without = [&file[..begin], &file[end..]].concat();
        for damaged in [blank, without] {
            let from = granule(5).saturating_sub(overlap);
            assert_like_but(&read(&damaged), &whole, from, granule(6) + overlap);
        }
    }
}

#[test]
fn what_follows_a_gap_in_an_mp3_is_in_time() {
    let file = fixture("sweep.mp3");
    let whole = read(&file);
    // Frames of 40 kbit/s at 16,000 Hz are 180 bytes and 576 samples.
    let frame = 576;
    let mut blank = file.clone();
    blank[3_000..3_700].fill(0);
    let from = (3_000 / 180 - 4) * frame;
    assert_like_but(&read(&blank), &whole, from, from + 16 * frame);
}

#[test]
fn half_an_aac_and_a_hole_in_one() {
    let file = fixture("sweep.aac");
    let whole = read(&file);
    let mut blank = file.clone();
    blank[2_000..2_400].fill(0);
    let heard = read(&blank);
    assert!(
        heard
            .lost()
            .iter()
            .all(|(what, frames)| *what == LossKind::Gap && frames.is_some())
    );
    assert!(!heard.losses.is_empty());
    let apart = heard.frames().abs_diff(whole.frames());
    assert!(apart <= 2 * 1_024, "{apart} frames");
    let heard = read(&file[..file.len() / 2]);
    assert_eq!(heard.lost(), [(LossKind::CutShort, None)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is cut off, what is left is what was there, and something is told.
    #[test]
    fn a_cut_is_told_and_changes_nothing_before_it(name in 0usize..4, cut in 0.25f64..0.999) {
        let file = match name {
            0 => flac().0.bytes(),
            1 => fixture("sweep.mp3"),
            2 => fixture("sweep.ogg"),
            _ => fixture("sweep.opus"),
        };
        let whole = read(&file);
        let sound_at = sound_at(&file);
        let length = sound_at + ((file.len() - sound_at) as f64 * cut) as usize;
        let heard = read(&file[..length]);
        let there = heard.frames();
        prop_assert!(there <= whole.frames());
        for (a, b) in heard.planes.iter().zip(&whole.planes) {
            prop_assert!(a[..] == b[..there]);
        }
        prop_assert_eq!(heard.losses.len(), 1);
    }

    /// Wherever bytes are overwritten, FLAC loses no more than the frames they lie in, and nothing moves.
    #[test]
    fn damage_in_a_flac_stays_where_it_is(at in 0.05f64..0.95, length in 1usize..1_500, with in any::<u8>()) {
        let (flac, expected) = flac();
        let mut bytes = flac.bytes();
        let at = (bytes.len() as f64 * at) as usize;
        let end = (at + length).min(bytes.len());
        bytes[at..end].fill(with);
        prop_assume!(bytes != flac.bytes());
        let mut position = flac.head.len();
        let spared: Vec<bool> = flac.frames.iter().map(|frame| {
            let begins = position;
            position += frame.len();
            end <= begins || at >= position
        }).collect();
        let heard = read(&bytes);
        prop_assert!(!heard.losses.is_empty());
        for (n, spared) in spared.iter().enumerate() {
            let range = n * BLOCK..((n + 1) * BLOCK).min(FRAMES);
            if *spared {
                for (a, b) in heard.planes.iter().zip(&expected) {
                    prop_assert!(a[range.clone()] == b[range.clone()], "block {} is lost", n);
                }
            }
        }
    }
}
