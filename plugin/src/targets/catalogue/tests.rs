//! The catalogue: order, content, and models that come while others play.
#![allow(clippy::unwrap_used)]

mod learnt;

use mynah_models::ModelHash;
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
    assert_eq!(names, SHIPPED.map(|(name, _)| name));
    for (entry, (_, index)) in catalogue.entries().iter().zip(SHIPPED) {
        assert_eq!(entry.index(), index as i32);
        assert_eq!(entry.choice(), entry.info().display_name);
    }
    assert!(catalogue.problems().is_empty());
}

#[test]
fn every_shipped_target_can_be_used() {
    let catalogue = Catalogue::new(Library::shipped(), None);
    assert!(catalogue.target(0).is_none(), "nothing is decoded yet");
    catalogue.prepare().unwrap();
    assert_eq!(catalogue.base_problem(), None);
    for (index, entry) in catalogue.entries().iter().enumerate() {
        assert_eq!(entry.problem(), None);
        let target = catalogue.target(index as i32).unwrap();
        assert_eq!(target.info().hash, entry.info().hash);
    }
    assert!(catalogue.target(-1).is_none());
    assert!(catalogue.target(63).is_none());
}

#[test]
fn without_a_base_there_is_a_sentence() {
    let catalogue = Catalogue::new(Library::from_models(None, Vec::new()), None);
    assert!(catalogue.prepare().is_err());
    assert!(catalogue.base_problem().is_some());
}

/// The index of the first model that a player adds.
const LAST: i32 = TARGET_INDICES as i32 - 1;
/// How many a player can ever add.
const OWN_INDICES: usize = TARGET_INDICES - SHIPPED.len();

fn models_in(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let models = files.filter(|file| file.path().extension() == Some("mynah".as_ref()));
    models.count()
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
    assert!(catalogue.target(LAST).is_none());
    assert_eq!(catalogue.add(&file).unwrap(), LAST);
    // Ready at once, without another preparation; and nothing has moved.
    let target = catalogue.target(LAST).unwrap();
    assert_eq!((catalogue.count(), catalogue.entries().len()), (2, 2));
    assert_eq!(before, catalogue.entry(0).unwrap() as *const Entry);
    let entry = catalogue.entry(LAST).unwrap();
    assert_eq!(entry.info().hash, target.info().hash);
    let Source::File(copy) = entry.source() else {
        panic!("it is the player's own");
    };
    assert!(copy.starts_with(&folder));
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&file).unwrap());
    // Again, and one that is shipped: the same ones.
    assert_eq!(catalogue.add(&file).unwrap(), LAST);
    let shipped = own_file(outside.path(), "one.mynah", 1, &base);
    assert_eq!(catalogue.add(&shipped).unwrap(), 0);
    assert_eq!(models_in(&folder), 1);
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
    let catalogue = of(TARGET_INDICES as u64, Some(folder.clone()));
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
    let files: Vec<PathBuf> = (0..OWN_INDICES as u64)
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
        while seen < OWN_INDICES {
            let measured = allocation_counter::measure(|| {
                seen = catalogue.count();
                for index in 0..seen {
                    assert!(catalogue.target(LAST - index as i32).is_some());
                }
                let latest = LAST + 1 - seen as i32;
                drop(catalogue.targets([LAST, latest, -1, TARGET_INDICES as i32]));
            });
            assert_eq!(measured.count_total, 0);
        }
    });
}

/// A player's folder, for one process after another.
struct Home {
    folder: tempfile::TempDir,
    base_file: Vec<u8>,
    base: Base,
}

impl Home {
    fn new() -> Self {
        let base_file = random_base(1);
        Self {
            folder: tempfile::tempdir().unwrap(),
            base: Base::from_bytes(&base_file).unwrap(),
            base_file,
        }
    }

    fn targets(&self) -> PathBuf {
        self.folder.path().join("targets")
    }

    /// Puts a model of the player's into the folder by hand.
    fn put(&self, name: &str, seed: u64) {
        std::fs::create_dir_all(self.targets()).unwrap();
        own_file(&self.targets(), name, seed, &self.base);
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.targets().join(name)).unwrap();
    }

    /// The catalogue of a process that begins now, of a build that ships these.
    fn start(&self, shipped: &[(&str, u64)]) -> Catalogue {
        let shipped = shipped.iter().map(|(name, seed)| {
            let file = random_target(*seed, &self.base);
            (name.to_string(), renamed(&file, name).into())
        });
        let base = Some(self.base_file.clone().into());
        let mut library = Library::from_models(base, shipped.collect());
        library.add_folder(&self.targets());
        assert!(library.problems().is_empty(), "{:?}", library.problems());
        Catalogue::new(library, Some(self.targets()))
    }

    fn hash(&self, seed: u64) -> String {
        ModelHash::of(&random_target(seed, &self.base)).to_string()
    }

    fn index(&self, catalogue: &Catalogue, seed: u64) -> Option<i32> {
        let hash = self.hash(seed);
        let entries = catalogue.entries();
        let entry = entries
            .iter()
            .find(|entry| entry.info().hash.to_string() == hash);
        entry.map(|entry| entry.index())
    }
}

/// A target's file with another name in its header, padded to its length.
fn renamed(file: &[u8], name: &str) -> Vec<u8> {
    let header = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    let text = std::str::from_utf8(&file[8..8 + header]).unwrap();
    let mut text = text.replace("random-target", name).into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut out = (text.len() as u64).to_le_bytes().to_vec();
    out.extend(text);
    out.extend_from_slice(&file[8 + header..]);
    out
}

#[test]
fn each_model_keeps_its_index_whatever_comes_and_goes() {
    let home = Home::new();
    let shipped: &[(&str, u64)] = &[("violin", 1), ("cello", 2)];
    home.put("m.mynah", 10);
    let first = home.start(shipped);
    let m = home.index(&first, 10);
    let outside = tempfile::tempdir().unwrap();
    let z = first
        .add(&own_file(outside.path(), "z.mynah", 20, &home.base))
        .unwrap();
    // By hand, before all others in the order of names; and more shipped ones.
    home.put("a.mynah", 30);
    let more: &[(&str, u64)] = &[("violin", 1), ("cello", 2), ("flute", 3), ("trumpet", 4)];
    let second = home.start(more);
    assert_eq!(
        (home.index(&second, 10), home.index(&second, 20)),
        (m, Some(z))
    );
    let a = home.index(&second, 30);
    let indices = [m, Some(z), a];
    // One goes, another comes: not to the index that is left.
    home.remove("m.mynah");
    home.put("b.mynah", 40);
    let third = home.start(&[("cello", 2)]);
    assert_eq!(home.index(&third, 10), None);
    assert_eq!(
        (home.index(&third, 20), home.index(&third, 30)),
        (Some(z), a)
    );
    let b = home.index(&third, 40);
    assert!(!indices.contains(&b), "{b:?} {indices:?}");
    assert!(third.entry(m.unwrap()).is_none());
    // What comes back is where it was, under whatever name.
    home.put("zz.mynah", 10);
    let fourth = home.start(more);
    let found = [10, 20, 30, 40].map(|seed| home.index(&fourth, seed));
    assert_eq!(found, [m, Some(z), a, b]);
    assert!(fourth.problems().is_empty(), "{:?}", fourth.problems());
    for (name, index) in [("violin", 0), ("cello", 1), ("flute", 2), ("trumpet", 6)] {
        assert_eq!(fourth.find_name(name), Some(index));
    }
}

#[test]
fn models_from_before_indices_were_kept_stay_behind_the_shipped_ones() {
    let home = Home::new();
    for (name, seed) in [("b.mynah", 2), ("a.mynah", 1), ("c.mynah", 3)] {
        home.put(name, seed);
    }
    let found = |catalogue: &Catalogue| [1, 2, 3].map(|seed| home.index(catalogue, seed));
    let indices = [9, 10, 11].map(Some);
    assert_eq!(found(&home.start(&[("violin", 9)])), indices);
    home.put("0.mynah", 4);
    let later = home.start(&[("violin", 9)]);
    assert_eq!(found(&later), indices);
    assert_eq!(home.index(&later, 4), Some(LAST));
}

#[test]
fn an_index_is_never_given_twice_and_then_there_is_no_room() {
    let home = Home::new();
    let mut given = HashSet::new();
    for seed in 1..=OWN_INDICES as u64 {
        let catalogue = home.start(&[]);
        let outside = tempfile::tempdir().unwrap();
        let file = own_file(outside.path(), "own.mynah", seed, &home.base);
        assert!(given.insert(catalogue.add(&file).unwrap()));
        let added = catalogue.entries()[0].source().clone();
        let Source::File(path) = added else {
            panic!("it is the player's own");
        };
        std::fs::remove_file(path).unwrap();
    }
    let outside = tempfile::tempdir().unwrap();
    let file = own_file(outside.path(), "own.mynah", 999, &home.base);
    let error = home.start(&[]).add(&file).unwrap_err();
    assert!(matches!(error, AddError::Full), "{error}");
    home.put("by-hand.mynah", 999);
    let catalogue = home.start(&[]);
    assert_eq!(catalogue.count(), 0);
    assert!(catalogue.problems()[0].contains("1 models left out"));
}

#[test]
fn a_copy_of_a_model_takes_no_index_of_its_own() {
    let home = Home::new();
    home.put("one.mynah", 1);
    home.put("two.mynah", 1);
    assert_eq!(home.start(&[]).count(), 1);
}

#[cfg(unix)]
#[test]
fn indices_that_cannot_be_kept_are_told() {
    let home = Home::new();
    home.put("one.mynah", 1);
    // A folder where the file should be: nothing can be written there.
    std::fs::create_dir(home.targets().join("places.json")).unwrap();
    let catalogue = home.start(&[]);
    assert_eq!(home.index(&catalogue, 1), Some(9));
    assert!(catalogue.problems()[0].contains("places.json: it is not a file"));
}

#[test]
fn no_two_choices_have_one_name() {
    let home = Home::new();
    for seed in 1..=4 {
        home.put(&format!("{seed}.mynah"), seed);
    }
    let catalogue = home.start(&[]);
    let choices: Vec<&str> = catalogue
        .entries()
        .iter()
        .map(|entry| entry.choice())
        .collect();
    let expected = [
        "Random target",
        "Random target (11)",
        "Random target (12)",
        "Random target (13)",
    ];
    assert_eq!(choices, expected);
    for entry in catalogue.entries() {
        assert_eq!(catalogue.find_choice(entry.choice()), Some(entry.index()));
    }
}
