//! The map of all instruments, on which the timbre is moved, and the knobs of what it is named by.

use std::collections::HashMap;

use egui::{
    Align2, CursorIcon, Pos2, Rect, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2,
};
use mynah_engine::Control;
use mynah_models::ModelHash;

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::panels;
use crate::editor::pictures::Portrait;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::editor::widgets::keyboard::describe_value;
use crate::editor::widgets::puck::Puck;
use crate::editor::widgets::{focus_ring, knob};
use crate::targets::{CORNERS, Catalogue};

/// The knobs below the map.
const KNOBS: [Control; 4] = [
    Control::TimbreBrightness,
    Control::TimbreBreath,
    Control::TimbreBody,
    Control::TimbreAttack,
];
const GAP: f32 = 6.0;
const PUCK_RADIUS: f32 = 8.0;
const PICTURE: f32 = 24.0;
/// What of the map is seen: from the mean of all instruments so far to each side.
const REACH: Vec2 = vec2(1.6, 1.9);
const KEY_STEP: f32 = 0.01;

/// Where the instruments stand, as far as that is known already.
#[derive(Default)]
pub(in crate::editor) struct Places(HashMap<i32, (ModelHash, Vec2)>);

impl Places {
    /// Where a target stands; `None` if it has no recorded notes, or is not decoded. Measured once for each version.
    fn of(&mut self, catalogue: &Catalogue, index: i32) -> Option<Vec2> {
        let hash = catalogue.entry(index)?.info().hash;
        if let Some((known, place)) = self.0.get(&index)
            && *known == hash
        {
            return Some(*place);
        }
        let target = catalogue.target(index)?;
        let [x, y] = catalogue.timbre()?.map_place(target.memory()?);
        let place = vec2(x, y);
        self.0.insert(index, (hash, place));
        Some(place)
    }
}

/// Draws map and knobs.
pub(super) fn show(
    ui: &mut Ui,
    desk: Desk<'_>,
    catalogue: &Catalogue,
    inside: Rect,
    places: &mut Places,
) {
    let (map, knobs) = inside.split_top_bottom_at_y(inside.bottom() - knob::HEIGHT - GAP);
    let knobs = Rect::from_min_max(knobs.min + vec2(0.0, GAP), knobs.max);
    panels::cells(ui, desk, knobs, &KNOBS);
    let standing: Vec<(i32, Vec2)> = catalogue
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.index(), places.of(catalogue, entry.index())?)))
        .collect();
    show_map(ui, desk, catalogue, map, &standing);
}

/// Where the blend of the corners stands without being moved.
fn home(desk: Desk<'_>, standing: &[(i32, Vec2)]) -> Vec2 {
    let weights = desk.morph_weights();
    let (mut sum, mut total) = (Vec2::ZERO, 0.0);
    for (corner, weight) in weights.iter().enumerate().take(CORNERS) {
        let index = desk.params.targets()[corner].chosen_index();
        if let Some((_, place)) = standing.iter().find(|(standing, _)| *standing == index) {
            sum += *weight * *place;
            total += weight;
        }
    }
    if total > 0.0 { sum / total } else { Vec2::ZERO }
}

fn show_map(
    ui: &mut Ui,
    desk: Desk<'_>,
    catalogue: &Catalogue,
    map: Rect,
    standing: &[(i32, Vec2)],
) {
    let theme = Theme::of(ui);
    let response = ui
        .interact(map, ui.scope_id().with("timbre"), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::Crosshair);
    let (x, y) = (
        desk.control(Control::TimbreX),
        desk.control(Control::TimbreY),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Timbre map"));
    describe_value(ui, &response, &format!("{}, {}", x.text(), y.text()));
    let home = home(desk, standing);
    move_puck(ui, desk, &response, map, home);

    let painter = ui.painter().with_clip_rect(map);
    painter.rect_filled(map, CARD_ROUNDING, theme.well);
    for (index, place) in standing {
        let Some(entry) = catalogue.entry(*index) else {
            continue;
        };
        let picture = Rect::from_center_size(at(map, *place), Vec2::splat(PICTURE));
        let inside = map.shrink(PICTURE / 2.0);
        let picture = picture.translate(inside.clamp(picture.center()) - picture.center());
        Portrait::of(entry).draw(&painter, theme, picture, 0.75);
    }
    let moved = vec2(number(x.value()), number(y.value()));
    let (from, puck) = (at(map, home), at(map, home + moved));
    let puck = map.shrink(PUCK_RADIUS).clamp(puck);
    painter.line_segment([from, puck], Stroke::new(1.5, theme.accent_line));
    painter.circle_filled(from, 2.5, theme.accent_line);
    let lively = response.hovered() || response.dragged();
    let radius = PUCK_RADIUS + if lively { 1.0 } else { 0.0 };
    painter.circle(
        puck,
        radius,
        theme.panel,
        Stroke::new(2.5, theme.accent_line),
    );
    painter.circle_filled(puck, 3.0, theme.accent_line);
    if standing.is_empty() {
        painter.text(
            map.center(),
            Align2::CENTER_CENTER,
            "No recorded notes here",
            fonts::regular(12.0),
            theme.faint,
        );
    }
    focus_ring(ui, &response, map, CARD_ROUNDING);
    if !response.dragged() {
        response.on_hover_text(
            "Instruments that sound alike stand together. Drag to move the timbre towards others, with shift in \
             small steps. Double-click to bring it back.",
        );
    }
}

/// A control's value, -1 to 1, of the normalized one, and back.
fn number(normalized: f32) -> f32 {
    2.0 * normalized - 1.0
}

fn normalized(number: f32) -> f32 {
    0.5 * (number.clamp(-1.0, 1.0) + 1.0)
}

/// Where a place of the map is on the screen: what is brighter to the right, what is noisier above.
fn at(map: Rect, place: Vec2) -> Pos2 {
    let share = place / REACH;
    map.center() + vec2(share.x, -share.y) * map.size() * 0.5
}

fn place_at(map: Rect, at: Pos2) -> Vec2 {
    let share = (at - map.center()) / (map.size() * 0.5);
    vec2(share.x, -share.y) * REACH
}

/// What moves the puck.
fn move_puck(ui: &Ui, desk: Desk<'_>, response: &Response, map: Rect, home: Vec2) {
    let under_pointer = response.interact_pointer_pos().map(|pointer| {
        let moved = place_at(map, pointer) - home;
        vec2(normalized(moved.x), normalized(moved.y))
    });
    let puck = Puck {
        x: desk.control(Control::TimbreX),
        y: desk.control(Control::TimbreY),
        under_pointer,
        per_pixel: vec2(REACH.x, -REACH.y) / map.size(),
        key_step: Vec2::splat(KEY_STEP),
        home: Vec2::splat(normalized(0.0)),
    };
    puck.take(ui, response);
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn the_map_and_the_screen_are_each_other() {
        let map = Rect::from_min_size(pos2(20.0, 30.0), vec2(260.0, 120.0));
        for place in [vec2(0.0, 0.0), vec2(1.2, -0.4), vec2(-0.7, 1.5)] {
            let there = place_at(map, at(map, place));
            assert!((there - place).length() < 1e-4, "{there:?} {place:?}");
        }
        assert_eq!(at(map, Vec2::ZERO), map.center());
        assert!(at(map, vec2(0.5, 0.5)).x > map.center().x);
        assert!(at(map, vec2(0.5, 0.5)).y < map.center().y);
        for value in [-1.0, -0.25, 0.0, 1.0] {
            assert_eq!(number(normalized(value)), value);
        }
    }
}
