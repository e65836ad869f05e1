//! Where learning starts: the target among those there are that comes nearest once its head is refitted.

use mynah_models::file::Tensors;

use super::adaptation::Adaptation;
use super::batch::ContentNoise;
use super::error::{AdaptError, Use};
use super::loss::{head_distance, hidden};
use super::phrases::{Phrase, Stretch, check_frames, pieces};
use super::ridge::NormalEquations;
use super::trunk::Trunk;

/// Pulls towards the candidate's head that are tried; the held-out frames choose.
const RIDGES: [f64; 6] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/// Frames (of all versions) by which candidates are compared: a minute and a half.
const COMPARED_FRAMES: usize = 16_000;

/// A target that works without having learnt.
#[derive(Clone, Debug)]
pub struct Start {
    /// A candidate's vectors; its head, or one refitted if that is better.
    pub adaptation: Adaptation,
    /// Which of the candidates it is, counted from 0.
    pub candidate: usize,
    /// Distance from the held-out frames, nepers.
    pub held_out: f64,
    /// How all candidates did by some of the frames.
    pub tried: Vec<Tried>,
}

/// How near a candidate comes to held-out frames, nepers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// As it is.
    pub as_it_is: f64,
    /// With the best head for its vectors.
    pub refitted: f64,
}

/// Tries all candidates (tensors of targets of the trunk's base) on some of the frames, and refits the nearest one's head
/// on all. `noise` is laid over the content that is learnt from. Takes about a second per candidate, and as much per five
/// minutes of sound.
///
/// # Errors
/// There are no candidates, one does not fit the trunk, or no frame counts.
pub fn start(
    trunk: &Trunk,
    learnt: &[Phrase],
    held_out: &[Phrase],
    candidates: &[&Tensors],
    noise: ContentNoise,
) -> Result<Start, AdaptError> {
    check_frames(learnt, Use::Learn)?;
    check_frames(held_out, Use::Judge)?;
    let past = trunk.past_frames();
    let (learnt, held_out) = (pieces(learnt, past), pieces(held_out, past));
    let (some, some_held_out) = (some_of(&learnt), some_of(&held_out));
    let known = candidates
        .iter()
        .map(|tensors| Adaptation::from_tensors(trunk.sizes(), tensors))
        .collect::<Result<Vec<_>, _>>()?;
    let tried: Vec<Tried> = known
        .iter()
        .map(|known| refitted(trunk, known, &some, &some_held_out, noise).0)
        .collect();
    let nearest = tried
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| a.refitted.total_cmp(&b.refitted));
    let (candidate, _) = nearest.ok_or(AdaptError::NoCandidates)?;
    let (now, adaptation) = refitted(trunk, &known[candidate], &learnt, &held_out, noise);
    Ok(Start {
        adaptation,
        candidate,
        held_out: now.refitted,
        tried,
    })
}

/// The candidate with the head that is best by the held-out pieces: its own, or one of the refitted ones.
fn refitted(
    trunk: &Trunk,
    known: &Adaptation,
    learnt: &[Stretch],
    held_out: &[Stretch],
    noise: ContentNoise,
) -> (Tried, Adaptation) {
    let equations = NormalEquations::of(trunk, known, learnt, noise);
    let hidden = hidden(trunk, known, held_out);
    let apart = |head: &Adaptation| head_distance(trunk, head, held_out, &hidden);
    let as_it_is = apart(known);
    let mut best = (as_it_is, known.clone());
    for ridge in RIDGES {
        if let Some(refit) = equations.solve(known, ridge) {
            let refitted = apart(&refit);
            if refitted < best.0 {
                best = (refitted, refit);
            }
        }
    }
    let (refitted, adaptation) = best;
    let tried = Tried { as_it_is, refitted };
    (tried, adaptation)
}

/// Pieces from all over, of about as many frames as candidates are compared by.
fn some_of<'p>(pieces: &[Stretch<'p>]) -> Vec<Stretch<'p>> {
    let frames: usize = pieces.iter().map(|piece| piece.wanted.len()).sum();
    let every = frames.div_ceil(COMPARED_FRAMES).max(1);
    pieces.iter().step_by(every).copied().collect()
}
