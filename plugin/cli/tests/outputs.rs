//! What is in the files that `mynah bounce` writes besides the sound, and how the sound is stored.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};

use common::{channel, chunk, read_wav, rms, succeed, tone, write_planes};

fn bounce(folder: &Path, input: &str, output: &str, extra: &[&str]) -> (PathBuf, Vec<u8>) {
    let out = folder.join(output);
    let (input, output) = (folder.join(input), out.clone());
    let files = [input.to_str().unwrap(), "-o", output.to_str().unwrap()];
    let arguments = [&["bounce", "-fq", "--target", "cello"][..], &files, extra].concat();
    succeed(arguments);
    let bytes = std::fs::read(&out).unwrap();
    (out, bytes)
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let digits = bytes[at..at + length].iter().rev();
    digits.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[test]
fn mono_and_stereo_files_have_the_plain_header_without_a_channel_mask() {
    let folder = tempfile::tempdir().unwrap();
    let planes = vec![tone(44_100, 220.0, 0.05); 3];
    for (channels, extra) in [(1, &[][..]), (2, &[]), (3, &["--channels", "all"])] {
        write_planes(&folder.path().join("in.wav"), 44_100, &planes[..channels]);
        for (bits, format) in [("16", 1), ("24", 1), ("32f", 3)] {
            let with = [&["--bits", bits], extra].concat();
            let (_, file) = bounce(folder.path(), "in.wav", "out.wav", &with);
            let fmt = chunk(&file, b"fmt ").unwrap();
            assert_eq!(number(&fmt, 2, 2), channels as u64);
            if channels > 2 {
                // The long form, which assigns the channels to no loudspeakers.
                assert_eq!((number(&fmt, 0, 2), number(&fmt, 20, 4)), (0xfffe, 0));
                assert_eq!(number(&fmt, 24, 2), format);
            } else {
                assert_eq!(number(&fmt, 0, 2), format);
            }
            assert_eq!(number(&file, 4, 4), file.len() as u64 - 8);
        }
    }
}

#[test]
fn sixteen_bits_have_dither_that_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    // Less than a half of the last bit, and exact silence.
    let soft: Vec<f32> = tone(48_000, 1_000.0, 1.0)
        .iter()
        .map(|x| x * 2e-5)
        .collect();
    write_planes(
        &folder.path().join("in.wav"),
        48_000,
        &[[soft.clone(), vec![0.0; 4_800]].concat()],
    );
    let dry = ["--mix", "0", "--bits", "16"];
    let (path, first) = bounce(folder.path(), "in.wav", "a.wav", &dry);
    assert_eq!(bounce(folder.path(), "in.wav", "b.wav", &dry).1, first);
    let (spec, samples) = read_wav(&path);
    assert_eq!(
        (spec.bits_per_sample, spec.sample_format),
        (16, hound::SampleFormat::Int)
    );
    let step = 1.0 / 32_768.0;
    let heard: f64 = samples
        .iter()
        .zip(&soft)
        .map(|(a, b)| f64::from(a * b))
        .sum();
    let there: f64 = soft.iter().map(|b| f64::from(b * b)).sum();
    assert!(
        (heard / there - 1.0).abs() < 0.3,
        "the tone is at {}",
        heard / there
    );
    let noise: Vec<f32> = samples.iter().zip(&soft).map(|(a, b)| a - b).collect();
    assert!(
        (rms(&noise) / (0.5 * step) - 1.0).abs() < 0.1,
        "{}",
        rms(&noise) / step
    );
    assert!(samples[soft.len() + 1..].iter().all(|x| *x == 0.0));
    let (flac, bytes) = bounce(folder.path(), "in.wav", "a.flac", &dry);
    // Five bits of STREAMINFO: the bits of a sample, less one.
    assert_eq!(
        (u16::from(bytes[20] & 1) << 4) | u16::from(bytes[21] >> 4),
        15
    );
    let name = flac.file_name().unwrap().to_str().unwrap();
    let (back, _) = bounce(
        folder.path(),
        name,
        "c.wav",
        &["--mix", "0", "--bits", "24"],
    );
    assert_eq!(read_wav(&back).1, samples);
    assert_eq!(
        bounce(folder.path(), "in.wav", "d.wav", &["--bits", "32f"]).1,
        bounce(folder.path(), "in.wav", "d.wav", &["--float"]).1
    );
}

/// A WAV file of 16 bits with these chunks before and behind its sound.
fn wav(before: &[(&[u8; 4], &[u8])], behind: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"WAVE".to_vec();
    let mut append = |name: &[u8; 4], content: &[u8]| {
        bytes.extend_from_slice(name);
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
    };
    let mut fmt = vec![1, 0, 1, 0];
    fmt.extend(48_000u32.to_le_bytes());
    fmt.extend(96_000u32.to_le_bytes());
    fmt.extend([2, 0, 16, 0]);
    append(b"fmt ", &fmt);
    before
        .iter()
        .for_each(|(name, content)| append(name, content));
    let sound = tone(48_000, 220.0, 0.05);
    let sound = sound
        .iter()
        .flat_map(|x| ((x * 32_768.0) as i16).to_le_bytes());
    append(b"data", &sound.collect::<Vec<u8>>());
    behind
        .iter()
        .for_each(|(name, content)| append(name, content));
    let length = (bytes.len() as u32).to_le_bytes();
    [b"RIFF".as_slice(), &length, &bytes].concat()
}

fn info(texts: &[(&[u8; 4], &str)]) -> Vec<u8> {
    let mut list = b"INFO".to_vec();
    for (name, text) in texts {
        list.extend_from_slice(*name);
        list.extend((text.len() as u32 + 1).to_le_bytes());
        list.extend_from_slice(text.as_bytes());
        list.push(0);
        list.resize(list.len().next_multiple_of(2), 0);
    }
    list
}

#[test]
fn what_a_wav_file_tells_is_carried_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut bext = vec![0; 602];
    bext[..10].copy_from_slice(b"Scene 12/3");
    bext[338..346].copy_from_slice(&5_000_000_000u64.to_le_bytes());
    // A mark after 1,000 samples, with a name.
    let mut cue = vec![1, 0, 0, 0, 7, 0, 0, 0];
    cue.extend(1_000u32.to_le_bytes());
    cue.extend_from_slice(b"data\0\0\0\0\0\0\0\0");
    cue.extend(1_000u32.to_le_bytes());
    let label = b"adtllabl\x0a\0\0\0\x07\0\0\0verse\0";
    let title = info(&[(b"INAM", "Aria"), (b"IART", "Who sings")]);
    let before: [(&[u8; 4], &[u8]); 3] = [
        (b"bext", &bext),
        (b"iXML", b"<BWFXML/>"),
        (b"PEAK", &[1; 16]),
    ];
    let behind: [(&[u8; 4], &[u8]); 3] = [(b"cue ", &cue), (b"LIST", label), (b"LIST", &title)];
    std::fs::write(folder.path().join("in.wav"), wav(&before, &behind)).unwrap();
    let (_, file) = bounce(folder.path(), "in.wav", "out.wav", &["--tail", "0.5"]);
    assert_eq!(chunk(&file, b"bext").unwrap(), bext);
    assert_eq!(chunk(&file, b"iXML").unwrap(), b"<BWFXML/>");
    assert_eq!(chunk(&file, b"cue ").unwrap(), cue);
    assert_eq!(
        chunk(&file, b"PEAK"),
        None,
        "that was measured of another sound"
    );
    let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
    assert!(holds(label) && holds(&title));
    assert_eq!(chunk(&file, b"data").unwrap().len(), 3 * (2_400 + 24_000));
    // The same through a pipe.
    let mut command = common::mynah();
    command.args([
        "bounce", "--target", "cello", "-", "-o", "-", "--tail", "0.5",
    ]);
    command.stdin(std::fs::File::open(folder.path().join("in.wav")).unwrap());
    assert_eq!(command.output().unwrap().stdout, file);
}

/// A FLAC file with other blocks of metadata: those of `flac` but its first are replaced.
fn with_blocks(flac: &[u8], blocks: &[(u8, &[u8])]) -> Vec<u8> {
    let mut at = 4;
    while flac[at] & 0x80 == 0 {
        at += 4 + (number(&[flac[at + 3], flac[at + 2], flac[at + 1]], 0, 3) as usize);
    }
    at += 4 + (number(&[flac[at + 3], flac[at + 2], flac[at + 1]], 0, 3) as usize);
    let mut bytes = flac[..42].to_vec();
    bytes[4] &= 0x7f;
    for (n, (kind, content)) in blocks.iter().enumerate() {
        let last = if n + 1 == blocks.len() { 0x80 } else { 0 };
        bytes.push(kind | last);
        bytes.extend(&(content.len() as u32).to_be_bytes()[1..]);
        bytes.extend_from_slice(content);
    }
    bytes.extend_from_slice(&flac[at..]);
    bytes
}

/// Kind and content of each block of a FLAC file.
fn blocks(flac: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let (mut at, mut found) = (4, Vec::new());
    loop {
        let length = number(&[flac[at + 3], flac[at + 2], flac[at + 1]], 0, 3) as usize;
        found.push((flac[at] & 0x7f, flac[at + 4..at + 4 + length].to_vec()));
        if flac[at] & 0x80 != 0 {
            return found;
        }
        at += 4 + length;
    }
}

fn comments(texts: &[&str]) -> Vec<u8> {
    let mut block = vec![1, 0, 0, 0, b'x'];
    block.extend((texts.len() as u32).to_le_bytes());
    for text in texts {
        block.extend((text.len() as u32).to_le_bytes());
        block.extend_from_slice(text.as_bytes());
    }
    block
}

#[test]
fn tags_go_from_flac_to_flac_and_between_formats() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let title = info(&[(b"INAM", "Aria"), (b"ITRK", "3"), (b"ICRD", "2024-05-06")]);
    std::fs::write(at("in.wav"), wav(&[], &[(b"LIST", &title)])).unwrap();
    let (_, flac) = bounce(folder.path(), "in.wav", "out.flac", &[]);
    let found = blocks(&flac);
    let holds = |content: &[u8], text: &str| {
        let text = text.as_bytes();
        content.windows(text.len()).any(|window| window == text)
    };
    for text in ["TITLE=Aria", "TRACKNUMBER=3", "DATE=2024-05-06"] {
        assert!(holds(&found[1].1, text), "{text}");
    }
    let told = comments(&[
        "title=Ária",
        "ARTIST=A",
        "ARTIST=B",
        "MOOD=dark",
        "REPLAYGAIN_TRACK_GAIN=+1 dB",
    ]);
    let picture = b"\0\0\0\x03\0\0\0\x09image/png...";
    let tagged = with_blocks(&flac, &[(4, &told), (3, &[0; 18]), (6, picture)]);
    std::fs::write(at("tagged.flac"), tagged).unwrap();
    let (_, again) = bounce(folder.path(), "tagged.flac", "again.flac", &[]);
    let found = blocks(&again);
    let kinds: Vec<u8> = found.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [0, 4, 6]);
    assert_eq!(found[2].1, picture);
    for text in ["title=Ária", "ARTIST=A", "ARTIST=B", "MOOD=dark"] {
        assert!(holds(&found[1].1, text), "{text}");
    }
    assert!(!holds(&again, "REPLAYGAIN"));
    let (_, file) = bounce(folder.path(), "tagged.flac", "out.wav", &[]);
    let expected = info(&[(b"INAM", "Ária"), (b"IART", "A; B")]);
    assert_eq!(chunk(&file, b"LIST").unwrap(), expected);
    // What is written can be read, and sounds the same.
    let (back, _) = bounce(folder.path(), "again.flac", "back.wav", &["--mix", "0"]);
    assert!(rms(&channel(&read_wav(&back).1, 1, 0)) > 0.0);
}

#[test]
fn what_is_told_in_id3_tags_becomes_an_info_list() {
    let folder = tempfile::tempdir().unwrap();
    let frame = |name: &[u8; 4], text: &str| {
        let length = (text.len() as u32 + 1).to_be_bytes();
        [name.as_slice(), &length, &[0, 0, 0], text.as_bytes()].concat()
    };
    let frames = [
        frame(b"TIT2", "Aria"),
        frame(b"TPE1", "Who sings"),
        frame(b"TALB", "Live"),
    ]
    .concat();
    let head = [b"ID3\x03\0\0\0\0\0".as_slice(), &[frames.len() as u8]].concat();
    let mp3 = std::fs::read(common::fixture("tone.mp3")).unwrap();
    let start = if mp3.starts_with(b"ID3") {
        10 + mp3[6..10]
            .iter()
            .fold(0, |length, byte| length << 7 | usize::from(*byte))
    } else {
        0
    };
    std::fs::write(
        folder.path().join("in.mp3"),
        [head, frames, mp3[start..].to_vec()].concat(),
    )
    .unwrap();
    let (_, file) = bounce(folder.path(), "in.mp3", "out.wav", &[]);
    let expected = info(&[(b"INAM", "Aria"), (b"IART", "Who sings"), (b"IPRD", "Live")]);
    assert_eq!(chunk(&file, b"LIST").unwrap(), expected);
}
