//! The installed models, one below the other.

use egui::{RichText, ScrollArea, Sense, Ui, vec2};
use mynah_engine::Source;

use super::{button, words};
use crate::editor::pictures::Portrait;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::editor::{fonts, wording};
use crate::learning::{Again, Learning};
use crate::targets::{Catalogue, Entry};

const PICTURE: egui::Vec2 = vec2(72.0, 56.0);
/// Credits that are shown without the pointer on them.
const CREDITS: usize = 2;

/// Draws everything about every model, and the files that are none, below something else, of which it gives the answer; and the
/// index of a target that is to be learnt again.
pub(super) fn show<T>(
    ui: &mut Ui,
    catalogue: &Catalogue,
    learning: &Learning,
    above: impl FnOnce(&mut Ui) -> T,
) -> (T, Option<i32>) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let answer = above(ui);
            let theme = Theme::of(ui);
            if let Some(problem) = catalogue.base_problem() {
                warn(ui, problem);
            }
            for problem in catalogue.problems() {
                warn(ui, problem);
            }
            if let Some(note) = catalogue.kernel_note() {
                warn(ui, note);
            }
            let mut again = None;
            for entry in catalogue.entries() {
                if show_entry(ui, entry, learning) {
                    again = Some(entry.index());
                }
            }
            let place = catalogue
                .folder()
                .map(|folder| format!("Your own models are in {}.", folder.display()));
            if let Some(place) = place {
                let text = RichText::new(place).font(fonts::regular(11.5));
                ui.label(text.color(theme.faint));
            }
            (answer, again)
        })
        .inner
}

fn warn(ui: &mut Ui, problem: &str) {
    let colour = Theme::of(ui).warning;
    let text = RichText::new(problem).font(fonts::regular(12.0));
    ui.label(text.color(colour));
}

/// Draws one; whether it is to be learnt again.
fn show_entry(ui: &mut Ui, entry: &Entry, learning: &Learning) -> bool {
    let theme = Theme::of(ui);
    let info = entry.info();
    let small = |text: String| RichText::new(text).font(fonts::regular(11.5));
    let again = ui.horizontal_top(|ui| {
        let (picture, _) = ui.allocate_exact_size(PICTURE, Sense::hover());
        ui.painter().rect_filled(picture, CARD_ROUNDING, theme.well);
        Portrait::of(entry).draw(ui.painter(), theme, picture.shrink(4.0), 1.0);
        let told = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(&info.display_name).font(fonts::semibold(14.0)));
            ui.label(small(facts(entry)).color(theme.dim));
            if let Some(problem) = entry.problem() {
                warn(ui, problem);
            }
            if let Some(note) = entry.note() {
                warn(ui, note);
            }
            let again = learning.again(entry.index());
            let again = again.is_some_and(|again| show_again(ui, &info.display_name, &again));
            for credit in info.credits.iter().take(CREDITS) {
                ui.label(small(credit.clone()).color(theme.faint));
            }
            if info.credits.len() > CREDITS {
                let more = format!("and {} more credits", info.credits.len() - CREDITS);
                let response = ui.label(small(more).color(theme.faint));
                response.on_hover_text(info.credits.join("\n"));
            }
            again
        });
        told.inner
    });
    ui.add_space(6.0);
    again.inner
}

/// What can be done about one that was made for another base; whether it is to be done.
fn show_again(ui: &mut Ui, name: &str, again: &Again) -> bool {
    match again {
        Again::Ready => {
            let label = format!("Learn {name} again");
            let clicked = button(ui, "Learn again", &label, true);
            let text = RichText::new(words::AGAIN).font(fonts::regular(11.5));
            ui.label(text.color(Theme::of(ui).dim));
            clicked
        }
        Again::Missing(path) => {
            warn(ui, &words::recordings_are_gone(path));
            false
        }
    }
}

/// Range, origin, licence and version of a model in a line.
fn facts(entry: &Entry) -> String {
    let info = entry.info();
    let origin = match entry.source() {
        Source::Shipped => "comes with Mynah".to_owned(),
        Source::File(path) => path.file_name().map_or_else(String::new, |name| {
            format!("your file {}", name.to_string_lossy())
        }),
    };
    let hash = info.hash.to_string();
    let facts = [
        wording::pitch_range(info.pitch_range_hz),
        origin,
        info.licence.clone(),
        format!("version {}", wording::short_hash(&hash)),
    ];
    let known = facts.into_iter().filter(|fact| !fact.is_empty());
    known.collect::<Vec<_>>().join(" \u{00B7} ")
}
