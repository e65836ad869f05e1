//! What is being learnt, and what came of it.

use egui::{Align, CollapsingHeader, Frame, Layout, ProgressBar, RichText, Role, Ui, WidgetInfo};

use super::words;
use super::{button, small, warn};
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::learning::{Stage, Told};

const BAR_HEIGHT: f32 = 6.0;

/// Draws them; the one that is to be stopped or dismissed, by the name of its files.
pub(super) fn show(ui: &mut Ui, all: &[Told]) -> Option<String> {
    let mut removed = None;
    for told in all {
        let card = Frame::new()
            .fill(Theme::of(ui).panel)
            .corner_radius(CARD_ROUNDING)
            .inner_margin(10.0);
        ui.push_id(&told.stem, |ui| {
            card.show(ui, |ui| {
                if show_one(ui, told) {
                    removed = Some(told.stem.clone());
                }
            });
        });
        ui.add_space(6.0);
    }
    removed
}

/// Whether its button was clicked.
fn show_one(ui: &mut Ui, told: &Told) -> bool {
    let (theme, status) = (Theme::of(ui), &told.status);
    let is_over = status.is_over() || told.is_lost;
    let clicked = ui.horizontal(|ui| {
        ui.label(RichText::new(&status.name).font(fonts::semibold(14.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = if is_over { "Dismiss" } else { "Stop" };
            button(ui, text, &format!("{text} {}", status.name), true)
        })
        .inner
    });
    let sentence = words::stage(told);
    let said = if told.is_lost || status.stage == Stage::Failed {
        warn(ui, &sentence)
    } else {
        ui.label(small(&sentence).color(theme.text))
    };
    said.widget_info(|| WidgetInfo::labeled(Role::Status, true, &sentence));
    if !is_over {
        let bar = ProgressBar::new(words::share(told))
            .desired_height(BAR_HEIGHT)
            .fill(theme.accent_line);
        ui.add(bar);
    }
    if let Some(distance) = words::distance(told) {
        ui.label(small(&distance).color(theme.dim));
    }
    if let Some(page) = words::page(told) {
        ui.label(small(&page).color(theme.dim));
    }
    if !status.findings.is_empty() {
        let title = format!("What was heard ({})", status.findings.len());
        CollapsingHeader::new(small(&title))
            .id_salt("findings")
            .show(ui, |ui| {
                for finding in &status.findings {
                    ui.label(small(finding).color(theme.dim));
                }
            });
    }
    clicked.inner
}
