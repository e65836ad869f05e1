//! The ensemble: up to [`VOICES`] keys in, a hop of an instrument out. Nothing is listened to: what [`Base::step`] has to find out
//! of a sound, a key says, so a note is the right one from its first moment.
//!
//! Each voice has a performer, a translator's past and a prior of its own, and shares weights, memories and the generator, which
//! refines the sum of all. A voice sleeps while it plays nothing, and its frames begin with its notes: voices do their work in
//! different hops, and no note waits for a frame.
//!
//! Threads: an [`Ensemble`] is made on any thread but the audio thread, immutable, and shared; an [`EnsembleState`] belongs to one
//! stream. [`Ensemble::play`], [`EnsembleState::reset`] and [`EnsembleState::copy_from`] are for the audio thread: they never
//! allocate, lock, log, do I/O or panic.

mod content;
mod voice;

use std::sync::Arc;

use crate::chain::{Base, Targets};
use crate::conditioning::{HopControls, VOICES};
use crate::features::{FeatureFrame, FeaturesState};
use crate::rates::HOP_SAMPLES;
use crate::streaming::generator::GeneratorState;
use crate::telemetry::Telemetry;

use content::Contents;
use voice::EnsembleVoice;

/// How loud the loudest note of a single voice is, A-weighted dB; 0 is a full-scale sine of 1 kHz.
pub const LOUDEST_DB: f32 = -18.0;

/// A base as an ensemble plays it.
pub struct Ensemble {
    base: Arc<Base>,
    contents: Contents,
    /// What is heard: nothing.
    silence: FeatureFrame,
}

/// Everything that the voices of one stream remember.
#[derive(Clone, Debug)]
pub struct EnsembleState {
    voices: Vec<EnsembleVoice>,
    generator: GeneratorState,
    /// Hops since the generator's frame began.
    generator_hops: usize,
    telemetry: Telemetry,
}

impl Ensemble {
    /// Listens to a few plain tones, some 50 ms. Any thread but the audio thread.
    pub fn new(base: Arc<Base>) -> Self {
        let contents = Contents::new(&base);
        let silence = *FeaturesState::new(base.features()).frame();
        Self {
            base,
            contents,
            silence,
        }
    }

    /// The base that plays.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// One hop of what the keys of `controls` play. The output is [`crate::CHAIN_DELAY_SAMPLES`] behind it, as that of a
    /// translation. Audio thread.
    ///
    /// `state` must have been made for this ensemble. Targets may be exchanged between hops; without any that has a weight there is
    /// silence.
    pub fn play(
        &self,
        targets: &Targets<'_>,
        state: &mut EnsembleState,
        controls: &HopControls,
        output: &mut [f32; HOP_SAMPLES],
    ) {
        let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        let mut newest: Option<u32> = None;
        for (voice, key) in state.voices.iter_mut().zip(&controls.keys) {
            let heard = voice.step(
                &self.base,
                targets,
                (&self.contents, &self.silence),
                (controls, key),
                [&mut tonal, &mut noisy],
            );
            if heard && newest.is_none_or(|newest| key.note > newest) {
                newest = Some(key.note);
                state.telemetry = voice.telemetry();
            }
        }
        if newest.is_none() {
            state.telemetry = Telemetry::default();
        }
        state.refine(&self.base, controls, [&tonal, &noisy], output);
        // No trained weights get there; made-up ones may overflow, and that must not last.
        if !output.iter().all(|x| x.is_finite()) {
            output.fill(0.0);
            state.reset();
        }
    }
}

impl EnsembleState {
    /// The state before the first note. Allocates.
    pub fn new(ensemble: &Ensemble) -> Self {
        Self::of_voices(ensemble, VOICES)
    }

    /// The same with only so many of the [`VOICES`], the first: the keys of the others are not played. Allocates.
    pub fn of_voices(ensemble: &Ensemble, voices: usize) -> Self {
        let base = ensemble.base();
        Self {
            voices: (0..voices.min(VOICES))
                .map(|voice| EnsembleVoice::new(base, voice))
                .collect(),
            generator: GeneratorState::new(&base.networks().generator),
            generator_hops: 0,
            telemetry: Telemetry::default(),
        }
    }

    /// Back to the state before the first note. Audio thread.
    pub fn reset(&mut self) {
        self.voices.iter_mut().for_each(EnsembleVoice::reset);
        self.generator.reset();
        self.generator_hops = 0;
        self.telemetry = Telemetry::default();
    }

    /// Becomes `other`, which must be of the same ensemble, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        for (voice, other) in self.voices.iter_mut().zip(&other.voices) {
            voice.copy_from(other);
        }
        self.generator.copy_from(&other.generator);
        self.generator_hops = other.generator_hops;
        self.telemetry = other.telemetry;
    }

    /// Whether any voice sounds, or is about to by `controls`. Audio thread.
    pub fn sounds(&self, controls: &HopControls) -> bool {
        let mut voices = self.voices.iter().zip(&controls.keys);
        voices.any(|(voice, key)| voice.sounds(key))
    }

    /// What the newest of the voices plays; nothing while none does.
    pub fn telemetry(&self) -> Telemetry {
        self.telemetry
    }

    /// The generator on the sum of all voices, conditioned by the loudest.
    fn refine(
        &mut self,
        base: &Base,
        controls: &HopControls,
        [tonal, noisy]: [&[f32; HOP_SAMPLES]; 2],
        output: &mut [f32; HOP_SAMPLES],
    ) {
        let generator = &base.networks().generator;
        let loudest = self.voices.iter().filter(|voice| voice.is_translated());
        let loudest = loudest.max_by(|a, b| a.log_loudness().total_cmp(&b.log_loudness()));
        let mut drive = 0.0;
        if let Some(voice) = loudest {
            drive = controls.generator_drive * voice.translated_share();
            if self.generator_hops == 0 {
                let power: f32 = self.voices.iter().map(EnsembleVoice::power).sum();
                let log_loudness = 0.5 * power.max(f32::MIN_POSITIVE).ln();
                generator.begin_frame(&mut self.generator, voice.hidden(), log_loudness);
            }
        }
        self.generator_hops = (self.generator_hops + 1) % 2;
        generator.step(&mut self.generator, drive, tonal, noisy, output);
    }
}
