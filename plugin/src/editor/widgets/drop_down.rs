//! A field that opens a list to choose from.

use egui::{
    Align2, Button, CursorIcon, Id, Popup, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::{CARD_ROUNDING, Theme};
use crate::editor::wording;

/// Height of a field, logical pixels.
pub(in crate::editor) const HEIGHT: f32 = 26.0;

/// Draws a field for a choice with many values; a double-click resets it. `shown` is what stands for the chosen one, if not
/// its name.
pub(in crate::editor) fn show(
    ui: &mut Ui,
    control: Handle<'_>,
    rect: Rect,
    choices: &[&str],
    shown: Option<String>,
    in_use: bool,
) {
    let info = control.info();
    let chosen = control.step();
    let mut texts: Vec<String> = choices
        .iter()
        .map(|text| wording::capitalized(text))
        .collect();
    if let Some((text, shown)) = texts.get_mut(chosen).zip(shown) {
        *text = shown;
    }
    let list = List {
        id: ui.scope_id().with(info.id),
        name: info.name,
        tooltip: info.tooltip,
        texts: &texts,
        chosen,
        in_use,
    };
    if let Some(index) = list.show(ui, rect) {
        control.set_step(index);
    }
}

/// What a field offers.
pub(in crate::editor) struct List<'a> {
    pub(in crate::editor) id: Id,
    pub(in crate::editor) name: &'a str,
    pub(in crate::editor) tooltip: &'a str,
    pub(in crate::editor) texts: &'a [String],
    pub(in crate::editor) chosen: usize,
    pub(in crate::editor) in_use: bool,
}

impl List<'_> {
    /// Draws the field; the index of what was chosen in this frame.
    pub(in crate::editor) fn show(&self, ui: &mut Ui, rect: Rect) -> Option<usize> {
        let text = self.texts.get(self.chosen).map_or("", String::as_str);
        let response = ui
            .interact(rect, self.id, Sense::click())
            .on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, self.name));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(text));
        self.draw(ui, rect, text, &response);

        let mut picked = None;
        Popup::menu(&response)
            .width(rect.width().max(96.0))
            .show(|ui| {
                for (index, text) in self.texts.iter().enumerate() {
                    let written = egui::RichText::new(text).font(fonts::regular(12.5));
                    let chosen = index == self.chosen;
                    if ui.add(Button::selectable(chosen, written)).clicked() {
                        picked = Some(index);
                        ui.close();
                    }
                }
            });
        response.on_hover_text(self.tooltip);
        picked.filter(|index| *index != self.chosen)
    }

    fn draw(&self, ui: &Ui, rect: Rect, text: &str, response: &Response) {
        let theme = Theme::of(ui);
        let fill = if response.hovered() {
            theme.card_hover
        } else {
            theme.card
        };
        let colour = if self.in_use { theme.text } else { theme.faint };
        let painter = ui.painter();
        let edge = Stroke::new(1.0, theme.line);
        painter.rect(rect, CARD_ROUNDING, fill, edge, StrokeKind::Inside);
        painter.with_clip_rect(rect.shrink(4.0)).text(
            pos2(rect.left() + 10.0, rect.center().y),
            Align2::LEFT_CENTER,
            text,
            fonts::regular(12.5),
            colour,
        );
        let tip = pos2(rect.right() - 13.0, rect.center().y + 2.0);
        painter.add(Shape::line(
            vec![tip + vec2(-3.5, -3.5), tip, tip + vec2(3.5, -3.5)],
            Stroke::new(1.5, theme.dim),
        ));
        focus_ring(ui, response, rect, CARD_ROUNDING);
    }
}
