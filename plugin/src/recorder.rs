//! Between the editor and the host: hears every gesture of the player's on its way, for the history.

use std::sync::Arc;
use std::time::Instant;

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{GuiContextInner, ParamPtr, ParamSetter, PluginState};

use crate::comparison::{Label, Loaded};
use crate::params::{MynahParams, Values};
use crate::preset::changes;
use crate::shared::Shared;
use crate::targets::Catalogue;

use mynah_engine::Control;

/// The position of the bypass among all parameters.
const BYPASS: usize = MynahParams::position_of_control(Control::Bypass);

/// Passes on what an editor sets, and notes it.
pub(crate) struct Recorder {
    context: GuiContext,
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    begun: Instant,
}

impl Recorder {
    pub(crate) fn new(context: GuiContext, params: Arc<MynahParams>, shared: Arc<Shared>) -> Self {
        Self {
            context,
            params,
            shared,
            begun: Instant::now(),
        }
    }

    fn now_s(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

// SAFETY of all three: they only hand on what they were given; the caller keeps the promises that the host asks for.
#[allow(unsafe_code)]
impl GuiContextInner for Recorder {
    fn plugin_api(&self) -> PluginApi {
        self.context.plugin_api()
    }

    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        if let Some(position) = self.params.position_of(param)
            && let Some(history) = self.shared.comparison().listening()
        {
            history.begin(position, self.params.value_at(position), self.now_s());
        }
        // SAFETY: see above.
        unsafe { self.context.raw_begin_set_parameter(param) };
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        if let Some(position) = self.params.position_of(param)
            && let Some(history) = self.shared.comparison().listening()
        {
            history.set(position, normalized);
        }
        // SAFETY: see above.
        unsafe { self.context.raw_set_parameter_normalized(param, normalized) };
    }

    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        // SAFETY: see above.
        unsafe { self.context.raw_end_set_parameter(param) };
        if self.params.position_of(param).is_some()
            && let Some(history) = self.shared.comparison().listening()
        {
            history.end(self.now_s());
        }
    }

    fn get_state(&self) -> PluginState {
        self.context.get_state()
    }

    fn set_state(&self, state: PluginState) {
        self.context.set_state(state);
    }

    fn request_restart(&self) {
        self.context.request_restart();
    }
}

/// What the player does with the history, through a setter that a [`Recorder`] hears.
#[derive(Clone, Copy)]
pub(crate) struct Player<'a> {
    pub(crate) params: &'a MynahParams,
    pub(crate) shared: &'a Shared,
    pub(crate) setter: &'a ParamSetter<'a>,
    /// Time of the editor, for the history.
    pub(crate) now_s: f64,
}

impl Player<'_> {
    /// Takes the last step back, or, with `redo`, again.
    pub(crate) fn undo(self, redo: bool) {
        let values = self.shared.comparison().undo(redo);
        self.apply(values);
    }

    /// Changes between A and B. The bypass stays as it is.
    pub(crate) fn switch(self) {
        let mut values = self.shared.comparison().switch(&self.values());
        if let Some(values) = &mut values {
            values.retain(|(position, _)| *position != BYPASS);
        }
        self.apply(values);
    }

    /// Makes the side that is not heard like the one that is.
    pub(crate) fn copy(self) {
        let now = self.values();
        self.shared.comparison().copy(&now, self.now_s);
    }

    /// What is set, with the bypass, which belongs to neither side, always off.
    fn values(self) -> Values {
        let mut values = self.params.values();
        values[BYPASS] = 0.0;
        values
    }

    /// Loads a preset: one step. Returns the sentence that says which of its targets was retrained, if one was.
    ///
    /// # Errors
    /// The sentence that says which of its targets is not here; nothing is changed then.
    pub(crate) fn load(
        self,
        preset: &Arc<Loaded>,
        catalogue: &Catalogue,
    ) -> Result<Option<String>, String> {
        let changes = changes(&preset.preset, self.params, catalogue)?;
        self.set_as_one(Some(preset.clone()), &changes.values);
        Ok(changes.note)
    }

    /// Sets parameters in one step, after which `label` is the preset that is set.
    pub(crate) fn set_as_one(self, label: Label, values: &[(usize, f32)]) {
        self.shared.comparison().begin_preset(label, self.now_s);
        self.params.set_values(self.setter, values);
        self.shared.comparison().end_preset(self.now_s);
    }

    fn apply(self, values: Option<Vec<(usize, f32)>>) {
        if let Some(values) = values {
            self.params.set_values(self.setter, &values);
            self.shared.comparison().done();
        }
    }
}

#[cfg(test)]
mod tests;
