//! Sources that play held-out phrases beside a target's own rendering of them.

use anyhow::Result;
use mynah_cli::notes::Note;

use super::data::DataFolder;
use super::figures::Measured;
use super::instrument::Instrument;
use super::measure::{Bench, Truth};
use super::player::Player;
use super::split::SPLIT_SEED;
use super::{Outcome, Setting, measure_all, render};

/// Longest excerpt, in seconds.
pub(crate) const EXCERPT_S: f64 = 5.0;

/// Every instrument of the folder to every target of the same name as an instrument, the instrument itself included.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn measure(setting: &Setting, folder: &DataFolder) -> Result<Outcome> {
    let mut work = Vec::new();
    for target in setting.targets {
        if let Some(truth) = setting.truth_of(&target.0) {
            let sources = folder.instruments.iter();
            work.extend(sources.map(|source| (source, target, truth)));
        }
    }
    measure_all(
        &work,
        setting.progress,
        |(source, target, truth), measured| {
            let bench = setting.bench(target);
            let player = Player::Recorded(source);
            let count = pair(&bench, player, truth, folder, setting.phrases, measured)?;
            Ok((source.name.clone(), target.0.clone(), count))
        },
    )
}

/// A phrase, and which of equal recordings its players take.
pub(crate) type Excerpt = (Vec<Note>, usize);

/// Up to `count` held-out phrases that all `players` can play; who they are decides where in the list the search begins.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn excerpts(
    folder: &DataFolder,
    players: &[Player],
    count: usize,
) -> Result<Vec<Excerpt>> {
    let seed = seed_of(players.iter().map(Player::name));
    let mut found = Vec::new();
    for index in folder.phrase_order(seed) {
        if found.len() == count {
            break;
        }
        found.extend(excerpt(folder, players, index, seed)?);
    }
    Ok(found)
}

/// The held-out phrase of this index, if all `players` can play enough of it.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn excerpt(
    folder: &DataFolder,
    players: &[Player],
    index: usize,
    seed: u64,
) -> Result<Option<Excerpt>> {
    let phrase = &folder.phrases[index].1;
    let swell = seed.wrapping_add(index as u64);
    let Some(mut notes) = render::excerpt(phrase, players, EXCERPT_S, swell) else {
        return Ok(None);
    };
    render::fit_lengths(&mut notes, players, index)?;
    Ok(Some((notes, index)))
}

/// A seed for a list of names.
pub(crate) fn seed_of<'a>(names: impl Iterator<Item = &'a str>) -> u64 {
    names.flat_map(str::bytes).fold(SPLIT_SEED, |h, b| {
        h.wrapping_mul(31).wrapping_add(u64::from(b))
    })
}

/// Measures `source` to the target that `truth` is; returns how many phrases fitted.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn pair(
    bench: &Bench,
    source: Player,
    truth: &Instrument,
    folder: &DataFolder,
    phrases: usize,
    measured: &mut Measured,
) -> Result<usize> {
    let truth = Player::Recorded(truth);
    let excerpts = excerpts(folder, &[source, truth], phrases)?;
    for (notes, take) in &excerpts {
        let played = source.perform(notes, *take)?;
        if source.name() == truth.name() {
            bench.resynthesis(&played, notes, measured)?;
        } else {
            let rendering = truth.perform(notes, *take)?;
            let truth = Truth {
                rendering: &rendering,
                notes,
            };
            bench.melody(&played, Some(truth), measured)?;
        }
    }
    let common = render::common_notes(&[source, truth]);
    if !common.is_empty() {
        let detached = render::detached_notes(&common);
        bench.onsets(&source.perform(&detached, 0)?, &detached, measured)?;
    }
    if source.plays_chords() {
        let chords = render::chords(&render::common_notes(&[source]));
        bench.chords(&source.perform(&chords, 0)?, &chords, measured)?;
    }
    Ok(excerpts.len())
}
