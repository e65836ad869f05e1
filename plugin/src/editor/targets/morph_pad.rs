//! The pad with a target at each corner, and the puck between them.

use egui::{
    Align2, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};
use mynah_engine::Control;

use super::Corner;
use super::cards::details;
use super::morph_surface::{draw, draw_threads};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::editor::widgets::focus_ring;
use crate::editor::widgets::keyboard::describe_value;
use crate::editor::widgets::puck::Puck;
use crate::targets::{CORNER_NAMES, CORNERS, Catalogue};

const CORNER_HEIGHT: f32 = 34.0;
const GAP: f32 = 6.0;
const PUCK_RADIUS: f32 = 9.0;
const KEY_STEP: f32 = 0.01;

/// Draws pad and corners. `selected` is the corner that the cards set; a click on one changes it.
pub(super) fn show(
    ui: &mut Ui,
    desk: Desk<'_>,
    catalogue: &Catalogue,
    inside: Rect,
    selected: &mut usize,
) {
    let theme = Theme::of(ui);
    let present = desk.morph_weights();
    let pad = pad_of(inside);
    let corners: [Corner<'_>; CORNERS] =
        std::array::from_fn(|corner| Corner::of(desk, catalogue, corner));
    for (corner, content) in corners.iter().enumerate() {
        let button = CornerButton {
            corner,
            content,
            rect: corner_of(inside, pad, corner),
            weight: present[corner],
            selected: *selected == corner,
        };
        if button.show(ui) {
            *selected = corner;
        }
    }
    let colours = corners
        .each_ref()
        .map(|corner| corner.portrait().colour(theme));
    show_pad(ui, desk, pad, colours, present);
}

/// The pad between the corners' names: a square, or as much of the room as is nearly one.
fn pad_of(inside: Rect) -> Rect {
    let room = inside.shrink2(vec2(0.0, CORNER_HEIGHT + GAP));
    let side = room.width().min(room.height()).max(80.0);
    let longest = room.size().min(Vec2::splat(side * 1.15));
    Rect::from_center_size(room.center(), longest.max(Vec2::splat(side)))
}

/// Where the name of a corner stands: above or below it.
fn corner_of(inside: Rect, pad: Rect, corner: usize) -> Rect {
    let size = vec2((inside.width() - GAP) / 2.0, CORNER_HEIGHT);
    let x = if corner.is_multiple_of(2) {
        inside.left()
    } else {
        inside.right() - size.x
    };
    let y = if corner < 2 {
        pad.top() - GAP - size.y
    } else {
        pad.bottom() + GAP
    };
    Rect::from_min_size(pos2(x, y), size)
}

/// What sounds, the strongest first: `A 70 %  B 30 %`.
pub(super) fn weights_text(present: [f32; CORNERS]) -> String {
    let parts: Vec<String> = present
        .iter()
        .zip(CORNER_NAMES)
        .map(|(weight, name)| ((weight * 100.0).round(), name))
        .filter(|(percent, _)| *percent > 0.0)
        .map(|(percent, name)| format!("{name} {percent} %"))
        .collect();
    parts.join("   ")
}

struct CornerButton<'a> {
    corner: usize,
    content: &'a Corner<'a>,
    rect: Rect,
    weight: f32,
    selected: bool,
}

impl CornerButton<'_> {
    /// Draws the corner's name and picture; true when it was clicked.
    fn show(&self, ui: &mut Ui) -> bool {
        let theme = Theme::of(ui);
        let name = CORNER_NAMES[self.corner];
        let id = ui.scope_id().with(("corner", self.corner));
        let response = ui
            .interact(self.rect, id, Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| {
            let label = format!("Slot {name}: {}", self.content.title);
            WidgetInfo::selected(Role::RadioButton, true, self.selected, label)
        });
        let painter = ui.painter();
        let fill = if response.hovered() {
            theme.card_hover
        } else {
            theme.card
        };
        painter.rect_filled(self.rect, CARD_ROUNDING, fill);
        if self.selected {
            let edge = Stroke::new(1.5, theme.accent_line);
            painter.rect_stroke(self.rect, CARD_ROUNDING, edge, StrokeKind::Inside);
        }
        let colour = if self.selected {
            theme.accent
        } else {
            theme.dim
        };
        painter.text(
            pos2(self.rect.left() + 9.0, self.rect.center().y),
            Align2::LEFT_CENTER,
            name,
            fonts::semibold(13.0),
            colour,
        );
        let picture = Rect::from_center_size(
            pos2(self.rect.left() + 37.0, self.rect.center().y),
            Vec2::splat(28.0),
        );
        let strength = 0.5 + 0.5 * self.weight.sqrt();
        let portrait = self.content.portrait();
        portrait.draw(painter, theme, picture, strength);
        let colour = if self.content.is_usable() {
            theme.text
        } else {
            theme.warning
        };
        painter.with_clip_rect(self.rect.shrink(4.0)).text(
            pos2(picture.right() + 5.0, self.rect.center().y),
            Align2::LEFT_CENTER,
            &self.content.title,
            fonts::regular(12.0),
            colour,
        );
        focus_ring(ui, &response, self.rect, CARD_ROUNDING);
        let clicked = response.clicked();
        response.on_hover_ui(|ui| {
            ui.label(format!(
                "Corner {name}. Click to choose its instrument above."
            ));
            if let Some(entry) = self.content.entry {
                details(ui, entry);
            }
        });
        clicked
    }
}

fn show_pad(
    ui: &mut Ui,
    desk: Desk<'_>,
    pad: Rect,
    colours: [egui::Color32; CORNERS],
    present: [f32; CORNERS],
) {
    let theme = Theme::of(ui);
    let response = ui
        .interact(pad, ui.scope_id().with("pad"), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::Crosshair);
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Morph"));
    describe_value(ui, &response, &weights_text(present));
    move_puck(ui, desk, pad, &response);

    let place = vec2(
        desk.control(Control::MorphX).value(),
        desk.control(Control::MorphY).value(),
    );
    let travel = pad.shrink(PUCK_RADIUS + 2.0);
    let puck = travel.min + travel.size() * place;
    let painter = ui.painter();
    draw(painter, theme, pad, colours, present);
    draw_threads(painter, theme, pad, puck, present);
    let lively = response.hovered() || response.dragged();
    let radius = if lively {
        PUCK_RADIUS + 1.0
    } else {
        PUCK_RADIUS
    };
    painter.circle(
        puck,
        radius,
        theme.panel,
        Stroke::new(2.5, theme.accent_line),
    );
    painter.circle_filled(puck, 3.0, theme.accent_line);
    focus_ring(ui, &response, pad, CARD_ROUNDING);
    if !response.dragged() {
        response.on_hover_text(
            "Drag to blend the four instruments, with shift in small steps. Double-click for A alone.",
        );
    }
}

/// What moves the puck.
fn move_puck(ui: &Ui, desk: Desk<'_>, pad: Rect, response: &Response) {
    let travel = pad.shrink(PUCK_RADIUS + 2.0);
    let under_pointer = response
        .interact_pointer_pos()
        .map(|at| (at - travel.min) / travel.size());
    let puck = Puck {
        x: desk.control(Control::MorphX),
        y: desk.control(Control::MorphY),
        under_pointer,
        per_pixel: Vec2::splat(1.0) / travel.size(),
        key_step: vec2(KEY_STEP, -KEY_STEP),
        home: Vec2::ZERO,
    };
    puck.take(ui, response);
}
