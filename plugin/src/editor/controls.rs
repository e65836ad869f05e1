//! The panel with the mode, the octave and the knobs.

use nice_plug::prelude::ParamSetter;

use egui::{Pos2, Rect, Ui, pos2};
use mynah_engine::Control;
use mynah_models::Mode;

use super::{knob, segments, theme};
use crate::params::MynahParams;

const PADDING: f32 = 16.0;
/// Between the two rows of buttons, logical pixels.
const ROW_GAP: f32 = 12.0;
/// The knobs' share of the panel's width.
const KNOBS_SHARE: f32 = 0.57;
const KNOBS: usize = 4;

const MODES: [(&str, &str); 3] = [
    (
        "Track",
        "Follows your melody: one note at a time, played by the instrument",
    ),
    (
        "Follow",
        "Reshapes your own sound: chords and several voices pass",
    ),
    (
        "Auto",
        "Tracks while one clear pitch is heard, follows otherwise",
    ),
];
const OCTAVES: [(&str, &str); 5] = [
    ("\u{2212}2", "Two octaves down"),
    ("\u{2212}1", "One octave down"),
    ("0", "As played"),
    ("+1", "One octave up"),
    ("+2", "Two octaves up"),
];

/// The top left corner of a knob, counted from the left.
pub(super) fn knob_corner(panel: Rect, index: usize) -> Pos2 {
    let width = panel.width() * KNOBS_SHARE;
    let spacing = width / KNOBS as f32;
    let centre_x = panel.right() - width + spacing * (index as f32 + 0.5);
    pos2(
        centre_x - knob::SIZE.x / 2.0,
        panel.center().y - knob::SIZE.y / 2.0,
    )
}

pub(super) fn show(ui: &mut Ui, setter: &ParamSetter<'_>, params: &MynahParams, panel: Rect) {
    ui.painter()
        .rect_filled(panel, theme::PANEL_ROUNDING, theme::PANEL);

    let knobs = [
        (Control::InputGain, 0.5),
        (Control::Drive, 0.0),
        (Control::Mix, 0.0),
        (Control::OutputGain, 0.5),
    ];
    for (index, (control, origin)) in knobs.into_iter().enumerate() {
        let param = &params[control];
        let info = param.info();
        let corner = knob_corner(panel, index);
        knob::knob(ui, setter, param, corner, info.name, info.tooltip, origin);
    }

    let width = panel.width() * (1.0 - KNOBS_SHARE) - 2.0 * PADDING;
    let row_height = segments::NAME_HEIGHT + segments::HEIGHT;
    let left = panel.left() + PADDING;
    let top = panel.center().y - row_height - ROW_GAP / 2.0;
    let mode = segments::Row {
        name: "Mode",
        choices: &MODES,
        in_use: true,
    };
    mode.show(ui, setter, &params[Control::Mode], pos2(left, top), width);
    let octave = segments::Row {
        name: "Octave",
        choices: &OCTAVES,
        in_use: params.controls().mode == Mode::Track,
    };
    let below = pos2(left, top + row_height + ROW_GAP);
    octave.show(ui, setter, &params[Control::Octave], below, width);
}
