//! The cards from which a target is chosen.

use nice_plug::prelude::ParamSetter;

use egui::{
    Align2, CursorIcon, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2,
    vec2,
};

use super::{theme, wording};
use crate::params::MynahParams;
use crate::targets::{Catalogue, Entry};

/// Smallest and largest cards, logical pixels.
const MIN_CARD: Vec2 = vec2(168.0, 52.0);
const MAX_CARD_HEIGHT: f32 = 170.0;
/// What cards should look like: width over height.
const CARD_ASPECT: f32 = 2.6;
const GAP: f32 = 10.0;
const PADDING: f32 = 16.0;
const HEADING_HEIGHT: f32 = 30.0;

/// Draws the panel with one card for every target of the catalogue.
pub(super) fn show(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &MynahParams,
    catalogue: &Catalogue,
    rect: Rect,
) {
    ui.painter()
        .rect_filled(rect, theme::PANEL_ROUNDING, theme::PANEL);
    ui.painter().text(
        pos2(rect.left() + PADDING, rect.top() + 18.0),
        Align2::LEFT_CENTER,
        "Play as",
        theme::semibold(13.0),
        theme::DIM,
    );
    ui.painter().text(
        pos2(rect.right() - PADDING, rect.top() + 18.0),
        Align2::RIGHT_CENTER,
        format!("{} instruments", catalogue.entries().len()),
        theme::regular(12.0),
        theme::FAINT,
    );

    let grid = Grid::of(rect, catalogue.entries().len());
    let target = &params.targets()[0];
    let chosen = target.set_slot();

    ui.scope_builder(UiBuilder::new().max_rect(grid.area), |ui| {
        ScrollArea::vertical()
            .id_salt("targets")
            .auto_shrink(false)
            .show(ui, |ui| {
                let size = vec2(grid.area.width(), grid.height());
                let (space, _) = ui.allocate_exact_size(size, Sense::hover());
                for (index, entry) in catalogue.entries().iter().enumerate() {
                    let slot = index as i32;
                    let card = grid.card(index).translate(space.min - grid.area.min);
                    if show_card(ui, entry, card, slot == chosen) && slot != chosen {
                        target.choose(setter, slot);
                    }
                }
            });
    });
}

/// How the cards stand in the panel.
pub(super) struct Grid {
    /// The part of the panel that scrolls.
    area: Rect,
    columns: usize,
    rows: usize,
    card: Vec2,
}

impl Grid {
    /// For `count` cards in a panel: as many in a row as give them the best shape without
    /// scrolling, or, when there are too many for that, as many as fit.
    pub(super) fn of(panel: Rect, count: usize) -> Self {
        let area = Rect::from_min_max(
            panel.min + vec2(PADDING, HEADING_HEIGHT + 4.0),
            panel.max - vec2(PADDING, PADDING),
        );
        let share = |length: f32, parts: usize| (length + GAP) / parts as f32 - GAP;
        let with_columns = |columns: usize| {
            let rows = count.div_ceil(columns).max(1);
            let card = vec2(share(area.width(), columns), share(area.height(), rows));
            (columns, rows, card)
        };
        let fitting = ((area.width() + GAP) / (MIN_CARD.x + GAP)) as usize;
        let fitting = fitting.clamp(1, count.max(1));
        let misshapen = |card: Vec2| (card.x / card.y / CARD_ASPECT).ln().abs();
        let (columns, rows, card) = (1..=fitting)
            .map(with_columns)
            .filter(|(_, _, card)| card.y >= MIN_CARD.y)
            .min_by(|a, b| misshapen(a.2).total_cmp(&misshapen(b.2)))
            .unwrap_or_else(|| with_columns(fitting));
        Self {
            area,
            columns,
            rows,
            card: vec2(card.x, card.y.clamp(MIN_CARD.y, MAX_CARD_HEIGHT)),
        }
    }

    fn height(&self) -> f32 {
        self.rows as f32 * (self.card.y + GAP) - GAP
    }

    /// Where a card stands when nothing is scrolled.
    pub(super) fn card(&self, index: usize) -> Rect {
        let column = (index % self.columns) as f32;
        let row = (index / self.columns) as f32;
        let step = self.card + vec2(GAP, GAP);
        let corner = self.area.min + vec2(column * step.x, row * step.y);
        Rect::from_min_size(corner, self.card)
    }
}

/// Draws one card; true when it was clicked.
fn show_card(ui: &mut Ui, entry: &Entry, card: Rect, chosen: bool) -> bool {
    let info = entry.info();
    let response = ui
        .interact(
            card,
            ui.scope_id()
                .with(("card", &info.name, info.hash.to_string())),
            Sense::click(),
        )
        .on_hover_cursor(CursorIcon::PointingHand);
    let usable = entry.problem().is_none();
    let colour = theme::family_colour(&info.name);
    let painter = ui.painter();

    let fill = if chosen {
        theme::ACCENT_DARK
    } else if response.hovered() {
        theme::CARD_HOVER
    } else {
        theme::CARD
    };
    painter.rect_filled(card, theme::CARD_ROUNDING, fill);
    if chosen {
        painter.rect_stroke(
            card,
            theme::CARD_ROUNDING,
            Stroke::new(1.5, theme::ACCENT),
            StrokeKind::Inside,
        );
    }

    let size = (card.height() * 0.5).clamp(36.0, 60.0);
    let badge = Rect::from_center_size(
        pos2(card.left() + size * 0.8, card.center().y),
        Vec2::splat(size),
    );
    painter.circle_filled(badge.center(), size / 2.0, colour.gamma_multiply(0.22));
    painter.text(
        badge.center(),
        Align2::CENTER_CENTER,
        wording::abbreviation(&info.name, &info.display_name),
        theme::semibold(size / 3.0),
        colour,
    );
    let text_left = badge.right() + size * 0.3;
    let clipped = painter.with_clip_rect(card.shrink(6.0));
    clipped.text(
        pos2(text_left, card.center().y - size * 0.22),
        Align2::LEFT_CENTER,
        &info.display_name,
        theme::semibold((size * 0.36).clamp(14.0, 18.0)),
        if usable { theme::TEXT } else { theme::DIM },
    );
    let (detail, detail_colour) = if usable {
        (wording::pitch_range(info.pitch_range_hz), theme::DIM)
    } else {
        ("cannot be used".to_owned(), theme::WARNING)
    };
    clipped.text(
        pos2(text_left, card.center().y + size * 0.27),
        Align2::LEFT_CENTER,
        detail,
        theme::regular(12.0),
        detail_colour,
    );

    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.label(egui::RichText::new(&info.display_name).font(theme::semibold(13.0)));
        if let Some(problem) = entry.problem() {
            ui.label(problem);
        }
        ui.label(format!(
            "Model {}",
            wording::short_hash(&info.hash.to_string())
        ));
        for credit in info.credits.iter().take(4) {
            ui.label(credit);
        }
        if !info.licence.is_empty() {
            ui.label(format!("Licence: {}", info.licence));
        }
    });
    clicked
}
