//! The lowest notes, 30 to 75 Hz: the same function over twice the longest window, of which every fourth sample is
//! enough.
//!
//! What is as periodic as a low note need not be one: a chord has about the period of a note that none of its voices
//! plays. There is nothing at that note's fundamental, and of its lower harmonics only those that the chord's own pitches
//! are.
//!
//! Thread: a [`LowBand`] is shared; a [`LowBandState`] belongs to one stream.

use std::f64::consts::{PI, TAU};

use realfft::RealFftPlanner;

use super::History;
use super::pitch_memory::{Believed, is_silent};
use super::pitch_nsdf::{PlannedWindow, Scratch, Window};
use super::pitch_peak::Picker;
use crate::rates::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Samples of which one is kept.
const DECIMATION: usize = 4;
const RATE_HZ: f64 = SAMPLE_RATE_HZ as f64 / DECIMATION as f64;
/// Taps and cutoff of what is taken away before.
const TAPS: usize = 32;
const CUTOFF_HZ: f64 = 3_000.0;
/// Kept samples in a frame.
const FRAME_KEPT: usize = FRAME_SAMPLES / DECIMATION;
/// In kept samples: 85 ms, down to 29.7 Hz.
pub(super) const LOW_WINDOW: Window = Window {
    samples: 1024,
    longest_lag: 404,
    fft_size: 1536,
};
/// What is asked for here, Hz; the other windows know better what is above.
const LOWEST_HZ: f64 = super::PITCH_LOW_HZ as f64;
const HIGHEST_HZ: f64 = 75.0;
/// A harmonic is there with this share of the power, -25 dB.
const HARMONIC_SHARE: f64 = 0.003;
/// What has nothing at its fundamental is a note only if it is this clear.
const HOLLOW_CLARITY: f64 = 0.93;
/// Added to the power that it is a share of.
const POWER_FLOOR: f64 = 1e-12;

/// Filter, window and transforms.
pub(super) struct LowBand {
    taps: [f64; TAPS],
    pub(super) planned: PlannedWindow,
    /// Hann's, over the kept samples.
    window: Vec<f64>,
    window_sum: f64,
}

/// The kept samples of one stream.
#[derive(Clone, Debug)]
pub(super) struct LowBandState {
    kept: History,
}

impl LowBand {
    /// Computes the tables.
    pub(super) fn new(planner: &mut RealFftPlanner<f64>) -> Self {
        let window: Vec<f64> = (0..LOW_WINDOW.samples)
            .map(|n| hann(n, LOW_WINDOW.samples))
            .collect();
        Self {
            taps: taps(),
            planned: PlannedWindow::new(planner, LOW_WINDOW),
            window_sum: window.iter().sum(),
            window,
        }
    }

    /// Takes a frame: the newest [`FRAME_SAMPLES`] of these and the few before (oldest first).
    pub(super) fn push(&self, state: &mut LowBandState, newest: &[f32]) {
        let mut kept = [0.0; FRAME_KEPT];
        for (index, out) in kept.iter_mut().enumerate() {
            // Samples that are newer than the one this ends with.
            let newer = FRAME_SAMPLES - DECIMATION * (index + 1);
            let end = newest.len().saturating_sub(newer);
            let known = newest[..end].iter().rev();
            let sum: f64 = known
                .zip(&self.taps)
                .map(|(&sample, tap)| f64::from(sample) * tap)
                .sum();
            *out = sum as f32;
        }
        state.kept.push(&kept);
    }

    /// The period (in samples of the stream) of a low note, if one is heard.
    pub(super) fn ask(
        &self,
        state: &LowBandState,
        scratch: &mut Scratch,
        picker: &Picker,
        previous_lag: f64,
    ) -> Option<Believed> {
        let newest = state.kept.latest(LOW_WINDOW.samples);
        let power_db = self.planned.listen(scratch, newest);
        if is_silent(power_db) {
            return None;
        }
        let nsdf = self.planned.nsdf(scratch);
        let mut peak = picker.pick(nsdf, previous_lag / DECIMATION as f64)?;
        let hz = RATE_HZ / peak.lag_samples;
        if !(LOWEST_HZ..=HIGHEST_HZ).contains(&hz) || !self.is_one_note(newest, hz, peak.clarity) {
            return None;
        }
        peak.lag_samples *= DECIMATION as f64;
        Some(Believed { peak, power_db })
    }

    /// Whether the kept samples hold a note of this pitch.
    fn is_one_note(&self, newest: &[f32], hz: f64, clarity: f64) -> bool {
        let samples = LOW_WINDOW.samples as f64;
        let mean = newest.iter().map(|&x| f64::from(x)).sum::<f64>() / samples;
        let centred = || newest.iter().map(|&x| f64::from(x) - mean);
        let power = centred().map(|x| x * x).sum::<f64>() / samples;
        let least = HARMONIC_SHARE * (power + POWER_FLOOR);
        let is_there = |number: f64| {
            // Goertzel's recursion: one multiplication a sample.
            let coefficient = 2.0 * (TAU * number * hz / RATE_HZ).cos();
            let (mut before, mut now) = (0.0, 0.0);
            for (x, weight) in centred().zip(&self.window) {
                (before, now) = (now, x * weight + coefficient * now - before);
            }
            let square = now * now + before * before - coefficient * now * before;
            2.0 * square / (self.window_sum * self.window_sum) >= least
        };
        if is_there(1.0) {
            return true;
        }
        let is_hollow = || is_there(2.0) && is_there(3.0) && (is_there(5.0) || is_there(7.0));
        clarity >= HOLLOW_CLARITY && is_hollow()
    }
}

impl LowBandState {
    /// Silence.
    pub(super) fn new() -> Self {
        Self {
            kept: History::new(LOW_WINDOW.samples),
        }
    }

    /// Back to silence.
    pub(super) fn reset(&mut self) {
        self.kept.reset();
    }

    /// Becomes `other` without allocating.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.kept.copy_from(&other.kept);
    }
}

/// A sinc under a Hann window, of gain 1.
fn taps() -> [f64; TAPS] {
    let mut taps: [f64; TAPS] = std::array::from_fn(|n| {
        let away = n as f64 - (TAPS - 1) as f64 / 2.0;
        let x = PI * 2.0 * CUTOFF_HZ / f64::from(SAMPLE_RATE_HZ) * away;
        x.sin() / x * hann(n, TAPS)
    });
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

fn hann(n: usize, count: usize) -> f64 {
    0.5 - 0.5 * (TAU * (n as f64 + 0.5) / count as f64).cos()
}
