//! Targets of the player's own: removed, renamed, and played where they were made for another base.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::sync::Mutex;

use mynah_engine::{Controls, EngineSpec, Library, LibraryError, Source, TargetRef, engine};
use mynah_models::testing::{random_base, random_target, random_target_with_memory};
use mynah_models::{Base, ModelInfo};

use common::{Models, noise};

/// The process shares one base, the latest.
static SHARED: Mutex<()> = Mutex::new(());

fn other_base() -> Base {
    Base::from_bytes(&random_base(9)).unwrap()
}

fn with_folder(models: &Models, seeds: &[u64], folder: &tempfile::TempDir) -> Library {
    let mut library = models.library(seeds);
    library.add_folder(folder.path());
    library
}

#[test]
fn one_that_was_made_for_another_base_plays_its_recorded_notes() {
    let _shared = SHARED.lock();
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let file = random_target_with_memory(3, &other_base(), false);
    fs::write(path("a.mynah"), &file).unwrap();
    fs::write(path("b.mynah"), random_target(4, &other_base())).unwrap();
    fs::write(path("c.mynah"), models.target_bytes(5)).unwrap();
    let library = with_folder(&models, &[1], &folder);
    let notes: Vec<bool> = library
        .entries()
        .iter()
        .map(|entry| entry.made_for_another_base)
        .collect();
    assert_eq!(notes, [false, true, false]);
    let [(refused, reason)] = library.problems() else {
        panic!("{:?}", library.problems());
    };
    assert_eq!(refused, &path("b.mynah"));
    assert!(
        reason.contains("was trained with another base model"),
        "{reason}"
    );

    let entry = &library.entries()[1];
    assert_eq!(entry.size_bytes, file.len() as u64);
    let target = library.load(&TargetRef::from(entry)).unwrap();
    assert!(target.made_for_another_base());
    assert_eq!(target.info().hash, ModelInfo::read(&file).unwrap().hash);
    let base = library.base().unwrap();
    let (mut engine, _) = engine(EngineSpec::alone(48_000.0), base, Some(target)).unwrap();
    engine.set_controls(&Controls::default());
    let noise = noise(1, 48_000);
    let saw = |n: usize| 0.3 * ((n as f32 * 220.0 / 48_000.0).fract() - 0.5);
    let mut sound: Vec<f32> = noise
        .iter()
        .enumerate()
        .map(|(n, x)| saw(n) + 0.003 * x)
        .collect();
    engine.process(&mut [&mut sound]);
    assert!(sound.iter().all(|x| x.is_finite()));
    let loudest = sound[24_000..].iter().fold(0.0f32, |a, x| a.max(x.abs()));
    assert!((0.01..4.0).contains(&loudest), "{loudest}");

    // Copied as any other.
    let own = tempfile::tempdir().unwrap();
    let (_, target) = library.install_file(&path("a.mynah"), own.path()).unwrap();
    assert!(target.made_for_another_base());
    let error = library.install_file(&path("b.mynah"), own.path()).err();
    assert!(matches!(error, Some(LibraryError::OtherBase { .. })));
}

#[test]
fn a_shipped_one_for_another_base_is_left_out() {
    let _shared = SHARED.lock();
    let models = Models::new();
    let file = random_target_with_memory(3, &other_base(), false);
    let shipped = vec![("old.mynah".to_owned(), file.into())];
    let library = Library::from_models(Some(models.base_bytes.clone().into()), shipped);
    assert_eq!((library.entries().len(), library.problems().len()), (0, 1));
}

#[test]
fn one_is_renamed_in_its_file_and_plays_as_before() {
    let _shared = SHARED.lock();
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.mynah");
    let file = random_target_with_memory(3, &models.base, true);
    fs::write(&path, &file).unwrap();
    let library = with_folder(&models, &[1], &folder);
    let entry = &library.entries()[1];
    let info = entry.rename("Anna\u{2019}s Piano").unwrap();
    assert_eq!(info.display_name, "Anna\u{2019}s Piano");
    assert_eq!(info.name, "anna-s-piano");
    let renamed = with_folder(&models, &[1], &folder);
    assert_eq!(renamed.entries()[1].info, info);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let after = fs::read(&path).unwrap();
    let tensors = |file: &[u8]| file[file.len() - 20_000..].to_vec();
    assert!(tensors(&after) == tensors(&file));
    let target = renamed
        .load(&TargetRef::from(&renamed.entries()[1]))
        .unwrap();
    assert_eq!(target.memory().unwrap().notes().len(), 8);
    // A reference by content means the file as it was.
    let before = TargetRef::from(entry);
    let own = with_folder(&models, &[], &folder);
    assert!(own.find(&before).is_err());

    // What was listed is not there any more, and what is no name is refused; nothing is written.
    let error = entry.rename("Piano").unwrap_err();
    assert!(
        matches!(error, LibraryError::OtherVersion { .. }),
        "{error}"
    );
    let error = renamed.entries()[1].rename("two\nlines").unwrap_err();
    assert!(
        error.to_string().starts_with("a target cannot be called"),
        "{error}"
    );
    let error = renamed.entries()[0].rename("Mine").unwrap_err();
    assert!(error.to_string().contains("comes with Mynah"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), after);
}

#[test]
fn only_the_players_own_are_removed() {
    let _shared = SHARED.lock();
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.mynah");
    fs::write(&path, models.target_bytes(2)).unwrap();
    let library = with_folder(&models, &[1], &folder);
    let [shipped, own] = library.entries() else {
        panic!("two targets");
    };
    assert_eq!(shipped.source, Source::Shipped);
    let error = shipped.remove().unwrap_err();
    assert!(matches!(error, LibraryError::Shipped { .. }), "{error}");
    assert_eq!(own.remove().unwrap(), path);
    assert!(!path.exists());
    let error = own.remove().unwrap_err();
    assert!(matches!(error, LibraryError::Write { .. }), "{error}");
    assert_eq!(with_folder(&models, &[1], &folder).entries().len(), 1);
}
