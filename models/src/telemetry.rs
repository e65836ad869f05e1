//! What a chain tells of itself: what it heard and plays at the latest frame, for meters and displays.
//!
//! Thread: made on the audio thread; a plain value.

use crate::conditioning::{HeardKey, Voice, VoiceNote};
use crate::features::{FeatureFrame, log_to_db};
use crate::performer::PerformerState;

/// What the chain hears, at the latest frame.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Telemetry {
    /// Pitch of the input; the last one while unvoiced.
    pub f0_hz: f32,
    /// 0 (unvoiced) to 1.
    pub voicing: f32,
    /// A-weighted loudness of the input, dB; 0 is a full-scale 1 kHz sine.
    pub loudness_db: f32,
    /// Pitch that is played; meaningful while voiced.
    pub played_hz: f32,
    /// Whether the gate lets the sound through.
    pub gate_open: bool,
    /// Whether the tonal stream is the whitened input rather than harmonics.
    pub follows: bool,
    /// Probability that a note begins here, 0 to 1; 0 if the base has no onset network.
    pub onset: f32,
    /// Octaves that were chosen for the tracked pitch, -3..=3; 0 where none are.
    pub octave: i32,
    /// The key that is heard, as it is played: moved by all but octaves. `None` while none is sure.
    pub key: Option<HeardKey>,
    /// Notes begun since the last reset, wrapping: another number is a new note.
    pub notes: u32,
    /// Middle of the note that is played, semitones, 69 for 440 Hz; 0 while there is none, or none with a pitch.
    pub note_semitones: f32,
}

impl Telemetry {
    /// That of a frame which the performer has played.
    pub(crate) fn of(
        frame: &FeatureFrame,
        voice: &Voice,
        onset: Option<f32>,
        performer: &PerformerState,
    ) -> Self {
        Self {
            f0_hz: frame.pitch.f0_hz,
            voicing: frame.pitch.voicing,
            loudness_db: log_to_db(frame.log_loudness),
            played_hz: voice.played_hz,
            gate_open: voice.gate_open,
            follows: voice.follow,
            onset: onset.unwrap_or_default(),
            octave: voice.octave,
            key: voice.key,
            notes: performer.notes(),
            note_semitones: performer.note_semitones(),
        }
    }

    /// That of a voice which plays a key of this note.
    pub(crate) fn of_key(voice: &Voice, key: &VoiceNote) -> Self {
        Self {
            f0_hz: voice.played_hz,
            voicing: voice.voicing,
            loudness_db: log_to_db(voice.log_loudness),
            played_hz: voice.played_hz,
            gate_open: true,
            notes: key.note,
            note_semitones: key.semitones,
            ..Self::default()
        }
    }

    /// That of a chain which has heard nothing but `frame`.
    pub(crate) fn of_silence(frame: &FeatureFrame) -> Self {
        Self {
            f0_hz: frame.pitch.f0_hz,
            voicing: frame.pitch.voicing,
            loudness_db: log_to_db(frame.log_loudness),
            played_hz: frame.pitch.f0_hz,
            gate_open: true,
            ..Self::default()
        }
    }
}
