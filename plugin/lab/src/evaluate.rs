//! `mynah-lab eval`: the table of how good the translation is.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_cli::progress::Bars;
use mynah_cli::{find_target, print, print_json};
use mynah_engine::{Controls, Library};
use mynah_models::{Base, Target};

use crate::cli::Eval;
use crate::eval::data::DataFolder;
use crate::eval::figures::{DataKind, Evaluation, FORMAT_VERSION, Measured};
use crate::eval::judge::Judge;
use crate::eval::split::SPLIT_SEED;
use crate::eval::{NamedTarget, Setting};
use crate::eval::{never_trained, pairs, plots, synthesis, table, tracker};
use crate::outside;
use crate::outside::clips::{Amount, Sources};
use crate::outside::figures::Outside;
use crate::outside::listening::Listening;
use crate::outside::performances::Performances;
use crate::outside::soundfont::SoundFont;

/// Evaluates and prints the table or the JSON.
///
/// # Errors
/// The data folder, a recording or a model cannot be read, a plot not be written, or the outside judge not be asked.
pub(crate) fn run(arguments: &Eval) -> Result<()> {
    let (base, targets) = models(arguments)?;
    let folder = arguments.data.as_deref().map(DataFolder::open);
    let folder = folder.transpose()?;
    if let Some(plots) = &arguments.plots {
        plots::prepare(plots)?;
    }
    let judge = OutsideJudge::prepare(arguments)?;
    if arguments.quick && folder.is_none() && arguments.performances.is_none() {
        bail!("--quick needs sources: --data DIR, --performances DIR, or both");
    }
    let bars = Bars::new(arguments.json);
    let progress = bars.steps("evaluating");
    let setting = Setting {
        base: &base,
        targets: &targets,
        folder: folder.as_ref(),
        judge: None,
        phrases: usize::from(arguments.phrases),
        drive: arguments.drive,
        controls: controls(arguments)?,
        progress: &progress,
    };
    let (outside, measured) = judge.ask(arguments, &setting)?;
    let evaluation = if arguments.quick {
        quick(arguments, &setting, outside, &measured)
    } else {
        full(arguments, setting, outside)?
    };
    progress.finish_and_clear();
    if arguments.json {
        print_json(&evaluation)
    } else {
        print(&table::render(&evaluation))
    }
}

/// The outside judge's part alone.
fn quick(arguments: &Eval, setting: &Setting, outside: Outside, measured: &Measured) -> Evaluation {
    Evaluation {
        format_version: FORMAT_VERSION,
        data: DataKind::Recordings,
        split_seed: SPLIT_SEED,
        phrases_per_pair: Amount::QUICK.phrases,
        drive: setting.drive,
        set: arguments.set.clone(),
        base_hash: setting.base.info().hash.to_string(),
        audio_seconds: measured.audio_seconds,
        judge_accuracy: None,
        figures: measured.figures(),
        pairs: Vec::new(),
        never_trained: None,
        judge: None,
        tracker: None,
        outside,
    }
}

/// Everything that is measured here, and the outside judge's part.
fn full(arguments: &Eval, setting: Setting, outside: Outside) -> Result<Evaluation> {
    let folder = setting.folder;
    let judge = folder.map(Judge::train).transpose()?.flatten();
    let setting = Setting {
        judge: judge.as_ref(),
        ..setting
    };
    let (data, outcome) = match folder {
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
    let report = match (&judge, folder) {
        (Some(judge), Some(folder)) => Some(judge.report(folder)?),
        _ => None,
    };
    let tracker = tracker::measure(folder)?;
    let (audio_seconds, figures) = (outcome.all.audio_seconds, outcome.all.figures());
    let pairs = outcome.into_pairs();
    if let (Some(out), Some(folder)) = (&arguments.plots, folder) {
        plots::write(&setting, folder, &pairs, out)?;
    }
    Ok(Evaluation {
        format_version: FORMAT_VERSION,
        data,
        split_seed: SPLIT_SEED,
        phrases_per_pair: setting.phrases,
        drive: setting.drive,
        set: arguments.set.clone(),
        base_hash: setting.base.info().hash.to_string(),
        audio_seconds,
        judge_accuracy: report.as_ref().map(|r| r.accuracy),
        figures,
        pairs,
        never_trained,
        judge: report,
        tracker: Some(tracker),
        outside,
    })
}

/// What the outside judge needs, found before the work begins.
struct OutsideJudge {
    listening: Option<Listening>,
    performances: Option<Performances>,
    soundfont: Option<SoundFont>,
    /// One sentence for each thing that is missing.
    left_out: Vec<String>,
}

impl OutsideJudge {
    /// Finds what is asked for. What nobody named and is not there is left out.
    fn prepare(arguments: &Eval) -> Result<OutsideJudge> {
        let mut prepared = OutsideJudge {
            listening: None,
            performances: None,
            soundfont: None,
            left_out: Vec::new(),
        };
        let mut leave_out = |sentence: &str| prepared.left_out.push(sentence.to_owned());
        let Some(judge) = &arguments.outside.judge else {
            leave_out(
                "all that the outside judge and the note tracker say: --outside FILE was not given",
            );
            return Ok(prepared);
        };
        prepared.listening = Some(Listening::new(
            judge,
            arguments.outside.python.as_deref(),
            arguments.sounds.as_deref(),
        )?);
        match &arguments.performances {
            Some(folder) => prepared.performances = Some(Performances::open(folder)?),
            None => leave_out(
                "players whom training never heard, and true phrases of the targets: --performances DIR was not given",
            ),
        }
        if arguments.data.is_none() {
            leave_out(
                "sung phrases, scores and ceilings of the outside judge: --data DIR was not given",
            );
            return Ok(prepared);
        }
        let font = SoundFont::find(arguments.soundfont.as_deref());
        match font {
            Ok(font) => prepared.soundfont = Some(font),
            Err(error) if arguments.soundfont.is_some() => return Err(error),
            Err(error) => leave_out(&format!("sung patches of a SoundFont: {error}")),
        }
        Ok(prepared)
    }

    /// Asks it, if it is there. Returns its part of the result, and all measurements of its sources pooled.
    fn ask(self, arguments: &Eval, setting: &Setting) -> Result<(Outside, Measured)> {
        let Some(listening) = &self.listening else {
            let outside = Outside::new(&[], self.left_out);
            return Ok((outside, Measured::default()));
        };
        let sources = Sources {
            folder: setting.folder,
            performances: self.performances.as_ref(),
            soundfont: self.soundfont.as_ref(),
            amount: if arguments.quick {
                Amount::QUICK
            } else {
                Amount::full(setting.phrases)
            },
        };
        outside::measure(setting, &sources, listening, self.left_out)
    }
}

/// The default controls with the generator's share and all that is asked for by `--set`.
fn controls(arguments: &Eval) -> Result<Controls> {
    let mut controls = Controls {
        drive: arguments.drive,
        ..Controls::default()
    };
    for text in &arguments.set {
        controls.set_text(text)?;
    }
    Ok(controls)
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
