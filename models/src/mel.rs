//! The mel scale (HTK's: O'Shaughnessy, Speech Communication, 1987): 2,595 mel to a decade of 1 + f / 700 Hz.
//!
//! Once in double precision, for tables, and once in single: networks have learnt envelopes on points that were computed
//! so, and a point is to be where it was, to the bit.

const MEL_PER_DECADE: f64 = 2595.0;
const BREAK_HZ: f64 = 700.0;

/// The mel value of a frequency, Hz, not negative.
pub fn hz_to_mel(hz: f64) -> f64 {
    MEL_PER_DECADE * (1.0 + hz / BREAK_HZ).log10()
}

/// The frequency, Hz, of a mel value.
pub fn mel_to_hz(mel: f64) -> f64 {
    BREAK_HZ * (10.0_f64.powf(mel / MEL_PER_DECADE) - 1.0)
}

/// [`hz_to_mel`] in single precision. Audio thread.
pub fn hz_to_mel_f32(hz: f32) -> f32 {
    MEL_PER_DECADE as f32 * (1.0 + hz / BREAK_HZ as f32).log10()
}

/// [`mel_to_hz`] in single precision. Audio thread.
pub fn mel_to_hz_f32(mel: f32) -> f32 {
    BREAK_HZ as f32 * (10.0_f32.powf(mel / MEL_PER_DECADE as f32) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_again_in_either_precision() {
        // 1 kHz is 1,000 mel by the scale's definition.
        assert!((hz_to_mel(1000.0) - 1000.0).abs() < 0.1);
        for hz in [0.0, 30.0, 700.0, 1000.0, 21_000.0] {
            assert!((mel_to_hz(hz_to_mel(hz)) - hz).abs() < 1e-8, "{hz}");
            let single = mel_to_hz_f32(hz_to_mel_f32(hz as f32));
            assert!(
                (f64::from(single) - hz).abs() <= 1e-5 * hz,
                "{hz}: {single}"
            );
            let apart = f64::from(hz_to_mel_f32(hz as f32)) - hz_to_mel(hz);
            assert!(apart.abs() < 1e-3, "{hz}: {apart}");
        }
    }
}
