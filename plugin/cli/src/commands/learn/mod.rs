//! `mynah learn`: a target of one's own from recordings. Playable once the notes are remembered; then it gets better for as
//! long as it is let.

mod output;
mod page;
mod recordings;
mod report;
mod status;
mod training;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use mynah_engine::Library;
use mynah_learn::adapt::{ContentNoise, Trunk, hold_out, start};
use mynah_learn::making::{Instrument, Naming};
use mynah_models::file::{ModelFileError, Tensors, short_name};
use mynah_models::{ModelInfo, ModelKind, network_tensors};

use self::output::{Output, checked_path};
use self::page::Page;
use self::recordings::Told;
use self::report::{Report, Training};
use self::status::{Stage, Status};
use super::{print, print_json};
use crate::cli::{InstrumentKind, Learn};
use crate::interrupt;
use crate::progress::Bars;

/// What a target is called if its file's name has no letters.
const NAMELESS: &str = "My instrument";

/// Listens, remembers, learns.
///
/// # Errors
/// The recordings cannot be read or are of no use, the output cannot be written.
pub(super) fn run(arguments: &Learn) -> Result<()> {
    interrupt::listen();
    let began = Instant::now();
    let library = Library::with_user_folder();
    let (force, resume) = (arguments.force, arguments.resume);
    let base = library.base()?;
    let output = Output {
        path: checked_path(&arguments.output, &base, force, resume)?,
        page: page::checked_folder(arguments, force || resume)?,
        base,
        naming: naming(arguments),
    };
    check_naming(&output.naming)?;
    if let Some(threads) = arguments.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
        pool.build_global()
            .context("cannot start as many threads")?;
    }
    let mut status = Status::new(arguments.status.clone(), &output)?;
    let made = make(arguments, &output, &library, &mut status, began);
    if made.is_err() {
        output.unmark();
    }
    // What went wrong first is what is told.
    let told = status.end(made.as_ref().err());
    made.and(told)
}

/// All of it, told step by step.
fn make(
    arguments: &Learn,
    output: &Output,
    library: &Library,
    status: &mut Status,
    began: Instant,
) -> Result<()> {
    let bars = Bars::new(arguments.quiet || arguments.json);
    let Told {
        mut heard,
        left_out,
        seconds,
    } = recordings::listen(&arguments.inputs, &page::folder(arguments), &bars, status)?;
    if let Some(kind) = arguments.kind {
        heard.character.struck = kind != InstrumentKind::Held;
        heard.character.semitones_only = kind == InstrumentKind::Keys;
    }
    let mut findings = heard.findings.sentences();
    findings.extend(left_out);
    if !arguments.json {
        print(&lines(&findings))?;
    }
    let files = heard.findings.recordings.iter();
    let files: Vec<String> = files.map(|recording| recording.name.clone()).collect();
    let listened = began.elapsed();
    status.tell(Stage::Remembering, &findings)?;
    let progress = bars.waiting("remembering");
    let instrument = Instrument::remember(heard)?;
    let trunk = Trunk::from_base(library.base_file()?)?;
    let phrases = instrument.phrases(&output.base, &trunk, arguments.seed)?;
    let (learnt, held_out) = hold_out(phrases);
    let candidates = candidates(library, &arguments.except)?;
    let from: Vec<&Tensors> = candidates.iter().map(|(_, tensors)| tensors).collect();
    let start = start(&trunk, &learnt, &held_out, &from, ContentNoise::default())?;
    let setting = training::Setting {
        trunk: &trunk,
        learnt: &learnt,
        held_out: &held_out,
        seed: arguments.seed,
        resume: arguments.resume,
        time: Duration::from_secs_f64(60.0 * arguments.minutes),
    };
    // Where an earlier run had come to is better than the start.
    let learning = training::begin(&setting, &start.adaptation, &output.state_path())?;
    progress.finish_and_clear();
    output.mark(&arguments.inputs)?;
    let size = output.write(&instrument, learning.best())?;
    if !arguments.resume {
        // What an earlier run has left belongs to the target that is replaced now. It may not be there.
        let _ = std::fs::remove_file(output.state_path());
    }
    let mut report = Report::new(&output.path, &output.naming, &instrument, findings);
    report.listened_s = seconds;
    report.bytes = size;
    report.heard_after_s = listened.as_secs_f64();
    report.playable_after_s = began.elapsed().as_secs_f64();
    report.training = Training {
        nearest: candidates[start.candidate].0.clone(),
        held_out_first: start.held_out,
        held_out_last: learning.best_held_out(),
        steps: learning.steps(),
        ..Training::default()
    };
    if !arguments.json {
        print(&report.playable())?;
    }
    status.tell(Stage::Playable, &report.findings)?;
    // From here on there is something to be brought to a good end.
    interrupt::at_leisure();
    let mut page = output.page.clone().and_then(|folder| {
        let progress = bars.waiting("playing");
        let page = Page::begin(page::Setting {
            folder,
            library,
            base: Arc::clone(&output.base),
            instrument: &instrument,
            recordings: &files,
        });
        progress.finish_and_clear();
        written(page)
    });
    show(&mut page, output, &mut report, &bars);
    status.page(report.page.as_deref());
    if arguments.minutes > 0.0 {
        let mut told = training::Told {
            bars: &bars,
            status,
            training: &mut report.training,
        };
        let steps = told.training.steps;
        training::train(learning, setting.time, output, &instrument, &mut told)?;
        if report.training.steps > steps {
            show(&mut page, output, &mut report, &bars);
        }
    }
    report.done_after_s = began.elapsed().as_secs_f64();
    if arguments.json {
        print_json(&report)
    } else {
        print(&report.done())
    }
}

/// Writes the page, or writes it anew; after that there is none if it cannot be written.
fn show(page: &mut Option<Page>, output: &Output, report: &mut Report, bars: &Bars) {
    let Some(pages) = page else { return };
    let progress = bars.waiting("playing");
    let shown = pages.write(&output.path, report);
    progress.finish_and_clear();
    match written(shown) {
        Some((path, measured)) => {
            report.page = Some(path.display().to_string());
            report.figures = Some(measured);
        }
        None => *page = None,
    }
}

/// What has been written of a page. The target is there whether it has or not: what goes wrong is a warning.
fn written<T>(result: Result<T>) -> Option<T> {
    let warn = |error: &anyhow::Error| eprintln!("mynah: there is no page: {error:#}");
    result.inspect_err(warn).ok()
}

fn naming(arguments: &Learn) -> Naming {
    let stem = arguments.output.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy();
    let own = || match short_name(&stem) {
        Some(_) => titled(&stem),
        None => NAMELESS.to_owned(),
    };
    let folder = || {
        let first = arguments.inputs.first()?;
        let name = std::path::absolute(first).ok()?;
        Some(format!(
            "Recordings: {}",
            name.file_name()?.to_string_lossy()
        ))
    };
    Naming {
        display_name: arguments.name.clone().unwrap_or_else(own),
        credits: if arguments.credit.is_empty() {
            folder().into_iter().collect()
        } else {
            arguments.credit.clone()
        },
        licence: arguments.licence.clone(),
    }
}

/// A file's name as a title: `old-cello` is `Old Cello`.
fn titled(stem: &str) -> String {
    let words = stem.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let title = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    };
    words.map(title).collect::<Vec<String>>().join(" ")
}

/// Refuses names and lines that no model file can hold.
fn check_naming(naming: &Naming) -> Result<()> {
    let line = |what: &str, text: &str, most: usize| {
        if mynah_models::file::is_line(text, most) {
            return Ok(());
        }
        Err(anyhow!("{what} must be one line of 1 to {most} characters"))
    };
    line(
        "--name",
        &naming.display_name,
        mynah_models::file::MAX_NAME_CHARS,
    )?;
    line(
        "--licence",
        &naming.licence,
        mynah_models::file::MAX_LINE_CHARS,
    )?;
    for credit in &naming.credits {
        line("--credit", credit, mynah_models::file::MAX_LINE_CHARS)?;
    }
    Ok(())
}

/// Names, vectors and heads of the shipped targets.
fn candidates(library: &Library, except: &[String]) -> Result<Vec<(String, Tensors)>> {
    let wanted = library
        .shipped_files()
        .filter(|(name, _)| !except.iter().any(|other| other == name));
    let read = |(name, bytes): (&str, &[u8])| {
        let (info, tensors): (ModelInfo, Tensors) = network_tensors(bytes, ModelKind::Target)?;
        Ok::<_, ModelFileError>((info.display_name, tensors))
            .with_context(|| format!("cannot read the target '{name}'"))
    };
    wanted.map(read).collect()
}

fn lines(sentences: &[String]) -> String {
    sentences
        .iter()
        .map(|sentence| format!("{sentence}\n"))
        .collect()
}
