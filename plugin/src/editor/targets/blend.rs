//! The panel of what the targets blend to: the morph pad, or the map of timbres.

use egui::{Align2, CursorIcon, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use mynah_engine::{Control, ControlGroup};

use super::morph_pad;
use super::timbre_map::{self, Places};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::theme::{PANEL_ROUNDING, SMALL_ROUNDING, Theme};
use crate::editor::widgets::focus_ring;
use crate::targets::Catalogue;

const PADDING: f32 = 12.0;
const TITLE_HEIGHT: f32 = 30.0;

/// What the panel shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Morph,
    Timbre,
}

/// Draws the panel. `selected` is the corner that the cards set; a click on one changes it.
pub(in crate::editor) fn show(
    ui: &mut Ui,
    desk: Desk<'_>,
    catalogue: &Catalogue,
    rect: Rect,
    selected: &mut usize,
    places: &mut Places,
) {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, PANEL_ROUNDING, theme.panel);
    let id = Id::unique("blend view");
    let mut view = ui.data(|data| data.get_temp(id)).unwrap_or(View::Morph);
    let mut left = rect.left() + PADDING - 6.0;
    for (other, name) in [(View::Morph, "Morph"), (View::Timbre, "Timbre")] {
        let moved = other == View::Timbre && is_moved(desk);
        let (width, chosen) = tab(ui, pos2(left, rect.top()), name, view == other, moved);
        left += width + 2.0;
        if chosen {
            view = other;
            ui.data_mut(|data| data.insert_temp(id, view));
        }
    }
    ui.painter().text(
        pos2(rect.right() - PADDING, rect.top() + 16.0),
        Align2::RIGHT_CENTER,
        morph_pad::weights_text(desk.morph_weights()),
        fonts::regular(11.5),
        theme.dim,
    );
    let inside = Rect::from_min_max(
        rect.min + vec2(PADDING, TITLE_HEIGHT),
        rect.max - vec2(PADDING, PADDING),
    );
    match view {
        View::Morph => morph_pad::show(ui, desk, catalogue, inside, selected),
        View::Timbre => timbre_map::show(ui, desk, catalogue, inside, places),
    }
}

/// Whether any control of the timbre does something.
fn is_moved(desk: Desk<'_>) -> bool {
    let controls = desk.params.chosen_controls();
    let mut group = Control::of_group(ControlGroup::Timbre);
    group.any(|control| controls.get(control) != control.info().neutral)
}

/// A tab's width, and whether it was clicked. One whose controls are not where they change nothing has a dot.
fn tab(ui: &mut Ui, corner: egui::Pos2, name: &str, shown: bool, moved: bool) -> (f32, bool) {
    let theme = Theme::of(ui);
    let colour = if shown { theme.text } else { theme.faint };
    let font = fonts::semibold(12.5);
    let text = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font.clone(), colour);
    let width = text.size().x + 12.0 + if moved { 8.0 } else { 0.0 };
    let rect = Rect::from_min_size(corner + vec2(0.0, 5.0), vec2(width, 22.0));
    let response = ui
        .interact(
            rect,
            ui.scope_id().with(("blend tab", name)),
            Sense::click(),
        )
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
