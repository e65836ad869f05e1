//! The list of presets, to search and to choose from.

use std::path::PathBuf;

use egui::{
    Button, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, TextEdit, Ui, WidgetInfo,
    vec2,
};
use mynah_engine::{Preset, PresetSource};

use super::Presets;
use crate::comparison::Loaded;
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::recorder::Player;
use crate::targets::Catalogue;

const WIDTH: f32 = 420.0;
const LIST_HEIGHT: f32 = 340.0;

/// What was asked of the list.
enum Asked {
    Load(usize),
    /// To be asked about once more.
    Doom(PathBuf),
    Delete(PathBuf),
}

impl Presets {
    pub(super) fn show_browser(
        &mut self,
        ui: &Ui,
        name: &Response,
        player: Player<'_>,
        catalogue: &Catalogue,
    ) {
        if name.clicked() {
            self.read();
            self.doomed = None;
        }
        let asked = Popup::menu(name)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(WIDTH)
            .show(|ui| {
                self.show_search(ui);
                self.show_categories(ui);
                ui.separator();
                self.show_list(ui)
            });
        match asked.and_then(|asked| asked.inner) {
            Some(Asked::Load(index)) => {
                if let Some(listed) = self.list.get(index) {
                    let preset = listed.clone();
                    self.load(&preset, player, catalogue);
                }
                Popup::close_all(ui.ctx());
            }
            Some(Asked::Doom(path)) => self.doomed = Some(path),
            Some(Asked::Delete(path)) => {
                self.delete(&path);
                self.doomed = None;
            }
            None => {}
        }
    }

    fn show_search(&mut self, ui: &mut Ui) {
        let field = TextEdit::singleline(&mut self.search)
            .hint_text("Search")
            .font(fonts::regular(13.0))
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        let text = self.search.clone();
        response.widget_info(|| {
            let mut info = WidgetInfo::text_edit(true, "", &text, "Search");
            info.label = Some("Search presets".to_owned());
            info
        });
    }

    fn show_categories(&mut self, ui: &mut Ui) {
        let mut categories: Vec<&str> = Vec::new();
        for listed in &self.list {
            let category = listed.preset.category.as_str();
            if !category.is_empty() && !categories.contains(&category) {
                categories.push(category);
            }
        }
        let mut chosen = self.category.clone();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            let all = std::iter::once(None).chain(categories.into_iter().map(Some));
            for category in all {
                let is_chosen = chosen.as_deref() == category;
                let text = RichText::new(category.unwrap_or("All")).font(fonts::regular(12.0));
                if ui.add(Button::selectable(is_chosen, text)).clicked() {
                    chosen = category.map(str::to_owned);
                }
            }
        });
        self.category = chosen;
    }

    fn show_list(&self, ui: &mut Ui) -> Option<Asked> {
        let theme = Theme::of(ui);
        let mut asked = None;
        ScrollArea::vertical()
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                let mut shown = 0;
                for (index, listed) in self.list.iter().enumerate() {
                    if self.shows(&listed.preset) {
                        shown += 1;
                        asked = self.show_entry(ui, index, listed).or(asked.take());
                    }
                }
                if shown == 0 {
                    ui.label(RichText::new("No preset has these words").color(theme.dim));
                }
                for problem in &self.problems {
                    let text = RichText::new(problem).font(fonts::regular(11.5));
                    ui.label(text.color(theme.warning));
                }
            });
        asked
    }

    /// Whether a preset is among those that are searched for.
    pub(super) fn shows(&self, preset: &Preset) -> bool {
        let in_category = self
            .category
            .as_ref()
            .is_none_or(|category| *category == preset.category);
        let text = format!("{} {} {}", preset.name, preset.category, preset.about).to_lowercase();
        let words = self.search.to_lowercase();
        in_category && words.split_whitespace().all(|word| text.contains(word))
    }

    fn show_entry(&self, ui: &mut Ui, index: usize, listed: &Loaded) -> Option<Asked> {
        let theme = Theme::of(ui);
        let preset = &listed.preset;
        let mut asked = None;
        ui.horizontal(|ui| {
            let name = RichText::new(&preset.name).font(fonts::semibold(13.0));
            let button = Button::selectable(false, name);
            let response = ui.add(button).on_hover_text(&preset.about);
            if response.clicked() {
                asked = Some(Asked::Load(index));
            }
            if let Some(PresetSource::File(path)) = &listed.source {
                let sure = self.doomed.as_ref() == Some(path);
                let (text, name) = if sure {
                    ("Really delete", format!("Really delete {}", preset.name))
                } else {
                    ("Delete", format!("Delete {}", preset.name))
                };
                let colour = if sure { theme.warning } else { theme.dim };
                let text = RichText::new(text).font(fonts::regular(11.5)).color(colour);
                let response = ui.add(Button::new(text).frame(false));
                response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
                if response.clicked() {
                    asked = Some(if sure {
                        Asked::Delete(path.clone())
                    } else {
                        Asked::Doom(path.clone())
                    });
                }
            }
        });
        if !preset.about.is_empty() {
            let about = RichText::new(&preset.about).font(fonts::regular(11.5));
            ui.indent(("about", index), |ui| ui.label(about.color(theme.dim)));
        }
        asked
    }
}
