//! How far what is made is from what is wanted: the mean distance of the log envelopes, in nepers, over the frames that count.

use mynah_models::streaming::translator::ENVELOPE_RANGE;
use rayon::prelude::*;

use super::adaptation::{Adaptation, OUTPUTS};
use super::phrases::Stretch;
use super::tape::{Packed, Tape};
use super::trunk::Trunk;

/// Sums over frames.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Distance {
    /// Nepers times weight.
    apart: f64,
    weight: f64,
}

impl Distance {
    /// Of `made` `[frames, 128]`.
    pub(super) fn of(made: &[f32], stretch: &Stretch) -> Self {
        let mut sum = Self::default();
        for ((made, wanted), weight) in frames(made, stretch) {
            let apart: f32 = made
                .iter()
                .zip(wanted)
                .map(|(made, wanted)| (within(*made) - wanted).abs())
                .sum();
            sum.apart += f64::from(weight) * f64::from(apart) / OUTPUTS as f64;
            sum.weight += f64::from(weight);
        }
        sum
    }

    /// Nepers.
    pub(super) fn mean(self) -> f64 {
        self.apart / self.weight.max(f64::MIN_POSITIVE)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            apart: self.apart + other.apart,
            weight: self.weight + other.weight,
        }
    }
}

/// Gradient of the stretch's mean distance times `share` by `made` -> `gradient` `[frames, 128]`.
pub(super) fn gradient(made: &[f32], stretch: &Stretch, share: f32, gradient: &mut Vec<f32>) {
    let (low, high) = ENVELOPE_RANGE;
    let total: f64 = stretch.weights.iter().copied().map(f64::from).sum();
    let of_value = f64::from(share) / OUTPUTS as f64;
    gradient.clear();
    for ((made, wanted), weight) in frames(made, stretch) {
        // A stretch in which nothing counts has no gradient.
        let weighted = (of_value * f64::from(weight) / total.max(f64::MIN_POSITIVE)) as f32;
        gradient.extend(made.iter().zip(wanted).map(|(made, wanted)| {
            // Beyond the range nothing changes.
            if *made == *wanted || !(low..=high).contains(made) {
                0.0
            } else {
                weighted.copysign(made - wanted)
            }
        }));
    }
}

/// Mean distance over all pieces; the same to the bit for any number of threads.
pub(super) fn mean_distance(trunk: &Trunk, adaptation: &Adaptation, pieces: &[Stretch]) -> f64 {
    let packed = Packed::new(trunk.instructions, adaptation);
    mean(pieces.par_iter().map_init(Tape::default, |tape, piece| {
        let made = tape.forward(trunk, &packed, piece.rows, piece.context);
        Distance::of(made, piece)
    }))
}

/// What reaches the head in each piece, `[frames, channels]`: for several heads to be compared.
pub(super) fn hidden(trunk: &Trunk, adaptation: &Adaptation, pieces: &[Stretch]) -> Vec<Vec<f32>> {
    let packed = Packed::new(trunk.instructions, adaptation);
    let pieces = pieces.par_iter().map_init(Tape::default, |tape, piece| {
        tape.forward_trunk(trunk, &packed, piece.rows, piece.context)
            .to_vec()
    });
    pieces.collect()
}

/// [`mean_distance`] with the hidden frames at hand.
pub(super) fn head_distance(
    trunk: &Trunk,
    adaptation: &Adaptation,
    pieces: &[Stretch],
    hidden: &[Vec<f32>],
) -> f64 {
    let packed = Packed::new(trunk.instructions, adaptation);
    mean(
        pieces
            .par_iter()
            .zip(hidden)
            .map(|(piece, hidden)| Distance::of(&packed.envelopes(hidden), piece)),
    )
}

/// Summed in the pieces' order.
fn mean(pieces: impl IndexedParallelIterator<Item = Distance>) -> f64 {
    let each: Vec<Distance> = pieces.collect();
    each.into_iter()
        .fold(Distance::default(), Distance::plus)
        .mean()
}

type Frame<'a> = ((&'a [f32], &'a [f32; OUTPUTS]), f32);

fn frames<'a>(made: &'a [f32], stretch: &Stretch<'a>) -> impl Iterator<Item = Frame<'a>> {
    made.chunks_exact(OUTPUTS)
        .zip(stretch.wanted)
        .zip(stretch.weights.iter().copied())
}

fn within(value: f32) -> f32 {
    let (low, high) = ENVELOPE_RANGE;
    value.clamp(low, high)
}
