//! `mynah presets`: settings that have a name.

use std::fmt::Write;

use anyhow::Result;
use mynah_engine::{PresetEntry, PresetSource};
use serde::Serialize;
use serde_json::Value;

use super::setting::all_presets;
use super::{print, print_json};
use crate::cli::Listing;

/// One preset in JSON: the keys of its file, and where it is.
#[derive(Serialize)]
struct PresetJson {
    #[serde(flatten)]
    preset: Value,
    /// `factory`, or the path of the player's own file.
    source: String,
}

/// Lists the presets; files of the player's folder that are none are named on stderr.
///
/// # Errors
/// Stdout cannot be written.
pub(super) fn run(arguments: &Listing) -> Result<()> {
    let (entries, problems) = all_presets();
    for (path, problem) in &problems {
        eprintln!("mynah: '{}' is left out: {problem}", path.display());
    }
    if arguments.json {
        let presets: Result<Vec<PresetJson>> = entries.iter().map(json).collect();
        return print_json(&presets?);
    }
    let mut text = String::new();
    for entry in &entries {
        let preset = &entry.preset;
        let _ = writeln!(
            text,
            "{:<26} {:<18} {}",
            preset.name, preset.category, preset.about
        );
    }
    print(&text)
}

fn json(entry: &PresetEntry) -> Result<PresetJson> {
    Ok(PresetJson {
        preset: serde_json::from_str(&entry.preset.to_json()?)?,
        source: match &entry.source {
            PresetSource::Factory => "factory".to_owned(),
            PresetSource::File(path) => path.display().to_string(),
        },
    })
}
