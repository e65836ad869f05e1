//! `mynah bounce`: files in, translated files out, of the same length and rate, in time with the input.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use mynah_engine::{Library, Survey};
use mynah_models::Base;
use rayon::prelude::*;

use super::setting::Setting;
use crate::audio::read::Reader;
use crate::audio::write::{Encoding, Writer, check_free, folder_of};
use crate::cli::Bounce;
use crate::interrupt;
use crate::pipeline::Translation;
use crate::progress::Bars;

/// Files whose samples never leave ± this count as silent: -96 dBFS, the least step of 16-bit sound and what the engine
/// takes for silence.
pub(super) const SILENCE: f32 = 1.6e-5;

struct Job {
    input: PathBuf,
    output: PathBuf,
    encoding: Encoding,
}

/// Everything one file's translation needs besides the file.
struct Work {
    base: Arc<Base>,
    setting: Setting,
    overwrite: bool,
}

/// Bounces all files. What can be checked is checked for all of them before the first is touched.
///
/// # Errors
/// One sentence per file that failed; the others are written.
pub(super) fn run(arguments: &Bounce) -> Result<()> {
    interrupt::listen();
    let library = Library::with_user_folder();
    let setting = Setting::of(arguments, &library)?;
    let jobs = plan(arguments, &setting.label)?;
    if let Some(folder) = &arguments.out_dir {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
        for job in &jobs {
            check_free(&job.output, arguments.force)?;
        }
    }
    let work = Work {
        base: library.base()?,
        setting,
        overwrite: arguments.force,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.jobs.map_or(0, usize::from))
        .build()
        .context("cannot start the worker threads")?;
    let bars = Bars::new(arguments.quiet);
    let done = AtomicUsize::new(0);
    let failures: Vec<anyhow::Error> = pool.install(|| {
        jobs.par_iter()
            .filter_map(|job| {
                let result = bounce_file(job, &work, &bars);
                done.fetch_add(usize::from(result.is_ok()), Ordering::Relaxed);
                match result {
                    Ok(line) if !arguments.quiet => super::print(&line).err(),
                    Ok(_) => None,
                    Err(error) => Some(error),
                }
            })
            .collect()
    });
    if failures.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = failures.iter().map(|e| format!("{e:#}")).collect();
    Err(anyhow!("{}", sentences.join("\n")))
}

/// Names every output and refuses what cannot work.
fn plan(arguments: &Bounce, label: &str) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
    if arguments.output.is_some() && arguments.inputs.len() > 1 {
        bail!(
            "--output takes one input, {} were given: use --out-dir",
            arguments.inputs.len()
        );
    }
    for input in &arguments.inputs {
        let reader = Reader::open(input)?;
        check_rate(&reader, input)?;
        let output = match (&arguments.output, &arguments.out_dir) {
            (Some(output), _) => output.clone(),
            (None, Some(folder)) => {
                let stem = input.file_stem().unwrap_or_default().to_string_lossy();
                folder.join(format!("{stem}-{label}.{}", arguments.format.extension()))
            }
            (None, None) => bail!("give --output or --out-dir"),
        };
        let encoding = Encoding::for_path(&output, arguments.float)?;
        encoding
            .check_rate(reader.rate_hz())
            .with_context(|| format!("'{}'", input.display()))?;
        // A folder that does not exist yet can only be that of --out-dir: it is made, and checked again, later.
        if arguments.output.is_some() || folder_of(&output).is_dir() {
            check_free(&output, arguments.force)?;
        }
        if is_same_file(input, &output) {
            bail!(
                "'{}' would be replaced by its own translation: choose another output",
                input.display()
            );
        }
        if let Some(other) = taken.insert(output.clone(), input) {
            bail!(
                "'{}' and '{}' would both become '{}'",
                other.display(),
                input.display(),
                output.display()
            );
        }
        jobs.push(Job {
            input: input.clone(),
            output,
            encoding,
        });
    }
    Ok(jobs)
}

/// # Errors
/// The engine does not run at the rate of the file `input`.
pub(super) fn check_rate(reader: &Reader, input: &Path) -> Result<()> {
    if !mynah_engine::supported_rate(f64::from(reader.rate_hz())) {
        bail!(
            "'{}' has a sample rate of {} Hz: rates from 8000 to 192000 Hz work",
            input.display(),
            reader.rate_hz()
        );
    }
    Ok(())
}

/// Whether both exist and are one.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The octave for a whole file, if one is to be found: hears all of it first.
fn octave_of(input: &Path, setting: &Setting) -> Result<Option<i32>> {
    if !setting.controls.octave_auto || setting.octave_live {
        return Ok(None);
    }
    let mut reader = Reader::open(input)?;
    let mut survey = Survey::new(f64::from(reader.rate_hz()))?;
    while let Some(planes) = reader.next_block()? {
        interrupt::check()?;
        let planes: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
        survey.hear(&planes);
    }
    Ok(Some(survey.octave(&setting.targets, &setting.controls)))
}

/// Translates one file; returns the line to print.
fn bounce_file(job: &Job, work: &Work, bars: &Bars) -> Result<String> {
    interrupt::check()?;
    let mut reader = Reader::open(&job.input)?;
    let (rate_hz, channels) = (reader.rate_hz(), reader.channels());
    let mut writer = Writer::create(&job.output, job.encoding, rate_hz, channels, work.overwrite)?;
    let mut translation = Translation::new(
        &work.base,
        work.setting.targets.clone(),
        &work.setting.controls,
        rate_hz,
        channels,
    )?;
    let octave = octave_of(&job.input, &work.setting)?;
    translation.set_octave(octave);
    let name = job.input.file_name().unwrap_or_default().to_string_lossy();
    let mut bar = bars.file(&name, reader.frames_hint(), rate_hz);
    let mut loudest = 0.0f32;
    while let Some(planes) = reader.next_block()? {
        interrupt::check()?;
        loudest = planes.iter().flatten().fold(loudest, |m, x| {
            m.max(if x.is_finite() { x.abs() } else { 0.0 })
        });
        let planes: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
        translation.push(&planes, |output| writer.write(output))?;
        bar.advance(planes.first().map_or(0, |p| p.len()));
    }
    if loudest < SILENCE {
        bail!(
            "'{}' is silent: there is nothing to translate",
            job.input.display()
        );
    }
    translation.finish(|output| writer.write(output))?;
    let clipped = writer.finish()?;
    let mut line = format!(
        "{} -> {}  {:.1} s in {:.1} s ({:.1} x real time)",
        job.input.display(),
        job.output.display(),
        bar.seconds(),
        bar.elapsed().as_secs_f64(),
        bar.speed()
    );
    line += &match (octave, work.setting.controls.octave) {
        (Some(octave), _) => format!("  octave {octave:+}"),
        (None, _) if work.setting.controls.octave_auto => {
            "  octave chosen while playing".to_owned()
        }
        (None, 0) => String::new(),
        (None, octave) => format!("  octave {octave:+}"),
    };
    if clipped > 0 {
        line += &format!(
            "  {clipped} samples clipped: lower it with --set output_gain=-6, or use --float"
        );
    }
    Ok(line + "\n")
}
