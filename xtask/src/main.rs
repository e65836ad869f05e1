//! The project's chores, one command each: `cargo xtask help` lists them.
#![deny(unsafe_code)]

mod bundle;
mod checks;
mod ci;
mod dist;
mod emulated;
mod endurance;
mod hosts;
mod python;
mod screenshots;
mod standalone;
mod step;
mod validators;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  bundle [--dist]    builds Mynah.clap and Mynah.vst3 into target/bundled
                     (--dist: the smaller, slower to build files that are given to players)
  standalone         builds mynah-standalone, the application, into target/bundled
  dist               builds plugins, application and command line for players and packs them into target/packages: an
                     archive, an installer (.deb, .pkg, setup .exe: for the system that this runs on), checksums
  test [--python]    passes all tests: the gate for a change. It needs cargo and a C compiler, installs nothing, and
                     names what it leaves out
                     (--python: puts what the Python tests need into target/python and target/outside-python first,
                     6 GB, and leaves none of them out)
  test --emulated    passes the networks' tests on 64-bit ARM under QEMU, and nothing else
  outside            puts what mynah-lab needs for the outside judge into target/outside-python
  hosts              builds the bundle and tests it in pedalboard, DawDreamer and, where installed, Ardour
  validators         builds the bundle and gives it to clap-validator, the VST3 SDK's validator and pluginval, as far as they
                     are installed
  soak [--hours N] [--seed S] [--step K] [--threads T]
                     plays N hours of audio (1) through the engine, faster than real time, and
                     fails on any fault with the seed and the step that show it again
  fuzz [--inputs N] [--seed S] [--index I]
                     gives N malformed files, states, blocks and events (1,000,000) to engine
                     and plugin
  screenshots        takes the pictures of the editor in assets/images, on a screen of its own (Linux)
  advisories         asks the RustSec database, over the network, for published faults of the dependencies
  ci                 format, lints, documentation, licences, then test --python; says first what it installs: cargo-deny
                     and Python packages, all of it in the target folder
";

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => {
            println!("\nDone in {}.", step::duration(started.elapsed()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nFailed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    step::enter_workspace()?;
    match arguments {
        ["bundle"] => bundle::bundle(false),
        ["bundle", "--dist"] => bundle::bundle(true),
        ["standalone"] => standalone::build(),
        ["dist"] => dist::make(),
        ["test"] => test(python::Missing::Name),
        ["test", "--python"] => test(python::Missing::Install),
        ["test", "--emulated"] => emulated::test(),
        ["outside"] => python::install_outside(),
        ["hosts"] => {
            name_left_out(&hosts::test()?);
            Ok(())
        }
        ["validators"] => {
            name_left_out(&validators::run()?);
            Ok(())
        }
        ["soak", options @ ..] => endurance::run("soak", options),
        ["fuzz", options @ ..] => endurance::run("fuzz", options),
        ["screenshots"] => screenshots::take(),
        ["advisories"] => checks::advisories(),
        ["ci"] => ci::run(),
        ["help" | "--help" | "-h"] | [] => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("unknown command '{}'\n\n{USAGE}", other.join(" ")),
    }
}

/// All tests. Those in Rust need nothing but cargo and the C compiler that it needs anyway: no
/// sound card, no network, and a screen only where Xvfb makes one.
fn test(missing: python::Missing) -> Result<()> {
    step::cargo("Rust tests", &["test", "--release", "--workspace"])?;
    let mut left_out = python::test(missing)?;
    if cfg!(target_os = "linux") && !step::exists("Xvfb") {
        left_out.push(
            "the tests of the editor in a window: Xvfb is not installed (on Debian, the packages xvfb \
             and libgl1-mesa-dri)."
                .to_owned(),
        );
    }
    if let Some(missing) = dist::missing_debian_tools() {
        left_out.push(format!(
            "the tests that make and install a package: {missing}"
        ));
    }
    name_left_out(&left_out);
    Ok(())
}

/// One sentence for each thing that was not tested.
fn name_left_out(sentences: &[String]) {
    for sentence in sentences {
        println!("\nLeft out: {sentence}");
    }
}
