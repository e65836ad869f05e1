//! From a log magnitude to the minimum-phase impulse response that has it, by the real cepstrum.
//!
//! The cepstrum of a minimum-phase response is causal: folding the (even) cepstrum of the log
//! magnitude onto positive times and transforming back gives the logarithm of the response
//! (Oppenheim and Schafer, chapter 13).
//!
//! Thread: the tables are shared; a [`MinimumPhaseState`] is the scratch of one thread.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Natural logarithms are held within this, so that the exponential stays finite: about -347 to
/// +347 dB.
const LOG_LIMIT: f32 = 40.0;

/// The transforms for one FFT length.
pub struct MinimumPhase {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

/// Scratch: nothing in it lasts from one call to the next.
#[derive(Clone, Debug)]
pub struct MinimumPhaseState {
    spectrum: Vec<Complex32>,
    time: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl MinimumPhase {
    /// Transforms of `fft_size` points (even, at least 4; anything else is rounded up to that).
    ///
    /// Time aliasing of the cepstrum falls with the size; four times the taps wanted is plenty for
    /// smooth envelopes.
    pub fn new(fft_size: usize) -> Self {
        let fft_size = fft_size.max(4).next_multiple_of(2);
        let mut planner = RealFftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(fft_size),
            inverse: planner.plan_fft_inverse(fft_size),
        }
    }

    /// Points of the FFT.
    pub fn fft_size(&self) -> usize {
        self.forward.len()
    }

    /// Bins of the magnitude it takes: half the FFT plus one.
    pub fn bins(&self) -> usize {
        self.forward.len() / 2 + 1
    }

    /// Writes the first `taps.len()` samples of the response whose natural-log magnitude is
    /// `log_magnitude` (one value a bin; missing ones count as 0, that is as 0 dB). Taps beyond the
    /// FFT are zero.
    pub fn step(&self, state: &mut MinimumPhaseState, log_magnitude: &[f32], taps: &mut [f32]) {
        let MinimumPhaseState {
            spectrum,
            time,
            scratch,
        } = state;
        let size = self.fft_size();
        let scale = 1.0 / size as f32;

        spectrum.fill(Complex32::new(0.0, 0.0));
        for (bin, &log) in spectrum.iter_mut().zip(log_magnitude) {
            bin.re = log.clamp(-LOG_LIMIT, LOG_LIMIT);
        }
        self.to_time(spectrum, time, scratch);
        fold_cepstrum(time, scale);
        // The lengths agree by construction, the only thing these calls can object to.
        let _ = self.forward.process_with_scratch(time, spectrum, scratch);
        for bin in spectrum.iter_mut() {
            let magnitude = bin.re.clamp(-LOG_LIMIT, LOG_LIMIT).exp();
            let (sine, cosine) = bin.im.sin_cos();
            *bin = Complex32::new(magnitude * cosine, magnitude * sine);
        }
        self.to_time(spectrum, time, scratch);
        taps.fill(0.0);
        for (tap, &sample) in taps.iter_mut().zip(time.iter()) {
            *tap = sample * scale;
        }
    }

    /// Unnormalised inverse transform of a spectrum whose first and last bin are made real first,
    /// as they must be.
    fn to_time(&self, spectrum: &mut [Complex32], time: &mut [f32], scratch: &mut [Complex32]) {
        spectrum[0].im = 0.0;
        spectrum[self.fft_size() / 2].im = 0.0;
        let _ = self.inverse.process_with_scratch(spectrum, time, scratch);
    }
}

impl MinimumPhaseState {
    /// Scratch for `tables`.
    pub fn new(tables: &MinimumPhase) -> Self {
        let scratch = tables
            .forward
            .get_scratch_len()
            .max(tables.inverse.get_scratch_len());
        Self {
            spectrum: tables.forward.make_output_vec(),
            time: tables.forward.make_input_vec(),
            scratch: vec![Complex32::new(0.0, 0.0); scratch],
        }
    }
}

/// Scales an even cepstrum and folds its negative times onto the positive ones.
fn fold_cepstrum(cepstrum: &mut [f32], scale: f32) {
    let half = cepstrum.len() / 2;
    for (time, value) in cepstrum.iter_mut().enumerate() {
        *value *= match time {
            0 => scale,
            _ if time == half => scale,
            _ if time < half => 2.0 * scale,
            _ => 0.0,
        };
    }
}
