//! `mynah-lab eval`: the table of how good the translation is.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_cli::progress::Bars;
use mynah_cli::{find_target, print, print_json};
use mynah_engine::Library;
use mynah_models::{Base, Target};

use crate::cli::Eval;
use crate::eval::data::DataFolder;
use crate::eval::figures::{DataKind, Evaluation, FORMAT_VERSION};
use crate::eval::judge::Judge;
use crate::eval::split::SPLIT_SEED;
use crate::eval::{NamedTarget, Setting};
use crate::eval::{never_trained, pairs, plots, synthesis, table, tracker};

/// Evaluates and prints the table or the JSON.
///
/// # Errors
/// The data folder, a recording or a model cannot be read, or a plot not be written.
pub(crate) fn run(arguments: &Eval) -> Result<()> {
    let (base, targets) = models(arguments)?;
    let folder = arguments.data.as_deref().map(DataFolder::open);
    let folder = folder.transpose()?;
    if let Some(plots) = &arguments.plots {
        plots::prepare(plots)?;
    }
    let bars = Bars::new(arguments.json);
    let progress = bars.steps("evaluating");
    let judge = folder.as_ref().map(Judge::train).transpose()?.flatten();
    let setting = Setting {
        base: &base,
        targets: &targets,
        folder: folder.as_ref(),
        judge: judge.as_ref(),
        phrases: usize::from(arguments.phrases),
        drive: arguments.drive,
        progress: &progress,
    };
    let (data, outcome) = match &folder {
        Some(folder) => (DataKind::Recordings, pairs::measure(&setting, folder)?),
        None => (DataKind::Synthetic, synthesis::measure(&setting)?),
    };
    if outcome.pairs.is_empty() {
        bail!("none of the targets is an instrument of the data folder");
    }
    let own = arguments.recordings.as_deref();
    let never_trained = (folder.is_some() || own.is_some())
        .then(|| never_trained::measure(&setting, own))
        .transpose()?;
    let report = match (&judge, &folder) {
        (Some(judge), Some(folder)) => Some(judge.report(folder)?),
        _ => None,
    };
    let tracker = tracker::measure(folder.as_ref())?;
    let (audio_seconds, figures) = (outcome.all.audio_seconds, outcome.all.figures());
    let pairs = outcome.into_pairs();
    if let (Some(out), Some(folder)) = (&arguments.plots, &folder) {
        plots::write(&setting, folder, &pairs, out)?;
    }
    progress.finish_and_clear();
    let evaluation = Evaluation {
        format_version: FORMAT_VERSION,
        data,
        split_seed: SPLIT_SEED,
        phrases_per_pair: setting.phrases,
        drive: setting.drive,
        base_hash: base.info().hash.to_string(),
        audio_seconds,
        judge_accuracy: report.as_ref().map(|r| r.accuracy),
        figures,
        pairs,
        never_trained,
        judge: report,
        tracker,
    };
    if arguments.json {
        print_json(&evaluation)
    } else {
        print(&table::render(&evaluation))
    }
}

/// The shipped base and targets, or those named.
fn models(arguments: &Eval) -> Result<(Arc<Base>, Vec<NamedTarget>)> {
    let library = Library::with_user_folder();
    if let Some(path) = &arguments.base {
        let base = Arc::new(read_base(path)?);
        if arguments.target.is_empty() {
            bail!("--base needs the targets trained for it: give them by --target FILE");
        }
        let targets = arguments.target.iter().map(|file| {
            let bytes = std::fs::read(file).with_context(|| format!("cannot open '{file}'"))?;
            let target = Target::from_bytes(&bytes, &base)
                .with_context(|| format!("cannot load the target '{file}'"))?;
            Ok((target.info().name.clone(), Arc::new(target)))
        });
        return Ok((Arc::clone(&base), targets.collect::<Result<_>>()?));
    }
    let names: Vec<String> = if arguments.target.is_empty() {
        library
            .entries()
            .iter()
            .map(|e| e.info.name.clone())
            .collect()
    } else {
        arguments.target.clone()
    };
    if names.is_empty() {
        bail!("there are no targets installed");
    }
    let targets = names
        .iter()
        .map(|name| find_target(&library, name).map(|(info, target)| (info.name, target)));
    Ok((library.base()?, targets.collect::<Result<_>>()?))
}

fn read_base(path: &std::path::Path) -> Result<Base> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot open '{}'", path.display()))?;
    Base::from_bytes(&bytes).with_context(|| format!("cannot load the base '{}'", path.display()))
}
