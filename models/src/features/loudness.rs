//! A-weighted loudness (IEC 61672) of a power spectrum.
//!
//! Thread: [`Loudness`] is shared and has no state.

use super::Window;
use crate::rates::SAMPLE_RATE_HZ;

/// Added to the power before the logarithm: -100 dB.
const POWER_FLOOR: f32 = 1e-10;
/// The A-weighting's gain that makes it 0 dB at 1 kHz.
const NORMALISING_DB: f64 = 2.0;

/// Squared A-weighting per bin, divided by the window's noise bandwidth.
pub struct Loudness {
    weights: Vec<f32>,
}

impl Loudness {
    /// Computes the weights for the spectrum under `window`.
    pub fn new(window: Window) -> Self {
        let weights = window.weights();
        let sum: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
        let noise_bandwidth_bins = window.samples() as f64 * squares / (sum * sum);
        let spacing_hz = f64::from(SAMPLE_RATE_HZ) / window.samples() as f64;
        let weights = (0..window.bins())
            .map(|bin| (a_weighting(bin as f64 * spacing_hz).powi(2) / noise_bandwidth_bins) as f32)
            .collect();
        Self { weights }
    }

    /// Natural log of the A-weighted amplitude of a power spectrum, at least ln(1e-5): 0 for a 1
    /// kHz sine of amplitude 1.
    pub fn step(&self, power: &[f32]) -> f32 {
        let sum: f32 = power
            .iter()
            .zip(&self.weights)
            .map(|(power, weight)| power * weight)
            .sum();
        0.5 * (sum + POWER_FLOOR).ln()
    }
}

/// A natural log amplitude in decibels.
pub fn log_to_db(log_amplitude: f32) -> f32 {
    log_amplitude * (20.0 / std::f32::consts::LN_10)
}

/// The A-weighting's amplitude weight at a frequency, 1 at 1 kHz.
pub fn a_weighting(hz: f64) -> f64 {
    let squared = hz * hz;
    let top = 12_194.0_f64.powi(2) * squared * squared;
    let low = squared + 20.6_f64.powi(2);
    let middle = ((squared + 107.7_f64.powi(2)) * (squared + 737.9_f64.powi(2))).sqrt();
    let high = squared + 12_194.0_f64.powi(2);
    10.0_f64.powf(NORMALISING_DB / 20.0) * top / (low * middle * high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Spectrum, SpectrumState};

    #[test]
    fn a_kilohertz_sine_is_its_amplitude_and_low_notes_count_less() {
        for window in [Window::LONG, Window::SHORT] {
            let spectrum = Spectrum::new(window);
            let mut state = SpectrumState::new(&spectrum);
            let loudness = Loudness::new(window);
            let mut db = |hz: f64| {
                let sine: Vec<f32> = (0..window.samples())
                    .map(|n| 0.1 * (std::f64::consts::TAU * hz * n as f64 / 48_000.0).sin() as f32)
                    .collect();
                log_to_db(loudness.step(spectrum.step(&mut state, &sine)))
            };
            assert!((db(1000.0) + 20.0).abs() < 0.1, "{}", db(1000.0));
            assert!((db(200.0) + 30.8).abs() < 0.7, "{}", db(200.0));
            assert!((log_to_db(loudness.step(&vec![0.0; window.bins()])) + 100.0).abs() < 1e-3);
        }
    }
}
