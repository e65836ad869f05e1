//! `mynah`: plays instruments on other instruments, from the command line.
//!
//! Everything here runs offline and may allocate; the sound itself goes through `mynah-engine`, the same code as the
//! plugin's audio callback. Errors of any command are one sentence on stderr and exit code 2.
//!
//! A library, so that tests can run the very command in their own process ([`run`]), and so that `mynah-lab` reads files,
//! plays notes and translates with the same code.

pub mod audio;
mod chains;
mod channels;
mod cli;
mod commands;
mod identity;
pub mod instrument;
mod interrupt;
mod midi;
pub mod notes;
mod phrases;
pub mod pipeline;
pub mod progress;
pub mod score;
pub mod spectrogram;
pub mod stft;
pub mod synth;
mod tail;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

pub use commands::{find_target, print, print_json};

/// Exit code for every kind of bad input or failure.
const FAILURE: u8 = 2;

/// Runs the command line `arguments`, the program's name first, and says how it ended: success, or 2 after an error. Any
/// thread; prints to stdout and stderr. Commands that write files end the whole program when it is told to end, with 130
/// after Ctrl-C and 143 otherwise.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_as("mynah", arguments, |arguments: cli::Cli| {
        commands::run(arguments.command)
    })
}

/// As [`run`], for any program: reads `arguments` as `P` and gives them to `command`. Errors are told as `program`'s.
pub fn run_as<P: Parser>(
    program: &str,
    arguments: impl IntoIterator<Item = OsString>,
    command: impl FnOnce(P) -> Result<()>,
) -> ExitCode {
    let arguments = match P::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            // clap's first paragraph says what is wrong; its hints would make it more than one sentence.
            let text = error.to_string();
            let first = text
                .split("\n\n")
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            return fail(
                program,
                &first.split_whitespace().collect::<Vec<_>>().join(" "),
            );
        }
        Err(help) => {
            // A closed pipe is no reason to complain about help that nobody reads.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match command(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(program, &format!("{error:#}")),
    }
}

fn fail(program: &str, sentence: &str) -> ExitCode {
    for line in sentence.lines() {
        eprintln!("{program}: {line}");
    }
    ExitCode::from(FAILURE)
}
