//! The top of the editor: the name, the pitch heard, and the bypass switch.

use nice_plug::prelude::ParamSetter;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Painter, Pos2, Rect, Sense, Shape, Stroke,
    StrokeKind, Ui, Vec2, pos2, vec2,
};

use mynah_engine::Control;

use super::{theme, wording};
use crate::params::MynahParams;
use crate::shared::Reading;

/// Height of the header, logical pixels.
pub(super) const HEIGHT: f32 = 44.0;

pub(super) fn show(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &MynahParams,
    reading: &Reading,
    rect: Rect,
) {
    draw_bird(
        ui.painter(),
        pos2(rect.left() + 20.0, rect.center().y),
        17.0,
    );
    let name = ui.painter().text(
        pos2(rect.left() + 50.0, rect.center().y),
        Align2::LEFT_CENTER,
        "Mynah",
        theme::semibold(23.0),
        theme::TEXT,
    );
    ui.painter().text(
        pos2(name.right() + 12.0, rect.center().y + 3.0),
        Align2::LEFT_CENTER,
        "instrument translator",
        theme::regular(13.0),
        theme::FAINT,
    );

    let switch = Rect::from_min_size(
        pos2(rect.right() - 104.0, rect.center().y - 15.0),
        vec2(104.0, 30.0),
    );
    bypass_switch(ui, setter, params, switch);
    let quality = Rect::from_min_size(
        pos2(switch.left() - 76.0, rect.center().y - 15.0),
        vec2(64.0, 30.0),
    );
    quality_switch(ui, setter, params, quality);
    let pitch = Rect::from_min_size(
        pos2(quality.left() - 142.0, rect.center().y - 15.0),
        vec2(130.0, 30.0),
    );
    pitch_display(ui, reading, pitch);
}

/// The note that the tracker hears, so that a player can see that it hears the right one.
fn pitch_display(ui: &mut Ui, reading: &Reading, rect: Rect) {
    ui.painter()
        .rect_filled(rect, theme::CARD_ROUNDING, theme::PANEL);
    let heard = (reading.voicing > 0.5)
        .then(|| wording::note(reading.pitch_hz))
        .flatten();
    let (note, cents) = match &heard {
        Some((note, 0)) => (note.as_str(), "0 ct".to_owned()),
        Some((note, cents)) => (note.as_str(), format!("{cents:+} ct")),
        None => ("\u{2013}", String::new()),
    };
    ui.painter().text(
        pos2(rect.left() + 12.0, rect.center().y),
        Align2::LEFT_CENTER,
        "Pitch",
        theme::regular(12.0),
        theme::FAINT,
    );
    ui.painter().text(
        pos2(rect.left() + 70.0, rect.center().y),
        Align2::CENTER_CENTER,
        note,
        theme::semibold(14.0),
        if heard.is_some() {
            theme::TEXT
        } else {
            theme::FAINT
        },
    );
    ui.painter().text(
        pos2(rect.right() - 10.0, rect.center().y),
        Align2::RIGHT_CENTER,
        cents,
        theme::regular(11.0),
        theme::DIM,
    );
    ui.interact(rect, ui.scope_id().with("pitch"), Sense::hover())
        .on_hover_text("The note heard at the input");
}

/// Eco or Full, in the colours of the bypass switch but quieter.
fn quality_switch(ui: &mut Ui, setter: &ParamSetter<'_>, params: &MynahParams, rect: Rect) {
    let param = &params[Control::Quality];
    let eco = param.normalized() == 0.0;
    let response = ui
        .interact(rect, ui.scope_id().with("quality"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(param.info().tooltip);
    let (text, colour) = if eco {
        ("Eco", theme::DIM)
    } else {
        ("Full", theme::TEXT)
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CARD_ROUNDING, theme::PANEL);
    if response.hovered() {
        painter.rect_stroke(
            rect,
            theme::CARD_ROUNDING,
            Stroke::new(1.0, theme::DIM),
            StrokeKind::Inside,
        );
    }
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        theme::semibold(13.0),
        colour,
    );
    if response.clicked() {
        param.set_once(setter, if eco { 1.0 } else { 0.0 });
    }
}

fn bypass_switch(ui: &mut Ui, setter: &ParamSetter<'_>, params: &MynahParams, rect: Rect) {
    let param = &params[Control::Bypass];
    let bypassed = param.normalized() == 1.0;
    let response = ui
        .interact(rect, ui.scope_id().with("bypass"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text("Hear the input itself, delayed like the translation");
    let (text, colour, fill) = if bypassed {
        ("Bypassed", theme::WARNING, theme::PANEL)
    } else {
        ("Active", theme::ACCENT, theme::ACCENT_DARK)
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CARD_ROUNDING, fill);
    let outline = if response.hovered() {
        colour
    } else {
        colour.gamma_multiply(0.5)
    };
    painter.rect_stroke(
        rect,
        theme::CARD_ROUNDING,
        Stroke::new(1.0, outline),
        StrokeKind::Inside,
    );
    let dot = pos2(rect.left() + 17.0, rect.center().y);
    if bypassed {
        painter.circle_stroke(dot, 4.5, Stroke::new(1.5, colour));
    } else {
        painter.circle_filled(dot, 5.0, colour);
    }
    painter.text(
        pos2(rect.left() + 31.0, rect.center().y),
        Align2::LEFT_CENTER,
        text,
        theme::semibold(13.0),
        colour,
    );
    if response.clicked() {
        param.set_once(setter, if bypassed { 0.0 } else { 1.0 });
    }
}

/// A hill mynah's head: dark plumage, the yellow wattle behind the eye, the orange-yellow beak.
fn draw_bird(painter: &Painter, centre: Pos2, radius: f32) {
    let plumage = Color32::from_rgb(0x3A, 0x41, 0x52);
    painter.rect_filled(
        Rect::from_center_size(
            centre + vec2(-radius * 0.1, radius * 0.45),
            vec2(radius * 1.2, radius * 1.1),
        ),
        CornerRadius::same(6),
        plumage,
    );
    painter.circle_filled(
        centre + vec2(-radius * 0.1, -radius * 0.15),
        radius * 0.78,
        plumage,
    );
    let at = |x: f32, y: f32| centre + vec2(x, y) * radius;
    painter.add(Shape::convex_polygon(
        vec![at(0.5, -0.42), at(1.25, -0.05), at(0.55, 0.16)],
        Color32::from_rgb(0xF4, 0x8C, 0x3C),
        Stroke::NONE,
    ));
    painter.add(Shape::ellipse_filled(
        at(-0.38, 0.02),
        Vec2::new(radius * 0.36, radius * 0.15),
        theme::ACCENT,
    ));
    painter.circle_filled(at(0.16, -0.26), radius * 0.16, theme::TEXT);
    painter.circle_filled(at(0.19, -0.26), radius * 0.08, theme::WELL);
}
