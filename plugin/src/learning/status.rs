//! What a learning process says of itself: a small JSON file, which `mynah learn --status` keeps whole.

use std::path::Path;
use std::time::SystemTime;

use mynah_engine::{Existing, read_whole, write_whole};
use serde::{Deserialize, Serialize};

/// What it writes and we read.
const FORMAT: u32 = 1;
/// Far above what any number of findings needs.
const MAX_BYTES: u64 = 1 << 20;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// The program has not said anything yet: written by whoever starts it.
    Starting,
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learnt {
    pub(crate) step: u64,
    /// Distance from the held-out frames before learning and now, nepers.
    pub(crate) held_out_first: f64,
    pub(crate) held_out: f64,
    pub(crate) seconds: f64,
    pub(crate) most_seconds: f64,
}

/// The file's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Status {
    format_version: u32,
    /// Of the program, as the system counts it; 0 while it is not known.
    pub(crate) process: u32,
    pub(crate) stage: Stage,
    /// What the target is called.
    pub(crate) name: String,
    pub(crate) files: usize,
    pub(crate) files_heard: usize,
    /// Sentences on the recordings.
    pub(crate) findings: Vec<String>,
    pub(crate) learnt: Option<Learnt>,
    /// Where the target is heard beside its recordings, once that is written.
    #[serde(default)]
    pub(crate) page: Option<String>,
    /// Why it failed, a sentence.
    pub(crate) error: Option<String>,
}

impl Status {
    /// Before there is anything to say.
    pub(crate) fn starting(name: &str) -> Self {
        Self {
            format_version: FORMAT,
            process: 0,
            stage: Stage::Starting,
            name: name.to_owned(),
            files: 0,
            files_heard: 0,
            findings: Vec::new(),
            learnt: None,
            page: None,
            error: None,
        }
    }

    /// Whether nothing more will come.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Failed)
    }

    /// Reads a file, and when it was written. `None` if it is gone, or no status that is understood here.
    pub(super) fn read(path: &Path) -> Option<(Self, SystemTime)> {
        let written = std::fs::metadata(path).ok()?.modified().ok()?;
        let bytes = read_whole(path, MAX_BYTES).ok()?;
        let status: Self = serde_json::from_slice(&bytes).ok()?;
        (status.format_version == FORMAT).then_some((status, written))
    }

    /// Writes it, in the place of another one if that is wanted.
    pub(crate) fn write(&self, path: &Path, existing: Existing) -> std::io::Result<()> {
        write_whole(path, &serde_json::to_vec_pretty(self)?, existing)
    }
}

/// Makes the file of a program that has ended before it said anything say so. One that is gone does not come back.
pub(super) fn fail_silent(path: &Path, sentence: String) {
    if let Some((mut status, _)) = Status::read(path)
        && status.stage == Stage::Starting
    {
        (status.stage, status.error) = (Stage::Failed, Some(sentence));
        // There is nobody left who could be told.
        let _ = status.write(path, Existing::Replace);
    }
}

/// Whether the system runs a process of this number; `None` where that is not easy to know.
#[cfg(unix)]
#[allow(unsafe_code)]
pub(super) fn is_running(process: u32) -> Option<bool> {
    let process = i32::try_from(process).ok().filter(|process| *process > 0)?;
    // SAFETY: signal 0 is sent to nobody; the system only says whether it could be.
    let there = unsafe { libc::kill(process, 0) } == 0;
    Some(there || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM))
}

#[cfg(not(unix))]
pub(super) fn is_running(_process: u32) -> Option<bool> {
    None
}
