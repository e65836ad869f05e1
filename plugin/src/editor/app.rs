//! One open editor window.

use std::sync::Arc;
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamSetter;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp};

use egui::Ui;

use super::layout::Layout;
use super::meter::Meter;
use super::scope::{Colours, Scope};
use super::{controls, footer, grip, header, target_list, theme};
use crate::params::MynahParams;
use crate::shared::Shared;
use crate::targets::{Catalogue, catalogue};

/// How often falling meters are drawn without new sound.
const ANIMATION_INTERVAL: Duration = Duration::from_millis(16);

/// What is needed while a window is open, and dropped with it.
pub(super) struct App {
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    context: Option<GuiContext>,
    input: Meter,
    output: Meter,
    scope: Scope,
    drawn_at_s: f64,
}

impl App {
    pub(super) fn new(params: Arc<MynahParams>, shared: Arc<Shared>) -> Self {
        Self {
            params,
            shared,
            context: None,
            input: Meter::new("IN"),
            output: Meter::new("OUT"),
            scope: Scope::new(),
            drawn_at_s: 0.0,
        }
    }

    fn show(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>, catalogue: &Catalogue) {
        let now_s = ui.input(|input| input.time);
        let elapsed_s = (now_s - self.drawn_at_s).clamp(0.0, 0.5) as f32;
        self.drawn_at_s = now_s;
        let reading = self.shared.take_reading();
        self.input.update(reading.input_peak, elapsed_s);
        self.output.update(reading.output_peak, elapsed_s);
        self.shared.take_reports(|report| self.scope.take(report));

        let window = ui.max_rect();
        ui.painter().rect_filled(window, 0, theme::BACKGROUND);
        let layout = Layout::of(window);
        header::show(ui, setter, &self.params, &reading, layout.header);
        self.input.show(ui, layout.input);
        self.output.show(ui, layout.output);
        target_list::show(ui, setter, &self.params, catalogue, layout.targets);
        self.scope.show(ui, layout.scope, &Colours::of_theme());
        controls::show(ui, setter, &self.params, layout.controls);
        footer::show(ui, &self.params, &self.shared, catalogue, layout.footer);
        grip::show(ui, window);

        if self.input.is_moving() || self.output.is_moving() {
            ui.ctx().request_repaint_after(ANIMATION_INTERVAL);
        }
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        gui_context: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::apply(&egui_ctx);
        self.context = Some(gui_context);
        self.shared.set_editor_open(true);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        if let Some(context) = self.context.clone() {
            self.show(ui, &context.param_setter(), catalogue());
        }
    }

    fn resized(&mut self, new_size: WindowSize) {
        let logical = new_size.logical;
        self.params
            .editor_size
            .store(logical.width.round() as u32, logical.height.round() as u32);
        self.shared.set_scale_factor(new_size.scale_factor as f32);
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shared.set_editor_open(false);
    }
}

#[cfg(test)]
#[path = "app_tests.rs"]
mod tests;
