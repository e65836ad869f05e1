//! One stretch of frames through trunk and head, and the gradient of a loss back to the target's own parameters.

use mynah_models::LEAKY_SLOPE;
use mynah_models::instructions::Instructions;
use mynah_models::streaming::kernel::{Epilogue, PackedConv};

use super::adaptation::{Adaptation, OUTPUTS};
use super::trunk::{TAPS, Trunk, TrunkBlock, pointwise};

/// An [`Adaptation`] as the kernel reads it.
pub(super) struct Packed<'a> {
    adaptation: &'a Adaptation,
    /// `1 + scale` of each block.
    gains: Vec<Vec<f32>>,
    head: PackedConv,
    /// Gradient of the head's output -> that of the hidden frame.
    head_back: PackedConv,
}

/// What a stretch leaves behind on its way forwards. To be used again: nothing is allocated while stretches get no longer.
#[derive(Default)]
pub(super) struct Tape {
    /// `[past | rows]` of the input; zeros are the past.
    input: Vec<f32>,
    /// `[past | rows]` of a block's input.
    padded: Vec<f32>,
    blocks: Vec<BlockTape>,
    /// What comes out of the last block `[rows, channels]`.
    last: Vec<f32>,
    hidden: Vec<f32>,
    gated: Vec<f32>,
    made: Vec<f32>,
    /// Gradients.
    d_x: Vec<f32>,
    d_gated: Vec<f32>,
    /// `[rows | past]`: gradient of what a block's convolution makes.
    d_conv: Vec<f32>,
    rows: usize,
    context: usize,
}

/// Of one block, what its gradient needs.
#[derive(Default)]
struct BlockTape {
    /// What the convolution makes, before scale and shift, `[rows, 2 channels]`.
    conv: Vec<f32>,
    /// tanh of the left half, `[rows, channels]`.
    left: Vec<f32>,
    /// sigmoid of the right half.
    right: Vec<f32>,
}

impl<'a> Packed<'a> {
    pub(super) fn new(instructions: Instructions, adaptation: &'a Adaptation) -> Self {
        let channels = adaptation.sizes().channels;
        let weight = adaptation.weight();
        let transposed = transposed(weight, channels);
        let gain = |block| adaptation.scale(block).iter().map(|s| 1.0 + s).collect();
        Self {
            gains: (0..adaptation.sizes().blocks).map(gain).collect(),
            head: pointwise(
                instructions,
                weight,
                Some(adaptation.bias()),
                [OUTPUTS, channels],
            ),
            head_back: pointwise(instructions, &transposed, None, [channels, OUTPUTS]),
            adaptation,
        }
    }

    /// Hidden frames `[frames, channels]` -> what the head makes of them, not yet kept within their range.
    pub(super) fn envelopes(&self, hidden: &[f32]) -> Vec<f32> {
        let frames = hidden.len() / self.adaptation.sizes().channels;
        let mut made = vec![0.0; frames * OUTPUTS];
        self.head.run(hidden, &mut made, Epilogue::NONE);
        made
    }
}

impl Tape {
    /// `inputs` `[rows, inputs]` -> the frames made of the rows from `context` on, `[rows - context, 128]`, not yet
    /// kept within their range. What precedes the first row is zeros, as after a reset.
    pub(super) fn forward(
        &mut self,
        trunk: &Trunk,
        packed: &Packed,
        inputs: &[f32],
        context: usize,
    ) -> &[f32] {
        self.forward_trunk(trunk, packed, inputs, context);
        let counted = (self.rows - context) * OUTPUTS;
        self.made.resize(counted, 0.0);
        let hidden = &self.hidden[context * trunk.sizes().channels..];
        packed.head.run(hidden, &mut self.made, Epilogue::NONE);
        &self.made
    }

    /// The same up to the hidden frames of the rows from `context` on, `[rows - context, channels]`.
    pub(super) fn forward_trunk(
        &mut self,
        trunk: &Trunk,
        packed: &Packed,
        inputs: &[f32],
        context: usize,
    ) -> &[f32] {
        let channels = trunk.sizes().channels;
        self.rows = inputs.len() / trunk.inputs();
        self.context = context;
        pad(&mut self.input, (TAPS - 1) * trunk.inputs(), inputs);
        self.last.resize(self.rows * channels, 0.0);
        trunk.input.run(&self.input, &mut self.last, Epilogue::NONE);
        self.blocks
            .resize_with(trunk.blocks.len(), BlockTape::default);
        for (index, block) in trunk.blocks.iter().enumerate() {
            self.block(trunk, block, packed, index);
        }
        self.hidden.resize(self.last.len(), 0.0);
        trunk.ops.leaky(&self.last, LEAKY_SLOPE, &mut self.hidden);
        &self.hidden[context * channels..]
    }

    fn block(&mut self, trunk: &Trunk, block: &TrunkBlock, packed: &Packed, index: usize) {
        let channels = trunk.sizes().channels;
        let tape = &mut self.blocks[index];
        pad(&mut self.padded, block.past * channels, &self.last);
        tape.conv.resize(self.rows * 2 * channels, 0.0);
        block.conv.run(&self.padded, &mut tape.conv, Epilogue::NONE);
        let shift = packed.adaptation.shift(index);
        let (gain_left, gain_right) = packed.gains[index].split_at(channels);
        let (shift_left, shift_right) = shift.split_at(channels);
        for half in [&mut tape.left, &mut tape.right] {
            half.resize(self.rows * channels, 0.0);
        }
        let halves = tape
            .left
            .chunks_exact_mut(channels)
            .zip(tape.right.chunks_exact_mut(channels));
        for (conv, (left, right)) in tape.conv.chunks_exact(2 * channels).zip(halves) {
            let (conv_left, conv_right) = conv.split_at(channels);
            left.copy_from_slice(conv_left);
            right.copy_from_slice(conv_right);
        }
        trunk.ops.film(gain_left, shift_left, &mut tape.left);
        trunk.ops.film(gain_right, shift_right, &mut tape.right);
        trunk.ops.tanh_in_place(&mut tape.left);
        self.gated.resize(self.rows * channels, 0.0);
        trunk.ops.sigmoid(&tape.right, &mut self.gated);
        tape.right.copy_from_slice(&self.gated);
        for (gated, left) in self.gated.iter_mut().zip(&tape.left) {
            *gated *= left;
        }
        block
            .mix
            .run(&self.gated, &mut self.last, Epilogue::RESIDUAL);
    }

    /// After [`forward`](Self::forward): the loss's gradient by the frames that were made -> `gradient`, which is overwritten.
    pub(super) fn backward(
        &mut self,
        trunk: &Trunk,
        packed: &Packed,
        d_made: &[f32],
        gradient: &mut Adaptation,
    ) {
        let channels = trunk.sizes().channels;
        let counted = self.rows - self.context;
        let hidden = &self.hidden[self.context * channels..];
        // The head's gradient is a product of matrices too: its rows are outputs, its sums go over frames.
        let over_frames = pointwise(
            trunk.instructions,
            &transposed(hidden, channels),
            None,
            [channels, counted],
        );
        let by_output = transposed(d_made, OUTPUTS);
        over_frames.run(&by_output, gradient.weight_mut(), Epilogue::NONE);
        for (bias, by_frame) in gradient
            .bias_mut()
            .iter_mut()
            .zip(by_output.chunks_exact(counted))
        {
            *bias = by_frame.iter().sum();
        }

        self.d_x.clear();
        self.d_x.resize(self.rows * channels, 0.0);
        let d_x = &mut self.d_x[self.context * channels..];
        packed.head_back.run(d_made, d_x, Epilogue::NONE);
        for (d_x, last) in self.d_x.iter_mut().zip(&self.last) {
            *d_x *= if *last > 0.0 { 1.0 } else { LEAKY_SLOPE };
        }
        for (index, block) in trunk.blocks.iter().enumerate().rev() {
            self.block_backward(trunk, block, packed, index, gradient);
        }
    }

    fn block_backward(
        &mut self,
        trunk: &Trunk,
        block: &TrunkBlock,
        packed: &Packed,
        index: usize,
        gradient: &mut Adaptation,
    ) {
        let channels = trunk.sizes().channels;
        let tape = &self.blocks[index];
        self.d_gated.resize(self.rows * channels, 0.0);
        block
            .mix_back
            .run(&self.d_x, &mut self.d_gated, Epilogue::NONE);
        let filmed = self.rows * 2 * channels;
        self.d_conv.clear();
        self.d_conv.resize(filmed + block.past * 2 * channels, 0.0);
        let frames = self.d_conv.chunks_exact_mut(2 * channels);
        let halves = tape
            .left
            .chunks_exact(channels)
            .zip(tape.right.chunks_exact(channels));
        let frames = frames.zip(halves).zip(self.d_gated.chunks_exact(channels));
        for ((d, (left, right)), d_gated) in frames {
            let (d_left, d_right) = d.split_at_mut(channels);
            let values = left.iter().zip(right).zip(d_gated);
            let places = d_left.iter_mut().zip(d_right);
            for (((left, right), d_gated), (d_left, d_right)) in values.zip(places) {
                *d_left = d_gated * right * (1.0 - left * left);
                *d_right = d_gated * left * right * (1.0 - right);
            }
        }
        let d_scale = gradient.scale_mut(index);
        d_scale.fill(0.0);
        let frames = self.d_conv.chunks_exact(2 * channels);
        for (d, conv) in frames.zip(tape.conv.chunks_exact(2 * channels)) {
            for ((sum, d), conv) in d_scale.iter_mut().zip(d).zip(conv) {
                *sum += d * conv;
            }
        }
        let d_shift = gradient.shift_mut(index);
        d_shift.fill(0.0);
        for d in self.d_conv[..filmed].chunks_exact(2 * channels) {
            for (sum, d) in d_shift.iter_mut().zip(d) {
                *sum += d;
            }
        }
        // What is before the first block has nothing of the target's.
        if index > 0 {
            for d in self.d_conv[..filmed].chunks_exact_mut(2 * channels) {
                for (d, gain) in d.iter_mut().zip(&packed.gains[index]) {
                    *d *= gain;
                }
            }
            block
                .conv_back
                .run(&self.d_conv, &mut self.d_x, Epilogue::RESIDUAL);
        }
    }
}

/// `values` behind so many zeros.
fn pad(padded: &mut Vec<f32>, zeros: usize, values: &[f32]) {
    padded.clear();
    padded.resize(zeros, 0.0);
    padded.extend_from_slice(values);
}

/// `[rows, width]` -> `[width, rows]`.
fn transposed(values: &[f32], width: usize) -> Vec<f32> {
    let rows = values.len() / width;
    let mut out = Vec::with_capacity(values.len());
    for column in 0..width {
        out.extend((0..rows).map(|row| values[row * width + column]));
    }
    out
}
