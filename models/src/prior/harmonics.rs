//! Harmonics of a pitch, or the stretched partials of a stiff string, each as loud as the envelope is at its frequency.
//!
//! Thread: [`Harmonics`] is shared; a [`HarmonicsState`] belongs to one stream.

use pulp::Arch;

use super::frame_weight;
use super::sine_bank::{LANES, Lanes, sum_partials, sum_sines};
use crate::envelope::{Envelope, envelope_at};
use crate::rates::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Most harmonics of a pitch that sound.
pub const MAX_HARMONICS: usize = 256;
/// Harmonics fade out from here ..
const FADE_LOW_HZ: f32 = 19_000.0;
/// .. to here. What is left up to half the sampling rate is two semitones: a pitch that moves by more in one frame folds
/// its highest harmonics over while they fade.
const FADE_HIGH_HZ: f32 = 21_000.0;
/// A comb of pitch `f0` whose amplitudes are `sqrt(f0 / this)` is as dense in power as white noise
/// of unit variance, so one envelope means the same for harmonics, whitened input and noise.
const UNIT_DENSITY_HZ: f32 = 12_000.0;

/// What rings on is forgotten below this: -100 dBFS.
const INAUDIBLE: f32 = 1e-5;

/// Harmonics that can have an amplitude of their own: what odd and even, and low strings, live by.
pub const NUMBERED_HARMONICS: usize = 60;

/// By how much each of the first harmonics differs from the envelope, natural log.
pub type Details = [f32; NUMBERED_HARMONICS];

/// No difference.
pub const NO_DETAILS: Details = [0.0; NUMBERED_HARMONICS];

/// What a partial's frequency is a multiple of the first one's: `h sqrt((1 + B h^2) / (1 + B))` for the partial `h` of a
/// stiff string, with the stretch `B` (Fletcher, "Normal vibration frequencies of a stiff piano string", 1964). A piano's
/// is some 0.0002 to 0.003; 0 gives harmonics.
pub fn partial(number: usize, stretch: f32) -> f32 {
    let number = number as f32;
    if stretch == 0.0 {
        return number;
    }
    number * ((1.0 + stretch * number * number) / (1.0 + stretch)).sqrt()
}

/// What the harmonics are to be at a frame.
#[derive(Clone, Copy, Debug)]
pub struct HarmonicFrame<'a> {
    /// Natural-log amplitudes over frequency, relative to the loudness.
    pub envelope: &'a Envelope,
    /// What is added to it for the first harmonics.
    pub details: &'a Details,
    /// Harmonics of both signs, so that they do not all peak at once: no instrument is a train of pulses.
    pub spread: bool,
    /// How far they are stretched, 0 or more; see [`partial`].
    pub stretch: f32,
    /// Fundamental in Hz, above 0.
    pub f0_hz: f32,
    /// 0 to 1; scales the amplitudes, and at 0 the pitch of the frame counts for nothing.
    pub voicing: f32,
    /// Natural log of the loudness.
    pub log_loudness: f32,
}

/// The additive bank.
#[derive(Clone, Copy, Debug)]
pub struct Harmonics {
    arch: Arch,
}

/// Phase, and the two frames around the present sample.
#[derive(Clone, Debug)]
pub struct HarmonicsState {
    /// Phase of the fundamental in turns, 0 to 1. Double precision: its error grows with the
    /// harmonic's number.
    phase_turns: f64,
    /// The partials have parted: one has been stretched since there was silence.
    apart: bool,
    /// Then: phase of each, turns.
    partial_turns: [f64; MAX_HARMONICS],
    from: Side,
    to: Side,
    /// How far into the block the next sample lies, `0..=FRAME_SAMPLES`.
    position: usize,
}

/// One end of a block.
#[derive(Clone, Debug)]
struct Side {
    hz: f64,
    stretch: f32,
    /// What each partial is a multiple of.
    ratios: [f32; MAX_HARMONICS],
    voiced: bool,
    amplitudes: [f32; MAX_HARMONICS],
    /// Harmonics above this are silent.
    audible: usize,
}

impl Default for Harmonics {
    fn default() -> Self {
        Self::new()
    }
}

impl Harmonics {
    /// The bank.
    pub fn new() -> Self {
        Self { arch: Arch::new() }
    }

    /// Starts a block in which amplitudes and pitch go linearly from the frame before to `frame`.
    ///
    /// The pitch starts where that frame was only if it was voiced, and is constant otherwise.
    pub fn begin_frame(&self, state: &mut HarmonicsState, frame: &HarmonicFrame) {
        core::mem::swap(&mut state.from, &mut state.to);
        state.to.set(frame);
        if !state.from.voiced {
            state.from.hz = state.to.hz;
        }
        state.part();
        state.position = 0;
    }

    /// Starts a block in which all that sounds goes on at its pitch and goes down by `fall`, natural log; what has become too
    /// soft to be heard is silent at its end.
    pub fn ring_on(&self, state: &mut HarmonicsState, fall: f32) {
        core::mem::swap(&mut state.from, &mut state.to);
        state.to.clone_from(&state.from);
        state.to.scale((-fall).exp());
        state.position = 0;
    }

    /// Writes the next samples. Past the end of a block that no [`Harmonics::begin_frame`]
    /// followed, the sound goes on unchanged.
    pub fn step(&self, state: &mut HarmonicsState, output: &mut [f32]) {
        let audible = state.from.audible.max(state.to.audible);
        for output in output.chunks_mut(LANES) {
            let lanes = state.advance(output.len());
            let (from, to) = (
                &state.from.amplitudes[..audible],
                &state.to.amplitudes[..audible],
            );
            if !state.apart {
                self.arch.dispatch(
                    #[inline(always)]
                    || sum_sines(&lanes, from, to, output),
                );
                continue;
            }
            let (turns, ratios) = (&mut state.partial_turns, &state.to.ratios);
            self.arch.dispatch(
                #[inline(always)]
                || sum_partials(&lanes, ratios, turns, from, to, output),
            );
        }
    }
}

impl HarmonicsState {
    /// Silence, phase zero.
    pub fn new() -> Self {
        Self {
            phase_turns: 0.0,
            apart: false,
            partial_turns: [0.0; MAX_HARMONICS],
            from: Side::silent(),
            to: Side::silent(),
            position: 0,
        }
    }

    /// Back to silence and phase zero.
    pub fn reset(&mut self) {
        self.phase_turns = 0.0;
        self.apart = false;
        self.position = 0;
        for side in [&mut self.from, &mut self.to] {
            side.hz = 0.0;
            side.stretch = 0.0;
            side.voiced = false;
            side.audible = 0;
            side.amplitudes.fill(0.0);
        }
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.clone_from(other);
    }

    /// Nothing sounds, at either end of the block.
    pub fn is_silent(&self) -> bool {
        self.from.audible == 0 && self.to.audible == 0
    }

    /// All that sounds at the block's end becomes so many times as loud there.
    pub fn scale(&mut self, gain: f32) {
        self.to.scale(gain);
    }

    /// Partials part once they are stretched; what comes out of silence begins together again.
    fn part(&mut self) {
        if !self.from.voiced {
            self.apart = false;
        }
        if self.to.stretch > 0.0 && !self.apart {
            self.apart = true;
            for (index, turns) in self.partial_turns.iter_mut().enumerate() {
                let whole = (index + 1) as f64 * self.phase_turns;
                *turns = whole - whole.floor();
            }
        }
    }

    /// Phases and weights of the next `count` samples (at most [`LANES`]); the phase moves before
    /// each sample.
    fn advance(&mut self, count: usize) -> Lanes {
        let mut lanes = Lanes::default();
        let slope = self.to.hz - self.from.hz;
        let mut travelled = 0.0;
        for lane in 0..count {
            let weight = frame_weight(self.position);
            let hz = self.from.hz + slope * f64::from(weight);
            let step = hz / f64::from(SAMPLE_RATE_HZ);
            travelled += step;
            let turns = self.phase_turns + step;
            self.phase_turns = turns - turns.floor();
            lanes.turns[lane] = self.phase_turns;
            lanes.travelled[lane] = travelled;
            lanes.weight[lane] = weight;
            self.position = (self.position + 1).min(FRAME_SAMPLES);
        }
        lanes
    }
}

impl Default for HarmonicsState {
    fn default() -> Self {
        Self::new()
    }
}

impl Side {
    fn silent() -> Self {
        Self {
            hz: 0.0,
            stretch: 0.0,
            ratios: [0.0; MAX_HARMONICS],
            voiced: false,
            amplitudes: [0.0; MAX_HARMONICS],
            audible: 0,
        }
    }

    fn scale(&mut self, gain: f32) {
        let mut loudest = 0.0_f32;
        for amplitude in &mut self.amplitudes[..self.audible] {
            *amplitude *= gain;
            loudest = loudest.max(amplitude.abs());
        }
        if loudest < INAUDIBLE {
            self.voiced = false;
            self.amplitudes[..self.audible].fill(0.0);
            self.audible = 0;
        }
    }

    fn set(&mut self, frame: &HarmonicFrame) {
        let f0_hz = frame.f0_hz.max(1.0);
        self.hz = f64::from(f0_hz);
        self.voiced = frame.voicing > 0.0;
        self.stretch = frame.stretch;
        for (index, ratio) in self.ratios.iter_mut().enumerate() {
            *ratio = partial(index + 1, frame.stretch);
        }
        self.amplitudes.fill(0.0);
        self.audible = 0;
        if !self.voiced {
            return;
        }
        let level = frame.voicing * (f0_hz / UNIT_DENSITY_HZ).sqrt();
        for (index, amplitude) in self.amplitudes.iter_mut().enumerate() {
            let hz = f0_hz * self.ratios[index];
            if hz >= FADE_HIGH_HZ {
                break;
            }
            let fade = ((FADE_HIGH_HZ - hz) / (FADE_HIGH_HZ - FADE_LOW_HZ)).min(1.0);
            let detail = frame.details.get(index).copied().unwrap_or_default();
            let log_amplitude = envelope_at(frame.envelope, hz) + detail + frame.log_loudness;
            *amplitude = log_amplitude.exp() * level * fade;
            if frame.spread && rudin_shapiro(index) {
                *amplitude = -*amplitude;
            }
            self.audible = index + 1;
        }
    }
}

/// Whether a sign of Rudin and Shapiro's sequence is negative: signs that keep the peak of a sum of harmonics within a
/// small factor of its effective value (Rudin, "Some theorems on Fourier coefficients", 1959).
fn rudin_shapiro(index: usize) -> bool {
    (index & (index >> 1)).count_ones() % 2 == 1
}
