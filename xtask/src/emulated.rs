//! The networks' tests on a processor of another kind, emulated.

use std::process::Command;

use anyhow::{Result, bail};

use crate::step;

const TARGET: &str = "aarch64-unknown-linux-gnu";
const COMPILER: &str = "aarch64-linux-gnu-gcc";
const EMULATORS: [&str; 2] = ["qemu-aarch64", "qemu-aarch64-static"];
/// Where Debian's cross compiler keeps the C library that the tests are linked with.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";
/// Unit tests of the kernel and of what checks it when a model is loaded.
const UNIT_TESTS: [&str; 4] = ["streaming::", "self_check::", "chain::", "prior::"];
/// Tests that compare the streaming networks with their definitions. The longer ones of the whole chain take many
/// minutes emulated; its unit test plays 0.16 s.
const TESTS: [&str; 2] = ["streaming_layers", "onsets"];

/// Builds the tests of `mynah-models` that compare kernel and streaming networks with their definitions for 64-bit ARM,
/// whose vectors no x86 has, and runs them under QEMU.
pub(crate) fn test() -> Result<()> {
    let emulator = EMULATORS.into_iter().find(|name| step::exists(name));
    let missing = missing(emulator);
    let (Some(emulator), true) = (emulator, missing.is_empty()) else {
        bail!("the emulated tests need {}", missing.join("; "));
    };
    let mut unit = cargo(emulator);
    unit.args(["--lib", "--"]).args(UNIT_TESTS);
    step::run("Unit tests on emulated ARM", &mut unit)?;
    let mut whole = cargo(emulator);
    whole.args(TESTS.iter().flat_map(|test| ["--test", test]));
    step::run("Networks on emulated ARM", &mut whole)
}

/// What is not installed, and how to get it.
fn missing(emulator: Option<&str>) -> Vec<String> {
    let mut missing = Vec::new();
    if emulator.is_none() {
        missing.push(format!(
            "{} (on Debian, the package qemu-user)",
            EMULATORS[0]
        ));
    }
    if !step::exists(COMPILER) {
        missing.push(format!(
            "{COMPILER} (on Debian, the packages gcc-aarch64-linux-gnu and libc6-dev-arm64-cross)"
        ));
    }
    if !has_target() {
        missing.push(format!("the target {TARGET} (rustup target add {TARGET})"));
    }
    missing
}

/// Whether the compiler has a standard library for it.
fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    rustc.output().is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        std::path::Path::new(folder.trim()).exists()
    })
}

fn cargo(emulator: &str) -> Command {
    let mut command = step::cargo_command();
    command
        .args([
            "test",
            "--release",
            "--package",
            "mynah-models",
            "--target",
            TARGET,
        ])
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", COMPILER)
        .env("CC_aarch64_unknown_linux_gnu", COMPILER)
        .env(
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER",
            format!("{emulator} -L {LIBRARIES}"),
        );
    command
}
