//! The `mynah` binary: see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mynah_cli::run(std::env::args_os())
}
