//! What the networks are to compute, by candle.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::compare;
use super::excerpt::{Excerpt, frame_pitch, stand_in};
use crate::architecture::{Architecture, ONSET_INPUTS, SUB_BANDS};
use crate::envelope::ENVELOPE_POINTS;
use crate::features::{FeatureFrame, Features, MEL_BINS};
use crate::file::{ModelFileError, Tensors};
use crate::instructions::Instructions;
use crate::networks::Networks;
use crate::rates::HOP_SAMPLES;
use crate::reference::{self, rows};
use crate::streaming::encoder::EncoderState;
use crate::streaming::generator::GeneratorState;
use crate::streaming::onsets::{OnsetInput, OnsetNetState};
use crate::streaming::translator::{TargetWeights, Translator, TranslatorState, translator_input};

/// What a base makes of the excerpt. Rows are frames.
pub(crate) struct Definition {
    architecture: Architecture,
    excerpt: Excerpt,
    trunk: reference::Translator,
    /// The translator's, made of `z`.
    inputs: Vec<f32>,
    z: Vec<f32>,
    onsets: Option<Vec<f32>>,
    stand_in: Tensors,
    stood_in: TargetDefinition,
    /// What comes out of the generator, all of its share.
    output: Vec<f32>,
}

/// What a target and the trunk of its base make of the excerpt.
pub(crate) struct TargetDefinition {
    inputs: Vec<f32>,
    hidden: Vec<f32>,
    envelopes: Vec<f32>,
}

impl Definition {
    /// Has candle compute the excerpt with all tensors of a base.
    ///
    /// # Errors
    /// [`ModelFileError::Unchecked`].
    pub(crate) fn new(
        architecture: &Architecture,
        tensors: &Tensors,
        features: &Features,
    ) -> Result<Self, ModelFileError> {
        let excerpt = Excerpt::new(features);
        let stand_in = stand_in(architecture);
        in_candle(|| Self::computed(architecture, tensors, excerpt, stand_in))
    }

    fn computed(
        architecture: &Architecture,
        tensors: &Tensors,
        excerpt: Excerpt,
        stand_in: Tensors,
    ) -> candle_core::Result<Self> {
        let base = var_builder(tensors)?;
        let frames = &excerpt.frames;
        let encoder = reference::Encoder::new(architecture, base.pp("encoder"))?;
        let log_level: Vec<f32> = frames.iter().map(|frame| frame.log_level).collect();
        let log_level = Tensor::from_vec(log_level, frames.len(), &Device::Cpu)?;
        let log_mel = frames.iter().flat_map(|frame| frame.log_mel).collect();
        let z = values(&encoder.forward(&rows(log_mel, MEL_BINS)?, &log_level)?)?;
        let inputs = translator_inputs(architecture, frames, &z);

        let trunk = reference::Translator::new(architecture, base.pp("translator"))?;
        let (hidden, stood_in) = stand(architecture, &trunk, &inputs, &stand_in)?;

        let onsets = architecture.has_onsets().then(|| {
            let net = reference::Onsets::new(architecture, base.pp("onsets"))?;
            net.forward(&onset_inputs(frames)?)?.to_vec1::<f32>()
        });

        let generator = reference::Generator::new(architecture, base.pp("generator"))?;
        let (tonal, noisy) = (excerpt.tonal.concat(), excerpt.noisy.concat());
        let loudness: Vec<f32> = frames.iter().map(|frame| frame.log_loudness).collect();
        let added = generator.forward(&tonal, &noisy, &hidden, &loudness)?;
        let prior = tonal.iter().zip(&noisy).map(|(tonal, noisy)| tonal + noisy);
        let late = [0.0; SUB_BANDS].into_iter().chain(prior);
        let output = late
            .zip(added.to_vec1::<f32>()?)
            .map(|(p, a)| p + a)
            .collect();
        Ok(Self {
            architecture: architecture.clone(),
            trunk,
            inputs,
            z,
            onsets: onsets.transpose()?,
            stand_in,
            stood_in,
            output,
            excerpt,
        })
    }

    /// Compares every network of a base, compiled with these instructions.
    ///
    /// # Errors
    /// [`ModelFileError::Miscomputed`].
    pub(crate) fn check(
        &self,
        instructions: Instructions,
        networks: &Networks,
    ) -> Result<(), ModelFileError> {
        self.check_encoder(networks)?;
        let params = self.stand_in.root().with(instructions);
        let stand_in = TargetWeights::new(&self.architecture, &params)?;
        self.stood_in.check(&networks.translator, &stand_in)?;
        self.check_onsets(networks)?;
        self.check_generator(networks)
    }

    fn check_encoder(&self, networks: &Networks) -> Result<(), ModelFileError> {
        let encoder = &networks.encoder;
        let mut state = EncoderState::new(encoder, 1);
        let mut z = vec![0.0; self.z.len()];
        let rows = z.chunks_exact_mut(encoder.latent_channels());
        for (z, frame) in rows.zip(&self.excerpt.frames) {
            encoder.step(&mut state, &frame.log_mel, &[frame.log_level], z);
        }
        compare("encoder", &z, &self.z, 1.0)
    }

    fn check_onsets(&self, networks: &Networks) -> Result<(), ModelFileError> {
        let (Some(net), Some(expected)) = (&networks.onsets, &self.onsets) else {
            return Ok(());
        };
        let mut state = OnsetNetState::new(net);
        let frames = self.excerpt.frames.iter();
        let chances: Vec<f32> = frames.map(|frame| net.step(&mut state, frame)).collect();
        compare("onset network", &chances, expected, 1.0)
    }

    fn check_generator(&self, networks: &Networks) -> Result<(), ModelFileError> {
        let generator = &networks.generator;
        let mut state = GeneratorState::new(generator);
        let mut output = vec![0.0; self.output.len()];
        let hidden = self
            .stood_in
            .hidden
            .chunks_exact(networks.translator.channels());
        let mut frames = hidden.zip(&self.excerpt.frames);
        let hops = output.as_chunks_mut::<HOP_SAMPLES>().0.iter_mut();
        let streams = self.excerpt.tonal.iter().zip(&self.excerpt.noisy);
        for (hop, (output, (tonal, noisy))) in hops.zip(streams).enumerate() {
            // A frame begins at the end of every second hop.
            if hop % 2 == 1
                && let Some((hidden, frame)) = frames.next()
            {
                generator.begin_frame(&mut state, hidden, frame.log_loudness);
            }
            generator.step(&mut state, 1.0, tonal, noisy, output);
        }
        compare("generator", &output, &self.output, 0.0)
    }

    /// Has candle compute the excerpt with all tensors of a target of this base.
    ///
    /// # Errors
    /// [`ModelFileError::Unchecked`].
    pub(crate) fn target(&self, tensors: &Tensors) -> Result<TargetDefinition, ModelFileError> {
        let stand = || stand(&self.architecture, &self.trunk, &self.inputs, tensors);
        in_candle(|| Ok(stand()?.1))
    }
}

impl TargetDefinition {
    /// Compares a target on the trunk of its base.
    ///
    /// # Errors
    /// [`ModelFileError::Miscomputed`].
    pub(crate) fn check(
        &self,
        trunk: &Translator,
        target: &TargetWeights,
    ) -> Result<(), ModelFileError> {
        let mut state = TranslatorState::new(trunk, 1);
        let mut hidden = vec![0.0; self.hidden.len()];
        let mut envelopes = vec![0.0; self.envelopes.len()];
        let rows = self.inputs.chunks_exact(trunk.inputs());
        let rows = rows.zip(hidden.chunks_exact_mut(trunk.channels()));
        let outputs = envelopes.as_chunks_mut::<ENVELOPE_POINTS>().0;
        for ((input, hidden), outputs) in rows.zip(outputs.as_chunks_mut::<2>().0) {
            trunk.input(&mut state, 1).copy_from_slice(input);
            trunk.step(target, &mut state, hidden);
            let [harmonic, noise] = outputs;
            target.envelopes(hidden, harmonic, noise);
        }
        compare("translator", &hidden, &self.hidden, 0.0)?;
        compare("target's envelopes", &envelopes, &self.envelopes, 0.0)
    }
}

/// A target on the trunk: hidden frames `[1, channels, frames]`, and all of what is to be compared.
fn stand(
    architecture: &Architecture,
    trunk: &reference::Translator,
    inputs: &[f32],
    target: &Tensors,
) -> candle_core::Result<(Tensor, TargetDefinition)> {
    let target = reference::Target::new(architecture, var_builder(target)?)?;
    let rows = rows(inputs.to_vec(), architecture.translator_inputs())?;
    let hidden = trunk.forward(&rows, &target)?;
    let definition = TargetDefinition {
        inputs: inputs.to_vec(),
        envelopes: target.envelopes(&hidden)?.flatten_all()?.to_vec1()?,
        hidden: values(&hidden)?,
    };
    Ok((hidden, definition))
}

fn translator_inputs(architecture: &Architecture, frames: &[FeatureFrame], z: &[f32]) -> Vec<f32> {
    let inputs = architecture.translator_inputs();
    let mut rows = vec![0.0; frames.len() * inputs];
    let z = z.chunks_exact(architecture.latent_channels);
    for ((row, z), frame) in rows.chunks_exact_mut(inputs).zip(z).zip(frames) {
        translator_input(z, &frame_pitch(frame), row);
    }
    rows
}

fn onset_inputs(frames: &[FeatureFrame]) -> candle_core::Result<Tensor> {
    let mut inputs = vec![0.0; frames.len() * ONSET_INPUTS];
    let mut past = OnsetInput::default();
    for (row, frame) in inputs.chunks_exact_mut(ONSET_INPUTS).zip(frames) {
        past.step(frame, row);
    }
    rows(inputs, ONSET_INPUTS)
}

/// `[1, channels, frames]` -> a row of channels for each frame.
fn values(tensor: &Tensor) -> candle_core::Result<Vec<f32>> {
    tensor
        .squeeze(0)?
        .t()?
        .contiguous()?
        .flatten_all()?
        .to_vec1()
}

pub(crate) fn var_builder(tensors: &Tensors) -> candle_core::Result<VarBuilder<'static>> {
    let tensors: HashMap<String, Tensor> = tensors
        .sorted()
        .into_iter()
        .map(|(name, tensor)| {
            let shape = tensor.shape.as_slice();
            let tensor = Tensor::from_slice(&tensor.values, shape, &Device::Cpu)?;
            Ok((name.to_owned(), tensor))
        })
        .collect::<candle_core::Result<_>>()?;
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}

/// Runs candle on one thread, which ends with the work: left alone, it would start one for each core in the host's
/// process and keep them. It is waited for on another one: a worker of rayon's that waits for a pool begins other work
/// meanwhile, which may load a model, too, and so on until the stack is at its end.
pub(crate) fn in_candle<T: Send>(
    work: impl FnOnce() -> candle_core::Result<T> + Send,
) -> Result<T, ModelFileError> {
    let unchecked = |error: &dyn std::fmt::Display| {
        // With backtraces switched on, candle's errors have many lines.
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default().to_owned();
        ModelFileError::Unchecked { reason }
    };
    let one_thread = || {
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build_scoped(|thread| thread.run(), |pool| pool.install(work))
    };
    let ended = std::thread::scope(|scope| scope.spawn(one_thread).join());
    let computed = ended.map_err(|_| unchecked(&"it did not come to an end"))?;
    let computed = computed.map_err(|error| unchecked(&error))?;
    computed.map_err(|error| unchecked(&error))
}
