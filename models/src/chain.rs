//! The chain: a hop of 48 kHz input in, a hop of another instrument out.
//!
//! Frame `k` is computed at the end of every second hop, when the input up to sample
//! `256 k` is there; in the hop that completes it and the next, every parameter goes
//! linearly from frame `k - 1` to frame `k`. The output is
//! [`crate::CHAIN_DELAY_SAMPLES`] behind the input.
//!
//! Threads: [`Base`] and [`Target`] are made on a loader thread, immutable, and shared;
//! a [`ChainState`] belongs to one stream. [`Base::step`], [`ChainState::reset`] and
//! [`ChainState::copy_from`] are for the audio thread: they never allocate, lock, log,
//! do I/O or panic.

use crate::architecture::{Architecture, Shape};
use crate::blend::Blend;
use crate::conditioning::{ConditioningState, HomeRegister, HopControls, MORPH_SLOTS, Tone};
use crate::features::{Features, FeaturesState};
use crate::file::{
    Header, MemoryInfo, ModelFileError, ModelInfo, ModelKind, Tensors, read_tensors,
};
use crate::input::bounded_input;
use crate::memory::Memory;
use crate::performer::{Cue, PerformerState};
use crate::prior::{Prior, PriorFrame, PriorState};
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::streaming::encoder::{Encoder, EncoderState};
use crate::streaming::generator::{Generator, GeneratorState};
use crate::streaming::onsets::{OnsetNet, OnsetNetState};
use crate::streaming::translator::{TargetWeights, Translator};
use crate::telemetry::Telemetry;

/// The targets A to D that sound together, as far as there are any.
pub type Targets<'a> = [Option<&'a Target>; MORPH_SLOTS];

/// One target alone, in the first place.
pub fn alone(target: &Target) -> Targets<'_> {
    [Some(target), None, None, None]
}

/// Encoder, shared trunk of the translator, generator and, if there is one, onset network,
/// compiled for streaming.
pub struct Base {
    info: ModelInfo,
    features: Features,
    prior: Prior,
    tone: Tone,
    encoder: Encoder,
    translator: Translator,
    generator: Generator,
    onsets: Option<OnsetNet>,
}

/// One target's own parameters.
pub struct Target {
    info: ModelInfo,
    weights: TargetWeights,
    memory: Option<Memory>,
    home: HomeRegister,
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

fn read_model(
    bytes: &[u8],
    kind: ModelKind,
    expected: impl FnOnce(&Architecture) -> Vec<Shape>,
    check: impl FnOnce(&ModelInfo) -> Result<(), ModelFileError>,
) -> Result<(ModelInfo, Tensors, Option<Memory>), ModelFileError> {
    let header = Header::read(bytes)?;
    let info = ModelInfo::from_header(&header, bytes)?;
    info.expect_kind(kind)?;
    check(&info)?;
    let others = info.memory.as_ref().map(MemoryInfo::tensors);
    let others = others.unwrap_or_default();
    let tensors = read_tensors(&header, &expected(&info.architecture), &others)?;
    let memory = info.memory.map(|memory| Memory::read(&memory, &header));
    let memory = memory.transpose()?;
    Ok((info, tensors, memory))
}

impl Base {
    /// Checks and compiles a base file. Loader thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file ([`ModelFileError`]).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (info, tensors, _) =
            read_model(bytes, ModelKind::Base, Architecture::base_tensors, |_| {
                Ok(())
            })?;
        let params = tensors.root();
        Ok(Self {
            features: Features::new(),
            prior: Prior::new(),
            tone: Tone::new(),
            encoder: Encoder::new(&info.architecture, &params.pp("encoder"))?,
            translator: Translator::new(&info.architecture, &params.pp("translator"))?,
            generator: Generator::new(&info.architecture, &params.pp("generator"))?,
            onsets: info
                .architecture
                .has_onsets()
                .then(|| OnsetNet::new(&info.architecture, &params.pp("onsets")))
                .transpose()?,
            info,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Multiplications of the networks in a second of sound, one target included.
    pub fn macs_per_second(&self, target: &Target) -> usize {
        let (frame, hop) = self.generator.macs();
        let frame = frame
            + self.encoder.macs_per_row()
            + self.translator.macs_per_row()
            + self.onsets.as_ref().map_or(0, OnsetNet::macs_per_row)
            + target.weights.macs_per_row();
        let samples = SAMPLE_RATE_HZ as usize;
        frame * samples / FRAME_SAMPLES + hop * samples / HOP_SAMPLES
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
            self.encoder
                .step(encoder, &frame.log_mel, &[frame.log_level], z);
            let homes = targets.map(|target| target.map(|target| target.home));
            let mut voice = conditioning.step(controls, &homes, frame, z);
            let onset = match (&self.onsets, onsets) {
                (Some(net), Some(state)) => Some(net.step(state, frame)),
                _ => None,
            };
            let present = targets.map(|target| target.is_some());
            let weights = conditioning.morph(controls, present);
            let target_weights = targets.map(|target| target.map(|target| &target.weights));
            let (mut harmonic, mut noise) =
                blend.step(&self.translator, &target_weights, &weights, &voice, z);
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
            conditioning.shape(&self.tone, controls, &mut harmonic, &mut noise);
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
            self.generator
                .begin_frame(generator, blend.hidden(), voice.log_loudness);
        }
        let (mut tonal, mut noisy) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
        self.prior
            .step(prior, controls.pitch_ratio, &input, &mut tonal, &mut noisy);
        // The generator has learnt to mend the translator's frames; a recording's need no mending.
        let drive = controls.generator_drive * (1.0 - performer.performed().planned_share);
        self.generator
            .step(generator, drive, &tonal, &noisy, output);
        // Cannot happen with weights and input in bounds; if it does, it must not last.
        if !output.iter().all(|x| x.is_finite()) {
            output.fill(0.0);
            state.reset();
        }
    }
}

impl Target {
    /// Checks and compiles a target file for `base`. Loader thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file, another base included ([`ModelFileError`]).
    pub fn from_bytes(bytes: &[u8], base: &Base) -> Result<Self, ModelFileError> {
        let (info, tensors, memory) = read_model(
            bytes,
            ModelKind::Target,
            Architecture::target_tensors,
            |info| {
                let expected = base.info.hash;
                if let Some(found) = info.base_hash
                    && found != expected
                {
                    return Err(ModelFileError::WrongBase { found, expected });
                }
                if info.architecture != base.info.architecture {
                    let json = |a: &Architecture| serde_json::to_string(a).unwrap_or_default();
                    return Err(ModelFileError::WrongArchitecture {
                        found: json(&info.architecture),
                        expected: json(&base.info.architecture),
                    });
                }
                Ok(())
            },
        )?;
        let weights = TargetWeights::new(&info.architecture, &tensors.root())?;
        Ok(Self {
            home: info.home_register(),
            info,
            weights,
            memory,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Its recorded notes, if it has some. Any thread.
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }
}

impl ChainState {
    /// The state before the first hop. Allocates.
    pub fn new(base: &Base) -> Self {
        let mut state = Self {
            features: FeaturesState::new(&base.features),
            prior: PriorState::new(&base.prior),
            encoder: EncoderState::new(&base.encoder, 1),
            conditioning: ConditioningState::new(base.encoder.latent_channels()),
            blend: Blend::new(&base.translator),
            performer: PerformerState::new(),
            generator: GeneratorState::new(&base.generator),
            onsets: base.onsets.as_ref().map(OnsetNetState::new),
            telemetry: Telemetry::default(),
            z: vec![0.0; base.encoder.latent_channels()],
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

    /// The same, but what was heard goes on deciding about the octave, and variation goes on: for a silence during which
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

    /// Has the next frame end where it would after so many hops: every second hop of a stream, whether the chain has run all along
    /// or not. Changes nothing where it has. Audio thread.
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

    /// The octave goes on from what another side of the same playing has chosen and heard. Audio thread.
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
