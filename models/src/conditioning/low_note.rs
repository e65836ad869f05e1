//! The level of a low note without its own periods.
//!
//! A note below 94 Hz has a period as long as half of the window that its level is taken over, or longer: its pulses
//! are heard one by one, and played so they are a tremolo an octave below what the target plays. So while such a note
//! sounds its level is the mean over its last period, and what each period brings again is no attack. A new stroke,
//! which is louder than the period before, passes at once.
//!
//! Thread: a [`LowNote`] belongs to one stream.

use crate::features::FeatureFrame;
use crate::rates::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Below this a note is low, Hz: its period is longer than two frames.
const LOW_HZ: f32 = SAMPLE_RATE_HZ as f32 / (2 * FRAME_SAMPLES) as f32;
/// Voicing from which the pitch is known.
const VOICED: f32 = 0.5;
/// Frames of the longest period, and one more.
const PAST: usize = 8;
/// What is so much above the period before is a stroke, nepers: 3 dB.
const STROKE: f32 = 0.35;
/// Natural log amplitude of silence.
const SILENT_LOG: f32 = super::dynamics::SILENT_LOG;

/// Levels and attacks of the last frames, the newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LowNote {
    log_levels: [f32; PAST],
    attacks: [f32; PAST],
}

impl Default for LowNote {
    fn default() -> Self {
        Self {
            log_levels: [SILENT_LOG; PAST],
            attacks: [0.0; PAST],
        }
    }
}

impl LowNote {
    /// One frame; its loudness (natural log) and attack (nepers). Those of the frame itself, unless a low note sounds.
    pub(super) fn step(&mut self, frame: &FeatureFrame) -> (f32, f32) {
        let attack_before = self.attacks.iter().copied().fold(0.0, f32::max);
        let loudest_before = self.log_levels.iter().copied().fold(SILENT_LOG, f32::max);
        self.log_levels.rotate_right(1);
        self.log_levels[0] = frame.log_level;
        self.attacks.rotate_right(1);
        self.attacks[0] = frame.attack;
        let pitch = &frame.pitch;
        if pitch.voicing < VOICED || pitch.f0_hz >= LOW_HZ {
            return (frame.log_loudness, frame.attack);
        }
        let attack = (frame.attack - attack_before).max(0.0);
        let loudness = if frame.log_level > loudest_before + STROKE {
            frame.log_level
        } else {
            self.mean(SAMPLE_RATE_HZ as f32 / (FRAME_SAMPLES as f32 * pitch.f0_hz))
        };
        (loudness, attack)
    }

    /// Natural log amplitude of the mean power over so many frames.
    fn mean(&self, frames: f32) -> f32 {
        let (mut power, mut weights) = (0.0, 0.0);
        for (age, log_level) in self.log_levels.iter().enumerate() {
            let weight = (frames - age as f32).clamp(0.0, 1.0);
            power += weight * (2.0 * log_level).exp();
            weights += weight;
        }
        0.5 * (power / weights).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, FeaturesState};

    fn frame(f0_hz: f32, log_level: f32) -> FeatureFrame {
        let mut frame = *FeaturesState::new(&Features::new()).frame();
        frame.pitch.f0_hz = f0_hz;
        frame.pitch.voicing = 1.0;
        frame.log_level = log_level;
        frame.log_loudness = log_level;
        frame
    }

    /// The loudness of a note whose level goes up and down by 4.3 dB with its period, from the second period on.
    fn loudness(f0_hz: f32) -> (f32, f32) {
        let mut low = LowNote::default();
        let mut range = (f32::MAX, f32::MIN);
        for index in 0..200 {
            let turns = index as f32 * f0_hz * FRAME_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
            let level = -3.0 + 0.5 * (std::f32::consts::TAU * turns).cos();
            let (loudness, _) = low.step(&frame(f0_hz, level));
            if index > 16 {
                range = (range.0.min(loudness), range.1.max(loudness));
            }
        }
        range
    }

    #[test]
    fn a_low_note_s_periods_are_no_tremolo() {
        // Of 1 neper: all but a few frames' share.
        for f0_hz in [30.9, 41.2, 46.2, 49.0, 55.0, 65.4, 82.4] {
            let (low, high) = loudness(f0_hz);
            assert!(high - low < 0.3, "{f0_hz} Hz: {low} to {high}");
        }
        let (low, high) = loudness(110.0);
        assert!(high - low > 0.9, "a higher note is left as it is");
    }

    #[test]
    fn a_stroke_passes_at_once_and_what_every_period_brings_is_none() {
        let mut low = LowNote::default();
        for _ in 0..50 {
            low.step(&frame(41.2, -5.0));
        }
        assert_eq!(low.step(&frame(41.2, -3.0)).0, -3.0);
        let mut low = LowNote::default();
        let attacks: Vec<f32> = (0..40)
            .map(|index| {
                let mut frame = frame(41.2, -3.0);
                frame.attack = if index % 5 == 0 { 0.8 } else { 0.0 };
                low.step(&frame).1
            })
            .collect();
        assert_eq!(attacks[0], 0.8);
        assert!(attacks[1..].iter().all(|attack| *attack == 0.0));
    }
}
