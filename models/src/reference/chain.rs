//! The whole chain over a whole recording: networks in batch, in candle.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::{Encoder, Generator, Target, Translator};
use crate::chain::{bounded_input, translator_f0_hz};
use crate::conditioning::{HopControls, Mode};
use crate::features::{FeatureFrame, Features, FeaturesState, MEL_BINS};
use crate::file::{ModelFileError, ModelInfo};
use crate::prior::{ENVELOPE_POINTS, Envelope, Prior, PriorFrame, PriorState};
use crate::streaming::generator::SUB_BANDS;
use crate::streaming::translator::{FramePitch, translator_input};
use crate::{FRAME_SAMPLES, HOP_SAMPLES};

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
    target: Target,
    generator: Generator,
    features: Features,
    prior: Prior,
    inputs: usize,
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
        let base = VarBuilder::from_slice_safetensors(base, DType::F32, &Device::Cpu)?;
        let target = VarBuilder::from_slice_safetensors(target, DType::F32, &Device::Cpu)?;
        Ok(Self {
            encoder: Encoder::new(&architecture, base.pp("encoder"))?,
            translator: Translator::new(&architecture, base.pp("translator"))?,
            target: Target::new(&architecture, target)?,
            generator: Generator::new(&architecture, base.pp("generator"))?,
            features: Features::new(),
            prior: Prior::new(),
            inputs: architecture.translator_inputs(),
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
        let hidden = self.hidden(controls, &frames)?;
        let envelopes = self.target.envelopes(&hidden)?.to_vec2::<f32>()?;
        let (tonal, noisy) = self.streams(controls, &hops, &frames, &envelopes);
        let log_loudness: Vec<f32> = frames.iter().map(|f| f.log_loudness).collect();
        let added = self
            .generator
            .forward(&tonal, &noisy, &hidden, &log_loudness)?
            .to_vec1::<f32>()?;
        let prior = tonal.iter().zip(&noisy).map(|(t, n)| t + n);
        let delayed = [0.0; SUB_BANDS].into_iter().chain(prior);
        let output = delayed
            .zip(added)
            .map(|(p, a)| p + controls.generator_drive * a)
            .collect();
        Ok(Rendering {
            frames,
            tonal,
            noisy,
            output,
        })
    }

    /// Frames -> the translator's hidden frames `[1, channels, frames]`.
    fn hidden(
        &self,
        controls: &HopControls,
        frames: &[FeatureFrame],
    ) -> Result<Tensor, ReferenceError> {
        let count = frames.len();
        let rows = |rows: Vec<f32>, channels: usize| {
            Tensor::from_vec(rows, (count, channels), &Device::Cpu)?
                .t()?
                .contiguous()?
                .unsqueeze(0)
        };
        let log_mel = rows(frames.iter().flat_map(|f| f.log_mel).collect(), MEL_BINS)?;
        let log_level: Vec<f32> = frames.iter().map(|f| f.log_level).collect();
        let log_level = Tensor::from_vec(log_level, count, &Device::Cpu)?;
        let z = self
            .encoder
            .forward(&log_mel, &log_level)?
            .squeeze(0)?
            .t()?
            .to_vec2::<f32>()?;
        let mut inputs = vec![0.0; count * self.inputs];
        for ((row, z), frame) in inputs.chunks_exact_mut(self.inputs).zip(&z).zip(frames) {
            let pitch = FramePitch {
                f0_hz: translator_f0_hz(frame.pitch.f0_hz, controls.pitch_ratio),
                voicing: frame.pitch.voicing,
                log_loudness: frame.log_loudness,
                attack: frame.attack,
                follow: controls.mode == Mode::Follow,
            };
            translator_input(z, &pitch, row);
        }
        Ok(self
            .translator
            .forward(&rows(inputs, self.inputs)?, &self.target)?)
    }

    /// Both streams of the prior.
    fn streams(
        &self,
        controls: &HopControls,
        hops: &[[f32; HOP_SAMPLES]],
        frames: &[FeatureFrame],
        envelopes: &[Vec<f32>],
    ) -> (Vec<f32>, Vec<f32>) {
        let mut state = PriorState::new(&self.prior);
        let (mut tonal, mut noisy) = (Vec::new(), Vec::new());
        for (index, hop) in hops.iter().enumerate() {
            let end = (index + 1) * HOP_SAMPLES;
            if end.is_multiple_of(FRAME_SAMPLES) {
                let k = end / FRAME_SAMPLES - 1;
                let (mut harmonic, mut noise): (Envelope, Envelope) =
                    ([0.0; ENVELOPE_POINTS], [0.0; ENVELOPE_POINTS]);
                harmonic.copy_from_slice(&envelopes[k][..ENVELOPE_POINTS]);
                noise.copy_from_slice(&envelopes[k][ENVELOPE_POINTS..]);
                let frame = PriorFrame {
                    features: &frames[k],
                    harmonic: &harmonic,
                    noise: &noise,
                    follow: controls.mode == Mode::Follow,
                    pitch_ratio: controls.pitch_ratio,
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
