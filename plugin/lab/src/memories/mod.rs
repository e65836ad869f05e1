//! `mynah-lab memories`: measures the memories of the shipped targets from labelled notes, by what `mynah learn` does with a
//! player's, and writes them into their files.

mod recordings;

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use mynah_engine::{Existing, write_whole};
use mynah_learn::coding::Sounding;
use mynah_learn::remember::{Manner, Remembered, Take, remember};
use mynah_models::{ModelKind, NewTarget, network_tensors};
use serde::Deserialize;

use crate::cli::Memories;
use recordings::{Labelled, labelled};

/// The list of the shipped targets, which the training reads, too.
const LIST: &str = include_str!("../../../../models/training/targets.json");

#[derive(Deserialize)]
struct TargetList {
    targets: Vec<TargetInfo>,
}

#[derive(Deserialize)]
struct TargetInfo {
    name: String,
    home_register_midi: (f64, f64),
    struck: bool,
    semitones_only: bool,
    stretched: bool,
}

/// Makes the memories of all listed targets, or of those that are named.
///
/// # Errors
/// The manifest, a recording or a target's file cannot be read or written, or a name is none.
pub(crate) fn run(arguments: &Memories) -> Result<()> {
    let list: TargetList = serde_json::from_str(LIST).context("the list of targets is broken")?;
    let wanted =
        |target: &&TargetInfo| arguments.only.is_empty() || arguments.only.contains(&target.name);
    let targets: Vec<&TargetInfo> = list.targets.iter().filter(wanted).collect();
    if targets.is_empty() {
        bail!("none of {:?} is a shipped target", arguments.only);
    }
    for target in targets {
        let notes = labelled(&arguments.data, &target.name)?;
        let remembered = measured(target, &notes)
            .with_context(|| format!("no recording of '{}' can be measured", target.name))?;
        let file = arguments.targets.join(format!("{}.mynah", target.name));
        let (info, lines) = (remembered.info, listed(&notes, &remembered));
        rewrite(&file, remembered)?;
        std::fs::create_dir_all(&arguments.lists)?;
        let list = arguments.lists.join(format!("{}.csv", target.name));
        std::fs::write(&list, lines)
            .with_context(|| format!("cannot write '{}'", list.display()))?;
        mynah_cli::print(&format!(
            "{}: {} notes, {:.0} s\n",
            target.name,
            info.notes,
            info.seconds()
        ))?;
    }
    Ok(())
}

fn measured(target: &TargetInfo, notes: &[Labelled]) -> Option<Remembered> {
    let takes: Vec<Take> = notes
        .iter()
        .map(|note| Take {
            audio: &note.audio,
            semitones: f64::from(note.midi),
            group: note.group,
            worth: 1.0,
        })
        .collect();
    let manner = Manner {
        sounding: Sounding {
            struck: target.struck,
            semitones_only: target.semitones_only,
        },
        stretched: target.stretched,
    };
    remember(&takes, target.home_register_midi, manner)
}

/// Puts this memory in place of the one that a target's file may have had; all else that it says and holds stays.
fn rewrite(path: &Path, remembered: Remembered) -> Result<()> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot open '{shown}'"))?;
    let read = network_tensors(&bytes, ModelKind::Target);
    let (info, own) = read.with_context(|| format!("'{shown}' is not a valid target"))?;
    let base = mynah_models::ModelInfo {
        hash: info
            .base_hash
            .with_context(|| format!("'{shown}' names no base"))?,
        ..info.clone()
    };
    let home = info.home_register();
    let bytes = NewTarget {
        name: info.name.clone(),
        display_name: info.display_name.clone(),
        base: &base,
        pitch_range_hz: info.pitch_range_hz,
        home_register_midi: (home.low, home.high),
        credits: info.credits.clone(),
        licence: info.licence.clone(),
        own,
        memory: Some((remembered.info, remembered.recorded)),
    }
    .bytes();
    write_whole(path, &bytes, Existing::Replace).with_context(|| format!("cannot write '{shown}'"))
}

/// Which recordings were chosen, in their order.
fn listed(notes: &[Labelled], remembered: &Remembered) -> String {
    let mut lines = String::from("recording,midi,articulation,dynamic,seconds\n");
    for (index, _) in &remembered.notes {
        let note = &notes[*index];
        let seconds = remembered.kept_s(&note.audio);
        let _ = writeln!(
            lines,
            "{},{},{},{},{seconds:.2}",
            note.name, note.midi, note.articulation, note.dynamic
        );
    }
    lines
}
