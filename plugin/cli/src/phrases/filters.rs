//! What the voices are built of: a band-limited saw, resonances, smoothing and noise.

use std::f64::consts::TAU;

use super::RATE_HZ;

const RATE: f64 = RATE_HZ as f64;
/// Harmonics above this are left out, in Hz.
const HIGHEST_HZ: f64 = 17_000.0;

/// A tone of given harmonics whose pitch may move.
pub(super) struct Tone {
    /// Periods since the last whole one, 0 to 1.
    pub(super) phase: f64,
    amplitudes: Vec<f64>,
}

impl Tone {
    /// Harmonic `h` (from 1) has the amplitude `amplitude(h)`.
    pub(super) fn new(amplitude: impl Fn(usize) -> f64) -> Tone {
        Tone {
            phase: 0.0,
            amplitudes: (1..=200).map(amplitude).collect(),
        }
    }

    /// The next sample, at `f0_hz`.
    pub(super) fn next(&mut self, f0_hz: f64) -> f64 {
        self.phase = (self.phase + f0_hz / RATE).fract();
        let harmonics = ((HIGHEST_HZ / f0_hz) as usize).clamp(1, self.amplitudes.len());
        // sin(h x) by the Chebyshev recurrence: one sine and one cosine a sample instead of a hundred.
        let (sine, cosine) = (TAU * self.phase).sin_cos();
        let (mut before, mut now) = (0.0, sine);
        let mut sum = 0.0;
        for amplitude in &self.amplitudes[..harmonics] {
            sum += amplitude * now;
            (before, now) = (now, 2.0 * cosine * now - before);
        }
        sum
    }
}

/// Two poles with a gain of 1 at 0 Hz: one formant of a chain.
#[derive(Clone, Copy, Default)]
pub(super) struct Formant {
    gain: f64,
    first: f64,
    second: f64,
    past: [f64; 2],
}

impl Formant {
    /// Moves it to `centre_hz`, `width_hz` wide.
    pub(super) fn set(&mut self, centre_hz: f64, width_hz: f64) {
        let radius = (-TAU * 0.5 * width_hz / RATE).exp();
        self.second = -radius * radius;
        self.first = 2.0 * radius * (TAU * centre_hz / RATE).cos();
        self.gain = 1.0 - self.first - self.second;
    }

    /// The next sample.
    pub(super) fn next(&mut self, input: f64) -> f64 {
        let output = self.gain * input + self.first * self.past[0] + self.second * self.past[1];
        self.past = [output, self.past[0]];
        output
    }
}

/// A band-pass with a gain of 1 at its centre: one mode of a body, or the colour of a hiss.
#[derive(Clone, Copy, Default)]
pub(super) struct Band {
    input_gain: f64,
    first: f64,
    second: f64,
    inputs: [f64; 2],
    outputs: [f64; 2],
}

impl Band {
    /// At `centre_hz`, `quality` being the centre over the width.
    pub(super) fn new(centre_hz: f64, quality: f64) -> Band {
        let mut band = Band::default();
        band.set(centre_hz, quality);
        band
    }

    /// Moves it.
    pub(super) fn set(&mut self, centre_hz: f64, quality: f64) {
        let (sine, cosine) = (TAU * centre_hz / RATE).sin_cos();
        let alpha = sine / (2.0 * quality);
        self.input_gain = alpha / (1.0 + alpha);
        self.first = 2.0 * cosine / (1.0 + alpha);
        self.second = -(1.0 - alpha) / (1.0 + alpha);
    }

    /// The next sample.
    pub(super) fn next(&mut self, input: f64) -> f64 {
        let output = self.input_gain * (input - self.inputs[1])
            + self.first * self.outputs[0]
            + self.second * self.outputs[1];
        self.inputs = [input, self.inputs[0]];
        self.outputs = [output, self.outputs[0]];
        output
    }
}

/// One pole: a low-pass of a sound, or a value that follows its goal.
#[derive(Clone, Copy, Default)]
pub(super) struct Follower {
    /// The last output.
    pub(super) value: f64,
}

impl Follower {
    /// The next sample of a low-pass at `cutoff_hz`.
    pub(super) fn low_pass(&mut self, input: f64, cutoff_hz: f64) -> f64 {
        self.value += (1.0 - (-TAU * cutoff_hz / RATE).exp()) * (input - self.value);
        self.value
    }

    /// `step_s` later, on the way to `goal` with the time constant `time_s`.
    pub(super) fn towards(&mut self, goal: f64, time_s: f64, step_s: f64) -> f64 {
        self.value += (1.0 - (-step_s / time_s).exp()) * (goal - self.value);
        self.value
    }
}
