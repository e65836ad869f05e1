//! How keys are played, and the level of what comes out.

use egui::{Rect, Ui};
use mynah_engine::{Control, ControlGroup};

use super::{cells, panel};
use crate::editor::desk::Desk;

const CONTROLS: [Control; 4] = [
    Control::Modulation,
    Control::Expression,
    Control::Sustain,
    Control::OutputGain,
];

pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let inside = panel(ui, rect, ControlGroup::Keys.name());
    cells(ui, desk, inside, &CONTROLS);
}
