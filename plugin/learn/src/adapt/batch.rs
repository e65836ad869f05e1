//! Stretches of phrases, drawn by chance.

use super::chance::Chance;
use super::phrases::{Phrase, Stretch};
use super::trunk::Trunk;

/// Where frames that count are.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    /// Of each phrase, how many frames count in it and all before it.
    counted: Vec<usize>,
}

impl Draws {
    pub(super) fn new(phrases: &[Phrase]) -> Self {
        let mut sum = 0;
        let counted = phrases.iter().map(|phrase| {
            sum += phrase.counted().len();
            sum
        });
        Self {
            counted: counted.collect(),
        }
    }

    /// A stretch around a frame that counts, all of which are as likely, of one of its phrase's versions. There must be one.
    pub(super) fn draw<'p>(
        &self,
        trunk: &Trunk,
        phrases: &'p [Phrase],
        frames: usize,
        chance: &mut Chance,
    ) -> Stretch<'p> {
        let total = self.counted.last().copied().unwrap_or(0);
        let drawn = chance.below(total);
        let index = self.counted.partition_point(|sum| *sum <= drawn);
        let phrase = &phrases[index];
        let before = self.counted[index] - phrase.counted().len();
        let frame = phrase.counted()[drawn - before] as usize;
        let first = frame.saturating_sub(chance.below(frames));
        let first = first.min(phrase.frames().saturating_sub(frames));
        let version = chance.below(phrase.versions());
        phrase.stretch(version, first, frames, trunk.past_frames())
    }
}

/// The stretch's rows with noise of this deviation on their content, -> `rows`.
pub(super) fn with_noise(
    trunk: &Trunk,
    stretch: &Stretch,
    deviation: f32,
    mut chance: Chance,
    rows: &mut Vec<f32>,
) {
    rows.clear();
    rows.extend_from_slice(stretch.rows);
    if deviation > 0.0 {
        for row in rows.chunks_exact_mut(trunk.inputs()) {
            for z in &mut row[..trunk.latent()] {
                *z += deviation * chance.normal() as f32;
            }
        }
    }
}
