//! The bar of presets, undoing and comparing, with the pointer and the keyboard.

use egui::Key;
use egui_kittest::kittest::NodeT as _;
use mynah_engine::{Preset, PresetFolder, PresetSource, factory_presets};

use super::*;
use crate::preset::is_set;

/// Those of the factory that are the effect's.
fn effect_presets() -> Vec<Preset> {
    let presets = factory_presets().iter();
    let of_effect = presets.filter(|preset| preset.plays == Plays::Sound);
    of_effect.cloned().collect()
}

struct Own {
    folder: tempfile::TempDir,
    bench: Bench,
}

impl Own {
    fn new() -> Self {
        install(Library::shipped());
        let folder = tempfile::tempdir().unwrap();
        let presets = Presets::of(Some(PresetFolder::new(folder.path())));
        let (width, height) = EditorSize::DEFAULT;
        let size = Vec2::new(width as f32, height as f32);
        Self {
            bench: Bench::with_presets(catalogue(), size, presets),
            folder,
        }
    }

    fn saved(&self) -> Vec<Preset> {
        let (list, problems) = PresetFolder::new(self.folder.path()).list();
        assert!(problems.is_empty());
        let own = list
            .into_iter()
            .filter(|entry| entry.source != PresetSource::Factory);
        own.map(|entry| entry.preset).collect()
    }
}

impl Bench {
    pub(super) fn preset(&self) -> String {
        let node = self.harness.get_by_label("Preset");
        node.accesskit_node().value().unwrap_or_default()
    }

    pub(super) fn is_preset(&self, preset: &Preset) -> bool {
        is_set(preset, &self.params, catalogue())
    }

    fn write(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.run_steps(2);
    }

    pub(super) fn shortcut(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }
}

#[test]
fn presets_are_stepped_through_and_say_when_they_are_changed() {
    let mut bench = Bench::new();
    assert_eq!(bench.preset(), "No preset");
    bench.click("Next preset");
    let presets = effect_presets();
    assert_eq!(bench.preset(), presets[0].name);
    assert!(bench.is_preset(&presets[0]));
    bench.click("Next preset");
    assert_eq!(bench.preset(), presets[1].name);
    bench.click("Previous preset");
    bench.click("Previous preset");
    assert_eq!(bench.preset(), presets[presets.len() - 1].name);
    let name = bench.preset();
    bench.set(Control::Bend, 3.0);
    assert_eq!(bench.preset(), format!("{name}, changed"));
    bench.set(Control::Bend, 0.0);
    assert_eq!(bench.preset(), name);
}

#[test]
fn presets_of_one_name_are_stepped_through_by_their_places() {
    let mut own = Own::new();
    let factory = &effect_presets()[2];
    for (file, number) in [("a.json", 3.0), ("b.json", 4.0), ("c.json", 5.0)] {
        let mut preset = factory.clone();
        preset.controls.set(Control::Bend, number);
        let text = preset.to_json().unwrap();
        std::fs::write(own.folder.path().join(file), text).unwrap();
    }
    own.bench.click("Preset");
    own.bench.click("Search presets");
    own.bench.write(&factory.name);
    own.bench.shortcut(Modifiers::NONE, Key::Escape);
    // Those that the browser shows: the factory's, and three of the player's own with its name.
    let mut bends = Vec::new();
    for _ in 0..5 {
        own.bench.click("Next preset");
        assert_eq!(own.bench.preset(), factory.name);
        bends.push(own.bench.param(Control::Bend).number().round());
    }
    assert_eq!(bends, [0.0, 3.0, 4.0, 5.0, 0.0]);
    own.bench.click("Previous preset");
    assert_eq!(own.bench.param(Control::Bend).number().round(), 5.0);
    own.bench.click("Previous preset");
    assert_eq!(own.bench.param(Control::Bend).number().round(), 4.0);
}

#[test]
fn putting_the_puck_back_is_one_step() {
    let mut bench = Bench::new();
    bench.set(Control::MorphX, 0.3);
    bench.set(Control::MorphY, 0.8);
    let place = |bench: &Bench| {
        [Control::MorphX, Control::MorphY].map(|control| bench.param(control).number())
    };
    bench.harness.get_by_label("Morph").focus();
    bench.harness.run_steps(2);
    bench.shortcut(Modifiers::NONE, Key::Home);
    assert_eq!(place(&bench), [0.0, 0.0]);
    bench.click("Undo");
    assert_eq!(place(&bench), [0.3, 0.8]);
    let pad = bench.rect_of("Morph").center();
    bench.double_click(pad);
    assert_eq!(place(&bench), [0.0, 0.0]);
    bench.click("Undo");
    assert_eq!(place(&bench), [0.3, 0.8]);
    bench.click_at(pad, Modifiers::NONE);
    bench.click("Undo");
    assert_eq!(place(&bench), [0.3, 0.8]);
}

#[test]
fn a_preset_is_searched_for_and_chosen() {
    let mut bench = Bench::new();
    bench.click("Preset");
    let wanted = factory_presets()
        .iter()
        .find(|preset| preset.name == "Whistle to Violin")
        .unwrap();
    assert!(bench.harness.query_by_label("Voice to Cello").is_some());
    bench.click("Search presets");
    bench.write("WHISTLE viol");
    assert!(bench.harness.query_by_label("Voice to Cello").is_none());
    bench.click("Whistle to Violin");
    assert_eq!(bench.preset(), wanted.name);
    assert!(bench.is_preset(wanted));
    assert!(bench.harness.query_by_label("Search presets").is_none());
}

#[test]
fn categories_leave_the_others_out() {
    let mut bench = Bench::new();
    bench.click("Preset");
    bench.click("Drums and noise");
    assert!(bench.harness.query_by_label("Voice to Cello").is_none());
    assert!(bench.harness.query_by_label("Drum Kit to Piano").is_some());
    bench.click("All");
    assert!(bench.harness.query_by_label("Beginner's Voice").is_some());
}

#[test]
fn what_is_set_is_saved_replaced_and_deleted() {
    let mut own = Own::new();
    own.bench.set(Control::Formant, 4.0);
    own.bench.click("Save preset");
    own.bench.write("Mine");
    own.bench.click("Save");
    assert_eq!(own.bench.preset(), "Mine");
    assert_eq!(own.saved().len(), 1);
    assert_eq!(own.saved()[0].controls.formant_semitones, 4.0);

    // The same name again is only replaced when told so.
    own.bench.set(Control::Formant, -3.0);
    assert_eq!(own.bench.preset(), "Mine, changed");
    own.bench.click("Save preset");
    own.bench.click("Save");
    own.bench
        .harness
        .get_by_label_contains("There is already a preset");
    assert_eq!(own.saved()[0].controls.formant_semitones, 4.0);
    own.bench.click("Replace");
    assert_eq!(own.saved()[0].controls.formant_semitones, -3.0);
    assert_eq!(own.bench.preset(), "Mine");

    own.bench.click("Preset");
    own.bench.click("Search presets");
    own.bench.write("mine");
    own.bench.click("Delete Mine");
    assert_eq!(own.saved().len(), 1, "it is asked once more");
    own.bench.click("Really delete Mine");
    assert!(own.saved().is_empty());
}

#[test]
fn a_name_is_needed() {
    let mut own = Own::new();
    own.bench.click("Save preset");
    own.bench.click("Save");
    own.bench
        .harness
        .get_by_label_contains("must be one line of 1 to 64 characters");
    assert!(own.saved().is_empty());
}

#[test]
fn keys_and_buttons_undo_and_redo() {
    let mut bench = Bench::new();
    let dial = bench.rect_of("Formant").center();
    bench.drag(dial, dial - Vec2::new(0.0, 40.0), Modifiers::NONE);
    let formant = bench.param(Control::Formant).number();
    assert!(formant > 1.0);
    bench.click("Freeze");
    bench.shortcut(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.param(Control::Freeze).number(), 0.0);
    bench.click("Undo");
    assert_eq!(bench.param(Control::Formant).number(), 0.0);
    bench.shortcut(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(bench.param(Control::Formant).number(), formant);
    bench.click("Redo");
    assert_eq!(bench.param(Control::Freeze).number(), 1.0);
    // A preset is one step.
    bench.click("Next preset");
    bench.click("Undo");
    assert_eq!(bench.param(Control::Formant).number(), formant);
    assert_eq!(bench.preset(), "No preset");
}

#[test]
fn a_and_b_are_compared_and_copied() {
    let mut bench = Bench::new();
    bench.click("Next preset");
    bench.click("Compare A and B");
    bench.click("Next preset");
    let presets = factory_presets();
    assert!(bench.is_preset(&presets[1]));
    bench.click("Compare A and B");
    assert!(bench.is_preset(&presets[0]));
    assert_eq!(bench.preset(), presets[0].name);
    bench.click("Copy A to B");
    bench.click("Compare A and B");
    assert!(bench.is_preset(&presets[0]));
}

#[test]
fn a_preset_whose_model_is_missing_is_refused_in_a_sentence() {
    let own = Own::new();
    let text = r#"{"format": 1, "name": "Aa kazoo", "targets": {"a": "kazoo"}}"#;
    std::fs::write(own.folder.path().join("aa-kazoo.json"), text).unwrap();
    let mut bench = own.bench;
    bench.click("Preset");
    bench.click("Search presets");
    bench.write("kazoo");
    let before = bench.params.values();
    bench.click("Aa kazoo");
    bench
        .harness
        .get_by_label_contains("which is not installed");
    assert_eq!(bench.params.values(), before);
    bench.click("OK");
    assert!(
        bench
            .harness
            .query_by_label_contains("not installed")
            .is_none()
    );
}

#[test]
fn the_list_of_presets_is_open() {
    let mut bench = Bench::new();
    bench.click("Next preset");
    bench.set(Control::Bend, 1.0);
    bench.click("Preset");
    // The models' hashes change with every training.
    bench.harness.mask(bench.layout().status);
    bench.harness.snapshot("presets_open");
}

#[test]
fn turning_the_octave_takes_it_from_auto_in_one_step() {
    let mut own = Own::new();
    let bench = &mut own.bench;
    let set = |bench: &Bench| {
        let number = |control: Control| bench.param(control).number();
        (number(Control::Octave), number(Control::OctaveAuto))
    };
    assert_eq!(set(bench), (0.0, 1.0));
    let dial = bench.rect_of("Octave").center();
    bench.drag(dial, dial - Vec2::new(0.0, 180.0), Modifiers::NONE);
    assert_eq!(set(bench), (2.0, 0.0));
    bench.shortcut(Modifiers::COMMAND, Key::Z);
    assert_eq!(set(bench), (0.0, 1.0), "one step back");
    // What is there already leaves it alone.
    bench.double_click(dial);
    assert_eq!(set(bench), (0.0, 1.0));
    bench.harness.get_by_label("Octave").increment_accesskit();
    bench.harness.run_steps(2);
    assert_eq!(set(bench), (1.0, 0.0));
    bench.click("Auto octave");
    assert_eq!(set(bench), (1.0, 1.0));
}

#[test]
fn the_octave_in_use_stands_below_the_switch() {
    let mut bench = Own::new().bench;
    let shown = |bench: &Bench| {
        let node = bench.harness.get_by_label("Auto octave");
        node.accesskit_node().value().unwrap_or_default()
    };
    assert_eq!(shown(&bench), "0 oct");
    bench.play();
    assert_eq!(shown(&bench), "-1 oct");
    bench.set(Control::OctaveAuto, 0.0);
    assert_eq!(shown(&bench), "Off");
}
