//! The editor without a window: made-up input, a made-up host, and pictures drawn on the processor.
#![allow(clippy::unwrap_used)]

mod clicks;
mod instrument;
mod key;
mod keyboard;
mod late;
mod learning;
mod melody;
mod models;
mod pictures;
mod play_on;
mod presets;
mod rasteriser;
mod recording;
mod snapshots;
mod suits;
mod taste;
mod timbre;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Event, Modifiers, PointerButton, Pos2, Rect, UiBuilder, Vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions};
use mynah_engine::{Control, ControlGroup, Library, Plays, Report};
use mynah_models::HOP_SAMPLES;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamSetter;

use super::app::{self, App};
use super::layout::Layout;
use super::presets::Presets;
use crate::editor_size::EditorSize;
use crate::fake_host::{FakeHost, Told};
use crate::install;
use crate::params::{ControlParam, MynahParams};
use crate::recorder::Recorder;
use crate::shared::{Reading, Shared};
use crate::targets::{Catalogue, catalogue};
use rasteriser::Rasteriser;

/// What the harness keeps between frames.
struct Open {
    app: App,
    recorder: Recorder,
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
        Self::with(catalogue, size, |app| app.with_presets(presets))
    }

    fn started_with(catalogue: &'static Catalogue, size: Vec2, files: Vec<PathBuf>) -> Self {
        let presets = Presets::of(None);
        let app = |app: App| app.with_presets(presets).with_opened(files);
        Self::with(catalogue, size, app)
    }

    fn with(catalogue: &'static Catalogue, size: Vec2, change: impl FnOnce(App) -> App) -> Self {
        Self::sharing(catalogue, size, Arc::default(), change)
    }

    /// The instrument's, with the shipped models.
    fn of_keys() -> Self {
        install(Library::shipped());
        let (width, height) = EditorSize::DEFAULT;
        let params = MynahParams::of(Plays::Keys, catalogue());
        let size = Vec2::new(width as f32, height as f32);
        let presets = Presets::of(None).playing(Plays::Keys);
        let with_presets = |app: App| app.with_presets(presets);
        Self::of_params(params, catalogue(), size, Arc::default(), with_presets)
    }

    /// A window of an instance that is there already.
    fn sharing(
        catalogue: &'static Catalogue,
        size: Vec2,
        shared: Arc<Shared>,
        change: impl FnOnce(App) -> App,
    ) -> Self {
        let params = MynahParams::new(catalogue);
        Self::of_params(params, catalogue, size, shared, change)
    }

    fn of_params(
        params: MynahParams,
        catalogue: &'static Catalogue,
        size: Vec2,
        shared: Arc<Shared>,
        change: impl FnOnce(App) -> App,
    ) -> Self {
        let params = Arc::new(params);
        let host: Arc<FakeHost> = Arc::default();
        let open = Open {
            app: change(App::new(params.clone(), shared.clone(), catalogue)),
            recorder: Recorder::new(
                GuiContext::new(host.clone()),
                params.clone(),
                shared.clone(),
            ),
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
                    open.app.show(&mut ui, &setter);
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
        self.host.told()
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
            key: None,
            cancels: false,
            beat_s: 0.0,
            reports: false,
            held_keys: 1 << 57 | 1 << 61 | 1 << 64,
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
