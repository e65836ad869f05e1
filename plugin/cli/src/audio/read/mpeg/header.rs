//! What an MPEG audio frame's header says, and the frame without sound that many files begin with.

/// Bytes of a header.
pub(super) const HEADER_BYTES: usize = 4;
/// Bytes of the longest header.
pub(super) const LONGEST_HEADER_BYTES: usize = 9;
/// Longest frame, in bytes.
pub(super) const MAX_FRAME_BYTES: usize = 8_191;

/// In place of a layer: AAC, whose frames have headers much like those before it.
pub(super) const AAC: u8 = 4;

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// 1, 2 or 3, or [`AAC`].
    pub(super) layer: u8,
    /// MPEG-1, not 2 or 2.5.
    is_mpeg1: bool,
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
    bits_per_second: u32,
    has_checksum: bool,
    /// Bytes of the whole frame.
    pub(super) bytes: usize,
}

impl Header {
    /// The header that `ahead` begins with.
    pub(super) fn parse(ahead: &[u8]) -> Option<Header> {
        let &[0xFF, kind, sizes, mode, ..] = ahead else {
            return None;
        };
        if kind & 0xF6 == 0xF0 {
            return Header::parse_aac(ahead);
        }
        if kind & 0xE0 != 0xE0 {
            return None;
        }
        let (is_mpeg1, halvings) = match kind >> 3 & 3 {
            0 => (false, 2),
            2 => (false, 1),
            3 => (true, 0),
            _ => return None,
        };
        let layer = match kind >> 1 & 3 {
            0 => return None,
            n => 4 - n,
        };
        let rate_hz = [44_100, 48_000, 32_000].get(usize::from(sizes >> 2 & 3))? >> halvings;
        let kilobits: u32 = match (usize::from(sizes >> 4), is_mpeg1, layer) {
            // Of no stated rate, or of none that exists.
            (0 | 15, _, _) => return None,
            (n, true, 1) => 32 * n as u32,
            (n, true, 2) => [
                32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
            ][n - 1],
            (n, true, _) => [
                32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
            ][n - 1],
            (n, false, 1) => [
                32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
            ][n - 1],
            (n, false, _) => [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160][n - 1],
        };
        let bits_per_second = kilobits * 1_000;
        let padding = usize::from(sizes >> 1 & 1);
        let bytes = match layer {
            1 => ((12 * bits_per_second / rate_hz) as usize + padding) * 4,
            3 if !is_mpeg1 => (72 * bits_per_second / rate_hz) as usize + padding,
            _ => (144 * bits_per_second / rate_hz) as usize + padding,
        };
        Some(Header {
            layer,
            is_mpeg1,
            rate_hz,
            channels: if mode >> 6 == 3 { 1 } else { 2 },
            bits_per_second,
            has_checksum: kind & 1 == 0,
            bytes,
        })
    }

    /// The header of an AAC frame in an ADTS stream. One with several blocks has checksums that no decoder here knows.
    fn parse_aac(ahead: &[u8]) -> Option<Header> {
        let &[_, kind, a, b, c, d, e, ..] = ahead else {
            return None;
        };
        let rate_hz = *[
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
            8_000, 7_350,
        ]
        .get(usize::from(a >> 2 & 15))?;
        let channels = usize::from((a & 1) << 2 | b >> 6);
        let bytes = usize::from(b & 3) << 11 | usize::from(c) << 3 | usize::from(d >> 5);
        let has_checksum = kind & 1 == 0;
        let is_possible = (1..=2).contains(&channels) && e & 3 == 0 && bytes > 9;
        is_possible.then_some(Header {
            layer: AAC,
            is_mpeg1: true,
            rate_hz,
            channels,
            bits_per_second: (bytes as u64 * 8 * u64::from(rate_hz) / 1_024) as u32,
            has_checksum,
            bytes,
        })
    }

    /// Where a frame's content begins that its decoder is given.
    pub(super) fn content_at(&self) -> usize {
        match (self.layer, self.has_checksum) {
            (AAC, false) => 7,
            (AAC, true) => 9,
            _ => 0,
        }
    }

    /// Whether both may be frames of one stream.
    pub(super) fn is_like(&self, other: &Header) -> bool {
        (self.layer, self.is_mpeg1, self.rate_hz, self.channels)
            == (other.layer, other.is_mpeg1, other.rate_hz, other.channels)
    }

    /// Frames of samples in a frame.
    pub(super) fn frames(&self) -> u64 {
        match (self.layer, self.is_mpeg1) {
            (1, _) => 384,
            (AAC, _) => 1_024,
            (3, false) => 576,
            _ => 1_152,
        }
    }

    /// Bytes of a frame in the mean, at this one's rate.
    pub(super) fn mean_bytes(&self) -> f64 {
        self.frames() as f64 * f64::from(self.bits_per_second) / 8.0 / f64::from(self.rate_hz)
    }

    /// Where the samples begin in a layer III frame.
    fn samples_at(&self) -> usize {
        let side_info = match (self.is_mpeg1, self.channels) {
            (true, 1) => 17,
            (true, _) => 32,
            (false, 1) => 9,
            (false, _) => 17,
        };
        HEADER_BYTES + side_info
    }
}

/// What the frame without sound says of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    /// MPEG frames behind it.
    pub(super) count: Option<u64>,
    /// Bytes of them and of itself.
    pub(super) bytes: Option<u64>,
    /// Frames of samples at the beginning and the end that are no sound.
    pub(super) delay: u64,
    pub(super) padding: u64,
}

impl Info {
    /// Frames that a decoder is late by.
    const DECODER_DELAY: u64 = 529;

    /// Reads `frame`, whose header is `header`, if it is such a one: Xing's, LAME's or Fraunhofer's.
    pub(super) fn parse(frame: &[u8], header: &Header) -> Option<Info> {
        if header.layer != 3 {
            return None;
        }
        let word = |at: usize| -> Option<u64> {
            let bytes: [u8; 4] = frame.get(at..at + 4)?.try_into().ok()?;
            Some(u64::from(u32::from_be_bytes(bytes)))
        };
        if frame.get(36..40) == Some(b"VBRI") {
            return Some(Info {
                count: word(50),
                bytes: word(46),
                ..Info::default()
            });
        }
        let at = header.samples_at();
        let side_info = HEADER_BYTES + if header.has_checksum { 2 } else { 0 };
        let is_tag = matches!(frame.get(at..at + 4), Some(b"Xing" | b"Info"))
            && frame.get(side_info..at)?.iter().all(|byte| *byte == 0);
        if !is_tag {
            return None;
        }
        let flags = word(at + 4)?;
        let mut next = at + 8;
        let mut field = |bit: u64, bytes: usize| {
            if flags & bit == 0 {
                return None;
            }
            next += bytes;
            word(next - bytes)
        };
        let (count, bytes) = (field(1, 4), field(2, 4));
        field(4, 100);
        field(8, 4);
        let mut info = Info {
            count,
            bytes,
            ..Info::default()
        };
        let encoder = frame.get(next..next + 4);
        if let (Some(b"LAME" | b"Lavf" | b"Lavc"), Some(&[a, b, c])) =
            (encoder, frame.get(next + 21..next + 24))
        {
            let both = u32::from_be_bytes([0, a, b, c]);
            info.delay = u64::from(both >> 12) + Info::DECODER_DELAY;
            info.padding = u64::from(both & 0xFFF).saturating_sub(Info::DECODER_DELAY);
        }
        Some(info)
    }
}
