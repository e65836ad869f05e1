//! Log-mel spectrum: 80 triangles over power bins, as the natural logarithm of an amplitude.
//!
//! Thread: [`LogMel`] is shared and has no state.

use super::triangle::Triangle;
use super::{MEL_BINS, SPECTRUM_BINS, WINDOW_SAMPLES};
use crate::mel::{hz_to_mel, mel_to_hz};
use crate::rates::SAMPLE_RATE_HZ;

const LOW_HZ: f64 = 40.0;
const HIGH_HZ: f64 = 20_000.0;
/// Added to the power before the logarithm: -100 dB.
const POWER_FLOOR: f32 = 1e-10;

/// The mel filter bank (HTK scale, 40 Hz to 20 kHz, triangles of peak 1).
pub struct LogMel {
    triangles: Vec<Triangle>,
}

impl Default for LogMel {
    fn default() -> Self {
        Self::new()
    }
}

impl LogMel {
    /// Computes the filter bank.
    pub fn new() -> Self {
        let spacing_hz = f64::from(SAMPLE_RATE_HZ) / WINDOW_SAMPLES as f64;
        let (low, high) = (hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ));
        let edge =
            |index: usize| mel_to_hz(low + (high - low) * index as f64 / (MEL_BINS + 1) as f64);
        let triangles = (0..MEL_BINS)
            .map(|band| {
                let centre = edge(band + 1);
                // At the low end a triangle would fall between two bins: each reaches one bin
                // spacing to either side.
                let left = edge(band).min(centre - spacing_hz);
                let right = edge(band + 2).max(centre + spacing_hz);
                Triangle::new([left, centre, right], spacing_hz, SPECTRUM_BINS)
            })
            .collect();
        Self { triangles }
    }

    /// Natural log of each band's amplitude, at least ln(1e-5), from a power spectrum of
    /// [`SPECTRUM_BINS`] bins (missing ones count as zero).
    pub fn step(&self, power: &[f32], log_mel: &mut [f32; MEL_BINS]) {
        for (out, triangle) in log_mel.iter_mut().zip(&self.triangles) {
            let sum = triangle.sum(power);
            *out = 0.5 * (sum + POWER_FLOOR).ln();
        }
    }
}

/// The middle frequency of a band, Hz.
pub fn mel_band_hz(band: usize) -> f32 {
    let (low, high) = (hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ));
    mel_to_hz(low + (high - low) * (band + 1) as f64 / (MEL_BINS + 1) as f64) as f32
}

/// The band whose middle is the nearest to a frequency (on the mel scale).
pub fn mel_band(hz: f32) -> usize {
    let (low, high) = (hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ));
    let place = (hz_to_mel(f64::from(hz.max(0.0))) - low) / (high - low) * (MEL_BINS + 1) as f64;
    ((place - 1.0).round().max(0.0) as usize).min(MEL_BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_and_their_frequencies_agree() {
        for band in 0..MEL_BINS {
            assert_eq!(mel_band(mel_band_hz(band)), band);
        }
        assert_eq!((mel_band(0.0), mel_band(1e6)), (0, MEL_BINS - 1));
    }

    #[test]
    fn every_band_has_weight_and_silence_gives_the_floor() {
        let bank = LogMel::new();
        assert_eq!(bank.triangles.len(), MEL_BINS);
        assert!(
            bank.triangles
                .iter()
                .all(|triangle| triangle.sum(&[1.0; SPECTRUM_BINS]) > 0.5)
        );
        let mut out = [0.0; MEL_BINS];
        bank.step(&[0.0; SPECTRUM_BINS], &mut out);
        assert!(
            out.iter()
                .all(|&value| (value - 1e-5_f32.ln()).abs() < 1e-5)
        );
    }
}
