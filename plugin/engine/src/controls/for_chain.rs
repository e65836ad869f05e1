//! The controls as the chain takes them.

use mynah_models::{
    AutoOctave, DynamicsControls, HopControls, KeyByEar, PitchControls, PlayerControls,
    TimbreControls, ToneControls, VariationControls,
};

use super::scale::Scale;
use super::{Control, Controls, Quality};

/// What is softer than this (A-weighted) is no playing: a hum of -50 dBFS at 60 Hz is at -77 dB. A pause stays a pause.
pub(super) const PAUSE_DB: f32 = -66.0;
/// How much more slowly notes swell whose *Timbre attack* is at its least.
const SWELL_MS: f32 = 200.0;

impl Controls {
    /// The chain's part of the controls.
    pub(crate) fn for_chain(&self) -> HopControls {
        let semitones = self.semitones as f32 + self.cents / 100.0 + self.bend_semitones;
        let (octave, auto_octave) = if self.octave_auto {
            (0, AutoOctave::Listening)
        } else {
            (self.octave, AutoOctave::Off)
        };
        HopControls {
            mode: self.mode,
            pitch_ratio: (octave as f32 + semitones / 12.0).exp2(),
            auto_octave,
            generator_drive: match self.quality {
                Quality::Eco => 0.0,
                Quality::Full => self.drive,
            },
            note_semitones: None,
            morph: self.morph_weights(),
            pitch: PitchControls {
                snap: self.snap,
                notes: self.scale.notes(self.key, self.notes),
                key: if self.scale == Scale::Auto {
                    KeyByEar::Listening
                } else {
                    KeyByEar::Off
                },
                glide_ms: self.glide_ms,
                vibrato: self.vibrato,
            },
            dynamics: DynamicsControls {
                sensitivity_db: self.sensitivity_db,
                curve: self.curve,
                floor_db: (self.floor_db > Control::Floor.info().min).then_some(self.floor_db),
                pause_db: Some(PAUSE_DB),
                hysteresis_db: self.hysteresis_db,
                attack_ms: self.attack_ms + SWELL_MS * (-self.timbre_attack).max(0.0),
                release_ms: self.release_ms,
            },
            timbre: TimbreControls {
                place: [
                    self.timbre_x,
                    self.timbre_y,
                    self.timbre_brightness,
                    self.timbre_breath,
                    self.timbre_body,
                ],
            },
            tone: ToneControls {
                tilt_db_per_octave: self.brightness_db,
                formant_semitones: self.formant_semitones,
                breath_db: self.breath_db,
                air_db: self.air_db,
            },
            variation: VariationControls {
                amount: self.variation,
                rate_hz: self.variation_rate_hz,
                seed: self.seed as u32,
            },
            freeze: self.freeze,
            player: PlayerControls {
                performance: self.performance,
                attack: self.player_attack,
                vibrato: self.player_vibrato,
                colour: self.player_colour,
                sooner: self.timbre_attack,
                unvoiced: self.unvoiced,
            },
            ..HopControls::default()
        }
    }
}
