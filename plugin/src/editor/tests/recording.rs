//! Recording what comes into the track for a new target, and learning again from what was recorded.

use std::time::{Duration, Instant};

use mynah_engine::mark_learnt;
use mynah_models::Base;
use mynah_models::testing::{random_base, random_target_with_memory};

use super::learning::Studio;
use super::*;
use crate::learning::Learning;
use crate::recording::{Feed, Told};

/// An editor, and what its instance sends to be recorded.
struct Booth {
    studio: Studio,
    feed: Feed,
}

impl Booth {
    fn new() -> Self {
        let studio = Studio::new();
        let mut feed = studio.bench.shared.recording().take_feed().unwrap();
        feed.prepare(48_000.0, false);
        Self { studio, feed }
    }

    /// Opens the form and gives the target a name.
    fn open_form(&mut self, name: &str) {
        let bench = &mut self.studio.bench;
        bench.click("Models");
        bench.click("New target from recordings");
        bench.harness.get_by_label("Name of the target").focus();
        bench.harness.run_steps(2);
        bench.harness.event(Event::Text(name.to_owned()));
        bench.harness.run_steps(2);
    }

    /// Sends a tone for so many seconds.
    fn play(&mut self, seconds: usize, amplitude: f32) {
        for tenth in 0..10 * seconds {
            let sample = |n: usize| amplitude * (0.05 * (4_800 * tenth + n) as f32).sin();
            let mut block: Vec<f32> = (0..4_800).map(sample).collect();
            self.feed.take(&[&mut block]);
        }
    }

    /// Waits until the thread that writes has told what `is_so`, and draws that.
    fn wait_until(&mut self, is_so: impl Fn(&Told) -> bool) -> Told {
        let since = Instant::now();
        loop {
            let told = self.studio.bench.shared.recording().told().unwrap();
            if is_so(&told) {
                self.studio.bench.harness.run_steps(3);
                return told;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{told:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn stop(&mut self) -> Told {
        self.studio.bench.click("Stop recording");
        self.wait_until(|told| told.is_over)
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let folder = self.studio.folder.path().join("recordings").join(folder);
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn what_comes_in_is_recorded_and_learnt_from() {
    let mut booth = Booth::new();
    booth.open_form("Tin Flute");
    booth.studio.bench.click("Record what comes into the track");
    booth.play(3, 0.25);
    booth.wait_until(|told| told.seconds >= 3.0);
    assert!(booth.studio.sees("0:03 recorded."));
    // While it goes on there is nothing to learn from yet.
    booth.studio.bench.click("Start learning");
    assert!(booth.studio.orders().is_empty());
    booth.stop();
    assert!(booth.studio.sees("0:03 recorded in "));
    // More of it comes beside it.
    booth.studio.bench.click("Record what comes into the track");
    booth.play(1, 0.25);
    booth.wait_until(|told| told.seconds >= 1.0);
    booth.stop();
    assert_eq!(booth.files("tin-flute"), ["1.wav", "2.wav"]);
    booth.studio.bench.click("Start learning");
    let orders = booth.studio.orders();
    let folder = booth.studio.folder.path().join("recordings/tin-flute");
    assert_eq!(orders[0].recordings, [folder]);
    assert_eq!(orders[0].name, "Tin Flute");
    assert_eq!(booth.studio.bench.shared.recording().told(), None);
}

#[test]
fn a_recording_outlives_the_form_and_the_window() {
    let mut booth = Booth::new();
    booth.open_form("Tin Flute");
    booth.studio.bench.click("Record what comes into the track");
    booth.studio.bench.click("Cancel the new target");
    booth.play(2, 0.25);
    booth.wait_until(|told| told.seconds >= 2.0);
    assert!(booth.studio.sees("0:02 recorded."));
    // Another window of the same instance.
    let (shared, learning) = (
        booth.studio.bench.shared.clone(),
        booth.studio.learning.clone(),
    );
    booth.studio.bench = reopened(booth.studio.catalogue, shared, learning);
    booth.play(1, 0.25);
    booth.wait_until(|told| told.seconds >= 3.0);
    booth.studio.bench.click("Models");
    booth.stop();
    assert!(booth.studio.sees("0:03 recorded in "));
    booth
        .studio
        .bench
        .click("New target from what was recorded");
    assert_eq!(booth.studio.value("Name of the target"), "tin-flute");
    booth.studio.bench.click("Cancel the new target");
    booth.studio.bench.click("Dismiss the recording");
    assert!(!booth.studio.sees("recorded in"));
    assert_eq!(booth.files("tin-flute"), ["1.wav"]);
}

fn reopened(catalogue: &'static Catalogue, shared: Arc<Shared>, learning: Arc<Learning>) -> Bench {
    let (width, height) = EditorSize::DEFAULT;
    let size = Vec2::new(width as f32, height as f32);
    Bench::sharing(catalogue, size, shared, |app| {
        app.with_presets(Presets::of(None)).with_learning(learning)
    })
}

#[test]
fn what_is_wrong_with_a_recording_is_told() {
    let mut booth = Booth::new();
    booth.open_form("Tin Flute");
    let record = "Record what comes into the track";
    // Nothing comes in.
    booth.studio.bench.click(record);
    booth.stop();
    assert!(booth.studio.sees("Nothing has come in."));
    booth.studio.bench.click(record);
    booth.play(1, 1.5);
    booth.wait_until(|told| told.highest > 1.0);
    assert!(booth.studio.sees("It has reached full scale"));
    // The DAW changes its rate.
    booth.feed.prepare(44_100.0, false);
    booth.wait_until(|told| told.is_over);
    assert!(booth.studio.sees("the DAW has changed its sample rate"));
    // It sends nothing that could be recorded.
    booth.feed.prepare(1.0, false);
    booth.studio.bench.click(record);
    assert!(booth.studio.sees("The DAW sends no sound yet"));
}

#[test]
fn a_target_of_another_base_is_learnt_again_by_one_click() {
    let mut studio = Studio::new();
    let other = Base::from_bytes(&random_base(2)).unwrap();
    let file = studio.folder.path().join("targets/old-cello.mynah");
    let recordings = studio.folder.path().join("Older Cello");
    mark_learnt(&file, std::slice::from_ref(&recordings)).unwrap();
    std::fs::write(&file, random_target_with_memory(3, &other, true)).unwrap();
    studio.catalogue.take_learnt(&file).unwrap();
    studio.learning.look(studio.catalogue);
    studio.bench.click("Models");
    assert!(studio.sees("if its recordings were still there: "));
    assert!(!studio.sees("Learn Random target again"));
    std::fs::create_dir(&recordings).unwrap();
    assert!(studio.learning.look(studio.catalogue));
    studio.bench.harness.run_steps(3);
    studio.bench.click("Learn Random target again");
    let orders = studio.orders();
    let order = &orders[0];
    assert_eq!((&order.output, order.replaces), (&file, true));
    assert_eq!(order.recordings, [recordings]);
    assert_eq!(order.name, "Random target");
    assert_eq!(order.kind, Some("keys"));
    let status = studio.folder.path().join("learning/old-cello.json");
    assert_eq!(order.status, status);
    // It is under way, so that it cannot be begun twice; what it becomes is taken over at once.
    studio.learning.look(studio.catalogue);
    studio.bench.harness.run_steps(3);
    assert!(!studio.sees("Learn Random target again"));
    std::fs::write(&file, random_target_with_memory(3, &studio.base, true)).unwrap();
    assert!(studio.learning.look(studio.catalogue));
    let entry = studio.catalogue.of_file(&file).unwrap();
    assert_eq!((entry.note(), entry.renewals()), (None, 1));
}

#[test]
fn recording_is_under_way() {
    let mut booth = Booth::new();
    booth.open_form("Tin Flute");
    booth.studio.bench.click("Record what comes into the track");
    booth.play(5, 0.25);
    booth.wait_until(|told| told.seconds >= 5.0);
    booth.play(1, 0.25);
    let told = booth.wait_until(|told| told.seconds >= 6.0 && told.peak > 0.2);
    let path = told.folder.display().to_string();
    let place = booth.studio.bench.rect_of(&path);
    let room = Rect::from_min_size(place.min, egui::vec2(480.0, place.height()));
    let bench = &mut booth.studio.bench;
    bench.harness.mask(room);
    // The level comes and goes.
    let level = bench.harness.get_by_label_contains("Level ").rect();
    bench.harness.mask(level.expand(1.0));
    bench.harness.mask(bench.layout().status);
    bench.harness.snapshot("recording");
}
