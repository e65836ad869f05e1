//! Targets that are learnt straight into the player's own folder, for another base, or onto a full disk.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::common::{mynah, names_in};
use super::record;

/// A player with recordings and a folder of targets.
struct Home {
    data: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        record(data.path());
        std::fs::create_dir_all(data.path().join("mynah/targets")).unwrap();
        Self { data }
    }

    fn targets(&self) -> PathBuf {
        self.data.path().join("mynah/targets")
    }

    fn target(&self) -> PathBuf {
        self.targets().join("reed.mynah")
    }

    fn names(&self) -> Vec<String> {
        names_in(&self.targets())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = mynah();
        command
            .env("XDG_DATA_HOME", self.data.path())
            .current_dir(self.data.path())
            .args(arguments);
        command
    }

    /// Learns into the folder, without time to learn.
    fn learn(&self, extra: &[&str]) -> Command {
        let mut command = self.command(&["learn", "notes", "--quiet", "--minutes", "0", "-o"]);
        command.arg(self.target()).args(extra);
        command
    }

    /// Makes the target one for another base.
    fn age(&self) {
        let bytes = std::fs::read(self.target()).unwrap();
        let (length, rest) = bytes.split_first_chunk().unwrap();
        let (json, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        let mut json: Value = serde_json::from_slice(json).unwrap();
        let metadata = json["__metadata__"].as_object_mut().unwrap();
        metadata.remove("checksum");
        metadata.insert("base_hash".to_owned(), "0123456789abcdef".repeat(4).into());
        let json = serde_json::to_vec(&json).unwrap();
        let aged = [&(json.len() as u64).to_le_bytes(), &json[..], data].concat();
        std::fs::write(self.target(), aged).unwrap();
    }
}

/// What is said on stderr, of a run with this exit code.
fn said(command: &mut Command, code: i32) -> String {
    let run = command.output().unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(code), "{stderr}");
    stderr
}

#[test]
fn what_goes_to_the_players_own_is_marked_as_learnt_and_leaves_with_its_mark() {
    let home = Home::new();
    said(&mut home.learn(&["--no-page"]), 0);
    assert_eq!(home.names(), ["reed.learnt", "reed.mynah"]);
    let mark = std::fs::read(home.targets().join("reed.learnt")).unwrap();
    let mark: Value = serde_json::from_slice(&mark).unwrap();
    let notes = mark["recordings"][0].as_str().unwrap();
    assert!(Path::new(notes).is_absolute() && Path::new(notes).is_dir());
    // The target itself says nothing of where they are.
    let file = std::fs::read(home.target()).unwrap();
    let path = home.data.path().to_str().unwrap().as_bytes();
    assert!(!file.windows(path.len()).any(|part| part == path));
    // What is left of an earlier run is of no use to the next, nor when the target goes.
    let state = home.targets().join("reed.mynah.learning");
    std::fs::write(&state, "old").unwrap();
    said(&mut home.learn(&["--no-page", "--force"]), 0);
    assert!(!state.exists());
    std::fs::write(&state, "old").unwrap();
    said(&mut home.command(&["targets", "remove", "reed"]), 0);
    assert!(home.names().is_empty(), "{:?}", home.names());
}

#[test]
fn what_comes_to_nothing_leaves_no_mark() {
    let home = Home::new();
    std::fs::remove_file(home.data.path().join("notes/single.wav")).unwrap();
    let error = said(&mut home.learn(&["--no-page"]), 2);
    assert!(error.contains("s of sound were found"), "{error}");
    assert!(home.names().is_empty(), "{:?}", home.names());
}

#[test]
fn the_status_names_the_page() {
    let home = Home::new();
    said(&mut home.learn(&["--status", "status.json"]), 0);
    let status = std::fs::read(home.data.path().join("status.json")).unwrap();
    let status: Value = serde_json::from_slice(&status).unwrap();
    let page = status["page"].as_str().unwrap();
    assert!(Path::new(page).ends_with("reed-page/index.html"), "{page}");
    assert!(Path::new(page).is_file());
}

#[test]
fn one_for_another_base_says_how_to_learn_it_again() {
    let home = Home::new();
    said(&mut home.learn(&["--no-page", "--name", "Anna's Reed"]), 0);
    home.age();
    let warned = said(&mut home.command(&["targets"]), 0);
    let (_, line) = warned.split_once("Learn it again: ").unwrap();
    assert!(line.contains(r"--name 'Anna'\''s Reed'"), "{line}");
    // Without saying so it is neither replaced nor gone on with.
    for extra in [&[][..], &["--resume"]] {
        let error = said(&mut home.learn(extra), 2);
        assert!(error.contains("was made for another version of Mynah's models"));
        assert!(error.contains("--force"), "{error}");
    }
    // The line is one that a shell understands.
    let program = Path::new(env!("CARGO_BIN_EXE_mynah")).parent().unwrap();
    let line = format!("{} --minutes 0 --no-page --quiet", line.trim_end());
    let mut shell = Command::new("sh");
    shell.env("XDG_DATA_HOME", home.data.path());
    shell.env("PATH", format!("{}:/usr/bin:/bin", program.display()));
    if cfg!(unix) {
        said(shell.args(["-c", &line]), 0);
        assert_eq!(said(&mut home.command(&["targets"]), 0), "");
    }
    // Where the recordings are gone there is no such line.
    home.age();
    std::fs::remove_dir_all(home.data.path().join("notes")).unwrap();
    let warned = said(&mut home.command(&["targets"]), 0);
    assert!(warned.contains("Made for another version"), "{warned}");
    assert!(!warned.contains("Learn it again"), "{warned}");
}

/// A limit to the size of files does as a full disk: a write fails in the middle.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_it_in_one_sentence_and_the_target_stays_whole() {
    let home = Home::new();
    said(&mut home.learn(&["--no-page"]), 0);
    let before = std::fs::read(home.target()).unwrap();
    let learn = home.learn(&["--no-page", "--resume", "--seed", "9", "--name", "Other"]);
    let mut limited = Command::new("sh");
    limited
        .env("XDG_DATA_HOME", home.data.path())
        .current_dir(home.data.path())
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"])
        .arg(learn.get_program())
        .args(learn.get_args());
    let error = said(&mut limited, 2);
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains("cannot write '"), "{error}");
    assert!(error.contains("reed.mynah'"), "{error}");
    assert!(std::fs::read(home.target()).unwrap() == before);
    assert_eq!(home.names(), ["reed.learnt", "reed.mynah"]);
}
