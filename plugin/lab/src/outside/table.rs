//! What the outside judge says, as a table for reading.

use std::fmt::Write;

use super::figures::{Outside, TargetRow};

/// Adds the table to `out`.
pub(crate) fn render(out: &mut String, outside: &Outside) {
    if !outside.outside_targets.is_empty() {
        let _ = writeln!(
            out,
            "\nOutside judge: share of windows heard as the target (in brackets: its own notes in the place of the source).\n"
        );
        let _ = writeln!(
            out,
            "{:<12} {:>13} {:>13} {:>7} {:>8} {:>12} {:>13} {:>13} {:>6} {:>6} {:>7}  taken for",
            "target",
            "track",
            "in the room",
            "follow",
            "phrases",
            "voice/synth",
            "notes F",
            "pitch",
            "loud",
            "onset",
            "clips"
        );
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

fn line(out: &mut String, row: &TargetRow) {
    let likeness = &row.likeness;
    let taken: Vec<String> = row
        .taken_for
        .iter()
        .map(|t| format!("{} {:.2}", t.heard, t.share))
        .collect();
    let onset = row
        .onset_delay_track_ms
        .map_or("-".to_owned(), |ms| format!("{ms:.1}"));
    let _ = writeln!(
        out,
        "{:<12} {:>13} {:>13} {:>7} {:>8} {:>12} {:>13} {:>13} {:>6} {onset:>6} {:>7}  {}",
        row.target,
        beside(
            likeness.likeness_outside_track,
            likeness.likeness_outside_track_ceiling
        ),
        beside(
            likeness.likeness_outside_track_room,
            likeness.likeness_outside_track_room_ceiling
        ),
        number(likeness.likeness_outside_follow),
        number(likeness.likeness_outside_performances),
        beside(likeness.voice_or_synth, likeness.voice_or_synth_ceiling),
        beside(likeness.note_f_measure, likeness.note_f_measure_ceiling),
        beside(
            row.pitch_within_50_cents,
            likeness.pitch_within_50_cents_ceiling
        ),
        number(row.loudness_correlation),
        row.clips,
        taken.join(", "),
    );
}

fn total(out: &mut String, outside: &Outside) {
    let likeness = &outside.likeness;
    let _ = writeln!(
        out,
        "{:<12} {:>13} {:>13} {:>7} {:>8} {:>12} {:>13}",
        "mean",
        beside(
            likeness.likeness_outside_track,
            likeness.likeness_outside_track_ceiling
        ),
        beside(
            likeness.likeness_outside_track_room,
            likeness.likeness_outside_track_room_ceiling
        ),
        number(likeness.likeness_outside_follow),
        number(likeness.likeness_outside_performances),
        beside(likeness.voice_or_synth, likeness.voice_or_synth_ceiling),
        beside(likeness.note_f_measure, likeness.note_f_measure_ceiling),
    );
    if let Some(target) = &outside.likeness_outside_least_target {
        let _ = writeln!(
            out,
            "least in the room: {} ({target})",
            beside(
                outside.likeness_outside_least,
                outside.likeness_outside_least_ceiling
            )
        );
    }
}

fn sources(out: &mut String, outside: &Outside) {
    let _ = writeln!(
        out,
        "\n{:<12} {:<14} {:>8} {:>7} {:>12} {:>7}",
        "target", "sources", "windows", "track", "in the room", "follow"
    );
    for row in &outside.outside_targets {
        for source in &row.by_source {
            let _ = writeln!(
                out,
                "{:<12} {:<14} {:>8} {:>7} {:>12} {:>7}",
                row.target,
                source.sources.name(),
                source.windows,
                number(source.likeness_outside_track),
                number(source.likeness_outside_track_room),
                number(source.likeness_outside_follow),
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
