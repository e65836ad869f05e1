//! The networks a frame at a time through plain candle operations: what the streaming kernel is compared
//! with, in speed too.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::layers::Past;
use super::{Encoder, Generator, Onsets, ReferenceError, Target, Translator};
use crate::architecture::ONSET_INPUTS;
use crate::architecture::SUB_BANDS;
use crate::features::MEL_BINS;
use crate::file::ModelInfo;
use crate::streaming::generator::{FRAME_STEPS, HOP_STEPS};

/// A base and a target with the past of one stream. Allocates in every step; any thread but audio.
pub struct Stepwise {
    encoder: Encoder,
    translator: Translator,
    target: Target,
    generator: Generator,
    onsets: Option<Onsets>,
    pasts: [Past; 4],
    log_mel: Tensor,
    log_level: Tensor,
    others: Tensor,
    onset_inputs: Tensor,
    sub_bands: Tensor,
}

impl Stepwise {
    /// Loads both files.
    ///
    /// # Errors
    /// If a header is refused, or a tensor is missing or of another shape.
    pub fn from_bytes(base: &[u8], target: &[u8]) -> Result<Self, ReferenceError> {
        let architecture = ModelInfo::read(base)?.architecture;
        let base = VarBuilder::from_slice_safetensors(base, DType::F32, &Device::Cpu)?;
        let target = VarBuilder::from_slice_safetensors(target, DType::F32, &Device::Cpu)?;
        let others = architecture.translator_inputs() - architecture.latent_channels;
        let some = |shape: &[usize]| Tensor::full(0.1_f32, shape, &Device::Cpu);
        Ok(Self {
            encoder: Encoder::new(&architecture, base.pp("encoder"))?,
            translator: Translator::new(&architecture, base.pp("translator"))?,
            target: Target::new(&architecture, target)?,
            generator: Generator::new(&architecture, base.pp("generator"))?,
            onsets: architecture
                .has_onsets()
                .then(|| Onsets::new(&architecture, base.pp("onsets")))
                .transpose()?,
            pasts: Default::default(),
            log_mel: some(&[1, MEL_BINS, 1])?,
            log_level: some(&[1])?,
            others: some(&[1, others, 1])?,
            onset_inputs: some(&[1, ONSET_INPUTS, 1])?,
            sub_bands: some(&[1, 2 * SUB_BANDS, HOP_STEPS])?,
        })
    }

    /// All networks of one frame (two hops of the generator) on a constant input; what they cost does not
    /// depend on its values. Returns the gains of the last hop, so that nothing can be left out.
    ///
    /// # Errors
    /// candle's.
    pub fn frame(&mut self) -> Result<Tensor, ReferenceError> {
        let [encoder, translator, generator, onsets] = &mut self.pasts;
        if let Some(network) = &self.onsets {
            network.step(&self.onset_inputs, onsets)?;
        }
        let z = self.encoder.step(&self.log_mel, &self.log_level, encoder)?;
        let inputs = Tensor::cat(&[&z, &self.others], 1)?;
        let hidden = self.translator.step(&inputs, &self.target, translator)?;
        let envelopes = self.target.envelopes(&hidden)?;
        let conditions = self.generator.conditions(&hidden)?;
        let conditions = conditions.broadcast_as((1, conditions.dim(1)?, HOP_STEPS))?;
        let mut gains = envelopes;
        for _ in 0..FRAME_STEPS / HOP_STEPS {
            gains = self
                .generator
                .gains(&self.sub_bands, &conditions, generator)?;
        }
        Ok(gains)
    }
}
