//! Pitch and voicing: the normalised square difference function (McLeod and Wyvill, "A smarter way
//! to find pitch", 2005).
//!
//! One estimate a frame from the newest 2,048 samples, 55 to 2,200 Hz. The autocorrelation goes
//! through an FFT in double precision, because the choice between two nearly equal peaks must not
//! hang on rounding.
//!
//! Thread: [`Pitch`] is shared; a [`PitchState`] belongs to one stream.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::PITCH_WINDOW_SAMPLES;
use super::pitch_peak::{LAG_COUNT, pick};
use crate::SAMPLE_RATE_HZ;

/// Lowest pitch reported.
pub const PITCH_LOW_HZ: f32 = 55.0;
/// Highest pitch reported.
pub const PITCH_HIGH_HZ: f32 = 2200.0;

/// Room for the linear autocorrelation up to the longest lag: at least the window plus the lags.
const FFT_SIZE: usize = 3072;
const _: () = assert!(FFT_SIZE >= PITCH_WINDOW_SAMPLES + LAG_COUNT);
/// Held before the first voiced frame.
const INITIAL_HZ: f64 = 440.0;
/// Clarity at which a frame starts to count as voiced, and from which on it does so fully.
const CLARITY_LOW: f64 = 0.6;
const CLARITY_HIGH: f64 = 0.9;
/// The same for the mean power of the window.
const POWER_LOW_DB: f64 = -75.0;
const POWER_HIGH_DB: f64 = -65.0;
/// Added to the power before its logarithm.
const POWER_FLOOR: f64 = 1e-12;
/// Added to the energies that normalise the function.
const ENERGY_FLOOR: f64 = 1e-9;

/// One frame's estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PitchEstimate {
    /// Fundamental, 55 to 2,200 Hz; the last voiced one while unvoiced, 440 Hz before the first.
    pub f0_hz: f32,
    /// How sure it is that there is a pitch, 0 to 1.
    pub voicing: f32,
}

/// The transforms.
pub struct Pitch {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// The pitch held and the last period, beside scratch.
#[derive(Clone, Debug)]
pub struct PitchState {
    held_hz: f64,
    /// Period of the frame before in samples, 0 if that was unvoiced.
    previous_lag: f64,
    time: Vec<f64>,
    spectrum: Vec<Complex64>,
    scratch: Vec<Complex64>,
    /// Running sums of squares: entry `n` is the energy of the first `n` samples.
    squares: Vec<f64>,
    nsdf: [f32; LAG_COUNT],
}

impl Default for Pitch {
    fn default() -> Self {
        Self::new()
    }
}

impl Pitch {
    /// Plans the transforms.
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(FFT_SIZE),
            inverse: planner.plan_fft_inverse(FFT_SIZE),
        }
    }

    /// The estimate for the newest [`PITCH_WINDOW_SAMPLES`] samples (oldest first; missing ones
    /// count as silence), one frame after the call before.
    pub fn step(&self, state: &mut PitchState, newest: &[f32]) -> PitchEstimate {
        let newest = &newest[..newest.len().min(PITCH_WINDOW_SAMPLES)];
        let energy = state.accumulate_squares(newest);
        let level_db = 10.0 * (energy / PITCH_WINDOW_SAMPLES as f64 + POWER_FLOOR).log10();
        let level = ((level_db - POWER_LOW_DB) / (POWER_HIGH_DB - POWER_LOW_DB)).clamp(0.0, 1.0);
        let previous_lag = core::mem::replace(&mut state.previous_lag, 0.0);
        let mut voicing = 0.0;
        if level > 0.0 {
            self.fill_nsdf(state, newest);
            if let Some(peak) = pick(&state.nsdf, previous_lag) {
                let hz = f64::from(SAMPLE_RATE_HZ) / peak.lag_samples;
                let sure = level
                    * ((peak.clarity - CLARITY_LOW) / (CLARITY_HIGH - CLARITY_LOW)).clamp(0.0, 1.0);
                if sure > 0.0 && (f64::from(PITCH_LOW_HZ)..=f64::from(PITCH_HIGH_HZ)).contains(&hz)
                {
                    voicing = sure;
                    state.held_hz = hz;
                    state.previous_lag = peak.lag_samples;
                }
            }
        }
        PitchEstimate {
            f0_hz: state.held_hz as f32,
            voicing: voicing as f32,
        }
    }

    fn fill_nsdf(&self, state: &mut PitchState, newest: &[f32]) {
        let PitchState {
            time,
            spectrum,
            scratch,
            squares,
            nsdf,
            ..
        } = state;
        time.fill(0.0);
        for (out, &sample) in time.iter_mut().zip(newest) {
            *out = f64::from(sample);
        }
        // The lengths agree and a power spectrum is real: these calls have nothing to object to.
        let _ = self.forward.process_with_scratch(time, spectrum, scratch);
        for bin in spectrum.iter_mut() {
            *bin = Complex64::new(bin.norm_sqr(), 0.0);
        }
        let _ = self.inverse.process_with_scratch(spectrum, time, scratch);
        let total = squares[PITCH_WINDOW_SAMPLES];
        for (lag, out) in nsdf.iter_mut().enumerate() {
            let correlation = time[lag] / FFT_SIZE as f64;
            let energies = squares[PITCH_WINDOW_SAMPLES - lag] + total - squares[lag];
            *out = (2.0 * correlation / (energies + ENERGY_FLOOR)) as f32;
        }
    }
}

impl PitchState {
    /// The state before the first sample.
    pub fn new(tables: &Pitch) -> Self {
        let scratch = tables
            .forward
            .get_scratch_len()
            .max(tables.inverse.get_scratch_len());
        Self {
            held_hz: INITIAL_HZ,
            previous_lag: 0.0,
            time: tables.forward.make_input_vec(),
            spectrum: tables.forward.make_output_vec(),
            scratch: vec![Complex64::new(0.0, 0.0); scratch],
            squares: vec![0.0; PITCH_WINDOW_SAMPLES + 1],
            nsdf: [0.0; LAG_COUNT],
        }
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.held_hz = INITIAL_HZ;
        self.previous_lag = 0.0;
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.held_hz = other.held_hz;
        self.previous_lag = other.previous_lag;
    }

    /// Fills the running sums and returns the energy of the window.
    fn accumulate_squares(&mut self, newest: &[f32]) -> f64 {
        let samples = newest.iter().copied().chain(std::iter::repeat(0.0));
        let mut sum = 0.0;
        for (running, sample) in self.squares[1..].iter_mut().zip(samples) {
            sum += f64::from(sample) * f64::from(sample);
            *running = sum;
        }
        sum
    }
}
