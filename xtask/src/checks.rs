//! What must hold besides the tests.

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
    let tools = std::path::absolute(step::target_folder().join("tools"))?;
    let own = tools.join("bin").join("cargo-deny");
    let program = if step::succeeds(Command::new("cargo-deny").arg("--version")) {
        "cargo-deny".into()
    } else {
        if !own.exists() {
            let mut install = step::cargo_command();
            install
                .args(["install", "--locked", "--root"])
                .arg(&tools)
                .arg(CARGO_DENY);
            step::run("Installing cargo-deny into target/tools", &mut install)?;
        }
        own
    };
    let mut command = Command::new(program);
    command.args(["check", "bans", "licenses", "sources"]);
    step::run("Licences and sources", &mut command)
}
