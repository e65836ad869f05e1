//! WAV and its kin with headers of every sort, as sox, ffmpeg and libsndfile read them.

use mynah_cli::audio::read::LossKind;

use super::files::{
    Heard, assert_same, chunk, fmt, interleaved, noise, read, refusal, riff, scaled,
};

const FRAMES: usize = 5_000;

/// 16-bit stereo: the samples, and the file's `data`.
fn sound() -> (Vec<Vec<f32>>, Vec<u8>) {
    let planes = noise(FRAMES, 2, 16);
    (scaled(&planes, 16), interleaved(&planes, 16, 2))
}

fn header() -> Vec<u8> {
    chunk(b"fmt ", &fmt(1, 2, 44_100, 16, 2))
}

#[track_caller]
fn assert_whole(heard: &Heard, expected: &[Vec<f32>]) {
    assert_eq!(heard.frames(), expected[0].len());
    assert_same(&heard.planes, expected, 0..expected[0].len());
    assert_eq!(heard.losses, []);
}

/// A `data` chunk whose size is a lie.
fn data_of_size(size: u32, data: &[u8]) -> Vec<u8> {
    [b"data", &size.to_le_bytes()[..], data].concat()
}

#[test]
fn sizes_that_nobody_filled_in_cost_nothing() {
    let (expected, data) = sound();
    let size = data.len() as u32;
    for riff_size in [0, size + 36, size + 28, size, u32::MAX, 0x7FFF_F024] {
        for data_size in [0, size, u32::MAX, 0xFFFF_FFDB, 0x7FFF_F000, 0x8000_0000] {
            let mut file = riff(&[header(), data_of_size(data_size, &data)]);
            file[4..8].copy_from_slice(&riff_size.to_le_bytes());
            assert_whole(&read(&file), &expected);
        }
    }
}

#[test]
fn a_chunk_of_odd_length_may_lack_its_padding() {
    let (expected, data) = sound();
    let text = b"INFOISFT\x05\0\0\0mynah";
    assert_eq!(text.len() % 2, 1);
    let padded = chunk(b"LIST", text);
    let bare = padded[..padded.len() - 1].to_vec();
    for list in [padded, bare] {
        assert_whole(
            &read(&riff(&[header(), list.clone(), chunk(b"data", &data)])),
            &expected,
        );
        assert_whole(
            &read(&riff(&[list, header(), chunk(b"data", &data)])),
            &expected,
        );
    }
}

#[test]
fn what_stands_behind_the_samples_is_no_sound() {
    let (expected, data) = sound();
    let tag = [&b"TAG"[..], &[b' '; 125]].concat();
    for behind in [
        chunk(b"LIST", b"INFO"),
        tag,
        vec![0; 999],
        chunk(b"id3 ", &[7; 33]),
    ] {
        let file = [riff(&[header(), chunk(b"data", &data)]), behind].concat();
        assert_whole(&read(&file), &expected);
    }
    // Nobody knows what this is: it is told.
    let file = [riff(&[header(), chunk(b"data", &data)]), vec![0x81; 999]].concat();
    let heard = read(&file);
    assert_same(&heard.planes, &expected, 0..FRAMES);
    assert_eq!(heard.lost(), [(LossKind::Unread, None)]);
}

#[test]
fn samples_in_several_chunks_follow_each_other() {
    let (expected, data) = sound();
    let (first, second) = data.split_at(4 * 1_234);
    let list = chunk(b"LIST", b"INFO");
    let file = riff(&[
        header(),
        chunk(b"data", first),
        list,
        chunk(b"data", second),
    ]);
    assert_whole(&read(&file), &expected);
    let file = |data| riff(&[header(), chunk(b"data", data)]);
    assert_whole(&read(&[file(first), file(second)].concat()), &expected);
    // A second file of another rate is told.
    let other = riff(&[
        chunk(b"fmt ", &fmt(1, 2, 48_000, 16, 2)),
        chunk(b"data", second),
    ]);
    let heard = read(&[file(first), other].concat());
    assert_eq!(heard.frames(), 1_234);
    assert_eq!(heard.lost(), [(LossKind::Changed, None)]);
}

#[test]
fn long_formats_are_read() {
    let (expected, data) = sound();
    for (id, data_size) in [
        (b"RF64", u32::MAX),
        (b"BW64", u32::MAX),
        (b"RF64", data.len() as u32),
    ] {
        let sizes = [u64::MAX, data.len() as u64, FRAMES as u64];
        let mut ds64: Vec<u8> = sizes.iter().flat_map(|n| n.to_le_bytes()).collect();
        ds64.extend([0; 4]);
        let after = chunk(b"LIST", b"INFO");
        let mut file = riff(&[
            chunk(b"ds64", &ds64),
            header(),
            data_of_size(data_size, &data),
            after,
        ]);
        file[..4].copy_from_slice(id);
        file[4..8].fill(0xFF);
        assert_whole(&read(&file), &expected);
    }
    let guid = |id: &[u8; 4]| {
        let tail = b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";
        [&id[..], tail].concat()
    };
    let chunk = |id: &[u8; 4], body: &[u8]| {
        let mut chunk = [&guid(id)[..], &(body.len() as u64 + 24).to_le_bytes(), body].concat();
        chunk.resize(chunk.len().next_multiple_of(8), 0);
        chunk
    };
    let chunks = [
        chunk(b"fmt ", &fmt(1, 2, 44_100, 16, 2)),
        chunk(b"junk", &[1, 2, 3]),
        chunk(b"data", &data),
        chunk(b"levl", &[4; 8]),
    ];
    let w64 = [
        &b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00"[..],
        &[0; 8],
        &guid(b"wave"),
        &chunks.concat(),
    ]
    .concat();
    assert_whole(&read(&w64), &expected);
}

#[test]
fn every_width_is_read() {
    for (bits, bytes) in [(8, 1), (12, 2), (16, 2), (20, 3), (24, 3), (24, 4), (32, 4)] {
        let planes = noise(FRAMES, 2, bits);
        let mut data = interleaved(&planes, bits, bytes);
        if bytes == 1 {
            data.iter_mut().for_each(|byte| *byte ^= 0x80);
        }
        let expected = scaled(&planes, bits);
        let plain = fmt(1, 2, 44_100, bits as u16, bytes as u16);
        // The width of the room, that of the sample, no speakers, and the kind with its fourteen fixed bytes.
        let mut extensible = fmt(0xFFFE, 2, 44_100, 8 * bytes as u16, bytes as u16);
        extensible.extend([22, 0, bits as u8, 0, 0, 0, 0, 0, 1, 0]);
        extensible.extend(b"\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        for format in [plain, extensible] {
            assert_whole(
                &read(&riff(&[chunk(b"fmt ", &format), chunk(b"data", &data)])),
                &expected,
            );
        }
    }
    let expected = scaled(&noise(FRAMES, 1, 24), 24);
    let single: Vec<u8> = expected[0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let double: Vec<u8> = expected[0]
        .iter()
        .flat_map(|x| f64::from(*x).to_le_bytes())
        .collect();
    for (bytes, data) in [(4, single), (8, double)] {
        let format = chunk(b"fmt ", &fmt(3, 1, 96_000, 8 * bytes, bytes));
        assert_whole(&read(&riff(&[format, chunk(b"data", &data)])), &expected);
    }
}

#[test]
fn many_channels_are_read_up_to_a_bound() {
    for channels in [3, 6, 64] {
        let planes = noise(500, channels, 16);
        let format = chunk(b"fmt ", &fmt(1, channels as u16, 48_000, 16, 2));
        let file = riff(&[format, chunk(b"data", &interleaved(&planes, 16, 2))]);
        assert_whole(&read(&file), &scaled(&planes, 16));
    }
    for (channels, clue) in [
        (0, "no channels"),
        (65, "65 channels"),
        (u16::MAX, "65535 channels"),
    ] {
        let file = riff(&[
            chunk(b"fmt ", &fmt(1, channels, 48_000, 16, 1)),
            chunk(b"data", &[1; 99]),
        ]);
        assert!(refusal(&file).contains(clue), "{}", refusal(&file));
    }
}

#[test]
fn aiff_is_read_up_to_its_last_whole_frame() {
    let aiff = super::files::fixture("tone.aiff");
    let whole = read(&aiff);
    assert_eq!((whole.frames(), whole.losses.len()), (11_025, 0));
    let heard = read(&aiff[..aiff.len() - 1]);
    assert_eq!(heard.frames(), 11_024);
    assert_same(&heard.planes, &whole.planes, 0..11_024);
    assert_eq!(heard.lost(), [(LossKind::CutShort, Some(1))]);
    assert!(
        heard.losses[0].to_string().contains("0.05 ms are missing"),
        "{}",
        heard.losses[0]
    );
}

#[test]
fn long_tags_before_the_sound_cost_nothing() {
    let (expected, data) = sound();
    let wav = riff(&[header(), chunk(b"data", &data)]);
    // 2 MiB, four times seven bits.
    let mut tag = b"ID3\x04\0\0\0\x7F\x7F\x7F".to_vec();
    tag.resize(10 + 0x1F_FFFF, 0xFF);
    assert_whole(&read(&[tag.clone(), wav].concat()), &expected);
    let flac = super::files::Flac::of(&noise(FRAMES, 2, 16)).bytes();
    assert_whole(&read(&[tag.clone(), tag, flac].concat()), &expected);
}
