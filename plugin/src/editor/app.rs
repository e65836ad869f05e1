//! One open editor window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamSetter;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, KeyCapture, NiceEguiApp};

use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder};

use mynah_engine::Plays;

use super::desk::Desk;
use super::layout::{Layout, MIN_SIZE};
use super::meter::Meter;
use super::models::{self, Models};
use super::presets::Presets;
use super::scope::{Colours, Scope};
use super::status_line::Live;
use super::suits::Suits;
use super::targets::timbre_map::Places;
use super::targets::{blend, cards};
use super::theme::Theme;
use super::{fonts, grip, header, panels, piano, status_line, theme};
use crate::learning::{Learning, Watch};
use crate::params::MynahParams;
use crate::recorder::{Player, Recorder};
use crate::shared::{Reading, Shared};
use crate::targets::Catalogue;

/// How often falling meters are drawn without new sound.
const ANIMATION_INTERVAL: Duration = Duration::from_millis(16);

/// What is needed while a window is open, and dropped with it.
pub(super) struct App {
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    catalogue: &'static Catalogue,
    recorder: Option<Arc<Recorder>>,
    input: Meter,
    output: Meter,
    scope: Scope,
    suits: Suits,
    presets: Presets,
    models: Models,
    learning: Arc<Learning>,
    /// Looks at what is learnt; none if the system starts no thread.
    _watch: Option<Watch>,
    /// Files with which the program was started, until they are taken.
    opened: Vec<PathBuf>,
    /// The corner of the morph pad that the cards set.
    corner: usize,
    places: Places,
    drawn_at_s: f64,
}

impl App {
    pub(super) fn new(
        params: Arc<MynahParams>,
        shared: Arc<Shared>,
        catalogue: &'static Catalogue,
    ) -> Self {
        let learning = Arc::new(Learning::of(catalogue));
        let plays = params.plays();
        Self {
            params,
            shared,
            catalogue,
            recorder: None,
            input: Meter::new("IN"),
            output: Meter::new("OUT"),
            scope: Scope::new(),
            suits: Suits::default(),
            presets: Presets::new().playing(plays),
            models: Models::new(learning.clone()),
            learning,
            _watch: None,
            opened: Vec::new(),
            corner: 0,
            places: Places::default(),
            drawn_at_s: 0.0,
        }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>) {
        let catalogue = self.catalogue;
        let now_s = ui.input(|input| input.time);
        let elapsed_s = (now_s - self.drawn_at_s).clamp(0.0, 0.5) as f32;
        self.drawn_at_s = now_s;
        let reading = self.shared.take_reading();
        self.input.update(reading.input_peak, elapsed_s);
        self.output.update(reading.output_peak, elapsed_s);
        let listens = self.params.plays() == Plays::Sound;
        self.shared.take_reports(|report| {
            self.scope.take(report);
            self.presets.take(report);
            if listens {
                self.suits.take(report);
            }
        });

        let look = self.params.editor_look.get();
        theme::choose(ui.ctx(), look.dark);
        ui.ctx().set_zoom_factor(look.zoom_factor());

        let window = ui.max_rect();
        ui.painter()
            .rect_filled(window, 0, Theme::of(ui).background);
        let desk = Desk {
            params: &self.params.clone(),
            setter,
        };
        if window.width() >= MIN_SIZE.x && window.height() >= MIN_SIZE.y {
            self.show_parts(ui, desk, catalogue, &reading, window);
        } else {
            ui.scope_builder(UiBuilder::new().max_rect(window), |ui| {
                ScrollArea::both().auto_shrink(false).show(ui, |ui| {
                    let size = window.size().max(MIN_SIZE);
                    let (space, _) = ui.allocate_exact_size(size, Sense::hover());
                    self.show_parts(ui, desk, catalogue, &reading, space);
                });
            });
        }
        self.models.show(ui, desk, &self.shared.clone(), catalogue);
        self.take_files(ui, desk, catalogue);
        models::show_hovering(ui, window);
        grip::show(ui, window);

        if self.params.wait(now_s) || self.is_moving() {
            ui.ctx().request_repaint_after(ANIMATION_INTERVAL);
        }
    }
}

impl App {
    /// Takes these files when it is first drawn.
    pub(super) fn with_opened(mut self, files: Vec<PathBuf>) -> Self {
        self.opened = files;
        self
    }

    /// With other presets than the player's own.
    #[cfg(test)]
    pub(super) fn with_presets(mut self, presets: Presets) -> Self {
        self.presets = presets;
        self
    }

    /// With another folder of what is learnt than the player's.
    #[cfg(test)]
    pub(super) fn with_learning(mut self, learning: Arc<Learning>) -> Self {
        self.models = Models::new(learning.clone());
        self.learning = learning;
        self
    }

    #[cfg(test)]
    pub(super) fn suits(&mut self) -> &mut Suits {
        &mut self.suits
    }

    #[cfg(test)]
    pub(super) fn scope(&mut self) -> &mut Scope {
        &mut self.scope
    }

    /// Whether the picture changes by itself.
    pub(super) fn is_moving(&self) -> bool {
        self.input.is_moving() || self.output.is_moving()
    }

    /// Installs what the program was started with or what was dropped on the window: presets by their ending, and models;
    /// of a folder of recordings a target may be learnt.
    fn take_files(&mut self, ui: &Ui, desk: Desk<'_>, catalogue: &Catalogue) {
        for file in std::mem::take(&mut self.opened) {
            if is_preset(&file) {
                self.import(&file, ui, desk, catalogue);
            } else {
                self.models.open(&file, desk, catalogue);
            }
        }
        for file in models::dropped(ui) {
            if is_preset(&file) {
                self.import(&file, ui, desk, catalogue);
            } else if file.is_dir() {
                self.models.choose_recordings(&file);
            } else {
                self.models.load(&file, desk, catalogue);
            }
        }
    }

    fn import(&mut self, file: &Path, ui: &Ui, desk: Desk<'_>, catalogue: &Catalogue) {
        let shared = self.shared.clone();
        let player = player(ui, desk, &shared);
        self.presets.import(file, player, catalogue);
    }

    /// Everything but the window's corner, in `space`.
    fn show_parts(
        &mut self,
        ui: &mut Ui,
        desk: Desk<'_>,
        catalogue: &Catalogue,
        reading: &Reading,
        space: Rect,
    ) {
        let layout = Layout::of(space);
        header::show(ui, desk, reading, layout.header);
        let shared = self.shared.clone();
        self.presets.show(
            ui,
            player(ui, desk, &shared),
            catalogue,
            header::Parts::of(layout.header).presets,
            &mut self.models.open,
        );
        let plays = desk.params.plays();
        if plays == Plays::Sound {
            self.input.show(ui, layout.input);
        }
        cards::show(ui, desk, catalogue, layout.cards, self.corner);
        panels::show_player(ui, desk, layout.player);
        blend::show(
            ui,
            desk,
            catalogue,
            layout.blend,
            &mut self.corner,
            &mut self.places,
        );
        let (piano, scope) = match plays {
            Plays::Sound => (None, layout.scope),
            Plays::Keys => layout.with_piano(),
        };
        self.scope
            .show(ui, scope, &Colours::of(Theme::of(ui)), plays);
        if let Some(piano) = piano {
            piano::show(ui, &self.shared, reading.held_keys, piano);
        }
        panels::show(ui, desk, layout.panels, reading);
        self.output.show(ui, layout.output);
        let load = self.scope.load();
        status_line::show(
            ui,
            desk,
            &self.shared,
            catalogue,
            layout.status,
            &Live {
                load: &load,
                cancels: reading.cancels,
                suits: self.suits.words(catalogue),
            },
        );
    }
}

fn is_preset(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "json")
}

/// What the player does to presets and history.
fn player<'a>(ui: &Ui, desk: Desk<'a>, shared: &'a Shared) -> Player<'a> {
    Player {
        params: desk.params,
        shared,
        setter: desk.setter,
        now_s: ui.input(|input| input.time),
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        gui_context: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        prepare(&egui_ctx);
        self.recorder = Some(Arc::new(Recorder::new(
            gui_context,
            self.params.clone(),
            self.shared.clone(),
        )));
        self.shared.set_editor_open(true);
        let (learning, repaint) = (self.learning.clone(), self.shared.repaint().clone());
        // Without a thread for it, what is learnt is seen after the next start.
        self._watch = Watch::start(learning, self.catalogue, repaint).ok();
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut Frame) {
        if let Some(recorder) = self.recorder.clone() {
            self.show(ui, &ParamSetter::new(&*recorder));
        }
        frame.set_key_capture(captured_keys(ui.ctx()));
    }

    fn resized(&mut self, new_size: WindowSize) {
        let logical = new_size.logical;
        self.params
            .editor_size
            .store(logical.width.round() as u32, logical.height.round() as u32);
        // egui-baseview counts the zoom in.
        let zoom_factor = self.params.editor_look.get().zoom_factor();
        self.shared
            .set_scale_factor(new_size.scale_factor as f32 / zoom_factor);
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.params.release();
        self.shared.set_editor_open(false);
    }
}

/// The host keeps its shortcuts, the space bar above all, until the tab key has given a control the focus.
fn captured_keys(ctx: &egui::Context) -> KeyCapture {
    if ctx.memory(|memory| memory.focused().is_some()) {
        KeyCapture::CaptureAll
    } else {
        KeyCapture::CaptureKeys("Tab".parse().into_iter().collect())
    }
}

/// Gives a new window its fonts and style.
pub(super) fn prepare(ctx: &egui::Context) {
    fonts::install(ctx);
    theme::apply(ctx);
    // The scale is chosen in the header, and kept.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}
