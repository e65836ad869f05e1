//! The editor while the engine plays, frame by frame.

use std::time::Instant;

use egui::epaint::Primitive;
use egui::{Context, RawInput};
use mynah_engine::Controls;
use nice_plug::prelude::NoteEvent;

use super::*;
use crate::sound::{Sound, Stream};

/// Also prints what a frame costs without the drawing of triangles:
/// `cargo test --release -p mynah-plugin --lib -- --nocapture a_melody_is_seen`.
#[test]
fn a_melody_is_seen() {
    install(Library::shipped());
    let shared: Arc<Shared> = Arc::default();
    let host = FakeHost::default();
    let params = Arc::new(MynahParams::new(catalogue()));
    let mut app = App::new(params, shared.clone(), catalogue());
    let ctx = Context::default();
    app::prepare(&ctx);
    let (width, height) = EditorSize::DEFAULT;
    let window = Rect::from_min_size(Pos2::ZERO, Vec2::new(width as f32, height as f32));

    shared.set_editor_open(true);
    let (mut sound, controls) = (Sound::default(), Controls::default());
    sound.prepare(
        catalogue(),
        Stream::bounced(48_000.0),
        [0; 4],
        &controls,
        &shared,
    );
    let mut phase = 0.0;
    let mut costs_ms = Vec::new();
    for frame in 0..360 {
        // A sixtieth of a second of a sawtooth, a new note four times a second.
        let pitch_hz = 220.0 * 2.0_f32.powf((frame / 15 % 8) as f32 / 6.0);
        let mut block = [0.0; 800].map(|_: f32| {
            phase = (phase + pitch_hz / 48_000.0).fract();
            0.4 * phase - 0.2
        });
        let no_event = || None::<NoteEvent<()>>;
        sound.process(&mut [&mut block], [0; 4], &controls, no_event, &shared);
        let input = RawInput {
            screen_rect: Some(window),
            time: Some(f64::from(frame) / 60.0),
            ..RawInput::default()
        };
        let started = Instant::now();
        let setter = ParamSetter::new(&host);
        let output = ctx.run_ui(input, |ui| app.show(ui, &setter));
        let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
        costs_ms.push(started.elapsed().as_secs_f64() * 1e3);
        let mut textures = output.textures_delta;
        textures.clear();
        for primitive in &meshes {
            let Primitive::Mesh(mesh) = &primitive.primitive else {
                continue;
            };
            // Texts at the very edge are clipped, but nothing is lost far away.
            let bounds = window.expand(2.0);
            assert!(
                mesh.vertices
                    .iter()
                    .all(|vertex| bounds.contains(vertex.pos))
            );
        }
    }
    assert!(app.scope().shows_sound());
    costs_ms.sort_by(f64::total_cmp);
    let (median, p99) = (
        costs_ms[costs_ms.len() / 2],
        costs_ms[costs_ms.len() * 99 / 100],
    );
    println!("a frame of the editor: {median:.2} ms, 99th percentile {p99:.2} ms");
}
