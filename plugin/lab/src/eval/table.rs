//! The evaluation as a table for reading.

use std::fmt::Write;

use super::figures::{DataKind, Evaluation, Figures, NeverTrained, Pair};
use super::judge::Report;
use super::tracker::{Shares, Tracker};
use crate::outside;

/// Name, figure, digits after the point, the baseline beside it and its figure.
type Row = (&'static str, Option<f64>, usize, &'static str, Option<f64>);

/// The table; ends with a newline.
pub(crate) fn render(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    // Where only the outside judge was asked, there are none.
    if !evaluation.pairs.is_empty() {
        measured_here(&mut out, evaluation);
    }
    if let Some(never_trained) = &evaluation.never_trained {
        strangers(&mut out, never_trained);
    }
    if let Some(judge) = &evaluation.judge {
        report(&mut out, judge);
    }
    if let Some(measured) = &evaluation.tracker {
        tracker(&mut out, measured);
    }
    outside::table::render(&mut out, &evaluation.outside);
    out
}

fn measured_here(out: &mut String, evaluation: &Evaluation) {
    let sources = match evaluation.data {
        DataKind::Recordings => "held-out recorded notes and phrases",
        DataKind::Synthetic => {
            "synthetic sources (no --data: figures that need the true target rendering are not measured)"
        }
    };
    let _ = writeln!(
        out,
        "On {sources}; {:.0} s of sound.\n",
        evaluation.audio_seconds
    );
    summary(out, &evaluation.figures, &evaluation.pairs);
}

/// The figures of all pairs, and a line for each.
fn summary(out: &mut String, figures: &Figures, pairs: &[Pair]) {
    for (name, value, digits, baseline_name, baseline) in rows(figures) {
        let baseline = match baseline {
            Some(_) => format!("   ({baseline_name}: {})", number(baseline, digits)),
            None => String::new(),
        };
        let _ = writeln!(out, "{name:<44} {:>8}{baseline}", number(value, digits));
    }
    header(out, "target");
    for pair in pairs {
        line(out, &pair.source, &pair.target, &pair.figures);
    }
}

fn strangers(out: &mut String, never_trained: &NeverTrained) {
    let seconds = never_trained.audio_seconds;
    let _ = writeln!(
        out,
        "\nOn sources never trained on; {seconds:.0} s of sound.\n"
    );
    summary(out, &never_trained.figures, &never_trained.pairs);
    header(out, "all targets");
    for source in &never_trained.sources {
        line(out, &source.source, "", &source.figures);
    }
}

fn report(out: &mut String, judge: &Report) {
    let _ = writeln!(
        out,
        "\nThe judge of target likeness is right on {:.3} of true renderings.\n",
        judge.accuracy
    );
    let _ = writeln!(
        out,
        "{:<20} {:>7} {:>6}  mistaken for",
        "instrument", "windows", "right"
    );
    for row in &judge.instruments {
        let mistaken = row.mistaken_for.as_deref().unwrap_or("-");
        let (windows, recall) = (row.windows, row.recall);
        let _ = writeln!(
            out,
            "{:<20} {windows:>7} {recall:>6.3}  {mistaken}",
            row.instrument
        );
    }
}

fn tracker(out: &mut String, tracker: &Tracker) {
    let _ = writeln!(
        out,
        "\nThe product's pitch tracker, {:.1} ms late: shares of wrong frames.\n",
        tracker.delay_ms
    );
    let _ = writeln!(
        out,
        "{:<20} {:>7} {:>7} {:>7}",
        "source", "octave", "gross", "voicing"
    );
    let mut line = |name: &str, shares: &Shares| {
        let _ = writeln!(
            out,
            "{name:<20} {:>7} {:>7} {:>7}",
            number(shares.octave_error_share, 4),
            number(shares.gross_error_share, 4),
            number(shares.voicing_error_share, 4)
        );
    };
    for source in &tracker.sources {
        line(&source.source, &source.shares);
    }
    line("all", &tracker.shares);
}

fn header(out: &mut String, target: &str) {
    let _ = writeln!(
        out,
        "\n{:<20} {target:<12} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
        "source", "transl", "prior", "resyn", "like", "ceil", "pitch", "loud", "chords", "onset"
    );
}

fn line(out: &mut String, source: &str, target: &str, figures: &Figures) {
    let cells = [
        number(figures.translation_ratio, 3),
        number(figures.translation_ratio_prior, 3),
        number(figures.resynthesis_l1, 3),
        number(figures.target_likeness, 3),
        number(figures.target_likeness_ceiling, 3),
        number(figures.pitch_within_50_cents, 3),
        number(figures.loudness_correlation, 3),
        number(figures.polyphony_share_of_ceiling, 3),
        number(figures.onset_delay_track_ms, 1),
    ];
    let _ = write!(out, "{source:<20} {target:<12}");
    for cell in cells {
        let _ = write!(out, " {cell:>6}");
    }
    out.push('\n');
}

fn rows(f: &Figures) -> [Row; 18] {
    let copying = |figure: Option<f64>| figure.map(|_| 1.0);
    let row = |name, value, digits| (name, value, digits, "", None);
    [
        (
            "translation, share of copying the source",
            f.translation_ratio,
            3,
            "the prior alone",
            f.translation_ratio_prior,
        ),
        (
            "the same in follow mode",
            f.translation_ratio_follow,
            3,
            "copying the source",
            copying(f.copy_l1),
        ),
        (
            "the same, truth with its own dynamics",
            f.translation_ratio_own_dynamics,
            3,
            "copying the source",
            copying(f.copy_l1),
        ),
        (
            "target likeness, share of ceiling",
            f.target_likeness_share_of_ceiling,
            3,
            "the true rendering",
            copying(f.target_likeness_ceiling),
        ),
        (
            "target likeness",
            f.target_likeness,
            3,
            "the source",
            f.target_likeness_floor,
        ),
        (
            "resynthesis, log-mel L1",
            f.resynthesis_l1,
            3,
            "Griffin-Lim",
            f.resynthesis_griffin_lim_l1,
        ),
        (
            "resynthesis by the prior alone",
            f.resynthesis_prior_l1,
            3,
            "Griffin-Lim",
            f.resynthesis_griffin_lim_l1,
        ),
        (
            "generator's gain over the prior, MR-STFT",
            f.generator_gain,
            3,
            "the prior alone",
            f.generator_gain.map(|_| 0.0),
        ),
        (
            "attack energy, error in dB",
            f.attack_energy_error_db,
            2,
            "the prior alone",
            f.attack_energy_error_db_prior,
        ),
        (
            "attack flux, error in nepers",
            f.attack_flux_error,
            3,
            "the prior alone",
            f.attack_flux_error_prior,
        ),
        (
            "harmonics over noise, error in dB",
            f.band_noise_error_db,
            2,
            "the prior alone",
            f.band_noise_error_db_prior,
        ),
        (
            "pitch within 50 cents, track",
            f.pitch_within_50_cents,
            3,
            "where both have pitch",
            f.pitch_within_50_cents_both_voiced,
        ),
        (
            "pitch within 50 cents, follow",
            f.pitch_within_50_cents_follow,
            3,
            "median error in track, cents",
            f.pitch_median_error_cents,
        ),
        (
            "chords kept in follow, share of ceiling",
            f.polyphony_share_of_ceiling,
            3,
            "the source",
            copying(f.polyphony_share_of_ceiling),
        ),
        row("loudness correlation", f.loudness_correlation, 3),
        row("loudness RMS error, dB", f.loudness_rms_error_db, 1),
        row("onset delay, follow, ms", f.onset_delay_follow_ms, 1),
        row("onset delay, track, ms", f.onset_delay_track_ms, 1),
    ]
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_string(), |v| format!("{v:.digits$}"))
}
