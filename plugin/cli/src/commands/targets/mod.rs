//! `mynah targets`: what one can translate to, and what a player does with targets of their own.

mod again;
mod own;
mod show;

use std::fmt::Write;

use anyhow::Result;
use mynah_engine::{Library, Source};
use mynah_models::ModelInfo;
use serde::Serialize;

use super::{print, print_json};
use crate::cli::{Listing, TargetAction, Targets};

/// One target in JSON.
#[derive(Serialize)]
pub(super) struct TargetJson {
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) hash: String,
    pub(super) base_hash: Option<String>,
    pub(super) pitch_range_hz: [f32; 2],
    /// Stated, or the middle of the range.
    pub(super) home_register_midi: [f32; 2],
    pub(super) credits: Vec<String>,
    pub(super) licence: String,
    /// `shipped`, or the path of the player's own file.
    pub(super) source: String,
}

impl TargetJson {
    /// From a model's header.
    pub(super) fn new(info: &ModelInfo, source: String) -> TargetJson {
        TargetJson {
            name: info.name.clone(),
            display_name: info.display_name.clone(),
            hash: info.hash.to_string(),
            base_hash: info.base_hash.as_ref().map(ToString::to_string),
            pitch_range_hz: [info.pitch_range_hz.0, info.pitch_range_hz.1],
            home_register_midi: [info.home_register().low, info.home_register().high],
            credits: info.credits.clone(),
            licence: info.licence.clone(),
            source,
        }
    }
}

/// Does what the arguments say, or lists.
///
/// # Errors
/// Whatever went wrong, in a sentence.
pub(super) fn run(arguments: &Targets) -> Result<()> {
    let library = Library::with_user_folder();
    match &arguments.action {
        None => list(&library, &arguments.listing),
        Some(TargetAction::Add { files }) => own::add(&library, files),
        Some(TargetAction::Remove { target }) => own::remove(&library, target),
        Some(TargetAction::Rename { target, name }) => own::rename(&library, target, name),
        Some(TargetAction::Show { target, json }) => show::run(&library, target, *json),
    }
}

/// Lists the targets; files of the player's folder that cannot be used, or only in part, are named on stderr.
///
/// # Errors
/// Stdout cannot be written.
fn list(library: &Library, arguments: &Listing) -> Result<()> {
    let targets: Vec<TargetJson> = library
        .entries()
        .iter()
        .map(|entry| TargetJson::new(&entry.info, place(&entry.source)))
        .collect();
    for (path, problem) in library.problems() {
        eprintln!("mynah: '{}' is left out: {problem}", path.display());
    }
    for (entry, target) in library.entries().iter().zip(&targets) {
        if entry.made_for_another_base {
            eprintln!("mynah: '{}': {}", target.source, again::note(target));
        }
    }
    if arguments.json {
        return print_json(&targets);
    }
    let mut text = String::new();
    for target in &targets {
        let [low, high] = target.pitch_range_hz;
        let hash = &target.hash[..target.hash.len().min(12)];
        let _ = writeln!(
            text,
            "{:<14} {:<14} {low:>6.0} to {high:>5.0} Hz  {hash}  {}",
            target.name, target.display_name, target.source
        );
    }
    print(&text)
}

/// `shipped`, or the path of the player's own file.
fn place(source: &Source) -> String {
    match source {
        Source::Shipped => "shipped".to_owned(),
        Source::File(path) => path.display().to_string(),
    }
}
