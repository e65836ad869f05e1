//! One voice: a key's notes become frames, and frames two streams of the prior.
//!
//! Thread: audio, but for [`EnsembleVoice::new`], which allocates.

use super::LOUDEST_DB;
use super::content::Contents;
use crate::blend::Blend;
use crate::chain::{Base, Targets};
use crate::conditioning::{ConditioningState, HopControls, PlayedKey, PlayerControls, VoiceNote};
use crate::envelope::ENVELOPE_POINTS;
use crate::features::{FeatureFrame, log_to_db};
use crate::performer::{PerformerState, planned_share};
use crate::prior::{PriorFrame, PriorState};
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::telemetry::Telemetry;

/// How much louder than a steady sound a note's first frame is said to be, nepers.
const ATTACK: f32 = 1.0;
/// What is softer does not sound, natural log: -100 dB.
const SILENT_LOG: f32 = -11.5;
/// A voice sleeps once it has been silent for so many frames, in which filters and damped strings ring out: 0.43 s.
const FRAMES_TO_SLEEP: u32 = 80;
const FRAME_MS: f32 = 1000.0 * FRAME_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
const FRAME_HOPS: usize = FRAME_SAMPLES / HOP_SAMPLES;

/// What one voice remembers.
#[derive(Clone, Debug)]
pub(super) struct EnsembleVoice {
    place: usize,
    performer: PerformerState,
    conditioning: ConditioningState,
    blend: Blend,
    prior: PriorState,
    /// Overwritten before it is read, in every frame.
    z: Vec<f32>,
    /// The number of the latest note.
    note: u32,
    awake: bool,
    silent_frames: u32,
    /// Hops until the next frame.
    hops_left: usize,
    frames_since_note: u32,
    log_loudness: f32,
    /// What of the sound the translator makes; where it is nothing, it is not run.
    translated_share: f32,
    telemetry: Telemetry,
}

impl EnsembleVoice {
    /// The voice at this place, which has played nothing. Allocates.
    pub(super) fn new(base: &Base, place: usize) -> Self {
        let networks = base.networks();
        let channels = networks.encoder.latent_channels();
        Self {
            place,
            performer: PerformerState::of_voice(place),
            conditioning: ConditioningState::new(channels),
            blend: Blend::new(&networks.translator),
            prior: PriorState::of_voice(base.prior(), place),
            z: vec![0.0; channels],
            note: 0,
            awake: false,
            silent_frames: 0,
            hops_left: 0,
            frames_since_note: 0,
            log_loudness: SILENT_LOG,
            translated_share: 0.0,
            telemetry: Telemetry::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.performer.reset();
        self.conditioning.reset();
        self.blend.reset();
        self.prior.reset();
        self.note = 0;
        self.frames_since_note = 0;
        self.telemetry = Telemetry::default();
        self.sleep();
    }

    /// Becomes `other` without allocating.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.place = other.place;
        self.performer.copy_from(&other.performer);
        self.conditioning.copy_from(&other.conditioning);
        self.blend.copy_from(&other.blend);
        self.prior.copy_from(&other.prior);
        self.note = other.note;
        self.awake = other.awake;
        self.silent_frames = other.silent_frames;
        self.hops_left = other.hops_left;
        self.frames_since_note = other.frames_since_note;
        self.log_loudness = other.log_loudness;
        self.translated_share = other.translated_share;
        self.telemetry = other.telemetry;
    }

    /// Whether it sounds, or is about to.
    pub(super) fn sounds(&self, key: &VoiceNote) -> bool {
        self.awake || (key.held && key.note != self.note)
    }

    /// Whether the translator has a part in what sounds.
    pub(super) fn is_translated(&self) -> bool {
        self.awake && self.translated_share > 0.0
    }

    pub(super) fn translated_share(&self) -> f32 {
        self.translated_share
    }

    /// The translator's hidden frame.
    pub(super) fn hidden(&self) -> &[f32] {
        self.blend.hidden()
    }

    /// Natural log of how loud it is.
    pub(super) fn log_loudness(&self) -> f32 {
        self.log_loudness
    }

    /// Squared amplitude of the same; 0 asleep.
    pub(super) fn power(&self) -> f32 {
        if self.awake {
            (2.0 * self.log_loudness).exp()
        } else {
            0.0
        }
    }

    pub(super) fn telemetry(&self) -> Telemetry {
        self.telemetry
    }

    /// One hop of what `key` plays, added to both streams; whether it is awake.
    pub(super) fn step(
        &mut self,
        base: &Base,
        targets: &Targets<'_>,
        (contents, silence): (&Contents, &FeatureFrame),
        (controls, key): (&HopControls, &VoiceNote),
        [tonal, noisy]: [&mut [f32; HOP_SAMPLES]; 2],
    ) -> bool {
        if key.note != self.note {
            self.note = key.note;
            self.frames_since_note = 0;
            self.silent_frames = 0;
            // One that is over already began while nobody played it: before there was a target.
            if !self.awake && key.held {
                self.awake = true;
                self.hops_left = 0;
            }
        }
        if !self.awake {
            return false;
        }
        if self.hops_left == 0 {
            self.hops_left = FRAME_HOPS;
            self.frame(base, targets, (contents, silence), (controls, key));
        }
        self.hops_left -= 1;
        let (mut own_tonal, mut own_noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        base.prior()
            .step_without_input(&mut self.prior, &mut own_tonal, &mut own_noisy);
        for (sum, own) in [(tonal, &own_tonal), (noisy, &own_noisy)] {
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        if self.silent_frames > FRAMES_TO_SLEEP {
            self.sleep();
        }
        self.awake
    }

    fn frame(
        &mut self,
        base: &Base,
        targets: &Targets<'_>,
        (contents, silence): (&Contents, &FeatureFrame),
        (controls, key): (&HopControls, &VoiceNote),
    ) {
        let key = VoiceNote {
            semitones: key.semitones + 12.0 * controls.pitch_ratio.log2(),
            louder_db: key.louder_db + self.swell_db(controls.dynamics.attack_ms),
            ..*key
        };
        contents.read(key.semitones, &mut self.z);
        let attack = match self.frames_since_note {
            0 if !key.slurred => ATTACK,
            _ => 0.0,
        };
        let velocity_db = controls.dynamics.curve * key.velocity_db;
        let played = PlayedKey {
            hz: 440.0 * ((key.semitones - 69.0) / 12.0).exp2(),
            log_loudness: (LOUDEST_DB + velocity_db) / log_to_db(1.0),
            attack,
        };
        let mut voice = self.conditioning.play(controls, &played, &mut self.z);
        let present = targets.map(|target| target.is_some());
        let weights = self.conditioning.morph(controls, present);
        let memories = targets.map(|target| target.and_then(|target| target.memory()));
        // A key has no strokes, vibrato or swells of its own: at the half the player plays all of his.
        let player = PlayerControls {
            performance: (2.0 * controls.player.performance).min(1.0),
            ..controls.player
        };
        let recorded = planned_share(&player, &memories, &weights);
        let translated_before = self.translated_share;
        self.translated_share = 1.0 - recorded;
        let (mut harmonic, mut noise) = ([0.0; ENVELOPE_POINTS], [0.0; ENVELOPE_POINTS]);
        if self.translated_share > 0.0 {
            if translated_before == 0.0 {
                self.blend.reset();
            }
            let own = targets.map(|target| target.map(|target| target.weights()));
            let translator = &base.networks().translator;
            (harmonic, noise) = self.blend.step(translator, &own, &weights, &voice, &self.z);
        }
        self.performer.set_release(controls.dynamics.release_ms);
        let envelopes = [&mut harmonic, &mut noise];
        self.performer
            .step_key(&memories, &weights, &player, &key, &mut voice, envelopes);
        let envelopes = [&mut harmonic, &mut noise];
        let (conditioning, performer) = (&mut self.conditioning, &mut self.performer);
        base.shape(conditioning, performer, controls, &voice, envelopes);
        let performed = self.performer.performed();
        let frame = PriorFrame {
            features: silence,
            harmonic: &harmonic,
            details: &performed.details,
            spread: performed.spread,
            stretch: performed.stretch,
            rings: performed.rings,
            noise: &noise,
            texture: Some(&performed.texture),
            follow: false,
            f0_hz: voice.played_hz,
            voicing: voice.voicing,
            log_loudness: voice.log_loudness,
        };
        base.prior().begin_frame(&mut self.prior, &frame);
        self.log_loudness = voice.log_loudness;
        self.telemetry = Telemetry::of_key(&voice, &key);
        self.frames_since_note = self.frames_since_note.saturating_add(1);
        if voice.log_loudness < SILENT_LOG {
            self.silent_frames += 1;
        } else {
            self.silent_frames = 0;
        }
    }

    /// How far a note that is to take its time is below its height, dB, 0 or less.
    fn swell_db(&self, attack_ms: f32) -> f32 {
        let gone_ms = (self.frames_since_note + 1) as f32 * FRAME_MS;
        if gone_ms >= attack_ms {
            return 0.0;
        }
        20.0 * (gone_ms / attack_ms).log10()
    }

    fn sleep(&mut self) {
        self.awake = false;
        self.silent_frames = 0;
        self.hops_left = 0;
        self.log_loudness = SILENT_LOG;
        self.translated_share = 0.0;
        self.prior.silence();
    }
}
