//! `mynah-lab timbre`: measures the timbre space from the recorded notes of the shipped targets, and writes its file.

mod fit;

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use mynah_cli::{print, print_json};
use mynah_engine::{Existing, Library, TargetRef, write_whole};
use mynah_models::timbre::{Attributes, TimbreSpace, timbre_file};
use mynah_models::{TIMBRE_AXES, Target};
use serde::Serialize;
use std::sync::Arc;

use crate::cli::Timbre;
use fit::HeldNote;

/// The axes, in their order.
const AXES: [&str; TIMBRE_AXES] = ["x", "y", "brightness", "breath", "body"];

#[derive(Serialize)]
struct Report {
    format_version: u32,
    /// Where the instruments stand on the map.
    targets: Vec<Place>,
    /// What half the way along each axis changes in the mean note, over the anchors.
    axes: Vec<Change>,
}

#[derive(Serialize)]
struct Place {
    name: String,
    x: f32,
    y: f32,
}

#[derive(Serialize)]
struct Change {
    axis: &'static str,
    brightness_octaves: f32,
    breath_db: f32,
    body_db: f32,
}

pub(crate) fn run(arguments: &Timbre) -> Result<()> {
    let library = Library::shipped();
    let targets: Vec<Arc<Target>> = library
        .entries()
        .iter()
        .map(|entry| library.load(&TargetRef::from(entry)))
        .collect::<Result<_, _>>()?;
    let with_memory = targets.iter().filter_map(|target| target.memory());
    let instruments: Vec<Vec<HeldNote>> = with_memory
        .map(|memory| {
            let notes = memory.notes().iter();
            let held = notes.map(|note| HeldNote::new(note.semitones, memory.held_row(note)));
            held.collect()
        })
        .collect();
    ensure!(
        instruments.len() > 2,
        "the shipped targets have no recorded notes to measure"
    );
    let tables = fit::fit(&instruments);
    let mut credits: Vec<String> = Vec::new();
    for credit in targets.iter().flat_map(|target| &target.info().credits) {
        if !credits.contains(credit) {
            credits.push(credit.clone());
        }
    }
    let licence = &targets[0].info().licence;
    let bytes = timbre_file(&tables, &credits, licence);
    let space = TimbreSpace::from_bytes(&bytes).context("the measured space is not valid")?;
    if let Some(path) = &arguments.output {
        write_whole(path, &bytes, Existing::Replace)
            .with_context(|| format!("cannot write '{}'", path.display()))?;
    }
    let places = targets.iter().filter_map(|target| {
        let [x, y] = space.map_place(target.memory()?);
        let name = target.info().name.clone();
        Some(Place { name, x, y })
    });
    let axes = (0..TIMBRE_AXES).map(|axis| change(&space, &tables.mean, axis));
    let report = Report {
        format_version: 1,
        targets: places.collect(),
        axes: axes.collect(),
    };
    if arguments.json {
        return print_json(&report);
    }
    print(&text(&report))
}

/// What the place 0.5 of an axis changes in the mean note, in the mean over the anchors.
fn change(space: &TimbreSpace, mean: &[mynah_models::memory::Row], axis: usize) -> Change {
    let mut place = [0.0; TIMBRE_AXES];
    place[axis] = 0.5;
    let mut sums = [0.0; 3];
    let anchors = space.anchors_semitones();
    for (anchor, semitones) in anchors.iter().enumerate() {
        let before = Attributes::of(&mean[anchor], *semitones).values();
        let mut row = mean[anchor];
        let offset = space.offset_at_anchor(anchor, &place);
        row.iter_mut()
            .zip(&offset)
            .for_each(|(value, step)| *value += step);
        let after = Attributes::of(&row, *semitones).values();
        for ((sum, after), before) in sums.iter_mut().zip(after).zip(before) {
            *sum += (after - before) / anchors.len() as f32;
        }
    }
    let [brightness_octaves, breath_db, body_db] = sums;
    Change {
        axis: AXES[axis],
        brightness_octaves,
        breath_db,
        body_db,
    }
}

fn text(report: &Report) -> String {
    let mut out = String::from("Where the instruments stand on the map\n");
    for place in &report.targets {
        let _ = writeln!(
            out,
            "  {:<12} {:>6.2} {:>6.2}",
            place.name, place.x, place.y
        );
    }
    out.push_str("\nWhat half the way along each axis changes\n");
    out.push_str("  axis         brightness, oct  breath, dB  body, dB\n");
    for change in &report.axes {
        let _ = writeln!(
            out,
            "  {:<12} {:>15.2} {:>11.1} {:>9.1}",
            change.axis, change.brightness_octaves, change.breath_db, change.body_db
        );
    }
    out
}
