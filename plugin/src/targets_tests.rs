//! The catalogue: order, content, and models that come while others play.
#![allow(clippy::unwrap_used)]

use mynah_models::testing::{random_base, random_target};

use super::*;

#[test]
fn shipped_targets_stand_in_their_published_order() {
    let catalogue = Catalogue::new(Library::shipped(), None);
    let names: Vec<&str> = catalogue
        .entries()
        .iter()
        .map(|entry| entry.info().name.as_str())
        .collect();
    assert_eq!(names, SHIPPED_ORDER);
    assert!(catalogue.problems().is_empty());
}

#[test]
fn every_shipped_target_can_be_used() {
    let catalogue = Catalogue::new(Library::shipped(), None);
    assert!(catalogue.target(0).is_none(), "nothing is decoded yet");
    catalogue.prepare().unwrap();
    assert_eq!(catalogue.base_problem(), None);
    for (slot, entry) in catalogue.entries().iter().enumerate() {
        assert_eq!(entry.problem(), None);
        let target = catalogue.target(slot as i32).unwrap();
        assert_eq!(target.info().hash, entry.info().hash);
    }
    assert!(catalogue.target(-1).is_none());
    assert!(catalogue.target(63).is_none());
}

fn saved(name: &str, hash: &str, plays: &str) -> SavedTarget {
    SavedTarget {
        name: name.to_owned(),
        hash: hash.to_owned(),
        plays: plays.to_owned(),
    }
}

#[test]
fn content_decides_over_the_name() {
    let catalogue = Catalogue::new(Library::shipped(), None);
    let hash = catalogue.entries()[2].info().hash.to_string();
    let find = |name, hash| catalogue.find(&saved(name, hash, ""));
    assert_eq!(find("renamed", &hash), Some(Found::Itself(2)));
    assert_eq!(find("violin", &hash), Some(Found::Itself(2)));
    assert_eq!(find("Violin", ""), Some(Found::Itself(0)));
    assert_eq!(find("kazoo", ""), None);
    assert_eq!(find("kazoo", "0123"), None);
}

#[test]
fn a_shipped_model_of_the_name_is_what_became_of_one_that_is_gone() {
    let catalogue = Catalogue::new(Library::shipped(), None);
    let [cello, clarinet] = [1, 3].map(|slot| catalogue.entries()[slot].info().hash.to_string());
    let find = |name: &str, hash: &str, plays: &str| catalogue.find(&saved(name, hash, plays));
    assert_eq!(find("Cello", "0123", ""), Some(Found::Retrained(1)));
    // What played when it was saved is known, and goes before what was meant.
    assert_eq!(find("cello", "0123", &cello), Some(Found::Itself(1)));
    assert_eq!(find("cello", &clarinet, &cello), Some(Found::Itself(1)));
    // Retrained once more.
    assert_eq!(find("cello", "0123", "4567"), Some(Found::Retrained(1)));
    assert_eq!(find("Alto Sax", "0123", ""), None, "no name");
}

#[test]
fn the_players_own_models_are_never_taken_for_each_other() {
    let outside = tempfile::tempdir().unwrap();
    let base = Base::from_bytes(&random_base(1)).unwrap();
    own_file(outside.path(), "one.mynah", 1, &base);
    let mut library = Library::from_models(Some(random_base(1).into()), Vec::new());
    library.add_folder(outside.path());
    let catalogue = Catalogue::new(library, None);
    assert_eq!(
        catalogue.find_name("random-target"),
        Some(0),
        "it is installed"
    );
    assert_eq!(catalogue.find(&saved("random-target", "0123", "")), None);
}

#[test]
fn without_a_base_there_is_a_sentence() {
    let catalogue = Catalogue::new(Library::from_models(None, Vec::new()), None);
    assert!(catalogue.prepare().is_err());
    assert!(catalogue.base_problem().is_some());
}

fn own_file(folder: &Path, name: &str, seed: u64, base: &Base) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, random_target(seed, base)).unwrap();
    path
}

#[test]
fn a_model_is_added_while_the_others_are_in_use() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("targets");
    let base = Base::from_bytes(&random_base(1)).unwrap();
    let first = (String::from("1.mynah"), random_target(1, &base).into());
    let library = Library::from_models(Some(random_base(1).into()), vec![first]);
    let catalogue = Catalogue::new(library, Some(folder.clone()));
    catalogue.prepare().unwrap();
    let before: *const Entry = catalogue.entry(0).unwrap();
    let file = own_file(outside.path(), "two.mynah", 2, &base);
    assert!(catalogue.target(1).is_none());
    assert_eq!(catalogue.add(&file).unwrap(), 1);
    // Ready at once, without another preparation; and nothing has moved.
    let target = catalogue.target(1).unwrap();
    assert_eq!((catalogue.count(), catalogue.entries().len()), (2, 2));
    assert_eq!(before, catalogue.entry(0).unwrap() as *const Entry);
    let entry = catalogue.entry(1).unwrap();
    assert_eq!(entry.info().hash, target.info().hash);
    let Source::File(copy) = entry.source() else {
        panic!("it is the player's own");
    };
    assert!(copy.starts_with(&folder));
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&file).unwrap());
    // Again, and one that is shipped: the same ones.
    assert_eq!(catalogue.add(&file).unwrap(), 1);
    let shipped = own_file(outside.path(), "one.mynah", 1, &base);
    assert_eq!(catalogue.add(&shipped).unwrap(), 0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_added_is_said_and_not_copied() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("targets");
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let of = |count: u64, folder: Option<PathBuf>| {
        let targets = (1..=count).map(|seed| (seed.to_string(), random_target(seed, &base).into()));
        let library = Library::from_models(Some(base_file.clone().into()), targets.collect());
        Catalogue::new(library, folder)
    };
    let good = own_file(outside.path(), "good.mynah", 1_000, &base);
    let text = outside.path().join("text.mynah");
    std::fs::write(&text, "no model").unwrap();
    let catalogue = of(TARGET_SLOTS as u64, Some(folder.clone()));
    assert!(matches!(catalogue.add(&good), Err(AddError::Full)));
    assert!(matches!(of(1, None).add(&good), Err(AddError::NoFolder)));
    let error = of(1, Some(folder.clone()))
        .add(&text)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("text.mynah is not a usable model"),
        "{error}"
    );
    assert!(!folder.exists());
}

#[test]
fn the_audio_thread_reads_while_models_are_added() {
    let outside = tempfile::tempdir().unwrap();
    let base = Base::from_bytes(&random_base(1)).unwrap();
    let files: Vec<PathBuf> = (0..TARGET_SLOTS as u64)
        .map(|seed| own_file(outside.path(), &format!("{seed}.mynah"), seed, &base))
        .collect();
    let library = Library::from_models(Some(random_base(1).into()), Vec::new());
    let catalogue = Catalogue::new(library, Some(outside.path().join("targets")));
    catalogue.prepare().unwrap();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for file in &files {
                catalogue.add(file).unwrap();
            }
        });
        // What is counted can be played, from the first look on.
        let mut seen = 0;
        while seen < TARGET_SLOTS {
            let measured = allocation_counter::measure(|| {
                seen = catalogue.count();
                for slot in 0..seen {
                    assert!(catalogue.target(slot as i32).is_some());
                }
                let last = seen as i32 - 1;
                drop(catalogue.targets([0, last, -1, TARGET_SLOTS as i32]));
            });
            assert_eq!(measured.count_total, 0);
        }
    });
}
