//! Notes in a row.

use mynah_models::SAMPLE_RATE_HZ;

use super::medians::median;
use crate::note::Beginning;

/// A phrase ends with a rest of so many seconds ..
const REST_S: f32 = 1.0;
/// .. or once it is as long as this.
const LONGEST_S: f32 = 8.0;
/// It has so many notes at least, of so many pitches.
const LEAST_NOTES: usize = 4;
const LEAST_PITCHES: usize = 3;
/// Fewer phrases say nothing of where an instrument is at home.
pub(super) const LEAST: usize = 5;
/// The middle is weighted by time, in steps of this, s.
const STEP_S: f32 = 0.1;

/// What is remembered of every note that was found, kept or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fact {
    pub(super) recording: usize,
    /// Where it begins in the recording, samples.
    pub(super) onset: usize,
    pub(super) seconds: f32,
    pub(super) semitones: f32,
    pub(super) top_db: f32,
    pub(super) begins: Beginning,
    /// Whether it dies away from its beginning.
    pub(super) dies_away: Option<bool>,
    pub(super) moves_semitones: f32,
}

impl Fact {
    fn begin_s(&self) -> f32 {
        self.onset as f32 / SAMPLE_RATE_HZ as f32
    }
}

/// The middle of every phrase, semitones.
pub(super) fn middles(facts: &[Fact]) -> Vec<f32> {
    let mut found = Vec::new();
    let mut begin = 0;
    for index in 1..=facts.len() {
        let goes_on = facts.get(index).is_some_and(|next| {
            let last = &facts[index - 1];
            next.recording == last.recording
                && next.begin_s() - (last.begin_s() + last.seconds) < REST_S
                && next.begin_s() - facts[begin].begin_s() < LONGEST_S
        });
        if !goes_on {
            found.extend(middle(&facts[begin..index]));
            begin = index;
        }
    }
    found
}

fn middle(phrase: &[Fact]) -> Option<f32> {
    let mut pitches: Vec<i32> = phrase
        .iter()
        .map(|fact| fact.semitones.round() as i32)
        .collect();
    pitches.sort_unstable();
    // A scale of single notes is no phrase.
    let steps_alone = phrase
        .windows(2)
        .all(|notes| (notes[1].semitones - notes[0].semitones - 1.0).abs() < 0.5);
    pitches.dedup();
    let weighted = phrase.iter().flat_map(|fact| {
        let count = (fact.seconds / STEP_S).ceil() as usize;
        std::iter::repeat_n(fact.semitones, count)
    });
    (phrase.len() >= LEAST_NOTES && pitches.len() >= LEAST_PITCHES && !steps_alone)
        .then(|| median(weighted))
        .flatten()
}
