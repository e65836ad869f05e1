//! A knob for a number.

use std::f32::consts::PI;

use egui::{
    Align2, CornerRadius, CursorIcon, Painter, PointerButton, Pos2, Rect, Response, Role, Sense,
    Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::keyboard::{Nudge, describe_value, nudge};
use super::value_entry::{self, value_entry};
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::{Theme, mix};
use crate::editor::wording;

/// Height of a knob with its name and value, logical pixels.
pub(in crate::editor) const HEIGHT: f32 = 94.0;
const NAME_HEIGHT: f32 = 16.0;
const VALUE_HEIGHT: f32 = 20.0;
const RADIUS: f32 = 23.0;
/// The knob turns from 7 to 5 o'clock. Angles in radians, clockwise from 3 o'clock.
const START_ANGLE: f32 = 0.75 * PI;
const SWEEP_ANGLE: f32 = 1.5 * PI;
/// Dragging this far, in logical pixels, crosses the whole range.
const DRAG_RANGE_PX: f32 = 180.0;
/// Turning the wheel this far, in logical pixels, crosses the whole range, or makes one step.
const WHEEL_RANGE_PX: f32 = 1000.0;
const WHEEL_STEP_PX: f32 = 30.0;
/// An arrow key moves so much of the range.
const KEY_STEP: f32 = 0.01;
/// With shift held, everything moves this much slower.
const FINE: f32 = 0.1;

/// Draws a knob in the middle of `cell`. Drag up and down, turn the wheel, use the arrow keys;
/// double-click, or click with control or alt, to reset; click on the value to type. What is not
/// `in_use` has no effect at present; it can be set anyway.
pub(in crate::editor) fn show(ui: &mut Ui, control: Handle<'_>, cell: Rect, in_use: bool) {
    let theme = Theme::of(ui);
    let info = control.info();
    let id = ui.scope_id().with(("knob", info.id));
    let rect = Rect::from_center_size(cell.center(), vec2(cell.width(), HEIGHT));
    let centre = pos2(rect.center().x, rect.top() + NAME_HEIGHT + RADIUS + 5.0);
    let dial = Rect::from_center_size(centre, Vec2::splat(RADIUS * 2.0 + 8.0));

    let response = ui
        .interact(dial, id, Sense::click_and_drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
    let text = control.text();
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, info.name));
    describe_value(ui, &response, &text);
    turn(ui, control, &response);

    let name_colour = if in_use { theme.dim } else { theme.faint };
    ui.painter().text(
        pos2(rect.center().x, rect.top() + NAME_HEIGHT / 2.0),
        Align2::CENTER_CENTER,
        wording::label(info),
        fonts::regular(12.0),
        name_colour,
    );
    let look = Dial {
        theme,
        centre,
        lively: response.hovered() || response.dragged(),
        in_use,
    };
    look.draw(ui.painter(), control);
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.focus);
        ui.painter().circle_stroke(centre, RADIUS + 4.5, ring);
    }
    let value = Rect::from_center_size(
        pos2(rect.center().x, rect.bottom() - VALUE_HEIGHT / 2.0),
        vec2(rect.width() - 2.0, VALUE_HEIGHT),
    );
    if response.clicked() && !response.clicked_by(PointerButton::Primary) {
        value_entry::begin(ui, id, &text, true);
    }
    value_entry(ui, control, &text, value, id, in_use);
    // Not while dragging: it would cover the value that is being changed.
    if !response.dragged() {
        response.on_hover_text(info.tooltip);
    }
}

/// Everything that moves the value.
fn turn(ui: &Ui, control: Handle<'_>, response: &Response) {
    let value = control.value();
    let modifiers = ui.input(|input| input.modifiers);
    let speed = if modifiers.shift { FINE } else { 1.0 };

    // The position a drag has reached is kept unrounded, so that slow drags add up.
    let drag_id = response.id.with("drag");
    if response.drag_started() {
        control.begin();
        ui.data_mut(|data| data.insert_temp(drag_id, value));
    }
    if response.dragged() {
        let reached: f32 = ui.data(|data| data.get_temp(drag_id)).unwrap_or(value);
        let delta = response.drag_delta();
        let next = (reached + (delta.x - delta.y) / DRAG_RANGE_PX * speed).clamp(0.0, 1.0);
        ui.data_mut(|data| data.insert_temp(drag_id, next));
        control.set(next);
    }
    if response.drag_stopped() {
        control.end();
    }
    // The focus is not taken: the host would lose its space bar.
    if response.clicked_by(PointerButton::Primary)
        && (response.double_clicked() || modifiers.command || modifiers.alt)
    {
        control.reset();
    }
    if response.hovered() {
        turn_by_wheel(ui, control, response, speed);
    }
    match nudge(ui, response) {
        Some(Nudge::Reset) => control.reset(),
        Some(Nudge::By { steps, fine }) => {
            let step = match control.steps() {
                Some(count) => 1.0 / count.max(1) as f32,
                None if fine => KEY_STEP * FINE,
                None => KEY_STEP,
            };
            control.set_once(value + (steps.x + steps.y) * step);
        }
        None => {}
    }
}

fn turn_by_wheel(ui: &Ui, control: Handle<'_>, response: &Response, speed: f32) {
    // With shift held, egui turns the wheel's motion sideways.
    let scrolled = ui.input(|input| input.smooth_scroll_delta()).to_pos2();
    let scrolled = scrolled.x + scrolled.y;
    if scrolled == 0.0 {
        return;
    }
    let Some(count) = control.steps() else {
        control.set_once(control.value() + scrolled / WHEEL_RANGE_PX * speed);
        return;
    };
    let wheel_id = response.id.with("wheel");
    let turned: f32 = ui.data(|data| data.get_temp(wheel_id)).unwrap_or(0.0) + scrolled;
    let steps = (turned / WHEEL_STEP_PX).trunc();
    ui.data_mut(|data| data.insert_temp(wheel_id, turned - steps * WHEEL_STEP_PX));
    if steps != 0.0 {
        control.set_once(control.value() + steps / count.max(1) as f32);
    }
}

struct Dial {
    theme: &'static Theme,
    centre: Pos2,
    lively: bool,
    in_use: bool,
}

impl Dial {
    fn draw(&self, painter: &Painter, control: Handle<'_>) {
        let theme = self.theme;
        let (origin, value, modulated) = (control.origin(), control.value(), control.modulated());
        let (value_colour, pointer) = if self.in_use {
            (theme.accent_line, theme.text)
        } else {
            (mix(theme.faint, theme.panel, 0.35), theme.faint)
        };
        self.arc(painter, RADIUS, 0.0..1.0, Stroke::new(4.0, theme.well));
        self.arc(
            painter,
            RADIUS,
            origin..value,
            Stroke::new(4.0, value_colour),
        );
        if modulated != value {
            let stroke = Stroke::new(2.0, theme.level_low);
            self.arc(painter, RADIUS + 4.0, value..modulated, stroke);
        }
        if origin > 0.0 {
            // The middle, from which the arc goes both ways.
            let way = Vec2::angled(START_ANGLE + SWEEP_ANGLE * origin);
            let ends = [
                self.centre + way * (RADIUS - 2.5),
                self.centre + way * (RADIUS + 2.5),
            ];
            painter.line_segment(ends, Stroke::new(1.5, value_colour));
        }
        let cap = if self.lively {
            theme.card_hover
        } else {
            theme.card
        };
        let edge = Stroke::new(1.0, theme.line);
        painter.circle(self.centre, RADIUS - 6.0, cap, edge);
        let direction = Vec2::angled(START_ANGLE + SWEEP_ANGLE * value);
        painter.line_segment(
            [
                self.centre + direction * (RADIUS - 14.0),
                self.centre + direction * (RADIUS - 8.0),
            ],
            Stroke::new(2.5, pointer),
        );
    }

    /// A part of a ring around the dial between two normalized values.
    fn arc(&self, painter: &Painter, radius: f32, part: std::ops::Range<f32>, stroke: Stroke) {
        let (from, to) = (part.start.min(part.end), part.start.max(part.end));
        if to - from < 1e-4 {
            return;
        }
        let steps = ((to - from) * 32.0).ceil().max(2.0) as usize;
        let points = (0..=steps)
            .map(|step| {
                let share = from + (to - from) * step as f32 / steps as f32;
                self.centre + Vec2::angled(START_ANGLE + SWEEP_ANGLE * share) * radius
            })
            .collect();
        painter.line(points, stroke);
    }
}

/// The rounding of what is typed into.
pub(super) const ENTRY_ROUNDING: CornerRadius = CornerRadius::same(4);
