//! Sources that training never heard: other players and instruments of the folder, synthesised voices, performances, and
//! recordings of one's own. Where the notes are known there is a true rendering beside them, elsewhere not.

use std::path::{Path, PathBuf};

use anyhow::Result;
use mynah_cli::synth::Voice;

use super::data::{DataFolder, Performances};
use super::figures::{Measured, NeverTrained, Source};
use super::pairs::{self, EXCERPT_S};
use super::player::Player;
use super::recordings;
use super::{NamedTarget, Outcome, Setting, measure_all};

/// Longest stretch of a recording of one's own, in seconds.
const RECORDING_S: f64 = 8.0;

/// One source.
enum Stranger<'a> {
    Player(Player<'a>),
    Performances(&'a Performances),
    Recording { name: String, path: PathBuf },
}

/// Every such source to every target: those of the setting's folder, and the audio files in the folder `recordings`.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn measure(setting: &Setting, own: Option<&Path>) -> Result<NeverTrained> {
    let strangers = strangers(setting.folder, own)?;
    let work: Vec<(&Stranger, &NamedTarget)> = strangers
        .iter()
        .flat_map(|stranger| setting.targets.iter().map(move |target| (stranger, target)))
        .collect();
    let outcome = measure_all(&work, setting.progress, |(stranger, target), measured| {
        let phrases = pair(setting, stranger, target, measured)?;
        Ok((stranger.name().to_string(), target.0.clone(), phrases))
    })?;
    Ok(NeverTrained {
        audio_seconds: outcome.all.audio_seconds,
        figures: outcome.all.figures(),
        sources: by_source(&outcome),
        pairs: outcome.into_pairs(),
    })
}

fn strangers<'a>(folder: Option<&'a DataFolder>, own: Option<&Path>) -> Result<Vec<Stranger<'a>>> {
    let mut strangers = Vec::new();
    if let Some(folder) = folder {
        let variants = folder.never_trained.iter().map(Player::Recorded);
        let voices = Voice::ALL.into_iter().map(Player::Synthesised);
        strangers.extend(variants.chain(voices).map(Stranger::Player));
        strangers.extend(folder.performances.iter().map(Stranger::Performances));
    }
    if let Some(own) = own {
        for path in recordings::files(own)? {
            let name = path.file_stem().unwrap_or_default();
            strangers.push(Stranger::Recording {
                name: name.to_string_lossy().into_owned(),
                path,
            });
        }
    }
    Ok(strangers)
}

impl Stranger<'_> {
    fn name(&self) -> &str {
        match self {
            Stranger::Player(player) => player.name(),
            Stranger::Performances(performances) => &performances.name,
            Stranger::Recording { name, .. } => name,
        }
    }
}

/// Measures one source and target; returns the number of excerpts.
fn pair(
    setting: &Setting,
    stranger: &Stranger,
    target: &NamedTarget,
    measured: &mut Measured,
) -> Result<usize> {
    let bench = setting.bench(target);
    match stranger {
        Stranger::Player(player) => match (setting.folder, setting.truth_of(&target.0)) {
            (Some(folder), Some(truth)) => {
                pairs::pair(&bench, *player, truth, folder, setting.phrases, measured)
            }
            _ => Ok(0),
        },
        Stranger::Performances(Performances { name, paths }) => {
            // Different targets hear different performances.
            let first = pairs::seed_of([name.as_str(), &target.0].into_iter()) as usize;
            let count = setting.phrases.min(paths.len());
            for i in 0..count {
                let path = &paths[(first % paths.len() + i) % paths.len()];
                bench.melody(&recordings::excerpt(path, EXCERPT_S)?, None, measured)?;
            }
            Ok(count)
        }
        Stranger::Recording { path, .. } => {
            bench.melody(&recordings::excerpt(path, RECORDING_S)?, None, measured)?;
            Ok(1)
        }
    }
}

/// The pairs of each source pooled. They lie side by side.
fn by_source(outcome: &Outcome) -> Vec<Source> {
    outcome
        .pairs
        .chunk_by(|a, b| a.0.source == b.0.source)
        .map(|pairs| {
            let mut all = Measured::default();
            pairs.iter().for_each(|(_, measured)| all.merge(measured));
            Source {
                source: pairs[0].0.source.clone(),
                figures: all.figures(),
            }
        })
        .collect()
}
