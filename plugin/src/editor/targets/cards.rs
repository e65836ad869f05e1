//! The cards from which an instrument is chosen for a corner of the morph pad.

use egui::{
    Align2, CursorIcon, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use crate::editor::desk::Desk;
use crate::editor::pictures::Portrait;
use crate::editor::theme::{CARD_ROUNDING, PANEL_ROUNDING, Theme};
use crate::editor::widgets::focus_ring;
use crate::editor::{fonts, wording};
use crate::targets::{CORNER_NAMES, CORNERS, Catalogue, Entry};

const COLUMNS: usize = 3;
const GAP: f32 = 6.0;
const PADDING: f32 = 12.0;
const TITLE_HEIGHT: f32 = 32.0;
/// Heights of a card, logical pixels: when there are many, and when there is room.
const MIN_CARD_HEIGHT: f32 = 66.0;
const MAX_CARD_HEIGHT: f32 = 120.0;
const NAME_HEIGHT: f32 = 20.0;

/// Draws the panel with one card for every target of the catalogue; a click puts it at `corner`.
pub(in crate::editor) fn show(
    ui: &mut Ui,
    desk: Desk<'_>,
    catalogue: &Catalogue,
    rect: Rect,
    corner: usize,
) {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, PANEL_ROUNDING, theme.panel);
    let title = ui.painter().text(
        pos2(rect.left() + PADDING, rect.top() + 17.0),
        Align2::LEFT_CENTER,
        "Play as",
        fonts::semibold(12.5),
        theme.dim,
    );
    ui.painter().text(
        pos2(title.right() + 6.0, rect.top() + 17.0),
        Align2::LEFT_CENTER,
        CORNER_NAMES[corner],
        fonts::semibold(12.5),
        theme.accent,
    );
    let entries = catalogue.entries();
    if entries.is_empty() {
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            "No models found",
            fonts::regular(13.0),
            theme.dim,
        );
        return;
    }
    let area = Rect::from_min_max(
        rect.min + vec2(PADDING, TITLE_HEIGHT),
        rect.max - vec2(PADDING, PADDING),
    );
    let rows = entries.len().div_ceil(COLUMNS).max(3) as f32;
    let height = (area.height() + GAP) / rows - GAP;
    let size = vec2(
        (area.width() + GAP) / COLUMNS as f32 - GAP,
        height.clamp(MIN_CARD_HEIGHT, MAX_CARD_HEIGHT),
    );
    let chosen: [i32; CORNERS] = std::array::from_fn(|at| desk.params.targets()[at].chosen_index());
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ScrollArea::vertical()
            .id_salt("cards")
            .auto_shrink(false)
            .show(ui, |ui| {
                let all = vec2(area.width(), rows * (size.y + GAP) - GAP);
                let (space, _) = ui.allocate_exact_size(all, Sense::hover());
                for (index, entry) in entries.iter().enumerate() {
                    let place = vec2((index % COLUMNS) as f32, (index / COLUMNS) as f32);
                    let top_left = space.min + place * (size + Vec2::splat(GAP));
                    let card = Card {
                        entry,
                        rect: Rect::from_min_size(top_left, size),
                        chosen: chosen[corner] == entry.index(),
                        corners: (0..CORNERS)
                            .filter(|at| chosen[*at] == entry.index())
                            .map(|at| CORNER_NAMES[at])
                            .collect(),
                    };
                    if card.show(ui).clicked() && !card.chosen {
                        desk.choose_target(corner, entry.index());
                    }
                }
            });
    });
}

struct Card<'a> {
    entry: &'a Entry,
    rect: Rect,
    /// Whether it is what the corner plays.
    chosen: bool,
    /// The corners that play it.
    corners: String,
}

impl Card<'_> {
    fn show(&self, ui: &Ui) -> Response {
        let info = self.entry.info();
        // Not by its hash: one that is learnt has another one every time.
        let id = ui.scope_id().with(("card", self.entry.index()));
        let response = ui
            .interact(self.rect, id, Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, true, self.chosen, &info.display_name)
        });
        if response.gained_focus() {
            ui.scroll_to_rect(self.rect, None);
        }
        if ui.is_rect_visible(self.rect) {
            self.draw(ui, &response);
        }
        response.on_hover_ui(|ui| details(ui, self.entry))
    }

    fn draw(&self, ui: &Ui, response: &Response) {
        let theme = Theme::of(ui);
        let info = self.entry.info();
        let usable = self.entry.problem().is_none();
        let painter = ui.painter();
        let fill = if self.chosen {
            theme.accent_ground
        } else if response.hovered() {
            theme.card_hover
        } else {
            theme.card
        };
        painter.rect_filled(self.rect, CARD_ROUNDING, fill);
        if self.chosen {
            let edge = Stroke::new(1.5, theme.accent_line);
            painter.rect_stroke(self.rect, CARD_ROUNDING, edge, StrokeKind::Inside);
        }
        let picture = Rect::from_min_max(
            self.rect.min + vec2(4.0, 4.0),
            self.rect.max - vec2(4.0, NAME_HEIGHT + 1.0),
        );
        let strength = if usable { 1.0 } else { 0.35 };
        Portrait::of(self.entry).draw(painter, theme, picture, strength);

        let colour = if usable { theme.text } else { theme.warning };
        let name = wording::short_name(&info.display_name);
        let font = fonts::semibold(11.5);
        let galley = painter.layout_no_wrap(name, font, colour);
        let room = self.rect.width() - 8.0;
        let x = if galley.size().x <= room {
            self.rect.center().x - galley.size().x / 2.0
        } else {
            self.rect.left() + 4.0
        };
        let y = self.rect.bottom() - NAME_HEIGHT / 2.0 - 2.0 - galley.size().y / 2.0;
        painter
            .with_clip_rect(self.rect.shrink(3.0).intersect(painter.clip_rect()))
            .galley(pos2(x, y), galley, colour);
        if !self.corners.is_empty() {
            painter.text(
                pos2(self.rect.left() + 7.0, self.rect.top() + 11.0),
                Align2::LEFT_CENTER,
                &self.corners,
                fonts::semibold(11.0),
                theme.accent,
            );
        }
        focus_ring(ui, response, self.rect, CARD_ROUNDING);
    }
}

/// What the tooltip says of a model.
pub(super) fn details(ui: &mut Ui, entry: &Entry) {
    let info = entry.info();
    ui.label(RichText::new(&info.display_name).font(fonts::semibold(13.0)));
    if let Some(problem) = entry.problem() {
        ui.label(problem);
    }
    if let Some(note) = entry.note() {
        ui.label(note);
    }
    let range = wording::pitch_range(info.pitch_range_hz);
    if !range.is_empty() {
        ui.label(format!("Range {range}"));
    }
    let hash = info.hash.to_string();
    ui.label(format!("Model {}", wording::short_hash(&hash)));
    for credit in info.credits.iter().take(4) {
        ui.label(credit);
    }
    if !info.licence.is_empty() {
        ui.label(format!("Licence: {}", info.licence));
    }
}
