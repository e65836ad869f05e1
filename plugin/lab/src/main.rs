//! The `mynah-lab` binary: see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mynah_lab::run(std::env::args_os())
}
