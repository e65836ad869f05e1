//! The normalised square difference function of the newest samples.
//!
//! The autocorrelation goes through an FFT in double precision, because the choice between two nearly equal peaks must
//! not hang on rounding.
//!
//! Thread: a [`PlannedWindow`] is shared; a [`Scratch`] belongs to one stream.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Added to the energies that normalise the function.
const ENERGY_FLOOR: f64 = 1e-9;
/// Added to the power before its logarithm.
const POWER_FLOOR: f64 = 1e-12;

/// A stretch of the newest samples, and how far the function is taken over it.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) samples: usize,
    /// Less than half the window, so that the function sees every sample at least once.
    pub(super) longest_lag: usize,
    /// Room for the linear autocorrelation: at least the window plus the lags, and a product of
    /// small primes.
    pub(super) fft_size: usize,
}

impl Window {
    /// Lags from 0 on, one more than the longest looked at, so that this has a neighbour.
    const fn lag_count(&self) -> usize {
        self.longest_lag + 2
    }

    /// Whether the function can be taken over it, in a scratch made for `longest`.
    pub(super) const fn fits(&self, longest: &Window) -> bool {
        2 * (self.longest_lag + 1) < self.samples
            && self.fft_size >= self.samples + self.lag_count()
            && self.samples <= longest.samples
            && self.fft_size <= longest.fft_size
            && self.longest_lag <= longest.longest_lag
    }
}

/// A window with its transforms.
pub(super) struct PlannedWindow {
    pub(super) window: Window,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// What a step writes before it reads it; sized for the longest window.
#[derive(Clone, Debug)]
pub(super) struct Scratch {
    time: Vec<f64>,
    spectrum: Vec<Complex64>,
    transform: Vec<Complex64>,
    /// Entry `n` is the energy of the newest `n` samples.
    newest_energy: Vec<f64>,
    nsdf: Vec<f32>,
}

impl PlannedWindow {
    /// Plans the transforms.
    pub(super) fn new(planner: &mut RealFftPlanner<f64>, window: Window) -> Self {
        Self {
            window,
            forward: planner.plan_fft_forward(window.fft_size),
            inverse: planner.plan_fft_inverse(window.fft_size),
        }
    }

    /// Scratch that the transforms want, in numbers.
    fn transform_len(&self) -> usize {
        let [forward, inverse] = [
            self.forward.get_scratch_len(),
            self.inverse.get_scratch_len(),
        ];
        forward.max(inverse)
    }

    /// Takes the newest samples of the window around their mean; their mean power in dB.
    pub(super) fn listen(&self, scratch: &mut Scratch, newest: &[f32]) -> f64 {
        let samples = self.window.samples;
        scratch.centre(newest, samples);
        let power = scratch.newest_energy[samples] / samples as f64;
        10.0 * (power + POWER_FLOOR).log10()
    }

    /// The function over what was [listened](Self::listen) to, indexed by lag.
    pub(super) fn nsdf<'a>(&self, scratch: &'a mut Scratch) -> &'a [f32] {
        let Window {
            samples, fft_size, ..
        } = self.window;
        let time = &mut scratch.time[..fft_size];
        let spectrum = &mut scratch.spectrum[..fft_size / 2 + 1];
        let transform = &mut scratch.transform;
        time[samples..].fill(0.0);
        // The lengths agree and a power spectrum is real: these calls have nothing to object to.
        let _ = self.forward.process_with_scratch(time, spectrum, transform);
        for bin in spectrum.iter_mut() {
            *bin = Complex64::new(bin.norm_sqr(), 0.0);
        }
        let _ = self.inverse.process_with_scratch(spectrum, time, transform);
        let energy = &scratch.newest_energy[..=samples];
        let nsdf = &mut scratch.nsdf[..self.window.lag_count()];
        for (lag, out) in nsdf.iter_mut().enumerate() {
            let correlation = time[lag] / fft_size as f64;
            // Of all samples but the newest `lag`, and of all but the oldest `lag`.
            let energies = energy[samples] - energy[lag] + energy[samples - lag];
            *out = (2.0 * correlation / (energies + ENERGY_FLOOR)) as f32;
        }
        nsdf
    }
}

impl Scratch {
    /// For any of `windows`, the longest of which is `longest`.
    pub(super) fn new<'a>(
        windows: impl Iterator<Item = &'a PlannedWindow>,
        longest: &Window,
    ) -> Self {
        let zero = Complex64::new(0.0, 0.0);
        let transform = windows
            .map(PlannedWindow::transform_len)
            .fold(0, usize::max);
        Self {
            time: vec![0.0; longest.fft_size],
            spectrum: vec![zero; longest.fft_size / 2 + 1],
            transform: vec![zero; transform],
            newest_energy: vec![0.0; longest.samples + 1],
            nsdf: vec![0.0; longest.lag_count()],
        }
    }

    /// The newest `samples` around their mean, and their energies.
    ///
    /// A constant (a microphone's offset, a rumble too slow for the window) would keep the function
    /// from ever falling below 0, and the pitch from being found.
    fn centre(&mut self, newest: &[f32], samples: usize) {
        let known = last(newest, samples);
        let mean = known.iter().map(|&x| f64::from(x)).sum::<f64>() / samples as f64;
        let (silence, sound) = self.time[..samples].split_at_mut(samples - known.len());
        silence.fill(-mean);
        for (out, &sample) in sound.iter_mut().zip(known) {
            *out = f64::from(sample) - mean;
        }
        let mut sum = 0.0;
        let newest_first = self.time[..samples].iter().rev();
        for (energy, sample) in self.newest_energy[1..].iter_mut().zip(newest_first) {
            sum += sample * sample;
            *energy = sum;
        }
    }
}

/// The last `count` values, or all of them.
pub(super) fn last(values: &[f32], count: usize) -> &[f32] {
    &values[values.len().saturating_sub(count)..]
}
