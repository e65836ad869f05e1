//! New targets from recordings: the form, and what is under way. What the program would do is done here.

use std::sync::Mutex;

use egui_kittest::kittest::NodeT as _;
use mynah_engine::Existing;
use mynah_models::Base;
use mynah_models::testing::{random_base, random_target};

use super::models::Dropped;
use super::*;
use crate::learning::{Launch, LaunchError, Learning, Learnt, Order, Stage, Status};
use crate::lock::lock;

/// Keeps what it is told; where there is no program, says so.
#[derive(Clone, Default)]
struct Fake {
    orders: Arc<Mutex<Vec<Order>>>,
    is_missing: bool,
}

impl Launch for Fake {
    fn launch(&self, order: &Order) -> Result<(), LaunchError> {
        if self.is_missing {
            return Err(LaunchError::NoProgram);
        }
        lock(&self.orders).push(order.clone());
        Ok(())
    }
}

/// An editor with one model, and a folder of recordings.
pub(super) struct Studio {
    pub(super) folder: tempfile::TempDir,
    pub(super) base: Base,
    pub(super) catalogue: &'static Catalogue,
    pub(super) learning: Arc<Learning>,
    fake: Fake,
    pub(super) bench: Bench,
}

impl Studio {
    pub(super) fn new() -> Self {
        Self::with(Fake::default())
    }

    fn with(fake: Fake) -> Self {
        install(Library::shipped());
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Old Cello")).unwrap();
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let library = Library::from_models(Some(base_file.into()), Vec::new());
        let targets = folder.path().join("targets");
        let catalogue: &Catalogue = Box::leak(Box::new(Catalogue::new(library, Some(targets))));
        catalogue.prepare().unwrap();
        let status = folder.path().join("learning");
        let learning = Arc::new(Learning::new(Some(status), Box::new(fake.clone())));
        let (width, height) = EditorSize::DEFAULT;
        let size = Vec2::new(width as f32, height as f32);
        let shown = learning.clone();
        let bench = Bench::with(catalogue, size, |app| {
            app.with_presets(Presets::of(None)).with_learning(shown)
        });
        Self {
            folder,
            base,
            catalogue,
            learning,
            fake,
            bench,
        }
    }

    /// Drops the folder of recordings on the window, which opens the form.
    fn drop_recordings(&mut self) {
        let recordings = Arc::new(Dropped(self.folder.path().join("Old Cello")));
        self.bench.harness.input_mut().dropped_files = vec![recordings];
        self.bench.harness.run_steps(3);
    }

    fn start(&mut self) {
        self.drop_recordings();
        self.bench.click("Start learning");
    }

    fn status_file(&self) -> PathBuf {
        self.folder.path().join("learning/old-cello.json")
    }

    /// Says what the program would, and looks, as the editor's thread does.
    fn say(&mut self, change: impl FnOnce(&mut Status)) {
        let mut status = Status::starting("Old Cello");
        status.process = std::process::id();
        (status.files, status.files_heard) = (12, 12);
        change(&mut status);
        status
            .write(&self.status_file(), Existing::Replace)
            .unwrap();
        self.learning.look(self.catalogue);
        self.bench.harness.run_steps(3);
    }

    /// Says that it learns, and writes a target that can be played.
    fn learn(&mut self) {
        let target = self.folder.path().join("targets/old-cello.mynah");
        std::fs::write(target, random_target(2, &self.base)).unwrap();
        self.say(|status| {
            status.stage = Stage::Learning;
            status.findings = vec![
                "4 min of sound, 212 notes from C2 to A4.".to_owned(),
                "Nothing was heard between F#3 and A3.".to_owned(),
            ];
            status.learnt = Some(Learnt {
                step: 900,
                held_out_first: 0.412,
                held_out: 0.355,
                seconds: 600.0,
                most_seconds: 1800.0,
            });
        });
    }

    pub(super) fn orders(&self) -> Vec<Order> {
        lock(&self.fake.orders).clone()
    }

    pub(super) fn sees(&self, text: &str) -> bool {
        let found = self.bench.harness.query_by_label_contains(text);
        found.is_some_and(|node| node.rect().is_positive())
    }

    pub(super) fn value(&self, label: &str) -> String {
        let node = self.bench.harness.get_by_label(label);
        node.accesskit_node().value().unwrap_or_default()
    }
}

#[test]
fn the_form_opens_and_wants_a_folder() {
    let mut studio = Studio::new();
    studio.bench.click("Models");
    studio.bench.click("New target from recordings");
    assert!(studio.sees("One instrument alone, dry"));
    studio
        .bench
        .harness
        .get_by_label("Choose a folder of recordings");
    studio.bench.click("Start learning");
    assert!(lock(&studio.fake.orders).is_empty());
    studio.bench.click("Cancel the new target");
    assert!(!studio.sees("One instrument alone, dry"));
    studio.bench.harness.get_by_label("Load models from files");
}

#[test]
fn a_folder_that_is_dropped_is_learnt_from_as_the_form_says() {
    let mut studio = Studio::new();
    studio.drop_recordings();
    assert_eq!(studio.value("Name of the target"), "Old Cello");
    let credit = studio.bench.harness.get_by_label("Who recorded it");
    credit.focus();
    studio.bench.harness.run_steps(2);
    studio.bench.harness.event(Event::Text("Anna".to_owned()));
    studio.bench.harness.run_steps(2);
    studio.bench.click("Start learning");
    let order = lock(&studio.fake.orders)[0].clone();
    assert_eq!(order.name, "Old Cello");
    assert_eq!(order.credits, ["Anna"]);
    assert_eq!(order.minutes, 30);
    assert_eq!(order.recordings, [studio.folder.path().join("Old Cello")]);
    // The list is back, with what has begun above it.
    assert!(studio.sees("It is being started."));
    studio.say(|status| (status.stage, status.files_heard) = (Stage::Listening, 3));
    assert!(studio.sees("Listens to the recordings: 3 of 12 heard."));
}

#[test]
fn the_target_is_among_the_cards_once_it_can_be_played() {
    let mut studio = Studio::new();
    studio.start();
    assert!(
        studio
            .bench
            .harness
            .query_by_label("Random target")
            .is_none()
    );
    studio.learn();
    assert!(studio.sees("gets better for up to 20 min more"));
    assert!(studio.sees("0.412 at first, 0.355 now"));
    let cards = studio
        .bench
        .harness
        .query_all_by_role(egui::Role::RadioButton);
    let names: Vec<String> = cards
        .filter_map(|card| card.accesskit_node().label())
        .collect();
    assert!(names.contains(&"Random target".to_owned()), "{names:?}");
    // What was heard is folded.
    assert!(!studio.sees("212 notes"));
    studio.bench.click("What was heard (2)");
    assert!(studio.sees("212 notes"));
    studio.say(|status| status.stage = Stage::Done);
    assert!(studio.sees("It is done and can be played."));
    studio.bench.click("Dismiss Old Cello");
    assert!(!studio.sees("It is done"));
    assert!(!studio.status_file().exists());
    assert_eq!(studio.catalogue.count(), 1);
}

#[test]
fn stop_removes_the_file_which_ends_the_program() {
    let mut studio = Studio::new();
    studio.start();
    studio.learn();
    assert!(studio.status_file().exists());
    studio.bench.click("Stop Old Cello");
    assert!(!studio.status_file().exists());
    assert!(!studio.sees("Stop Old Cello"));
}

#[test]
fn what_failed_says_why_until_it_is_dismissed() {
    let mut studio = Studio::new();
    studio.start();
    studio.say(|status| {
        status.stage = Stage::Failed;
        status.error = Some("no notes were found in 12 files".to_owned());
    });
    assert!(studio.sees("Not learnt: no notes were found in 12 files."));
    studio.bench.click("Dismiss Old Cello");
    assert!(!studio.sees("Not learnt"));
    assert!(!studio.status_file().exists());
}

#[test]
fn without_the_program_the_form_says_how_to_get_it() {
    let mut studio = Studio::with(Fake {
        is_missing: true,
        ..Fake::default()
    });
    studio.start();
    assert!(studio.sees("The program mynah, which does the learning, is not on this machine"));
    // Nothing that was filled in is lost.
    assert_eq!(studio.value("Name of the target"), "Old Cello");
    assert!(!studio.status_file().exists());
}

#[test]
fn the_form_is_open() {
    let mut studio = Studio::new();
    studio.drop_recordings();
    let path = studio.folder.path().join("Old Cello").display().to_string();
    let place = studio.bench.rect_of(&path);
    // As far as any path may reach.
    let room = Rect::from_min_size(place.min, egui::vec2(480.0, place.height()));
    studio.bench.harness.mask(room);
    studio.bench.harness.mask(studio.bench.layout().status);
    studio.bench.harness.snapshot("new_target");
}

#[test]
fn learning_is_under_way() {
    let mut studio = Studio::new();
    studio.start();
    studio.learn();
    studio.bench.click("What was heard (2)");
    for text in ["version ", "Your own models are in"] {
        let facts = studio.bench.harness.query_all_by_label_contains(text);
        let places: Vec<Rect> = facts.map(|node| node.rect()).collect();
        for place in places {
            let room = Rect::from_min_size(place.min, egui::vec2(500.0, place.height()));
            studio.bench.harness.mask(room);
        }
    }
    studio.bench.harness.mask(studio.bench.layout().status);
    studio.bench.harness.snapshot("learning");
}
