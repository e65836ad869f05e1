//! Typing a parameter's value: a click on the written value turns it into a text field.

use nice_plug::prelude::ParamSetter;

use egui::{Align2, CursorIcon, Id, Key, Rect, Sense, TextEdit, Ui};

use super::theme;
use crate::params::ControlParam;

/// Draws the value of `param` in `rect`, and takes a typed one. Enter or leaving the field sets it,
/// Escape does not.
pub(super) fn value_entry(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    param: &ControlParam,
    rect: Rect,
    id: Id,
) {
    let typing_id = id.with("typing");
    let typing: Option<Typing> = ui.data(|data| data.get_temp(typing_id));
    let Some(mut typing) = typing else {
        let response = ui
            .interact(rect, id.with("value"), Sense::click())
            .on_hover_cursor(CursorIcon::Text)
            .on_hover_text("Click to type a value");
        let colour = if response.hovered() {
            theme::ACCENT
        } else {
            theme::TEXT
        };
        let value = param.text(param.normalized());
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            &value,
            theme::regular(13.0),
            colour,
        );
        if response.clicked() {
            let typing = Typing {
                text: value,
                begun: false,
            };
            ui.data_mut(|data| data.insert_temp(typing_id, typing));
            ui.ctx().request_repaint();
        }
        return;
    };

    let edit_id = id.with("edit");
    let response = ui.put(
        rect,
        TextEdit::singleline(&mut typing.text)
            .id(edit_id)
            .font(theme::regular(13.0))
            .align(Align2::CENTER_CENTER)
            .margin(egui::Margin::symmetric(2, 1)),
    );
    if !typing.begun {
        typing.begun = true;
        response.request_focus();
        select_all(ui, edit_id, &typing.text);
    } else if response.lost_focus() {
        let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        if !cancelled && let Some(normalized) = param.parse(&typing.text) {
            param.set_once(setter, normalized.clamp(0.0, 1.0));
        }
        ui.data_mut(|data| data.remove_temp::<Typing>(typing_id));
        return;
    }
    ui.data_mut(|data| data.insert_temp(typing_id, typing));
}

/// A value that is being typed.
#[derive(Clone, Default)]
struct Typing {
    text: String,
    /// Whether the field has been given the focus.
    begun: bool,
}

fn select_all(ui: &Ui, id: Id, text: &str) {
    if let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), id) {
        let all = egui::text::CCursorRange::two(
            egui::text::CCursor::new(0),
            egui::text::CCursor::new(text.chars().count()),
        );
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), id);
    }
}
