//! The panel with the mode, the octave and the knobs.

use nice_plug::prelude::ParamSetter;

use egui::{Pos2, Rect, Ui, pos2};
use mynah_engine::controls::control;

use super::{knob, segments, theme};
use crate::params::{ModeChoice, MynahParams};

const PADDING: f32 = 16.0;
/// Between the two rows of buttons, logical pixels.
const ROW_GAP: f32 = 12.0;
/// The knobs' share of the panel's width.
const KNOBS_SHARE: f32 = 0.57;
const KNOBS: usize = 4;

const MODES: [(&str, &str); 2] = [
    (
        "Track",
        "Follows your melody: one note at a time, played by the instrument",
    ),
    (
        "Follow",
        "Reshapes your own sound: chords and several voices pass",
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

    let tooltip = |id: &str| control(id).map_or("", |control| control.tooltip);
    let at = |index: usize| knob_corner(panel, index);
    let gain = &params.input_gain_db;
    knob::knob(ui, setter, gain, at(0), "Input", tooltip("input_gain"), 0.5);
    knob::knob(
        ui,
        setter,
        &params.drive,
        at(1),
        "Drive",
        tooltip("drive"),
        0.0,
    );
    knob::knob(ui, setter, &params.mix, at(2), "Mix", tooltip("mix"), 0.0);
    let gain = &params.output_gain_db;
    knob::knob(
        ui,
        setter,
        gain,
        at(3),
        "Output",
        tooltip("output_gain"),
        0.5,
    );

    let width = panel.width() * (1.0 - KNOBS_SHARE) - 2.0 * PADDING;
    let row_height = segments::NAME_HEIGHT + segments::HEIGHT;
    let left = panel.left() + PADDING;
    let top = panel.center().y - row_height - ROW_GAP / 2.0;
    let mode = segments::Row {
        name: "Mode",
        choices: &MODES,
        in_use: true,
    };
    mode.show(ui, setter, &params.mode, pos2(left, top), width);
    let octave = segments::Row {
        name: "Octave",
        choices: &OCTAVES,
        in_use: params.mode.value() == ModeChoice::Track,
    };
    let below = pos2(left, top + row_height + ROW_GAP);
    octave.show(ui, setter, &params.octave, below, width);
}
