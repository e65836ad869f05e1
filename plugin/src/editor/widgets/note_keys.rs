//! An octave of piano keys on which notes are switched on and off.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use mynah_engine::NOTE_NAMES;

use super::focus_ring;
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::{Theme, mix};

/// Notes of the white keys, counted from C, and those of the black ones with the white key on
/// their left.
const WHITE: [usize; 7] = [0, 2, 4, 5, 7, 9, 11];
const BLACK: [(usize, usize); 5] = [(1, 0), (3, 1), (6, 3), (8, 4), (10, 5)];
const KEY_ROUNDING: CornerRadius = CornerRadius {
    nw: 1,
    ne: 1,
    sw: 3,
    se: 3,
};

/// Draws the keys. Bit 0 of the control's value is C. With `shown` they show those notes instead and
/// cannot be pressed.
pub(in crate::editor) fn show(ui: &mut Ui, control: Handle<'_>, rect: Rect, shown: Option<usize>) {
    let theme = Theme::of(ui);
    let in_use = shown.is_none();
    let mask = shown.unwrap_or_else(|| control.step());
    let (sense, cursor, tooltip) = if in_use {
        (
            Sense::click(),
            CursorIcon::PointingHand,
            control.info().tooltip,
        )
    } else {
        (
            Sense::hover(),
            CursorIcon::Default,
            "Choose the scale Custom to set its notes.",
        )
    };
    let width = rect.width() / WHITE.len() as f32;
    let whites = WHITE.iter().enumerate().map(|(place, note)| {
        let corner = pos2(rect.left() + place as f32 * width, rect.top());
        let key = Rect::from_min_size(corner, vec2(width, rect.height()));
        (*note, key.shrink2(vec2(0.75, 0.0)), true)
    });
    let blacks = BLACK.iter().map(|(note, left)| {
        let centre = rect.left() + (*left as f32 + 1.0) * width;
        let key = Rect::from_min_max(
            pos2(centre - width * 0.31, rect.top()),
            pos2(centre + width * 0.31, rect.top() + rect.height() * 0.58),
        );
        (*note, key, false)
    });
    let mut toggled = None;
    for (note, key, white) in whites.chain(blacks) {
        let on = mask >> note & 1 == 1;
        let response = ui
            .interact(key, ui.scope_id().with((control.info().id, note)), sense)
            .on_hover_cursor(cursor);
        let name = NOTE_NAMES[note];
        response.widget_info(|| {
            WidgetInfo::selected(Role::CheckBox, in_use, on, format!("Note {name}"))
        });
        let fill = key_colour(theme, on, white, in_use, in_use && response.hovered());
        let edge = Stroke::new(1.0, theme.line);
        ui.painter()
            .rect(key, KEY_ROUNDING, fill, edge, StrokeKind::Inside);
        if white {
            let ink = if on && in_use {
                theme.accent
            } else {
                theme.dim
            };
            ui.painter().text(
                pos2(key.center().x, key.bottom() - 9.0),
                Align2::CENTER_CENTER,
                name,
                fonts::regular(10.5),
                ink,
            );
        }
        focus_ring(ui, &response, key.shrink(2.0), KEY_ROUNDING);
        if response.clicked() {
            toggled = Some(note);
        }
        response.on_hover_text(tooltip);
    }
    if let Some(note) = toggled {
        control.set_step(mask ^ 1 << note);
    }
}

fn key_colour(theme: &Theme, on: bool, white: bool, in_use: bool, hovered: bool) -> Color32 {
    let rest = if white { theme.card } else { theme.well };
    let pressed = match (in_use, white) {
        (true, true) => theme.accent_ground,
        (true, false) => theme.accent_line,
        (false, true) => mix(theme.card_hover, theme.faint, 0.35),
        (false, false) => mix(theme.faint, theme.well, 0.4),
    };
    let fill = if on { pressed } else { rest };
    if hovered {
        mix(fill, theme.text, 0.1)
    } else {
        fill
    }
}
