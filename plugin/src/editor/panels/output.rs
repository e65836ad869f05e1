//! How the sound is made and mixed.

use egui::{Align2, Rect, Ui, pos2, vec2};
use mynah_engine::{Control, ControlGroup, ControlKind};

use super::{PADDING, cells, panel};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::editor::widgets::segments;

const MODE_SHARE: f32 = 0.44;

pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let theme = Theme::of(ui);
    let inside = panel(ui, rect, ControlGroup::Output.name());
    let width = rect.width() * MODE_SHARE;
    let handle = desk.control(Control::Mode);
    let middle = inside.center().y;
    ui.painter().text(
        pos2(rect.left() + PADDING, inside.top() + 8.0),
        Align2::LEFT_CENTER,
        handle.info().name,
        fonts::regular(12.0),
        theme.dim,
    );
    if let ControlKind::Choice(choices) = handle.info().kind {
        let row = Rect::from_min_size(
            pos2(rect.left() + PADDING, middle - segments::HEIGHT / 2.0),
            vec2(width - PADDING, segments::HEIGHT),
        );
        segments::show(ui, handle, row, choices);
    }
    ui.painter().text(
        pos2(rect.left() + PADDING, inside.bottom() - 10.0),
        Align2::LEFT_CENTER,
        [
            "One voice, by its pitch",
            "Chords and noises, too",
            "Whichever fits",
        ][handle.step().min(2)],
        fonts::regular(12.0),
        theme.dim,
    );
    let knobs = Rect::from_min_max(
        pos2(rect.left() + width + PADDING / 2.0, inside.top()),
        inside.max,
    );
    cells(
        ui,
        desk,
        knobs,
        &[Control::InputGain, Control::Mix, Control::OutputGain],
    );
}
