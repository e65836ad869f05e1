//! Small buttons with a drawn sign.

use egui::{
    Align2, CursorIcon, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};

/// What is drawn on a button.
#[derive(Clone, Copy)]
pub(in crate::editor) enum Icon {
    Previous,
    Next,
    Save,
    Undo,
    Redo,
    ThumbUp,
    ThumbDown,
    Stars,
    Instruments,
    Letters(&'static str),
}

/// A button that does something at once.
pub(in crate::editor) struct IconButton<'a> {
    pub(in crate::editor) icon: Icon,
    /// Name for assistive technology.
    pub(in crate::editor) name: &'a str,
    pub(in crate::editor) tooltip: &'a str,
    pub(in crate::editor) enabled: bool,
    /// Whether what it stands for is so at present.
    pub(in crate::editor) lit: bool,
}

impl IconButton<'_> {
    /// Draws it.
    pub(in crate::editor) fn show(&self, ui: &Ui, rect: Rect) -> Response {
        let theme = Theme::of(ui);
        let sense = if self.enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let response = ui.interact(rect, ui.scope_id().with(("icon", self.name)), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        let (fill, ink) = match (self.enabled, response.hovered()) {
            (true, true) => (theme.card_hover, theme.text),
            (true, false) => (theme.card, theme.dim),
            (false, _) => (theme.panel, theme.line),
        };
        let ink = if self.lit { theme.accent } else { ink };
        let painter = ui.painter();
        let edge = Stroke::new(1.0, theme.line);
        painter.rect(rect, CARD_ROUNDING, fill, edge, StrokeKind::Inside);
        let pen = Pen {
            painter,
            centre: rect.center(),
            stroke: Stroke::new(1.6, ink),
        };
        pen.draw(self.icon);
        focus_ring(ui, &response, rect, CARD_ROUNDING);
        let response = response.on_hover_text(self.tooltip);
        if self.enabled {
            response.on_hover_cursor(CursorIcon::PointingHand)
        } else {
            response
        }
    }
}

struct Pen<'a> {
    painter: &'a Painter,
    centre: Pos2,
    stroke: Stroke,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.centre + vec2(x, y)
    }

    fn line(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|(x, y)| self.at(*x, *y)).collect();
        self.painter.add(Shape::line(points, self.stroke));
    }

    fn draw(&self, icon: Icon) {
        match icon {
            Icon::Previous => self.line(&[(2.0, -4.5), (-2.5, 0.0), (2.0, 4.5)]),
            Icon::Next => self.line(&[(-2.0, -4.5), (2.5, 0.0), (-2.0, 4.5)]),
            Icon::Save => {
                self.line(&[(0.0, -6.5), (0.0, 2.0)]);
                self.line(&[(-3.5, -1.5), (0.0, 2.0), (3.5, -1.5)]);
                self.line(&[(-6.5, 2.5), (-6.5, 6.0), (6.5, 6.0), (6.5, 2.5)]);
            }
            Icon::Undo => self.turn(1.0),
            Icon::Redo => self.turn(-1.0),
            Icon::ThumbUp => self.thumb(1.0),
            Icon::ThumbDown => self.thumb(-1.0),
            Icon::Stars => {
                for (x, y, size) in [(-1.5, 1.0, 6.5), (5.0, -4.5, 3.0)] {
                    self.star(self.at(x, y), size);
                }
            }
            Icon::Instruments => {
                // Books on a shelf.
                for (x, top) in [(-5.5, -6.0), (-1.5, -6.0), (2.5, -3.0)] {
                    let book = Rect::from_min_max(self.at(x, top), self.at(x + 3.0, 5.0));
                    self.painter
                        .rect_stroke(book, 1.0, self.stroke, StrokeKind::Middle);
                }
                self.line(&[(-7.5, 7.0), (7.5, 7.0)]);
            }
            Icon::Letters(letters) => {
                let font = fonts::semibold(11.5);
                let centre = Align2::CENTER_CENTER;
                self.painter
                    .text(self.centre, centre, letters, font, self.stroke.color);
            }
        }
    }

    /// A star of four points.
    fn star(&self, centre: Pos2, size: f32) {
        let waist = 0.3 * size;
        let points = (0..=8).map(|corner| {
            let angle = std::f32::consts::FRAC_PI_4 * corner as f32;
            let radius = if corner % 2 == 0 { size } else { waist };
            centre + radius * Vec2::angled(angle)
        });
        let outline = Shape::line(points.collect(), Stroke::new(1.3, self.stroke.color));
        self.painter.add(outline);
    }

    /// A hand with its thumb up (1) or down (-1).
    fn thumb(&self, way: f32) {
        let hand = [
            (-2.5, -0.5),
            (0.5, -6.5),
            (2.0, -5.5),
            (1.5, -1.5),
            (6.0, -1.5),
            (5.0, 5.5),
            (-2.5, 5.5),
            (-2.5, -0.5),
        ];
        let cuff = [(-6.0, -0.5), (-6.0, 5.5)];
        for points in [&hand[..], &cuff[..]] {
            let points: Vec<_> = points.iter().map(|(x, y)| (*x, way * y)).collect();
            self.line(&points);
        }
    }

    /// An arrow back to the left (1) or on to the right (-1).
    fn turn(&self, way: f32) {
        let arc: Vec<(f32, f32)> = (0..=12)
            .map(|step| {
                let angle = std::f32::consts::PI * (step as f32 / 12.0 * 1.15 - 0.08);
                (way * (-1.0 + 5.0 * angle.sin()), 0.5 - 4.0 * angle.cos())
            })
            .map(|(x, y)| (x, y + 0.5))
            .collect();
        self.line(&arc);
        let tip = arc.first().copied().unwrap_or_default();
        let (x, y) = (tip.0 - way * 2.5, tip.1);
        self.line(&[(x + way * 4.0, y - 3.6), (x, y), (x + way * 4.0, y + 3.6)]);
    }
}

/// Room for a row of things, from the left to the right.
pub(in crate::editor) struct Row {
    rect: Rect,
    x: f32,
}

impl Row {
    pub(in crate::editor) fn of(rect: Rect) -> Self {
        Self {
            rect,
            x: rect.left(),
        }
    }

    /// The next `width` logical pixels, and a gap behind them.
    pub(in crate::editor) fn next(&mut self, width: f32, gap: f32) -> Rect {
        let min = pos2(self.x, self.rect.top());
        self.x += width + gap;
        Rect::from_min_size(min, vec2(width, self.rect.height()))
    }
}
