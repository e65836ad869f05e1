//! `mynah bounce`: files in, translated files out, of the same rate, in time with the input, as long as it and a tail.

pub(in crate::commands) mod inputs;
mod naming;
mod plan;
mod report;
mod translate;

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use mynah_engine::Library;
use rayon::prelude::*;

pub(crate) use self::naming::Pattern;
pub(super) use self::plan::check_rate;
use self::plan::{Job, Plan};
use self::report::{FileReport, Report, Status};
use self::translate::Work;
use super::setting::Setting;
use crate::audio::pending::Destination;
use crate::cli::Bounce;
use crate::interrupt;
use crate::midi::Melody;
use crate::progress::Bars;

/// Files whose samples never leave ± this count as silent: -96 dBFS, the least step of 16-bit sound and what the engine
/// takes for silence.
pub(super) const SILENCE: f32 = 1.6e-5;

/// Bounces all files: names every one that cannot be translated, and translates the others.
///
/// # Errors
/// One sentence per file that failed; the others are written. What concerns all of them is refused before the first is
/// touched.
pub(super) fn run(arguments: &Bounce) -> Result<()> {
    interrupt::listen();
    let library = Library::with_user_folder();
    let setting = Setting::of(arguments, &library)?;
    let melody = arguments.midi.as_deref().map(Melody::read).transpose()?;
    let base = library.base()?;
    let mut warnings = warn_of_no_notes(arguments, &setting, melody.as_ref());
    warnings.extend(super::warn_of_kernel(&base));
    let targets = setting.targets.0.iter().flatten();
    warnings.extend(targets.filter_map(|target| super::warn_of_another_base(target)));
    let plan = Plan::of(arguments, &setting)?;
    let talk = Talk::of(arguments, &plan.jobs)?;
    if let Some(folder) = &arguments.out_dir
        && !plan.jobs.is_empty()
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
    }
    let work = Work {
        base,
        tail: arguments.written.tail,
        channels: arguments.channels.clone(),
        melody,
        setting,
        overwrite: arguments.written.force,
        strict: arguments.strict,
        makes_folders: arguments.out_dir.is_some(),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.jobs.map_or(0, usize::from))
        .build()
        .context("cannot start the worker threads")?;
    let bars = Bars::new(arguments.quiet);
    let mut reports: Vec<FileReport> = Vec::new();
    for (path, error) in plan.refused {
        let mut report = FileReport::new(path.display().to_string(), None, Status::Failed);
        report.error = Some(format!("{error:#}"));
        reports.push(report);
    }
    for job in &plan.skipped {
        let output = Some(job.output.shown());
        let report = FileReport::new(job.source.shown(), output, Status::Skipped);
        talk.tell(&report, &bars)?;
        reports.push(report);
    }
    let gave_up = AtomicBool::new(false);
    let done: Vec<FileReport> = pool.install(|| {
        let jobs = plan.jobs.into_par_iter();
        let done = jobs.filter_map(|job| {
            if gave_up.load(Ordering::Relaxed) {
                return None;
            }
            let report = work.bounce(job, &bars);
            let told = talk.tell(&report, &bars);
            if arguments.fail_fast && (told.is_err() || report.error.is_some()) {
                gave_up.store(true, Ordering::Relaxed);
            }
            Some(report)
        });
        done.collect()
    });
    reports.extend(done);
    let failures: Vec<&str> = reports.iter().filter_map(|r| r.error.as_deref()).collect();
    let failures = failures.join("\n");
    if arguments.json {
        super::print_json(&Report::of(warnings, reports))?;
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{failures}")
}

fn warn_of_no_notes(arguments: &Bounce, setting: &Setting, melody: Option<&Melody>) -> Vec<String> {
    let warning = match (&setting.wants_notes, &arguments.midi) {
        _ if melody.is_some_and(Melody::has_notes) => None,
        (_, Some(file)) => Some(format!("there are no notes in '{}'", file.display())),
        (Some(preset), None) => Some(format!(
            "the preset '{preset}' is made for held notes, and there is no --midi"
        )),
        (None, None) => None,
    };
    let warning = warning.map(|w| w + ": the target plays the pitch of the input");
    if let Some(warning) = &warning {
        eprintln!("mynah: {warning}");
    }
    warning.into_iter().collect()
}

/// What is told of each file as soon as it is done, and where.
struct Talk {
    lines: bool,
    /// Where the standard output is the sound's.
    on_stderr: bool,
}

impl Talk {
    fn of(arguments: &Bounce, jobs: &[Job]) -> Result<Talk> {
        let on_stderr = jobs.iter().any(|job| job.output == Destination::Stdout);
        if on_stderr && arguments.json {
            bail!("--json needs the standard output, which is the sound's: choose another output");
        }
        Ok(Talk {
            lines: !arguments.quiet && !arguments.json,
            on_stderr,
        })
    }

    fn tell(&self, report: &FileReport, bars: &Bars) -> Result<()> {
        bars.beside(|| {
            for warning in &report.warnings {
                eprintln!("mynah: {warning}");
            }
            match (self.lines && report.error.is_none(), self.on_stderr) {
                (false, _) => Ok(()),
                (true, true) => {
                    eprint!("{}", report.line());
                    Ok(())
                }
                (true, false) => super::print(&report.line()),
            }
        })
    }
}
