//! The page itself.

use std::fmt::Write;

use mynah_models::ModelInfo;

use super::Measured;
use super::kept::{Kept, Playing};
use crate::commands::page::{self, Outcome, Player, Source, escaped, fill};

const TITLE: &str = "By notes alone: what is kept of a recording, and what is lost";
const SHELL: &str = include_str!("shell.html");

/// What the page shows.
pub(super) struct Html<'a> {
    pub(super) source: &'a Source,
    pub(super) outcomes: &'a [Outcome<'a>],
    pub(super) target: &'a ModelInfo,
    pub(super) base: &'a ModelInfo,
    pub(super) measured: &'a Measured,
    /// The piano roll.
    pub(super) roll: String,
}

impl Html<'_> {
    /// The whole page.
    pub(super) fn page(&self) -> String {
        let player = Player {
            sources: std::slice::from_ref(self.source),
            outcomes: self.outcomes,
        };
        let parts = [
            ("head", page::head(TITLE)),
            ("bird", page::BIRD.to_owned()),
            ("name", escaped(&self.source.title)),
            ("target", escaped(&self.target.display_name)),
            ("octaves", self.octaves()),
            ("player", player.html()),
            ("roll", self.roll.clone()),
            ("sentences", self.sentences()),
            ("columns", self.columns()),
            ("rows", self.rows()),
            ("files", player.files_html()),
            ("models", page::models([self.target, self.base])),
            ("version", escaped(env!("CARGO_PKG_VERSION"))),
            ("script", page::SCRIPT.to_owned()),
        ];
        fill(SHELL, &parts)
    }

    fn octaves(&self) -> String {
        match self.measured.octaves {
            0 => "All of them are in the recording's own octave.".to_owned(),
            octaves => {
                let way = if octaves > 0 { "up" } else { "down" };
                let plural = if octaves.abs() == 1 { "" } else { "s" };
                format!(
                    "All of them are {} octave{plural} {way}, where the target is at home.",
                    octaves.abs()
                )
            }
        }
    }

    fn sentences(&self) -> String {
        let sentences = self.measured.sentences.iter();
        sentences
            .map(|sentence| format!("<li>{}</li>\n", escaped(sentence)))
            .collect()
    }

    fn columns(&self) -> String {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| format!("<th scope=\"col\">{}</th>", escaped(outcome.title)))
            .collect()
    }

    fn rows(&self) -> String {
        let own = &self.measured.recording;
        let none = |value: Option<f64>, unit: &str| {
            value.map_or("none".to_owned(), |value| format!("{value:.0} {unit}"))
        };
        let mut html = String::new();
        let mut row =
            |what: &str, of_own: &dyn Fn(&Playing) -> String, of: &dyn Fn(&Kept) -> String| {
                let _ = write!(
                    html,
                    "<tr><th scope=\"row\">{what}</th><td>{}</td>",
                    of_own(own)
                );
                for kept in &self.measured.made {
                    let _ = write!(html, "<td>{}</td>", of(kept));
                }
                html += "</tr>\n";
            };
        let nothing = |_: &Playing| String::new();
        row("Pitch within 50 cents", &nothing, &|kept| {
            format!("{:.0} %", 100.0 * kept.pitch_share)
        });
        row("Pitch off, median", &nothing, &|kept| {
            none(kept.pitch_off_cents, "cents")
        });
        row("Loudness, correlation", &nothing, &|kept| {
            format!("{:.2}", kept.level_correlation)
        });
        row("Loudness off", &nothing, &|kept| {
            format!("{:.1} dB", kept.level_off_db)
        });
        row("Notes", &|own| own.notes.to_string(), &|kept| {
            format!(
                "{:.0} % and {} more",
                100.0 * kept.notes_share,
                kept.notes_more
            )
        });
        row("Beginnings off, median", &nothing, &|kept| {
            none(kept.onsets_off_ms, "ms")
        });
        row(
            "Pitch moves within notes",
            &|own| format!("{:.0} cents", own.movement_cents),
            &|kept| {
                format!(
                    "{:.0} cents, by {:.2}",
                    kept.playing.movement_cents, kept.movement_correlation
                )
            },
        );
        row(
            "Loudness moves within notes",
            &|own| format!("{:.1} dB", own.swell_db),
            &|kept| {
                format!(
                    "{:.1} dB, by {:.2}",
                    kept.playing.swell_db, kept.swell_correlation
                )
            },
        );
        row("Slides", &|own| own.slides.to_string(), &|kept| {
            kept.slides_kept.to_string()
        });
        row(
            "Sounds without a pitch",
            &|own| format!("{:.0} %", 100.0 * own.unpitched_share),
            &|kept| {
                let share = kept.unpitched_kept;
                share.map_or("none".to_owned(), |share| {
                    format!("in {:.0} % of that", 100.0 * share)
                })
            },
        );
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_of_the_shell_is_filled() {
        assert_eq!(
            page::marks(SHELL),
            [
                "head",
                "bird",
                "name",
                "target",
                "octaves",
                "player",
                "roll",
                "sentences",
                "columns",
                "rows",
                "files",
                "models",
                "version",
                "script"
            ]
        );
    }
}
