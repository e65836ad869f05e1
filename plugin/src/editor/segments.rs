//! A row of buttons for a parameter with few values.

use nice_plug::prelude::ParamSetter;

use egui::{
    Align2, CornerRadius, CursorIcon, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::theme;
use crate::params::ControlParam;

/// Height of the row, logical pixels; its name stands [`NAME_HEIGHT`] above.
pub(super) const HEIGHT: f32 = 30.0;
/// Room for the name above the row, logical pixels.
pub(super) const NAME_HEIGHT: f32 = 20.0;

const INSET: f32 = 2.0;
const BUTTON_ROUNDING: CornerRadius = CornerRadius::same(6);

/// One button for every value of a parameter.
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    /// Text and tooltip, in the order of the parameter's values.
    pub(super) choices: &'a [(&'a str, &'a str)],
    /// Whether the parameter has an effect at present; it can be set anyway.
    pub(super) in_use: bool,
}

impl Row<'_> {
    /// Draws the row with its name at `at`, `width` wide. A double-click resets the parameter.
    pub(super) fn show(
        &self,
        ui: &mut Ui,
        setter: &ParamSetter<'_>,
        param: &ControlParam,
        at: Pos2,
        width: f32,
    ) {
        let name = ui.painter().text(
            pos2(at.x, at.y + 6.0),
            Align2::LEFT_CENTER,
            self.name,
            theme::regular(12.0),
            theme::DIM,
        );
        if !self.in_use {
            ui.painter().text(
                pos2(name.right() + 8.0, at.y + 6.0),
                Align2::LEFT_CENTER,
                "in mode Track",
                theme::regular(11.0),
                theme::FAINT,
            );
        }
        let row = Rect::from_min_size(at + vec2(0.0, NAME_HEIGHT), vec2(width, HEIGHT));
        ui.painter()
            .rect_filled(row, theme::CARD_ROUNDING, theme::WELL);

        let last = self.choices.len().saturating_sub(1).max(1) as f32;
        let chosen = (param.normalized() * last).round() as usize;
        for (index, (text, tooltip)) in self.choices.iter().enumerate() {
            let button = self.button(row, index);
            let response = ui
                .interact(
                    button,
                    ui.scope_id().with((self.name, index)),
                    Sense::click(),
                )
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_text(*tooltip);
            let colour = match (index == chosen, response.hovered()) {
                (true, _) if self.in_use => theme::ACCENT,
                (true, _) => theme::DIM,
                (false, true) => theme::TEXT,
                (false, false) if self.in_use => theme::DIM,
                (false, false) => theme::FAINT,
            };
            if index == chosen {
                let fill = if self.in_use {
                    theme::ACCENT_DARK
                } else {
                    theme::CARD
                };
                ui.painter().rect_filled(button, BUTTON_ROUNDING, fill);
                ui.painter().rect_stroke(
                    button,
                    BUTTON_ROUNDING,
                    Stroke::new(1.0, colour.gamma_multiply(0.6)),
                    StrokeKind::Inside,
                );
            }
            ui.painter().text(
                button.center(),
                Align2::CENTER_CENTER,
                text,
                theme::semibold(12.5),
                colour,
            );
            if response.double_clicked() {
                param.set_once(setter, param.default_normalized());
            } else if response.clicked() && index != chosen {
                param.set_once(setter, index as f32 / last);
            }
        }
    }

    fn button(&self, row: Rect, index: usize) -> Rect {
        let inside = row.shrink(INSET);
        let width = inside.width() / self.choices.len().max(1) as f32;
        Rect::from_min_size(
            pos2(inside.left() + index as f32 * width, inside.top()),
            vec2(width, inside.height()),
        )
    }
}
