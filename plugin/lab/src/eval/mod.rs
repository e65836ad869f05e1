//! How good: every source through every target, measured. See the crate's README for what each figure means.

pub(crate) mod baselines;
pub(crate) mod contour;
pub(crate) mod csv;
pub(crate) mod data;
pub(crate) mod figures;
#[cfg(test)]
mod golden;
pub(crate) mod instrument;
pub(crate) mod judge;
pub(crate) mod measure;
pub(crate) mod mel;
pub(crate) mod metrics;
pub(crate) mod midi;
pub(crate) mod never_trained;
pub(crate) mod pairs;
pub(crate) mod pitch;
pub(crate) mod pitch_score;
pub(crate) mod player;
pub(crate) mod plots;
pub(crate) mod realism;
pub(crate) mod recordings;
pub(crate) mod render;
pub(crate) mod split;
pub(crate) mod synthesis;
pub(crate) mod table;
pub(crate) mod tracker;
pub(crate) mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use indicatif::ProgressBar;
use mynah_engine::Controls;
use mynah_models::{Base, Target};
use rayon::prelude::*;

use data::DataFolder;
use figures::{Measured, Pair};
use instrument::Instrument;
use judge::Judge;
use measure::Bench;

/// A target and its name.
pub(crate) type NamedTarget = (String, Arc<Target>);

/// What is evaluated, and on what.
pub(crate) struct Setting<'a> {
    pub(crate) base: &'a Arc<Base>,
    pub(crate) targets: &'a [NamedTarget],
    /// Recorded notes and scores, if there are any.
    pub(crate) folder: Option<&'a DataFolder>,
    pub(crate) judge: Option<&'a Judge>,
    /// Phrases per pair.
    pub(crate) phrases: usize,
    /// Share of the generator, 0 to 1.
    pub(crate) drive: f32,
    /// As the outside judge's sources are played: the defaults but for what is asked for.
    pub(crate) controls: Controls,
    pub(crate) progress: &'a ProgressBar,
}

impl Setting<'_> {
    /// The chain with `target`, ready to be measured.
    fn bench<'a>(&'a self, (name, target): &'a NamedTarget) -> Bench<'a> {
        let judge = self
            .judge
            .and_then(|judge| Some((judge, judge.class(|class| same_instrument(class, name))?)));
        Bench::new(self.base, target, judge, self.drive)
    }

    /// The held-out notes of the instrument that the target `name` is.
    fn truth_of(&self, name: &str) -> Option<&Instrument> {
        let instruments = &self.folder?.instruments;
        instruments.iter().find(|i| same_instrument(&i.name, name))
    }
}

/// The pairs, the measurements of each, and of all of them.
pub(crate) struct Outcome {
    pub(crate) pairs: Vec<(Pair, Measured)>,
    pub(crate) all: Measured,
}

impl Outcome {
    /// The pairs alone.
    pub(crate) fn into_pairs(self) -> Vec<Pair> {
        self.pairs.into_iter().map(|(pair, _)| pair).collect()
    }
}

/// Whether a target and an instrument of a data folder are the same: words in any order, any separator
/// ("sax-alto" is "Alto Sax").
pub(crate) fn same_instrument(a: &str, b: &str) -> bool {
    words(a) == words(b)
}

/// The words of a name, in small letters, whatever separates them.
pub(crate) fn words(name: &str) -> BTreeSet<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Runs `measure` over all `work` on all cores; pairs come back in the order of the work.
fn measure_all<W: Sync>(
    work: &[W],
    progress: &ProgressBar,
    measure: impl Fn(&W, &mut Measured) -> Result<(String, String, usize)> + Sync,
) -> Result<Outcome> {
    progress.inc_length(work.len() as u64);
    let pairs: Vec<(Pair, Measured)> = work
        .par_iter()
        .map(|item| {
            let mut measured = Measured::default();
            let (source, target, phrases) = measure(item, &mut measured)?;
            progress.inc(1);
            Ok((
                Pair {
                    source,
                    target,
                    phrases,
                    figures: measured.figures(),
                },
                measured,
            ))
        })
        .collect::<Result<_>>()?;
    let mut all = Measured::default();
    pairs.iter().for_each(|(_, measured)| all.merge(measured));
    Ok(Outcome { pairs, all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_instrument_match_whatever_the_order() {
        assert!(same_instrument("sax-alto", "Alto Sax"));
        assert!(same_instrument("violin", "violin"));
        assert!(!same_instrument("sax-alto", "sax-tenor"));
    }
}
