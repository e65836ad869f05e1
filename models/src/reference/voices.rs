//! The voices network.

use candle_core::{Device, Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder};

use super::layers::leaky;
use crate::architecture::{
    VOICE_INPUTS, VOICE_INTERVALS, VOICE_OUTPUTS, VOICE_PITCHES, VoicesArchitecture,
};

/// What is told of every pitch in each frame -> what is said of it.
///
/// Tensors are `[frames, pitches, channels]`; every convolution is a sum of matrices on shifted copies.
#[derive(Clone, Debug)]
pub struct Voices {
    input: Linear,
    place: Tensor,
    time: Vec<TimeBlock>,
    pitch: Vec<(usize, PitchBlock)>,
    output: Linear,
}

#[derive(Clone, Debug)]
struct TimeBlock {
    /// By how many frames ago.
    taps: Vec<(usize, Tensor)>,
    bias: Tensor,
    mix: Linear,
}

#[derive(Clone, Debug)]
struct PitchBlock {
    squeeze: Linear,
    spread: Linear,
}

impl Voices {
    /// Loads `input`, `place`, `time.N`, `pitch.N` and `output`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &VoicesArchitecture, vb: VarBuilder) -> Result<Self> {
        let channels = architecture.channels;
        let dilations = architecture.dilations.iter().enumerate();
        let after = architecture.pitch_after.iter().enumerate();
        Ok(Self {
            input: pointwise(VOICE_INPUTS, channels, &vb.pp("input"))?,
            place: vb.get((VOICE_PITCHES, channels), "place")?,
            time: dilations
                .map(|(i, dilation)| TimeBlock::new(channels, *dilation, &vb.pp("time").pp(i)))
                .collect::<Result<_>>()?,
            pitch: after
                .map(|(i, after)| {
                    let vb = vb.pp("pitch").pp(i);
                    let heard = architecture.squeezed * VOICE_INTERVALS.len();
                    let block = PitchBlock {
                        squeeze: pointwise(channels, architecture.squeezed, &vb.pp("squeeze"))?,
                        spread: pointwise(heard, channels, &vb.pp("spread"))?,
                    };
                    Ok((*after, block))
                })
                .collect::<Result<_>>()?,
            output: pointwise(channels, VOICE_OUTPUTS, &vb.pp("output"))?,
        })
    }

    /// Rows of [`VoicesInput`](crate::streaming::voices::VoicesInput) `[frames, 73, 44]` -> `[frames, 73, 6]`:
    /// four probabilities, level, cents.
    ///
    /// # Errors
    /// candle's.
    pub fn forward(&self, inputs: &Tensor) -> Result<Tensor> {
        let mut x = self.input.forward(inputs)?.broadcast_add(&self.place)?;
        let mut over_pitch = self.pitch.iter().peekable();
        for (k, block) in self.time.iter().enumerate() {
            x = block.forward(&x)?;
            while let Some((_, block)) = over_pitch.next_if(|(after, _)| *after == k) {
                x = block.forward(&x)?;
            }
        }
        let out = self.output.forward(&leaky(&x)?)?;
        let chances = candle_nn::ops::sigmoid(&out.narrow(2, 0, 4)?)?;
        Tensor::cat(&[&chances, &out.narrow(2, 4, VOICE_OUTPUTS - 4)?], 2)
    }
}

impl TimeBlock {
    fn new(channels: usize, dilation: usize, vb: &VarBuilder) -> Result<Self> {
        let weight = vb.get((channels, channels, 3), "conv.weight")?;
        let tap = |k: usize| {
            let matrix = weight.narrow(2, k, 1)?.squeeze(2)?.t()?.contiguous()?;
            // The newest is the last.
            Ok(((2 - k) * dilation, matrix))
        };
        Ok(Self {
            taps: (0..3).map(tap).collect::<Result<_>>()?,
            bias: vb.get(channels, "conv.bias")?,
            mix: pointwise(channels, channels, &vb.pp("mix"))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let frames = x.dim(0)?;
        let activated = leaky(x)?;
        let mut hidden = x.zeros_like()?.broadcast_add(&self.bias)?;
        for (ago, matrix) in &self.taps {
            let padded = activated.pad_with_zeros(0, *ago, 0)?;
            let shifted = padded.narrow(0, 0, frames)?.contiguous()?;
            hidden = (hidden + shifted.broadcast_matmul(matrix)?)?;
        }
        x + self.mix.forward(&leaky(&hidden)?)?
    }
}

impl PitchBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let heard = leaky(&self.squeeze.forward(&leaky(x)?)?)?;
        let low = VOICE_INTERVALS.iter().min().map_or(0, |i| i.unsigned_abs());
        let high = VOICE_INTERVALS.iter().max().map_or(0, |i| i.unsigned_abs());
        let padded = heard.pad_with_zeros(1, low, high)?;
        let at = |interval: &isize| {
            padded.narrow(1, low.saturating_add_signed(*interval), VOICE_PITCHES)
        };
        let shifted = VOICE_INTERVALS.iter().map(at).collect::<Result<Vec<_>>>()?;
        x + self.spread.forward(&Tensor::cat(&shifted, 2)?)?
    }
}

fn pointwise(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Linear> {
    let weight = vb.get((outputs, inputs, 1), "weight")?.squeeze(2)?;
    Ok(Linear::new(weight, Some(vb.get(outputs, "bias")?)))
}

/// `frames` rows of every pitch, as one tensor.
///
/// # Errors
/// If they are not whole.
pub(crate) fn voice_rows(values: Vec<f32>, frames: usize) -> Result<Tensor> {
    Tensor::from_vec(values, (frames, VOICE_PITCHES, VOICE_INPUTS), &Device::Cpu)
}
