//! What is to be done: every output has its name, and what cannot work is refused before anything is read or written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::inputs::{self, Input, Refused};
use super::naming::{self, Words};
use crate::audio::pending::{Destination, check_name, folder_of, real};
use crate::audio::read::Reader;
use crate::audio::source::Source;
use crate::audio::write::Encoding;
use crate::cli::Bounce;
use crate::commands::setting::Setting;
use crate::identity::FileId;

/// One sound to translate, and where it goes.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) source: Source,
    pub(super) output: Destination,
    pub(super) encoding: Encoding,
}

/// All of it.
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    /// Inputs whose output is there already, with `--skip-existing`.
    pub(super) skipped: Vec<Job>,
    pub(super) refused: Vec<Refused>,
}

impl Plan {
    /// Names every output, and refuses inputs that cannot be translated.
    ///
    /// # Errors
    /// What concerns more than one file, or all of them: an output that is an input as well, or is there already; several
    /// inputs for one output; with `--fail-fast` any input that is refused.
    pub(super) fn of(arguments: &Bounce, setting: &Setting) -> Result<Plan> {
        let out_dir = arguments.out_dir.as_deref();
        let (inputs, refused) = inputs::expand(&arguments.inputs, arguments.recursive, out_dir);
        let mut plan = Plan {
            jobs: Vec::new(),
            skipped: Vec::new(),
            refused,
        };
        let jobs = plan.name(inputs, arguments, setting)?;
        let (skipped, jobs) = jobs.into_iter().partition(|job| job.is_done(arguments));
        plan.skipped = skipped;
        check_identities(&jobs, arguments)?;
        let mut taken = Vec::new();
        for job in jobs {
            let checked = match (&job.output, out_dir) {
                // The folder may still have to be made.
                (Destination::File(path), Some(_)) => check_name(path, arguments.written.force),
                (output, _) => output.check(arguments.written.force),
            };
            match checked {
                Err(error) => taken.push(error),
                Ok(()) => match job.check_input(arguments) {
                    Err(error) => plan.refuse(&job.source, error),
                    Ok(()) => plan.jobs.push(job),
                },
            }
        }
        if !taken.is_empty() {
            bail!("{}", sentences(&taken));
        }
        if arguments.fail_fast && !plan.refused.is_empty() {
            let errors: Vec<anyhow::Error> = plan.refused.into_iter().map(|(_, e)| e).collect();
            bail!("{}", sentences(&errors));
        }
        Ok(plan)
    }

    fn refuse(&mut self, source: &Source, error: anyhow::Error) {
        self.refused.push((source.path().to_path_buf(), error));
    }

    /// A job for every input whose output can have its name.
    fn name(
        &mut self,
        inputs: Vec<Input>,
        arguments: &Bounce,
        setting: &Setting,
    ) -> Result<Vec<Job>> {
        let outputs: Vec<PathBuf> = match (&arguments.output, &arguments.out_dir) {
            (Some(output), _) => {
                let count = inputs.len() + self.refused.len();
                if count > 1 {
                    bail!("--output takes one input, {count} were given: use --out-dir");
                }
                inputs.iter().map(|_| output.clone()).collect()
            }
            (None, Some(folder)) => {
                let words = Words {
                    target: &setting.target,
                    preset: setting.preset.as_deref(),
                };
                let extension = arguments.written.format.extension();
                let names = naming::name_all(&inputs, &arguments.name, &words, extension)?;
                names.iter().map(|name| folder.join(name)).collect()
            }
            (None, None) => bail!("give --output or --out-dir"),
        };
        let mut jobs = Vec::new();
        for (input, output) in inputs.into_iter().zip(outputs) {
            let output = Destination::of(&output);
            let encoding =
                Encoding::of(&output, arguments.written.format, arguments.written.bits())?;
            if let (Destination::File(path), Some(_)) = (&output, &arguments.out_dir)
                && let Err(error) = check_name(path, true)
            {
                self.refuse(&input.source, error);
                continue;
            }
            jobs.push(Job {
                source: input.source,
                output,
                encoding,
            });
        }
        Ok(jobs)
    }
}

impl Job {
    /// Whether it need not be done.
    fn is_done(&self, arguments: &Bounce) -> bool {
        let there = |path: &Path| path.is_file();
        match &self.output {
            Destination::File(path) => arguments.skip_existing && there(path),
            Destination::Stream(_) | Destination::Stdout => false,
        }
    }

    /// What can be known of the input beforehand: of something that can be read only once, nothing.
    fn check_input(&self, arguments: &Bounce) -> Result<()> {
        if self.source.is_stream() {
            return Ok(());
        }
        let reader = Reader::open(self.source.path())?;
        let shown = || format!("'{}'", self.source.shown());
        check_rate(&reader, self.source.path())?;
        let route = arguments.channels.route(reader.channels());
        let route = route.map_err(|e| anyhow!("{} {e}", shown()))?;
        self.encoding
            .check(reader.rate_hz(), route.outputs())
            .with_context(shown)
    }
}

/// # Errors
/// The engine does not run at the rate of the file `input`.
pub(in crate::commands) fn check_rate(reader: &Reader, input: &Path) -> Result<()> {
    if !mynah_engine::supported_rate(f64::from(reader.rate_hz())) {
        bail!(
            "'{}' has a sample rate of {} Hz: rates from 8000 to 192000 Hz work",
            input.display(),
            reader.rate_hz()
        );
    }
    Ok(())
}

/// One sentence a line.
pub(super) fn sentences(errors: &[anyhow::Error]) -> String {
    let sentences: Vec<String> = errors.iter().map(|e| format!("{e:#}")).collect();
    sentences.join("\n")
}

/// No output may be anything that is read, under whatever name, nor another output.
fn check_identities(jobs: &[Job], arguments: &Bounce) -> Result<()> {
    let mut read: HashMap<FileId, PathBuf> = HashMap::new();
    let given = arguments.files().into_iter();
    for path in given.chain(jobs.iter().map(|job| job.source.path().to_path_buf())) {
        if let Some(id) = FileId::of(&path) {
            read.insert(id, path);
        }
    }
    let mut written: HashMap<(FileId, String), &Job> = HashMap::new();
    let mut errors = Vec::new();
    for job in jobs {
        let (input, output) = (job.source.shown(), job.output.shown());
        let Some(path) = job.output.path() else {
            continue;
        };
        let id = FileId::of(path);
        let becomes = || {
            let path = real(path).ok()?;
            // What is not there yet is known by its folder and name, which some systems write in either case.
            let name = path.file_name()?.to_string_lossy().to_lowercase();
            Some((FileId::of(folder_of(&path))?, name))
        };
        let own = FileId::of(job.source.path());
        let place = match FileId::of(path) {
            Some(id) => Some((id, String::new())),
            None => becomes(),
        };
        if id.is_some() && id == own {
            errors.push(anyhow!(
                "'{input}' would be replaced by its own translation: choose another output"
            ));
        } else if let Some(other) = id.and_then(|id| read.get(&id)) {
            let other = other.display();
            errors.push(anyhow!(
                "'{other}' is read, too, and would be replaced by the translation of '{input}' as '{output}': \
                 choose another output"
            ));
        } else if let Some(other) = place.and_then(|place| written.insert(place, job)) {
            errors.push(anyhow!(
                "'{}' and '{input}' would both become '{output}'",
                other.source.shown()
            ));
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    bail!("{}", sentences(&errors))
}
