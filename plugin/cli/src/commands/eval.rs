//! `mynah eval`: the table of how good the translation is.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::Library;
use mynah_models::{Base, Target};

use super::{find_target, print, print_json};
use crate::cli::Eval;
use crate::eval::data::{DataFolder, SPLIT_SEED};
use crate::eval::figures::{DataKind, Evaluation, FORMAT_VERSION};
use crate::eval::{NamedTarget, on_recordings, on_synthesis, table};
use crate::progress::Bars;

/// Evaluates and prints the table or the JSON.
///
/// # Errors
/// The data folder or a model cannot be read.
pub(super) fn run(arguments: &Eval) -> Result<()> {
    let (base, targets) = models(arguments)?;
    let phrases = usize::from(arguments.phrases);
    let bars = Bars::new(arguments.json);
    let progress = bars.steps("evaluating");
    let (data, (pairs, measured)) = match &arguments.data {
        Some(folder) => {
            let folder = DataFolder::open(folder)?;
            (
                DataKind::Recordings,
                on_recordings(&base, &targets, &folder, phrases, &progress)?,
            )
        }
        None => (
            DataKind::Synthetic,
            on_synthesis(&base, &targets, phrases, &progress)?,
        ),
    };
    progress.finish_and_clear();
    if pairs.is_empty() {
        bail!("none of the targets is an instrument of the data folder");
    }
    let evaluation = Evaluation {
        format_version: FORMAT_VERSION,
        data,
        split_seed: SPLIT_SEED,
        phrases_per_pair: phrases,
        base_hash: base.info().hash.to_string(),
        audio_seconds: measured.audio_seconds,
        figures: measured.figures(),
        pairs,
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
