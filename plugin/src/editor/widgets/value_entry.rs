//! Typing a value: a click on the written one turns it into a text field.

use egui::{Align2, CursorIcon, Id, Key, Rect, Sense, TextEdit, Ui};

use super::knob::ENTRY_ROUNDING;
use crate::editor::desk::Handle;
use crate::editor::fonts;
use crate::editor::theme::Theme;

/// Turns the value of the widget `id` into a text field; it gets the focus back if it had it.
pub(super) fn begin(ui: &Ui, id: Id, text: &str, had_focus: bool) {
    let typing = Typing {
        text: text.to_owned(),
        begun: false,
        had_focus,
    };
    ui.data_mut(|data| data.insert_temp(id.with("typing"), typing));
    ui.ctx().request_repaint();
}

/// Draws the value, which reads `text`, in `rect`, and takes a typed one. Enter or leaving the field
/// sets it, Escape does not.
pub(super) fn value_entry(
    ui: &mut Ui,
    control: Handle<'_>,
    text: &str,
    rect: Rect,
    id: Id,
    in_use: bool,
) {
    let typing: Option<Typing> = ui.data(|data| data.get_temp(id.with("typing")));
    if let Some(typing) = typing {
        type_into(ui, control, rect, id, typing);
        return;
    }
    let theme = Theme::of(ui);
    // Reached from the keyboard through the knob, so it takes no focus of its own.
    let response = ui
        .interact(rect, id.with("value"), Sense::CLICK)
        .on_hover_cursor(CursorIcon::Text);
    if response.hovered() {
        ui.painter().rect_filled(rect, ENTRY_ROUNDING, theme.card);
    }
    let colour = if in_use { theme.text } else { theme.faint };
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        fonts::regular(12.0),
        colour,
    );
    if response.clicked() {
        begin(ui, id, text, false);
    }
    response.on_hover_text("Click to type a value");
}

fn type_into(ui: &mut Ui, control: Handle<'_>, rect: Rect, id: Id, mut typing: Typing) {
    let edit_id = id.with("edit");
    let response = ui.put(
        rect,
        TextEdit::singleline(&mut typing.text)
            .id(edit_id)
            .font(fonts::regular(12.0))
            .align(Align2::CENTER_CENTER)
            .hint_text(control.info().name)
            .margin(egui::Margin::symmetric(2, 1)),
    );
    if !typing.begun {
        typing.begun = true;
        response.request_focus();
        select_all(ui, edit_id, &typing.text);
    } else if response.lost_focus() {
        let (cancelled, entered) = ui.input(|input| {
            (
                input.key_pressed(Key::Escape),
                input.key_pressed(Key::Enter),
            )
        });
        if !cancelled {
            control.set_text(&typing.text);
        }
        if typing.had_focus && (cancelled || entered) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        ui.data_mut(|data| data.remove_temp::<Typing>(id.with("typing")));
        return;
    }
    ui.data_mut(|data| data.insert_temp(id.with("typing"), typing));
}

/// A value that is being typed.
#[derive(Clone, Default)]
struct Typing {
    text: String,
    /// Whether the field has been given the focus.
    begun: bool,
    /// Whether the keyboard began it.
    had_focus: bool,
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
