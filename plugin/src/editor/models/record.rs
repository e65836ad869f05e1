//! What is being recorded for a new target, and what came of it.

use egui::{Align, Frame, Layout, ProgressBar, RichText, Role, Ui, WidgetInfo};

use super::words;
use super::{button, small, warn};
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::recording::Told;

const BAR_HEIGHT: f32 = 6.0;
/// The bar's left end, dBFS.
const SOFTEST_DB: f32 = -60.0;
/// From here on there is little room left for a louder note, dBFS; and from here on, none.
const HIGH_DB: f32 = -6.0;
const FULL_DB: f32 = -0.05;

/// What the player asks for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Asked {
    /// That it ends.
    Stop,
    /// A target of what was recorded.
    Target,
    /// Nothing any more.
    Dismiss,
}

/// Draws a recording that no form is open for.
pub(super) fn show_card(ui: &mut Ui, told: &Told) -> Option<Asked> {
    let card = Frame::new()
        .fill(Theme::of(ui).panel)
        .corner_radius(CARD_ROUNDING)
        .inner_margin(10.0);
    let asked = card.show(ui, |ui| {
        let asked = ui.horizontal(|ui| {
            let title = if told.is_over {
                "Recorded"
            } else {
                "Recording"
            };
            ui.label(RichText::new(title).font(fonts::semibold(14.0)));
            let buttons = Layout::right_to_left(Align::Center);
            ui.with_layout(buttons, |ui| buttons_of(ui, told)).inner
        });
        show(ui, told);
        asked.inner
    });
    ui.add_space(6.0);
    asked.inner
}

fn buttons_of(ui: &mut Ui, told: &Told) -> Option<Asked> {
    if !told.is_over {
        return button(ui, "Stop", "Stop recording", true).then_some(Asked::Stop);
    }
    let mut asked = None;
    if button(ui, "Dismiss", "Dismiss the recording", true) {
        asked = Some(Asked::Dismiss);
    }
    let text = "New target\u{2026}";
    if told.is_something() && button(ui, text, "New target from what was recorded", true) {
        asked = Some(Asked::Target);
    }
    asked
}

/// How far it is and how loud, or what came of it.
pub(super) fn show(ui: &mut Ui, told: &Told) {
    let theme = Theme::of(ui);
    let sentence = words::recorded(told);
    let said = ui.label(small(&sentence).color(theme.text));
    said.widget_info(|| WidgetInfo::labeled(Role::Status, true, &sentence));
    if !told.is_over {
        let level_db = to_db(told.peak);
        let colour = match level_db {
            db if db >= FULL_DB => theme.level_over,
            db if db >= HIGH_DB => theme.level_high,
            _ => theme.level_low,
        };
        let bar = ProgressBar::new(1.0 - level_db / SOFTEST_DB)
            .desired_height(BAR_HEIGHT)
            .fill(colour);
        let bar = ui.add(bar);
        let text = format!("Level {level_db:.0} dB");
        bar.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &text));
    }
    let problems = [
        (told.highest > 0.0 && to_db(told.highest) >= FULL_DB).then(|| words::TOO_LOUD.to_owned()),
        (told.dropped_s > 0.0).then(|| words::dropped(told.dropped_s)),
        told.problem.clone(),
    ];
    for problem in problems.into_iter().flatten() {
        let said = warn(ui, &problem);
        said.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &problem));
    }
}

fn to_db(peak: f32) -> f32 {
    (20.0 * peak.max(1e-6).log10()).clamp(SOFTEST_DB, 0.0)
}
