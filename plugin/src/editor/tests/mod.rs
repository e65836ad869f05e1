//! The editor without a window: made-up input, a made-up host, and pictures drawn on the processor.
#![allow(unsafe_code, clippy::unwrap_used)]

mod clicks;
mod keyboard;
mod late;
mod melody;
mod models;
mod presets;
mod rasteriser;
mod snapshots;

use std::sync::{Arc, Mutex};

use egui::{Event, Modifiers, PointerButton, Pos2, Rect, UiBuilder, Vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions};
use mynah_engine::{Control, Library, Report};
use mynah_models::HOP_SAMPLES;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{GuiContextInner, ParamPtr, ParamSetter, PluginState};

use super::app::{self, App};
use super::layout::Layout;
use super::presets::Presets;
use crate::params::{ControlParam, MynahParams};
use crate::recorder::Recorder;
use crate::shared::{Reading, Shared};
use crate::state::EditorSize;
use crate::targets::{Catalogue, catalogue, install};
use rasteriser::Rasteriser;

/// What the host was told about a parameter.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Told {
    Begin,
    Set,
    End,
}

/// A host that takes over every change at once, or, if it is late, when it comes to it.
#[derive(Default)]
struct FakeHost {
    told: Mutex<Vec<Told>>,
    /// What it has not taken over yet; none if it is not late.
    waiting: Mutex<Option<Vec<(ParamPtr, f32)>>>,
}

impl FakeHost {
    fn be_late(&self) {
        *self.waiting.lock().unwrap() = Some(Vec::new());
    }

    /// Takes over so many of the changes that wait, in their order.
    fn take_over(&self, count: usize) {
        let mut waiting = self.waiting.lock().unwrap();
        let waiting = waiting.as_mut().unwrap();
        let count = count.min(waiting.len());
        for (param, normalized) in waiting.drain(..count) {
            // SAFETY: the parameters live in the app's `Arc`, which the bench holds, too.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
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
        // SAFETY: the parameters live in the app's `Arc`, which outlives the frame.
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

/// What the harness keeps between frames.
struct Open {
    app: App,
    recorder: Recorder,
    catalogue: &'static Catalogue,
}

/// An editor without a window.
struct Bench {
    harness: Harness<'static, Open>,
    params: Arc<MynahParams>,
    shared: Arc<Shared>,
    host: Arc<FakeHost>,
}

impl Bench {
    /// With the shipped models, as large as a new editor.
    fn new() -> Self {
        // Whichever test comes first.
        install(Library::shipped());
        let (width, height) = EditorSize::DEFAULT;
        Self::of(catalogue(), Vec2::new(width as f32, height as f32))
    }

    fn of(catalogue: &'static Catalogue, size: Vec2) -> Self {
        Self::with_presets(catalogue, size, Presets::of(None))
    }

    fn with_presets(catalogue: &'static Catalogue, size: Vec2, presets: Presets) -> Self {
        let params: Arc<MynahParams> = Arc::default();
        let shared: Arc<Shared> = Arc::default();
        let host: Arc<FakeHost> = Arc::default();
        let open = Open {
            app: App::new(params.clone(), shared.clone()).with_presets(presets),
            recorder: Recorder::new(
                GuiContext::new(host.clone()),
                params.clone(),
                shared.clone(),
            ),
            catalogue,
        };
        let harness = Harness::builder()
            .with_size(size)
            .with_context_setup(app::prepare)
            .with_max_steps(12)
            .with_step_dt(0.03)
            .with_render_cursor(false)
            .with_options(
                SnapshotOptions::new()
                    .output_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"))
                    .threshold(2.0)
                    .max_failed_pixels(40),
            )
            .renderer(Rasteriser::default())
            .build_ui_state(
                |ui, open: &mut Open| {
                    // The harness leaves a margin around what it tests; a window has none.
                    let window = ui.ctx().content_rect();
                    let mut ui = ui.new_child(UiBuilder::new().max_rect(window));
                    ui.set_clip_rect(window);
                    let setter = ParamSetter::new(&open.recorder);
                    open.app.show(&mut ui, &setter, open.catalogue);
                },
                open,
            );
        let mut bench = Self {
            harness,
            params,
            shared,
            host,
        };
        bench.harness.run();
        bench
    }

    fn layout(&self) -> Layout {
        Layout::of(self.harness.ctx.content_rect())
    }

    fn told(&self) -> Vec<Told> {
        std::mem::take(&mut self.host.told.lock().unwrap())
    }

    fn param(&self, control: Control) -> &ControlParam {
        &self.params[control]
    }

    /// Sets a control as the host would.
    fn set(&mut self, control: Control, number: f32) {
        let param = &self.params[control];
        let setter = ParamSetter::new(&*self.host);
        param.set(&setter, param.normalized_of(number));
        self.told();
        self.harness.run();
    }

    fn rect_of(&self, label: &str) -> Rect {
        self.harness.get_by_label(label).rect()
    }

    fn button(&mut self, at: Pos2, pressed: bool, modifiers: Modifiers) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        });
        self.harness.step();
    }

    /// Presses and releases, far enough from the next click not to be a double-click.
    fn click_at(&mut self, at: Pos2, modifiers: Modifiers) {
        self.hold(modifiers);
        self.button(at, true, modifiers);
        self.button(at, false, modifiers);
        self.hold(Modifiers::NONE);
        self.rest();
    }

    fn hold(&mut self, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.step();
    }

    /// Longer than between the two parts of a double-click.
    fn rest(&mut self) {
        self.harness.run_steps(30);
        self.harness.run();
    }

    fn click(&mut self, label: &str) {
        self.click_at(self.rect_of(label).center(), Modifiers::NONE);
    }

    fn double_click(&mut self, at: Pos2) {
        for pressed in [true, false, true, false] {
            self.button(at, pressed, Modifiers::NONE);
        }
        self.rest();
    }

    /// Drags from one place to another in ten steps.
    fn drag(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers) {
        self.hold(modifiers);
        self.button(from, true, modifiers);
        for step in 1..=10 {
            let at = from + (to - from) * (step as f32 / 10.0);
            self.harness.event(Event::PointerMoved(at));
            self.harness.step();
        }
        self.button(to, false, modifiers);
        self.hold(Modifiers::NONE);
        self.rest();
    }

    /// What a melody leaves in the meters.
    fn play(&mut self) {
        self.shared.set_editor_open(true);
        self.shared
            .set_activation(crate::shared::Condition::Running, 48_000.0, 144);
        self.shared.publish(&Reading {
            input_peak: 0.42,
            output_peak: 0.30,
            pitch_hz: 441.5,
            voicing: 1.0,
            octave: -1,
            cancels: false,
            reports: false,
        });
        // A note that bends upwards, and an octave lower what might come of it.
        let mut phase = 0.0;
        for hop in 0..700 {
            let pitch_hz = 440.0 * (hop as f32 / 4_200.0).exp2();
            let phases: [f32; HOP_SAMPLES] = std::array::from_fn(|_| {
                phase = (phase + pitch_hz / 48_000.0) % 2.0;
                phase
            });
            self.harness.state_mut().app.scope().take(&Report {
                input: phases.map(|phase| 0.6 * phase.fract() - 0.3),
                output: phases.map(|phase| 0.2 * phase - 0.2),
                tracked_hz: pitch_hz,
                played_hz: pitch_hz / 2.0,
                voicing: 1.0,
                gate_open: true,
                notes: if hop < 350 { 1 } else { 2 },
                note_semitones: 57.0,
                compute_ns: 160_000,
                ..Report::SILENCE
            });
        }
        self.harness.step();
    }
}
