//! Pictures of the editor in every state, compared with those in `tests/snapshots`.

use egui::vec2;
use nice_plug::params::persist::PersistentField as _;

use super::*;
use crate::editor::layout::MIN_SIZE;
use crate::look::Look;
use crate::shared::Condition;
use crate::targets::MISSING_INDEX;
use crate::targets::SavedTarget;

impl Bench {
    /// Compares the editor as it is now. The models' hashes, which change with every training, are
    /// left out.
    fn snapshot(&mut self, name: &str) {
        let status = self.layout().status;
        let models = Rect::from_min_size(status.min, vec2(status.width() * 0.6, status.height()));
        if self.harness.query_by_label_contains("passes").is_none() {
            self.harness.mask(models);
        }
        self.harness.snapshot(name);
    }

    fn look(&mut self, dark: bool, scale_percent: u32) {
        self.params.editor_look.store(Look {
            dark,
            scale_percent,
        });
        let size = self.harness.ctx.content_rect().size();
        self.harness.run_steps(2);
        // The window grows with its contents.
        self.harness.set_size(size);
        self.harness.run_steps(2);
    }

    fn set_all(&mut self, settings: &[(Control, f32)]) {
        for (control, number) in settings {
            self.set(*control, *number);
        }
    }
}

/// Everything away from its default.
const SHAPED: [(Control, f32); 16] = [
    (Control::MorphX, 0.6),
    (Control::MorphY, 0.3),
    (Control::Octave, -1.0),
    (Control::Cents, 35.0),
    (Control::Snap, 0.8),
    (Control::Key, 2.0),
    (Control::Scale, 1.0),
    (Control::Vibrato, 1.4),
    (Control::Floor, -55.0),
    (Control::Attack, 40.0),
    (Control::Brightness, -2.0),
    (Control::Formant, 4.0),
    (Control::Variation, 0.4),
    (Control::Seed, 321.0),
    (Control::Freeze, 1.0),
    (Control::Mix, 0.7),
];

#[test]
fn dark_and_playing() {
    let mut bench = Bench::new();
    bench.set_all(&SHAPED);
    bench.play();
    bench.snapshot("dark_playing");
}

#[test]
fn light_and_playing() {
    let mut bench = Bench::new();
    bench.look(false, 100);
    bench.set_all(&SHAPED);
    bench.play();
    bench.snapshot("light_playing");
}

#[test]
fn as_it_opens_at_three_quarters() {
    let mut bench = Bench::new();
    bench.look(true, 75);
    bench.snapshot("dark_75_percent");
}

#[test]
fn the_smallest_window_with_bypass_eco_and_own_notes() {
    install(Library::shipped());
    let mut bench = Bench::of(catalogue(), MIN_SIZE);
    bench.look(false, 75);
    bench.set_all(&[
        (Control::Bypass, 1.0),
        (Control::Quality, 0.0),
        (Control::Mode, 1.0),
        (Control::Snap, 1.0),
        (Control::Scale, 6.0),
        (Control::Notes, 0b1010_1011_0101 as f32),
    ]);
    bench.snapshot("light_smallest");
}

#[test]
fn no_models() {
    let nothing = Box::leak(Box::new(Catalogue::new(
        Library::from_models(None, Vec::new()),
        None,
    )));
    let mut bench = Bench::of(nothing, MIN_SIZE);
    bench.look(true, 75);
    bench.snapshot("no_models");
}

#[test]
fn a_model_is_missing_and_the_keyboard_is_in_use() {
    let mut bench = Bench::new();
    bench.look(true, 75);
    bench
        .shared
        .set_activation(Condition::Running, 44_100.0, 132);
    let missing = SavedTarget {
        name: "kazoo".to_owned(),
        hash: "deadbeef".to_owned(),
        plays: String::new(),
    };
    let mut saved = bench.params.saved_targets.current();
    saved[0] = missing;
    bench.params.saved_targets.set(saved);
    let setter = ParamSetter::new(&*bench.host);
    bench.params.targets()[0].choose(&setter, MISSING_INDEX);
    bench.harness.get_by_label("Formant").focus();
    bench.harness.run();
    bench.snapshot("missing_model");
}

#[test]
fn a_window_too_small_for_all_scrolls() {
    install(Library::shipped());
    let mut bench = Bench::of(catalogue(), vec2(640.0, 480.0));
    bench.look(true, 100);
    bench.snapshot("scrolling");
}

#[test]
fn a_list_is_open() {
    let mut bench = Bench::new();
    bench.look(false, 75);
    bench.click("Scale");
    bench.snapshot("list_open");
}

#[test]
fn double_size() {
    install(Library::shipped());
    let mut bench = Bench::of(catalogue(), MIN_SIZE);
    bench.look(true, 200);
    let picture = bench.harness.render().unwrap();
    assert_eq!((picture.width(), picture.height()), (2240, 1440));
}
