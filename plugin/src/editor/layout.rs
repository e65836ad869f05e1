//! Where everything stands in a window of any size.

use egui::{Rect, pos2, vec2};

use super::{footer, header, meter};

/// Distance of everything to the window's edge, and between panels, logical pixels.
const MARGIN: f32 = 18.0;
const GAP: f32 = 12.0;
/// Distance of the footer to what is above and below it, logical pixels.
const FOOTER_GAP: f32 = 8.0;
/// Height of the panel with the knobs, logical pixels.
const CONTROLS_HEIGHT: f32 = 146.0;
/// Share of the window's height for the pictures of the sound.
const SCOPE_SHARE: f32 = 0.26;

/// The editor's parts. The signal goes from left to right: input, instrument, output.
pub(super) struct Layout {
    pub(super) header: Rect,
    pub(super) input: Rect,
    pub(super) targets: Rect,
    pub(super) output: Rect,
    pub(super) scope: Rect,
    pub(super) controls: Rect,
    pub(super) footer: Rect,
}

impl Layout {
    pub(super) fn of(window: Rect) -> Self {
        let inner = window.shrink(MARGIN);
        let header = Rect::from_min_size(inner.min, vec2(inner.width(), header::HEIGHT));
        let footer_bottom = window.bottom() - FOOTER_GAP;
        let footer = Rect::from_min_max(
            pos2(inner.left(), footer_bottom - footer::HEIGHT),
            pos2(inner.right(), footer_bottom),
        );
        let controls_bottom = footer.top() - FOOTER_GAP;
        let controls = Rect::from_min_max(
            pos2(inner.left(), controls_bottom - CONTROLS_HEIGHT),
            pos2(inner.right(), controls_bottom),
        );
        let top = header.bottom() + GAP;
        let scope_bottom = controls.top() - GAP;
        let scope = Rect::from_min_max(
            pos2(inner.left(), scope_bottom - SCOPE_SHARE * window.height()),
            pos2(inner.right(), scope_bottom),
        );
        let bottom = scope.top() - GAP;
        let column = |left: f32, right: f32| Rect::from_x_y_ranges(left..=right, top..=bottom);
        let input = column(inner.left(), inner.left() + meter::WIDTH);
        let output = column(inner.right() - meter::WIDTH, inner.right());
        let targets = column(input.right() + GAP, output.left() - GAP);
        Self {
            header,
            input,
            targets,
            output,
            scope,
            controls,
            footer,
        }
    }
}
