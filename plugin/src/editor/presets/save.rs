//! Saving what is set under a name.

use egui::{Key, Popup, PopupCloseBehavior, Response, RichText, TextEdit, Ui, WidgetInfo};
use mynah_engine::{Existing, PresetError};

use super::Presets;
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::recorder::Player;
use crate::targets::Catalogue;

const WIDTH: f32 = 280.0;

/// What is being filled in.
#[derive(Default)]
pub(super) struct Form {
    name: String,
    about: String,
    /// Why it could not be saved.
    complaint: Option<String>,
    /// Whether there is one of that name, which may be replaced.
    taken: bool,
}

impl Presets {
    pub(super) fn show_save(
        &mut self,
        ui: &Ui,
        button: &Response,
        player: Player<'_>,
        catalogue: &Catalogue,
    ) {
        if button.clicked() {
            self.begin_save(player);
        }
        let begun = button.clicked();
        let asked = Popup::menu(button)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(WIDTH)
            .show(|ui| show_form(ui, &mut self.save, begun));
        let Some(existing) = asked.and_then(|asked| asked.inner) else {
            return;
        };
        let (name, about) = (self.save.name.clone(), self.save.about.clone());
        match self.save(&name, &about, existing, player, catalogue) {
            Ok(()) => {
                self.save = Form::default();
                Popup::close_all(ui.ctx());
            }
            Err(error) => {
                self.save.taken = matches!(error, PresetError::Exists { .. });
                self.save.complaint = Some(sentence(&error.to_string()));
            }
        }
    }

    /// Proposes the name of the present preset if it is one of the player's own.
    fn begin_save(&mut self, player: Player<'_>) {
        let present = player.shared.comparison().label().clone();
        let present = present.as_ref().map(|loaded| &loaded.preset);
        let own = present.filter(|preset| preset.category == "Own");
        self.save = Form {
            name: own
                .as_ref()
                .map_or_else(String::new, |own| own.name.clone()),
            about: own.map_or_else(String::new, |own| own.about.clone()),
            ..Form::default()
        };
    }
}

/// Draws the form; what is to happen to a preset of that name if it was sent.
fn show_form(ui: &mut Ui, form: &mut Form, begun: bool) -> Option<Existing> {
    let theme = Theme::of(ui);
    ui.label(RichText::new("Save as").font(fonts::semibold(13.0)));
    let name = field(ui, &mut form.name, "Name", "Name of the preset");
    if begun {
        name.request_focus();
    }
    if name.changed() {
        (form.taken, form.complaint) = (false, None);
    }
    let about = field(
        ui,
        &mut form.about,
        "What it is for",
        "Description of the preset",
    );
    let entered = (name.lost_focus() || about.lost_focus())
        && ui.input(|input| input.key_pressed(Key::Enter));
    if let Some(complaint) = &form.complaint {
        let text = RichText::new(complaint).font(fonts::regular(12.0));
        ui.label(text.color(theme.warning));
    }
    let mut asked = None;
    ui.horizontal(|ui| {
        if form.taken {
            if ui.button("Replace").clicked() {
                asked = Some(Existing::Replace);
            }
        } else if ui.button("Save").clicked() || entered {
            asked = Some(Existing::Keep);
        }
    });
    asked
}

fn field(ui: &mut Ui, text: &mut String, hint: &str, name: &str) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .font(fonts::regular(13.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.widget_info(|| {
        let mut info = WidgetInfo::text_edit(true, "", text.as_str(), hint);
        info.label = Some(name.to_owned());
        info
    });
    response
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", characters.as_str())
}
