//! `learn`: recordings become a target, and what cannot become one is refused.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod interrupted;
mod made;
mod own;
mod page;
mod refused;
mod sounds;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sounds::{Sounding, melody, play};

/// A target that was made of sixteen notes and a phrase, the folder it lies in, and what was told of it.
struct Made {
    folder: tempfile::TempDir,
    told: serde_json::Value,
}

impl Made {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// What all runs without a page begin with.
fn learn(folder: &Path) -> std::process::Command {
    let mut command = common::mynah();
    command.current_dir(folder);
    command.args(["learn", "notes", "-o", "own.mynah", "--quiet", "--no-page"]);
    command
}

/// Recordings of a held instrument in `notes`: single notes, and a phrase.
fn record(folder: &Path) {
    let notes = folder.join("notes");
    std::fs::create_dir(&notes).unwrap();
    let single: Vec<sounds::Note> = (0..16)
        .map(|n| (57.0 + n as f32, 0.3 + 1.1 * n as f32, 0.8))
        .collect();
    let reed = Sounding::default();
    common::write_planes(&notes.join("single.wav"), 48_000, &[play(&single, &reed)]);
    common::write_planes(
        &notes.join("phrase.wav"),
        48_000,
        &[play(&melody(8.0, 57, 72), &reed)],
    );
    // What is no sound is left alone.
    std::fs::write(notes.join("README.txt"), "played on a reed").unwrap();
}

/// Made once for all tests.
fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        record(folder.path());
        let output = common::mynah()
            .current_dir(folder.path())
            .args(["learn", "notes", "-o", "own.mynah"])
            .args(["--minutes", "0", "--threads", "2", "--json", "--seed", "7"])
            .args(["--name", "My Reed", "--credit", "Anna", "--credit", "Ben"])
            .args(["--licence", "CC BY 4.0", "--status", "status.json"])
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        Made {
            folder,
            told: serde_json::from_slice(&output.stdout).unwrap(),
        }
    })
}
