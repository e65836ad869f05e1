//! One file per command, and what they share.

mod bench;
mod bounce;
mod demo;
mod explore;
mod info;
mod invent;
mod learn;
mod oneshots;
mod page;
mod params;
mod play;
mod play_on;
mod presets;
mod setting;
mod suggest;
mod targets;
mod transcribe;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mynah_engine::{Library, MADE_FOR_ANOTHER_BASE, TargetEntry, TargetRef};
use mynah_models::{Base, ModelInfo, Target};

pub(crate) use self::bounce::Pattern;
use crate::cli::Command;

/// Runs a command.
///
/// # Errors
/// Whatever went wrong, as one sentence (with `{:#}`).
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Bounce(arguments) => bounce::run(&arguments),
        Command::Play(arguments) => play::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Transcribe(arguments) => transcribe::run(&arguments),
        Command::Continue(arguments) => play_on::run(&arguments),
        Command::Suggest(arguments) => suggest::run(&arguments),
        Command::Invent(arguments) => invent::run(&arguments),
        Command::OneShots(arguments) => oneshots::run(&arguments),
        Command::Learn(arguments) => learn::run(&arguments),
        Command::Dream(arguments) => explore::dream(&arguments),
        Command::Rate(arguments) => explore::rate(&arguments),
        Command::Ratings(arguments) => explore::ratings(&arguments),
        Command::Targets(arguments) => targets::run(&arguments),
        Command::Params(arguments) => params::run(&arguments),
        Command::Presets(arguments) => presets::run(&arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

/// Says, where it is so, that this processor computes the networks wrongly with its fastest instructions.
fn warn_of_kernel(base: &Base) -> Option<String> {
    let note = base.kernel_note()?;
    eprintln!("mynah: {note}");
    Some(note.to_owned())
}

/// The targets of this name (letter case and separators do not matter), or else of this name for people: the one that the
/// name means everywhere comes first.
fn entries_called<'a>(library: &'a Library, wanted: &str) -> Vec<&'a TargetEntry> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '_'], "-");
    let called = |name: fn(&ModelInfo) -> &str| {
        let entries = library.entries().iter();
        let called = entries.filter(|entry| plain(name(&entry.info)) == plain(wanted));
        called.collect::<Vec<_>>()
    };
    let by_name = called(|info| &info.name);
    if by_name.is_empty() {
        called(|info| &info.display_name)
    } else {
        by_name
    }
}

/// Says of a target, where it is so, that it was made for another base.
fn warn_of_another_base(target: &Target) -> Option<String> {
    let name = &target.info().display_name;
    let note = target
        .made_for_another_base()
        .then(|| format!("{name}: {MADE_FOR_ANOTHER_BASE}"))?;
    eprintln!("mynah: {note}");
    Some(note)
}

/// Finds a target by name (as in `mynah targets`, letter case and separators do not matter) or by file.
///
/// # Errors
/// There is neither, or the file is not a valid target for the shipped base.
pub fn find_target(library: &Library, wanted: &str) -> Result<(ModelInfo, Arc<Target>)> {
    if let Some(entry) = entries_called(library, wanted).first() {
        let target = library
            .load(&TargetRef::from(*entry))
            .with_context(|| format!("cannot load the target '{wanted}'"))?;
        return Ok((entry.info.clone(), target));
    }
    let path = Path::new(wanted);
    if path.exists() {
        let target = library
            .load_file(path)
            .with_context(|| format!("cannot load the target '{wanted}'"))?;
        return Ok((target.info().clone(), target));
    }
    let names: Vec<&str> = library
        .entries()
        .iter()
        .map(|e| e.info.name.as_str())
        .collect();
    if names.is_empty() {
        bail!("unknown target '{wanted}': there are no targets installed and no such file");
    }
    bail!(
        "unknown target '{wanted}': there is no such file, and the known names are {}",
        names.join(", ")
    );
}

/// Prints to stdout; a closed pipe (`mynah targets | head`) is not an error.
///
/// # Errors
/// Stdout cannot be written for another reason.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(e).context("cannot write to the standard output")
        }
        _ => Ok(()),
    }
}

/// Prints a value as JSON, indented, with a newline at the end.
///
/// # Errors
/// As [`print()`].
pub fn print_json(value: &impl serde::Serialize) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}
