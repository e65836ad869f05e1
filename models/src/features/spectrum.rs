//! Power spectrum of the newest samples, under a window that leans towards the present.
//!
//! [`Window::LONG`] rises over 768 samples and falls over the newest 256. Its centre of mass lies
//! about 7 ms behind the present instead of the 11 ms of a symmetric window of that length: what was
//! played shows up sooner. [`Window::SHORT`] has the same shape at half the length, 3.5 ms behind:
//! too short for the level of a low note, but the first to hear that one begins.
//!
//! Thread: [`Spectrum`] is shared; a [`SpectrumState`] is the scratch of one stream.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::WINDOW_SAMPLES;

/// Length and shape of a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    samples: usize,
    /// Samples over which it falls towards the present.
    fall_samples: usize,
}

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

impl Window {
    /// Of the spectrum that the networks see.
    pub const LONG: Self = Self {
        samples: WINDOW_SAMPLES,
        fall_samples: WINDOW_SAMPLES / 4,
    };
    /// Of the level at an attack.
    pub const SHORT: Self = Self {
        samples: WINDOW_SAMPLES / 2,
        fall_samples: WINDOW_SAMPLES / 8,
    };

    /// Of this many samples, of which the newest quarter falls.
    pub(super) const fn leaning(samples: usize) -> Self {
        Self {
            samples,
            fall_samples: samples / 4,
        }
    }

    /// Samples under the window.
    pub const fn samples(self) -> usize {
        self.samples
    }

    /// Bins of its spectrum.
    pub const fn bins(self) -> usize {
        self.samples / 2 + 1
    }

    /// Oldest sample first, scaled so that a sine of amplitude `a` gives a spectral peak of `a`.
    pub(super) fn weights(self) -> Vec<f64> {
        let rise = self.samples - self.fall_samples;
        let up = (0..rise).map(|n| 0.5 - 0.5 * (PI * (n as f64 + 0.5) / rise as f64).cos());
        let down = (0..self.fall_samples)
            .map(|n| 0.5 + 0.5 * (PI * (n as f64 + 0.5) / self.fall_samples as f64).cos());
        let window: Vec<f64> = up.chain(down).collect();
        let scale = 2.0 / window.iter().sum::<f64>();
        window.iter().map(|weight| weight * scale).collect()
    }
}

impl Spectrum {
    /// Computes the tables.
    pub fn new(window: Window) -> Self {
        Self {
            window: window.weights().iter().map(|&w| w as f32).collect(),
            forward: RealFftPlanner::new().plan_fft_forward(window.samples),
        }
    }

    /// Power of each bin for the newest samples (oldest first, as many as the window has; missing
    /// ones count as silence). A sine of amplitude `a` in the middle of a bin gives a power of
    /// `a * a` there.
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
            power: vec![0.0; tables.window.len() / 2 + 1],
        }
    }

    /// The latest power spectrum.
    pub fn power(&self) -> &[f32] {
        &self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_peaks_at_its_squared_amplitude_and_silence_is_zero() {
        for window in [Window::LONG, Window::SHORT] {
            let tables = Spectrum::new(window);
            let mut state = SpectrumState::new(&tables);
            let bin = 100;
            let turns = bin as f64 / window.samples() as f64;
            let sine: Vec<f32> = (0..window.samples())
                .map(|n| 0.25 * (2.0 * PI * turns * n as f64).sin() as f32)
                .collect();
            let power = tables.step(&mut state, &sine);
            assert_eq!(power.len(), window.bins());
            assert!((power[bin] - 0.0625).abs() < 1e-5, "{}", power[bin]);
            assert!(
                tables
                    .step(&mut state, &[])
                    .iter()
                    .all(|&power| power == 0.0)
            );
        }
    }
}
