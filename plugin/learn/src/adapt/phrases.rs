//! What is learnt from: phrases as the chain hears them, beside the frames that are wanted.

use mynah_models::split_mix_64;
use mynah_models::streaming::translator::ENVELOPE_RANGE;

use super::adaptation::OUTPUTS;
use super::error::{AdaptError, Use};
use super::trunk::Trunk;

/// Share of the frames that [`hold_out`] keeps back.
const HELD_OUT_SHARE: f64 = 0.1;
/// Frames of a piece that is judged at once.
const PIECE_FRAMES: usize = 512;

/// One phrase in one or several versions, all of which are to become the same frames.
#[derive(Clone, Debug)]
pub struct Phrase {
    /// The translator's input `[frames, inputs]` of each version.
    versions: Vec<Vec<f32>>,
    wanted: Vec<[f32; OUTPUTS]>,
    weights: Vec<f32>,
    inputs: usize,
    /// Frames with a weight above 0.
    counted: Vec<u32>,
}

/// A stretch of one version: rows for the trunk, the first `context` of which only lead up to the frames that are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    pub(super) rows: &'a [f32],
    pub(super) context: usize,
    pub(super) wanted: &'a [[f32; OUTPUTS]],
    pub(super) weights: &'a [f32],
}

impl Phrase {
    /// `versions` are the translator's inputs `[frames, inputs]`, `wanted` the log envelopes that each frame is to have (they
    /// are kept within the translator's range), `weights` how far each frame counts: 0 where there is nothing to compare with.
    ///
    /// # Errors
    /// Nothing fits the trunk or each other, or a value is not finite, or a weight below 0.
    pub fn new(
        trunk: &Trunk,
        versions: Vec<Vec<f32>>,
        wanted: &[[f32; OUTPUTS]],
        weights: &[f32],
    ) -> Result<Self, AdaptError> {
        let inputs = trunk.inputs();
        let length = |what, found, expected| {
            if found == expected {
                return Ok(());
            }
            Err(AdaptError::WrongLength {
                what,
                found,
                expected,
            })
        };
        length("weights", weights.len(), wanted.len())?;
        if versions.is_empty() {
            length("versions", 0, 1)?;
        }
        for rows in &versions {
            length("input values", rows.len(), wanted.len() * inputs)?;
            finite("inputs", rows, inputs)?;
        }
        finite("wanted values", wanted.as_flattened(), OUTPUTS)?;
        finite("weights", weights, 1)?;
        if let Some((frame, value)) = weights.iter().enumerate().find(|(_, w)| **w < 0.0) {
            return Err(AdaptError::BadValue {
                what: "weights",
                frame,
                value: *value,
            });
        }
        let (low, high) = ENVELOPE_RANGE;
        let counted = weights.iter().enumerate().filter(|(_, w)| **w > 0.0);
        Ok(Self {
            counted: counted.map(|(frame, _)| frame as u32).collect(),
            versions,
            wanted: wanted
                .iter()
                .map(|row| row.map(|x| x.clamp(low, high)))
                .collect(),
            weights: weights.to_vec(),
            inputs,
        })
    }

    /// Frames from its beginning to its end.
    pub fn frames(&self) -> usize {
        self.wanted.len()
    }

    /// Frames that count.
    pub fn counted_frames(&self) -> usize {
        self.counted.len()
    }

    /// How many versions there are of it.
    pub fn versions(&self) -> usize {
        self.versions.len()
    }

    pub(super) fn counted(&self) -> &[u32] {
        &self.counted
    }

    /// `frames` of them from `first` on, with as much of what precedes them as there is, up to `past`.
    pub(super) fn stretch(
        &self,
        version: usize,
        first: usize,
        frames: usize,
        past: usize,
    ) -> Stretch<'_> {
        let last = (first + frames).min(self.frames());
        let context = past.min(first);
        Stretch {
            rows: &self.versions[version][(first - context) * self.inputs..last * self.inputs],
            context,
            wanted: &self.wanted[first..last],
            weights: &self.weights[first..last],
        }
    }

    /// Makes `hash` another for any other phrase.
    pub(super) fn mix_into(&self, hash: &mut u64) {
        let rows = self.versions.iter().flatten();
        let wanted = self.wanted.as_flattened();
        for value in rows.chain(wanted).chain(&self.weights) {
            *hash ^= u64::from(value.to_bits());
            *hash = split_mix_64(hash);
        }
    }

    /// Two phrases: the frames before `frame`, and those from it on.
    fn cut(&self, frame: usize) -> [Self; 2] {
        let part = |from: usize, to: usize| Self {
            versions: self
                .versions
                .iter()
                .map(|rows| rows[from * self.inputs..to * self.inputs].to_vec())
                .collect(),
            wanted: self.wanted[from..to].to_vec(),
            weights: self.weights[from..to].to_vec(),
            inputs: self.inputs,
            counted: self
                .counted
                .iter()
                .filter(|frame| (from..to).contains(&(**frame as usize)))
                .map(|frame| frame - from as u32)
                .collect(),
        };
        [part(0, frame), part(frame, self.frames())]
    }
}

/// Keeps a tenth of the frames back, to judge by: whole phrases, spread over all of them; of a single phrase its end.
/// Returns what is learnt from and what is kept back. Phrases in which nothing counts are left out.
pub fn hold_out(mut phrases: Vec<Phrase>) -> (Vec<Phrase>, Vec<Phrase>) {
    phrases.retain(|phrase| !phrase.counted.is_empty());
    if let [only] = phrases.as_slice() {
        let keep = (only.counted.len() as f64 * (1.0 - HELD_OUT_SHARE)) as usize;
        let [before, after] = only.cut(only.counted[keep] as usize);
        return (vec![before], vec![after]);
    }
    let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
    let (mut seen, mut kept) = (0.0, 0.0);
    for phrase in phrases {
        let frames = phrase.counted.len() as f64;
        seen += frames;
        // Half of it too early at the most, so that the share is kept on the whole.
        if kept + 0.5 * frames <= seen * HELD_OUT_SHARE {
            kept += frames;
            held_out.push(phrase);
        } else {
            learnt.push(phrase);
        }
    }
    if held_out.is_empty() {
        held_out.extend(learnt.pop());
    }
    (learnt, held_out)
}

/// Pieces of all versions of all phrases, in order; those in which nothing counts are left out.
pub(super) fn pieces(phrases: &[Phrase], past: usize) -> Vec<Stretch<'_>> {
    let mut pieces = Vec::new();
    for phrase in phrases {
        for version in 0..phrase.versions.len() {
            for first in (0..phrase.frames()).step_by(PIECE_FRAMES) {
                let piece = phrase.stretch(version, first, PIECE_FRAMES, past);
                if piece.weights.iter().any(|weight| *weight > 0.0) {
                    pieces.push(piece);
                }
            }
        }
    }
    pieces
}

/// Whether any frame counts.
pub(super) fn check_frames(phrases: &[Phrase], to: Use) -> Result<(), AdaptError> {
    if phrases.iter().all(|phrase| phrase.counted.is_empty()) {
        return Err(AdaptError::NoFrames(to));
    }
    Ok(())
}

fn finite(what: &'static str, values: &[f32], width: usize) -> Result<(), AdaptError> {
    match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, value)) => Err(AdaptError::BadValue {
            what,
            frame: index / width,
            value: *value,
        }),
        None => Ok(()),
    }
}
