//! Spectrograms of the worst and of the best pair.

use std::path::Path;

use anyhow::{Context, Result};
use mynah_cli::spectrogram;
use mynah_models::Mode;

use super::data::DataFolder;
use super::figures::{Measured, Pair};
use super::player::Player;
use super::{Setting, contour, pairs};

/// Makes `folder` if it is missing, so that a wrong name shows before the work.
///
/// # Errors
/// It cannot be made.
pub(crate) fn prepare(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder '{}'", folder.display()))
}

/// The pairs with the highest and the lowest translation ratio, each with what it is called.
fn extremes(pairs: &[Pair]) -> Vec<(&'static str, &Pair)> {
    let measured = |pair: &&Pair| pair.figures.translation_ratio.is_some();
    let order = |a: &&Pair, b: &&Pair| {
        let ratio = |p: &Pair| p.figures.translation_ratio.unwrap_or(0.0);
        ratio(a).total_cmp(&ratio(b))
    };
    let worst = pairs.iter().filter(measured).max_by(order);
    let best = pairs.iter().filter(measured).min_by(order);
    let named = [worst.map(|p| ("worst", p)), best.map(|p| ("best", p))];
    named.into_iter().flatten().collect()
}

/// Writes `worst-SOURCE-to-TARGET.png` and `best-SOURCE-to-TARGET.png`, replacing such files: from top to bottom the source,
/// the true rendering, the output in *track* and in *follow*, of the first phrase of the pair.
///
/// # Errors
/// A recording cannot be read or a file not be written.
pub(crate) fn write(
    setting: &Setting,
    folder: &DataFolder,
    pairs: &[Pair],
    out: &Path,
) -> Result<()> {
    for (rank, pair) in extremes(pairs) {
        let source = folder.instruments.iter().find(|i| i.name == pair.source);
        let target = setting.targets.iter().find(|t| t.0 == pair.target);
        let (Some(source), Some(target), Some(truth)) =
            (source, target, setting.truth_of(&pair.target))
        else {
            continue;
        };
        let players = [Player::Recorded(source), Player::Recorded(truth)];
        let Some((notes, take)) = pairs::excerpts(folder, &players, 1)?.pop() else {
            continue;
        };
        let played = players[0].perform(&notes, take)?;
        let truth = contour::matched(&played, &players[1].perform(&notes, take)?);
        let bench = setting.bench(target);
        let mut unused = Measured::default();
        let track = bench.translate(&played, Mode::Track, &mut unused)?;
        let follow = bench.translate(&played, Mode::Follow, &mut unused)?;
        let path = out.join(format!("{rank}-{}-to-{}.png", pair.source, pair.target));
        spectrogram::write_png(&path, &[&played, &truth, &track, &follow], true)?;
    }
    Ok(())
}
