//! A level meter with peak hold.

use egui::{Align2, Color32, CornerRadius, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::fonts;
use super::theme::{PANEL_ROUNDING, SMALL_ROUNDING, Theme};
use super::widgets::focus_ring;
use super::wording;

/// The lowest level shown, dBFS.
pub(super) const FLOOR_DB: f32 = -60.0;
/// The highest level shown, dBFS.
const TOP_DB: f32 = 6.0;
/// How fast the bar falls, dB per second.
const FALL_DB_PER_S: f32 = 26.0;
/// How long the highest peak stands before it falls, seconds.
const HOLD_S: f32 = 1.5;
/// Width of a meter with its marks, logical pixels.
pub(super) const WIDTH: f32 = 54.0;

/// The state of one meter. Levels in dBFS.
pub(super) struct Meter {
    name: &'static str,
    level_db: f32,
    held_db: f32,
    held_for_s: f32,
    highest_db: f32,
}

impl Meter {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            level_db: FLOOR_DB,
            held_db: FLOOR_DB,
            held_for_s: 0.0,
            highest_db: FLOOR_DB,
        }
    }

    /// Takes a new linear peak, `elapsed_s` seconds after the last one.
    pub(super) fn update(&mut self, peak: f32, elapsed_s: f32) {
        let peak_db = (20.0 * peak.max(1e-6).log10()).max(FLOOR_DB);
        let fallen_db = (self.level_db - FALL_DB_PER_S * elapsed_s).max(FLOOR_DB);
        self.level_db = peak_db.max(fallen_db);
        self.held_for_s += elapsed_s;
        if peak_db >= self.held_db {
            self.held_db = peak_db;
            self.held_for_s = 0.0;
        } else if self.held_for_s > HOLD_S {
            let fallen_db = self.held_db - FALL_DB_PER_S * elapsed_s;
            self.held_db = fallen_db.max(self.level_db);
        }
        self.highest_db = self.highest_db.max(peak_db);
    }

    /// Whether the picture still changes without new sound.
    pub(super) fn is_moving(&self) -> bool {
        self.level_db > FLOOR_DB || self.held_db > FLOOR_DB
    }

    /// Draws the meter. A click on the number forgets the highest peak.
    pub(super) fn show(&mut self, ui: &mut Ui, rect: Rect) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        painter.rect_filled(rect, PANEL_ROUNDING, theme.panel);
        painter.text(
            pos2(rect.center().x, rect.top() + 18.0),
            Align2::CENTER_CENTER,
            self.name,
            fonts::semibold(11.0),
            theme.dim,
        );
        let number = Rect::from_center_size(
            pos2(rect.center().x, rect.top() + 38.0),
            vec2(rect.width() - 10.0, 18.0),
        );
        let bar = Rect::from_min_max(
            pos2(rect.left() + 11.0, number.bottom() + 8.0),
            pos2(rect.left() + 25.0, rect.bottom() - 14.0),
        );
        self.draw_bar(ui, bar);

        let over = self.highest_db > 0.0;
        let colour = if over { theme.level_over } else { theme.text };
        let response = ui
            .interact(
                number,
                ui.scope_id().with(("peak", self.name)),
                Sense::click(),
            )
            .on_hover_text("Highest peak in dBFS. Click to start again.");
        let peak = wording::peak_db(self.highest_db);
        response
            .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{} peak", self.name)));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(peak.as_str()));
        focus_ring(ui, &response, number, SMALL_ROUNDING);
        ui.painter().text(
            number.center(),
            Align2::CENTER_CENTER,
            peak,
            fonts::regular(12.0),
            colour,
        );
        if response.clicked() {
            self.highest_db = FLOOR_DB;
        }
    }

    fn draw_bar(&self, ui: &Ui, bar: Rect) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        let rounding = CornerRadius::same(3);
        painter.rect_filled(bar, rounding, theme.well);
        let y_of = |level_db: f32| {
            let share = (level_db - FLOOR_DB) / (TOP_DB - FLOOR_DB);
            bar.bottom() - share.clamp(0.0, 1.0) * bar.height()
        };
        let zones: [(f32, f32, Color32); 3] = [
            (FLOOR_DB, -12.0, theme.level_low),
            (-12.0, 0.0, theme.level_high),
            (0.0, TOP_DB, theme.level_over),
        ];
        for (from_db, to_db, colour) in zones {
            if self.level_db > from_db {
                let top = y_of(self.level_db.min(to_db));
                let part =
                    Rect::from_min_max(pos2(bar.left(), top), pos2(bar.right(), y_of(from_db)));
                painter.rect_filled(part, CornerRadius::same(1), colour);
            }
        }
        if self.held_db > FLOOR_DB {
            painter.hline(
                bar.x_range(),
                y_of(self.held_db),
                Stroke::new(2.0, theme.text),
            );
        }
        for mark_db in [0.0_f32, -6.0, -12.0, -24.0, -36.0, -48.0] {
            painter.text(
                pos2(bar.right() + 6.0, y_of(mark_db)),
                Align2::LEFT_CENTER,
                format!("{}", mark_db.abs()),
                fonts::regular(10.0),
                theme.faint,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_falls_and_the_peak_holds() {
        let mut meter = Meter::new("IN");
        meter.update(1.0, 0.03);
        assert_eq!(meter.level_db, 0.0);
        for _ in 0..30 {
            meter.update(0.0, 0.033);
        }
        assert!(meter.level_db < -20.0);
        assert_eq!(meter.held_db, 0.0);
        for _ in 0..200 {
            meter.update(0.0, 0.033);
        }
        assert!(!meter.is_moving());
        assert_eq!(meter.highest_db, 0.0);
    }
}
