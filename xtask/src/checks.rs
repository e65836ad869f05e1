//! What must hold besides the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step;

/// Version of cargo-deny that is installed where there is none.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

/// The code is formatted.
pub(crate) fn format() -> Result<()> {
    step::cargo("Format", &["fmt", "--all", "--check"])
}

/// Clippy has nothing to say.
pub(crate) fn lint() -> Result<()> {
    let mut arguments = vec!["clippy", "--release", "--workspace", "--all-targets"];
    arguments.extend(["--", "-D", "warnings"]);
    step::cargo("Lints", &arguments)
}

/// The documentation builds without warnings.
pub(crate) fn document() -> Result<()> {
    let mut command = step::cargo_command();
    command
        .args(["doc", "--release", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings");
    step::run("Documentation", &mut command)
}

/// Licences, sources and duplicates of all dependencies are as `deny.toml` allows. Advisories are
/// not looked up: that needs a database from the network, and would fail a change for what others
/// published today.
pub(crate) fn licences() -> Result<()> {
    let mut command = cargo_deny()?;
    command.args(["check", "bans", "licenses", "sources"]);
    step::run("Licences and sources", &mut command)
}

/// No dependency has a fault that others have published.
pub(crate) fn advisories() -> Result<()> {
    let mut command = cargo_deny()?;
    command.args(["check", "advisories"]);
    step::run("Advisories", &mut command)
}

/// Whether [`licences`] finds its tool.
pub(crate) fn has_cargo_deny() -> Result<bool> {
    Ok(is_cargo_deny_installed() || own_cargo_deny(&tools()?).exists())
}

/// cargo-deny, which is installed into the target folder where there is none.
fn cargo_deny() -> Result<Command> {
    if is_cargo_deny_installed() {
        return Ok(Command::new("cargo-deny"));
    }
    let tools = tools()?;
    let own = own_cargo_deny(&tools);
    if !own.exists() {
        let mut install = step::cargo_command();
        install
            // Unoptimised: it is built for longer than it runs.
            .args(["install", "--locked", "--debug", "--root"])
            .arg(&tools)
            .arg(CARGO_DENY);
        step::run("Installing cargo-deny into target/tools", &mut install)?;
    }
    Ok(Command::new(own))
}

fn is_cargo_deny_installed() -> bool {
    step::succeeds(Command::new("cargo-deny").arg("--version"))
}

fn tools() -> Result<PathBuf> {
    Ok(std::path::absolute(step::target_folder().join("tools"))?)
}

fn own_cargo_deny(tools: &Path) -> PathBuf {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    tools.join("bin").join(name)
}
