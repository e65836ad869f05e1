//! Where everything stands in a window of any size.
//!
//! The signal goes from left to right: the input's level, the instrument it becomes, how that is
//! shaped, the output's level. What is seen and heard of it stands above the knobs.

use egui::{Rect, Vec2, pos2, vec2};

use super::{header, meter, panels, status_line};

/// The smallest size at which nothing is cut off, logical pixels; smaller windows scroll.
pub(super) const MIN_SIZE: Vec2 = vec2(1120.0, 720.0);

/// Distance of everything to the window's edge, and between panels, logical pixels.
const MARGIN: f32 = 14.0;
const GAP: f32 = 10.0;
/// The instruments' share of the width, and its bounds, logical pixels.
const TARGETS_SHARE: f32 = 0.255;
const TARGETS_WIDTH: (f32, f32) = (276.0, 400.0);
/// The cards' share of the instruments' height.
const CARDS_SHARE: f32 = 0.44;

/// The keyboard's share of the scope's height.
const PIANO_SHARE: f32 = 0.32;

/// The editor's parts.
pub(super) struct Layout {
    pub(super) header: Rect,
    pub(super) input: Rect,
    pub(super) output: Rect,
    pub(super) cards: Rect,
    pub(super) player: Rect,
    pub(super) blend: Rect,
    pub(super) scope: Rect,
    pub(super) panels: Rect,
    pub(super) status: Rect,
}

impl Layout {
    pub(super) fn of(window: Rect) -> Self {
        let inner = window.shrink2(vec2(MARGIN, 0.0));
        let header = Rect::from_min_size(inner.min, vec2(inner.width(), header::HEIGHT));
        let status = Rect::from_min_max(
            pos2(inner.left(), inner.bottom() - status_line::HEIGHT),
            inner.max,
        );
        let body = Rect::from_min_max(header.left_bottom(), status.right_top());
        let column = |left: f32, right: f32| Rect::from_x_y_ranges(left..=right, body.y_range());

        let input = column(body.left(), body.left() + meter::WIDTH);
        let output = column(body.right() - meter::WIDTH, body.right());
        let (narrowest, widest) = TARGETS_WIDTH;
        let width = (body.width() * TARGETS_SHARE).clamp(narrowest, widest);
        let targets = column(input.right() + GAP, input.right() + GAP + width);
        let middle = targets.top() + (targets.height() - GAP) * CARDS_SHARE;
        let (cards, rest) = stack(targets, middle);
        let (player, blend) = stack(rest, rest.top() + panels::PLAYER_HEIGHT);
        let centre = column(targets.right() + GAP, output.left() - GAP);
        let (scope, panels) = stack(centre, centre.bottom() - panels::HEIGHT - GAP);
        Self {
            header,
            input,
            output,
            cards,
            player,
            blend,
            scope,
            panels,
            status,
        }
    }
}

impl Layout {
    /// The keyboard's place, and what is left of the scope's.
    pub(super) fn with_piano(&self) -> (Option<Rect>, Rect) {
        let height = PIANO_SHARE * self.scope.height();
        let (scope, piano) = stack(self.scope, self.scope.bottom() - height - GAP);
        (Some(piano), scope)
    }
}

/// Two parts of a column, with a gap below `y`.
fn stack(column: Rect, y: f32) -> (Rect, Rect) {
    let above = Rect::from_min_max(column.min, pos2(column.right(), y));
    let below = Rect::from_min_max(pos2(column.left(), y + GAP), column.max);
    (above, below)
}
