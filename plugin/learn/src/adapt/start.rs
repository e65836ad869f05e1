//! Where learning starts: the target among those there are that comes nearest once its head is refitted.

use mynah_models::file::Tensors;

use super::adaptation::Adaptation;
use super::error::{AdaptError, Use};
use super::loss::mean_distance;
use super::phrases::{Phrase, check_frames, pieces};
use super::ridge::NormalEquations;
use super::trunk::Trunk;

/// Pulls towards the candidate's head that are tried; the held-out frames choose.
const RIDGES: [f64; 6] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/// A target that works without having learnt.
#[derive(Clone, Debug)]
pub struct Start {
    /// A candidate's vectors; its head, or one refitted if that is better.
    pub adaptation: Adaptation,
    /// Which of the candidates it is, counted from 0.
    pub candidate: usize,
    /// Distance from the held-out frames, nepers.
    pub held_out: f64,
    /// How all candidates did.
    pub tried: Vec<Tried>,
}

/// How near a candidate comes to the held-out frames, nepers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// As it is.
    pub as_it_is: f64,
    /// With the best head for its vectors.
    pub refitted: f64,
}

/// Tries all candidates (tensors of targets of the trunk's base) and takes the nearest. Takes about a second per candidate and ten
/// minutes of phrases.
///
/// # Errors
/// There are no candidates, one does not fit the trunk, or no frame counts.
pub fn start(
    trunk: &Trunk,
    learnt: &[Phrase],
    held_out: &[Phrase],
    candidates: &[&Tensors],
) -> Result<Start, AdaptError> {
    check_frames(learnt, Use::Learn)?;
    check_frames(held_out, Use::Judge)?;
    let past = trunk.past_frames();
    let (learnt, held_out) = (pieces(learnt, past), pieces(held_out, past));
    let mut best: Option<Start> = None;
    let mut tried = Vec::with_capacity(candidates.len());
    for (candidate, tensors) in candidates.iter().enumerate() {
        let known = Adaptation::from_tensors(trunk.sizes(), tensors)?;
        let as_it_is = mean_distance(trunk, &known, &held_out);
        let equations = NormalEquations::of(trunk, &known, &learnt);
        let refits = RIDGES
            .iter()
            .filter_map(|ridge| equations.solve(&known, *ridge));
        let (mut adaptation, mut refitted) = (known.clone(), as_it_is);
        for refit in refits {
            let apart = mean_distance(trunk, &refit, &held_out);
            if apart < refitted {
                (adaptation, refitted) = (refit, apart);
            }
        }
        tried.push(Tried { as_it_is, refitted });
        if best.as_ref().is_none_or(|best| refitted < best.held_out) {
            best = Some(Start {
                adaptation,
                candidate,
                held_out: refitted,
                tried: Vec::new(),
            });
        }
    }
    let best = best.ok_or(AdaptError::NoCandidates)?;
    Ok(Start { tried, ..best })
}
