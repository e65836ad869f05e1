//! Running commands, with a heading and the time each took.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Makes the workspace's root the current folder.
pub(crate) fn enter_workspace() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().context("xtask has no parent folder")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))
}

/// The folder of everything that is built.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Runs a command under a heading; an error if it fails.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<()> {
    println!("\n== {name}");
    let started = Instant::now();
    let program = command.get_program().to_owned();
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!("{name} ({status})");
    }
    println!("-- {name}: {}", duration(started.elapsed()));
    Ok(())
}

/// Runs cargo under a heading.
pub(crate) fn cargo(name: &str, arguments: &[&str]) -> Result<()> {
    run(name, cargo_command().args(arguments))
}

/// The cargo that runs this.
pub(crate) fn cargo_command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program can be started at all.
pub(crate) fn exists(program: &str) -> bool {
    Command::new(program).arg("-version").output().is_ok()
}

/// Whether a command runs and succeeds, without showing what it says.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// `2 min 5 s`.
pub(crate) fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds / 60 {
        0 => format!("{:.1} s", elapsed.as_secs_f32()),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}
