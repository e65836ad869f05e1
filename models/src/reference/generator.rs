//! The generator.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{CausalConv1d, Past, ResidualBlock, leaky};
use crate::architecture::{Architecture, SUB_BANDS};
use crate::rates::HOP_SAMPLES;
use crate::streaming::conv::ConvConfig;
use crate::streaming::generator::{FRAME_STEPS, HOP_STEPS, INPUT_SCALE, LOUDNESS_FLOOR};

/// Residual stacks on sub-bands, conditioned on the translator's hidden frames.
#[derive(Clone, Debug)]
pub struct Generator {
    channels: usize,
    analysis: Tensor,
    synthesis: Tensor,
    condition: CausalConv1d,
    input: CausalConv1d,
    blocks: Vec<ResidualBlock>,
    output: CausalConv1d,
}

impl Generator {
    /// Loads `analysis`, `synthesis`, `condition`, `input`, `blocks.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &Architecture, vb: VarBuilder) -> Result<Self> {
        let channels = architecture.generator_channels;
        let dilations = &architecture.generator_dilations;
        let blocks = vb.pp("blocks");
        let conditions =
            ConvConfig::pointwise(architecture.translator_channels, channels * dilations.len());
        Ok(Self {
            channels,
            analysis: vb.get((SUB_BANDS, 2 * SUB_BANDS), "analysis")?,
            synthesis: vb.get((SUB_BANDS, 2 * SUB_BANDS), "synthesis")?,
            condition: CausalConv1d::new(conditions, vb.pp("condition"))?,
            input: CausalConv1d::new(
                ConvConfig::new(2 * SUB_BANDS, channels, 3, 1),
                vb.pp("input"),
            )?,
            blocks: dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, blocks.pp(i)))
                .collect::<Result<_>>()?,
            output: CausalConv1d::new(
                ConvConfig::pointwise(channels, 3 * SUB_BANDS),
                vb.pp("output"),
            )?,
        })
    }

    /// Samples `[16 steps]` -> sub-bands `[steps, 16]`.
    fn analyse(&self, stream: &[f32]) -> Result<Tensor> {
        let steps = stream.len() / SUB_BANDS;
        let padded = [&[0.0; SUB_BANDS], stream].concat();
        let windows: Vec<f32> = (0..steps)
            .flat_map(|j| padded[j * SUB_BANDS..(j + 2) * SUB_BANDS].iter().copied())
            .collect();
        let windows = Tensor::from_vec(windows, (steps, 2 * SUB_BANDS), &Device::Cpu)?;
        windows.matmul(&self.analysis.t()?.contiguous()?)
    }

    /// Sub-bands `[steps, 16]` -> samples `[16 steps]`, 16 late.
    fn synthesise(&self, bands: &Tensor) -> Result<Tensor> {
        let parts = bands.matmul(&self.synthesis)?;
        let first = parts.narrow(1, 0, SUB_BANDS)?;
        let second = parts.narrow(1, SUB_BANDS, SUB_BANDS)?;
        let late = second
            .pad_with_zeros(0, 1, 0)?
            .narrow(0, 0, bands.dim(0)?)?;
        (first + late)?.flatten_all()
    }

    /// What the generator adds to the prior, which is 16 samples late.
    ///
    /// Streams from the first hop on (whole hops, as many as `hops`), `hidden`
    /// `[1, channels, frames]` and `log_loudness` of frames 1, 2, .. -> `[samples]`.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(
        &self,
        tonal: &[f32],
        noisy: &[f32],
        hidden: &Tensor,
        log_loudness: &[f32],
    ) -> Result<Tensor> {
        let steps = tonal.len() / HOP_SAMPLES * HOP_STEPS;
        let amplitude: Vec<f32> = log_loudness.iter().map(|l| l.exp()).collect();
        let amplitude = Tensor::from_vec(amplitude, (1, 1, log_loudness.len()), &Device::Cpu)?;
        let loudness = (interpolate(&amplitude, steps)? + f64::from(LOUDNESS_FLOOR))?;
        let tonal_bands = channels_first(&self.analyse(tonal)?)?;
        let noise_bands = channels_first(&self.analyse(noisy)?)?;
        let both = Tensor::cat(&[&tonal_bands, &noise_bands], 1)?;
        let x = asinh(&(both * f64::from(INPUT_SCALE))?.broadcast_div(&loudness)?)?;
        let conditions = interpolate(&self.conditions(hidden)?, steps)?;
        let gains = self
            .gains(&x, &conditions, &mut Past::default())?
            .chunk(3, 1)?;
        let scaled = ((&gains[0] * tonal_bands)? + (&gains[1] * noise_bands)?)?;
        let bands = ((scaled * 2.0)? + gains[2].broadcast_mul(&loudness)?)?;
        self.synthesise(&bands.squeeze(0)?.t()?.contiguous()?)
    }
}

impl Generator {
    /// hidden `[1, channels, frames]` -> what is added in the blocks, one after the other: `[1, .., frames]`.
    ///
    /// # Errors
    /// candle's.
    pub fn conditions(&self, hidden: &Tensor) -> Result<Tensor> {
        self.condition.forward(hidden)
    }

    /// The network itself, for the steps that come next: compressed sub-bands of both streams
    /// `[1, 32, steps]` and conditions of each step -> gains of both and what is added `[1, 48, steps]`.
    ///
    /// # Errors
    /// candle's.
    pub fn gains(&self, x: &Tensor, conditions: &Tensor, past: &mut Past) -> Result<Tensor> {
        past.rewind();
        let mut x = self.input.step(x, past)?;
        for (i, block) in self.blocks.iter().enumerate() {
            let condition = conditions.narrow(1, i * self.channels, self.channels)?;
            x = block.step(&x, Some(&condition), past)?;
        }
        self.output.step(&leaky(&x)?, past)?.tanh()
    }
}

/// `[steps, channels]` -> `[1, channels, steps]`.
fn channels_first(rows: &Tensor) -> Result<Tensor> {
    rows.t()?.contiguous()?.unsqueeze(0)
}

/// candle has none.
fn asinh(x: &Tensor) -> Result<Tensor> {
    let values: Vec<f32> = x
        .flatten_all()?
        .to_vec1::<f32>()?
        .into_iter()
        .map(f32::asinh)
        .collect();
    Tensor::from_vec(values, x.shape(), x.device())
}

/// Frames 1, 2, .. `[1, C, F]` -> the first `steps` steps `[1, C, steps]`: one hop of frame
/// 0, which is zero, then linearly from frame to frame.
fn interpolate(frames: &Tensor, steps: usize) -> Result<Tensor> {
    let (_, channels, count) = frames.dims3()?;
    let before = frames
        .pad_with_zeros(D::Minus1, 1, 0)?
        .narrow(2, 0, count)?
        .unsqueeze(3)?;
    let latest = frames.unsqueeze(3)?;
    let weights: Vec<f32> = (1..=FRAME_STEPS)
        .map(|i| i as f32 / FRAME_STEPS as f32)
        .collect();
    let u = Tensor::from_vec(weights, (1, 1, 1, FRAME_STEPS), &Device::Cpu)?;
    let rest = u.affine(-1.0, 1.0)?;
    let inside = (before.broadcast_mul(&rest)? + latest.broadcast_mul(&u)?)?;
    let all = inside.reshape((1, channels, count * FRAME_STEPS))?;
    all.pad_with_zeros(2, HOP_STEPS, 0)?
        .narrow(2, 0, steps)?
        .contiguous()
}
