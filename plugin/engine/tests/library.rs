//! Finding and loading models, and saying why one cannot be had.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::sync::{Arc, Mutex};

use mynah_engine::{
    Library, LibraryError, MAX_MODEL_FILE_BYTES, Source, TargetRef, is_learnt, mark_learnt,
    shipped_continuation, shipped_voices, user_folder,
};
use mynah_models::testing::{random_base, random_target};
use mynah_models::{Base, ModelHash, ModelInfo};

use common::Models;

fn named(name: &str) -> TargetRef {
    TargetRef {
        name: name.to_owned(),
        hash: None,
    }
}

/// The process shares one base, the latest: held by the tests that need theirs to stay it.
static SHARED: Mutex<()> = Mutex::new(());

/// Whatever this build carries, all of it can be used.
#[test]
fn shipped_models_are_sound() {
    let _shared = SHARED.lock();
    let library = Library::shipped();
    assert!(library.problems().is_empty(), "{:?}", library.problems());
    match library.base() {
        Ok(_) => {
            for entry in library.entries() {
                assert_eq!(entry.source, Source::Shipped);
                assert_eq!(library.load(&entry.into()).unwrap().info(), &entry.info);
            }
        }
        Err(error) => {
            assert!(matches!(error, LibraryError::NoBase), "{error}");
            assert!(library.entries().is_empty());
        }
    }
}

#[test]
fn the_shipped_voices_network_is_shared() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/voices.mynah");
    if !std::path::Path::new(path).exists() {
        let error = shipped_voices().err().unwrap();
        return assert!(matches!(error, LibraryError::NoVoices), "{error}");
    }
    let (one, other) = (shipped_voices().unwrap(), shipped_voices().unwrap());
    assert!(Arc::ptr_eq(&one, &other));
    assert_eq!(one.info().name, "mynah-voices");
    assert_eq!(one.info().hash, ModelHash::of(&fs::read(path).unwrap()));
}

#[test]
fn the_shipped_continuation_network_is_shared() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/continuation.mynah"
    );
    if !std::path::Path::new(path).exists() {
        let error = shipped_continuation().err().unwrap();
        return assert!(matches!(error, LibraryError::NoContinuation), "{error}");
    }
    let (one, other) = (
        shipped_continuation().unwrap(),
        shipped_continuation().unwrap(),
    );
    assert!(Arc::ptr_eq(&one, &other));
    assert_eq!(one.info().name, "mynah-continuation");
    assert_eq!(one.info().hash, ModelHash::of(&fs::read(path).unwrap()));
}

#[test]
fn targets_are_found_by_name_and_by_hash() {
    let models = Models::new();
    let library = models.library(&[1, 2]);
    assert!(library.problems().is_empty(), "{:?}", library.problems());
    for entry in library.entries() {
        let by_hash = library.load(&TargetRef::from(entry)).unwrap();
        assert_eq!(by_hash.info(), &entry.info);
        let renamed = TargetRef {
            name: "gone".to_owned(),
            hash: Some(entry.info.hash),
        };
        assert_eq!(library.find(&renamed).unwrap().info, entry.info);
    }
    let first = &library.entries()[0].info;
    let by_name = library.load(&named(&first.name.to_uppercase())).unwrap();
    assert_eq!(by_name.info().hash, first.hash);
}

#[test]
fn another_version_of_the_players_own_is_never_taken_for_the_one_asked_for() {
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.mynah"), models.target_bytes(1)).unwrap();
    let mut library = models.library(&[]);
    library.add_folder(folder.path());
    let name = library.entries()[0].info.name.clone();
    let wanted = ModelInfo::read(&models.target_bytes(2)).unwrap().hash;
    let error = library
        .load(&TargetRef {
            name,
            hash: Some(wanted),
        })
        .err()
        .unwrap();
    assert!(
        matches!(error, LibraryError::OtherVersion { .. }),
        "{error}"
    );
    let error = library.load(&named("kazoo")).err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with("there is no target 'kazoo'; there are "),
        "{error}"
    );
}

#[test]
fn a_shipped_target_that_was_retrained_is_found_as_it_is_now() {
    let models = Models::new();
    let library = models.library(&[1]);
    let now = &library.entries()[0].info;
    let gone = |name: &str| TargetRef {
        name: name.to_owned(),
        hash: Some(ModelInfo::read(&models.target_bytes(2)).unwrap().hash),
    };
    assert_eq!(library.find(&gone(&now.name)).unwrap().info, *now);
    assert_eq!(library.load(&gone(&now.name)).unwrap().info(), now);
    let error = library.find(&gone("kazoo")).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownTarget { .. }));
}

#[test]
fn a_target_that_is_learnt_here_is_found_by_its_name_as_it_is_now() {
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.mynah");
    assert!(!is_learnt(&file));
    mark_learnt(&file, &[]).unwrap();
    fs::write(&file, models.target_bytes(1)).unwrap();
    let before = ModelInfo::read(&models.target_bytes(2)).unwrap();
    let wanted = |name: &str| TargetRef {
        name: name.to_owned(),
        hash: Some(before.hash),
    };
    let mut library = models.library(&[]);
    library.add_folder(folder.path());
    let now = &library.entries()[0];
    assert!(now.learnt && library.problems().is_empty());
    assert_ne!(now.info.hash, before.hash);
    assert_eq!(
        library.find(&wanted(&before.name)).unwrap().info.hash,
        now.info.hash
    );
    assert!(library.find(&wanted("kazoo")).is_err());
}

#[test]
fn instances_share_the_base() {
    let _shared = SHARED.lock();
    let library = Models::new().library(&[]);
    let first = library.base().unwrap();
    assert!(Arc::ptr_eq(&first, &library.base().unwrap()));
}

#[test]
fn without_models_it_is_empty_and_says_so() {
    let library = Library::from_models(None, Vec::new());
    assert!(library.entries().is_empty());
    assert!(matches!(library.base(), Err(LibraryError::NoBase)));
    assert!(library.load(&named("cello")).is_err());
}

#[test]
fn a_folder_adds_its_good_files_and_names_the_bad() {
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let other = Base::from_bytes(&random_base(9)).unwrap();
    fs::write(path("b_good.mynah"), models.target_bytes(5)).unwrap();
    fs::write(path("a_good.mynah"), models.target_bytes(6)).unwrap();
    fs::write(path("base.mynah"), &models.base_bytes).unwrap();
    fs::write(path("broken.mynah"), b"no model").unwrap();
    fs::write(path("other.mynah"), random_target(1, &other)).unwrap();
    fs::write(path("notes.txt"), b"not a model's name").unwrap();
    let huge = fs::File::create(path("too_large.mynah")).unwrap();
    huge.set_len(MAX_MODEL_FILE_BYTES + 1).unwrap();

    let mut library = models.library(&[1]);
    library.add_folder(folder.path());
    let sources: Vec<_> = library
        .entries()
        .iter()
        .map(|entry| entry.source.clone())
        .collect();
    let files = ["a_good.mynah", "b_good.mynah"].map(|name| Source::File(path(name)));
    assert_eq!(sources, [&[Source::Shipped][..], &files].concat());
    let problems: Vec<_> = library
        .problems()
        .iter()
        .map(|(path, _)| path.clone())
        .collect();
    let bad = [
        "base.mynah",
        "broken.mynah",
        "other.mynah",
        "too_large.mynah",
    ]
    .map(path);
    assert_eq!(problems, bad);
    for (path, reason) in library.problems() {
        assert!(reason.starts_with(&path.display().to_string()), "{reason}");
    }
    for entry in library.entries() {
        assert_eq!(library.load(&entry.into()).unwrap().info(), &entry.info);
    }

    // The file is another one by the time it is loaded.
    let listed = TargetRef::from(&library.entries()[1]);
    fs::write(path("a_good.mynah"), models.target_bytes(7)).unwrap();
    let error = library.load(&listed).err().unwrap();
    assert!(
        matches!(error, LibraryError::OtherVersion { .. }),
        "{error}"
    );
    fs::remove_file(path("a_good.mynah")).unwrap();
    let error = library.load(&listed).err().unwrap();
    assert!(matches!(error, LibraryError::Read { .. }), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mut library = Models::new().library(&[1]);
    library.add_folder(&folder.path().join("nowhere"));
    assert_eq!((library.entries().len(), library.problems().len()), (1, 0));
}

#[test]
fn single_files_load_or_say_why_not() {
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.mynah");
    let library = models.library(&[]);
    fs::write(&path, models.target_bytes(3)).unwrap();
    assert!(library.load_file(&path).is_ok());
    fs::write(&path, &models.base_bytes).unwrap();
    assert!(matches!(
        library.load_file(&path),
        Err(LibraryError::NotATarget { .. })
    ));
    let mut cut_short = models.target_bytes(3);
    cut_short.truncate(cut_short.len() / 2);
    fs::write(&path, cut_short).unwrap();
    assert!(matches!(
        library.load_file(&path),
        Err(LibraryError::Model { .. })
    ));
    assert!(matches!(
        library.load_file(folder.path()),
        Err(LibraryError::NotAFile { .. })
    ));
}

#[test]
fn the_player_has_a_folder_for_targets() {
    if let Some(folder) = user_folder() {
        assert!(folder.ends_with("targets"));
    }
}

#[test]
fn a_file_is_checked_and_copied_into_the_folder() {
    let models = Models::new();
    let library = models.library(&[]);
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("own/targets");
    let at = |name: &str| outside.path().join(name);
    fs::write(at("one.mynah"), models.target_bytes(1)).unwrap();
    fs::write(at("two.mynah"), models.target_bytes(2)).unwrap();
    fs::write(at("base.mynah"), &models.base_bytes).unwrap();
    fs::write(at("text.mynah"), "no model").unwrap();
    for (name, said) in [
        ("base.mynah", "is a base model, not a target"),
        ("text.mynah", "is not a usable model"),
        ("gone.mynah", "cannot be read"),
    ] {
        let error = library.install_file(&at(name), &folder).err().unwrap();
        assert!(error.to_string().contains(said), "{error}");
        assert!(!folder.exists());
    }

    let (first, target) = library.install_file(&at("one.mynah"), &folder).unwrap();
    assert_eq!(fs::read(&first).unwrap(), models.target_bytes(1));
    assert_eq!(target.info().hash, models.target(1).info().hash);
    // Again, even from where it is now: nothing new.
    for file in [at("one.mynah"), first.clone()] {
        assert_eq!(library.install_file(&file, &folder).unwrap().0, first);
    }
    // Another model with the name of one that is there stands beside it.
    fs::rename(&first, folder.join("random.mynah")).unwrap();
    let name = models.target(2).info().name.clone();
    fs::write(folder.join(format!("{name}.mynah")), "the player's").unwrap();
    let (second, _) = library.install_file(&at("two.mynah"), &folder).unwrap();
    assert_eq!(fs::read(&second).unwrap(), models.target_bytes(2));
    let kept = fs::read_to_string(folder.join(format!("{name}.mynah"))).unwrap();
    assert_eq!(kept, "the player's");
    let mut listed = models.library(&[]);
    listed.add_folder(&folder);
    assert_eq!(listed.entries().len(), 2);
}

/// A pipe, a device and a folder by the names of models: each is told, and the others load.
#[cfg(unix)]
#[test]
fn what_is_no_file_in_the_players_folder_is_told() {
    let models = Models::new();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(path("a.mynah"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", path("b.mynah")).unwrap();
    fs::create_dir(path("c.mynah")).unwrap();
    fs::write(path("d.mynah"), models.target_bytes(1)).unwrap();
    let mut library = models.library(&[]);
    library.add_folder(folder.path());
    assert_eq!(library.entries().len(), 1);
    let problems = library.problems();
    assert_eq!(problems.len(), 3);
    for (path, problem) in problems {
        assert!(
            problem.ends_with("is no model: it is not a file"),
            "{problem}"
        );
        let error = library.load_file(path).err().unwrap();
        assert!(matches!(error, LibraryError::NotAFile { .. }), "{error}");
    }
}
