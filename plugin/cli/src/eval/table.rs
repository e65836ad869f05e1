//! The evaluation as a table for reading.

use std::fmt::Write;

use super::figures::{DataKind, Evaluation, Figures};

/// Name, figure, digits after the point, the baseline beside it and its figure.
type Row = (&'static str, Option<f64>, usize, &'static str, Option<f64>);

/// The table; ends with a newline.
pub(crate) fn render(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let f = &evaluation.figures;
    let rows: [Row; 12] = [
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
            f.copy_l1.map(|_| 1.0),
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
            "",
            None,
        ),
        (
            "chords kept in follow, share of ceiling",
            f.polyphony_share_of_ceiling,
            3,
            "the source",
            f.polyphony_share_of_ceiling.map(|_| 1.0),
        ),
        ("loudness correlation", f.loudness_correlation, 3, "", None),
        (
            "loudness RMS error, dB",
            f.loudness_rms_error_db,
            1,
            "",
            None,
        ),
        (
            "onset delay, follow, ms",
            f.onset_delay_follow_ms,
            1,
            "",
            None,
        ),
        (
            "onset delay, track, ms",
            f.onset_delay_track_ms,
            1,
            "",
            None,
        ),
    ];
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
    for (name, value, digits, baseline_name, baseline) in rows {
        let baseline = match baseline {
            Some(_) => format!("   ({baseline_name}: {})", number(baseline, digits)),
            None => String::new(),
        };
        let _ = writeln!(out, "{name:<44} {:>8}{baseline}", number(value, digits));
    }
    let _ = writeln!(
        out,
        "\n{:<20} {:<12} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
        "source", "target", "transl", "prior", "resyn", "pitch", "loud", "chords", "onset"
    );
    for pair in &evaluation.pairs {
        let p: &Figures = &pair.figures;
        let cells = [
            number(p.translation_ratio, 3),
            number(p.translation_ratio_prior, 3),
            number(p.resynthesis_l1, 3),
            number(p.pitch_within_50_cents, 3),
            number(p.loudness_correlation, 3),
            number(p.polyphony_share_of_ceiling, 3),
            number(p.onset_delay_track_ms, 1),
        ];
        let _ = write!(out, "{:<20} {:<12}", pair.source, pair.target);
        for cell in cells {
            let _ = write!(out, " {cell:>6}");
        }
        out.push('\n');
    }
    out
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_string(), |v| format!("{v:.digits$}"))
}
