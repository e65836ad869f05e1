//! What the pictures are drawn with: smooth ribbons and dots in the coordinates of a unit square.

use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// Points between two given ones of a smooth line.
const SUBDIVISIONS: usize = 6;

/// Draws in a square of side 1, x to the right and y down, laid into a rectangle and turned.
pub(super) struct Brush<'a> {
    painter: &'a Painter,
    centre: Pos2,
    side: f32,
    turn: Vec2,
}

/// A point on the middle of a ribbon: x, y and half the ribbon's width.
pub(super) type Station = [f32; 3];

impl<'a> Brush<'a> {
    /// A brush for the largest square inside `rect`, `zoom` times as large and turned clockwise by
    /// `degrees`.
    pub(super) fn new(painter: &'a Painter, rect: Rect, degrees: f32, zoom: f32) -> Self {
        Self {
            painter,
            centre: rect.center(),
            side: rect.width().min(rect.height()) * zoom,
            turn: Vec2::angled(degrees.to_radians()),
        }
    }

    fn turned(&self, way: Vec2) -> Vec2 {
        vec2(
            way.x * self.turn.x - way.y * self.turn.y,
            way.x * self.turn.y + way.y * self.turn.x,
        )
    }

    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.centre + self.turned(vec2(x - 0.5, y - 0.5)) * self.side
    }

    /// A tube of changing width along a smooth line through the stations.
    pub(super) fn ribbon(&self, stations: &[Station], colour: Color32) {
        let smooth = smooth(stations);
        let sides: Vec<(Pos2, Pos2)> = smooth
            .iter()
            .enumerate()
            .map(|(index, station)| {
                let before = smooth[index.saturating_sub(1)];
                let after = smooth[(index + 1).min(smooth.len() - 1)];
                let way = vec2(after[0] - before[0], after[1] - before[1]).normalized();
                let across = self.turned(way.rot90()) * station[2] * self.side;
                let middle = self.at(station[0], station[1]);
                (middle - across, middle + across)
            })
            .collect();
        self.strip(&sides, colour);
    }

    /// A body given by rows `[y, left, right]` from top to bottom, its sides smooth.
    pub(super) fn body(&self, rows: &[Station], colour: Color32) {
        let sides: Vec<(Pos2, Pos2)> = smooth(rows)
            .iter()
            .map(|row| (self.at(row[1], row[0]), self.at(row[2], row[0])))
            .collect();
        self.strip(&sides, colour);
    }

    /// A body that is the same on both sides of x = 0.5: rows `[y, half width]`.
    pub(super) fn even_body(&self, rows: &[[f32; 2]], colour: Color32) {
        let rows: Vec<Station> = rows
            .iter()
            .map(|[y, half]| [*y, 0.5 - half, 0.5 + half])
            .collect();
        self.body(&rows, colour);
    }

    /// A smooth line of one width through points.
    pub(super) fn line(&self, points: &[[f32; 2]], width: f32, colour: Color32) {
        let stations: Vec<Station> = points.iter().map(|[x, y]| [*x, *y, 0.0]).collect();
        let path = smooth(&stations)
            .iter()
            .map(|[x, y, _]| self.at(*x, *y))
            .collect();
        self.painter
            .line(path, Stroke::new(width * self.side, colour));
    }

    /// A straight line; never thinner than what can be seen.
    pub(super) fn stroke(&self, from: [f32; 2], to: [f32; 2], width: f32, colour: Color32) {
        self.painter.line_segment(
            [self.at(from[0], from[1]), self.at(to[0], to[1])],
            Stroke::new((width * self.side).max(0.6), colour),
        );
    }

    pub(super) fn dot(&self, x: f32, y: f32, radius: f32, colour: Color32) {
        self.painter
            .circle_filled(self.at(x, y), radius * self.side, colour);
    }

    pub(super) fn ring(&self, x: f32, y: f32, radius: f32, width: f32, colour: Color32) {
        let stroke = Stroke::new((width * self.side).max(0.6), colour);
        self.painter
            .circle_stroke(self.at(x, y), radius * self.side, stroke);
    }

    /// A filled ellipse, turned by `degrees` in the picture.
    pub(super) fn ellipse(&self, x: f32, y: f32, radii: [f32; 2], degrees: f32, colour: Color32) {
        let radii = vec2(radii[0], radii[1]) * self.side;
        let angle = degrees.to_radians() + self.turn.angle();
        let shape = egui::epaint::EllipseShape::filled(self.at(x, y), radii, colour);
        self.painter.add(Shape::Ellipse(shape.with_angle(angle)));
    }

    /// Fills between two sides, with an edge that fades over one physical pixel.
    fn strip(&self, sides: &[(Pos2, Pos2)], colour: Color32) {
        let fade = 0.5 / self.painter.pixels_per_point();
        let clear = Color32::TRANSPARENT;
        let mut mesh = Mesh::default();
        let mut row = |left: Pos2, right: Pos2, inner: Color32, shift: Vec2| {
            let width = (right - left).length();
            let across = if width > 1e-3 {
                (right - left) / width
            } else {
                Vec2::ZERO
            };
            // A part thinner than the fade is drawn paler, not wider.
            let inset = fade.min(width / 2.0);
            for (at, colour) in [
                (left - across * fade, clear),
                (left + across * inset, inner),
                (right - across * inset, inner),
                (right + across * fade, clear),
            ] {
                mesh.colored_vertex(at + shift, colour);
            }
        };
        let (Some(first), Some(last)) = (sides.first(), sides.last()) else {
            return;
        };
        let middle =
            |side: &(Pos2, Pos2)| pos2((side.0.x + side.1.x) / 2.0, (side.0.y + side.1.y) / 2.0);
        let end = |from: &(Pos2, Pos2), to: &(Pos2, Pos2)| {
            (middle(to) - middle(from)).normalized() * fade * 2.0
        };
        let (Some(second), Some(last_but_one)) = (sides.get(1), sides.iter().rev().nth(1)) else {
            return;
        };
        row(first.0, first.1, clear, end(second, first));
        for (left, right) in sides {
            row(*left, *right, colour, Vec2::ZERO);
        }
        row(last.0, last.1, clear, end(last_but_one, last));
        let rows = mesh.vertices.len() as u32 / 4;
        for below in 1..rows {
            for column in 0..3 {
                let at = (below - 1) * 4 + column;
                mesh.add_triangle(at, at + 1, at + 4);
                mesh.add_triangle(at + 1, at + 4, at + 5);
            }
        }
        self.painter.add(Shape::mesh(mesh));
    }
}

/// A Catmull-Rom curve through the given values.
fn smooth(given: &[Station]) -> Vec<Station> {
    let point = |index: isize| {
        let last = given.len().saturating_sub(1) as isize;
        given[index.clamp(0, last) as usize]
    };
    let Some(last) = given.last() else {
        return Vec::new();
    };
    let mut curve = Vec::with_capacity(given.len() * SUBDIVISIONS);
    for index in 0..given.len() as isize - 1 {
        let (before, from) = (point(index - 1), point(index));
        let (to, after) = (point(index + 1), point(index + 2));
        for step in 0..SUBDIVISIONS {
            let t = step as f32 / SUBDIVISIONS as f32;
            curve.push(std::array::from_fn(|axis| {
                let slope_from = (to[axis] - before[axis]) / 2.0;
                let slope_to = (after[axis] - from[axis]) / 2.0;
                let bend = 3.0 * (to[axis] - from[axis]) - 2.0 * slope_from - slope_to;
                let twist = 2.0 * (from[axis] - to[axis]) + slope_from + slope_to;
                from[axis] + t * (slope_from + t * (bend + t * twist))
            }));
        }
    }
    curve.push(*last);
    curve
}
