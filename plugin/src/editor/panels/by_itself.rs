//! What goes by itself: variation beside the room, or in the place of both what plays on.

use egui::{Align2, Id, Rect, Ui, pos2};
use mynah_engine::{Control, ControlGroup};

use super::{PADDING, cells_with, panel, row_of, serving, split};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::tab;
use crate::editor::theme::Theme;
use crate::editor::widgets::switch::Words;
use crate::shared::Reading;

/// The variation's share of the width.
const VARIATION_SHARE: f32 = 0.66;

pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect, reading: &Reading) {
    let id = Id::unique("by itself");
    let mut shown = ui
        .data(|data| data.get_temp(id))
        .unwrap_or(ControlGroup::Variation);
    let (variation, room) = split(rect, VARIATION_SHARE);
    let ground = match shown {
        ControlGroup::PlayOn => rect,
        _ => variation,
    };
    let inside = panel(ui, ground, "");
    let mut left = ground.left() + PADDING - 6.0;
    for group in [ControlGroup::Variation, ControlGroup::PlayOn] {
        let plays_on = desk.params.chosen_controls().play_on;
        let has_dot = group == ControlGroup::PlayOn && plays_on;
        let corner = pos2(left, ground.top() - 1.0);
        let (width, chosen) = tab::show(ui, corner, group.name(), shown == group, has_dot);
        left += width + 2.0;
        if chosen {
            shown = group;
            ui.data_mut(|data| data.insert_temp(id, group));
        }
    }
    let controls = serving(desk, shown);
    cells_with(ui, desk, inside, &controls, |control| match control {
        // The title says the rest.
        Control::PlayOnKey => Words {
            name: "Key",
            ..Words::of(control.info())
        },
        _ => Words::of(control.info()),
    });
    if shown != ControlGroup::PlayOn {
        return row_of(ui, desk, room, ControlGroup::Room);
    }
    if reading.beat_s > 0.0 {
        ui.painter().text(
            pos2(rect.right() - PADDING, rect.top() + 15.0),
            Align2::RIGHT_CENTER,
            format!("Plays on, beat {:.2} s", reading.beat_s),
            fonts::regular(11.5),
            Theme::of(ui).dim,
        );
    }
}
