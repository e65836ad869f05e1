//! Sounds without end, made while they are needed: what people play, and what they should not.

use std::f32::consts::TAU;

use crate::signal::Random;

const VOICES: usize = 4;

/// What a scene sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// One note after the other.
    Melody,
    /// Up to four notes at once.
    Chords,
    /// Noise whose level wanders.
    Noise,
    /// Exactly nothing.
    Silence,
    /// Bits without meaning, full scale squares, steps, sounds at the edge of hearing.
    Nonsense,
}

impl Scene {
    /// Any of them, the musical ones more often.
    pub(super) fn pick(random: &mut Random) -> Self {
        match random.within(0, 19) {
            0..8 => Self::Melody,
            8..12 => Self::Chords,
            12..14 => Self::Noise,
            14..19 => Self::Silence,
            _ => Self::Nonsense,
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Voice {
    phase: f32,
    step: f32,
    level: f32,
    decay: f32,
    shape: usize,
    pan: f32,
}

/// The player of one instance.
pub(super) struct Music {
    random: Random,
    rate_hz: f32,
    voices: [Voice; VOICES],
    until_next: usize,
}

impl Music {
    pub(super) fn new(seed: u64, rate_hz: f64) -> Self {
        Self {
            random: Random::new(seed),
            rate_hz: rate_hz as f32,
            voices: [Voice::default(); VOICES],
            until_next: 0,
        }
    }

    /// The next samples of both channels.
    pub(super) fn fill(&mut self, scene: Scene, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            [*left, *right] = match scene {
                Scene::Silence => [0.0; 2],
                Scene::Nonsense => self.nonsense(),
                Scene::Melody => self.notes(1),
                Scene::Chords => self.notes(VOICES),
                Scene::Noise => {
                    let level = self.notes(1)[0].abs();
                    [level * self.random.sample(), level * self.random.sample()]
                }
            };
        }
    }

    fn notes(&mut self, voices: usize) -> [f32; 2] {
        if self.until_next == 0 {
            self.begin(voices);
        }
        self.until_next -= 1;
        let mut out = [0.0; 2];
        for voice in &mut self.voices[..voices] {
            voice.phase = (voice.phase + voice.step).fract();
            voice.level *= voice.decay;
            let sound = match voice.shape {
                0 => (TAU * voice.phase).sin(),
                1 => 2.0 * voice.phase - 1.0,
                2 => (4.0 * (voice.phase - 0.5).abs() - 1.0).powi(3),
                _ => (TAU * voice.phase).sin() + 0.4 * self.random.sample(),
            };
            out[0] += voice.level * sound * (1.0 - voice.pan);
            out[1] += voice.level * sound * voice.pan;
        }
        // Far below hearing, but above what is denormal.
        out.map(|x| if x.abs() < 1e-20 { 0.0 } else { x })
    }

    /// A new note, and the time until the next one.
    fn begin(&mut self, voices: usize) {
        let random = &mut self.random;
        let unit = |random: &mut Random| 0.5 + 0.5 * random.sample();
        let pitch_hz = 40.0 * (60.0f32).powf(unit(random));
        let level = 10.0f32.powf(-2.5 * unit(random));
        let decay_s = 0.05 * (60.0f32).powf(unit(random));
        self.voices[random.within(0, voices - 1)] = Voice {
            phase: 0.0,
            step: (pitch_hz / self.rate_hz).min(0.5),
            level,
            decay: (-1.0 / (decay_s * self.rate_hz)).exp(),
            shape: random.within(0, 3),
            pan: unit(random),
        };
        let wait_s = 0.05 + 0.6 * unit(random).powi(2);
        self.until_next = (wait_s * self.rate_hz) as usize + 1;
    }

    fn nonsense(&mut self) -> [f32; 2] {
        let bits = self.random.bits();
        match bits % 64 {
            0 => [
                f32::from_bits((bits >> 8) as u32),
                f32::from_bits((bits >> 32) as u32),
            ],
            1 => [f32::NAN, f32::INFINITY],
            2 => [1e-40, -1e-42],
            3..32 => [1.0, -1.0],
            32..48 => [-1.0, 1.0],
            _ => [2e-5 * self.random.sample(), 0.5],
        }
    }
}
