//! Power spectrum of the newest samples, under a window that leans towards the present.
//!
//! The window rises over 768 samples and falls over the newest 256. Its centre of mass lies about 7
//! ms behind the present instead of the 11 ms of a symmetric window of that length: what was played
//! shows up sooner.
//!
//! Thread: [`Spectrum`] is shared; a [`SpectrumState`] is the scratch of one stream.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::{SPECTRUM_BINS, WINDOW_SAMPLES};

/// Samples over which the window falls towards the present.
const WINDOW_FALL_SAMPLES: usize = 256;

/// Powers are held below this (+120 dBFS), so that no finite input gives an infinite feature.
const POWER_LIMIT: f32 = 1e12;

/// Window and transform.
pub struct Spectrum {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
}

/// Scratch and the latest result.
#[derive(Clone, Debug)]
pub struct SpectrumState {
    windowed: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl Default for Spectrum {
    fn default() -> Self {
        Self::new()
    }
}

impl Spectrum {
    /// Computes the tables.
    pub fn new() -> Self {
        let window = analysis_window()
            .iter()
            .map(|&weight| weight as f32)
            .collect();
        Self {
            window,
            forward: RealFftPlanner::new().plan_fft_forward(WINDOW_SAMPLES),
        }
    }

    /// Power of each of the [`SPECTRUM_BINS`] bins for the newest [`WINDOW_SAMPLES`] samples
    /// (oldest first; missing ones count as silence). A sine of amplitude `a` in the middle of a
    /// bin gives a power of `a * a` there.
    pub fn step<'a>(&self, state: &'a mut SpectrumState, newest: &[f32]) -> &'a [f32] {
        let SpectrumState {
            windowed,
            spectrum,
            scratch,
            power,
        } = state;
        windowed.fill(0.0);
        for ((out, &sample), &weight) in windowed.iter_mut().zip(newest).zip(&self.window) {
            *out = sample * weight;
        }
        // The lengths agree by construction, the only thing this call can object to.
        let _ = self
            .forward
            .process_with_scratch(windowed, spectrum, scratch);
        for (power, bin) in power.iter_mut().zip(spectrum.iter()) {
            // `min` also turns the NaN of an overflown transform into the limit.
            *power = bin.norm_sqr().min(POWER_LIMIT);
        }
        power
    }
}

impl SpectrumState {
    /// Scratch for `tables`; the latest result is silence.
    pub fn new(tables: &Spectrum) -> Self {
        Self {
            windowed: tables.forward.make_input_vec(),
            spectrum: tables.forward.make_output_vec(),
            scratch: tables.forward.make_scratch_vec(),
            power: vec![0.0; SPECTRUM_BINS],
        }
    }

    /// The latest power spectrum.
    pub fn power(&self) -> &[f32] {
        &self.power
    }
}

/// The window, oldest sample first, scaled so that a sine of amplitude `a` gives a spectral peak of
/// `a`.
pub(super) fn analysis_window() -> Vec<f64> {
    let rise = WINDOW_SAMPLES - WINDOW_FALL_SAMPLES;
    let up = (0..rise).map(|n| 0.5 - 0.5 * (PI * (n as f64 + 0.5) / rise as f64).cos());
    let down = (0..WINDOW_FALL_SAMPLES)
        .map(|n| 0.5 + 0.5 * (PI * (n as f64 + 0.5) / WINDOW_FALL_SAMPLES as f64).cos());
    let window: Vec<f64> = up.chain(down).collect();
    let scale = 2.0 / window.iter().sum::<f64>();
    window.iter().map(|weight| weight * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_peaks_at_its_squared_amplitude_and_silence_is_zero() {
        let tables = Spectrum::new();
        let mut state = SpectrumState::new(&tables);
        let bin = 100;
        let sine: Vec<f32> = (0..WINDOW_SAMPLES)
            .map(|n| 0.25 * (2.0 * PI * bin as f64 * n as f64 / WINDOW_SAMPLES as f64).sin() as f32)
            .collect();
        let power = tables.step(&mut state, &sine);
        assert!((power[bin] - 0.0625).abs() < 1e-5, "{}", power[bin]);
        assert!(
            tables
                .step(&mut state, &[])
                .iter()
                .all(|&power| power == 0.0)
        );
    }
}
