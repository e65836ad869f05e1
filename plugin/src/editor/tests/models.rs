//! The model browser, and files dropped on the window.

use std::path::Path;

use egui_kittest::kittest::NodeT as _;
use mynah_engine::{MADE_FOR_ANOTHER_BASE, PresetFolder};
use mynah_models::Base;
use mynah_models::testing::{
    base_on_a_broken_processor, random_base, random_target, random_target_with_memory,
};
use nice_plug::params::persist::PersistentField as _;

use super::*;
use crate::targets::MISSING_INDEX;
use crate::targets::SavedTarget;

/// A file as the window system hands it over.
#[derive(Debug)]
pub(super) struct Dropped(pub(super) PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// An editor with one model, and a folder with files to drop.
struct Own {
    folder: tempfile::TempDir,
    base: Base,
    catalogue: &'static Catalogue,
    bench: Bench,
}

impl Own {
    fn new() -> Self {
        install(Library::shipped());
        let folder = tempfile::tempdir().unwrap();
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let first = ("1.mynah".to_owned(), random_target(1, &base).into());
        let library = Library::from_models(Some(base_file.into()), vec![first]);
        let own_models = folder.path().join("own/targets");
        let catalogue: &Catalogue = Box::leak(Box::new(Catalogue::new(library, Some(own_models))));
        catalogue.prepare().unwrap();
        let presets = Presets::of(Some(PresetFolder::new(folder.path().join("own/presets"))));
        let (width, height) = EditorSize::DEFAULT;
        let size = Vec2::new(width as f32, height as f32);
        Self {
            bench: Bench::with_presets(catalogue, size, presets),
            folder,
            base,
            catalogue,
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn drop(&mut self, files: &[PathBuf]) {
        let files = files
            .iter()
            .map(|file| Arc::new(Dropped(file.clone())) as _);
        self.bench.harness.input_mut().dropped_files = files.collect();
        self.bench.harness.run_steps(3);
    }
}

#[test]
fn a_dropped_model_is_installed_and_played_where_it_was_missing() {
    let mut own = Own::new();
    let model = random_target(2, &own.base);
    let hash = mynah_models::ModelHash::of(&model);
    let mut saved = own.bench.params.saved_targets.current();
    saved[1] = SavedTarget {
        name: "gone".to_owned(),
        hash: hash.to_string(),
        plays: String::new(),
    };
    own.bench.params.saved_targets.set(saved);
    let setter = ParamSetter::new(&*own.bench.host);
    own.bench.params.targets()[1].choose(&setter, MISSING_INDEX);

    let file = own.file("new.mynah", &model);
    own.drop(&[file]);
    assert_eq!(own.catalogue.count(), 2);
    let last = MISSING_INDEX - 1;
    assert!(own.catalogue.target(last).is_some());
    assert_eq!(own.bench.params.targets()[1].chosen_index(), last);
    own.bench.harness.get_by_label_contains(
        "is installed and can be chosen. Credits: Nobody: random numbers. Licence: MIT",
    );
    let installed = own.folder.path().join("own/targets");
    let models = std::fs::read_dir(installed).unwrap().map(Result::unwrap);
    let models = models.filter(|file| file.path().extension() == Some("mynah".as_ref()));
    assert_eq!(models.count(), 1);
}

#[test]
fn a_dropped_file_that_is_no_model_is_refused_in_a_sentence() {
    let mut own = Own::new();
    let text = own.file("text.mynah", b"no model");
    let base = own.file("base.mynah", &random_base(1));
    own.drop(&[text, base]);
    own.bench
        .harness
        .get_by_label_contains("text.mynah is not a usable model");
    own.bench
        .harness
        .get_by_label_contains("is a base model, not a target");
    assert_eq!(own.catalogue.count(), 1);
    assert!(!own.folder.path().join("own/targets").exists());
}

#[test]
fn a_model_for_another_base_says_so_when_it_is_added_and_in_the_list() {
    let mut own = Own::new();
    let other = Base::from_bytes(&random_base(9)).unwrap();
    let file = own.file("old.mynah", &random_target_with_memory(3, &other, false));
    own.drop(&[file]);
    let entry = own.catalogue.entry(MISSING_INDEX - 1).unwrap();
    assert_eq!(
        (entry.note(), entry.problem()),
        (Some(MADE_FOR_ANOTHER_BASE), None)
    );
    let harness = &own.bench.harness;
    harness.get_by_label_contains("Licence: MIT OR Apache-2.0. Made for another version of Mynah");
    harness.get_by_label(MADE_FOR_ANOTHER_BASE);
    let bare = own.file("bare.mynah", &random_target(3, &other));
    own.drop(&[bare]);
    let said = "bare.mynah was trained with another base model";
    own.bench.harness.get_by_label_contains(said);
    assert_eq!(own.catalogue.count(), 2);
}

#[test]
fn a_model_that_the_program_was_started_with_is_installed_and_plays() {
    let own = Own::new();
    let file = own.file("new.mynah", &random_target(2, &own.base));
    let (width, height) = EditorSize::DEFAULT;
    let size = Vec2::new(width as f32, height as f32);
    let bench = Bench::started_with(own.catalogue, size, vec![file]);
    let index = bench.params.targets()[0].chosen_index();
    assert_eq!(index, MISSING_INDEX - 1);
    assert_eq!(bench.params.targets()[1].chosen_index(), 1);
    bench
        .harness
        .get_by_label_contains("is installed and can be chosen");
}

#[test]
fn a_dropped_preset_is_kept_and_loaded() {
    let mut own = Own::new();
    let text = r#"{"format": 1, "name": "Dropped", "controls": {"octave": -2}}"#;
    let file = own.file("dropped.json", text.as_bytes());
    own.drop(&[file]);
    assert_eq!(own.bench.param(Control::Octave).number(), -2.0);
    assert!(own.folder.path().join("own/presets/dropped.json").exists());
}

#[test]
fn every_model_is_listed_with_its_facts() {
    let mut bench = Bench::new();
    bench.click("Models");
    for entry in catalogue().entries() {
        let info = entry.info();
        assert!(bench.harness.query_all_by_label(&info.display_name).count() > 1);
        let hash = info.hash.to_string();
        let facts = bench.harness.get_by_label_contains(&hash[..8]);
        assert!(facts.rect().is_positive());
    }
    bench.harness.get_by_label("Load models from files");
    bench.click("Close the models");
    assert!(bench.harness.query_by_label("Close the models").is_none());
}

#[test]
fn the_browser_is_open() {
    let mut bench = Bench::new();
    bench.click("Models");
    // The models' hashes change with every training, and with them how wide the line is.
    let facts = bench.harness.query_all_by_label_contains("version ");
    let facts: Vec<Rect> = facts.map(|node| node.rect()).collect();
    for rect in facts {
        let wide = Rect::from_min_size(rect.min, egui::vec2(400.0, rect.height()));
        bench.harness.mask(wide);
    }
    bench.harness.mask(bench.layout().status);
    bench.harness.snapshot("models_open");
}

/// The sentences that the player is warned with.
fn alerts(bench: &Bench) -> Vec<String> {
    let alerts = bench.harness.query_all_by_role(egui::Role::Alert);
    alerts
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

#[test]
fn a_processor_that_errs_is_told_of_where_nothing_worse_is_wrong() {
    let editor = |errs: bool| {
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let broken = base_on_a_broken_processor(&base_file).unwrap();
        let first = ("1.mynah".to_owned(), random_target(1, &base).into());
        let library = Library::from_models(Some(base_file.into()), vec![first]);
        let catalogue = Catalogue::new(library, None);
        let catalogue = catalogue.with_base(Arc::new(if errs { broken } else { base }));
        let catalogue: &Catalogue = Box::leak(Box::new(catalogue));
        catalogue.prepare().unwrap();
        let (width, height) = EditorSize::DEFAULT;
        Bench::of(catalogue, Vec2::new(width as f32, height as f32))
    };
    assert_eq!(alerts(&editor(false)), Vec::<String>::new());
    let mut errs = editor(true);
    let [said] = &alerts(&errs)[..] else {
        panic!("one sentence");
    };
    assert!(said.starts_with("This processor computes"), "{said}");
    // What makes no sound at all is more important.
    let setter = ParamSetter::new(&*errs.host);
    errs.params.targets()[0].choose(&setter, MISSING_INDEX);
    errs.harness.run();
    assert!(alerts(&errs)[0].contains("No target is chosen"));
}

#[test]
fn a_random_instrument_is_installed_and_plays_at_the_first_corner() {
    let mut own = Own::new();
    own.bench.click("Models");
    own.bench.click("Random instrument");
    own.bench.harness.run_steps(2);
    assert_eq!(own.catalogue.count(), 2);
    let index = own.bench.params.targets()[0].chosen_index();
    let entry = own.catalogue.entry(index).unwrap();
    assert!(entry.info().credits[0].starts_with("A random instrument, number "));
    let name = format!("{} is installed", entry.info().display_name);
    own.bench.harness.get_by_label_contains(&name);
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let own_prefix = format!("mynah-random-{}-", std::process::id());
    let left = left.filter_map(Result::ok);
    let mut left = left.filter(|file| file.file_name().to_string_lossy().starts_with(&own_prefix));
    assert!(left.next().is_none(), "its file was to be removed");
}
