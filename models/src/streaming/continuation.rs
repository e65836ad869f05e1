//! The continuation network, streaming: one event after the other, and what may come next.
//!
//! `models/training/mynah_training/continuation_network.py` is the specification.

use super::conv::{CausalConv, ConvConfig};
use super::kernel::{Addend, Epilogue};
use super::ops::Ops;
use super::residual::{BlockState, ResidualBlock};
use crate::architecture::{
    ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, PART_CLASSES, PART_TOLD,
};
use crate::file::ModelFileError;
use crate::file::Params;
use crate::rates::LEAKY_SLOPE;

/// Weights of the continuation network. Immutable and shared.
#[derive(Clone, Debug)]
pub struct ContinuationNetwork {
    ops: Ops,
    channels: usize,
    hidden: usize,
    input: CausalConv,
    blocks: Vec<ResidualBlock>,
    heads: Vec<Head>,
}

/// Says one part of the next event.
#[derive(Clone, Debug)]
struct Head {
    hidden: CausalConv,
    output: CausalConv,
}

/// Past and scratch of a [`ContinuationNetwork`].
#[derive(Clone, Debug)]
pub struct ContinuationNetworkState {
    blocks: Vec<BlockState>,
    x: Vec<f32>,
    /// The trunk's output, and behind it what a head is told besides.
    activated: Vec<f32>,
    hidden: Vec<f32>,
}

impl ContinuationNetwork {
    /// Compiles the tensors below `input`, `blocks.N` and `heads.N`. Allocates.
    ///
    /// # Errors
    /// If a tensor is missing or of another shape.
    pub fn new(
        architecture: &ContinuationArchitecture,
        params: &Params,
    ) -> Result<Self, ModelFileError> {
        let (channels, hidden) = (architecture.channels, architecture.hidden);
        let (blocks, heads) = (params.pp("blocks"), params.pp("heads"));
        let dilations = architecture.dilations.iter().enumerate();
        let pointwise = |inputs, outputs, params: &Params| {
            CausalConv::new(ConvConfig::pointwise(inputs, outputs), params)
        };
        Ok(Self {
            ops: Ops::new(params.instructions()),
            channels,
            hidden,
            input: pointwise(EVENT_INPUTS, channels, &params.pp("input"))?,
            blocks: dilations
                .map(|(i, dilation)| ResidualBlock::new(channels, *dilation, &blocks.pp(i)))
                .collect::<Result<_, _>>()?,
            heads: (0..EVENT_PARTS)
                .map(|part| {
                    let params = heads.pp(part);
                    let inputs = channels + PART_TOLD[part];
                    Ok(Head {
                        hidden: pointwise(inputs, hidden, &params.pp("hidden"))?,
                        output: pointwise(hidden, PART_CLASSES[part], &params.pp("output"))?,
                    })
                })
                .collect::<Result<_, ModelFileError>>()?,
        })
    }

    /// Takes the next event as [`EventRow`](crate::continuation::EventRow) says it. Audio thread.
    pub fn step(&self, state: &mut ContinuationNetworkState, row: &[f32; EVENT_INPUTS]) {
        let ContinuationNetworkState {
            blocks,
            x,
            activated,
            ..
        } = state;
        self.input.step_pointwise(row, x, Epilogue::NONE);
        for (block, state) in self.blocks.iter().zip(blocks) {
            block.step(state, 1, x, Addend::Nothing);
        }
        self.ops
            .leaky(x, LEAKY_SLOPE, &mut activated[..self.channels]);
    }

    /// Logits of part `part` of the event after the last one, into the first of `out`; `told` is what [`PART_TOLD`] counts.
    /// Audio thread.
    pub fn logits(
        &self,
        state: &mut ContinuationNetworkState,
        part: usize,
        told: &[f32],
        out: &mut [f32],
    ) {
        let inputs = self.channels + PART_TOLD[part];
        let (activated, hidden) = (&mut state.activated[..inputs], &mut state.hidden);
        activated[self.channels..].copy_from_slice(&told[..PART_TOLD[part]]);
        let head = &self.heads[part];
        let activation = Epilogue {
            addend: Addend::Nothing,
            slope: LEAKY_SLOPE,
        };
        head.hidden.step_pointwise(activated, hidden, activation);
        let out = &mut out[..PART_CLASSES[part]];
        head.output.step_pointwise(hidden, out, Epilogue::NONE);
    }

    /// Multiplications for an event, all parts of it.
    pub fn macs_per_event(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(ResidualBlock::macs_per_row).sum();
        let heads = self.heads.iter();
        let heads = heads.map(|head| head.hidden.macs_per_row() + head.output.macs_per_row());
        self.input.macs_per_row() + blocks + heads.sum::<usize>()
    }
}

impl ContinuationNetworkState {
    /// The state before the first event. Allocates.
    pub fn new(net: &ContinuationNetwork) -> Self {
        let told = PART_TOLD.into_iter().max().unwrap_or(0);
        let blocks = net.blocks.iter();
        Self {
            blocks: blocks.map(|block| block.state(net.channels, 1)).collect(),
            x: vec![0.0; net.channels],
            activated: vec![0.0; net.channels + told],
            hidden: vec![0.0; net.hidden],
        }
    }

    /// Back to the state before the first event. Audio thread.
    pub fn reset(&mut self) {
        self.blocks.iter_mut().for_each(BlockState::reset);
        self.activated.fill(0.0);
    }

    /// Becomes `other`, which must be of the same network, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        for (block, other) in self.blocks.iter_mut().zip(&other.blocks) {
            block.copy_from(other);
        }
        self.activated.copy_from_slice(&other.activated);
    }
}
