//! Thumbs and dreams.

use std::time::Duration;

use mynah_explore::Ratings;

use egui_kittest::kittest::NodeT as _;

use super::*;

struct Own {
    _folder: tempfile::TempDir,
    ratings: Ratings,
    bench: Bench,
}

impl Own {
    fn new() -> Self {
        install(Library::shipped());
        let folder = tempfile::tempdir().unwrap();
        let ratings = Ratings::at(folder.path().join("ratings.jsonl"));
        let presets = Presets::of(None).rating_in(Some(ratings.clone()));
        let (width, height) = EditorSize::DEFAULT;
        let size = Vec2::new(width as f32, height as f32);
        Self {
            bench: Bench::with_presets(catalogue(), size, presets),
            ratings,
            _folder: folder,
        }
    }

    /// Draws on until it is so.
    fn wait_until(&mut self, is_so: impl Fn(&mut Self) -> bool) {
        while !is_so(self) {
            std::thread::sleep(Duration::from_millis(20));
            self.bench.harness.run_steps(2);
        }
    }

    fn is_idle(&self) -> bool {
        let like = self.bench.harness.get_by_label("Like");
        !like.accesskit_node().is_disabled()
    }
}

#[test]
fn thumbs_are_kept_and_can_be_forgotten() {
    let mut own = Own::new();
    own.bench.click("Next preset");
    for (label, count) in [("Like", 1), ("Dislike", 2)] {
        own.bench.click(label);
        own.wait_until(|own| own.is_idle());
        assert_eq!(own.ratings.all().unwrap().len(), count);
    }
    let all = own.ratings.all().unwrap();
    assert_eq!([all[0].liked, all[1].liked], [true, false]);
    assert!(all.iter().all(|rating| rating.sound.is_some()));
    assert!(own.bench.is_preset(&all[0].preset));
    own.bench.click("Dream");
    own.bench.harness.get_by_label_contains("1 up and 1 down");
    // The models' hashes change with every training.
    own.bench.harness.mask(own.bench.layout().status);
    own.bench.harness.snapshot("dream_open");
    own.bench.click("Forget ratings");
    assert_eq!(own.ratings.all().unwrap(), []);
    own.bench.harness.get_by_label_contains("No ratings yet");
}

#[test]
fn a_dream_is_one_step_and_keeps_what_is_the_tracks() {
    let mut own = Own::new();
    for (control, number) in [
        (Control::Quality, 0.0),
        (Control::Channels, 1.0),
        (Control::Bypass, 1.0),
        (Control::Semitones, 2.0),
    ] {
        own.bench.set(control, number);
    }
    let before = own.bench.params.values();
    own.bench.click("Dream");
    own.bench.click("Anywhere");
    own.bench.harness.get_by_label_contains("Dreaming");
    own.wait_until(|own| own.is_idle());
    assert_eq!(own.bench.preset(), "Dream");
    assert_ne!(own.bench.params.values(), before);
    assert_eq!(own.bench.param(Control::Quality).number(), 0.0);
    assert_eq!(own.bench.param(Control::Channels).number(), 1.0);
    assert_eq!(own.bench.param(Control::Bypass).number(), 1.0);
    assert_eq!(own.bench.param(Control::Semitones).number(), 2.0);
    own.bench.shortcut(Modifiers::COMMAND, egui::Key::Z);
    assert_eq!(own.bench.params.values(), before);
}

#[test]
fn a_dream_that_is_stopped_changes_nothing() {
    let mut own = Own::new();
    let before = own.bench.params.values();
    own.bench.click("Dream");
    own.bench.click("Near this one");
    own.bench.click("Stop dreaming");
    own.wait_until(|own| own.is_idle());
    assert_eq!(own.bench.params.values(), before);
}
