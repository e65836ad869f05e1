//! Pictures of the instruments, drawn from curves so that they are sharp at every size.

mod brass;
mod brush;
mod keys;
mod own;
mod saxophones;
mod strings;
mod woodwinds;

use egui::{Color32, Painter, Rect};
use mynah_engine::Source;

use super::theme::{Theme, mix};
use crate::targets::Entry;
use brush::Brush;
use own::Own;

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

/// What a model is drawn as.
#[derive(Clone, Copy)]
pub(super) enum Portrait<'a> {
    /// By the name of an instrument.
    Named(&'a str),
    /// A player's own, by what is known of it.
    Own(Own),
}

impl<'a> Portrait<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        match entry.source() {
            Source::Shipped => Self::Named(&entry.info().name),
            Source::File(_) => Self::Own(Own::of(entry.info())),
        }
    }

    /// The colour of most of it.
    pub(super) fn colour(&self, theme: &Theme) -> Color32 {
        match self {
            Self::Named(name) => theme.family(name),
            Self::Own(own) => own.colour(theme.families.own),
        }
    }

    /// Draws it into the largest square of `rect`; `strength` below 1 lets it stand back.
    pub(super) fn draw(&self, painter: &Painter, theme: &Theme, rect: Rect, strength: f32) {
        let mut painter = painter.clone();
        painter.multiply_opacity(strength);
        let palette = Palette::new(theme, self.colour(theme));
        match self {
            Self::Named(name) => draw_named(&painter, &palette, name, rect),
            Self::Own(own) => {
                let brush = Brush::new(&painter, rect, own.degrees(), own.zoom());
                own.draw(&brush, &palette);
            }
        }
    }
}

/// Draws the instrument of a name.
fn draw_named(painter: &Painter, palette: &Palette, name: &str, rect: Rect) {
    // What stands askew may reach into the corners.
    let brush = |degrees: f32, zoom: f32| Brush::new(painter, rect, degrees, zoom);
    match name {
        "violin" | "viola" => strings::violin(&brush(40.0, 1.1), palette),
        "cello" | "contrabass" | "double-bass" => strings::cello(&brush(8.0, 1.04), palette),
        "guitar" => strings::guitar(&brush(40.0, 1.12), palette),
        "flute" => woodwinds::flute(&brush(50.0, 1.04), palette),
        "clarinet" | "oboe" => woodwinds::clarinet(&brush(44.0, 1.04), palette),
        "trumpet" => brass::trumpet(&brush(-14.0, 1.16), palette),
        "piano" => keys::grand_piano(&brush(0.0, 1.0), palette),
        other if other.contains("sax") && other.contains("tenor") => {
            saxophones::tenor(&brush(4.0, 1.04), palette);
        }
        other if other.contains("sax") => saxophones::alto(&brush(8.0, 1.04), palette),
        _ => own::tuning_fork(&brush(22.0, 1.0), palette),
    }
}

/// What a player's own may look like.
#[cfg(test)]
pub(super) fn own_examples() -> Vec<Portrait<'static>> {
    own::examples().into_iter().map(Portrait::Own).collect()
}
