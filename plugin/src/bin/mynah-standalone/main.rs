//! Mynah as an application of its own, with the system's audio and MIDI devices: nice-plug's standalone
//! wrapper around the effect or the instrument, with what a player needs besides: a list of the devices, and a delay that
//! can be played with. `cargo xtask standalone` builds it.
#![deny(unsafe_code)]

mod arguments;
mod devices;

use std::io::{self, Write};
use std::process::ExitCode;

use mynah_plugin::editor::check_screen;
use mynah_plugin::{Mynah, open_file, tell_player};
use nice_plug::wrapper::standalone::nice_export_standalone_with_args;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// What nice-plug says when it goes on without sound.
const NO_SOUND: &[u8] = b"dummy audio backend";

/// The terminal, which not every player sees: what matters is shown in the window as well.
struct Terminal;

impl Write for Terminal {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if text.windows(NO_SOUND.len()).any(|part| part == NO_SOUND) {
            tell_player(
                "No audio device could be opened, so nothing is heard. Connect one and start Mynah again; \
                 --list-devices names those that are there.",
            );
        }
        io::stderr().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn main() -> ExitCode {
    // The wrapper's own handler asks its window to close, which the window does not hear: Ctrl-C would
    // do nothing. That the wrapper cannot set its handler is then its only complaint from that module.
    let quits = ctrlc::set_handler(|| std::process::exit(0));
    let complaints = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("nice_plug::wrapper::standalone::wrapper", LevelFilter::OFF);
    // What the wrapper has to say, such as why a device cannot be opened.
    let terminal = tracing_subscriber::fmt::layer()
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .with_writer(|| Terminal);
    tracing_subscriber::registry()
        .with(terminal)
        .with(complaints)
        .init();
    if let Err(error) = quits {
        eprintln!("Ctrl-C will not end Mynah, closing its window will: {error}");
    }

    let (arguments, files) = arguments::without_files(std::env::args_os().collect());
    files.into_iter().for_each(open_file);
    let given = |name: &str| arguments.iter().any(|given| given == name);
    if given("--list-devices") {
        devices::print();
        return ExitCode::SUCCESS;
    }
    if given("--help") || given("-h") {
        println!("{}", arguments::HELP);
    }
    if !given("--help")
        && !given("-h")
        && let Err(error) = check_screen()
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    if let Err(sentence) = arguments::check(&arguments) {
        eprintln!("{sentence}");
        return ExitCode::FAILURE;
    }
    let (arguments, is_instrument) = match arguments::without_kind(arguments) {
        Ok(known) => known,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::FAILURE;
        }
    };
    let arguments = arguments::for_live_playing(arguments);
    let ended_well = if is_instrument {
        nice_export_standalone_with_args::<Mynah<true, true>, _>(arguments)
    } else {
        nice_export_standalone_with_args::<Mynah<true>, _>(arguments)
    };
    if ended_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
