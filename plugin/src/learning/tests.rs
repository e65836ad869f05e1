//! Learning without the program: what it would write is written here.
#![allow(clippy::unwrap_used)]

#[cfg(unix)]
mod spawned;

use std::sync::Arc;

use mynah_engine::Library;
use mynah_models::Base;
use mynah_models::testing::{random_base, random_target};

use super::status::Learnt;
use super::*;
use crate::targets::TARGET_INDICES;

/// Held from writing a program to starting it: a process that another test starts in between would inherit the file as open
/// for writing for a moment, and such a file cannot be started.
static SPAWNING: Mutex<()> = Mutex::new(());

/// The index of the first target that a player adds.
const LAST: i32 = TARGET_INDICES as i32 - 1;

/// Keeps what it is told, and starts nothing.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Vec<Order>>>);

impl Launch for Fake {
    fn launch(&self, order: &Order) -> Result<(), LaunchError> {
        lock(&self.0).push(order.clone());
        Ok(())
    }
}

/// A player's folder, with recordings in it.
struct Home {
    folder: tempfile::TempDir,
    base: Base,
    catalogue: Catalogue,
    learning: Learning,
    fake: Fake,
}

impl Home {
    fn new() -> Self {
        let fake = Fake::default();
        Self::with(Box::new(fake.clone()), fake)
    }

    fn with(launch: Box<dyn Launch>, fake: Fake) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Old Cello")).unwrap();
        let base_file = random_base(1);
        let base = Base::from_bytes(&base_file).unwrap();
        let library = Library::from_models(Some(base_file.into()), Vec::new());
        let learning = Learning::new(Some(folder.path().join("learning")), launch);
        Self {
            catalogue: Catalogue::new(library, Some(folder.path().join("targets"))),
            base,
            learning,
            fake,
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn wish(&self, name: &str) -> Wish {
        Wish {
            recordings: self.path("Old Cello"),
            name: name.to_owned(),
            credit: " Anna ".to_owned(),
            minutes: 30,
        }
    }

    fn start(&self, name: &str) -> Result<(), String> {
        let started = self.learning.start(&self.wish(name), &self.catalogue);
        started.map_err(|error| error.to_string())
    }

    /// What the program would say: of this process, unless it is another's.
    fn say(&self, stage: Stage, seconds: f64) -> Status {
        let mut status = Status::starting("Old Cello");
        (status.process, status.stage) = (std::process::id(), stage);
        status.learnt = Some(Learnt {
            step: 1,
            held_out_first: 0.4,
            held_out: 0.3,
            seconds,
            most_seconds: 1800.0,
        });
        self.write(&status);
        status
    }

    fn write(&self, status: &Status) {
        let path = self.path("learning/old-cello.json");
        status.write(&path, Existing::Replace).unwrap();
    }

    /// What the program would write as the target.
    fn learn(&self, seed: u64) {
        let target = random_target(seed, &self.base);
        mynah_engine::write_whole(
            &self.path("targets/old-cello.mynah"),
            &target,
            Existing::Replace,
        )
        .unwrap();
    }

    fn renewals(&self) -> usize {
        self.catalogue.entry(LAST).unwrap().renewals()
    }
}

#[test]
fn the_program_is_told_what_to_learn_and_where_it_goes() {
    let home = Home::new();
    home.start(" Old Cello ").unwrap();
    let orders = lock(&home.fake.0);
    let expected = Order {
        recordings: vec![home.path("Old Cello")],
        output: home.path("targets/old-cello.mynah"),
        replaces: false,
        status: home.path("learning/old-cello.json"),
        name: "Old Cello".to_owned(),
        credits: vec!["Anna".to_owned()],
        licence: None,
        kind: None,
        minutes: 30,
    };
    assert_eq!(*orders, [expected]);
    // It is shown before the program has said anything.
    let told = home.learning.told();
    assert_eq!((told.len(), told[0].status.stage), (1, Stage::Starting));
    assert!(!home.learning.look(&home.catalogue), "nothing is new");
    assert_eq!(home.learning.told(), told);
}

#[test]
fn what_cannot_be_is_a_sentence_and_starts_nothing() {
    let home = Home::new();
    for (name, part) in [
        ("", "A name is one line"),
        ("\u{30C1}\u{30A7}\u{30ED}", "A name is one line"),
        ("two\nlines", "A name is one line"),
    ] {
        let error = home.start(name).unwrap_err();
        assert!(error.starts_with(part), "{error}");
    }
    let wish = Wish {
        recordings: home.path("gone"),
        ..home.wish("Gone")
    };
    let error = home.learning.start(&wish, &home.catalogue).unwrap_err();
    assert!(error.to_string().ends_with("gone is not a folder."));
    let wish = Wish {
        credit: "two\nlines".to_owned(),
        ..home.wish("Credit")
    };
    let error = home.learning.start(&wish, &home.catalogue).unwrap_err();
    assert!(error.to_string().starts_with("Who recorded it"));
    // A file that is there is never replaced, be it no target at all.
    fs::create_dir_all(home.path("targets")).unwrap();
    fs::write(home.path("targets/taken.mynah"), "text").unwrap();
    assert_eq!(
        home.start("Taken").unwrap_err(),
        "There is a target called Taken already: choose another name."
    );
    assert!(lock(&home.fake.0).is_empty());
    assert!(!home.path("learning").exists());
    // What is under way has its name, and so has what will be.
    home.start("Old Cello").unwrap();
    let error = home.start("old cello").unwrap_err();
    assert!(
        error.starts_with("old cello is still being learnt"),
        "{error}"
    );
}

#[test]
fn a_name_of_a_target_that_is_here_is_taken() {
    let home = Home::new();
    home.learn(1);
    mark_learnt(&home.path("targets/old-cello.mynah"), &[]).unwrap();
    home.say(Stage::Done, 1.0);
    assert!(home.learning.look(&home.catalogue));
    let error = home.start("Random Target").unwrap_err();
    assert!(error.starts_with("There is a target called"), "{error}");
}

#[test]
fn the_target_appears_when_it_can_be_played_and_gets_better_ever_more_rarely() {
    let home = Home::new();
    home.start("Old Cello").unwrap();
    home.say(Stage::Remembering, 0.0);
    home.learning.look(&home.catalogue);
    assert_eq!(home.catalogue.count(), 0);
    home.learn(1);
    home.say(Stage::Playable, 0.0);
    assert!(home.learning.look(&home.catalogue));
    assert!(home.catalogue.target(LAST).is_some());
    let learnt = |seconds: f64, seed: u64| {
        home.say(Stage::Learning, seconds);
        home.learn(seed);
        home.learning.look(&home.catalogue);
        home.renewals()
    };
    assert_eq!(learnt(10.0, 2), 0, "too early");
    assert_eq!(learnt(31.0, 3), 1);
    assert_eq!(learnt(50.0, 4), 1, "twice as long as the first");
    assert_eq!(learnt(61.0, 5), 2);
    assert_eq!(learnt(100.0, 6), 2);
    // The last one counts in any case.
    home.say(Stage::Done, 110.0);
    assert!(home.learning.look(&home.catalogue));
    assert_eq!(home.renewals(), 3);
    let hash = |seed| mynah_models::ModelHash::of(&random_target(seed, &home.base));
    assert_eq!(home.catalogue.entry(LAST).unwrap().info().hash, hash(6));
    assert!(!home.learning.look(&home.catalogue));
}

#[test]
fn a_file_that_was_not_learnt_here_is_left_alone() {
    let home = Home::new();
    home.learn(1);
    home.say(Stage::Done, 1.0);
    home.learning.look(&home.catalogue);
    assert_eq!(home.catalogue.count(), 0);
}

#[test]
fn what_is_told_to_end_is_forgotten_and_its_last_version_is_taken_over() {
    let home = Home::new();
    home.start("Old Cello").unwrap();
    home.learn(1);
    home.say(Stage::Learning, 5.0);
    home.learning.look(&home.catalogue);
    home.learning.remove("old-cello");
    assert!(!home.path("learning/old-cello.json").exists());
    assert!(home.learning.told().is_empty());
    // It still runs, being this process.
    let error = home.start("Old Cello").unwrap_err();
    assert!(error.starts_with("Old Cello is still being learnt, or about to end"));
    home.learn(2);
    home.learning.look(&home.catalogue);
    assert_eq!(home.renewals(), 0);
    lock(&home.learning.ending)[0].process = ended_process();
    assert!(home.learning.look(&home.catalogue) || !cfg!(unix));
    assert_eq!(home.renewals(), usize::from(cfg!(unix)));
}

#[test]
fn a_process_that_is_gone_is_told_as_ended() {
    let home = Home::new();
    let mut status = home.say(Stage::Learning, 5.0);
    home.learning.look(&home.catalogue);
    assert!(!home.learning.told()[0].is_lost);
    // Its number may be another's by now, but its file does not change any more.
    let path = home.path("learning/old-cello.json");
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - 2 * SILENT).unwrap();
    assert!(home.learning.look(&home.catalogue));
    assert!(home.learning.told()[0].is_lost);
    if cfg!(unix) {
        status.process = ended_process();
        home.write(&status);
        home.learning.look(&home.catalogue);
        assert!(home.learning.told()[0].is_lost);
    }
    // What said that it is over is not lost.
    status.stage = Stage::Done;
    home.write(&status);
    home.learning.look(&home.catalogue);
    assert!(!home.learning.told()[0].is_lost);
    // It can be learnt anew: nothing stands in the way.
    home.learning.remove("old-cello");
    home.start("Old Cello").unwrap();
}

#[test]
fn a_watch_looks_by_itself_and_ends_with_its_editor() {
    let home = Home::new();
    home.say(Stage::Learning, 5.0);
    let library = Library::from_models(None, Vec::new());
    let targets = Some(home.path("targets"));
    let catalogue: &Catalogue = Box::leak(Box::new(Catalogue::new(library, targets)));
    let folder = Some(home.path("learning"));
    let learning = Arc::new(Learning::new(folder, Box::new(home.fake.clone())));
    let repaint = nice_plug_egui::RepaintNotifier::new();
    let watch = Watch::start(learning.clone(), catalogue, repaint).unwrap();
    while learning.told().is_empty() {
        std::thread::yield_now();
    }
    drop(watch);
    // The thread held another one.
    while Arc::strong_count(&learning) > 1 {
        std::thread::yield_now();
    }
}

#[test]
fn files_that_are_no_status_are_passed_over() {
    let home = Home::new();
    home.say(Stage::Learning, 5.0);
    for (name, text) in [
        ("a.json", "no JSON"),
        ("b.json", r#"{"format_version": 1}"#),
        ("old-cello.txt", "text"),
    ] {
        fs::write(home.path("learning").join(name), text).unwrap();
    }
    let mut later = Status::starting("Later");
    later.stage = Stage::Done;
    let text = serde_json::to_string(&later).unwrap();
    let text = text.replace(r#""format_version":1"#, r#""format_version":2"#);
    fs::write(home.path("learning/later.json"), text).unwrap();
    home.learning.look(&home.catalogue);
    let told = home.learning.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].stem, "old-cello");
}

#[test]
fn what_the_program_writes_is_understood() {
    let home = Home::new();
    let text = r#"{
      "format_version": 1, "process": 4, "stage": "learning", "output": "/t/old-cello.mynah", "name": "Old Cello",
      "files": 2, "files_heard": 2, "findings": ["One.", "Two."],
      "learnt": {"step": 7, "held_out_first": 0.5, "held_out": 0.25, "seconds": 1.5, "most_seconds": 60.0},
      "error": null
    }"#;
    fs::create_dir_all(home.path("learning")).unwrap();
    let path = home.path("learning/old-cello.json");
    fs::write(&path, text).unwrap();
    let (status, _) = Status::read(&path).unwrap();
    assert_eq!((status.stage, status.process), (Stage::Learning, 4));
    assert_eq!(status.findings, ["One.", "Two."]);
    assert_eq!(status.learnt.unwrap().held_out, 0.25);
}

#[test]
fn without_the_program_there_is_a_sentence_and_nothing_is_left() {
    let nowhere = Program::at(vec![PathBuf::from("/nowhere/mynah")]);
    let home = Home::with(Box::new(nowhere), Fake::default());
    let error = home.start("Old Cello").unwrap_err();
    assert!(
        error.starts_with("The program mynah, which does the learning, is not on this machine"),
        "{error}"
    );
    assert!(home.learning.told().is_empty());
    assert!(!home.path("learning/old-cello.json").exists());
}

/// The number of a process that has ended, and was taken note of.
fn ended_process() -> u32 {
    let _alone = lock(&SPAWNING);
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    let mut child = command
        .arg("--list")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    child.wait().unwrap();
    child.id()
}
