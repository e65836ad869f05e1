//! A host for tests.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::sync::Mutex;

use nice_plug::context::PluginApi;
use nice_plug::prelude::{GuiContextInner, ParamPtr, PluginState};

/// What the host was told about a parameter.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Told {
    Begin,
    Set,
    End,
}

/// A host that takes over every change at once, or, if it is late, when it comes to it. Its parameters must outlive it.
#[derive(Default)]
pub(crate) struct FakeHost {
    told: Mutex<Vec<Told>>,
    /// What it has not taken over yet; none if it is not late.
    waiting: Mutex<Option<Vec<(ParamPtr, f32)>>>,
}

impl FakeHost {
    pub(crate) fn be_late(&self) {
        *self.waiting.lock().unwrap() = Some(Vec::new());
    }

    /// Takes over so many of the changes that wait, in their order.
    pub(crate) fn take_over(&self, count: usize) {
        let mut waiting = self.waiting.lock().unwrap();
        let waiting = waiting.as_mut().unwrap();
        let count = count.min(waiting.len());
        for (param, normalized) in waiting.drain(..count) {
            // SAFETY: the parameters live in an `Arc` that the test holds.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
    }

    /// What it was told since the last call.
    pub(crate) fn told(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The gestures that have begun since the last call of this or of [`told`](Self::told).
    pub(crate) fn gestures(&self) -> usize {
        let told = self.told().into_iter();
        told.filter(|told| *told == Told::Begin).count()
    }
}

impl GuiContextInner for FakeHost {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {
        self.told.lock().unwrap().push(Told::Begin);
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.told.lock().unwrap().push(Told::Set);
        if let Some(waiting) = &mut *self.waiting.lock().unwrap() {
            return waiting.push((param, normalized));
        }
        // SAFETY: the parameters live in an `Arc` that the test holds.
        unsafe { param._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {
        self.told.lock().unwrap().push(Told::End);
    }
    fn get_state(&self) -> PluginState {
        PluginState {
            version: String::new(),
            params: Default::default(),
            fields: Default::default(),
        }
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}
