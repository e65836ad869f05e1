//! The form for a new target from recordings of the player's own.

use std::path::{Path, PathBuf};

use egui::{
    Align, Button, DragValue, Grid, Layout, Response, RichText, Role, TextEdit, Ui, WidgetInfo,
    vec2,
};

use super::words::{self, ADVICE};
use super::{button, record, text_button, warn};
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::learning::Wish;
use crate::recording::Told;

/// How long is learnt unless the player says so, and at most.
const MINUTES: u32 = 30;
const MOST_MINUTES: u32 = 1_440;
const FIELD_WIDTH: f32 = 400.0;
/// What is recorded before it has a name.
const NAMELESS: &str = "My Instrument";

/// What the player asks for.
pub(super) enum Asked {
    /// Another folder.
    Folder,
    /// A recording, or its end.
    Record,
    Stop,
    /// That it begins.
    Start(Wish),
    /// Nothing any more.
    Close,
}

/// What is filled in.
pub(super) struct Form {
    recordings: Option<PathBuf>,
    name: String,
    /// Whether the name is the player's, rather than the folder's.
    named: bool,
    credit: String,
    minutes: u32,
    /// Why it could not be begun.
    pub(super) problem: Option<String>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            recordings: None,
            name: String::new(),
            named: false,
            credit: String::new(),
            minutes: MINUTES,
            problem: None,
        }
    }
}

impl Form {
    /// Takes a folder of recordings.
    pub(super) fn choose(&mut self, folder: &Path) {
        if !self.named {
            let name = folder.file_name().unwrap_or_default();
            self.name = name.to_string_lossy().into_owned();
        }
        self.recordings = Some(folder.to_owned());
        self.problem = None;
    }

    /// What is recorded from now on goes into this folder.
    pub(super) fn record_into(&mut self, folder: PathBuf) {
        self.recordings = Some(folder);
        self.problem = None;
    }

    /// The folder of recordings, if there is one yet.
    pub(super) fn recordings(&self) -> Option<&Path> {
        self.recordings.as_deref()
    }

    /// The recordings are not there any more, or never were.
    pub(super) fn forget_recordings(&mut self) {
        self.recordings = None;
    }

    /// What the target is called; it has a name from now on.
    pub(super) fn name(&mut self) -> &str {
        if self.name.trim().is_empty() {
            self.name = NAMELESS.to_owned();
        }
        self.name.trim()
    }

    /// Draws the form; `can_choose` unless a dialog is open already, `can_record` where something comes in. `recorded` is what is being recorded, or was.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        (can_choose, can_record): (bool, bool),
        recorded: Option<&Told>,
    ) -> Option<Asked> {
        let mut asked = None;
        ui.horizontal(|ui| {
            ui.label(RichText::new("New target").font(fonts::semibold(17.0)));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if button(ui, "Cancel", "Cancel the new target", true) {
                    asked = Some(Asked::Close);
                }
            });
        });
        ui.separator();
        ui.add_space(4.0);
        let theme = Theme::of(ui);
        for sentence in ADVICE {
            let text = RichText::new(sentence).font(fonts::regular(12.5));
            ui.label(text.color(theme.dim));
            ui.add_space(3.0);
        }
        ui.add_space(10.0);
        let fields = Grid::new("new target").num_columns(2).spacing([14.0, 10.0]);
        fields.show(ui, |ui| {
            ui.label("Recordings");
            asked = self
                .show_folder(ui, (can_choose, can_record), recorded)
                .or(asked.take());
            ui.end_row();
            if let Some(recorded) = recorded {
                ui.label("");
                ui.vertical(|ui| {
                    ui.set_width(FIELD_WIDTH);
                    record::show(ui, recorded);
                });
                ui.end_row();
            }
            ui.label("Name");
            let name = field(ui, &mut self.name, "", "Name of the target");
            self.named |= name.changed();
            ui.end_row();
            ui.label("Recorded by");
            let hint = "You; it stands in the target's file";
            field(ui, &mut self.credit, hint, "Who recorded it");
            ui.end_row();
            ui.label("Learns for");
            self.show_minutes(ui);
            ui.end_row();
        });
        ui.add_space(10.0);
        if let Some(problem) = &self.problem {
            let said = warn(ui, problem);
            said.widget_info(|| WidgetInfo::labeled(Role::Alert, true, problem));
        }
        let is_recording = recorded.is_some_and(|told| !told.is_over);
        let wish = self.wish().filter(|_| !is_recording);
        let enabled = wish.is_some();
        let text = RichText::new("Start").font(fonts::semibold(13.5));
        let start = Button::new(text.color(theme.accent))
            .fill(theme.accent_ground)
            .min_size(vec2(96.0, 28.0));
        let start = ui.add_enabled(enabled, start);
        start.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, "Start learning"));
        if start.clicked() {
            asked = wish.map(Asked::Start);
        }
        asked
    }

    fn show_folder(
        &self,
        ui: &mut Ui,
        (can_choose, can_record): (bool, bool),
        recorded: Option<&Told>,
    ) -> Option<Asked> {
        let theme = Theme::of(ui);
        let is_recording = recorded.is_some_and(|told| !told.is_over);
        let row = ui.horizontal(|ui| {
            let mut asked = None;
            let text = "Choose a folder\u{2026}";
            let free = can_choose && !is_recording;
            if button(ui, text, "Choose a folder of recordings", free) {
                asked = Some(Asked::Folder);
            }
            if is_recording {
                if button(ui, "Stop", "Stop recording", true) {
                    asked = Some(Asked::Stop);
                }
            } else if can_record {
                let response = text_button(ui, "Record", "Record what comes into the track", true);
                if response.on_hover_text(words::RECORD).clicked() {
                    asked = Some(Asked::Record);
                }
            }
            if let Some(folder) = &self.recordings {
                let text = folder.display().to_string();
                let label = egui::Label::new(RichText::new(&text).color(theme.dim)).truncate();
                ui.add(label).on_hover_text(text);
            }
            asked
        });
        row.inner
    }

    fn show_minutes(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let drag = DragValue::new(&mut self.minutes)
                .range(1..=MOST_MINUTES)
                .suffix(" min");
            let response = ui.add(drag);
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_label("Minutes to learn at most");
            });
            let text =
                RichText::new("at most; less if nothing more is gained").font(fonts::regular(12.5));
            ui.label(text.color(Theme::of(ui).dim));
        });
    }

    /// What is wished for, once all is there.
    fn wish(&self) -> Option<Wish> {
        let recordings = self.recordings.clone()?;
        (!self.name.trim().is_empty()).then(|| Wish {
            recordings,
            name: self.name.clone(),
            credit: self.credit.clone(),
            minutes: self.minutes,
        })
    }
}

fn field(ui: &mut Ui, text: &mut String, hint: &str, name: &str) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .font(fonts::regular(13.0))
        .desired_width(FIELD_WIDTH);
    let response = ui.add(edit);
    response.widget_info(|| {
        let mut info = WidgetInfo::text_edit(true, "", text.as_str(), hint);
        info.label = Some(name.to_owned());
        info
    });
    response
}
