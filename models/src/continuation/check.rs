//! Whether the packed continuation network computes on this processor what candle defines it to.

use candle_core::{Device, Tensor};

use super::event::{Event, NONE};
use super::row::EventRow;
use crate::architecture::{
    ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, PART_CLASSES, PART_TOLD,
};
use crate::file::{ModelFileError, Tensors};
use crate::reference;
use crate::self_check::{compare, in_candle, var_builder};
use crate::streaming::continuation::{ContinuationNetwork, ContinuationNetworkState};

/// A scale up and down, a leap, a rest: time, interval, length, level.
const EXCERPT: [[u8; EVENT_PARTS]; 8] = [
    [NONE, NONE, 7, 4],
    [7, 26, 4, 4],
    [4, 26, 4, 5],
    [4, 25, 7, 5],
    [7, 22, 4, 4],
    [4, 36, 11, 6],
    [13, 17, 2, 3],
    [2, 24, 2, 4],
];

/// What the network makes of the excerpt: its logits after every event, part by part.
pub(super) struct Definition {
    rows: Vec<[f32; EVENT_INPUTS]>,
    logits: Vec<f32>,
}

/// What the head of a part is told in the excerpt: some numbers that differ.
fn told(part: usize, event: usize) -> Vec<f32> {
    let number = |n: usize| ((7 * n + 3 * event + part) % 11) as f32 / 11.0;
    (0..PART_TOLD[part]).map(number).collect()
}

impl Definition {
    /// Has candle compute the excerpt.
    ///
    /// # Errors
    /// [`ModelFileError::Unchecked`].
    pub(super) fn new(
        architecture: &ContinuationArchitecture,
        tensors: &Tensors,
    ) -> Result<Self, ModelFileError> {
        let rows = excerpt();
        let count = rows.len();
        let logits = in_candle(|| {
            let net = reference::Continuation::new(architecture, var_builder(tensors)?)?;
            let flat = rows.as_flattened().to_vec();
            let inputs = Tensor::from_vec(flat, (count, EVENT_INPUTS), &Device::Cpu)?;
            let trunk = net.trunk(&inputs.t()?.unsqueeze(0)?.contiguous()?)?;
            let mut logits = Vec::new();
            for (part, width) in PART_TOLD.into_iter().enumerate() {
                let flat: Vec<f32> = (0..count).flat_map(|event| told(part, event)).collect();
                let shape = (count, width);
                let told = match width {
                    0 => None,
                    _ => {
                        let rows = Tensor::from_vec(flat, shape, &Device::Cpu)?;
                        Some(rows.t()?.unsqueeze(0)?.contiguous()?)
                    }
                };
                let of_part = net.logits(part, &trunk, told.as_ref())?;
                logits.extend(
                    of_part
                        .squeeze(0)?
                        .t()?
                        .contiguous()?
                        .flatten_all()?
                        .to_vec1::<f32>()?,
                );
            }
            Ok(logits)
        })?;
        Ok(Self { rows, logits })
    }

    /// Compares a network that was compiled.
    ///
    /// # Errors
    /// [`ModelFileError::Miscomputed`].
    pub(super) fn check(&self, network: &ContinuationNetwork) -> Result<(), ModelFileError> {
        let mut found = Vec::new();
        for (part, classes) in PART_CLASSES.into_iter().enumerate() {
            let mut state = ContinuationNetworkState::new(network);
            for (event, row) in self.rows.iter().enumerate() {
                network.step(&mut state, row);
                let mut logits = vec![0.0; classes];
                network.logits(&mut state, part, &told(part, event), &mut logits);
                found.extend(logits);
            }
        }
        compare("continuation network", &found, &self.logits, 1.0)
    }
}

fn excerpt() -> Vec<[f32; EVENT_INPUTS]> {
    let (mut row, mut midi) = (EventRow::default(), 62);
    let rows = EXCERPT.iter().map(|parts| {
        let event = Event(*parts);
        midi += event.interval();
        let mut out = [0.0; EVENT_INPUTS];
        row.step(event, midi, &mut out);
        out
    });
    rows.collect()
}
