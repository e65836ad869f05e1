//! What the outside judge says, as a table for reading.

use std::fmt::Write;

use super::figures::{Likeness, Outside, TargetRow};

/// Adds the table to `out`.
pub(crate) fn render(out: &mut String, outside: &Outside) {
    if !outside.outside_targets.is_empty() {
        let _ = writeln!(
            out,
            "\nThe outside judge: share of windows heard as the target. In brackets the target's own held-out notes."
        );
        header(out);
        for row in &outside.outside_targets {
            line(out, row);
        }
        total(out, outside);
        sources(out, outside);
        onsets(out, outside);
    }
    for sentence in &outside.left_out {
        let _ = writeln!(out, "\nLeft out: {sentence}.");
    }
}

/// Names of [`columns`].
const COLUMNS: [&str; 10] = [
    "track",
    "in the room",
    "follow",
    "auto",
    "keys",
    "keys, room",
    "phrases",
    "voice, synth",
    "notes F",
    "aligned",
];

fn header(out: &mut String) {
    let _ = write!(out, "\n{:<10}", "target");
    for column in COLUMNS {
        let _ = write!(out, " {column:>12}");
    }
    let _ = writeln!(
        out,
        " {:>12} {:>5} {:>6} {:>5}  taken for",
        "pitch", "loud", "onset", "clips"
    );
}

/// What a target has as well as the mean of all.
fn columns(likeness: &Likeness) -> [String; COLUMNS.len()] {
    let l = likeness;
    [
        beside(l.likeness_outside_track, l.likeness_outside_track_ceiling),
        beside(
            l.likeness_outside_track_room,
            l.likeness_outside_track_room_ceiling,
        ),
        number(l.likeness_outside_follow),
        number(l.likeness_outside_auto),
        number(l.likeness_outside_keys),
        number(l.likeness_outside_keys_room),
        number(l.likeness_outside_performances),
        beside(l.voice_or_synth, l.voice_or_synth_ceiling),
        beside(l.note_f_measure, l.note_f_measure_ceiling),
        beside(l.note_f_measure_aligned, l.note_f_measure_aligned_ceiling),
    ]
}

fn line(out: &mut String, row: &TargetRow) {
    let _ = write!(out, "{:<10}", row.target);
    for column in columns(&row.likeness) {
        let _ = write!(out, " {column:>12}");
    }
    let pitch = beside(
        row.pitch_within_50_cents,
        row.likeness.pitch_within_50_cents_ceiling,
    );
    let onset = row.onset_delay_track_ms;
    let onset = onset.map_or("-".to_owned(), |ms| format!("{ms:.1}"));
    let taken = row.taken_for.iter();
    let taken: Vec<String> = taken
        .map(|t| format!("{} {:.2}", t.heard, t.share))
        .collect();
    let _ = writeln!(
        out,
        " {pitch:>12} {:>5} {onset:>6} {:>5}  {}",
        number(row.loudness_correlation),
        row.clips,
        taken.join(", "),
    );
}

fn total(out: &mut String, outside: &Outside) {
    let _ = write!(out, "{:<10}", "mean");
    for column in columns(&outside.likeness) {
        let _ = write!(out, " {column:>12}");
    }
    out.push('\n');
    if let Some(target) = &outside.likeness_outside_least_target {
        let least = beside(
            outside.likeness_outside_least,
            outside.likeness_outside_least_ceiling,
        );
        let _ = writeln!(out, "The least in the room: {least}, {target}.");
    }
}

fn sources(out: &mut String, outside: &Outside) {
    let _ = writeln!(
        out,
        "\n{:<12} {:<14} {:>8} {:>7} {:>12} {:>7} {:>7}",
        "target", "sources", "windows", "track", "in the room", "follow", "auto"
    );
    for row in &outside.outside_targets {
        for source in &row.by_source {
            let _ = writeln!(
                out,
                "{:<12} {:<14} {:>8} {:>7} {:>12} {:>7} {:>7}",
                row.target,
                source.sources.name(),
                source.windows,
                number(source.likeness_outside_track),
                number(source.likeness_outside_track_room),
                number(source.likeness_outside_follow),
                number(source.likeness_outside_auto),
            );
        }
    }
}

fn onsets(out: &mut String, outside: &Outside) {
    let likeness = &outside.likeness;
    let _ = writeln!(
        out,
        "\nOnsets a second that nobody played: {}; that are missed: {}.",
        beside(
            likeness.spurious_onsets_per_s,
            likeness.spurious_onsets_per_s_ceiling
        ),
        beside(
            likeness.missed_onsets_per_s,
            likeness.missed_onsets_per_s_ceiling
        ),
    );
}

/// A figure, and its ceiling in brackets.
fn beside(figure: Option<f64>, ceiling: Option<f64>) -> String {
    match ceiling {
        Some(ceiling) => format!("{} ({ceiling:.2})", number(figure)),
        None => number(figure),
    }
}

fn number(figure: Option<f64>) -> String {
    figure.map_or("-".to_owned(), |figure| format!("{figure:.2}"))
}
