//! What a player can shape between what is heard and what is played: pitch, dynamics, tone, and the
//! content itself. One step a frame, between encoder and translator, and one on the target's envelopes.
//!
//! With every control at its default nothing is changed, to the bit, but the level of low notes (`low_note`).
//!
//! Thread: a [`ConditioningState`] belongs to one stream; its steps are for the audio thread.

mod auto_mode;
mod controls;
mod dynamics;
mod heard_pitches;
mod key_by_ear;
mod keys;
mod low_note;
mod morph;
mod octave;
mod pitch;
mod register;
mod scale_note;
mod smoothing;
mod survey;
mod tone;
mod unvoiced;
mod variation;
mod vibrato;
mod voice;
mod voice_notes;

pub use controls::{
    ALL_NOTES, CORNERS, DynamicsControls, HopControls, Mode, PitchControls, PlayerControls,
    TIMBRE_AXES, TimbreControls, ToneControls, Unvoiced, VariationControls,
};
pub use key_by_ear::KeyByEar;
pub use keys::{HeardKey, Key};
pub use morph::MorphGlide;
pub use octave::AutoOctave;
pub use register::HomeRegister;
pub use survey::OctaveSurvey;
pub use tone::Tone;
pub use voice::{PlayedKey, Voice};
pub use voice_notes::{VOICES, VoiceNote};

use crate::architecture::TRAINED_PITCH_HZ;
use crate::envelope::Envelope;
use crate::features::{FeatureFrame, log_to_db};

use auto_mode::AutoMode;
use dynamics::Dynamics;
use key_by_ear::KeyEar;
use low_note::LowNote;
use morph::Morph;
use octave::{OctaveChoice, Wanted};
use pitch::{PlayedPitch, transposition};
use smoothing::Approach;
use tone::ToneState;
use unvoiced::{Consonant, loudness_change};
use variation::Wander;

/// Of the spectrum's window.
const WINDOW_NOISE_BANDWIDTH_BINS: f32 = 1.5;
/// A moment is worth holding when it has been so loud, and no onset, for so many frames (27 ms).
const FREEZE_LOUDNESS_DB: f32 = -50.0;
const FREEZE_ATTACK: f32 = 0.3;
const FREEZE_FRAMES: u32 = 5;

/// What is heard at one frame, as far as it can be held.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Heard {
    f0_hz: f32,
    voicing: f32,
    log_loudness: f32,
    attack: f32,
}

/// One stream's conditioning.
#[derive(Clone, Debug)]
pub struct ConditioningState {
    /// The last moment that could be held, with its content.
    kept: Heard,
    kept_z: Vec<f32>,
    frozen: bool,
    /// Frames for which the sound has been worth holding.
    worthy_frames: u32,
    low_note: LowNote,
    dynamics: Dynamics,
    pitch: PlayedPitch,
    octave: OctaveChoice,
    key: KeyEar,
    auto: AutoMode,
    consonant: Consonant,
    wander: Wander,
    morph: Morph,
    timbre: Approach<TIMBRE_AXES>,
    tone: ToneState,
}

impl ConditioningState {
    /// The state before the first frame, for a content of so many channels. Allocates.
    pub fn new(latent_channels: usize) -> Self {
        Self {
            kept: Heard {
                f0_hz: TRAINED_PITCH_HZ.0,
                voicing: 0.0,
                log_loudness: dynamics::SILENT_LOG,
                attack: 0.0,
            },
            kept_z: vec![0.0; latent_channels],
            frozen: false,
            worthy_frames: 0,
            low_note: LowNote::default(),
            dynamics: Dynamics::default(),
            pitch: PlayedPitch::default(),
            octave: OctaveChoice::default(),
            key: KeyEar::default(),
            auto: AutoMode::default(),
            consonant: Consonant::default(),
            wander: Wander::default(),
            morph: Morph::default(),
            timbre: Approach::default(),
            tone: ToneState::default(),
        }
    }

    /// Back to the state before the first frame.
    pub fn reset(&mut self) {
        let kept_z = std::mem::take(&mut self.kept_z);
        *self = Self {
            kept_z,
            ..Self::new(0)
        };
        self.kept_z.fill(0.0);
    }

    /// The same, but what was heard goes on deciding about the octave and the key, and the content wanders on from where it is. For a
    /// silence that is not listened to.
    pub fn rest(&mut self) {
        let mut octave = self.octave;
        octave.rest();
        let key = self.key;
        let wander = self.wander;
        self.reset();
        self.octave = octave;
        self.key = key;
        self.wander = wander;
    }

    /// The targets were exchanged: if the new ones are at home elsewhere, their octave is chosen at the next frame rather
    /// than at the next rest.
    pub fn change_targets(&mut self) {
        self.octave.change_targets();
    }

    /// Octave and key go on from what another side of the same playing has chosen and heard.
    pub fn take_octave_of(&mut self, other: &Self) {
        self.octave.go_on_from(&other.octave);
        self.key = other.key;
    }

    /// The octave that was chosen from what was heard, -3..=3, asked for or not.
    pub fn octave(&self) -> i32 {
        self.octave.octave()
    }

    /// The key that is heard, before transposition, asked for or not.
    pub fn key(&self) -> Option<Key> {
        self.key.believed().map(|heard| heard.key)
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        let mut kept_z = std::mem::take(&mut self.kept_z);
        kept_z.copy_from_slice(&other.kept_z);
        *self = Self {
            kept: other.kept,
            kept_z,
            frozen: other.frozen,
            worthy_frames: other.worthy_frames,
            low_note: other.low_note,
            dynamics: other.dynamics,
            pitch: other.pitch.clone(),
            octave: other.octave,
            key: other.key,
            auto: other.auto,
            consonant: other.consonant,
            wander: other.wander,
            morph: other.morph,
            timbre: other.timbre,
            tone: other.tone,
        };
    }

    /// One frame: what is heard and its content `z`, which is changed in place, become what is to be
    /// played. `homes` are the registers of the targets that there are.
    pub fn step(
        &mut self,
        controls: &HopControls,
        homes: &[Option<HomeRegister>; CORNERS],
        frame: &FeatureFrame,
        z: &mut [f32],
    ) -> Voice {
        let (log_loudness, attack) = self.low_note.step(frame);
        let now = Heard {
            f0_hz: frame.pitch.f0_hz,
            voicing: frame.pitch.voicing,
            log_loudness,
            attack,
        };
        self.freeze(controls.freeze, &now, z);
        let heard_log_loudness = if self.frozen {
            self.kept.log_loudness
        } else {
            now.log_loudness
        };
        let level = self.dynamics.step(&controls.dynamics, heard_log_loudness);
        // While a note rings on longer than it is played, its content is what it was.
        let held = self.frozen || (level.rings && controls.mode != Mode::Follow);
        let heard = if held {
            z.copy_from_slice(&self.kept_z);
            Heard {
                attack: 0.0,
                ..self.kept
            }
        } else {
            self.kept = now;
            self.kept_z.copy_from_slice(z);
            now
        };
        self.wander.step(&controls.variation, z);
        let polyphonic = match controls.mode {
            // Of chords nothing of this is heard.
            Mode::Track | Mode::Chords => false,
            Mode::Follow => true,
            Mode::Auto => self.auto.step(frame),
        };
        let follow = polyphonic && !held && controls.note_semitones.is_none();
        let wanted = Wanted {
            octave: controls.auto_octave,
            home: weightiest(&controls.morph, homes),
            semitones: 12.0 * controls.pitch_ratio.log2(),
            follows: polyphonic,
            held,
        };
        let chosen = self.octave.step(&wanted, frame);
        // The input itself has no octave but its own.
        let octave = if follow { 0 } else { chosen };
        self.key.step(frame);
        let consonant = self.consonant.step(frame);
        let consonant = if held || follow { 0.0 } else { consonant };
        let kind = controls.player.unvoiced;
        let played = self
            .pitch
            .step(controls, octave, self.key(), heard.f0_hz, heard.voicing);
        Voice {
            played_hz: played.hz,
            voicing: played.voicing,
            unvoiced: if kind == Unvoiced::Held {
                0.0
            } else {
                consonant
            },
            log_loudness: level.log_loudness + loudness_change(kind, consonant),
            believed_log_loudness: level.believed_log_loudness,
            log_rms_over_loudness: log_rms(frame) - frame.log_loudness,
            attack: heard.attack,
            follow,
            gate_open: level.gate_open,
            octave: if controls.mode == Mode::Follow {
                0
            } else {
                chosen
            },
            key: self.key.believed().map(|heard| HeardKey {
                key: heard.key.transposed(transposition(controls)),
                ..heard
            }),
        }
    }

    /// One frame of what is played from a key, at this level; the content `z` is changed in place. Nothing is heard that could
    /// be frozen, snapped or gated.
    pub fn play(&mut self, controls: &HopControls, key: &PlayedKey, z: &mut [f32]) -> Voice {
        self.wander.step(&controls.variation, z);
        let sensitivity = controls.dynamics.sensitivity_db / log_to_db(1.0);
        Voice {
            played_hz: key.hz,
            voicing: 1.0,
            unvoiced: 0.0,
            log_loudness: key.log_loudness,
            believed_log_loudness: key.log_loudness + sensitivity,
            log_rms_over_loudness: 0.0,
            attack: key.attack,
            follow: false,
            gate_open: true,
            octave: 0,
            key: None,
        }
    }

    /// What each target weighs in this frame; `present` are those that there are. Their sum is 1, or 0 without any.
    pub fn morph(&mut self, controls: &HopControls, present: [bool; CORNERS]) -> [f32; CORNERS] {
        self.morph.step(&controls.morph, present)
    }

    /// Where the sound is in the timbre space in this frame. Once a frame.
    pub fn timbre(&mut self, controls: &HopControls) -> [f32; TIMBRE_AXES] {
        self.timbre.step(controls.timbre.place)
    }

    /// Shapes the envelopes of a frame in place. After [`step`](Self::step), once a frame.
    pub fn shape(
        &mut self,
        tone: &Tone,
        controls: &HopControls,
        harmonic: &mut Envelope,
        noise: &mut Envelope,
    ) {
        self.tone.step(tone, &controls.tone, harmonic, noise);
    }

    /// A moment is taken when one is there that is worth it, and held for as long as the player wants.
    fn freeze(&mut self, wanted: bool, now: &Heard, z: &[f32]) {
        let worth = log_to_db(now.log_loudness) > FREEZE_LOUDNESS_DB && now.attack < FREEZE_ATTACK;
        self.worthy_frames = if worth {
            self.worthy_frames.saturating_add(1)
        } else {
            0
        };
        let begins = wanted && !self.frozen && self.worthy_frames >= FREEZE_FRAMES;
        if begins {
            self.kept = *now;
            self.kept_z.copy_from_slice(z);
        }
        self.frozen = wanted && (self.frozen || begins);
    }
}

/// Natural log of a frame's root mean square, from its mel bands: within 2 dB.
fn log_rms(frame: &FeatureFrame) -> f32 {
    let sum: f32 = frame.log_mel.iter().map(|log| (2.0 * log).exp()).sum();
    // A sine of amplitude 1 has this sum under the window, and half the power.
    0.5 * (0.5 * sum / WINDOW_NOISE_BANDWIDTH_BINS).ln()
}

/// The register of the target that weighs most, the first of equals.
fn weightiest(
    weights: &[f32; CORNERS],
    homes: &[Option<HomeRegister>; CORNERS],
) -> Option<HomeRegister> {
    let mut heaviest: Option<(f32, HomeRegister)> = None;
    for (weight, home) in weights.iter().zip(homes) {
        if let Some(home) = home
            && heaviest.is_none_or(|(heavier, _)| *weight > heavier)
        {
            heaviest = Some((*weight, *home));
        }
    }
    heaviest.map(|(_, home)| home)
}
