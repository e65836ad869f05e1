//! Colours, fonts and style of the editor.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, Visuals};

pub(super) const BACKGROUND: Color32 = Color32::from_rgb(0x12, 0x14, 0x19);
pub(super) const PANEL: Color32 = Color32::from_rgb(0x1A, 0x1D, 0x24);
pub(super) const CARD: Color32 = Color32::from_rgb(0x23, 0x27, 0x31);
pub(super) const CARD_HOVER: Color32 = Color32::from_rgb(0x2C, 0x31, 0x3D);
pub(super) const WELL: Color32 = Color32::from_rgb(0x0E, 0x10, 0x14);
pub(super) const LINE: Color32 = Color32::from_rgb(0x30, 0x35, 0x41);
pub(super) const TEXT: Color32 = Color32::from_rgb(0xEC, 0xEE, 0xF3);
pub(super) const DIM: Color32 = Color32::from_rgb(0x92, 0x99, 0xA9);
pub(super) const FAINT: Color32 = Color32::from_rgb(0x5B, 0x62, 0x72);
/// The yellow of a mynah's beak.
pub(super) const ACCENT: Color32 = Color32::from_rgb(0xF6, 0xBD, 0x43);
pub(super) const ACCENT_DARK: Color32 = Color32::from_rgb(0x3A, 0x32, 0x1C);
pub(super) const WARNING: Color32 = Color32::from_rgb(0xFF, 0x9B, 0x5A);
pub(super) const LEVEL_LOW: Color32 = Color32::from_rgb(0x43, 0xB8, 0xA0);
pub(super) const LEVEL_HIGH: Color32 = Color32::from_rgb(0xF6, 0xBD, 0x43);
pub(super) const LEVEL_OVER: Color32 = Color32::from_rgb(0xF0, 0x5D, 0x5A);

/// Rounding of panels, and of what lies inside them, logical pixels.
pub(super) const PANEL_ROUNDING: CornerRadius = CornerRadius::same(12);
pub(super) const CARD_ROUNDING: CornerRadius = CornerRadius::same(8);

const SEMIBOLD: &str = "semibold";

/// The text font at a size in logical pixels.
pub(super) fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// The font of names and headings at a size in logical pixels.
pub(super) fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// Gives a new window its fonts and style.
pub(super) fn apply(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &[u8]); 2] = [
        (
            "regular",
            include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            SEMIBOLD,
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
        ),
    ];
    for (name, bytes) in faces {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let regular = vec!["regular".to_owned()];
    fonts
        .families
        .insert(FontFamily::Proportional, regular.clone());
    fonts.families.insert(FontFamily::Monospace, regular);
    fonts
        .families
        .insert(FontFamily::Name(SEMIBOLD.into()), vec![SEMIBOLD.to_owned()]);
    ctx.set_fonts(fonts);

    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        let mut visuals = Visuals::dark();
        visuals.panel_fill = BACKGROUND;
        visuals.window_fill = CARD;
        visuals.window_stroke = Stroke::new(1.0, LINE);
        visuals.extreme_bg_color = WELL;
        visuals.override_text_color = Some(TEXT);
        visuals.selection.bg_fill = ACCENT.gamma_multiply(0.35);
        visuals.selection.stroke = Stroke::new(1.0, ACCENT);
        visuals.popup_shadow = egui::Shadow::NONE;
        style.visuals = visuals;
        style.interaction.tooltip_delay = 0.6;
        // Labels are drawn, not typed: dragging over them must not select text.
        style.interaction.selectable_labels = false;
    });
}

/// A colour of its own for every family of instruments.
pub(super) fn family_colour(name: &str) -> Color32 {
    match name {
        "violin" | "viola" | "cello" | "contrabass" | "double-bass" => {
            Color32::from_rgb(0xE0, 0x7A, 0x5F)
        }
        "flute" | "clarinet" | "oboe" | "bassoon" => Color32::from_rgb(0x6F, 0xB7, 0xE8),
        "trumpet" | "trombone" | "horn" | "tuba" => Color32::from_rgb(0xE8, 0xC1, 0x5A),
        "piano" | "organ" | "harpsichord" => Color32::from_rgb(0xB4, 0xA1, 0xF0),
        "guitar" | "harp" | "banjo" => Color32::from_rgb(0x8F, 0xCB, 0x79),
        other if other.contains("sax") => Color32::from_rgb(0xF0, 0x9A, 0x4A),
        _ => Color32::from_rgb(0x9A, 0xC7, 0xC9),
    }
}
