//! Tells another program how far it is, by a small file that is always whole. The editor of the plugin reads it; whoever
//! removes it wants an end.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Error, Result, bail};
use mynah_engine::{Existing, write_whole};
use serde::Serialize;

use super::Output;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stage {
    /// Recordings are listened to.
    Listening,
    /// Notes are measured.
    Remembering,
    /// The target can be played; nothing more may come.
    Playable,
    /// It gets better.
    Learning,
    /// All is done.
    Done,
    /// It has come to nothing, or ended in the middle.
    Failed,
}

/// How learning goes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Learnt {
    pub(super) step: u64,
    /// Distance from the held-out frames before learning and now, nepers.
    pub(super) held_out_first: f64,
    pub(super) held_out: f64,
    pub(super) seconds: f64,
    pub(super) most_seconds: f64,
}

/// The file's content.
#[derive(Debug, Serialize)]
struct Told {
    format_version: u32,
    /// Of this program, as the system counts it.
    process: u32,
    stage: Stage,
    /// Of the target.
    output: String,
    name: String,
    files: usize,
    files_heard: usize,
    findings: Vec<String>,
    learnt: Option<Learnt>,
    /// Where the page is, once it is written.
    page: Option<String>,
    error: Option<String>,
}

/// The file, if one is wanted.
pub(super) struct Status {
    path: Option<PathBuf>,
    told: Told,
}

impl Status {
    /// Begins.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn new(path: Option<PathBuf>, output: &Output) -> Result<Self> {
        let status = Self {
            path,
            told: Told {
                format_version: 1,
                process: std::process::id(),
                stage: Stage::Listening,
                output: output.path.display().to_string(),
                name: output.naming.display_name.clone(),
                files: 0,
                files_heard: 0,
                findings: Vec::new(),
                learnt: None,
                page: None,
                error: None,
            },
        };
        status.write()?;
        Ok(status)
    }

    /// So many of all files have been listened to.
    ///
    /// # Errors
    /// As [`tell`](Self::tell).
    pub(super) fn listening(&mut self, files_heard: usize, files: usize) -> Result<()> {
        self.check()?;
        (self.told.files_heard, self.told.files) = (files_heard, files);
        self.write()
    }

    /// Something else is done from now on.
    ///
    /// # Errors
    /// The file cannot be written, or somebody has removed it.
    pub(super) fn tell(&mut self, stage: Stage, findings: &[String]) -> Result<()> {
        self.check()?;
        self.told.stage = stage;
        self.told.findings = findings.to_vec();
        self.write()
    }

    /// The page is written. Where the file is gone or cannot be written, that is no reason to end.
    pub(super) fn page(&mut self, path: Option<&str>) {
        self.told.page = path.map(str::to_owned);
        if self.check().is_ok() {
            let _ = self.write();
        }
    }

    /// It gets better. Where the file is gone, `stop` is set; where it cannot be written, that is no reason to end.
    pub(super) fn learning(&mut self, learnt: &Learnt, stop: &AtomicBool) {
        if self.check().is_err() {
            stop.store(true, Ordering::SeqCst);
            return;
        }
        self.told.stage = Stage::Learning;
        self.told.learnt = Some(*learnt);
        let _ = self.write();
    }

    /// It is over, well or with an error. A file that somebody has removed does not come back.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn end(&mut self, error: Option<&Error>) -> Result<()> {
        if self.check().is_err() {
            return Ok(());
        }
        self.told.stage = if error.is_some() {
            Stage::Failed
        } else {
            Stage::Done
        };
        self.told.error = error.map(|error| format!("{error:#}"));
        self.write()
    }

    fn check(&self) -> Result<()> {
        match &self.path {
            Some(path) if !path.exists() => bail!("'{}' was removed: told to end", path.display()),
            _ => Ok(()),
        }
    }

    fn write(&self) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let json = serde_json::to_vec_pretty(&self.told)?;
        write_whole(path, &json, Existing::Replace)
            .with_context(|| format!("cannot write '{}'", path.display()))
    }
}
