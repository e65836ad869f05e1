//! The row of buttons in the header.

use egui::{
    Align2, Area, CursorIcon, Frame, Order, Rect, Response, RichText, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{Presets, Way};
use crate::comparison::Side;
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::editor::widgets::focus_ring;
use crate::editor::widgets::icon_button::{Icon, IconButton, Row};
use crate::recorder::Player;
use crate::targets::Catalogue;

/// Widths of the buttons, and the gaps between them and between their groups, logical pixels.
const STEP_WIDTH: f32 = 20.0;
pub(super) const BUTTON_WIDTH: f32 = 28.0;
const COPY_WIDTH: f32 = 36.0;
const SIDES_WIDTH: f32 = 48.0;
const GAP: f32 = 3.0;
const GROUP_GAP: f32 = 9.0;
/// The name's width at most.
const MAX_NAME_WIDTH: f32 = 260.0;

impl Presets {
    pub(super) fn show_bar(
        &mut self,
        ui: &mut Ui,
        player: Player<'_>,
        catalogue: &Catalogue,
        rect: Rect,
        models_open: &mut bool,
    ) {
        let buttons = 2.0 * STEP_WIDTH + 7.0 * BUTTON_WIDTH + COPY_WIDTH + SIDES_WIDTH;
        let gaps = 6.0 * GAP + 5.0 * GROUP_GAP;
        let name_width = (rect.width() - buttons - gaps).clamp(40.0, MAX_NAME_WIDTH);
        let mut row = Row::of(rect);

        let previous = row.next(STEP_WIDTH, GAP);
        if click(
            ui,
            previous,
            Icon::Previous,
            "Previous preset",
            "Load the preset before",
            true,
        ) {
            self.step(Way::Back, player, catalogue);
        }
        let name = self.show_name(ui, player, catalogue, row.next(name_width, GAP));
        let next = row.next(STEP_WIDTH, GROUP_GAP);
        if click(
            ui,
            next,
            Icon::Next,
            "Next preset",
            "Load the next preset",
            true,
        ) {
            self.step(Way::Forth, player, catalogue);
        }
        self.show_browser(ui, &name, player, catalogue);
        let save = IconButton {
            icon: Icon::Save,
            name: "Save preset",
            tooltip: "Save what is set as a preset of your own",
            enabled: self.folder.is_some(),
            lit: false,
        };
        let save = save.show(ui, row.next(BUTTON_WIDTH, GROUP_GAP));
        self.show_save(ui, &save, player, catalogue);

        show_history(ui, player, &mut row);
        show_sides(ui, player, &mut row);

        self.show_taste(ui, player, catalogue, &mut row, [GAP, GROUP_GAP]);
        let models = row.next(BUTTON_WIDTH, 0.0);
        let tooltip = "The models that are installed, and loading more";
        if click(ui, models, Icon::Instruments, "Models", tooltip, true) {
            *models_open = !*models_open;
        }
        self.show_complaint(ui, rect);
    }

    fn show_name(
        &self,
        ui: &Ui,
        player: Player<'_>,
        catalogue: &Catalogue,
        rect: Rect,
    ) -> Response {
        let theme = Theme::of(ui);
        let (name, changed) = self.present(player, catalogue);
        let response = ui
            .interact(rect, ui.scope_id().with("preset"), Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Preset"));
        let value = if changed {
            format!("{name}, changed")
        } else {
            name.clone()
        };
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(value));
        let fill = if response.hovered() {
            theme.card_hover
        } else {
            theme.card
        };
        let painter = ui.painter();
        let edge = Stroke::new(1.0, theme.line);
        painter.rect(rect, CARD_ROUNDING, fill, edge, StrokeKind::Inside);
        let mut left = rect.left() + 10.0;
        if changed {
            painter.circle_filled(pos2(left + 2.0, rect.center().y), 3.0, theme.accent_line);
            left += 11.0;
        }
        let room = Rect::from_min_max(pos2(left, rect.top()), rect.max - vec2(22.0, 0.0));
        painter.with_clip_rect(room).text(
            room.left_center(),
            Align2::LEFT_CENTER,
            name,
            fonts::semibold(13.0),
            theme.text,
        );
        let tip = pos2(rect.right() - 12.0, rect.center().y + 2.0);
        painter.add(Shape::line(
            vec![tip + vec2(-3.5, -3.5), tip, tip + vec2(3.5, -3.5)],
            Stroke::new(1.5, theme.dim),
        ));
        focus_ring(ui, &response, rect, CARD_ROUNDING);
        response.on_hover_text(if changed {
            "The preset, changed since it was loaded; click to choose another"
        } else {
            "The preset; click to choose another"
        })
    }

    /// What went wrong, below the bar, until it is read.
    fn show_complaint(&mut self, ui: &Ui, rect: Rect) {
        let Some(complaint) = self.complaint.clone() else {
            return;
        };
        let theme = Theme::of(ui);
        Area::new(ui.scope_id().with("preset complaint"))
            .order(Order::Foreground)
            .fixed_pos(rect.left_bottom() + vec2(0.0, 6.0))
            .show(ui.ctx(), |ui| {
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.set_max_width(360.0);
                    let text = RichText::new(&complaint).color(theme.warning);
                    ui.label(text.font(fonts::regular(12.5)));
                    if ui.button("OK").clicked() {
                        self.complaint = None;
                    }
                });
            });
    }
}

/// A button; whether it was clicked.
fn click(ui: &Ui, rect: Rect, icon: Icon, name: &str, tooltip: &str, enabled: bool) -> bool {
    let button = IconButton {
        icon,
        name,
        tooltip,
        enabled,
        lit: false,
    };
    button.show(ui, rect).clicked()
}

fn show_history(ui: &Ui, player: Player<'_>, row: &mut Row) {
    let (can_undo, can_redo) = {
        let comparison = player.shared.comparison();
        (comparison.can_undo(), comparison.can_redo())
    };
    let (undo, redo) = (
        row.next(BUTTON_WIDTH, GAP),
        row.next(BUTTON_WIDTH, GROUP_GAP),
    );
    if click(
        ui,
        undo,
        Icon::Undo,
        "Undo",
        "Take back what you changed last (Ctrl+Z)",
        can_undo,
    ) {
        player.undo(false);
    }
    let tooltip = "Change again what was taken back (Ctrl+Shift+Z)";
    if click(ui, redo, Icon::Redo, "Redo", tooltip, can_redo) {
        player.undo(true);
    }
}

/// A and B: which is heard, and copying it to the other.
fn show_sides(ui: &Ui, player: Player<'_>, row: &mut Row) {
    let side = player.shared.comparison().side();
    let rect = row.next(SIDES_WIDTH, GAP);
    let theme = Theme::of(ui);
    let response = ui
        .interact(rect, ui.scope_id().with("sides"), Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    let on_b = side == Side::B;
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on_b, "Compare A and B"));
    let painter = ui.painter();
    let edge = Stroke::new(1.0, theme.line);
    painter.rect(rect, CARD_ROUNDING, theme.well, edge, StrokeKind::Inside);
    let half = vec2(rect.width() / 2.0, rect.height());
    for (at, which) in [(0.0, Side::A), (1.0, Side::B)] {
        let cell = Rect::from_min_size(rect.min + vec2(at * half.x, 0.0), half);
        let colour = if which == side {
            painter.rect_filled(cell.shrink(2.0), CARD_ROUNDING, theme.accent_ground);
            theme.accent
        } else if response.hovered() {
            theme.text
        } else {
            theme.dim
        };
        let font = fonts::semibold(12.5);
        painter.text(
            cell.center(),
            Align2::CENTER_CENTER,
            which.name(),
            font,
            colour,
        );
    }
    focus_ring(ui, &response, rect, CARD_ROUNDING);
    if response.clicked() {
        player.switch();
    }
    response.on_hover_text("Compare two settings, A and B, each with its own undo");

    let (icon, name, tooltip) = match side {
        Side::A => ("A\u{2192}B", "Copy A to B", "Make B the same as A"),
        Side::B => ("B\u{2192}A", "Copy B to A", "Make A the same as B"),
    };
    let copy = row.next(COPY_WIDTH, GROUP_GAP);
    if click(ui, copy, Icon::Letters(icon), name, tooltip, true) {
        player.copy();
    }
}
