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

/// Noise on the content, which lies within -1..1: what is learnt is not to rely on it, or the source's own timbre comes along.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContentNoise {
    /// The shipped targets were trained with 0.25.
    pub deviation: f32,
    /// The same seed gives the same noise.
    pub seed: u64,
}

impl Default for ContentNoise {
    fn default() -> Self {
        Self {
            deviation: 0.25,
            seed: 1,
        }
    }
}

impl ContentNoise {
    /// The stretch's rows with this noise, -> `rows`.
    pub(super) fn over(self, trunk: &Trunk, stretch: &Stretch, rows: &mut Vec<f32>) {
        rows.clear();
        rows.extend_from_slice(stretch.rows);
        if self.deviation > 0.0 {
            let mut chance = Chance(self.seed);
            for row in rows.chunks_exact_mut(trunk.inputs()) {
                for z in &mut row[..trunk.latent()] {
                    *z += self.deviation * chance.normal() as f32;
                }
            }
        }
    }
}
