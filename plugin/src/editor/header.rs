//! The top of the editor: the name, what is heard, how the editor looks, quality and bypass.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Painter, Pos2, Rect, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use mynah_engine::{Control, ControlKind};

use super::desk::Desk;
use super::theme::{CARD_ROUNDING, Theme};
use super::widgets::drop_down::List;
use super::widgets::{focus_ring, segments};
use super::{fonts, wording};
use crate::look::SCALES_PERCENT;
use crate::shared::Reading;

/// Height of the header, logical pixels.
pub(super) const HEIGHT: f32 = 54.0;
const ROW_HEIGHT: f32 = 28.0;
const GAP: f32 = 8.0;
const NAME_WIDTH: f32 = 132.0;

/// The header's parts.
pub(super) struct Parts {
    name: Rect,
    /// Between the name and what is at the right.
    pub(super) presets: Rect,
    pitch: Rect,
    theme: Rect,
    scale: Rect,
    quality: Rect,
    bypass: Rect,
}

impl Parts {
    pub(super) fn of(header: Rect) -> Self {
        let middle = header.center().y;
        let row = |left: f32, right: f32| {
            Rect::from_x_y_ranges(
                left..=right,
                middle - ROW_HEIGHT / 2.0..=middle + ROW_HEIGHT / 2.0,
            )
        };
        // From the right, since what is there keeps its width.
        let mut right = header.right();
        let mut next = |width: f32| {
            let part = row(right - width, right);
            right -= width + GAP;
            part
        };
        let (bypass, quality, scale, theme) =
            (next(98.0), next(104.0), next(78.0), next(ROW_HEIGHT));
        let pitch = next(126.0);
        let name = row(header.left(), header.left() + NAME_WIDTH);
        Self {
            presets: row(name.right() + GAP, pitch.left() - GAP),
            name,
            pitch,
            theme,
            scale,
            quality,
            bypass,
        }
    }
}

/// Draws the header.
pub(super) fn show(ui: &mut Ui, desk: Desk<'_>, reading: &Reading, rect: Rect) {
    let parts = Parts::of(rect);
    show_name(ui, parts.name);
    show_pitch(ui, reading, parts.pitch);
    theme_button(ui, desk, parts.theme);
    scale_list(ui, desk, parts.scale);
    let quality = desk.control(Control::Quality);
    if let ControlKind::Choice(choices) = quality.info().kind {
        segments::show(ui, quality, parts.quality, choices);
    }
    if Control::Bypass.serves(desk.params.plays()) {
        bypass_switch(ui, desk, parts.bypass);
    }
}

fn show_name(ui: &Ui, rect: Rect) {
    let theme = Theme::of(ui);
    let centre = pos2(rect.left() + 18.0, rect.center().y);
    draw_bird(ui.painter(), centre, 16.0);
    ui.painter().text(
        pos2(rect.left() + 47.0, rect.center().y),
        Align2::LEFT_CENTER,
        "Mynah",
        fonts::semibold(22.0),
        theme.text,
    );
}

/// The note that the tracker hears, so that a player can see that it hears the right one.
fn show_pitch(ui: &Ui, reading: &Reading, rect: Rect) {
    let theme = Theme::of(ui);
    let heard = (reading.voicing > 0.5)
        .then(|| wording::note(reading.pitch_hz))
        .flatten();
    let (note, cents) = match &heard {
        Some((note, 0)) => (note.as_str(), "0 ct".to_owned()),
        Some((note, cents)) => (note.as_str(), format!("{cents:+} ct")),
        None => ("\u{2013}", String::new()),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, CARD_ROUNDING, theme.panel);
    painter.text(
        pos2(rect.left() + 10.0, rect.center().y),
        Align2::LEFT_CENTER,
        "Pitch",
        fonts::regular(12.0),
        theme.dim,
    );
    painter.text(
        pos2(rect.left() + 62.0, rect.center().y),
        Align2::CENTER_CENTER,
        note,
        fonts::semibold(14.0),
        theme.text,
    );
    painter.text(
        pos2(rect.right() - 9.0, rect.center().y),
        Align2::RIGHT_CENTER,
        cents,
        fonts::regular(11.0),
        theme.dim,
    );
    ui.interact(rect, ui.scope_id().with("pitch"), Sense::hover())
        .on_hover_text("The note heard at the input");
}

/// Light or dark: a sun or a moon.
fn theme_button(ui: &Ui, desk: Desk<'_>, rect: Rect) {
    let theme = Theme::of(ui);
    let look = desk.params.editor_look.get();
    let (label, tooltip) = if look.dark {
        ("Light theme", "Change to the light theme")
    } else {
        ("Dark theme", "Change to the dark theme")
    };
    let response = ui
        .interact(rect, ui.scope_id().with("theme"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let (fill, ink) = if response.hovered() {
        (theme.card_hover, theme.text)
    } else {
        (theme.card, theme.dim)
    };
    let painter = ui.painter();
    let edge = Stroke::new(1.0, theme.line);
    painter.rect(rect, CARD_ROUNDING, fill, edge, StrokeKind::Inside);
    let centre = rect.center();
    if look.dark {
        painter.circle_filled(centre, 4.0, ink);
        for ray in 0..8 {
            let way = Vec2::angled(ray as f32 * std::f32::consts::FRAC_PI_4);
            painter.line_segment(
                [centre + way * 6.0, centre + way * 8.5],
                Stroke::new(1.5, ink),
            );
        }
    } else {
        painter.circle_filled(centre, 7.0, ink);
        painter.circle_filled(centre + vec2(3.2, -2.4), 5.8, fill);
    }
    focus_ring(ui, &response, rect, CARD_ROUNDING);
    if response.clicked() {
        let mut other = look;
        other.dark = !look.dark;
        desk.params.editor_look.choose(other);
        ui.ctx().request_repaint();
    }
    response.on_hover_text(tooltip);
}

/// How large the editor is.
fn scale_list(ui: &mut Ui, desk: Desk<'_>, rect: Rect) {
    let look = desk.params.editor_look.get();
    let texts = SCALES_PERCENT.map(|percent| format!("{percent} %"));
    let list = List {
        id: ui.scope_id().with("scale list"),
        name: "Editor size",
        tooltip: "Size of the editor",
        texts: &texts,
        chosen: SCALES_PERCENT
            .iter()
            .position(|percent| *percent == look.scale_percent)
            .unwrap_or(1),
        in_use: true,
    };
    if let Some(index) = list.show(ui, rect) {
        let mut other = look;
        other.scale_percent = SCALES_PERCENT[index];
        desk.params.editor_look.choose(other);
        ui.ctx().request_repaint();
    }
}

fn bypass_switch(ui: &Ui, desk: Desk<'_>, rect: Rect) {
    let theme = Theme::of(ui);
    let handle = desk.control(Control::Bypass);
    let bypassed = handle.is_on();
    let response = ui
        .interact(rect, ui.scope_id().with("bypass"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, bypassed, handle.info().name));
    let (text, colour, fill) = if bypassed {
        ("Bypassed", theme.warning, theme.panel)
    } else {
        ("Active", theme.accent, theme.accent_ground)
    };
    let painter = ui.painter();
    let strength = if response.hovered() { 1.0 } else { 0.5 };
    let edge = Stroke::new(1.0, colour.gamma_multiply(strength));
    painter.rect(rect, CARD_ROUNDING, fill, edge, StrokeKind::Inside);
    let dot = pos2(rect.left() + 16.0, rect.center().y);
    if bypassed {
        painter.circle_stroke(dot, 4.0, Stroke::new(1.5, colour));
    } else {
        painter.circle_filled(dot, 4.5, colour);
    }
    painter.text(
        pos2(rect.left() + 28.0, rect.center().y),
        Align2::LEFT_CENTER,
        text,
        fonts::semibold(12.5),
        colour,
    );
    focus_ring(ui, &response, rect, CARD_ROUNDING);
    if response.clicked() {
        handle.set_once(if bypassed { 0.0 } else { 1.0 });
    }
    response.on_hover_text(handle.info().tooltip);
}

/// A hill mynah's head: dark plumage, the yellow wattle behind the eye, the orange-yellow beak.
fn draw_bird(painter: &Painter, centre: Pos2, radius: f32) {
    let plumage = Color32::from_rgb(0x3A, 0x41, 0x52);
    let yellow = Color32::from_rgb(0xF6, 0xBD, 0x43);
    let at = |x: f32, y: f32| centre + vec2(x, y) * radius;
    let neck = Rect::from_center_size(at(-0.1, 0.45), vec2(1.2, 1.1) * radius);
    painter.rect_filled(neck, CornerRadius::same(6), plumage);
    painter.circle_filled(at(-0.1, -0.15), radius * 0.78, plumage);
    painter.add(Shape::convex_polygon(
        vec![at(0.5, -0.42), at(1.25, -0.05), at(0.55, 0.16)],
        Color32::from_rgb(0xF4, 0x8C, 0x3C),
        Stroke::NONE,
    ));
    painter.add(Shape::ellipse_filled(
        at(-0.38, 0.02),
        vec2(radius * 0.36, radius * 0.15),
        yellow,
    ));
    painter.circle_filled(at(0.16, -0.26), radius * 0.16, Color32::WHITE);
    painter.circle_filled(at(0.19, -0.26), radius * 0.08, Color32::BLACK);
}
