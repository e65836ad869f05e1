//! How keys are played, and the level of what comes out.

use egui::{Rect, Ui};
use mynah_engine::{Control, ControlGroup};

use super::{cells, panel, serving};
use crate::editor::desk::Desk;

pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let inside = panel(ui, rect, ControlGroup::Keys.name());
    let mut controls = serving(desk, ControlGroup::Keys);
    controls.push(Control::OutputGain);
    cells(ui, desk, inside, &controls);
}
