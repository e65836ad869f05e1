//! The short-time Fourier transform of spectrograms and of the evaluation: whole signals, centred frames, Hann window.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// One size of transform. Magnitudes are amplitudes: a sine of amplitude `a` on a bin reads `a`.
pub struct Stft {
    window: Vec<f32>,
    fft_size: usize,
    hop: usize,
    scale: f32,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Stft {
    /// `window` samples of Hann, zero-padded to `fft_size` (>= `window`), every `hop` samples.
    pub fn new(window: usize, fft_size: usize, hop: usize) -> Stft {
        let shape = |i: usize| {
            let x = std::f64::consts::TAU * i as f64 / window as f64;
            (0.5 - 0.5 * x.cos()) as f32
        };
        let window: Vec<f32> = (0..window).map(shape).collect();
        let mut planner = RealFftPlanner::new();
        Stft {
            scale: 2.0 / window.iter().sum::<f32>(),
            forward: planner.plan_fft_forward(fft_size),
            inverse: planner.plan_fft_inverse(fft_size),
            window,
            fft_size,
            hop,
        }
    }

    /// Bins per frame.
    pub fn bins(&self) -> usize {
        self.fft_size / 2 + 1
    }

    /// Frames of a signal of `samples` samples: one every hop, centred, from sample 0 to the end.
    pub fn frames(&self, samples: usize) -> usize {
        samples / self.hop + 1
    }

    /// Spectra, frames x bins, scaled to amplitudes.
    pub fn spectra(&self, signal: &[f32]) -> Vec<Vec<Complex32>> {
        let mut input = self.forward.make_input_vec();
        let mut scratch = self.forward.make_scratch_vec();
        let half = self.window.len() / 2;
        (0..self.frames(signal.len()))
            .map(|frame| {
                input.fill(0.0);
                let centre = frame * self.hop;
                for (i, w) in self.window.iter().enumerate() {
                    if let Some(x) = (centre + i).checked_sub(half).and_then(|n| signal.get(n)) {
                        input[i] = x * w;
                    }
                }
                let mut output = self.forward.make_output_vec();
                // The buffers come from the plan itself, so their lengths cannot be wrong.
                let _ = self
                    .forward
                    .process_with_scratch(&mut input, &mut output, &mut scratch);
                output.iter_mut().for_each(|c| *c *= self.scale);
                output
            })
            .collect()
    }

    /// Amplitudes, frames x bins.
    pub fn magnitudes(&self, signal: &[f32]) -> Vec<Vec<f32>> {
        self.spectra(signal)
            .iter()
            .map(|frame| frame.iter().map(|c| c.norm()).collect())
            .collect()
    }

    /// The signal of `samples` samples whose spectra are nearest (least squares) to `spectra`.
    pub fn invert(&self, spectra: &[Vec<Complex32>], samples: usize) -> Vec<f32> {
        let mut output = vec![0.0f32; samples];
        let mut weight = vec![0.0f32; samples];
        let mut time = self.inverse.make_output_vec();
        let mut scratch = self.inverse.make_scratch_vec();
        let half = self.window.len() / 2;
        let scale = 1.0 / (self.scale * self.fft_size as f32);
        for (frame, spectrum) in spectra.iter().enumerate() {
            let mut spectrum = spectrum.clone();
            // A real signal has real ends; realfft insists on it.
            for end in [0, self.bins() - 1] {
                spectrum[end].im = 0.0;
            }
            let _ = self
                .inverse
                .process_with_scratch(&mut spectrum, &mut time, &mut scratch);
            for (i, w) in self.window.iter().enumerate() {
                let position = (frame * self.hop + i)
                    .checked_sub(half)
                    .filter(|n| *n < samples);
                if let Some(n) = position {
                    output[n] += time[i] * w * scale;
                    weight[n] += w * w;
                }
            }
        }
        for (y, w) in output.iter_mut().zip(&weight) {
            *y /= w.max(1e-6);
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverting_the_spectra_gives_the_signal_back() {
        let signal: Vec<f32> = (0..5_000).map(|i| ((i * i) as f32 * 1e-4).sin()).collect();
        let stft = Stft::new(1_024, 2_048, 256);
        let back = stft.invert(&stft.spectra(&signal), signal.len());
        for (a, b) in signal.iter().zip(&back) {
            assert!((a - b).abs() < 1e-4);
        }
    }

    #[test]
    fn a_sine_reads_its_amplitude() {
        let hz = 48_000.0 * 100.0 / 2_048.0;
        let sine: Vec<f32> = (0..48_000)
            .map(|i| 0.3 * (std::f64::consts::TAU * hz * f64::from(i) / 48e3).sin() as f32)
            .collect();
        let magnitudes = Stft::new(2_048, 2_048, 512).magnitudes(&sine);
        assert!((magnitudes[20][100] - 0.3).abs() < 1e-3);
    }
}
