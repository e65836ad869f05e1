//! The continuation network.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layers::{CausalConv1d, ResidualBlock, leaky};
use crate::architecture::{
    ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, PART_CLASSES, PART_TOLD,
};
use crate::streaming::conv::ConvConfig;

/// What is told of each event -> what may come next.
#[derive(Clone, Debug)]
pub struct Continuation {
    input: CausalConv1d,
    blocks: Vec<ResidualBlock>,
    heads: Vec<(CausalConv1d, CausalConv1d)>,
}

impl Continuation {
    /// Loads `input`, `blocks.N` and `heads.N`.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(architecture: &ContinuationArchitecture, vb: VarBuilder) -> Result<Self> {
        let (channels, hidden) = (architecture.channels, architecture.hidden);
        let pointwise = |inputs, outputs, vb: VarBuilder| {
            CausalConv1d::new(ConvConfig::pointwise(inputs, outputs), vb)
        };
        let dilations = architecture.dilations.iter().enumerate();
        let head = |part: usize| {
            let vb = vb.pp("heads").pp(part);
            let inputs = channels + PART_TOLD[part];
            Ok((
                pointwise(inputs, hidden, vb.pp("hidden"))?,
                pointwise(hidden, PART_CLASSES[part], vb.pp("output"))?,
            ))
        };
        Ok(Self {
            input: pointwise(EVENT_INPUTS, channels, vb.pp("input"))?,
            blocks: dilations
                .map(|(i, d)| ResidualBlock::new(channels, *d, vb.pp("blocks").pp(i)))
                .collect::<Result<_>>()?,
            heads: (0..EVENT_PARTS).map(head).collect::<Result<_>>()?,
        })
    }

    /// Rows of [`EventRow`](crate::continuation::EventRow) `[1, 134, events]` -> the trunk's output
    /// `[1, channels, events]`.
    ///
    /// # Errors
    /// candle's.
    pub fn trunk(&self, rows: &Tensor) -> Result<Tensor> {
        let mut x = self.input.forward(rows)?;
        for block in &self.blocks {
            x = block.forward(&x, None)?;
        }
        leaky(&x)
    }

    /// Logits of a part of each event's next one `[1, classes, events]`, of the trunk's output and what the head is told
    /// besides `[1, told, events]`, if it is told anything.
    ///
    /// # Errors
    /// candle's.
    pub fn logits(&self, part: usize, trunk: &Tensor, told: Option<&Tensor>) -> Result<Tensor> {
        let (hidden, output) = &self.heads[part];
        let x = match told {
            Some(told) => Tensor::cat(&[trunk, told], 1)?.contiguous()?,
            None => trunk.clone(),
        };
        output.forward(&leaky(&hidden.forward(&x)?)?)
    }
}
