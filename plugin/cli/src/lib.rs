//! `mynah`: plays instruments on other instruments, from the command line.
//!
//! Everything here runs offline and may allocate; the sound itself goes through `mynah-engine`, the same code as the
//! plugin's audio callback. Errors of any command are one sentence on stderr and exit code 2.
//!
//! A library with one function, so that tests can run the very command in their own process.

mod audio;
mod cli;
mod commands;
mod eval;
mod interrupt;
mod memory;
mod notes;
mod phrases;
mod pipeline;
mod progress;
mod spectrogram;
mod synth;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Exit code for every kind of bad input or failure.
const FAILURE: u8 = 2;
/// Exit code after Ctrl-C, as shells report it.
const INTERRUPTED: u8 = 130;

/// Runs the command line `arguments`, the program's name first, and says how it ended: success, 2 after an error,
/// 130 after Ctrl-C. Any thread; prints to stdout and stderr.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match cli::Cli::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            // clap's first paragraph says what is wrong; its hints would make it more than one sentence.
            let text = error.to_string();
            let first = text
                .split("\n\n")
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            return fail(&first.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        Err(help) => {
            // A closed pipe is no reason to complain about help that nobody reads.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match commands::run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if interrupt::requested() => ExitCode::from(INTERRUPTED),
        Err(error) => fail(&format!("{error:#}")),
    }
}

fn fail(sentence: &str) -> ExitCode {
    for line in sentence.lines() {
        eprintln!("mynah: {line}");
    }
    ExitCode::from(FAILURE)
}
