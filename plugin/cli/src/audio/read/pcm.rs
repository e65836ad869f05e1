//! Samples as WAV, AIFF, CAF and AU files store them: one number each, frame after frame.

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Unsigned, one byte.
    Unsigned,
    /// Signed, 1 to 4 bytes; fewer bits than fit lie at the upper end.
    Signed { bytes: usize, big_endian: bool },
    /// Floating point, 4 or 8 bytes.
    Float { bytes: usize, big_endian: bool },
    /// A-law, one byte.
    ALaw,
    /// mu-law, one byte.
    MuLaw,
}

impl Coding {
    /// Bytes of one sample.
    pub(super) fn bytes(self) -> usize {
        match self {
            Coding::Unsigned | Coding::ALaw | Coding::MuLaw => 1,
            Coding::Signed { bytes, .. } | Coding::Float { bytes, .. } => bytes,
        }
    }

    /// The sample stored in `bytes`, full scale being ±1.
    fn sample(self, bytes: &[u8]) -> f32 {
        match self {
            Coding::Unsigned => (f32::from(bytes[0]) - 128.0) / 128.0,
            Coding::Signed { big_endian, .. } => {
                let mut word = [0u8; 4];
                // The bytes at the upper end of a 32-bit word, most significant first.
                for (i, place) in word.iter_mut().take(bytes.len()).enumerate() {
                    *place = bytes[if big_endian { i } else { bytes.len() - 1 - i }];
                }
                (f64::from(i32::from_be_bytes(word)) / f64::from(1u32 << 31)) as f32
            }
            Coding::Float { big_endian, .. } => {
                let mut word = [0u8; 8];
                for (i, place) in word.iter_mut().take(bytes.len()).enumerate() {
                    *place = bytes[if big_endian { i } else { bytes.len() - 1 - i }];
                }
                match bytes.len() {
                    4 => f32::from_be_bytes([word[0], word[1], word[2], word[3]]),
                    _ => f64::from_be_bytes(word) as f32,
                }
            }
            Coding::ALaw => f32::from(a_law(bytes[0])) / 32_768.0,
            Coding::MuLaw => f32::from(mu_law(bytes[0])) / 32_768.0,
        }
    }

    /// Takes interleaved whole frames apart, a plane per channel.
    pub(super) fn decode(self, bytes: &[u8], channels: usize, planes: &mut Vec<Vec<f32>>) {
        let (width, frame) = (self.bytes(), self.bytes() * channels);
        planes.resize(channels, Vec::new());
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.clear();
            plane.extend(
                bytes
                    .chunks_exact(frame)
                    .map(|f| self.sample(&f[channel * width..][..width])),
            );
        }
    }
}

/// ITU-T G.711, as 16-bit samples.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = i16::from(byte & 0x0F) << 4;
    let magnitude = match exponent {
        0 => mantissa + 8,
        _ => (mantissa + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// ITU-T G.711, as 16-bit samples.
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let magnitude = (((i16::from(byte & 0x0F) << 3) + 0x84) << exponent) - 0x84;
    if byte & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_has_its_full_scale() {
        for (coding, bytes, expected) in [
            (Coding::Unsigned, &[0u8][..], -1.0f32),
            (Coding::Unsigned, &[192], 0.5),
            (signed(2, false), &[0, 0x40], 0.5),
            (signed(2, true), &[0x80, 0], -1.0),
            (signed(3, false), &[0, 0, 0xC0], -0.5),
            (signed(3, true), &[0x20, 0, 0], 0.25),
            (signed(4, false), &[0, 0, 0, 0x40], 0.5),
            (float(4, false), &0.3f32.to_le_bytes(), 0.3),
            (float(8, true), &(-0.3f64).to_be_bytes(), -0.3),
            // G.711's loudest values.
            (Coding::ALaw, &[0xAA], 32_256.0 / 32_768.0),
            (Coding::ALaw, &[0x2A], -32_256.0 / 32_768.0),
            (Coding::MuLaw, &[0x80], 32_124.0 / 32_768.0),
            (Coding::MuLaw, &[0x00], -32_124.0 / 32_768.0),
            (Coding::MuLaw, &[0xFF], 0.0),
        ] {
            assert_eq!(coding.sample(bytes), expected, "{coding:?} {bytes:?}");
        }
    }

    #[test]
    fn channels_are_taken_apart() {
        let mut planes = vec![vec![9.0; 5]; 3];
        let bytes = [0x00, 0x40, 0x00, 0xC0, 0x00, 0x20, 0x00, 0xE0];
        signed(2, false).decode(&bytes, 2, &mut planes);
        assert_eq!(planes, [[0.5, 0.25], [-0.5, -0.25]]);
    }

    fn signed(bytes: usize, big_endian: bool) -> Coding {
        Coding::Signed { bytes, big_endian }
    }

    fn float(bytes: usize, big_endian: bool) -> Coding {
        Coding::Float { bytes, big_endian }
    }
}
