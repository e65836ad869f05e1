//! The networks of a base, compiled for streaming.

use crate::architecture::Architecture;
use crate::file::{ModelFileError, Params};
use crate::streaming::encoder::Encoder;
use crate::streaming::generator::Generator;
use crate::streaming::onsets::OnsetNet;
use crate::streaming::translator::Translator;

/// Encoder, shared trunk of the translator, generator and, if there is one, onset network. Immutable and shared.
pub(crate) struct Networks {
    pub(crate) encoder: Encoder,
    pub(crate) translator: Translator,
    pub(crate) generator: Generator,
    pub(crate) onsets: Option<OnsetNet>,
}

impl Networks {
    /// Compiles all tensors of a base, with the instructions of `params`. Allocates.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub(crate) fn new(
        architecture: &Architecture,
        params: &Params,
    ) -> Result<Self, ModelFileError> {
        let onsets = || OnsetNet::new(architecture, &params.pp("onsets"));
        Ok(Self {
            encoder: Encoder::new(architecture, &params.pp("encoder"))?,
            translator: Translator::new(architecture, &params.pp("translator"))?,
            generator: Generator::new(architecture, &params.pp("generator"))?,
            onsets: architecture.has_onsets().then(onsets).transpose()?,
        })
    }

    /// Multiplications in a frame (without a target's own) and, besides, in a hop.
    pub(crate) fn macs(&self) -> (usize, usize) {
        let (frame, hop) = self.generator.macs();
        let frame = frame
            + self.encoder.macs_per_row()
            + self.translator.macs_per_row()
            + self.onsets.as_ref().map_or(0, OnsetNet::macs_per_row);
        (frame, hop)
    }
}
