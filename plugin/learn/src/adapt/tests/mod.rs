//! Made-up trunks and targets: a target's outputs are what another is to learn.
#![allow(clippy::unwrap_used)]

mod draws;
mod gradients;
mod learnt;
mod refused;
mod sounds;

use mynah_models::architecture::Architecture;
use mynah_models::file::Tensors;
use mynah_models::testing::{Random, random_tensors};

use super::adaptation::{Adaptation, OUTPUTS};
use super::batch::ContentNoise;
use super::phrases::Phrase;
use super::tape::{Packed, Tape};
use super::trunk::Trunk;

const QUIET: ContentNoise = ContentNoise {
    deviation: 0.0,
    seed: 1,
};

fn small() -> Architecture {
    Architecture {
        latent_channels: 4,
        pitch_bumps: 5,
        translator_channels: 20,
        translator_dilations: vec![1, 3, 2],
        ..Architecture::default()
    }
}

fn trunk(architecture: &Architecture) -> (Trunk, Tensors) {
    let tensors = random_tensors(&architecture.base_tensors(), 1);
    (Trunk::new(architecture, &tensors).unwrap(), tensors)
}

/// A target that differs from others as much as real ones do.
fn target(architecture: &Architecture, seed: u64) -> Tensors {
    let mut tensors = Tensors::default();
    let mut random = Random(seed);
    for (name, shape) in architecture.target_tensors() {
        let magnitude = if name == "head.weight" { 0.3 } else { 0.5 };
        let values = random.vec(shape.iter().product(), magnitude);
        tensors.insert(name, shape, values);
    }
    tensors
}

/// Rows that change smoothly, as those of sounds do.
fn rows(frames: usize, width: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let mut row = random.vec(width, 1.0);
    (0..frames)
        .flat_map(|_| {
            for x in &mut row {
                *x = 0.8 * *x + 0.6 * random.next();
            }
            row.clone()
        })
        .collect()
}

/// What this target makes of the rows.
fn made(trunk: &Trunk, adaptation: &Adaptation, rows: &[f32]) -> Vec<[f32; OUTPUTS]> {
    let packed = Packed::new(trunk.instructions, adaptation);
    let mut tape = Tape::default();
    tape.forward(trunk, &packed, rows, 0).as_chunks().0.to_vec()
}

/// Phrases of which `truth` knows what they are to become; the first frames of each count for nothing.
fn phrases(trunk: &Trunk, truth: &Adaptation, count: u64, frames: usize) -> Vec<Phrase> {
    let phrase = |seed| {
        let rows = rows(frames, trunk.inputs(), 100 + seed);
        let wanted = made(trunk, truth, &rows);
        let weights: Vec<f32> = (0..frames)
            .map(|frame| match frame {
                0..5 => 0.0,
                _ => 0.5 + (frame % 3) as f32,
            })
            .collect();
        Phrase::new(trunk, vec![rows], &wanted, &weights).unwrap()
    };
    (0..count).map(phrase).collect()
}
