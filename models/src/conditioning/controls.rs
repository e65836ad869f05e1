//! What a player can shape, as the chain takes it at every hop.

use super::key_by_ear::KeyByEar;
use super::octave::AutoOctave;
use super::voice_notes::{VOICES, VoiceNote};

/// Targets that can sound together.
pub const CORNERS: usize = 4;
/// Axes of the timbre space: two of the map, brightness, breath, body.
pub const TIMBRE_AXES: usize = 5;
/// The twelve notes of the octave, one bit each, C lowest.
pub const ALL_NOTES: u16 = 0x0fff;

/// Where the tonal stream comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Harmonics of the tracked pitch: one voice, clean.
    #[default]
    Track,
    /// The whitened input: any number of voices, no pitch-tracking lag.
    Follow,
    /// *Track* while one clear pitch is heard, *follow* otherwise.
    Auto,
    /// Harmonics of up to six pitches at once, each a voice of its own ([`Chords`](crate::Chords)).
    Chords,
}

/// What can change from hop to hop. All but the generator's share is taken at the next frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HopControls {
    /// Where the tonal stream comes from.
    pub mode: Mode,
    /// What the pitch is multiplied by: 2 to the octave shift, 1/16..=16.
    pub pitch_ratio: f32,
    /// How besides that the octave of the tracked pitch is found. *Follow* knows nothing of it, and neither do held
    /// notes.
    pub auto_octave: AutoOctave,
    /// Share of the generator in the output, 0 (prior only) to 1; reached linearly in
    /// this hop.
    pub generator_drive: f32,
    /// A note held on a keyboard, bend included, that is played instead of the tracked pitch:
    /// semitones, 69 for 440 Hz. [`pitch_ratio`](Self::pitch_ratio) does not act on it.
    pub note_semitones: Option<f32>,
    /// Weights of the targets, each 0 or more; only their ratios count.
    pub morph: [f32; CORNERS],
    /// How the tracked pitch becomes the played one.
    pub pitch: PitchControls,
    /// How the input's loudness becomes the target's.
    pub dynamics: DynamicsControls,
    /// Where the target is moved to in the space of all instruments.
    pub timbre: TimbreControls,
    /// What is changed in the target's spectrum.
    pub tone: ToneControls,
    /// Random movement of the content.
    pub variation: VariationControls,
    /// Holds what is heard at present: content, pitch and loudness.
    pub freeze: bool,
    /// What the target's own player plays.
    pub player: PlayerControls,
    /// What the voices of an ensemble play. A translation knows nothing of it.
    pub keys: [VoiceNote; VOICES],
}

/// What becomes of consonants and breaths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unvoiced {
    /// A note sounds on through them; where there is none, they are the target's noise.
    #[default]
    Held,
    /// They are the target's noise, as loud as they are.
    Noise,
    /// The same, 12 dB softer.
    Softened,
    /// They do not sound.
    Swallowed,
}

/// What the target's own player plays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PlayerControls {
    /// How much of level, pitch and colour is the player's: 0 (the source's level and pitch, the translator's colour) to 1;
    /// from one half on the colour is wholly recorded.
    pub performance: f32,
    /// What of that a note's beginning has, 0 to 2.
    pub attack: f32,
    /// What of that the small movements of pitch have, 0 to 2.
    pub vibrato: f32,
    /// What of that the colour has, 0 to 2.
    pub colour: f32,
    /// How much sooner notes speak than they were recorded: -1 (in three times the time) to 1 (in a third of it).
    pub sooner: f32,
    /// What becomes of consonants and breaths. Those of one voice only: in *follow* all sounds as it is.
    pub unvoiced: Unvoiced,
}

impl PlayerControls {
    /// So much of everything, 0 to 1.
    pub fn performing(performance: f32) -> Self {
        Self {
            performance,
            ..Self::default()
        }
    }

    /// How far the colour is to be recorded, 0 to 1.
    pub fn colour_share(&self) -> f32 {
        (2.0 * self.performance * self.colour).clamp(0.0, 1.0)
    }
}

/// How the tracked pitch becomes the played one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PitchControls {
    /// How far notes are pulled to the nearest of [`notes`](Self::notes), 0 to 1.
    pub snap: f32,
    /// The notes of the scale, a bit for each of the twelve, C lowest. None is the same as all.
    pub notes: u16,
    /// Whether they are found by ear instead.
    pub key: KeyByEar,
    /// How long the pull, and the way from one held note to the next, takes, 0..=1,000 ms.
    pub glide_ms: f32,
    /// What is left of the vibrato, 0 (none) to 2 (twice as much).
    pub vibrato: f32,
}

/// How the input's loudness becomes the target's.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DynamicsControls {
    /// How much louder the networks believe the playing to be than it is, -24..=24 dB: it changes the
    /// colour, and when the gate opens, not the level.
    pub sensitivity_db: f32,
    /// Slope of the output's level over the input's, 0 (always the same) to 2, in dB per dB.
    pub curve: f32,
    /// Loudness below which nothing sounds, dB; `None` lets everything through.
    pub floor_db: Option<f32>,
    /// What is softer than this is no playing: it is so much the softer the softer it is, 4 dB for each dB; `None`
    /// leaves it as loud as it is.
    pub pause_db: Option<f32>,
    /// How far the loudness has to fall below the floor for the gate to close, 0..=24 dB.
    pub hysteresis_db: f32,
    /// How slowly the loudness rises, 0..=1,000 ms from 10 to 90 %.
    pub attack_ms: f32,
    /// How slowly it falls, 0..=10,000 ms for 60 dB.
    pub release_ms: f32,
}

/// Where the target is moved to in the space of all instruments ([`TimbreSpace`](crate::timbre::TimbreSpace)): 0 of
/// everything leaves it where it is.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct TimbreControls {
    /// How far along each axis, -1..=1; 1 is twice the standard deviation of the shipped instruments, or of their notes.
    pub place: [f32; TIMBRE_AXES],
}

/// What is changed in the target's spectrum.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ToneControls {
    /// Tilt around 1 kHz, -6..=6 dB per octave.
    pub tilt_db_per_octave: f32,
    /// How far the envelope is moved up, -12..=12 semitones.
    pub formant_semitones: f32,
    /// Gain of the noise part, -24..=24 dB.
    pub breath_db: f32,
    /// What the treble has over the bass, -12..=12 dB; the middle stays.
    pub air_db: f32,
}

/// Random movement of the content.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VariationControls {
    /// How far, 0 to 1.
    pub amount: f32,
    /// How fast, 0.05..=10 Hz.
    pub rate_hz: f32,
    /// Which of the random movements.
    pub seed: u32,
}

impl Default for HopControls {
    fn default() -> Self {
        Self {
            mode: Mode::Track,
            pitch_ratio: 1.0,
            auto_octave: AutoOctave::Off,
            generator_drive: 1.0,
            note_semitones: None,
            morph: [1.0, 0.0, 0.0, 0.0],
            pitch: PitchControls::default(),
            dynamics: DynamicsControls::default(),
            timbre: TimbreControls::default(),
            tone: ToneControls::default(),
            variation: VariationControls::default(),
            freeze: false,
            player: PlayerControls::default(),
            keys: [VoiceNote::default(); VOICES],
        }
    }
}

impl Default for PlayerControls {
    fn default() -> Self {
        Self {
            performance: 0.0,
            attack: 1.0,
            vibrato: 1.0,
            colour: 1.0,
            sooner: 0.0,
            unvoiced: Unvoiced::Held,
        }
    }
}

impl Default for PitchControls {
    fn default() -> Self {
        Self {
            snap: 0.0,
            notes: ALL_NOTES,
            key: KeyByEar::Off,
            glide_ms: 20.0,
            vibrato: 1.0,
        }
    }
}

impl Default for DynamicsControls {
    fn default() -> Self {
        Self {
            sensitivity_db: 0.0,
            curve: 1.0,
            floor_db: None,
            pause_db: None,
            hysteresis_db: 6.0,
            attack_ms: 0.0,
            release_ms: 0.0,
        }
    }
}

impl Default for ToneControls {
    fn default() -> Self {
        Self {
            tilt_db_per_octave: 0.0,
            formant_semitones: 0.0,
            breath_db: 0.0,
            air_db: 0.0,
        }
    }
}

impl Default for VariationControls {
    fn default() -> Self {
        Self {
            amount: 0.0,
            rate_hz: 0.5,
            seed: 0,
        }
    }
}
