//! The page of the demo: one HTML file that loads nothing but the sounds and pictures beside it.

use std::fmt::Write;

use mynah_engine::{Control, ControlGroup, Controls};
use mynah_models::ModelInfo;

use crate::commands::page::{self, Outcome, Player, Source, escaped, fill};

const TITLE: &str = "Mynah: what was played, and what it becomes";
/// Everything around player and lists.
const SHELL: &str = include_str!("page.html");
/// Controls named at a glance, those of them that there are; the rest stands in the list.
const AT_A_GLANCE: [&str; 4] = ["mode", "octave", "room", "room_size"];

/// What the page shows.
pub(super) struct Page<'a> {
    /// At least one.
    pub(super) sources: &'a [Source],
    /// At least one; every source has a translation to each.
    pub(super) targets: &'a [&'a ModelInfo],
    pub(super) base: &'a ModelInfo,
    /// What all translations were made with.
    pub(super) controls: &'a Controls,
}

impl Page<'_> {
    /// The whole page.
    pub(super) fn html(&self) -> String {
        let outcomes: Vec<Outcome> = self.targets.iter().map(|info| Outcome::of(info)).collect();
        let player = Player {
            sources: self.sources,
            outcomes: &outcomes,
        };
        let models = std::iter::once(self.base).chain(self.targets.iter().copied());
        let parts = [
            ("head", page::head(TITLE)),
            ("bird", page::BIRD.to_owned()),
            ("player", player.html()),
            ("glance", self.at_a_glance()),
            ("settings", self.settings()),
            ("files", player.files_html()),
            ("models", page::models(models)),
            ("version", escaped(env!("CARGO_PKG_VERSION"))),
            ("script", page::SCRIPT.to_owned()),
        ];
        fill(SHELL, &parts)
    }

    /// The controls that a musician asks about first.
    fn at_a_glance(&self) -> String {
        let rows = AT_A_GLANCE.into_iter().filter_map(Control::of);
        rows.map(|control| self.row(control)).collect()
    }

    /// Every control, by group, as the table has them.
    fn settings(&self) -> String {
        let mut html = String::new();
        for group in ControlGroup::ALL {
            let rows: String = Control::of_group(group).map(|c| self.row(c)).collect();
            let _ = writeln!(
                html,
                "<div class=\"group\"><h3>{}</h3><dl>{rows}</dl></div>",
                group.name()
            );
        }
        html
    }

    fn row(&self, control: Control) -> String {
        let info = control.info();
        let (value, unit) = (info.text(self.controls.get(control)), info.shown_unit());
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        format!(
            "<div title=\"{}\"><dt>{}</dt><dd>{}</dd></div>",
            escaped(info.tooltip),
            escaped(info.name),
            escaped(&(value + &unit))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::page::marks;

    #[test]
    fn every_mark_of_the_shell_is_filled() {
        assert_eq!(
            marks(SHELL),
            [
                "head", "bird", "player", "glance", "settings", "files", "models", "version",
                "script"
            ]
        );
    }
}
