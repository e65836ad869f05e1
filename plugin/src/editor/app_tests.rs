//! The editor driven without a window: egui draws frames from made-up input, and a made-up host
//! takes the parameter changes.
#![allow(unsafe_code, clippy::unwrap_used)]

use std::sync::Mutex;
use std::time::Instant;

use egui::epaint::Primitive;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};
use mynah_engine::{Library, Quality};
use mynah_models::Mode;
use nice_plug::context::PluginApi;
use nice_plug::prelude::{GuiContextInner, ParamPtr, PluginState};

use super::*;
use crate::editor::layout::Layout;
use crate::editor::target_list::Grid;
use crate::editor::{controls, knob};
use crate::shared::{Condition, Reading};
use crate::sound::Sound;
use crate::state::EditorSize;
use crate::targets::install;

/// What the host was told about a parameter.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Told {
    Begin,
    Set,
    End,
}

/// A host that takes over every change at once.
#[derive(Default)]
struct FakeHost {
    told: Mutex<Vec<Told>>,
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
        // SAFETY: the parameters live in the app's `Arc`, which outlives the frame.
        unsafe { param._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {
        self.told.lock().unwrap().push(Told::End);
    }
    fn get_state(&self) -> PluginState {
        unimplemented_state()
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

fn unimplemented_state() -> PluginState {
    PluginState {
        version: String::new(),
        params: Default::default(),
        fields: Default::default(),
    }
}

/// An editor without a window.
struct Bench {
    app: App,
    host: FakeHost,
    ctx: egui::Context,
    size: (u32, u32),
    time_s: f64,
}

impl Bench {
    fn new() -> Self {
        // Whichever test comes first.
        install(Library::shipped());
        let ctx = egui::Context::default();
        theme::apply(&ctx);
        let mut bench = Self {
            app: App::new(Arc::default(), Arc::default()),
            host: FakeHost::default(),
            ctx,
            size: EditorSize::DEFAULT,
            time_s: 0.0,
        };
        // The first frame learns where everything is.
        bench.frame(vec![]);
        bench
    }

    fn window(&self) -> Rect {
        Rect::from_min_size(Pos2::ZERO, vec2(self.size.0 as f32, self.size.1 as f32))
    }

    fn layout(&self) -> Layout {
        Layout::of(self.window())
    }

    fn frame(&mut self, events: Vec<Event>) -> egui::FullOutput {
        self.time_s += 0.03;
        let input = RawInput {
            screen_rect: Some(self.window()),
            time: Some(self.time_s),
            events,
            ..RawInput::default()
        };
        let setter = ParamSetter::new(&self.host);
        let app = &mut self.app;
        self.ctx
            .run_ui(input, |ui| app.show(ui, &setter, catalogue()))
    }

    fn button(&mut self, at: Pos2, pressed: bool) {
        self.frame(vec![
            Event::PointerMoved(at),
            Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            },
        ]);
    }

    fn click(&mut self, at: Pos2) {
        self.frame(vec![Event::PointerMoved(at)]);
        self.button(at, true);
        self.button(at, false);
        // Far enough from the next click not to be a double-click.
        self.time_s += 1.0;
        self.frame(vec![]);
    }

    fn key(&mut self, key: Key) {
        self.frame(vec![Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        }]);
        self.frame(vec![]);
    }

    fn told(&self) -> Vec<Told> {
        std::mem::take(&mut self.host.told.lock().unwrap())
    }
}

#[test]
fn a_click_on_a_card_chooses_it() {
    let mut bench = Bench::new();
    let count = catalogue().entries().len();
    for index in (0..count).rev() {
        let card = Grid::of(bench.layout().targets, count).card(index);
        bench.click(card.center());
        assert_eq!(bench.app.params.targets()[0].slot(), index as i32);
        let once = vec![Told::Begin, Told::Set, Told::End];
        assert_eq!(bench.told(), once);
        let saved = bench.app.params.targets()[0].saved();
        assert_eq!(saved.name, catalogue().entries()[index].info().name);
        // The chosen one again: nothing to tell.
        bench.click(card.center());
        assert!(bench.told().is_empty());
    }
}

#[test]
fn knobs_are_dragged_and_reset() {
    let mut bench = Bench::new();
    let dial = knob::dial_centre(controls::knob_corner(bench.layout().controls, 0));
    bench.button(dial, true);
    for step in 1..=9 {
        bench.frame(vec![Event::PointerMoved(
            dial - vec2(0.0, step as f32 * 10.0),
        )]);
    }
    bench.button(dial - vec2(0.0, 90.0), false);
    let value_db = bench.app.params.controls().input_gain_db;
    assert!((value_db - 24.0).abs() < 2.5, "{value_db} dB");
    let told = bench.told();
    assert_eq!(told.first(), Some(&Told::Begin));
    assert_eq!(told.last(), Some(&Told::End));

    bench.time_s += 1.0;
    for pressed in [true, false, true, false] {
        bench.button(dial, pressed);
    }
    assert_eq!(bench.app.params.controls().input_gain_db, 0.0);
}

#[test]
fn values_are_typed() {
    let mut bench = Bench::new();
    let corner = controls::knob_corner(bench.layout().controls, 2);
    for (typed, key, expected) in [
        ("37", Key::Enter, 0.37),
        ("12 %", Key::Enter, 0.12),
        ("80", Key::Escape, 0.12),
        ("loud", Key::Enter, 0.12),
        ("400", Key::Enter, 1.0),
    ] {
        bench.click(knob::value_rect(corner).center());
        bench.frame(vec![]);
        bench.frame(vec![Event::Text(typed.to_owned())]);
        bench.key(key);
        let mix = bench.app.params.controls().mix;
        assert!((mix - expected).abs() < 1e-6, "{typed}: {mix}");
    }
}

#[test]
fn buttons_switch_mode_octave_bypass_and_quality() {
    let mut bench = Bench::new();
    let panel = bench.layout().controls;
    bench.click(pos2(
        panel.left() + panel.width() * 0.22,
        panel.top() + 52.0,
    ));
    assert_eq!(bench.app.params.controls().mode, Mode::Follow);
    bench.click(pos2(panel.left() + 40.0, panel.bottom() - 32.0));
    assert_eq!(bench.app.params.controls().octave, -2);
    let header = bench.layout().header;
    bench.click(pos2(header.right() - 50.0, header.center().y));
    assert!(bench.app.params.controls().bypass);
    bench.click(pos2(header.right() - 50.0, header.center().y));
    assert!(!bench.app.params.controls().bypass);
    for expected in [Quality::Eco, Quality::Full] {
        bench.click(pos2(header.right() - 148.0, header.center().y));
        assert_eq!(bench.app.params.controls().quality, expected);
    }
}

#[test]
fn every_size_and_state_is_drawn() {
    let mut bench = Bench::new();
    for size in [EditorSize::MIN, EditorSize::DEFAULT, EditorSize::MAX] {
        bench.size = size;
        for condition in [
            Condition::Idle,
            Condition::Running,
            Condition::UnsupportedRate,
            Condition::EngineFailed,
        ] {
            bench.app.shared.set_activation(condition, 48_000.0, 144);
            for slot in [0.0, 0.9, 1.0] {
                let setter = ParamSetter::new(&bench.host);
                setter.set_parameter_normalized(&bench.app.params.targets()[0].index, slot);
                bench.frame(vec![]);
            }
        }
        // What was drawn stays inside the window.
        let layout = bench.layout();
        for part in [
            layout.header,
            layout.targets,
            layout.controls,
            layout.footer,
        ] {
            assert!(bench.window().contains_rect(part));
            assert!(part.is_positive());
        }
    }
}

#[test]
fn meters_move_and_come_to_rest() {
    let mut bench = Bench::new();
    bench.app.shared.set_editor_open(true);
    bench.app.shared.publish(&Reading {
        input_peak: 0.5,
        output_peak: 0.25,
        pitch_hz: 440.0,
        voicing: 1.0,
        reports: true,
    });
    bench.frame(vec![]);
    assert!(bench.app.input.is_moving() && bench.app.output.is_moving());
    for _ in 0..200 {
        bench.frame(vec![]);
    }
    assert!(!bench.app.input.is_moving() && !bench.app.output.is_moving());
}
/// Also prints what a frame costs without the drawing of triangles:
/// `cargo test --release --workspace --lib -- --nocapture a_melody_is_seen`.
#[test]
fn a_melody_is_seen() {
    let mut bench = Bench::new();
    let shared = bench.app.shared.clone();
    shared.set_editor_open(true);
    let (mut sound, controls) = (Sound::default(), mynah_engine::Controls::default());
    sound.prepare(catalogue(), 48_000.0, 800, [0; 4], &controls, &shared);
    let mut phase = 0.0;
    let mut costs_ms = Vec::new();
    for frame in 0..360 {
        // A sixtieth of a second of a sawtooth, a new note four times a second.
        let pitch_hz = 220.0 * 2.0_f32.powf((frame / 15 % 8) as f32 / 6.0);
        let mut block = [0.0; 800].map(|_: f32| {
            phase = (phase + pitch_hz / 48_000.0).fract();
            0.4 * phase - 0.2
        });
        let no_event = || None::<nice_plug::prelude::NoteEvent<()>>;
        sound.process(&mut [&mut block], [0; 4], &controls, no_event, &shared);
        let started = Instant::now();
        let output = bench.frame(vec![]);
        let meshes = bench.ctx.tessellate(output.shapes, output.pixels_per_point);
        costs_ms.push(started.elapsed().as_secs_f64() * 1e3);
        let window = bench.window().expand(2.0);
        for primitive in &meshes {
            let Primitive::Mesh(mesh) = &primitive.primitive else {
                continue;
            };
            // Texts at the very edge are clipped, but nothing is lost far away.
            assert!(
                mesh.vertices
                    .iter()
                    .all(|vertex| window.contains(vertex.pos))
            );
        }
    }
    assert!(bench.app.scope.shows_sound());
    costs_ms.sort_by(f64::total_cmp);
    let (median, p99) = (
        costs_ms[costs_ms.len() / 2],
        costs_ms[costs_ms.len() * 99 / 100],
    );
    println!("a frame of the editor: {median:.2} ms, 99th percentile {p99:.2} ms");
}
