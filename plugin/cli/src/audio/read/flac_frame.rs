//! What FLAC's headers say, and where its frames end.

/// Longest frame header, in bytes.
pub(super) const MAX_HEADER_BYTES: usize = 16;
/// Bytes of a `STREAMINFO` block.
pub(super) const STREAM_INFO_BYTES: usize = 34;

/// What `STREAMINFO` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamInfo {
    pub(super) bytes: [u8; STREAM_INFO_BYTES],
    /// Frames in a block, the least and the most.
    pub(super) block_frames: (u16, u16),
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
    pub(super) bits: u32,
    /// Length in frames; 0 if it is not known.
    pub(super) frames: u64,
    /// Bytes of the longest frame; 0 if it is not known.
    pub(super) longest_frame_bytes: usize,
}

impl StreamInfo {
    pub(super) fn parse(bytes: [u8; STREAM_INFO_BYTES]) -> StreamInfo {
        let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let packed = bytes[10..18]
            .iter()
            .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        StreamInfo {
            bytes,
            block_frames: (word(0), word(2)),
            rate_hz: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as usize + 1,
            bits: (packed >> 36 & 31) as u32 + 1,
            frames: packed & 0xF_FFFF_FFFF,
            longest_frame_bytes: usize::from(bytes[7]) << 16 | usize::from(word(8)),
        }
    }

    /// Whether both are of the same kind of sound.
    pub(super) fn is_like(&self, other: &StreamInfo) -> bool {
        (self.rate_hz, self.channels, self.bits) == (other.rate_hz, other.channels, other.bits)
    }

    /// Most bytes of a frame of `frames` frames. It should never be coded longer than plain samples, but for a little; where
    /// the header says that one is (some encoders do not look), it may be up to twice as long.
    pub(super) fn max_bytes(&self, frames: u32) -> usize {
        let bits = frames as usize * self.channels * (self.bits as usize + 1);
        let plain = bits / 8 + bits / 64 + 1_024;
        self.longest_frame_bytes.clamp(plain, 2 * plain)
    }
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    /// Frames in the block.
    pub(super) frames: u32,
    /// The block's number, or with `is_variable` its first frame's.
    pub(super) number: u64,
    pub(super) is_variable: bool,
}

impl FrameHeader {
    /// The header that `ahead` begins with, if its checksum is right and it is one of `info`'s.
    pub(super) fn parse(ahead: &[u8], info: &StreamInfo) -> Option<FrameHeader> {
        let &[0xFF, sync @ 0xF8..=0xF9, sizes, kinds, ..] = ahead else {
            return None;
        };
        let mut rest = &ahead[4..];
        let first = number(&mut rest, 1)?;
        // As UTF-8, but of up to 36 bits.
        let more = match first as u8 {
            0..=0x7F => 0,
            0xC0..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF7 => 3,
            0xF8..=0xFB => 4,
            0xFC..=0xFD => 5,
            0xFE => 6,
            _ => return None,
        };
        let mut index = if more == 0 {
            first
        } else {
            first & (0x3F >> more)
        };
        for _ in 0..more {
            let byte = number(&mut rest, 1)?;
            if byte & 0xC0 != 0x80 {
                return None;
            }
            index = index << 6 | (byte & 0x3F);
        }
        let frames = match sizes >> 4 {
            0 => return None,
            1 => 192,
            n @ 2..=5 => 576 << (n - 2),
            6 => number(&mut rest, 1)? as u32 + 1,
            7 => number(&mut rest, 2)? as u32 + 1,
            n => 256 << (n - 8),
        };
        let rate_hz = match sizes & 15 {
            0 => info.rate_hz,
            n @ 1..=11 => [
                88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
                96_000,
            ][usize::from(n) - 1],
            12 => number(&mut rest, 1)? as u32 * 1_000,
            13 => number(&mut rest, 2)? as u32,
            14 => number(&mut rest, 2)? as u32 * 10,
            _ => return None,
        };
        let channels = match kinds >> 4 {
            n @ 0..=7 => usize::from(n) + 1,
            8..=10 => 2,
            _ => return None,
        };
        let bits = match kinds >> 1 & 7 {
            0 => info.bits,
            n @ (1 | 2 | 4 | 5 | 6 | 7) => [8, 12, 0, 16, 20, 24, 32][usize::from(n) - 1],
            _ => return None,
        };
        let checksum = crc8(&ahead[..ahead.len() - rest.len()]);
        let is_right = number(&mut rest, 1)? as u8 == checksum
            && kinds & 1 == 0
            && (rate_hz, channels, bits) == (info.rate_hz, info.channels, info.bits);
        is_right.then_some(FrameHeader {
            frames,
            number: index,
            is_variable: sync & 1 == 1,
        })
    }
}

/// Takes a number of so many bytes.
fn number(rest: &mut &[u8], bytes: usize) -> Option<u64> {
    let (taken, behind) = rest.split_at_checked(bytes)?;
    *rest = behind;
    Some(
        taken
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// The headers' checksum.
fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            crc << 1 ^ if crc & 0x80 == 0 { 0 } else { 0x07 }
        })
    })
}

const CRC16: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// The frames' checksum, one byte further.
pub(super) fn crc16(crc: u16, byte: u8) -> u16 {
    crc << 8 ^ CRC16[usize::from((crc >> 8) as u8 ^ byte)]
}
