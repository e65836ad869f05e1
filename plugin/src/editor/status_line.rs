//! The bottom of the editor: what is loaded, what it costs, and what is wrong.

use egui::{Align2, Color32, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::desk::Desk;
use super::suits::Words;
use super::theme::Theme;
use super::{fonts, wording};
use crate::notice::notice;
use crate::shared::{Condition, Shared};
use crate::targets::Catalogue;

/// Height of the line, logical pixels.
pub(super) const HEIGHT: f32 = 32.0;
const FONT_SIZE: f32 = 12.0;
/// Distance between two statements, logical pixels.
const GAP: f32 = 16.0;
/// What to do where one voice has nothing to hear.
const CANCELS: &str = "Left and right cancel each other in Mono: set Channels to Stereo";

/// What changes while it plays.
pub(super) struct Live<'a> {
    /// How busy the processor is, in words.
    pub(super) load: &'a str,
    /// The mono that is translated is none.
    pub(super) cancels: bool,
    /// Which targets suit what is played.
    pub(super) suits: &'a Words,
}

/// Draws the line.
pub(super) fn show(
    ui: &mut Ui,
    desk: Desk<'_>,
    shared: &Shared,
    catalogue: &Catalogue,
    rect: Rect,
    live: &Live<'_>,
) {
    let sounding = desk
        .params
        .targets()
        .iter()
        .zip(desk.morph_weights())
        .filter(|(_, weight)| *weight > 0.0);
    let of_target = sounding.map(|(target, _)| target).find_map(|target| {
        wording::complaint(
            shared.condition(),
            shared.rate_hz(),
            target.chosen_index(),
            &target.retrained().unwrap_or_else(|| target.saved()),
            catalogue,
        )
    });
    let of_sound = live.cancels.then(|| CANCELS.to_owned());
    let of_kernel = || catalogue.kernel_note().map(str::to_owned);
    let complaint = notice().map(str::to_owned).or(of_target).or(of_sound);
    let complaint = complaint.or_else(of_kernel);
    // The corner belongs to the grip.
    let rect = Rect::from_min_max(rect.min, rect.max - vec2(6.0, 0.0));
    let right = show_costs(ui, shared, rect, live.load);
    let room = Rect::from_min_max(rect.min, pos2(right - GAP, rect.bottom()));
    if let Some(complaint) = complaint {
        show_complaint(ui, &complaint, room);
    } else {
        show_models(ui, desk, catalogue, room, live.suits);
    }
}

/// Writes from left to right, and stops where the room ends.
struct Writer<'a> {
    ui: &'a Ui,
    room: Rect,
    x: f32,
}

impl Writer<'_> {
    /// Writes if there is room; where it was written.
    fn write(&mut self, text: &str, semibold: bool, colour: Color32, gap: f32) -> Option<Rect> {
        let font = if semibold {
            fonts::semibold(FONT_SIZE)
        } else {
            fonts::regular(FONT_SIZE)
        };
        let galley = self
            .ui
            .painter()
            .layout_no_wrap(text.to_owned(), font, colour);
        let at = pos2(self.x, self.room.center().y - galley.size().y / 2.0);
        let written = Rect::from_min_size(at, galley.size());
        if written.right() > self.room.right() {
            self.x = f32::INFINITY;
            return None;
        }
        self.ui.painter().galley(at, galley, colour);
        self.x = written.right() + gap;
        Some(written)
    }
}

/// The base model and the targets that sound, each with the beginning of its hash; then what suits.
fn show_models(ui: &Ui, desk: Desk<'_>, catalogue: &Catalogue, room: Rect, suits: &Words) {
    let theme = Theme::of(ui);
    let mut writer = Writer {
        ui,
        room,
        x: room.left(),
    };
    let problems = catalogue.problems();
    if !problems.is_empty() {
        let text = format!("{} model files left out", problems.len());
        if let Some(written) = writer.write(&text, false, theme.warning, GAP) {
            ui.interact(written, ui.scope_id().with("problems"), Sense::hover())
                .on_hover_text(problems.join("\n"));
        }
    }
    let mut models: Vec<(String, String)> = Vec::new();
    if let Some(info) = catalogue.base_info() {
        models.push(("Base".to_owned(), info.hash.to_string()));
    }
    for (target, weight) in desk.params.targets().iter().zip(desk.morph_weights()) {
        if weight < 0.005 {
            continue;
        }
        if let Some(entry) = catalogue.entry(target.chosen_index()) {
            let info = entry.info();
            let model = (
                wording::short_name(&info.display_name),
                info.hash.to_string(),
            );
            if !models.contains(&model) {
                models.push(model);
            }
        }
    }
    for (name, hash) in &models {
        writer.write(name, true, theme.text, 6.0);
        writer.write(wording::short_hash(hash), false, theme.faint, GAP);
    }
    if !suits.names.is_empty() {
        let text = format!("Suits: {}", suits.names);
        if let Some(written) = writer.write(&text, false, theme.dim, GAP) {
            let response = ui
                .interact(written, ui.scope_id().with("suits"), Sense::hover())
                .on_hover_text(&suits.reasons);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        }
    }
}

/// Draws load, latency and rate against the right edge and returns where they begin.
fn show_costs(ui: &mut Ui, shared: &Shared, rect: Rect, load: &str) -> f32 {
    let theme = Theme::of(ui);
    let mut right = rect.right();
    let mut statement = |name: &str, value: &str, tooltip: &str| {
        let mut write = |text: &str, colour, gap: f32| {
            let written = ui.painter().text(
                pos2(right, rect.center().y),
                Align2::RIGHT_CENTER,
                text,
                fonts::regular(FONT_SIZE),
                colour,
            );
            right = written.left() - gap;
            written
        };
        let value_at = write(value, theme.text, 6.0);
        let name_at = write(name, theme.dim, GAP);
        let id = ui.scope_id().with(name);
        ui.interact(value_at.union(name_at), id, Sense::hover())
            .on_hover_text(tooltip);
    };
    if shared.condition() != Condition::Idle {
        statement(
            "Rate",
            &wording::rate(shared.rate_hz()),
            "Sample rate of the host",
        );
        statement(
            "Latency",
            &wording::latency(shared.latency_samples(), shared.rate_hz()),
            "From input to output, as reported to the host, which compensates for it",
        );
    }
    statement(
        "CPU",
        load,
        "How much of one core the translation takes, and how much at its busiest moments",
    );
    right
}

fn show_complaint(ui: &mut Ui, complaint: &str, room: Rect) {
    let theme = Theme::of(ui);
    let dot = pos2(room.left() + 8.0, room.center().y);
    ui.painter()
        .circle_stroke(dot, 7.0, Stroke::new(1.5, theme.warning));
    ui.painter().text(
        dot,
        Align2::CENTER_CENTER,
        "!",
        fonts::semibold(11.0),
        theme.warning,
    );
    let galley = ui.painter().layout(
        complaint.to_owned(),
        fonts::regular(FONT_SIZE),
        theme.warning,
        (room.width() - 26.0).max(80.0),
    );
    let at = pos2(room.left() + 24.0, room.center().y - galley.size().y / 2.0);
    let written = Rect::from_min_size(at, galley.size() + vec2(2.0, 0.0));
    ui.painter().galley(at, galley, theme.warning);
    let response = ui
        .interact(written, ui.scope_id().with("complaint"), Sense::hover())
        .on_hover_text(complaint);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Alert, true, complaint));
}
