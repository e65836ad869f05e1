//! What is told of a bounce: a line for each file, or one JSON report of all.

use serde::Serialize;

use crate::audio::read::Loss;

/// Raised when a key changes its meaning.
const FORMAT_VERSION: u32 = 1;

/// All files, for programs.
#[derive(Serialize)]
pub(super) struct Report {
    format_version: u32,
    done: usize,
    skipped: usize,
    failed: usize,
    /// What concerns all of them.
    warnings: Vec<String>,
    files: Vec<FileReport>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Done,
    Skipped,
    Failed,
}

/// One file.
#[derive(Serialize)]
pub(super) struct FileReport {
    pub(super) input: String,
    pub(super) output: Option<String>,
    pub(super) status: Status,
    /// Length of the input, and of what was written after it.
    pub(super) seconds: Option<f64>,
    pub(super) tail_seconds: Option<f64>,
    pub(super) rate_hz: Option<u32>,
    /// Channels of the output.
    pub(super) channels: Option<usize>,
    /// Octaves by which it was moved; `None` where they were chosen while it played.
    pub(super) octave: Option<i32>,
    /// The key that was found for the scale *auto*; `None` where there was nothing to find, or none was sure.
    pub(super) key: Option<String>,
    pub(super) clipped_samples: u64,
    pub(super) losses: Vec<Loss>,
    pub(super) warnings: Vec<String>,
    pub(super) error: Option<String>,
    /// Whether the octave was found by itself, for the line.
    #[serde(skip)]
    pub(super) octave_found: bool,
    /// How long the work took, for the line.
    #[serde(skip)]
    pub(super) took_seconds: f64,
}

impl FileReport {
    /// Of a file of which nothing else is known.
    pub(super) fn new(input: String, output: Option<String>, status: Status) -> FileReport {
        FileReport {
            input,
            output,
            status,
            seconds: None,
            tail_seconds: None,
            rate_hz: None,
            channels: None,
            octave: None,
            key: None,
            clipped_samples: 0,
            losses: Vec::new(),
            warnings: Vec::new(),
            error: None,
            octave_found: false,
            took_seconds: 0.0,
        }
    }

    /// The line for people, of a file that is written or was there already.
    pub(super) fn line(&self) -> String {
        let output = self.output.as_deref().unwrap_or_default();
        let arrow = format!("{} -> {output}", self.input);
        let Some(seconds) = self.seconds else {
            return format!("{arrow}  exists already, left as it is\n");
        };
        let rings = match self.tail_seconds {
            Some(tail_s) if tail_s > 0.0 => format!(" + {tail_s:.1} s of tail"),
            _ => String::new(),
        };
        let took_s = self.took_seconds;
        let speed = seconds / took_s.max(1e-9);
        let mut line =
            format!("{arrow}  {seconds:.1} s{rings} in {took_s:.1} s ({speed:.1} x real time)");
        match self.octave {
            None => line += "  octave chosen while playing",
            Some(0) if !self.octave_found => {}
            Some(octave) => line += &format!("  octave {octave:+}"),
        }
        if let Some(key) = &self.key {
            line += &format!("  key {key}");
        }
        line + "\n"
    }
}

impl Report {
    /// Of these files, in the order of their names.
    pub(super) fn of(warnings: Vec<String>, mut files: Vec<FileReport>) -> Report {
        files.sort_by(|a, b| a.input.cmp(&b.input));
        let count = |status| files.iter().filter(|file| file.status == status).count();
        Report {
            format_version: FORMAT_VERSION,
            done: count(Status::Done),
            skipped: count(Status::Skipped),
            failed: count(Status::Failed),
            warnings,
            files,
        }
    }
}
