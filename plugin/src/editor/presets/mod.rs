//! The presets: which one is set, choosing, saving and deleting them; undoing, comparing, rating and dreams.

mod bar;
mod browser;
mod save;
mod taste;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Key, Modifiers, Rect, Ui};
use mynah_engine::{
    Existing, Plays, Preset, PresetError, PresetFolder, PresetSource, Report, factory_presets,
    preset_folder,
};
use mynah_explore::Ratings;

use crate::comparison::Loaded;
use crate::exploring::Exploring;
use crate::params::Values;
use crate::preset::{is_set, of_params};
use crate::recorder::Player;
use crate::targets::Catalogue;

/// Where to go in the list.
#[derive(Clone, Copy)]
enum Way {
    Back,
    Forth,
}

/// The presets of an open editor.
pub(super) struct Presets {
    /// What the plugin plays: it has presets of its own.
    plays: Plays,
    /// Of the player's own.
    folder: Option<PresetFolder>,
    list: Vec<Arc<Loaded>>,
    /// Files that are no presets, each with the reason.
    problems: Vec<String>,
    /// What the list is searched for, and the category that is shown.
    search: String,
    category: Option<String>,
    /// The one that is asked about before it is deleted.
    doomed: Option<PathBuf>,
    save: save::Form,
    /// What went wrong last.
    complaint: Option<String>,
    exploring: Exploring,
    /// What was rated last, and how.
    rated: Option<(bool, Values)>,
}

impl Presets {
    /// The factory's and the player's own.
    pub(super) fn new() -> Self {
        Self::of(preset_folder().map(PresetFolder::new)).rating_in(Ratings::of_user().ok())
    }

    /// With the player's ratings in this file.
    pub(super) fn rating_in(mut self, ratings: Option<Ratings>) -> Self {
        self.exploring = Exploring::of(ratings);
        self
    }

    /// Hears what is played: ratings and dreams are of it.
    pub(super) fn take(&mut self, report: &Report) {
        self.exploring.take(report);
    }

    /// Those of a folder.
    pub(super) fn of(folder: Option<PresetFolder>) -> Self {
        let mut presets = Self {
            plays: Plays::Sound,
            folder,
            list: Vec::new(),
            problems: Vec::new(),
            search: String::new(),
            category: None,
            doomed: None,
            save: save::Form::default(),
            complaint: None,
            exploring: Exploring::of(None),
            rated: None,
        };
        presets.read();
        presets
    }

    /// Those for a plugin that plays this.
    pub(super) fn playing(mut self, plays: Plays) -> Self {
        self.plays = plays;
        self.read();
        self
    }

    /// Draws the bar, and what it has opened; takes the shortcuts of undoing.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        player: Player<'_>,
        catalogue: &Catalogue,
        rect: Rect,
        models_open: &mut bool,
    ) {
        if !ui.ctx().text_edit_focused() {
            shortcuts(ui, player);
        }
        self.show_bar(ui, player, catalogue, rect, models_open);
    }

    /// Takes over a preset's file from elsewhere, and loads it.
    pub(super) fn import(&mut self, file: &Path, player: Player<'_>, catalogue: &Catalogue) {
        let read = Preset::read_file(file).map_err(|error| match error {
            PresetError::Read { .. } => error.to_string(),
            _ => format!("{}: {error}", file.display()),
        });
        let kept = read.and_then(|preset| {
            let kept = self.keep(preset, Existing::Keep);
            player.load(&kept.map_err(|error| error.to_string())?, catalogue)
        });
        self.complaint = kept.unwrap_or_else(Some);
    }

    /// Reads the player's folder again.
    fn read(&mut self) {
        let (entries, problems) = match &self.folder {
            Some(folder) => folder.list(),
            None => (Vec::new(), Vec::new()),
        };
        self.list = entries
            .into_iter()
            .map(|entry| loaded(entry.preset, entry.source))
            .collect();
        if self.folder.is_none() {
            let factory = factory_presets().iter();
            let factory = factory.map(|preset| loaded(preset.clone(), PresetSource::Factory));
            self.list.extend(factory);
        }
        let plays = self.plays;
        self.list.retain(|listed| listed.preset.plays == plays);
        self.problems = problems
            .into_iter()
            .map(|(path, problem)| format!("{}: {problem}", path.display()))
            .collect();
    }

    fn load(&mut self, preset: &Arc<Loaded>, player: Player<'_>, catalogue: &Catalogue) {
        self.complaint = player.load(preset, catalogue).unwrap_or_else(Some);
    }

    /// Loads the next one behind the present one, or the one before, of those that the browser shows; of all if it
    /// shows none.
    fn step(&mut self, way: Way, player: Player<'_>, catalogue: &Catalogue) {
        let all = 0..self.list.len();
        let mut shown: Vec<usize> = all
            .filter(|position| self.shows(&self.list[*position].preset))
            .collect();
        if shown.is_empty() {
            shown = (0..self.list.len()).collect();
        }
        let present = player.shared.comparison().label().clone();
        let at = present.and_then(|present| self.list.iter().position(|other| other.is(&present)));
        let next = match way {
            Way::Forth => {
                let behind = shown.iter().find(|next| at.is_some_and(|at| **next > at));
                behind.or(shown.first())
            }
            Way::Back => {
                let before = shown.iter().rev();
                let mut before = before.filter(|next| at.is_some_and(|at| **next < at));
                before.next().or(shown.last())
            }
        };
        if let Some(preset) = next.map(|next| self.list[*next].clone()) {
            self.load(&preset, player, catalogue);
        }
    }

    /// Saves what is set; the sentence that says why not.
    fn save(
        &mut self,
        name: &str,
        about: &str,
        existing: Existing,
        player: Player<'_>,
        catalogue: &Catalogue,
    ) -> Result<(), PresetError> {
        let preset = of_params(player.params, catalogue, name.trim(), "Own", about.trim());
        let kept = self.keep(preset, existing)?;
        player.shared.comparison().name(Some(kept));
        Ok(())
    }

    fn keep(&mut self, preset: Preset, existing: Existing) -> Result<Arc<Loaded>, PresetError> {
        let folder = self.folder.as_ref().ok_or(PresetError::NoFolder)?;
        let path = folder.save(&preset, existing)?;
        self.read();
        Ok(loaded(preset, PresetSource::File(path)))
    }

    fn delete(&mut self, path: &Path) {
        let deleted = self.folder.as_ref().map(|folder| folder.delete(path));
        if let Some(Err(error)) = deleted {
            self.complaint = Some(error.to_string());
        }
        self.read();
    }

    /// The name of what is set, and whether it has been changed since it was loaded.
    fn present(&self, player: Player<'_>, catalogue: &Catalogue) -> (String, bool) {
        match player.shared.comparison().label().as_ref() {
            Some(loaded) => (
                loaded.preset.name.clone(),
                !is_set(&loaded.preset, player.params, catalogue),
            ),
            None => ("No preset".to_owned(), false),
        }
    }
}

fn loaded(preset: Preset, source: PresetSource) -> Arc<Loaded> {
    let source = Some(source);
    Arc::new(Loaded { preset, source })
}

fn shortcuts(ui: &Ui, player: Player<'_>) {
    let (redo, undo) = ui.input_mut(|input| {
        let again = input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)
            || input.consume_key(Modifiers::COMMAND, Key::Y);
        (again, input.consume_key(Modifiers::COMMAND, Key::Z))
    });
    if redo {
        player.undo(true);
    } else if undo {
        player.undo(false);
    }
}
