//! What a player turns, presses and types into.

pub(super) mod drop_down;
pub(super) mod icon_button;
pub(super) mod keyboard;
pub(super) mod knob;
pub(super) mod note_keys;
pub(super) mod puck;
pub(super) mod segments;
pub(super) mod switch;
pub(super) mod value_entry;

use egui::{CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use super::theme::Theme;

/// Draws a ring around what the keyboard acts on.
pub(super) fn focus_ring(ui: &Ui, response: &Response, rect: Rect, rounding: CornerRadius) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Theme::of(ui).focus);
        ui.painter()
            .rect_stroke(rect.expand(1.0), rounding, stroke, StrokeKind::Outside);
    }
}
