//! The ground of the morph pad: the four instruments' colours, brighter where they sound more.

use egui::{Color32, CornerRadius, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, Vec2, pos2};

use crate::editor::desk::weights;
use crate::editor::theme::Theme;
use crate::targets::CORNERS;

/// Squares of the ground in each direction.
const SQUARES: usize = 14;
const ROUNDING: CornerRadius = CornerRadius::same(7);

/// Draws the ground for targets of these colours and present weights.
pub(super) fn draw(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    colours: [Color32; CORNERS],
    present: [f32; CORNERS],
) {
    let mut mesh = Mesh::default();
    for row in 0..=SQUARES {
        for column in 0..=SQUARES {
            let share = Vec2::new(column as f32, row as f32) / SQUARES as f32;
            let here = weights(share.x, share.y);
            let mut shade = theme.well;
            for corner in 0..CORNERS {
                // A quiet tint everywhere, and a glow from the corners that sound.
                let glow = present[corner] * here[corner] * here[corner];
                shade = shade.lerp_to_gamma(colours[corner], 0.26 * here[corner] + 0.70 * glow);
            }
            let at = rect.min + rect.size() * share;
            mesh.colored_vertex(at, shade);
        }
    }
    let across = SQUARES as u32 + 1;
    for row in 0..SQUARES as u32 {
        for column in 0..SQUARES as u32 {
            let at = row * across + column;
            mesh.add_triangle(at, at + 1, at + across);
            mesh.add_triangle(at + 1, at + across, at + across + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    // Hides the mesh's corners.
    let hide = Stroke::new(4.0, theme.panel);
    painter.rect_stroke(rect, ROUNDING, hide, StrokeKind::Outside);
    let line = Stroke::new(1.0, theme.line);
    painter.rect_stroke(rect, ROUNDING, line, StrokeKind::Inside);
    let faint = Stroke::new(1.0, theme.faint.gamma_multiply(0.22));
    let centre = rect.center();
    painter.hline(rect.x_range(), centre.y, faint);
    painter.vline(centre.x, rect.y_range(), faint);
}

/// The lines from the puck to the corners, as strong as the corners sound.
pub(super) fn draw_threads(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    puck: egui::Pos2,
    present: [f32; CORNERS],
) {
    let corners = [
        rect.left_top(),
        rect.right_top(),
        rect.left_bottom(),
        rect.right_bottom(),
    ];
    for (corner, weight) in corners.into_iter().zip(present) {
        let inside = pos2(
            corner.x + (rect.center().x - corner.x).signum() * 3.0,
            corner.y + (rect.center().y - corner.y).signum() * 3.0,
        );
        let colour = theme.text.gamma_multiply(0.55 * weight);
        painter.line_segment([inside, puck], Stroke::new(1.0 + weight, colour));
    }
}
