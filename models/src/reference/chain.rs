//! The whole chain over a whole recording: networks in batch, in candle.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::{Encoder, Generator, Onsets, Target, Translator};
use crate::architecture::ONSET_INPUTS;
use crate::architecture::SUB_BANDS;
use crate::conditioning::{CORNERS, ConditioningState, HomeRegister, HopControls, Tone, Voice};
use crate::envelope::{ENVELOPE_POINTS, Envelope};
use crate::features::{FeatureFrame, Features, FeaturesState, MEL_BINS};
use crate::file::{Header, ModelFileError, ModelInfo};
use crate::input::bounded_input;
use crate::memory::Memory;
use crate::performer::{Cue, Memories, Performed, PerformerState};
use crate::prior::{Prior, PriorFrame, PriorState};
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES};
use crate::streaming::onsets::OnsetInput;
use crate::streaming::translator::translator_input;

/// Why the reference could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A header was refused.
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// candle could not load a tensor or run an operation.
    #[error("candle: {0}")]
    Candle(#[from] candle_core::Error),
}

/// A base and a target as candle modules.
pub struct Reference {
    encoder: Encoder,
    translator: Translator,
    /// One or several, from A on.
    targets: Vec<Target>,
    memories: Vec<Option<Memory>>,
    onsets: Option<Onsets>,
    homes: Vec<HomeRegister>,
    generator: Generator,
    features: Features,
    prior: Prior,
    tone: Tone,
    inputs: usize,
    latent_channels: usize,
}

/// What the chain makes of a recording, stage by stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// The input's features, frames 1, 2, ..
    pub frames: Vec<FeatureFrame>,
    /// The tonal stream.
    pub tonal: Vec<f32>,
    /// The noise stream.
    pub noisy: Vec<f32>,
    /// What comes out, 16 samples behind the streams.
    pub output: Vec<f32>,
}

impl Reference {
    /// Loads both files. Values are not checked here: see [`crate::Base::from_bytes`].
    ///
    /// # Errors
    /// If a header is refused, or a tensor is missing or of another shape.
    pub fn from_bytes(base: &[u8], target: &[u8]) -> Result<Self, ReferenceError> {
        let architecture = ModelInfo::read(base)?.architecture;
        let memory = memory(target)?;
        let home = ModelInfo::read(target)?.home_register();
        let base = VarBuilder::from_slice_safetensors(base, DType::F32, &Device::Cpu)?;
        let target = VarBuilder::from_slice_safetensors(target, DType::F32, &Device::Cpu)?;
        Ok(Self {
            encoder: Encoder::new(&architecture, base.pp("encoder"))?,
            translator: Translator::new(&architecture, base.pp("translator"))?,
            targets: vec![Target::new(&architecture, target)?],
            memories: vec![memory],
            onsets: architecture
                .has_onsets()
                .then(|| Onsets::new(&architecture, base.pp("onsets")))
                .transpose()?,
            homes: vec![home],
            generator: Generator::new(&architecture, base.pp("generator"))?,
            features: Features::new(),
            prior: Prior::new(),
            tone: Tone::new(),
            inputs: architecture.translator_inputs(),
            latent_channels: architecture.latent_channels,
        })
    }

    /// The whole chain from a reset on, with constant controls; whole hops of `input`
    /// only, of which there must be two.
    ///
    /// # Errors
    /// candle's.
    pub fn render(
        &self,
        controls: &HopControls,
        input: &[f32],
    ) -> Result<Rendering, ReferenceError> {
        let hops: Vec<_> = input
            .as_chunks::<HOP_SAMPLES>()
            .0
            .iter()
            .map(bounded_input)
            .collect();
        let mut state = FeaturesState::new(&self.features);
        let frames: Vec<FeatureFrame> = hops
            .iter()
            .filter_map(|hop| self.features.step(&mut state, hop).copied())
            .collect();
        let mut conditioning = ConditioningState::new(self.latent_channels);
        let (mut voices, inputs) = self.condition(&mut conditioning, controls, &frames)?;
        let present = std::array::from_fn(|place| place < self.targets.len());
        let weights: [f32; CORNERS] = conditioning.morph(controls, present);
        let (hidden, mut envelopes) = self.blend(&weights, &inputs)?;
        let onsets = self.onsets(&frames)?;
        let performed = self.perform(controls, &weights, &onsets, &mut voices, &mut envelopes);
        for envelope in &mut envelopes {
            let [harmonic, noise] = envelope;
            conditioning.shape(&self.tone, controls, harmonic, noise);
        }
        let (tonal, noisy) =
            self.streams(controls, &hops, &frames, &voices, &envelopes, &performed);
        let log_loudness: Vec<f32> = voices.iter().map(|voice| voice.log_loudness).collect();
        let added = self
            .generator
            .forward(&tonal, &noisy, &hidden, &log_loudness)?
            .to_vec1::<f32>()?;
        let prior = tonal.iter().zip(&noisy).map(|(t, n)| t + n);
        let delayed = [0.0; SUB_BANDS].into_iter().chain(prior);
        let output = delayed
            .zip(added)
            .enumerate()
            .map(|(n, (p, a))| p + drive_at(controls, &performed, n) * a)
            .collect();
        Ok(Rendering {
            frames,
            tonal,
            noisy,
            output,
        })
    }

    /// Adds a target, to the next of the places A to D.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn with_target(mut self, target: &[u8]) -> Result<Self, ReferenceError> {
        let info = ModelInfo::read(target)?;
        self.homes.push(info.home_register());
        self.memories.push(memory(target)?);
        let target = VarBuilder::from_slice_safetensors(target, DType::F32, &Device::Cpu)?;
        self.targets.push(Target::new(&info.architecture, target)?);
        Ok(self)
    }

    /// How sure it is of every frame that a note begins there; `None` without an onset network.
    fn onsets(&self, frames: &[FeatureFrame]) -> Result<Vec<Option<f32>>, ReferenceError> {
        let Some(net) = &self.onsets else {
            return Ok(vec![None; frames.len()]);
        };
        let mut inputs = vec![0.0; frames.len() * ONSET_INPUTS];
        let mut past = OnsetInput::default();
        for (row, frame) in inputs.chunks_exact_mut(ONSET_INPUTS).zip(frames) {
            past.step(frame, row);
        }
        let chances = net
            .forward(&rows(inputs, ONSET_INPUTS)?)?
            .to_vec1::<f32>()?;
        Ok(chances.into_iter().map(Some).collect())
    }

    /// What the performer makes of every frame; voices and envelopes are changed in place.
    fn perform(
        &self,
        controls: &HopControls,
        weights: &[f32; CORNERS],
        onsets: &[Option<f32>],
        voices: &mut [Voice],
        envelopes: &mut [[Envelope; 2]],
    ) -> Vec<Performed> {
        let memories: Memories<'_> =
            std::array::from_fn(|place| self.memories.get(place)?.as_ref());
        let mut state = PerformerState::new();
        let frames = voices.iter_mut().zip(envelopes).zip(onsets);
        frames
            .map(|((voice, [harmonic, noise]), onset)| {
                let cue = Cue {
                    player: controls.player,
                    onset: *onset,
                    key_semitones: controls.note_semitones,
                };
                state.step(&memories, weights, &cue, voice, [harmonic, noise]);
                state.performed().clone()
            })
            .collect()
    }

    /// Frames -> what is to be played, and the translator's input `[1, inputs, frames]`.
    fn condition(
        &self,
        conditioning: &mut ConditioningState,
        controls: &HopControls,
        frames: &[FeatureFrame],
    ) -> Result<(Vec<Voice>, Tensor), ReferenceError> {
        let count = frames.len();
        let log_mel = rows(frames.iter().flat_map(|f| f.log_mel).collect(), MEL_BINS)?;
        let log_level: Vec<f32> = frames.iter().map(|f| f.log_level).collect();
        let log_level = Tensor::from_vec(log_level, count, &Device::Cpu)?;
        let mut z = self
            .encoder
            .forward(&log_mel, &log_level)?
            .squeeze(0)?
            .t()?
            .to_vec2::<f32>()?;
        let homes = std::array::from_fn(|place| self.homes.get(place).copied());
        let mut inputs = vec![0.0; count * self.inputs];
        let mut voices = Vec::with_capacity(count);
        for ((row, z), frame) in inputs.chunks_exact_mut(self.inputs).zip(&mut z).zip(frames) {
            let voice = conditioning.step(controls, &homes, frame, z);
            translator_input(z, &voice.for_translator(), row);
            voices.push(voice);
        }
        Ok((voices, rows(inputs, self.inputs)?))
    }

    /// The blend of all targets: hidden frames `[1, channels, frames]`, and each frame's envelopes.
    fn blend(
        &self,
        weights: &[f32; CORNERS],
        inputs: &Tensor,
    ) -> Result<(Tensor, Vec<[Envelope; 2]>), ReferenceError> {
        let mut blended: Option<(Tensor, Tensor)> = None;
        for (target, weight) in self.targets.iter().zip(*weights) {
            let hidden = self.translator.forward(inputs, target)?;
            let envelopes = (target.envelopes(&hidden)? * f64::from(weight))?;
            let hidden = (hidden * f64::from(weight))?;
            blended = Some(match blended {
                Some((h, e)) => ((h + hidden)?, (e + envelopes)?),
                None => (hidden, envelopes),
            });
        }
        let none = || candle_core::Error::Msg("there is no target".to_owned());
        let (hidden, envelopes) = blended.ok_or_else(none)?;
        let split = |row: &Vec<f32>| {
            let (harmonic, noise) = row.split_at(ENVELOPE_POINTS);
            [harmonic, noise].map(|part| std::array::from_fn(|point| part[point]))
        };
        let envelopes = envelopes.to_vec2::<f32>()?.iter().map(split).collect();
        Ok((hidden, envelopes))
    }

    /// Both streams of the prior.
    fn streams(
        &self,
        controls: &HopControls,
        hops: &[[f32; HOP_SAMPLES]],
        frames: &[FeatureFrame],
        voices: &[Voice],
        envelopes: &[[Envelope; 2]],
        performed: &[Performed],
    ) -> (Vec<f32>, Vec<f32>) {
        let mut state = PriorState::new(&self.prior);
        let (mut tonal, mut noisy) = (Vec::new(), Vec::new());
        for (index, hop) in hops.iter().enumerate() {
            let end = (index + 1) * HOP_SAMPLES;
            if end.is_multiple_of(FRAME_SAMPLES) {
                let k = end / FRAME_SAMPLES - 1;
                let ([harmonic, noise], voice) = (&envelopes[k], &voices[k]);
                let frame = PriorFrame {
                    features: &frames[k],
                    harmonic,
                    details: &performed[k].details,
                    spread: performed[k].spread,
                    stretch: performed[k].stretch,
                    rings: performed[k].rings,
                    noise,
                    texture: Some(&performed[k].texture),
                    follow: voice.follow,
                    f0_hz: voice.played_hz,
                    voicing: voice.voicing,
                    log_loudness: voice.log_loudness,
                };
                self.prior.begin_frame(&mut state, &frame);
            }
            let (mut t, mut n) = ([0.0; HOP_SAMPLES], [0.0; HOP_SAMPLES]);
            self.prior
                .step(&mut state, controls.pitch_ratio, hop, &mut t, &mut n);
            tonal.extend(t);
            noisy.extend(n);
        }
        (tonal, noisy)
    }
}

/// Rows of `channels` values, one a frame -> `[1, channels, frames]`.
pub(crate) fn rows(rows: Vec<f32>, channels: usize) -> candle_core::Result<Tensor> {
    let count = rows.len() / channels;
    Tensor::from_vec(rows, (count, channels), &Device::Cpu)?
        .t()?
        .contiguous()?
        .unsqueeze(0)
}

/// The recorded notes of a target's file, if it has some.
fn memory(target: &[u8]) -> Result<Option<Memory>, ReferenceError> {
    let header = Header::read(target)?;
    let info = ModelInfo::from_header(&header, target)?.memory;
    let memory = info.map(|info| Memory::read(&info, &header));
    Ok(memory.transpose()?)
}

/// The generator's share of sample `n`: it leaves to the recordings what is theirs, going linearly over a hop.
fn drive_at(controls: &HopControls, performed: &[Performed], n: usize) -> f32 {
    let share = |hop: usize| {
        let frame = ((hop + 1) * HOP_SAMPLES / FRAME_SAMPLES).checked_sub(1);
        frame.map_or(0.0, |frame| performed[frame].planned_share)
    };
    let hop = n / HOP_SAMPLES;
    let (before, now) = (share(hop.saturating_sub(1)), share(hop));
    let way = (n % HOP_SAMPLES + 1) as f32 / HOP_SAMPLES as f32;
    controls.generator_drive * (1.0 - (before + (now - before) * way))
}
