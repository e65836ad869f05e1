//! Pitch and voicing: the normalised square difference function (McLeod and Wyvill, "A smarter way
//! to find pitch", 2005).
//!
//! One estimate a frame, 55 to 2,200 Hz, from the newest samples alone. The function is taken over
//! the newest 2,048 samples first. Where it shows no clear period there (a note has just begun or
//! changed, and the window holds both sides of it), it is taken over the newest 1,024, then the
//! newest 512, as far as their lags reach: periods of up to 440 and 220 samples, so from 109 and
//! 218 Hz on.
//!
//! **Delay.** A window reports the pitch of its middle: a steady or slowly moving note is heard
//! 1,024 samples (21 ms) late. After a legato change of a whole tone or more the shortest window that
//! reaches the new period is the first to hold the new note alone: a note from 218 Hz on is heard
//! within 3 frames (16 ms), from 109 Hz on within 5 (27 ms), a lower one within 9 (48 ms). A smaller
//! step can leave the longest window clear enough to be believed, and takes up to 7 frames. An onset
//! after silence is heard after two or three periods, and up to a frame.
//!
//! **Cost.** A frame with a clear period costs one pair of transforms of 3,072 points. Only an
//! unclear frame asks the shorter windows, and the worst of them (noise) pays for all three: 3,072,
//! 1,536 and 768 points, not quite twice the clear frame. The autocorrelation goes through an FFT
//! in double precision, because the choice between two nearly equal peaks must not hang on rounding.
//!
//! Thread: [`Pitch`] is shared; a [`PitchState`] belongs to one stream.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::PITCH_WINDOW_SAMPLES;
use super::pitch_peak::{LONGEST_LAG, Peak, pick};
use crate::SAMPLE_RATE_HZ;

/// Lowest pitch reported.
pub const PITCH_LOW_HZ: f32 = 55.0;
/// Highest pitch reported.
pub const PITCH_HIGH_HZ: f32 = 2200.0;

/// A stretch of the newest samples, and how far the function is taken over it.
struct Window {
    samples: usize,
    /// Less than half the window, so that the function sees every sample at least once.
    longest_lag: usize,
    /// Room for the linear autocorrelation: at least the window plus the lags, and a product of
    /// small primes.
    fft_size: usize,
}

/// The windows in the order in which they are asked.
const WINDOWS: [Window; 3] = [
    Window {
        samples: PITCH_WINDOW_SAMPLES,
        longest_lag: LONGEST_LAG,
        fft_size: 3072,
    },
    Window {
        samples: 1024,
        longest_lag: 440,
        fft_size: 1536,
    },
    Window {
        samples: 512,
        longest_lag: 220,
        fft_size: 768,
    },
];
const _: () = {
    let mut index = 0;
    while index < WINDOWS.len() {
        let window = &WINDOWS[index];
        assert!(2 * (window.longest_lag + 1) < window.samples);
        assert!(window.fft_size >= window.samples + window.lag_count());
        // The first is the largest: the state's scratch has its sizes.
        assert!(window.samples <= WINDOWS[0].samples);
        assert!(window.fft_size <= WINDOWS[0].fft_size);
        assert!(window.longest_lag <= WINDOWS[0].longest_lag);
        index += 1;
    }
};

/// A window this clear is believed, and no shorter one is asked.
const CLEAR: f64 = 0.97;
/// Where none is that clear, a shorter window must be clearer than the longer ones by this much.
const SHORTER_MARGIN: f64 = 0.02;
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
    windows: [PlannedWindow; WINDOWS.len()],
}

struct PlannedWindow {
    window: &'static Window,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// The pitch held and the last period, beside scratch.
#[derive(Clone, Debug)]
pub struct PitchState {
    held_hz: f64,
    /// Period of the frame before in samples, 0 if that was unvoiced.
    previous_lag: f64,
    scratch: Scratch,
}

/// What a step writes before it reads it; sized for the longest window.
#[derive(Clone, Debug)]
struct Scratch {
    time: Vec<f64>,
    spectrum: Vec<Complex64>,
    transform: Vec<Complex64>,
    /// Entry `n` is the energy of the newest `n` samples.
    newest_energy: Vec<f64>,
    nsdf: Vec<f32>,
}

/// A period and how far the window it was found in lies above silence, 0 to 1.
#[derive(Clone, Copy)]
struct Believed {
    peak: Peak,
    level: f64,
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
            windows: WINDOWS.each_ref().map(|window| PlannedWindow {
                window,
                forward: planner.plan_fft_forward(window.fft_size),
                inverse: planner.plan_fft_inverse(window.fft_size),
            }),
        }
    }

    /// The estimate for the newest [`PITCH_WINDOW_SAMPLES`] samples (oldest first; silence is
    /// taken to lie before fewer), one frame after the call before.
    pub fn step(&self, state: &mut PitchState, newest: &[f32]) -> PitchEstimate {
        let newest = last(newest, PITCH_WINDOW_SAMPLES);
        let previous_lag = core::mem::replace(&mut state.previous_lag, 0.0);
        let mut voicing = 0.0;
        if let Some(Believed { peak, level }) =
            self.believed(&mut state.scratch, newest, previous_lag)
        {
            voicing = level * share(peak.clarity, CLARITY_LOW, CLARITY_HIGH);
            if voicing > 0.0 {
                state.held_hz = hz(&peak);
                state.previous_lag = peak.lag_samples;
            }
        }
        PitchEstimate {
            f0_hz: state.held_hz as f32,
            voicing: voicing as f32,
        }
    }

    /// Asks the windows, the longest first, until one is clear.
    fn believed(
        &self,
        scratch: &mut Scratch,
        newest: &[f32],
        previous_lag: f64,
    ) -> Option<Believed> {
        let mut believed: Option<Believed> = None;
        for window in &self.windows {
            let samples = window.window.samples;
            scratch.centre(newest, samples);
            let power = scratch.newest_energy[samples] / samples as f64;
            let level_db = 10.0 * (power + POWER_FLOOR).log10();
            let level = share(level_db, POWER_LOW_DB, POWER_HIGH_DB);
            if level <= 0.0 {
                continue;
            }
            let nsdf = window.nsdf(scratch);
            let Some(peak) = pick(nsdf, previous_lag).filter(|peak| {
                (f64::from(PITCH_LOW_HZ)..=f64::from(PITCH_HIGH_HZ)).contains(&hz(peak))
            }) else {
                continue;
            };
            let clear = peak.clarity >= CLEAR;
            let clearer =
                believed.is_none_or(|longer| peak.clarity > longer.peak.clarity + SHORTER_MARGIN);
            if clear || clearer {
                believed = Some(Believed { peak, level });
            }
            if clear {
                break;
            }
        }
        believed
    }
}

impl PlannedWindow {
    /// The function over the samples that [`Scratch::centre`] left, indexed by lag.
    fn nsdf<'a>(&self, scratch: &'a mut Scratch) -> &'a [f32] {
        let Window {
            samples, fft_size, ..
        } = *self.window;
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

impl Window {
    /// Lags from 0 on, one more than the longest looked at, so that this has a neighbour.
    const fn lag_count(&self) -> usize {
        self.longest_lag + 2
    }
}

impl PitchState {
    /// The state before the first sample.
    pub fn new(tables: &Pitch) -> Self {
        let transform = tables
            .windows
            .iter()
            .flat_map(|window| {
                [
                    window.forward.get_scratch_len(),
                    window.inverse.get_scratch_len(),
                ]
            })
            .fold(0, usize::max);
        let [longest, ..] = &WINDOWS;
        let zero = Complex64::new(0.0, 0.0);
        Self {
            held_hz: INITIAL_HZ,
            previous_lag: 0.0,
            scratch: Scratch {
                time: vec![0.0; longest.fft_size],
                spectrum: vec![zero; longest.fft_size / 2 + 1],
                transform: vec![zero; transform],
                newest_energy: vec![0.0; longest.samples + 1],
                nsdf: vec![0.0; longest.lag_count()],
            },
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
}

impl Scratch {
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
fn last(values: &[f32], count: usize) -> &[f32] {
    &values[values.len().saturating_sub(count)..]
}

fn hz(peak: &Peak) -> f64 {
    f64::from(SAMPLE_RATE_HZ) / peak.lag_samples
}

/// How far `value` has come from `low` to `high`, 0 to 1.
fn share(value: f64, low: f64, high: f64) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}
