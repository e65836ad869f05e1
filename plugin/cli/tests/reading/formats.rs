//! What is read besides, and what is not: named by what it is, whatever it is called.

use super::files::{Flac, assert_same, fixture, noise, read, refusal, scaled};

/// The rising sine of the fixtures, `seconds` from its beginning.
fn sweep(seconds: f64) -> f64 {
    (std::f64::consts::TAU * (300.0 * seconds + 60.0 * seconds * seconds)).sin() * 9_000.0
        / 32_768.0
}

#[test]
fn compressed_files_are_in_time_with_what_was_coded() {
    for (name, rate_hz, frames) in [
        ("sweep.ogg", 16_000, 24_000..24_001),
        ("sweep.opus", 48_000, 72_000..72_001),
        ("sweep.mp3", 16_000, 24_000..24_001),
        ("sweep.m4a", 16_000, 24_000..24_001),
        ("sweep-alac.m4a", 16_000, 4_000..4_001),
        ("sweep.caf", 16_000, 4_000..4_001),
    ] {
        let heard = read(&fixture(name));
        assert_eq!(heard.rate_hz, rate_hz, "{name}");
        assert!(
            frames.contains(&heard.frames()),
            "{name}: {}",
            heard.frames()
        );
        assert_eq!(heard.losses, [], "{name}");
        // Away from the ends, which fade. One frame at 16,000 Hz too early or too late is a difference of a sixth.
        let middle = frames.start / 10..frames.start * 9 / 10;
        let (mut difference, mut level) = (0.0, 0.0);
        for i in middle {
            let expected = sweep(i as f64 / f64::from(rate_hz));
            difference += (f64::from(heard.planes[0][i]) - expected).powi(2);
            level += expected.powi(2);
        }
        let difference = (difference / level).sqrt();
        assert!(difference < 0.1, "{name}: {difference}");
    }
}

#[test]
fn flac_frames_that_are_longer_than_their_samples_are_read() {
    // Some encoders do not look: full-scale noise of 24 bits is coded in half as many bytes again.
    let planes = noise(9_000, 1, 24);
    let flac = Flac::of_bits(&planes, 24);
    let longest = flac.frames.iter().map(Vec::len).max().unwrap();
    let samples = planes[0].len() / (flac.frames.len() - 1);
    assert!(
        longest > 4 * samples,
        "{longest} bytes for {samples} samples"
    );
    let heard = read(&flac.bytes());
    assert_eq!(heard.losses, []);
    assert_same(&heard.planes, &scaled(&planes, 24), 0..9_000);
}

#[test]
fn what_is_not_read_is_named() {
    let ogg = |packet: &[u8]| {
        // A first page, with its checksum to be filled in.
        let mut page = b"OggS\0\x02\0\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\x01".to_vec();
        page.push(packet.len() as u8);
        page.extend(packet);
        let crc = page.iter().fold(0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
                crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        page
    };
    let ebml = |kind: &str| [b"\x1A\x45\xDF\xA3\x9F\x42\x82\x84", kind.as_bytes()].concat();
    for (bytes, name) in [
        (b"wvpk\x20\0\0\0".to_vec(), "WavPack"),
        (
            b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9".to_vec(),
            "Windows Media",
        ),
        (ebml("matroska"), "Matroska"),
        (ebml("webm"), "WebM"),
        (b"MAC \x96\x0F".to_vec(), "Monkey's Audio"),
        (b"MThd\0\0\0\x06\0\x01".to_vec(), "MIDI"),
        (b"#!AMR\n".to_vec(), "AMR"),
        (b"DSD \x1C\0\0\0".to_vec(), "DSD"),
        (b"FRM8\0\0\0\0".to_vec(), "DSD"),
        (b"RIFF\x10\0\0\0AVI LIST".to_vec(), "video"),
        (ogg(b"Speex   1.2"), "Speex"),
        (ogg(b"\x80theora\x03\x02"), "video"),
        (
            super::files::riff(&[
                super::files::chunk(b"fmt ", &super::files::fmt(0x11, 1, 8_000, 4, 1)),
                super::files::chunk(b"data", &[1; 64]),
            ]),
            "ADPCM",
        ),
    ] {
        let refused = refusal(&[&bytes[..], &[9; 600]].concat());
        assert!(refused.contains(name), "{name}: {refused}");
        assert!(
            refused.starts_with("'x' is a") && refused.ends_with("convert it to WAV or FLAC first"),
            "{refused}"
        );
    }
    let refused = refusal("a few words in a file".repeat(99).as_bytes());
    assert!(refused.contains("is not an audio file"), "{refused}");
}
