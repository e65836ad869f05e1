//! What Python answers: sounds and questions go into a temporary folder, the script runs once, answers come back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use mynah_cli::notes::Note;
use mynah_cli::synth::RATE_HZ;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// The script.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/outside/answer.py");

/// The Python that `cargo xtask outside` makes.
fn own_python() -> PathBuf {
    let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    );
    let environment = built.join("outside-python");
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

/// What is asked about one sound.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Job {
    file: PathBuf,
    /// Whether the judge listens.
    listen: bool,
    /// Start and end in seconds and MIDI number of the notes that should be heard.
    notes: Option<Vec<(f64, f64, i32)>>,
}

/// Windows heard as each of the judge's instruments.
pub(crate) type Heard = BTreeMap<String, usize>;

/// Notes heard against those wanted.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq)]
pub(crate) struct NoteScore {
    pub(crate) wanted: usize,
    pub(crate) played: usize,
    pub(crate) matched: usize,
    pub(crate) f_measure: f64,
    /// The F-measure at the delay of the whole phrase at which most notes are right, and that delay.
    pub(crate) aligned: f64,
    pub(crate) late_ms: f64,
}

/// The answer to a [`Job`].
#[derive(Deserialize, Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) heard: Option<Heard>,
    pub(crate) notes: Option<NoteScore>,
}

#[derive(Serialize)]
struct Jobs<'a> {
    judge: &'a Path,
    jobs: &'a [Job],
}

#[derive(Deserialize)]
struct Answers {
    answers: Vec<Answer>,
}

/// What runs the script, and a folder of sounds for it.
pub(crate) struct Listening {
    folder: TempDir,
    /// Where sounds are kept; in the temporary folder otherwise.
    sounds: Option<PathBuf>,
    python: PathBuf,
    judge: PathBuf,
}

impl Listening {
    /// For the judge in the file `judge`, by the interpreter `python` or the one in the target folder; sounds are kept in the
    /// folder `sounds`, which is made.
    ///
    /// # Errors
    /// The judge's file or the interpreter is not there, or a folder cannot be made.
    pub(crate) fn new(
        judge: &Path,
        python: Option<&Path>,
        sounds: Option<&Path>,
    ) -> Result<Listening> {
        if !judge.is_file() {
            bail!("cannot open the outside judge '{}'", judge.display());
        }
        let python = python.map_or_else(own_python, Path::to_path_buf);
        if Command::new(&python).arg("--version").output().is_err() {
            bail!(
                "cannot start '{}': `cargo xtask outside` makes a Python with what the outside listening needs in the \
                 target folder, --python names another",
                python.display()
            );
        }
        if let Some(sounds) = sounds {
            std::fs::create_dir_all(sounds)
                .with_context(|| format!("cannot make the folder '{}'", sounds.display()))?;
        }
        Ok(Listening {
            sounds: sounds.map(Path::to_path_buf),
            folder: tempfile::tempdir().context("cannot make a temporary folder")?,
            python,
            judge: judge.to_owned(),
        })
    }

    /// Writes a sound (48 kHz mono) under a `name` of its own; the judge listens to it, and where there are `notes`, the
    /// tracker, too.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn job(&self, name: &str, sound: &[f32], notes: Option<&[Note]>) -> Result<Job> {
        let folder = self.sounds.as_deref().unwrap_or(self.folder.path());
        let file = folder.join(format!("{name}.wav"));
        write_wav(&file, sound).with_context(|| format!("cannot write '{}'", file.display()))?;
        let span = |n: &Note| (n.start_s, n.end_s(), n.midi);
        Ok(Job {
            file,
            listen: true,
            notes: notes.map(|notes| notes.iter().map(span).collect()),
        })
    }

    /// Keeps a sound that nothing is asked about, if sounds are kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn keep(&self, name: &str, sound: &[f32]) -> Result<()> {
        if self.sounds.is_some() {
            self.job(name, sound, None)?;
        }
        Ok(())
    }

    /// Asks the judge about a file as it is.
    pub(crate) fn file(path: &Path) -> Job {
        Job {
            file: path.to_owned(),
            listen: true,
            notes: None,
        }
    }

    /// Runs the script; an answer for each of the `jobs`, in their order.
    ///
    /// # Errors
    /// The script fails, with its last line, or answers otherwise than it should.
    pub(crate) fn ask(&self, jobs: &[Job]) -> Result<Vec<Answer>> {
        let (questions, answers) = (
            self.folder.path().join("jobs.json"),
            self.folder.path().join("answers.json"),
        );
        let wanted = Jobs {
            judge: &self.judge,
            jobs,
        };
        std::fs::write(&questions, serde_json::to_vec(&wanted)?)
            .context("cannot write a temporary file")?;
        let run = Command::new(&self.python)
            .args([Path::new(SCRIPT), &questions, &answers])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .with_context(|| format!("cannot start '{}'", self.python.display()))?;
        if !run.status.success() {
            let said = String::from_utf8_lossy(&run.stderr);
            let last = said.lines().last().unwrap_or("it does not say why");
            bail!("the outside listening failed: {last}");
        }
        let text = std::fs::read(&answers).context("the outside listening left no answers")?;
        let Answers { answers } = serde_json::from_slice(&text)
            .context("the outside listening's answers cannot be read")?;
        if answers.len() != jobs.len() {
            bail!(
                "the outside listening gave {} answers to {} questions",
                answers.len(),
                jobs.len()
            );
        }
        Ok(answers)
    }
}

fn write_wav(path: &Path, sound: &[f32]) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for sample in sound {
        writer.write_sample(*sample)?;
    }
    Ok(writer.finalize()?)
}
