//! The panel of what the targets blend to: the morph pad, or the map of timbres.

use egui::{Align2, Id, Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup};

use super::morph_pad;
use super::timbre_map::{self, Places};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::tab;
use crate::editor::theme::{PANEL_ROUNDING, Theme};
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
        let corner = pos2(left, rect.top());
        let (width, chosen) = tab::show(ui, corner, name, view == other, moved);
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
