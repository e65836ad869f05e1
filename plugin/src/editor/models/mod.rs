//! The model browser: what is installed, what could not be read, loading more, by a dialog or by dropping
//! files on the window, and learning new ones from recordings.

mod list;
mod loader;
mod new_target;
mod random;
mod record;
mod under_way;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{
    Align2, Button, Color32, FontId, Id, LayerId, Modal, Order, Pos2, Rect, Response, RichText,
    Role, Ui, WidgetInfo, vec2,
};

use mynah_engine::Plays;
use mynah_engine::file_stem;

use super::desk::Desk;
use super::theme::Theme;
use super::{fonts, wording};
use crate::learning::Learning;
use crate::recording::{RecordError, fresh_folder};
use crate::shared::Shared;
use crate::targets::{Catalogue, Entry, Found, MISSING_INDEX};
use loader::{Loader, pick_models, pick_recordings};
use new_target::{Asked, Form};
use random::RandomFile;

/// Size of the panel at most, logical pixels, and its distance to the window's edge.
const SIZE: egui::Vec2 = vec2(640.0, 560.0);
const MARGIN: f32 = 60.0;

/// What became of a file.
struct Outcome {
    text: String,
    failed: bool,
}

/// The model browser of an open editor.
pub(super) struct Models {
    /// Whether it is shown.
    pub(super) open: bool,
    loader: Loader,
    outcomes: Vec<Outcome>,
    learning: Arc<Learning>,
    /// The dialog for a folder of recordings.
    recordings: Loader,
    /// What is filled in for a new target, shown in the place of the list.
    form: Option<Form>,
}

impl Models {
    pub(super) fn new(learning: Arc<Learning>) -> Self {
        Self {
            open: false,
            loader: Loader::default(),
            outcomes: Vec::new(),
            learning,
            recordings: Loader::default(),
            form: None,
        }
    }

    /// Draws the panel if it is open, and takes the dialogs' answers.
    pub(super) fn show(&mut self, ui: &Ui, desk: Desk<'_>, shared: &Shared, catalogue: &Catalogue) {
        for file in self.loader.take() {
            self.load(&file, desk, catalogue);
        }
        for folder in self.recordings.take() {
            self.choose_recordings(&folder);
        }
        if !self.open {
            return;
        }
        let can_record = desk.params.plays() == Plays::Sound;
        let window = ui.ctx().content_rect();
        let size = SIZE.min(window.size() - vec2(MARGIN, MARGIN));
        let modal = Modal::new(Id::unique("models")).show(ui.ctx(), |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            if self.form.is_some() {
                self.show_form(ui, shared, catalogue, can_record);
                return;
            }
            if self.show_head(ui, shared) {
                self.invent(desk, catalogue);
            }
            self.show_outcomes(ui);
            ui.separator();
            let (recorded, under_way) = (shared.recording().told(), self.learning.told());
            let learning = self.learning.clone();
            let ((asked, removed), again) = list::show(ui, catalogue, &learning, |ui| {
                let asked = recorded.as_ref();
                let asked = asked.and_then(|told| record::show_card(ui, told));
                (asked, under_way::show(ui, &under_way))
            });
            if let Some(stem) = removed {
                self.learning.remove(&stem);
            }
            if let Some(entry) = again.and_then(|index| catalogue.entry(index)) {
                self.learn_again(entry, catalogue);
            }
            match (asked, recorded) {
                (Some(record::Asked::Stop), _) => shared.recording().stop(),
                (Some(record::Asked::Dismiss), _) => shared.recording().dismiss(),
                (Some(record::Asked::Target), Some(told)) => self.choose_recordings(&told.folder),
                _ => {}
            }
        });
        if modal.should_close() {
            self.open = false;
        }
    }

    /// Checks a file, copies it to the player's models and makes it choosable; what came of it stands in the
    /// panel, which opens. A corner of the morph pad that has missed this model plays it. Its index, if it is one.
    pub(super) fn load(
        &mut self,
        file: &Path,
        desk: Desk<'_>,
        catalogue: &Catalogue,
    ) -> Option<i32> {
        self.open = true;
        let mut chosen = None;
        let before = catalogue.count();
        let outcome = match catalogue.add(file) {
            Ok(index) => {
                choose_where_missing(desk, catalogue, index);
                chosen = Some(index);
                let is_new = catalogue.count() > before;
                let entry = catalogue.entry(index);
                Outcome {
                    text: entry.map_or_else(String::new, |entry| wording::installed(entry, is_new)),
                    failed: false,
                }
            }
            Err(error) => Outcome {
                text: format!("Not loaded: {error}."),
                failed: true,
            },
        };
        self.outcomes.push(outcome);
        chosen
    }

    /// As [`load`](Self::load), of a file with which the program was started: it plays at the first corner.
    pub(super) fn open(&mut self, file: &Path, desk: Desk<'_>, catalogue: &Catalogue) {
        if let Some(index) = self.load(file, desk, catalogue) {
            desk.choose_target(0, index);
        }
    }

    /// Takes a folder of recordings for a new target; the form for it opens.
    pub(super) fn choose_recordings(&mut self, folder: &Path) {
        self.open = true;
        self.form.get_or_insert_default().choose(folder);
    }

    fn learn_again(&mut self, entry: &Entry, catalogue: &Catalogue) {
        self.outcomes.clear();
        if let Err(error) = self.learning.learn_again(entry, catalogue) {
            self.outcomes.push(Outcome {
                text: format!("Not learnt again: {error}"),
                failed: true,
            });
        }
    }

    fn show_form(&mut self, ui: &mut Ui, shared: &Shared, catalogue: &Catalogue, can_record: bool) {
        let can_choose = !self.recordings.is_open();
        let Some(form) = &mut self.form else {
            return;
        };
        let recorded = shared.recording().told();
        // A recording of nothing leaves no folder.
        if let Some(told) = recorded.as_ref().filter(|told| told.is_over)
            && form.recordings() == Some(&told.folder)
            && !told.is_something()
            && !told.folder.exists()
        {
            form.forget_recordings();
        }
        match form.show(ui, (can_choose, can_record), recorded.as_ref()) {
            Some(Asked::Folder) => {
                let asked = self
                    .recordings
                    .ask(shared.repaint().clone(), pick_recordings);
                form.problem = asked
                    .err()
                    .map(|error| format!("The file dialog cannot be opened: {error}."));
            }
            Some(Asked::Record) => {
                let begun = record(form, &self.learning, shared);
                form.problem = begun.err().map(|error| error.to_string());
            }
            Some(Asked::Stop) => shared.recording().stop(),
            Some(Asked::Start(wish)) => match self.learning.start(&wish, catalogue) {
                Ok(()) => {
                    self.form = None;
                    shared.recording().dismiss();
                }
                Err(error) => form.problem = Some(error.to_string()),
            },
            Some(Asked::Close) => self.form = None,
            None => {}
        }
    }

    /// Title and buttons; whether an instrument of chance is wanted.
    fn show_head(&mut self, ui: &mut Ui, shared: &Shared) -> bool {
        let mut wants_random = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new("Models").font(fonts::semibold(17.0)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if button(ui, "Close", "Close the models", true) {
                    self.open = false;
                }
                if button(ui, "New target\u{2026}", "New target from recordings", true) {
                    let form = self.form.insert(Form::default());
                    let recorded = shared.recording().told();
                    if let Some(told) = recorded.filter(|told| !told.is_over) {
                        form.choose(&told.folder);
                    }
                }
                wants_random = button(ui, "Random", "Random instrument", true);
                let free = !self.loader.is_open();
                if button(ui, "Load\u{2026}", "Load models from files", free) {
                    self.outcomes.clear();
                    if let Err(error) = self.loader.ask(shared.repaint().clone(), pick_models) {
                        self.outcomes.push(Outcome {
                            text: format!("The file dialog cannot be opened: {error}."),
                            failed: true,
                        });
                    }
                }
            });
        });
        wants_random
    }

    /// Makes an instrument of chance, which plays at the first corner.
    fn invent(&mut self, desk: Desk<'_>, catalogue: &Catalogue) {
        self.outcomes.clear();
        match RandomFile::new() {
            Ok(file) => self.open(file.path(), desk, catalogue),
            Err(error) => self.outcomes.push(Outcome {
                text: format!("No random instrument: {error}."),
                failed: true,
            }),
        }
    }

    fn show_outcomes(&self, ui: &mut Ui) {
        let theme = Theme::of(ui);
        for outcome in &self.outcomes {
            let colour = if outcome.failed {
                theme.warning
            } else {
                theme.accent
            };
            let text = RichText::new(&outcome.text).font(fonts::regular(12.5));
            let response = ui.label(text.color(colour));
            response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &outcome.text));
        }
    }
}

fn small(text: &str) -> RichText {
    RichText::new(text).font(fonts::regular(12.5))
}

/// Says what is wrong.
fn warn(ui: &mut Ui, problem: &str) -> Response {
    let colour = Theme::of(ui).warning;
    ui.label(small(problem).color(colour))
}

/// A text button; whether it was clicked.
fn button(ui: &mut Ui, text: &str, name: &str, enabled: bool) -> bool {
    text_button(ui, text, name, enabled).clicked()
}

fn text_button(ui: &mut Ui, text: &str, name: &str, enabled: bool) -> Response {
    let text = RichText::new(text).font(fonts::regular(13.0));
    let response = ui.add_enabled(enabled, Button::new(text));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response
}

/// Begins a recording for a form: among those that are chosen, if they were recorded here, or in a folder of its own.
fn record(form: &mut Form, learning: &Learning, shared: &Shared) -> Result<(), RecordError> {
    let all = learning.recordings().ok_or(RecordError::NoFolder)?;
    let here = form.recordings().filter(|folder| folder.starts_with(&all));
    let folder = match here {
        Some(folder) => folder.to_owned(),
        None => fresh_folder(&all, &file_stem(form.name()))
            .map_err(|source| RecordError::NotWritten { path: all, source })?,
    };
    let repaint = shared.repaint().clone();
    let begun = shared.recording().start(&folder, repaint);
    if begun.is_err() {
        // Not where there is something in it.
        let _ = std::fs::remove_dir(&folder);
    } else {
        form.record_into(folder);
    }
    begun
}

/// Gives the corners of the morph pad that stand for this very model, which was missing, the index that it has now.
fn choose_where_missing(desk: Desk<'_>, catalogue: &Catalogue, index: i32) {
    for (corner, target) in desk.params.targets().iter().enumerate() {
        if target.chosen_index() == MISSING_INDEX
            && catalogue.find(&target.saved()) == Some(Found::Itself(index))
        {
            desk.choose_target(corner, index);
        }
    }
}

/// The files that were dropped on the window in this frame. egui-baseview 0.9 passes none on; whoever else draws the
/// editor does.
pub(super) fn dropped(ui: &Ui) -> Vec<PathBuf> {
    ui.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| file.path().to_owned()).collect()
    })
}

/// Says what dropping would do while files are held over the window.
pub(super) fn show_hovering(ui: &Ui, window: Rect) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let theme = Theme::of(ui);
    let layer = LayerId::new(Order::Foreground, Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(window, 0.0, Color32::from_black_alpha(190));
    let (centre, font): (Pos2, FontId) = (window.center(), fonts::semibold(20.0));
    let text =
        "Drop models or presets here to install them, or a folder of recordings to learn from";
    painter.text(centre, Align2::CENTER_CENTER, text, font, theme.accent_line);
}
