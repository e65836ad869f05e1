//! Pictures of the instruments, drawn from curves so that they are sharp at every size.

mod brass;
mod brush;
mod keys;
mod own;
mod saxophones;
mod strings;
mod woodwinds;

use egui::{Color32, Painter, Rect};

use super::theme::{Theme, mix};
use brush::Brush;

/// The shades in which one picture is drawn.
struct Palette {
    /// Most of the instrument.
    body: Color32,
    /// Parts in the shade: fingerboards, holes, seams.
    dark: Color32,
    /// Parts that shine: keys, strings, rims.
    light: Color32,
}

impl Palette {
    fn new(theme: &Theme, colour: Color32) -> Self {
        let dark_ground = theme.panel.r() < 128;
        let (deep, bright) = if dark_ground {
            (theme.background, Color32::WHITE)
        } else {
            (theme.text, theme.panel)
        };
        Self {
            body: colour,
            dark: mix(colour, deep, 0.68),
            light: mix(colour, bright, 0.62),
        }
    }
}

/// Draws the instrument of a model's name into the largest square of `rect`; `strength` below 1
/// lets it stand back.
pub(super) fn draw(painter: &Painter, theme: &Theme, name: &str, rect: Rect, strength: f32) {
    let mut painter = painter.clone();
    painter.multiply_opacity(strength);
    let painter = &painter;
    let palette = Palette::new(theme, theme.family(name));
    // What stands askew may reach into the corners.
    let brush = |degrees: f32, zoom: f32| Brush::new(painter, rect, degrees, zoom);
    match name {
        "violin" | "viola" => strings::violin(&brush(40.0, 1.1), &palette),
        "cello" | "contrabass" | "double-bass" => strings::cello(&brush(8.0, 1.04), &palette),
        "guitar" => strings::guitar(&brush(40.0, 1.12), &palette),
        "flute" => woodwinds::flute(&brush(50.0, 1.04), &palette),
        "clarinet" | "oboe" => woodwinds::clarinet(&brush(44.0, 1.04), &palette),
        "trumpet" => brass::trumpet(&brush(-14.0, 1.16), &palette),
        "piano" => keys::grand_piano(&brush(0.0, 1.0), &palette),
        other if other.contains("sax") && other.contains("tenor") => {
            saxophones::tenor(&brush(4.0, 1.04), &palette);
        }
        other if other.contains("sax") => saxophones::alto(&brush(8.0, 1.04), &palette),
        _ => own::tuning_fork(&brush(22.0, 1.0), &palette),
    }
}
