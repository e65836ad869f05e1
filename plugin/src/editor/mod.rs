//! The editor: a resizable window drawn with egui, in a dark or a light theme.
//!
//! Every control can be reached and moved from the keyboard, and gives its role, name and value to egui's
//! AccessKit tree. egui-baseview has no adapter that would hand this tree to a screen reader yet; the tests
//! find the controls by it.
//!
//! A fresh app is made for every window that opens and dropped when it closes, so nothing
//! is kept or computed while there is none, and the size a state brings is honoured
//! (nice-plug-egui's own editor fixes its size when the plugin is created).

mod app;
mod desk;
mod fonts;
mod grip;
mod header;
mod layout;
mod meter;
mod models;
mod panels;
mod piano;
mod pictures;
mod places;
mod presets;
mod scope;
mod screen;
mod status_line;
mod suits;
mod tab;
mod targets;
mod theme;
mod widgets;
mod wording;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{HostMethods, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::{EguiEditorHandle, EguiEditorState, EguiNiceSettings, create_egui_editor};

use crate::editor_size::EditorSize;
use crate::look::SCALES_PERCENT;
use crate::opened::take_opened;
use crate::params::MynahParams;
use crate::resident;
use crate::shared::Shared;
use crate::targets::Catalogue;

use screen::Screen;

pub use places::{Place, places};
pub use screen::{NoScreen, check_screen};

/// How often a changed meter may ask for a new picture.
const REPAINT_POLL_INTERVAL: Duration = Duration::from_millis(16);

/// What nice-plug asks for windows.
pub struct MynahEditor {
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    catalogue: &'static Catalogue,
    /// Whether size and scale have been fitted to the screen.
    fitted: AtomicBool,
}

impl MynahEditor {
    pub(crate) fn new(
        params: Arc<MynahParams>,
        shared: Arc<Shared>,
        catalogue: &'static Catalogue,
    ) -> Self {
        Self {
            params,
            shared,
            catalogue,
            fitted: AtomicBool::new(false),
        }
    }

    /// Makes size and scale such that all of the editor can be seen on the screen, and learns the screen's own scale,
    /// which a host needs to know before there is a window.
    fn fit_to_screen(&self) {
        self.fitted.store(true, Ordering::Relaxed);
        if let Some(screen) = Screen::main() {
            self.shared.suggest_scale_factor(screen.scale_factor);
            let mut look = self.params.editor_look.get();
            let (percent, (width, height)) =
                screen.fit(look.scale_percent, self.params.editor_size.get());
            look.scale_percent = percent;
            self.params.editor_look.store(look);
            self.params.editor_size.store(width, height);
        }
    }

    fn zoom_factor(&self) -> f32 {
        self.params.editor_look.get().zoom_factor()
    }

    /// The size before it is scaled.
    fn logical_size(&self) -> LogicalSize<f64> {
        let (width, height) = self.params.editor_size.get();
        LogicalSize::new(f64::from(width), f64::from(height))
    }
}

impl Editor for MynahEditor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        resident::stay();
        self.fit_to_screen();
        let settings = EguiNiceSettings::new()
            .with_tile("Mynah")
            .with_resize_hint(self.resize_hint())
            .with_repaint_poll_interval(REPAINT_POLL_INTERVAL);
        let app = app::App::new(self.params.clone(), self.shared.clone(), self.catalogue)
            .with_opened(take_opened());
        let editor = create_egui_editor(
            EguiEditorState::from_size(self.logical_size(), self.zoom_factor()),
            self.shared.repaint().clone(),
            settings,
            app,
        )
        .ok_or("egui made no editor")?;
        editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )
    }

    fn size(&self) -> NativeSize<u32> {
        // A host may ask before it opens the editor.
        if !self.fitted.load(Ordering::Relaxed) {
            self.fit_to_screen();
        }
        let scale = f64::from(self.shared.scale_factor() * self.zoom_factor());
        NativeSize::from_size(Size::Logical(self.logical_size()), scale)
    }

    fn resize_hint(&self) -> ResizeHint {
        let (min_width, min_height) = EditorSize::MIN;
        let (max_width, max_height) = EditorSize::MAX;
        // The scale can change while a window is open, its bounds cannot.
        let [smallest, largest] = [SCALES_PERCENT[0], SCALES_PERCENT[SCALES_PERCENT.len() - 1]]
            .map(|percent| percent as f32 / 100.0);
        ResizeHint::resizable().with_min_max_logical_size(
            Some(LogicalSize::new(
                min_width as f32 * smallest,
                min_height as f32 * smallest,
            )),
            Some(LogicalSize::new(
                max_width as f32 * largest,
                max_height as f32 * largest,
            )),
        )
    }
}
