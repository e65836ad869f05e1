//! The part of the translator that all targets share, forwards and backwards; it stays as it is.
//!
//! Forwards it is computed by the kernel that the live chain is made of. Backwards each convolution is one too: with
//! its matrices transposed and its taps in reverse, over gradients instead of frames.

use mynah_models::architecture::Architecture;
use mynah_models::file::{Params, Tensors};
use mynah_models::instructions::Instructions;
use mynah_models::streaming::kernel::{Layout, PackedConv};
use mynah_models::streaming::ops::Ops;
use mynah_models::{ModelFileError, ModelKind, network_tensors};

use super::adaptation::Sizes;

/// Taps of every convolution over time.
pub(super) const TAPS: usize = 3;

/// A base's trunk. Immutable and shared.
pub struct Trunk {
    pub(super) instructions: Instructions,
    pub(super) ops: Ops,
    pub(super) input: PackedConv,
    pub(super) blocks: Vec<TrunkBlock>,
    sizes: Sizes,
    inputs: usize,
    latent: usize,
}

/// One gated residual block.
pub(super) struct TrunkBlock {
    /// Frames of the past that its convolution sees.
    pub(super) past: usize,
    pub(super) conv: PackedConv,
    pub(super) mix: PackedConv,
    /// Gradient of the convolution's output, followed by `past` rows of zeros -> that of its input.
    pub(super) conv_back: PackedConv,
    pub(super) mix_back: PackedConv,
}

impl Trunk {
    /// Takes the trunk out of a base's file.
    ///
    /// # Errors
    /// Whatever is wrong with the file.
    pub fn from_base(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (info, tensors) = network_tensors(bytes, ModelKind::Base)?;
        Self::new(&info.architecture, &tensors)
    }

    /// Compiles the tensors below `translator`.
    ///
    /// # Errors
    /// If one is missing or of another shape.
    pub fn new(architecture: &Architecture, tensors: &Tensors) -> Result<Self, ModelFileError> {
        let params = tensors.root().pp("translator");
        let (inputs, channels) = (
            architecture.translator_inputs(),
            architecture.translator_channels,
        );
        let blocks = params.pp("blocks");
        Ok(Self {
            instructions: params.instructions(),
            ops: Ops::new(params.instructions()),
            input: conv(&params.pp("input"), [channels, inputs, TAPS], 1)?,
            blocks: architecture
                .translator_dilations
                .iter()
                .enumerate()
                .map(|(i, dilation)| TrunkBlock::new(&blocks.pp(i), channels, *dilation))
                .collect::<Result<_, _>>()?,
            sizes: Sizes::of(architecture),
            inputs,
            latent: architecture.latent_channels,
        })
    }

    /// Blocks and channels.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// Values in a row of its input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many of these, from the first on, are the content.
    pub fn latent(&self) -> usize {
        self.latent
    }

    /// Frames before a frame that it depends on.
    pub fn past_frames(&self) -> usize {
        TAPS - 1 + self.blocks.iter().map(|block| block.past).sum::<usize>()
    }
}

impl TrunkBlock {
    fn new(params: &Params, channels: usize, dilation: usize) -> Result<Self, ModelFileError> {
        let shape = [2 * channels, channels, TAPS];
        let mix_shape = [channels, channels, 1];
        Ok(Self {
            past: (TAPS - 1) * dilation,
            conv: conv(&params.pp("conv"), shape, dilation)?,
            mix: conv(&params.pp("mix"), mix_shape, 1)?,
            conv_back: conv_back(&params.pp("conv"), shape, dilation)?,
            mix_back: conv_back(&params.pp("mix"), mix_shape, 1)?,
        })
    }
}

fn conv(params: &Params, shape: [usize; 3], dilation: usize) -> Result<PackedConv, ModelFileError> {
    let [outputs, inputs, _] = shape;
    let layout = Layout {
        row_stride: inputs,
        tap_stride: dilation * inputs,
    };
    let weight = params.get("weight", &shape)?;
    let bias = params.get("bias", &[outputs])?;
    let instructions = params.instructions();
    Ok(PackedConv::new(
        instructions,
        weight,
        Some(bias),
        shape,
        layout,
    ))
}

/// The adjoint: input frame `t` went into output frames `t, t + d, .., t + (k - 1) d`.
fn conv_back(
    params: &Params,
    shape: [usize; 3],
    dilation: usize,
) -> Result<PackedConv, ModelFileError> {
    let [outputs, inputs, taps] = shape;
    let weight = params.get("weight", &shape)?;
    let mut back = Vec::with_capacity(weight.len());
    for input in 0..inputs {
        for output in 0..outputs {
            let taps = &weight[(output * inputs + input) * taps..][..taps];
            back.extend(taps.iter().rev());
        }
    }
    let layout = Layout {
        row_stride: outputs,
        tap_stride: dilation * outputs,
    };
    Ok(PackedConv::new(
        params.instructions(),
        &back,
        None,
        [inputs, outputs, taps],
        layout,
    ))
}

/// `[outputs, inputs]` on every row; `None` for no bias.
pub(super) fn pointwise(
    instructions: Instructions,
    weight: &[f32],
    bias: Option<&[f32]>,
    [outputs, inputs]: [usize; 2],
) -> PackedConv {
    let layout = Layout {
        row_stride: inputs,
        tap_stride: 0,
    };
    PackedConv::new(instructions, weight, bias, [outputs, inputs, 1], layout)
}
