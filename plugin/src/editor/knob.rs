//! A knob for a continuous parameter.

use std::f32::consts::PI;

use nice_plug::prelude::ParamSetter;

use egui::{Align2, Color32, CursorIcon, Painter, Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use super::theme;
use super::value_entry::value_entry;
use crate::params::ControlParam;

/// Size of a knob with its name and value, logical pixels.
pub(super) const SIZE: Vec2 = vec2(92.0, 118.0);

const RADIUS: f32 = 26.0;
/// The knob turns from 7 to 5 o'clock. Angles in radians, clockwise from 3 o'clock.
const START_ANGLE: f32 = 0.75 * PI;
const SWEEP_ANGLE: f32 = 1.5 * PI;
/// Dragging this far, in logical pixels, crosses the whole range.
const DRAG_RANGE_PX: f32 = 180.0;
/// With shift or control held, everything moves this much slower.
const FINE: f32 = 0.12;

/// The middle of the dial of a knob at `at`.
pub(super) fn dial_centre(at: Pos2) -> Pos2 {
    at + vec2(SIZE.x / 2.0, 24.0 + RADIUS)
}

/// The place of the written value of a knob at `at`.
pub(super) fn value_rect(at: Pos2) -> Rect {
    let centre = at + vec2(SIZE.x / 2.0, SIZE.y - 13.0);
    Rect::from_center_size(centre, vec2(74.0, 20.0))
}

/// Draws a knob with its top left corner at `at`. Drag up and down, turn the wheel, double-click to
/// reset, click on the value to type. `origin` is the normalized value from which the arc starts.
pub(super) fn knob(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    param: &ControlParam,
    at: Pos2,
    name: &str,
    tooltip: &str,
    origin: f32,
) {
    let id = ui.scope_id().with(("knob", name));
    let rect = Rect::from_min_size(at, SIZE);
    let centre = dial_centre(at);
    let dial = Rect::from_center_size(centre, Vec2::splat(RADIUS * 2.0 + 10.0));

    let response = ui
        .interact(dial, id, Sense::click_and_drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
    let value = param.normalized();
    let fine = ui.input(|input| input.modifiers.shift || input.modifiers.command);
    let speed = if fine { FINE } else { 1.0 };

    // The position a drag has reached is kept unrounded, so that slow drags add up.
    let drag_id = id.with("drag");
    if response.drag_started() {
        param.begin(setter);
        ui.data_mut(|data| data.insert_temp(drag_id, value));
    }
    if response.dragged() {
        let reached: f32 = ui.data(|data| data.get_temp(drag_id)).unwrap_or(value);
        let delta = response.drag_delta();
        let next = (reached + (delta.x - delta.y) / DRAG_RANGE_PX * speed).clamp(0.0, 1.0);
        ui.data_mut(|data| data.insert_temp(drag_id, next));
        param.set(setter, next);
    }
    if response.drag_stopped() {
        param.end(setter);
    }
    if response.double_clicked() {
        param.set_once(setter, param.default_normalized());
    }
    if response.hovered() {
        let scrolled = ui.input(|input| input.smooth_scroll_delta().y);
        if scrolled != 0.0 {
            let next = (value + scrolled / 1000.0 * speed).clamp(0.0, 1.0);
            param.set_once(setter, next);
        }
    }

    let lively = response.hovered() || response.dragged();
    let name_rect = ui.painter().text(
        pos2(rect.center().x, rect.top() + 6.0),
        Align2::CENTER_CENTER,
        name,
        theme::regular(12.0),
        theme::DIM,
    );
    draw_dial(
        ui.painter(),
        centre,
        origin,
        value,
        param.modulated_normalized(),
        lively,
    );
    // On the name, not on the dial: there it would cover the value that is being changed.
    ui.interact(name_rect, id.with("name"), Sense::hover())
        .on_hover_text(format!(
            "{tooltip}\n\nDrag or turn the wheel, with shift for fine steps. Double-click to reset."
        ));
    value_entry(ui, setter, param, value_rect(at), id);
}

fn draw_dial(
    painter: &Painter,
    centre: Pos2,
    origin: f32,
    value: f32,
    modulated: f32,
    lively: bool,
) {
    let cap = if lively {
        theme::CARD_HOVER
    } else {
        theme::CARD
    };
    arc(painter, centre, RADIUS, 0.0, 1.0, 4.0, theme::WELL);
    arc(painter, centre, RADIUS, origin, value, 4.0, theme::ACCENT);
    if modulated != value {
        arc(
            painter,
            centre,
            RADIUS + 4.0,
            value,
            modulated,
            2.0,
            theme::LEVEL_LOW,
        );
    }
    painter.circle(centre, RADIUS - 7.0, cap, Stroke::new(1.0, theme::LINE));
    let direction = Vec2::angled(START_ANGLE + SWEEP_ANGLE * value);
    painter.line_segment(
        [centre + direction * 8.0, centre + direction * 16.0],
        Stroke::new(2.5, theme::TEXT),
    );
}

/// A part of the dial's ring between two normalized values.
fn arc(
    painter: &Painter,
    centre: Pos2,
    radius: f32,
    from: f32,
    to: f32,
    width: f32,
    colour: Color32,
) {
    let (from, to) = (from.min(to), from.max(to));
    if to - from < 1e-4 {
        return;
    }
    let steps = ((to - from) * 48.0).ceil().max(2.0) as usize;
    let points = (0..=steps)
        .map(|step| {
            let share = from + (to - from) * step as f32 / steps as f32;
            centre + Vec2::angled(START_ANGLE + SWEEP_ANGLE * share) * radius
        })
        .collect();
    painter.line(points, Stroke::new(width, colour));
}
