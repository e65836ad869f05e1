//! `mynah-lab`: measures how good the translation is, and what it costs. Not shipped.
//!
//! The sound goes through `mynah-engine`, files, notes and synthesised sources are those of `mynah-cli`. Errors of any
//! command are one sentence on stderr and exit code 2.

mod bench;
mod cli;
mod eval;
mod evaluate;
mod explore;
mod keys;
mod listen;
mod memories;
mod notes;
mod outside;
mod timbre;
mod transcribe;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::{Cli, Command};

/// Runs the command line `arguments`, the program's name first, and says how it ended: success, or 2 after an error.
/// Any thread; prints to stdout and stderr.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    mynah_cli::run_as("mynah-lab", arguments, |arguments: Cli| {
        match arguments.command {
            Command::Eval(arguments) => evaluate::run(&arguments),
            Command::Notes(arguments) => notes::run(&arguments),
            Command::Transcribe(arguments) => transcribe::run(&arguments),
            Command::Keys(arguments) => keys::run(&arguments),
            Command::Listen(arguments) => listen::run(&arguments),
            Command::Memories(arguments) => memories::run(&arguments),
            Command::Timbre(arguments) => timbre::run(&arguments),
            Command::Explore(arguments) => explore::run(&arguments),
            Command::Bench(arguments) => bench::run(&arguments),
        }
    })
}
