//! `targets add`, `remove`, `rename` and `show`, on a player's folder of its own.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Output;

use common::{mynah, names_in, read_wav, rms, write_tone};
use serde_json::{Value, json};

/// A shipped target's file.
fn shipped(name: &str) -> PathBuf {
    let targets = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/targets");
    Path::new(targets).join(format!("{name}.mynah"))
}

/// A model file with other metadata.
fn edited(file: &Path, edit: impl Fn(&mut serde_json::Map<String, Value>)) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    let (length, rest) = bytes.split_first_chunk().unwrap();
    let (json, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut json: Value = serde_json::from_slice(json).unwrap();
    let metadata = json["__metadata__"].as_object_mut().unwrap();
    metadata.remove("checksum");
    edit(metadata);
    let json = serde_json::to_vec(&json).unwrap();
    [&(json.len() as u64).to_le_bytes(), &json[..], data].concat()
}

/// A player's data folder, and one for files.
struct Home {
    data: tempfile::TempDir,
    files: tempfile::TempDir,
}

impl Home {
    fn new() -> Home {
        Home {
            data: tempfile::tempdir().unwrap(),
            files: tempfile::tempdir().unwrap(),
        }
    }

    /// Writes a file outside of the player's folder.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A cello of the player's own.
    fn own_cello(&self) -> String {
        let name = |metadata: &mut serde_json::Map<String, Value>| {
            metadata.insert("name".to_owned(), "own-cello".into());
            metadata.insert("display_name".to_owned(), "Own Cello".into());
        };
        self.file("cello of mine.mynah", &edited(&shipped("cello"), name))
    }

    fn targets(&self) -> PathBuf {
        self.data.path().join("mynah/targets")
    }

    fn models(&self) -> Vec<String> {
        if !self.targets().exists() {
            return Vec::new();
        }
        names_in(&self.targets())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = mynah();
        command.env("XDG_DATA_HOME", self.data.path());
        command.args(arguments).output().unwrap()
    }

    /// What is said on stdout and on stderr of a command that must succeed.
    fn succeed(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        (stdout, stderr)
    }

    /// What is said on stderr of a command that must fail.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.succeed(arguments).0).unwrap()
    }
}

#[test]
fn a_target_is_added_shown_and_removed() {
    let home = Home::new();
    let file = home.own_cello();
    let before = home.succeed(&["targets"]).0;
    let (said, warned) = home.succeed(&["targets", "add", &file]);
    assert!(
        said.starts_with("Own Cello (own-cello) is installed: "),
        "{said}"
    );
    assert!(
        said.contains("Credits: Cello: ") && said.contains("Licence: CC"),
        "{said}"
    );
    assert_eq!(warned, "");
    assert_eq!(home.models(), ["own-cello.mynah"]);
    let (again, _) = home.succeed(&["targets", "add", &file]);
    assert!(again.contains("was installed already"), "{again}");
    assert_eq!(
        home.succeed(&["targets"]).0.lines().count(),
        before.lines().count() + 1
    );

    let shown = home.json(&["targets", "show", "Own Cello", "--json"]);
    let listed = home.json(&["targets", "--json"]);
    let listed = listed.as_array().unwrap().last().unwrap();
    for (key, value) in listed.as_object().unwrap() {
        assert_eq!(&shown[key], value, "{key}");
    }
    assert_eq!(shown["plays"], true);
    assert_eq!(shown["made_for_another_base"], false);
    assert_eq!(shown["bytes"], std::fs::metadata(&file).unwrap().len());

    let (said, _) = home.succeed(&["targets", "remove", "own-cello"]);
    assert!(said.ends_with("own-cello.mynah is deleted\n"), "{said}");
    assert!(home.models().is_empty());
    assert_eq!(home.succeed(&["targets"]).0, before);
    let error = home.fail(&["targets", "remove", "own-cello"]);
    assert!(
        error.contains("there is no target 'own-cello' among your own"),
        "{error}"
    );
}

#[test]
fn of_several_files_the_good_ones_are_added() {
    let home = Home::new();
    let bad = home.file("bad.mynah", b"no model");
    let good = home.own_cello();
    let error = home.fail(&["targets", "add", &bad, &good, "gone.mynah"]);
    assert_eq!(error.lines().count(), 2, "{error}");
    assert!(error.contains("bad.mynah is not a usable model"), "{error}");
    assert_eq!(home.models(), ["own-cello.mynah"]);
}

#[test]
fn shipped_targets_stay_and_what_is_broken_can_be_removed() {
    let home = Home::new();
    for arguments in [
        ["targets", "remove", "cello"].as_slice(),
        &["targets", "rename", "cello", "Mine"],
    ] {
        let error = home.fail(arguments);
        assert!(error.contains("'cello' comes with Mynah"), "{error}");
    }
    std::fs::create_dir_all(home.targets()).unwrap();
    let broken = home.targets().join("broken.mynah");
    std::fs::write(&broken, b"no model").unwrap();
    home.succeed(&["targets", "remove", broken.to_str().unwrap()]);
    assert!(!broken.exists());
    // Not a file that lies elsewhere.
    let file = home.own_cello();
    home.fail(&["targets", "remove", &file]);
    assert!(Path::new(&file).exists());
}

#[test]
fn of_two_with_one_name_one_is_given_by_its_file() {
    let home = Home::new();
    let itself = shipped("flute");
    let (said, warned) = home.succeed(&["targets", "add", itself.to_str().unwrap()]);
    assert!(
        said.starts_with("Flute (flute) was installed already: shipped"),
        "{said}"
    );
    assert_eq!((warned.as_str(), home.models().len()), ("", 0));
    for name in ["Anna", "Bert"] {
        let flute = edited(&itself, |metadata| {
            metadata.insert("credits".to_owned(), json!(format!("[\"{name}\"]")));
        });
        let file = home.file(&format!("{name}.mynah"), &flute);
        let (said, warned) = home.succeed(&["targets", "add", &file]);
        assert!(said.contains(&format!("Credits: {name}. ")), "{said}");
        let namesake = "another target is called 'flute', too";
        assert!(warned.contains(namesake), "{warned}");
    }
    let error = home.fail(&["targets", "remove", "flute"]);
    assert!(
        error.contains("several of your own targets are called 'flute'"),
        "{error}"
    );
    let second = home.targets().join(home.models().pop().unwrap());
    home.succeed(&["targets", "rename", second.to_str().unwrap(), "Other Flute"]);
    home.succeed(&["targets", "show", "other-flute"]);
    home.succeed(&["targets", "remove", "flute"]);
    assert_eq!(home.models().len(), 1);
}

#[test]
fn a_renamed_target_is_found_by_its_new_name_and_plays_the_same() {
    let home = Home::new();
    let file = home.own_cello();
    home.succeed(&["targets", "add", &file]);
    let (said, _) = home.succeed(&["targets", "rename", "own-cello", "Anna's Cello"]);
    assert!(
        said.starts_with("Own Cello (own-cello) is now Anna's Cello (anna-s-cello)"),
        "{said}"
    );
    assert!(said.contains("do not find it"), "{said}");
    let input = home.files.path().join("in.wav");
    write_tone(&input, 48_000, 1, 0.3);
    let bounce = |target: &str, name: &str| {
        let output = home.files.path().join(name);
        let [input, output] = [&input, &output].map(|path| path.to_str().unwrap());
        home.succeed(&["bounce", input, "--target", target, "-o", output]);
        read_wav(Path::new(output)).1
    };
    assert!(bounce("anna-s-cello", "a.wav") == bounce("cello", "b.wav"));
    let error = home.fail(&["targets", "rename", "anna-s-cello", ""]);
    assert!(error.contains("a target cannot be called ''"), "{error}");
    assert!(
        home.fail(&["targets", "show", "own-cello"])
            .contains("unknown target")
    );
}

#[test]
fn what_is_shown_of_a_target_is_what_its_file_says() {
    let home = Home::new();
    let (text, _) = home.succeed(&["targets", "show", "piano"]);
    for part in [
        "Piano (piano)",
        "credit",
        "licence",
        "struck",
        "twelve notes",
        "plays        yes",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let file = shipped("cello");
    let file = file.to_str().unwrap();
    let shown = home.json(&["targets", "show", file, "--json"]);
    assert_eq!(shown["source"], file);
    let memory = &shown["memory"];
    assert!(memory["notes"].as_u64().unwrap() > 10);
    assert!(memory["seconds"].as_f64().unwrap() > 10.0);
    assert_eq!(memory["struck"], false);
    let [low, high] = [0, 1].map(|at| memory["notes_midi"][at].as_f64().unwrap());
    assert!(
        (30.0..45.0).contains(&low) && (60.0..90.0).contains(&high),
        "{low} {high}"
    );

    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/base.mynah");
    assert!(
        home.fail(&["targets", "show", base])
            .contains("is a base model")
    );
}

#[test]
fn a_target_for_another_base_says_so_and_plays_what_is_recorded() {
    let home = Home::new();
    let other = |metadata: &mut serde_json::Map<String, Value>| {
        metadata.insert("base_hash".to_owned(), "0123456789abcdef".repeat(4).into());
        metadata.insert("name".to_owned(), "old-cello".into());
    };
    let file = home.file("old.mynah", &edited(&shipped("cello"), other));
    let (_, warned) = home.succeed(&["targets", "add", &file]);
    assert!(
        warned.contains("Made for another version of Mynah"),
        "{warned}"
    );
    let (_, warned) = home.succeed(&["targets"]);
    assert!(
        warned.contains("Made for another version of Mynah"),
        "{warned}"
    );
    let shown = home.json(&["targets", "show", "old-cello", "--json"]);
    let said = [&shown["plays"], &shown["made_for_another_base"]];
    assert_eq!(said, [&Value::Bool(true); 2]);
    assert!(
        home.succeed(&["targets", "show", "old-cello"])
            .0
            .contains("in part. Made for")
    );

    let input = home.files.path().join("in.wav");
    write_tone(&input, 48_000, 1, 1.0);
    let output = home.files.path().join("out.wav");
    let [input, path] = [&input, &output].map(|path| path.to_str().unwrap());
    let (_, warned) = home.succeed(&["bounce", input, "-t", "old-cello", "-o", path]);
    assert!(
        warned.contains("Made for another version of Mynah"),
        "{warned}"
    );
    let (_, samples) = read_wav(&output);
    assert!(rms(&samples[24_000..48_000]) > 0.01);

    // Without recordings there is nothing to play.
    let bare = home.file("bare.mynah", &without_memory(Path::new(&file)));
    let error = home.fail(&["targets", "add", &bare]);
    assert!(
        error.contains("was trained with another base model"),
        "{error}"
    );
    let shown = home.json(&["targets", "show", &bare, "--json"]);
    assert_eq!(shown["plays"], false);
    assert!(
        shown["problem"]
            .as_str()
            .unwrap()
            .contains("another base model")
    );
}

/// A file of a target without its recorded notes.
fn without_memory(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    let (length, rest) = bytes.split_first_chunk().unwrap();
    let (json, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut json: serde_json::Map<String, Value> = serde_json::from_slice(json).unwrap();
    json["__metadata__"]
        .as_object_mut()
        .unwrap()
        .remove("memory");
    json.retain(|name, _| !name.starts_with("memory."));
    let mut kept = Vec::new();
    for (_, tensor) in json.iter_mut().filter(|(name, _)| *name != "__metadata__") {
        let [start, end] = [0, 1].map(|at| tensor["data_offsets"][at].as_u64().unwrap() as usize);
        tensor["data_offsets"] = json!([kept.len(), kept.len() + end - start]);
        kept.extend(&data[start..end]);
    }
    let json = serde_json::to_vec(&json).unwrap();
    [&(json.len() as u64).to_le_bytes(), &json[..], &kept].concat()
}
