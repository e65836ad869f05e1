//! The chain: a hop of 48 kHz input in, a hop of another instrument out.
//!
//! Frame `k` is computed at the end of every second hop, when the input up to sample
//! `256 k` is there; in the hop that completes it and the next, every parameter goes
//! linearly from frame `k - 1` to frame `k`. The output is
//! [`crate::CHAIN_DELAY_SAMPLES`] behind the input.
//!
//! Threads: [`Base`] and [`Target`] are made on any thread but the audio thread (the plugin's
//! are on the main thread), immutable, and shared; a [`ChainState`] belongs to one stream. [`Base::step`], [`ChainState::reset`] and
//! [`ChainState::copy_from`] are for the audio thread: they never allocate, lock, log,
//! do I/O or panic.

use std::sync::Arc;

use crate::architecture::Architecture;
use crate::blend::Blend;
use crate::conditioning::{CORNERS, ConditioningState, HopControls, Key, Tone, Voice};
use crate::envelope::Envelope;
use crate::features::{Features, FeaturesState};
use crate::file::{ModelFileError, ModelInfo, ModelKind, Params, Tensors};
use crate::input::bounded_input;
use crate::networks::Networks;
use crate::performer::{Cue, PerformerState};
use crate::prior::{Prior, PriorFrame, PriorState};
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::self_check::{Definition, Right, first_right};
use crate::streaming::encoder::{Encoder, EncoderState};
use crate::streaming::generator::GeneratorState;
use crate::streaming::onsets::{OnsetNet, OnsetNetState};
use crate::telemetry::Telemetry;
use crate::timbre::TimbreSpace;
use crate::whole_file::read_model;

mod target;

pub use target::Target;

/// The targets A to D that sound together, as far as there are any.
pub type Targets<'a> = [Option<&'a Target>; CORNERS];

/// One target alone, in the first place.
pub fn alone(target: &Target) -> Targets<'_> {
    [Some(target), None, None, None]
}

/// The networks of a base, compiled for streaming, and the signal processing around them.
pub struct Base {
    info: ModelInfo,
    features: Features,
    prior: Prior,
    tone: Tone,
    timbre: Option<Arc<TimbreSpace>>,
    networks: Right<Networks>,
    definition: Definition,
}

/// Everything one stream remembers.
#[derive(Clone, Debug)]
pub struct ChainState {
    features: FeaturesState,
    prior: PriorState,
    encoder: EncoderState,
    conditioning: ConditioningState,
    blend: Blend,
    performer: PerformerState,
    generator: GeneratorState,
    onsets: Option<OnsetNetState>,
    telemetry: Telemetry,
    /// Overwritten before it is read, in every frame.
    z: Vec<f32>,
}

impl Base {
    /// Checks and compiles a base file, and compares what it computes on this processor with its definition in candle.
    /// Takes some milliseconds; any thread but the audio thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file; [`ModelFileError::Miscomputed`] if nothing here computes it as it is defined.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (info, tensors, _) =
            read_model(bytes, ModelKind::Base, Architecture::base_tensors, |_| {
                Ok(())
            })?;
        Self::compile(info, &tensors, |params, architecture| {
            Networks::new(architecture, params)
        })
    }

    /// Compiles the tensors of a base with what `networks` makes of them for some instructions, and checks that.
    pub(crate) fn compile(
        info: ModelInfo,
        tensors: &Tensors,
        networks: impl Fn(&Params, &Architecture) -> Result<Networks, ModelFileError>,
    ) -> Result<Self, ModelFileError> {
        let features = Features::new();
        let definition = Definition::new(&info.architecture, tensors, &features)?;
        let compile = |instructions| {
            let params = tensors.root().with(instructions);
            networks(&params, &info.architecture)
        };
        let check = |instructions, networks: &Networks| definition.check(instructions, networks);
        let networks = first_right(false, compile, check)?;
        Ok(Self {
            features,
            prior: Prior::new(),
            tone: Tone::new(),
            timbre: None,
            networks,
            definition,
            info,
        })
    }

    /// The same, with a space in which timbres can be moved; without one they stay where they are.
    pub fn with_timbre(self, timbre: Arc<TimbreSpace>) -> Self {
        Self {
            timbre: Some(timbre),
            ..self
        }
    }

    /// The space in which timbres can be moved, if there is one.
    pub fn timbre(&self) -> Option<&Arc<TimbreSpace>> {
        self.timbre.as_ref()
    }

    /// What the player should know of how the networks are computed on this processor; nothing where all is well.
    pub fn kernel_note(&self) -> Option<&'static str> {
        self.networks.note()
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The tables of the features that the chain hears with.
    pub fn features(&self) -> &Features {
        &self.features
    }

    pub(crate) fn prior(&self) -> &Prior {
        &self.prior
    }

    pub(crate) fn networks(&self) -> &Networks {
        &self.networks
    }

    /// The onset network, where the file has one.
    pub fn onset_net(&self) -> Option<&OnsetNet> {
        self.networks.onsets.as_ref()
    }

    pub(crate) fn encoder(&self) -> &Encoder {
        &self.networks.encoder
    }

    /// Values in a row of the translator's input.
    pub(crate) fn translator_inputs(&self) -> usize {
        self.networks.translator.inputs()
    }

    /// Multiplications of the networks in a second of sound, one target included.
    pub fn macs_per_second(&self, target: &Target) -> usize {
        let (frame, hop) = self.networks.macs();
        let frame = frame + target.weights().macs_per_row();
        let samples = SAMPLE_RATE_HZ as usize;
        frame * samples / FRAME_SAMPLES + hop * samples / HOP_SAMPLES
    }

    /// Gives a frame that has been played the colour that the player wants: its place among all timbres, then its tone.
    pub(crate) fn shape(
        &self,
        conditioning: &mut ConditioningState,
        performer: &mut PerformerState,
        controls: &HopControls,
        voice: &Voice,
        [harmonic, noise]: [&mut Envelope; 2],
    ) {
        let place = conditioning.timbre(controls);
        if let Some(timbre) = &self.timbre {
            let stretch = performer.performed().stretch;
            let details = performer.details_mut();
            let envelopes = [&mut *harmonic, &mut *noise];
            timbre.shape(&place, voice, stretch, details, envelopes);
        }
        conditioning.shape(&self.tone, controls, harmonic, noise);
    }

    /// One hop. Finite input (full scale 1.0; clipped at +36 dB) gives finite output.
    /// Audio thread.
    ///
    /// `state` must have been made for this base. Targets may be exchanged between
    /// hops; without any that has a weight there is silence.
    pub fn step(
        &self,
        targets: &Targets<'_>,
        state: &mut ChainState,
        controls: &HopControls,
        input: &[f32; HOP_SAMPLES],
        output: &mut [f32; HOP_SAMPLES],
    ) {
        let input = bounded_input(input);
        let ChainState {
            features,
            prior,
            encoder,
            conditioning,
            blend,
            performer,
            generator,
            onsets,
            telemetry,
            z,
        } = state;
        if let Some(frame) = self.features.step(features, &input) {
            self.networks
                .encoder
                .step(encoder, &frame.log_mel, &[frame.log_level], z);
            let homes = targets.map(|target| target.map(Target::home));
            let mut voice = conditioning.step(controls, &homes, frame, z);
            let onset = match (&self.networks.onsets, onsets) {
                (Some(net), Some(state)) => Some(net.step(state, frame)),
                _ => None,
            };
            let present = targets.map(|target| target.is_some());
            let weights = conditioning.morph(controls, present);
            let target_weights = targets.map(|target| target.map(Target::weights));
            let (mut harmonic, mut noise) = blend.step(
                &self.networks.translator,
                &target_weights,
                &weights,
                &voice,
                z,
            );
            performer.step(
                &targets.map(|target| target.and_then(Target::memory)),
                &weights,
                &Cue {
                    player: controls.player,
                    onset,
                    key_semitones: controls.note_semitones,
                },
                &mut voice,
                [&mut harmonic, &mut noise],
            );
            *telemetry = Telemetry::of(frame, &voice, onset, performer);
            let envelopes = [&mut harmonic, &mut noise];
            self.shape(conditioning, performer, controls, &voice, envelopes);
            let performed = performer.performed();
            let prior_frame = PriorFrame {
                features: frame,
                harmonic: &harmonic,
                details: &performed.details,
                spread: performed.spread,
                stretch: performed.stretch,
                rings: performed.rings,
                noise: &noise,
                texture: Some(&performed.texture),
                follow: voice.follow,
                f0_hz: voice.played_hz,
                voicing: voice.voicing,
                log_loudness: voice.log_loudness,
            };
            self.prior.begin_frame(prior, &prior_frame);
            self.networks
                .generator
                .begin_frame(generator, blend.hidden(), voice.log_loudness);
        }
        let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        self.prior
            .step(prior, controls.pitch_ratio, &input, &mut tonal, &mut noisy);
        // The generator has learnt to mend the translator's frames; a recording's need no mending.
        let drive = controls.generator_drive * (1.0 - performer.performed().planned_share);
        self.networks
            .generator
            .step(generator, drive, &tonal, &noisy, output);
        // No trained weights get there; made-up ones may overflow, and that must not last.
        if !output.iter().all(|x| x.is_finite()) {
            output.fill(0.0);
            state.reset();
        }
    }
}

impl ChainState {
    /// The state before the first hop. Allocates.
    pub fn new(base: &Base) -> Self {
        let mut state = Self {
            features: FeaturesState::new(&base.features),
            prior: PriorState::new(&base.prior),
            encoder: EncoderState::new(&base.networks.encoder, 1),
            conditioning: ConditioningState::new(base.networks.encoder.latent_channels()),
            blend: Blend::new(&base.networks.translator),
            performer: PerformerState::new(),
            generator: GeneratorState::new(&base.networks.generator),
            onsets: base.networks.onsets.as_ref().map(OnsetNetState::new),
            telemetry: Telemetry::default(),
            z: vec![0.0; base.networks.encoder.latent_channels()],
        };
        state.telemetry = state.silence();
        state
    }

    /// Back to the state before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.features.reset();
        self.prior.reset();
        self.encoder.reset();
        self.conditioning.reset();
        self.blend.reset();
        self.performer.reset();
        self.generator.reset();
        if let Some(onsets) = &mut self.onsets {
            onsets.reset();
        }
        self.telemetry = self.silence();
    }

    /// The same, but what was heard goes on deciding about octave and key, and variation goes on: for a silence during which
    /// the chain does not run.
    /// Audio thread.
    pub fn rest(&mut self) {
        self.features.reset();
        self.prior.reset();
        self.encoder.reset();
        self.conditioning.rest();
        self.blend.reset();
        self.generator.reset();
        self.telemetry = self.silence();
    }

    /// Has the next frame end so many hops earlier than it would: 1 for the first one, after a single hop, or 0. For a state that has
    /// just been made, reset or brought to rest. Audio thread.
    pub fn align_frames(&mut self, hops: usize) {
        self.features.align(hops);
    }

    /// Other targets sound from the next hop on: their octave is chosen there, rather than at the next rest. Audio thread.
    pub fn change_targets(&mut self) {
        self.conditioning.change_targets();
    }

    /// The octave that was chosen from what was heard, -3..=3, asked for or not. Audio thread.
    pub fn octave(&self) -> i32 {
        self.conditioning.octave()
    }

    /// The key that is heard, before transposition, asked for or not; `None` while none is sure. Audio thread.
    pub fn key(&self) -> Option<Key> {
        self.conditioning.key()
    }

    /// Octave and key go on from what another side of the same playing has chosen and heard. Audio thread.
    pub fn take_octave_of(&mut self, other: &Self) {
        self.conditioning.take_octave_of(&other.conditioning);
    }

    /// Becomes `other`, which must be of the same base, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.features.copy_from(&other.features);
        self.prior.copy_from(&other.prior);
        self.encoder.copy_from(&other.encoder);
        self.conditioning.copy_from(&other.conditioning);
        self.blend.copy_from(&other.blend);
        self.performer.copy_from(&other.performer);
        self.generator.copy_from(&other.generator);
        if let (Some(onsets), Some(other)) = (&mut self.onsets, &other.onsets) {
            onsets.copy_from(other);
        }
        self.telemetry = other.telemetry;
    }

    /// What was heard at the latest frame.
    pub fn telemetry(&self) -> Telemetry {
        self.telemetry
    }

    fn silence(&self) -> Telemetry {
        Telemetry::of_silence(self.features.frame())
    }
}

#[cfg(test)]
mod tests;
