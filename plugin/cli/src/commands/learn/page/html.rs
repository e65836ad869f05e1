//! The page itself.

use std::fmt::Write;

use mynah_engine::note_name;
use mynah_models::ModelInfo;

use super::Measured;
use super::figures::Figures;
use crate::commands::learn::report::Report;
use crate::commands::page::{self, Outcome, Player, Source, escaped, fill};

const SHELL: &str = include_str!("shell.html");

/// What the page shows.
pub(super) struct Html<'a> {
    pub(super) sources: &'a [Source],
    pub(super) target: &'a ModelInfo,
    pub(super) base: &'a ModelInfo,
    pub(super) report: &'a Report,
    pub(super) measured: &'a Measured,
}

impl Html<'_> {
    /// The whole page.
    pub(super) fn page(&self) -> String {
        let name = &self.target.display_name;
        let player = Player {
            sources: self.sources,
            outcomes: &[Outcome::of(self.target)],
        };
        let parts = [
            ("head", page::head(&format!("{name}: a target for Mynah"))),
            ("bird", page::BIRD.to_owned()),
            ("name", escaped(name)),
            ("warnings", self.warnings()),
            ("found", self.found()),
            ("glance", self.glance()),
            ("player", player.html()),
            ("rows", self.rows()),
            ("learnt", self.learnt()),
            ("files", player.files_html()),
            ("models", page::models([self.target, self.base])),
            ("version", escaped(env!("CARGO_PKG_VERSION"))),
            ("script", page::SCRIPT.to_owned()),
        ];
        fill(SHELL, &parts)
    }

    /// What was found but for the first sentence, which sums up.
    fn warnings(&self) -> String {
        let warnings = self.report.findings.iter().skip(1);
        warnings
            .map(|sentence| format!("<p class=\"note\">{}</p>\n", escaped(sentence)))
            .collect()
    }

    fn found(&self) -> String {
        escaped(self.report.findings.first().map_or("", String::as_str))
    }

    fn glance(&self) -> String {
        let report = self.report;
        let notes = |[low, high]: [f32; 2]| {
            let name = |midi: f32| note_name(midi.round() as i32);
            format!("{} to {}", name(low), name(high))
        };
        let rows = [
            ("Range", notes(report.range_midi)),
            ("At home", notes(report.home_midi)),
            ("Sounds", report.kind().to_owned()),
            (
                "Remembers",
                format!("{} notes, {:.0} s", report.notes, report.memory_s),
            ),
            ("Dynamics", format!("{:.0} dB", report.dynamics_db)),
            ("Size", format!("{:.1} MB", report.bytes as f64 / 1e6)),
            ("Licence", self.target.licence.clone()),
        ];
        let mut html = String::new();
        for (what, value) in rows {
            let _ = writeln!(
                html,
                "<div><dt>{what}</dt><dd>{}</dd></div>",
                escaped(&value)
            );
        }
        html
    }

    fn rows(&self) -> String {
        let measured = self.measured;
        let mut html = row(&measured.target, "");
        html += &plain("The phrases as they came in", measured.phrases_colour_db);
        if measured.recordings_colour_db.is_some() {
            html += &plain("Half of the recordings", measured.recordings_colour_db);
        }
        let shipped = measured.shipped.iter();
        html + &shipped
            .map(|figures| row(figures, ", which comes with Mynah"))
            .collect::<String>()
    }

    fn learnt(&self) -> String {
        let training = &self.report.training;
        let nearest = escaped(&training.nearest);
        let first = training.held_out_first;
        if training.steps == 0 {
            return format!(
                "It has not learnt yet: it begins from {nearest}, at a held-out distance of {first:.3} nepers."
            );
        }
        format!(
            "It began from {nearest}; in {} steps of learning the held-out distance went from {first:.3} to {:.3} nepers.",
            training.steps, training.held_out_last
        )
    }
}

/// A target's row; `more` is said of it behind its name.
fn row(figures: &Figures, more: &str) -> String {
    format!(
        "<tr><th scope=\"row\">{}{more}</th><td>{:.0} %</td><td>{:.2}</td><td>{}</td></tr>\n",
        escaped(&figures.name),
        100.0 * figures.pitch_share,
        figures.loudness_correlation,
        decibels(figures.colour_db)
    )
}

/// A row that has nothing but a distance.
fn plain(what: &str, colour_db: Option<f64>) -> String {
    format!(
        "<tr><th scope=\"row\">{what}</th><td></td><td></td><td>{}</td></tr>\n",
        decibels(colour_db)
    )
}

fn decibels(value: Option<f64>) -> String {
    value.map_or("no pitches in common".to_owned(), |db| {
        format!("{db:.1} dB")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_of_the_shell_is_filled() {
        assert_eq!(
            page::marks(SHELL),
            [
                "head", "bird", "name", "warnings", "found", "glance", "player", "name", "rows",
                "learnt", "files", "models", "version", "script"
            ]
        );
    }
}
