//! Consonants and breaths: what has no pitch and lies high.
//!
//! A stroke of a bow or a string has no pitch either, for its first moments, but it is not so bright; nothing else tells
//! them apart without waiting.

use super::controls::Unvoiced;
use crate::features::{FeatureFrame, log_to_db, mel_band_hz};

/// What lies above this is bright, Hz.
const BRIGHT_HZ: f32 = 3_000.0;
/// With less of its power there a frame is no consonant; with more it is one for certain.
const BRIGHT_SHARES: (f32, f32) = (0.3, 0.6);
/// What is softer than this is no consonant, dB.
const SOFTEST_DB: f32 = -70.0;
/// A consonant is forgotten by this every frame: 27 ms.
const FALL: f32 = 0.2;
/// What is left of a softened consonant's amplitude: -12 dB.
const SOFTENED: f32 = 0.25;
/// What is left of a swallowed one: -80 dB.
const SWALLOWED: f32 = 1e-4;

/// How much of a consonant is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Consonant {
    share: f32,
}

impl Consonant {
    /// One frame: 0 (a tone, a stroke, silence) to 1.
    pub(super) fn step(&mut self, frame: &FeatureFrame) -> f32 {
        let power = |log: &f32| (2.0 * log).exp();
        let all: f32 = frame.log_mel.iter().map(power).sum();
        let bands = frame.log_mel.iter().enumerate();
        let bright = bands.filter(|(band, _)| mel_band_hz(*band) > BRIGHT_HZ);
        let bright: f32 = bright.map(|(_, log)| power(log)).sum();
        let (none, certain) = BRIGHT_SHARES;
        let share = bright / all.max(f32::MIN_POSITIVE);
        let consonant = ((share - none) / (certain - none)).clamp(0.0, 1.0);
        let heard = if log_to_db(frame.log_loudness) < SOFTEST_DB {
            0.0
        } else {
            consonant * (1.0 - frame.pitch.voicing)
        };
        self.share = heard.max(self.share - FALL);
        self.share
    }
}

/// What a frame's loudness changes by, natural log, if it is a consonant by `share`.
pub(super) fn loudness_change(unvoiced: Unvoiced, share: f32) -> f32 {
    let left = match unvoiced {
        Unvoiced::Held | Unvoiced::Noise => return 0.0,
        Unvoiced::Softened => SOFTENED,
        Unvoiced::Swallowed => SWALLOWED,
    };
    (1.0 - share * (1.0 - left)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, FeaturesState};
    use crate::rates::HOP_SAMPLES;

    const RATE_HZ: f32 = 48_000.0;

    /// The most that is heard of a consonant in a sound, after its first 30 ms.
    fn heard(sound: impl Fn(usize) -> f32) -> f32 {
        let features = Features::new();
        let mut state = FeaturesState::new(&features);
        let mut consonant = Consonant::default();
        let (mut most, mut frames) = (0f32, 0);
        for hop in 0..200 {
            let input: [f32; HOP_SAMPLES] = std::array::from_fn(|n| sound(hop * HOP_SAMPLES + n));
            if let Some(frame) = features.step(&mut state, &input) {
                let share = consonant.step(frame);
                frames += 1;
                if frames > 6 {
                    most = most.max(share);
                }
            }
        }
        most
    }

    fn noise(n: usize) -> f32 {
        let mut x = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    #[test]
    fn a_hiss_is_one_and_tones_thumps_and_silence_are_none() {
        let hiss = heard(|n| 0.1 * (noise(n + 1) - noise(n)));
        assert!(hiss > 0.9, "{hiss}");
        let turns = |n: usize, hz: f32| std::f32::consts::TAU * hz * n as f32 / RATE_HZ;
        let tone = heard(|n| {
            (1..20)
                .map(|h| 0.05 * turns(n, 220.0 * h as f32).sin())
                .sum()
        });
        assert!(tone < 0.2, "{tone}");
        // Noise that lies low, as of a pluck.
        let thump = heard(|n| (0..64).map(|k| noise(n + k)).sum::<f32>() * 0.02);
        assert!(thump < 0.1, "{thump}");
        assert_eq!(heard(|_| 0.0), 0.0);
    }

    #[test]
    fn what_is_swallowed_is_gone_and_what_is_held_is_as_loud_as_it_was() {
        assert_eq!(loudness_change(Unvoiced::Held, 1.0), 0.0);
        assert_eq!(loudness_change(Unvoiced::Noise, 1.0), 0.0);
        assert!(loudness_change(Unvoiced::Swallowed, 1.0) < -9.0);
        assert!((loudness_change(Unvoiced::Softened, 1.0) + 1.386).abs() < 0.01);
        for unvoiced in [Unvoiced::Softened, Unvoiced::Swallowed] {
            assert_eq!(loudness_change(unvoiced, 0.0), 0.0);
        }
    }
}
