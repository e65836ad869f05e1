//! Which sizes of the networks a file may have.

use super::ModelFileError;
use crate::architecture::{Architecture, MAX_BLOCKS, MAX_CHANNELS, MAX_DILATION, MAX_PARAMETERS};

impl Architecture {
    /// Refuses sizes that could not be run or stored.
    ///
    /// # Errors
    /// [`ModelFileError::ArchitectureOutOfRange`], [`ModelFileError::TooManyParameters`].
    pub fn check(&self) -> Result<(), ModelFileError> {
        let within = |field: &'static str, value: usize, low: usize, high: usize| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(ModelFileError::ArchitectureOutOfRange {
                    field,
                    value,
                    low,
                    high,
                })
            }
        };
        within("encoder_channels", self.encoder_channels, 1, MAX_CHANNELS)?;
        within("latent_channels", self.latent_channels, 1, MAX_CHANNELS)?;
        within(
            "translator_channels",
            self.translator_channels,
            1,
            MAX_CHANNELS,
        )?;
        within("pitch_bumps", self.pitch_bumps, 2, MAX_CHANNELS)?;
        within(
            "generator_channels",
            self.generator_channels,
            1,
            MAX_CHANNELS,
        )?;
        let mut all = vec![
            ("encoder_dilations", &self.encoder_dilations),
            ("translator_dilations", &self.translator_dilations),
            ("generator_dilations", &self.generator_dilations),
        ];
        if self.has_onsets() {
            within("onset_channels", self.onset_channels, 1, MAX_CHANNELS)?;
            all.push(("onset_dilations", &self.onset_dilations));
        }
        for (field, dilations) in all {
            within(field, dilations.len(), 1, MAX_BLOCKS)?;
            for dilation in dilations {
                within(field, *dilation, 1, MAX_DILATION)?;
            }
        }
        let shapes = self.base_tensors().into_iter().chain(self.target_tensors());
        let parameters: usize = shapes
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        if parameters > MAX_PARAMETERS {
            return Err(ModelFileError::TooManyParameters {
                parameters,
                limit: MAX_PARAMETERS,
            });
        }
        Ok(())
    }
}
