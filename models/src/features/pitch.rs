//! Pitch and voicing: the normalised square difference function (McLeod and Wyvill, "A smarter way
//! to find pitch", 2005).
//!
//! One estimate a frame, 55 to 2,200 Hz, from the newest samples alone. The function is taken over
//! the newest 512 and 1,024 samples, as far as their lags reach: periods of up to 220 and 440
//! samples, so from 218 and 109 Hz on. Where both show a clear period and agree, the longer is the
//! surer; where they do not, a note has just begun or changed, and the shorter knows the newer one.
//! Where neither is clear (a low or noisy note) it is taken over the newest 2,048.
//!
//! **Delay.** A window reports the pitch of its middle: a steady or slowly moving note is heard 512
//! samples (11 ms) late from 109 Hz on, a lower or noisier one 1,024 (21 ms). After a legato change
//! a note from 218 Hz on is heard within 3 frames (16 ms), from 109 Hz on within 5 (27 ms), a lower
//! one within 9 (48 ms). A leap down to a divisor of the pitch before (an octave, a twelfth, ..)
//! takes up to 4 frames (21 ms) more, because two notes that cross look like one. An onset after
//! silence is heard after two or three periods, and up to a frame.
//!
//! **Cost.** A frame with a clear period costs two pairs of transforms, of 768 and 1,536 points, and
//! in a low note that goes on of 768 and 3,072. The worst (noise) pays for all three, about three
//! times the clear one. The autocorrelation goes through an FFT in double precision, because the
//! choice between two nearly equal peaks must not hang on rounding.
//!
//! Thread: [`Pitch`] is shared; a [`PitchState`] belongs to one stream.

use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::PITCH_WINDOW_SAMPLES;
use super::pitch_memory::{Believed, Memory, is_silent};
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

/// The windows, from the shortest to the longest.
const WINDOWS: [Window; 3] = [
    Window {
        samples: 512,
        longest_lag: 220,
        fft_size: 768,
    },
    Window {
        samples: 1024,
        longest_lag: 440,
        fft_size: 1536,
    },
    LONGEST,
];
const LONGEST: Window = Window {
    samples: PITCH_WINDOW_SAMPLES,
    longest_lag: LONGEST_LAG,
    fft_size: 3072,
};
const _: () = {
    let mut index = 0;
    while index < WINDOWS.len() {
        let window = &WINDOWS[index];
        assert!(2 * (window.longest_lag + 1) < window.samples);
        assert!(window.fft_size >= window.samples + window.lag_count());
        // The state's scratch has the sizes of the longest.
        assert!(window.samples <= LONGEST.samples);
        assert!(window.fft_size <= LONGEST.fft_size);
        assert!(window.longest_lag <= LONGEST.longest_lag);
        index += 1;
    }
};

/// A window this clear can be believed without the longest.
const CLEAR: f64 = 0.96;
/// Two periods agree within this ratio, less than a semitone.
const AGREEMENT_RATIO: f64 = 1.05;
/// Where none is clear, a shorter window is believed that is less clear by no more than this.
const SHORTER_ALLOWANCE: f64 = 0.03;
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

/// What is remembered of the frames before, beside scratch.
#[derive(Clone, Debug)]
pub struct PitchState {
    memory: Memory,
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
        let PitchState { memory, scratch } = state;
        let previous_lag = memory.previous_lag();
        let [short, ..] = &self.windows;
        let (short, newest_db) = short.ask(scratch, newest, previous_lag);
        let believed = self.believed(scratch, newest, previous_lag, short);
        memory.step(believed, newest_db)
    }

    /// Asks the longer windows, and the longest only where it is needed.
    fn believed(
        &self,
        scratch: &mut Scratch,
        newest: &[f32],
        previous_lag: f64,
        short: Option<Believed>,
    ) -> Option<Believed> {
        let [_, middle, long] = &self.windows;
        if previous_lag > middle.window.longest_lag as f64 && !short.is_some_and(is_clear) {
            // A low note that goes on: only the longest window reaches it.
            let (long, _) = long.ask(scratch, newest, previous_lag);
            if long.is_some_and(is_clear) {
                return long;
            }
            let (middle, _) = middle.ask(scratch, newest, previous_lag);
            return clear(short, middle).or_else(|| clearest(short, middle, long));
        }
        let (middle, _) = middle.ask(scratch, newest, previous_lag);
        clear(short, middle).or_else(|| {
            let (long, _) = long.ask(scratch, newest, previous_lag);
            clearest(short, middle, long)
        })
    }
}

fn is_clear(believed: Believed) -> bool {
    believed.peak.clarity >= CLEAR
}

/// What the two shorter windows can say without the longest.
fn clear(short: Option<Believed>, middle: Option<Believed>) -> Option<Believed> {
    let clear = |believed: Option<Believed>| believed.filter(|&found| is_clear(found));
    match (clear(short), clear(middle)) {
        (Some(short), Some(middle)) => {
            let ratio = middle.peak.lag_samples / short.peak.lag_samples;
            let agree = ratio < AGREEMENT_RATIO && ratio * AGREEMENT_RATIO > 1.0;
            Some(if agree { middle } else { short })
        }
        (short, middle) => short.or(middle),
    }
}

/// The shortest window that is about as clear as the longer ones.
fn clearest(
    short: Option<Believed>,
    middle: Option<Believed>,
    long: Option<Believed>,
) -> Option<Believed> {
    [middle, short]
        .into_iter()
        .flatten()
        .fold(long, |longer, shorter| match longer {
            Some(longer)
                if is_clear(longer)
                    || shorter.peak.clarity + SHORTER_ALLOWANCE <= longer.peak.clarity =>
            {
                Some(longer)
            }
            _ => Some(shorter),
        })
}

impl PlannedWindow {
    /// The window's period, if it has one, and its mean power in dB.
    fn ask(
        &self,
        scratch: &mut Scratch,
        newest: &[f32],
        previous_lag: f64,
    ) -> (Option<Believed>, f64) {
        let samples = self.window.samples;
        scratch.centre(newest, samples);
        let power = scratch.newest_energy[samples] / samples as f64;
        let power_db = 10.0 * (power + POWER_FLOOR).log10();
        if is_silent(power_db) {
            return (None, power_db);
        }
        let in_range =
            |peak: &Peak| (f64::from(PITCH_LOW_HZ)..=f64::from(PITCH_HIGH_HZ)).contains(&hz(peak));
        let peak = pick(self.nsdf(scratch), previous_lag).filter(in_range);
        let believed = peak.map(|peak| Believed { peak, power_db });
        (believed, power_db)
    }

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
        let zero = Complex64::new(0.0, 0.0);
        Self {
            memory: Memory::new(),
            scratch: Scratch {
                time: vec![0.0; LONGEST.fft_size],
                spectrum: vec![zero; LONGEST.fft_size / 2 + 1],
                transform: vec![zero; transform],
                newest_energy: vec![0.0; LONGEST.samples + 1],
                nsdf: vec![0.0; LONGEST.lag_count()],
            },
        }
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.memory = Memory::new();
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.memory = other.memory;
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

/// Pitch of a period.
pub(super) fn hz(peak: &Peak) -> f64 {
    f64::from(SAMPLE_RATE_HZ) / peak.lag_samples
}
