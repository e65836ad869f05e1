//! One of the titles of a panel that shows one of several things.

use egui::{Align2, CursorIcon, Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::fonts;
use super::theme::{SMALL_ROUNDING, Theme};
use super::widgets::focus_ring;

/// Draws it with its left upper corner in the panel's, some pixels in; its width, and whether it was clicked. Where `moved`, what
/// it shows does something, and it has a dot.
pub(super) fn show(ui: &mut Ui, corner: Pos2, name: &str, shown: bool, moved: bool) -> (f32, bool) {
    let theme = Theme::of(ui);
    let colour = if shown { theme.text } else { theme.faint };
    let font = fonts::semibold(12.5);
    let text = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font.clone(), colour);
    let width = text.size().x + 12.0 + if moved { 8.0 } else { 0.0 };
    let rect = Rect::from_min_size(corner + vec2(0.0, 5.0), vec2(width, 22.0));
    let response = ui
        .interact(rect, ui.scope_id().with(("tab", name)), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| {
        WidgetInfo::selected(Role::RadioButton, true, shown, format!("Show {name}"))
    });
    let at = pos2(rect.left() + 6.0, rect.center().y);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, name, font, colour);
    if moved {
        let dot = pos2(rect.right() - 6.0, rect.center().y);
        ui.painter().circle_filled(dot, 2.5, theme.accent_line);
    }
    focus_ring(ui, &response, rect, SMALL_ROUNDING);
    (width, response.clicked())
}
