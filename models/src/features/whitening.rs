//! Linear prediction of the input's spectral envelope: the filter that whitens it.
//!
//! Order 32, autocorrelation method on the circular autocorrelation of the windowed frame (which
//! stays positive definite), Levinson-Durbin in double precision (Makhoul 1975), white-noise
//! correction of -40 dB. The residual itself is made by [`crate::prior::Fir`] from the error
//! filters of successive frames.
//!
//! Thread: [`Whitening`] is shared; a [`WhiteningState`] is the scratch of one stream.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner};

use super::Window;
use super::{ERROR_FILTER_TAPS, LPC_ORDER, WINDOW_SAMPLES};

/// Share of the power added at lag zero; bounds the condition of the equations.
const WHITE_NOISE_CORRECTION: f64 = 1e-4;
/// Power added at lag zero, so that silence has a solution.
const SILENCE_POWER: f64 = 1e-12;
/// Added to the residual's power before its logarithm: -80 dB.
const RESIDUAL_POWER_FLOOR: f64 = 1e-8;

/// What whitens a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorFilter {
    /// Taps of the prediction-error filter; the first is 1.
    pub taps: [f32; ERROR_FILTER_TAPS],
    /// Natural log of the residual's RMS amplitude, at least ln(1e-4).
    pub log_amplitude: f32,
}

/// The transform to the autocorrelation and the window's energy.
pub struct Whitening {
    inverse: Arc<dyn ComplexToReal<f64>>,
    scale: f64,
}

/// Scratch.
#[derive(Clone, Debug)]
pub struct WhiteningState {
    power: Vec<Complex64>,
    autocorrelation: Vec<f64>,
    scratch: Vec<Complex64>,
}

impl Default for Whitening {
    fn default() -> Self {
        Self::new()
    }
}

impl Whitening {
    /// Computes the tables.
    pub fn new() -> Self {
        let energy: f64 = Window::LONG
            .weights()
            .iter()
            .map(|weight| weight * weight)
            .sum();
        Self {
            inverse: RealFftPlanner::new().plan_fft_inverse(WINDOW_SAMPLES),
            scale: 1.0 / (WINDOW_SAMPLES as f64 * energy),
        }
    }

    /// The error filter for a power spectrum of [`super::SPECTRUM_BINS`] bins (missing ones count
    /// as zero).
    pub fn step(&self, state: &mut WhiteningState, power: &[f32]) -> ErrorFilter {
        let WhiteningState {
            power: spectrum,
            autocorrelation,
            scratch,
        } = state;
        spectrum.fill(Complex64::new(0.0, 0.0));
        for (bin, &power) in spectrum.iter_mut().zip(power) {
            bin.re = f64::from(power);
        }
        // The lengths agree and the outer bins are real by construction, the only things this call
        // can object to.
        let _ = self
            .inverse
            .process_with_scratch(spectrum, autocorrelation, scratch);
        let mut lags = [0.0; ERROR_FILTER_TAPS];
        for (lag, &sum) in lags.iter_mut().zip(autocorrelation.iter()) {
            *lag = sum * self.scale;
        }
        levinson_durbin(&lags)
    }
}

impl WhiteningState {
    /// Scratch for `tables`.
    pub fn new(tables: &Whitening) -> Self {
        Self {
            power: tables.inverse.make_input_vec(),
            autocorrelation: tables.inverse.make_output_vec(),
            scratch: tables.inverse.make_scratch_vec(),
        }
    }
}

fn levinson_durbin(lags: &[f64; ERROR_FILTER_TAPS]) -> ErrorFilter {
    let mut error = lags[0] * (1.0 + WHITE_NOISE_CORRECTION) + SILENCE_POWER;
    let mut taps = [0.0; ERROR_FILTER_TAPS];
    taps[0] = 1.0;
    for order in 1..=LPC_ORDER {
        let mut sum = lags[order];
        for tap in 1..order {
            sum += taps[tap] * lags[order - tap];
        }
        let reflection = -sum / error;
        let shorter = taps;
        for tap in 1..order {
            taps[tap] += reflection * shorter[order - tap];
        }
        taps[order] = reflection;
        error *= 1.0 - reflection * reflection;
    }
    ErrorFilter {
        taps: taps.map(|tap| tap as f32),
        log_amplitude: (0.5 * (error.max(0.0) + RESIDUAL_POWER_FLOOR).ln()) as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::SPECTRUM_BINS;

    #[test]
    fn silence_is_passed_and_a_resonance_is_cancelled() {
        let tables = Whitening::new();
        let mut state = WhiteningState::new(&tables);
        let silent = tables.step(&mut state, &[0.0; SPECTRUM_BINS]);
        assert_eq!(silent.taps[0], 1.0);
        assert!(silent.taps[1..].iter().all(|&tap| tap == 0.0));
        assert!((silent.log_amplitude - 1e-4_f32.ln()).abs() < 1e-3);

        // Power response of 1 / (1 - 0.9 z^-1): its inverse is the two taps 1, -0.9.
        let power: Vec<f32> = (0..SPECTRUM_BINS)
            .map(|bin| {
                let angle = std::f64::consts::TAU * bin as f64 / WINDOW_SAMPLES as f64;
                (1.0 / (1.0 + 0.81 - 1.8 * angle.cos())) as f32
            })
            .collect();
        let resonance = tables.step(&mut state, &power);
        assert!(
            (resonance.taps[1] + 0.9).abs() < 0.01,
            "{:?}",
            &resonance.taps[..4]
        );
        assert!(resonance.taps[2..].iter().all(|tap| tap.abs() < 0.02));
    }
}
