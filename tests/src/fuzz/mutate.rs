//! Makes inputs of inputs: the same ones for the same random numbers.

use crate::signal::Random;

/// No input grows beyond this, bytes.
const LONGEST: usize = 64 << 10;

/// Numbers at which programs go wrong.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    // As floats: NaN, infinity, the smallest denormal; and the largest of 64 bits.
    0x7fc0_0000,
    0x7f80_0000,
    0x7ff0_0000_0000_0000,
    u64::MAX,
];

/// A few changes of any kind.
pub(super) fn bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 << random.within(0, 4) {
        once(bytes, random);
    }
    bytes.truncate(LONGEST);
}

/// Changes as text would suffer them, and sometimes those of any kind.
pub(super) fn text(text: &mut Vec<u8>, random: &mut Random) {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\\"",
        "null",
        "true",
        "false",
        "-1",
        "0",
        "1e38",
        "-1e39",
        "NaN",
        "1e-45",
        "99999999999999999999",
        "2147483648",
        "\\u0000",
        "\\ud800",
        "{\"f32\":1e9}",
        "{\"i32\":-2147483648}",
        "{\"bool\":true}",
    ];
    if random.within(0, 9) == 0 {
        return bytes(text, random);
    }
    for _ in 0..1 << random.within(0, 3) {
        let piece = PIECES[random.within(0, PIECES.len() - 1)].as_bytes();
        let at = random.within(0, text.len());
        match random.within(0, 4) {
            0 => {
                text.splice(at..at, piece.iter().copied());
            }
            1 => {
                let end = (at + random.within(0, 12)).min(text.len());
                text.splice(at..end, piece.iter().copied());
            }
            2 => number(text, piece, at),
            3 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = b"0123456789-+eE.\"{}[],:ntf"[random.within(0, 24)];
                }
            }
            _ => once(text, random),
        }
    }
    text.truncate(LONGEST);
}

/// Puts something in place of the first number from a place on, so that the rest stays readable.
fn number(text: &mut Vec<u8>, piece: &[u8], from: usize) {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"-+.".contains(byte);
    let Some(start) = text.iter().skip(from).position(is_part) else {
        return;
    };
    let start = from + start;
    let length = text[start..]
        .iter()
        .take_while(|byte| is_part(byte))
        .count();
    text.splice(start..start + length, piece.iter().copied());
}

fn once(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.within(0, bytes.len());
    let end = (at + random.within(0, 32)).min(bytes.len());
    match random.within(0, 8) {
        0 => bytes.truncate(at),
        1 => {
            bytes.drain(at..end);
        }
        2 => {
            let again: Vec<u8> = bytes[at..end].to_vec();
            let to = random.within(0, bytes.len());
            bytes.splice(to..to, again);
        }
        3 => {
            let noise: Vec<u8> = (0..random.within(1, 32))
                .map(|_| random.bits() as u8)
                .collect();
            bytes.splice(at..at, noise);
        }
        4 => {
            let edge = EDGES[random.within(0, EDGES.len() - 1)].to_le_bytes();
            let width = 1 << random.within(0, 3);
            for (byte, edge) in bytes[at..].iter_mut().zip(&edge[..width]) {
                *byte = *edge;
            }
        }
        5 => bytes[at..end].fill(random.bits() as u8),
        6 => bytes[at..end].reverse(),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.within(0, 7);
            }
        }
    }
}
