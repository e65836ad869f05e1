//! Sizes of the networks, as they stand in a model file.

mod continuation;
mod voices;

use serde::{Deserialize, Serialize};

use crate::envelope::ENVELOPE_POINTS;
use crate::features::MEL_BINS;

pub use continuation::{
    COPY_MATCHES, ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, EVENT_PLACES, EVENT_SHARES,
    INTERVAL_CLASSES, LEVEL_CLASSES, PART_CLASSES, PART_TOLD, TIME_CLASSES,
};
pub(crate) use voices::VOICE_SCALARS;
pub use voices::{
    FINE_SHIFTS, QUICK_SHIFTS, VOICE_INPUTS, VOICE_INTERVALS, VOICE_LAGS, VOICE_OUTPUTS,
    VOICE_PITCHES, VoicesArchitecture,
};

/// The pitches that the networks were trained on, Hz; what is tracked or played beyond is told to them as the nearest.
pub const TRAINED_PITCH_HZ: (f32, f32) = (55.0, 2200.0);
/// Sub-bands of the generator, and samples from one of its steps to the next.
pub const SUB_BANDS: usize = 16;
/// Frames over which the onset network is told of rises.
pub const ONSET_LAGS: [usize; 3] = [1, 3, 6];
/// Voicing, pitch, attack, loudness; changes of level and of pitch over each lag.
const ONSET_SCALARS: usize = 4 + 2 * ONSET_LAGS.len();
/// Numbers that the onset network is told of a frame: the mel bands, their rises over each lag, and ten scalars.
pub const ONSET_INPUTS: usize = MEL_BINS * (1 + ONSET_LAGS.len()) + ONSET_SCALARS;
/// Most channels of any layer.
pub const MAX_CHANNELS: usize = 512;
/// Most residual blocks of one network.
pub const MAX_BLOCKS: usize = 16;
/// Largest dilation.
pub const MAX_DILATION: usize = 128;
/// Most parameters of a base and one target together: the real-time budget.
pub const MAX_PARAMETERS: usize = 3_000_000;

/// Sizes of encoder, translator, generator and onset network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// Channels of the encoder's residual blocks.
    pub encoder_channels: usize,
    /// Dilation of each of the encoder's blocks, in frames.
    pub encoder_dilations: Vec<usize>,
    /// Channels of the content z.
    pub latent_channels: usize,
    /// Channels of the translator's residual blocks.
    pub translator_channels: usize,
    /// Dilation of each of the translator's blocks, in frames.
    pub translator_dilations: Vec<usize>,
    /// Triangles over log pitch in the translator's input.
    pub pitch_bumps: usize,
    /// Channels of the generator's residual blocks.
    pub generator_channels: usize,
    /// Dilation of each of the generator's blocks, in sub-band steps.
    pub generator_dilations: Vec<usize>,
    /// Channels of the onset network's residual blocks; 0 where there is no onset network.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub onset_channels: usize,
    /// Dilation of each of the onset network's blocks, in frames; empty where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub onset_dilations: Vec<usize>,
}

/// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

impl Default for Architecture {
    fn default() -> Self {
        Self {
            encoder_channels: 64,
            encoder_dilations: vec![1, 2, 4, 8],
            latent_channels: 16,
            translator_channels: 96,
            translator_dilations: vec![1, 2, 4, 8, 16],
            pitch_bumps: 16,
            generator_channels: 48,
            generator_dilations: vec![1, 3, 9, 1, 3, 9],
            onset_channels: 32,
            onset_dilations: vec![1, 2, 4, 8, 16, 1],
        }
    }
}

/// Name and shape of a tensor.
pub type Shape = (String, Vec<usize>);

impl Architecture {
    /// Channels into the translator: z, pitch bumps, log pitch, voicing, loudness, attack,
    /// mode.
    pub fn translator_inputs(&self) -> usize {
        self.latent_channels + self.pitch_bumps + 5
    }

    /// Whether a base has an onset network; those of format version 2 have none.
    pub fn has_onsets(&self) -> bool {
        self.onset_channels > 0 || !self.onset_dilations.is_empty()
    }

    /// Every tensor of a base file.
    pub fn base_tensors(&self) -> Vec<Shape> {
        let mut out = Vec::new();
        let mut conv = |name: &str, outputs: usize, inputs: usize, kernel: usize| {
            out.push((format!("{name}.weight"), vec![outputs, inputs, kernel]));
            out.push((format!("{name}.bias"), vec![outputs]));
        };
        let channels = self.encoder_channels;
        conv("encoder.input", channels, MEL_BINS, 3);
        for i in 0..self.encoder_dilations.len() {
            conv(&format!("encoder.blocks.{i}.conv"), channels, channels, 3);
            conv(&format!("encoder.blocks.{i}.mix"), channels, channels, 1);
        }
        conv("encoder.output", self.latent_channels, channels, 1);
        let channels = self.translator_channels;
        conv("translator.input", channels, self.translator_inputs(), 3);
        for i in 0..self.translator_dilations.len() {
            conv(
                &format!("translator.blocks.{i}.conv"),
                2 * channels,
                channels,
                3,
            );
            conv(&format!("translator.blocks.{i}.mix"), channels, channels, 1);
        }
        let channels = self.generator_channels;
        conv(
            "generator.condition",
            channels * self.generator_dilations.len(),
            self.translator_channels,
            1,
        );
        conv("generator.input", channels, 2 * SUB_BANDS, 3);
        for i in 0..self.generator_dilations.len() {
            conv(&format!("generator.blocks.{i}.conv"), channels, channels, 3);
            conv(&format!("generator.blocks.{i}.mix"), channels, channels, 1);
        }
        conv("generator.output", 3 * SUB_BANDS, channels, 1);
        for name in ["generator.analysis", "generator.synthesis"] {
            out.push((name.to_owned(), vec![SUB_BANDS, 2 * SUB_BANDS]));
        }
        if self.has_onsets() {
            out.extend(self.onset_tensors());
        }
        out
    }

    fn onset_tensors(&self) -> Vec<Shape> {
        let channels = self.onset_channels;
        let mut out = Vec::new();
        let mut conv = |name: &str, outputs: usize, inputs: usize, kernel: usize| {
            let name = format!("onsets.{name}");
            out.push((format!("{name}.weight"), vec![outputs, inputs, kernel]));
            out.push((format!("{name}.bias"), vec![outputs]));
        };
        conv("input", channels, ONSET_INPUTS, 1);
        for i in 0..self.onset_dilations.len() {
            conv(&format!("blocks.{i}.conv"), channels, channels, 3);
            conv(&format!("blocks.{i}.mix"), channels, channels, 1);
        }
        conv("output", 1, channels, 1);
        out
    }

    /// Every tensor of a target file.
    pub fn target_tensors(&self) -> Vec<Shape> {
        let film = vec![
            self.translator_dilations.len(),
            2 * self.translator_channels,
        ];
        vec![
            ("film.scale".to_owned(), film.clone()),
            ("film.shift".to_owned(), film),
            (
                "head.weight".to_owned(),
                vec![2 * ENVELOPE_POINTS, self.translator_channels],
            ),
            ("head.bias".to_owned(), vec![2 * ENVELOPE_POINTS]),
        ]
    }
}
