//! What is to be played, frame by frame.

use super::HeardKey;
use crate::architecture::TRAINED_PITCH_HZ;
use crate::frame_pitch::FramePitch;

/// A frame of what is to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// Pitch played, Hz.
    pub played_hz: f32,
    /// 0 (unvoiced) to 1.
    pub voicing: f32,
    /// What of a consonant or a breath is heard that is to be noise, 0 to 1.
    pub unvoiced: f32,
    /// Natural log of the loudness that the target plays with.
    pub log_loudness: f32,
    /// The same as the networks are to believe it.
    pub believed_log_loudness: f32,
    /// Natural log of the root mean square that is heard, relative to the A-weighted amplitude: less for what is bright.
    pub log_rms_over_loudness: f32,
    /// How much louder the newest samples are, in nepers, 0 or more.
    pub attack: f32,
    /// Whether the tonal stream is the whitened input.
    pub follow: bool,
    /// Whether the gate lets the sound through.
    pub gate_open: bool,
    /// Octaves that were chosen for what is tracked, or were known beforehand; 0 in *follow*.
    pub octave: i32,
    /// The key that is heard, moved as the pitch is but for the octave; `None` while none is sure.
    pub key: Option<HeardKey>,
}

impl Voice {
    /// What the translator is told: the pitch within what it was trained on.
    pub fn for_translator(&self) -> FramePitch {
        let (low_hz, high_hz) = TRAINED_PITCH_HZ;
        FramePitch {
            f0_hz: self.played_hz.clamp(low_hz, high_hz),
            voicing: self.voicing,
            log_loudness: self.believed_log_loudness,
            attack: self.attack,
            follow: self.follow,
        }
    }
}

/// A frame of a key's note, before a target's player plays it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PlayedKey {
    /// Its pitch.
    pub hz: f32,
    /// Natural log of its loudness.
    pub log_loudness: f32,
    /// How much louder the newest samples of such a sound would be, nepers.
    pub attack: f32,
}
