//! What the tests of the program share.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod data;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The built binary, with no models of the player's own in reach.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mynah-lab"));
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs it.
pub(crate) fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    program().args(arguments).output().unwrap()
}

/// Runs it and insists on success; returns stdout.
pub(crate) fn succeed(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "exit {:?}: {stderr}",
        output.status.code()
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs it and insists on success; returns its JSON.
pub(crate) fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&succeed(arguments)).unwrap()
}

/// Runs it and expects a refusal: exit code 2, and one sentence that contains `clue`.
pub(crate) fn refused(clue: &str, arguments: &[&str]) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(
        stderr.lines().count(),
        1,
        "{arguments:?}: not one sentence: {stderr}"
    );
    assert!(stderr.starts_with("mynah-lab: "), "{stderr}");
    assert!(
        stderr.contains(clue),
        "{arguments:?}: '{clue}' is not in: {stderr}"
    );
    assert!(output.stdout.is_empty(), "{arguments:?} printed to stdout");
}

/// Names in a folder, sorted, hidden ones included.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
