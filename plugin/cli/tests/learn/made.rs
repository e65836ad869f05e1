//! What comes of good recordings.

use std::path::Path;

use super::common::{self, mynah, names_in, read_wav, rms, write_planes};
use super::sounds::{Sounding, melody, play};
use super::{learn, made, record};

#[test]
fn recordings_become_a_target_that_says_whose_it_is_and_what_it_plays() {
    let made = made();
    let run = mynah()
        .args(["targets", "show", "--json"])
        .arg(made.at("own.mynah"))
        .output()
        .unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(shown["plays"], true, "{shown}");
    assert_eq!(shown["made_for_another_base"], false);
    assert_eq!(shown["name"], "my-reed");
    assert_eq!(shown["display_name"], "My Reed");
    assert_eq!(shown["credits"], serde_json::json!(["Anna", "Ben"]));
    assert_eq!(shown["licence"], "CC BY 4.0");
    let memory = &shown["memory"];
    assert!(memory["notes"].as_u64().unwrap() >= 16, "{memory}");
    assert_eq!(memory["struck"], false);
    assert_eq!(memory["semitones_only"], false);
    // A3 to C5, within half a semitone.
    let hz = |end: usize| shown["pitch_range_hz"][end].as_f64().unwrap();
    let midi = |hz: f64| 69.0 + 12.0 * (hz / 440.0).log2();
    assert!((midi(hz(0)) - 57.0).abs() < 1.0, "{}", hz(0));
    assert!((midi(hz(1)) - 72.0).abs() < 1.0, "{}", hz(1));
}

#[test]
fn what_came_of_it_is_told_as_json() {
    let told = &made().told;
    assert_eq!(told["format_version"], 1);
    assert_eq!(told["name"], "My Reed");
    assert_eq!(told["struck"], false);
    let findings = told["findings"].as_array().unwrap();
    assert!(
        findings[0].as_str().unwrap().contains("from A3 to C5"),
        "{findings:?}"
    );
    let seconds = told["listened_s"].as_f64().unwrap();
    assert!((24.0..30.0).contains(&seconds), "{seconds}");
    assert_eq!(
        told["bytes"],
        std::fs::metadata(made().at("own.mynah")).unwrap().len()
    );
    assert_eq!(told["training"]["steps"], 0);
    assert!(!told["training"]["nearest"].as_str().unwrap().is_empty());
}

#[test]
fn it_plays_what_is_played_into_it() {
    let made = made();
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out.wav"));
    let brighter = Sounding {
        breath: 0.1,
        ..Sounding::default()
    };
    write_planes(&input, 48_000, &[play(&melody(3.0, 60, 67), &brighter)]);
    let run = mynah()
        .args(["bounce", "--bits", "32f", "--target"])
        .arg(made.at("own.mynah"))
        .arg(&input)
        .arg("-o")
        .arg(&output)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let ((_, played), (_, translated)) = (read_wav(&input), read_wav(&output));
    assert!(translated.iter().all(|x| x.is_finite()));
    let level = rms(&translated) / rms(&played);
    assert!((0.2..5.0).contains(&level), "{level}");
}

#[test]
fn one_seed_gives_one_target_on_any_number_of_threads_and_whatever_becomes_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    record(folder.path());
    let run = mynah()
        .current_dir(folder.path())
        .args(["learn", "notes", "-o", "own.mynah", "--json"])
        .args(["--minutes", "0", "--threads", "1", "--seed", "7"])
        .args(["--name", "My Reed", "--credit", "Anna", "--credit", "Ben"])
        .args(["--licence", "CC BY 4.0", "--page", "notes/single.wav/page"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let bytes = |path: &Path| std::fs::read(path).unwrap();
    assert!(bytes(&folder.path().join("own.mynah")) == bytes(&made().at("own.mynah")));
    // A page that cannot be written is no loss.
    let warning = String::from_utf8(run.stderr).unwrap();
    let mut lines = warning.lines();
    let told = lines.find(|line| line.starts_with("mynah: there is no page: "));
    assert!(told.is_some(), "{warning}");
    let told: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(told["page"], serde_json::Value::Null);
    assert_eq!(told["figures"], serde_json::Value::Null);
    assert_eq!(names_in(folder.path()), ["notes", "own.mynah"]);
}

#[test]
fn notes_that_die_away_are_told_from_held_ones_and_whoever_plays_knows_better() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    let bell = Sounding {
        falls_db_per_s: 25.0,
        vibrato_semitones: 0.0,
        breath: 0.0,
    };
    let notes: Vec<_> = (0..12)
        .map(|n| (50.0 + 2.0 * n as f32, 0.3 + 1.6 * n as f32, 1.2))
        .collect();
    write_planes(
        &folder.path().join("notes/bell.wav"),
        48_000,
        &[play(&notes, &bell)],
    );
    let told = |extra: &[&str]| -> serde_json::Value {
        let run = learn(folder.path())
            .args(["--minutes", "0", "--json", "--force"])
            .args(extra)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        serde_json::from_slice(&run.stdout).unwrap()
    };
    let heard = told(&[]);
    assert_eq!(
        (&heard["struck"], &heard["semitones_only"]),
        (&true.into(), &false.into())
    );
    let keys = told(&["--kind", "keys"]);
    assert_eq!(
        (&keys["struck"], &keys["semitones_only"]),
        (&true.into(), &true.into())
    );
    // Its name is the file's, its credit the folder's.
    let info: serde_json::Value = common::json(&[
        "info",
        folder.path().join("own.mynah").to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(info["display_name"], "Own");
    assert_eq!(info["credits"], serde_json::json!(["Recordings: notes"]));
    assert_eq!(info["licence"], "personal use");
    assert_eq!(names_in(folder.path()), ["notes", "own.mynah"]);
}

#[test]
fn the_status_file_ends_with_what_came_of_it() {
    let status = std::fs::read(made().at("status.json")).unwrap();
    let status: serde_json::Value = serde_json::from_slice(&status).unwrap();
    assert_eq!(status["stage"], "done");
    assert_eq!(
        (&status["files"], &status["files_heard"]),
        (&2.into(), &2.into())
    );
    assert_eq!(status["findings"], made().told["findings"]);
    assert_eq!(status["error"], serde_json::Value::Null);
}
