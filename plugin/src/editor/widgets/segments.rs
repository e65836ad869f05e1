//! A row of buttons, one of which is pressed.

use egui::{Align2, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, SMALL_ROUNDING, Theme};
use crate::editor::wording;

/// Height of a row, logical pixels.
pub(in crate::editor) const HEIGHT: f32 = 28.0;
const INSET: f32 = 2.0;

/// Draws one button for every value of a choice. A double-click resets it.
pub(in crate::editor) fn show(ui: &mut Ui, control: Handle<'_>, row: Rect, choices: &[&str]) {
    let theme = Theme::of(ui);
    let info = control.info();
    ui.painter().rect_filled(row, CARD_ROUNDING, theme.well);
    let inside = row.shrink(INSET);
    let width = inside.width() / choices.len().max(1) as f32;
    for (index, choice) in choices.iter().enumerate() {
        let corner = pos2(inside.left() + index as f32 * width, inside.top());
        let button = Rect::from_min_size(corner, vec2(width, inside.height()));
        let chosen = index == control.step();
        let response = ui
            .interact(button, ui.scope_id().with((info.id, index)), Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        let text = wording::capitalized(choice);
        response.widget_info(|| {
            let label = format!("{} {text}", info.name);
            WidgetInfo::selected(Role::RadioButton, true, chosen, label)
        });
        let colour = if chosen {
            theme.accent
        } else if response.hovered() {
            theme.text
        } else {
            theme.dim
        };
        if chosen {
            let edge = Stroke::new(1.0, theme.accent_line.gamma_multiply(0.6));
            ui.painter().rect(
                button,
                SMALL_ROUNDING,
                theme.accent_ground,
                edge,
                StrokeKind::Inside,
            );
        }
        ui.painter().text(
            button.center(),
            Align2::CENTER_CENTER,
            text,
            fonts::semibold(12.0),
            colour,
        );
        focus_ring(ui, &response, button, SMALL_ROUNDING);
        if response.double_clicked() {
            control.reset();
        } else if response.clicked() && !chosen {
            control.set_step(index);
        }
        response.on_hover_text(info.tooltip);
    }
}
