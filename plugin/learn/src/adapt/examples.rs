//! Phrases out of sound.

use std::f64::consts::TAU;

use mynah_models::frames::translator_inputs;
use mynah_models::{Base, FRAME_SAMPLES, HopControls, Mode, SAMPLE_RATE_HZ};
use rayon::prelude::*;

use super::adaptation::OUTPUTS;
use super::chance::Chance;
use super::error::AdaptError;
use super::phrases::Phrase;
use super::trunk::Trunk;

/// Bells of the equaliser: octaves from one to the next, from this frequency on.
const BELLS: usize = 7;
const LOWEST_BELL_HZ: f64 = 90.0;
const OCTAVES_PER_BELL: f64 = 1.1;
/// About an octave wide to either side: they add to a smooth curve.
const BELL_Q: f64 = 0.7;
/// Deviation of a bell's gain.
const BELL_DB: f64 = 3.5;
/// Mean and deviation of the level, as the shipped translators were trained.
const LEVEL_DB: (f64, f64) = (-3.0, 7.0);
const LEVEL_RANGE_DB: (f64, f64) = (-36.0, 4.0);

/// A sound of a phrase: the phrase itself, or anything that is to become the same.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Mono at 48 kHz, beginning where the phrase does.
    pub audio: &'a [f32],
    /// How the chain listens to it: [`Mode::Track`] for one voice, [`Mode::Follow`] for any number.
    pub mode: Mode,
}

/// Listens to all versions as the live chain does. Frame `k` of `wanted` and `weights`, counted from 0, is that which the chain
/// has at sample `256 (k + 1)`; a version that ends before is followed by silence, what goes on is left out.
///
/// # Errors
/// As [`Phrase::new`].
pub fn phrase(
    base: &Base,
    trunk: &Trunk,
    versions: &[Version<'_>],
    wanted: &[[f32; OUTPUTS]],
    weights: &[f32],
) -> Result<Phrase, AdaptError> {
    let samples = wanted.len() * FRAME_SAMPLES;
    let heard = versions.par_iter().map(|version| {
        let controls = HopControls {
            mode: version.mode,
            ..HopControls::default()
        };
        let mut audio = version.audio.to_vec();
        audio.resize(samples, 0.0);
        translator_inputs(base, &audio, &controls)
    });
    Phrase::new(trunk, heard.collect(), wanted, weights)
}

/// The sound as another microphone and interface have it: smoothly equalised and at another level, both by chance.
/// What is learnt from such versions besides the sound itself does not depend on one recording's colour.
pub fn before_microphone(audio: &[f32], seed: u64) -> Vec<f32> {
    let mut chance = Chance(seed);
    let level_db = LEVEL_DB.0 + LEVEL_DB.1 * chance.normal();
    let gain = 10.0_f64.powf(level_db.clamp(LEVEL_RANGE_DB.0, LEVEL_RANGE_DB.1) / 20.0);
    let mut bells: [Bell; BELLS] = std::array::from_fn(|bell| {
        let octaves = OCTAVES_PER_BELL * (bell as f64 + chance.unit() - 0.5);
        Bell::new(LOWEST_BELL_HZ * octaves.exp2(), BELL_DB * chance.normal())
    });
    audio
        .iter()
        .map(|x| {
            let x = gain * f64::from(*x);
            bells.iter_mut().fold(x, |x, bell| bell.step(x)) as f32
        })
        .collect()
}

/// A peaking filter (Bristow-Johnson's cookbook), transposed direct form II.
struct Bell {
    forward: [f64; 3],
    back: [f64; 2],
    state: [f64; 2],
}

impl Bell {
    fn new(hz: f64, gain_db: f64) -> Self {
        let turn = TAU * hz / f64::from(SAMPLE_RATE_HZ);
        let alpha = turn.sin() / (2.0 * BELL_Q);
        let root = 10.0_f64.powf(gain_db / 40.0);
        let a0 = 1.0 + alpha / root;
        let both = -2.0 * turn.cos() / a0;
        Self {
            forward: [(1.0 + alpha * root) / a0, both, (1.0 - alpha * root) / a0],
            back: [both, (1.0 - alpha / root) / a0],
            state: [0.0; 2],
        }
    }

    fn step(&mut self, x: f64) -> f64 {
        let y = self.forward[0] * x + self.state[0];
        self.state[0] = self.forward[1] * x - self.back[0] * y + self.state[1];
        self.state[1] = self.forward[2] * x - self.back[1] * y;
        y
    }
}
