//! `mynah-lab eval --outside` and `mynah-lab listen`, with a program in the place of Python that hears a violin everywhere.
#![allow(clippy::unwrap_used)]

mod common;

use common::data::{data_folder, write_note};
use common::{json, refused, succeed};
use serde_json::Value;

/// The program in the place of Python.
fn stub() -> String {
    env!("CARGO_BIN_EXE_stub_listener").to_owned()
}

/// A folder with a judge that is none, and phrases of a violin, a tenor and a clarinet, the last one trained on.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("judge.tflite"), "a judge").unwrap();
    let manifest = "path,instrument,kind,poly,split\nviolin.wav,violin,phrase,0,valid\n\
                    tenor.wav,sax-tenor,phrase,0,valid\nclarinet.wav,clarinet,phrase,0,train\n";
    std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
    for (name, midi) in [("violin", 67), ("tenor", 50), ("clarinet", 60)] {
        write_note(&folder.path().join(format!("{name}.wav")), midi, false);
    }
    folder
}

fn names(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["sources"].as_str().unwrap()).collect()
}

#[test]
fn the_quick_part_counts_what_is_heard() {
    let (folder, data) = (folder(), data_folder());
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (judge, stub) = (at("judge.tflite"), stub());
    let arguments = [
        "eval",
        "--json",
        "--quick",
        "--target",
        "violin",
        "--target",
        "flute",
        "--target",
        "sax-alto",
        "--data",
        data.path().to_str().unwrap(),
        "--performances",
        folder.path().to_str().unwrap(),
        "--outside",
        &judge,
        "--python",
        &stub,
        "--set",
        "performance=0.3",
    ];
    let eval = json(&arguments);
    assert_eq!(eval["set"], serde_json::json!(["performance=0.3"]));
    let rows = eval["outside_targets"].as_array().unwrap();
    let [violin, flute, alto] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(violin["likeness_outside_track"], 0.8);
    assert_eq!(violin["likeness_outside_track_room"], 0.8);
    assert_eq!(flute["likeness_outside_track"], 0.0);
    assert_eq!(flute["taken_for"][0]["heard"], "violin");
    assert_eq!(flute["voice_or_synth"], 0.2);
    // The violin is played by the tenor alone, the alto not by the tenor: the violin is left.
    for row in [violin, alto] {
        let performed = &row["by_source"][0];
        assert_eq!(performed["sources"], "performances");
        assert_eq!(performed["windows"], 5, "{row}");
    }
    assert_eq!(flute["by_source"][0]["windows"], 10);
    // The folder has no saxophone: no ceiling.
    assert_eq!(
        names(&flute["by_source"]),
        ["performances", "voice", "scores"]
    );
    assert_eq!(
        names(&alto["by_source"]),
        ["performances", "voice", "scores"]
    );
    assert_eq!(violin["likeness_outside_track_ceiling"], 0.8);
    assert!(alto["likeness_outside_track_ceiling"].is_null());
    assert_eq!(violin["likeness_outside_performances"], 0.8);
    assert!(flute["likeness_outside_performances"].is_null());

    assert!((eval["likeness_outside_track"].as_f64().unwrap() - 0.8 / 3.0).abs() < 1e-9);
    assert_eq!(eval["likeness_outside_least"], 0.0);
    assert_eq!(eval["note_f_measure"], 0.75);
    assert_eq!(eval["note_f_measure_ceiling"], 0.75);
    for key in [
        "pitch_within_50_cents",
        "pitch_within_50_cents_ceiling",
        "loudness_correlation",
    ] {
        assert!(eval[key].is_f64(), "{key} in {eval}");
    }
    assert!(eval["pairs"].as_array().unwrap().is_empty() && eval["tracker"].is_null());
    assert!(eval["translation_ratio"].is_null());
}

#[test]
fn what_is_missing_is_named() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (judge, stub) = (at("judge.tflite"), stub());
    let outside = ["--outside", &judge, "--python", &stub];
    let without = json(&["eval", "--json", "--phrases", "1", "--target", "cello"]);
    assert!(without["likeness_outside_track"].is_null());
    let left_out = without["left_out"].as_array().unwrap();
    assert!(
        left_out[0].as_str().unwrap().contains("--outside"),
        "{left_out:?}"
    );

    let performances = folder.path().to_str().unwrap();
    let quick = [
        &[
            "eval",
            "--quick",
            "--target",
            "cello",
            "--performances",
            performances,
        ],
        &outside[..],
    ]
    .concat();
    let table = succeed(&quick);
    assert!(table.contains("--data DIR was not given"), "{table}");

    refused(
        "needs sources",
        &[&["eval", "--quick"], &outside[..]].concat(),
    );
    refused("--outside", &["eval", "--quick"]);
    refused(
        "nowhere.tflite",
        &[
            "listen",
            &at("violin.wav"),
            "--outside",
            &at("nowhere.tflite"),
        ],
    );
    refused(
        "cargo xtask outside",
        &[
            "listen",
            &at("violin.wav"),
            "--outside",
            &judge,
            "--python",
            &at("nothing"),
        ],
    );
    refused(
        "kazoo",
        &[
            &["listen", &at("violin.wav"), "--expect", "kazoo"],
            &outside[..],
        ]
        .concat(),
    );
    refused(
        "missing.wav",
        &[&["listen", &at("missing.wav")], &outside[..]].concat(),
    );
}

#[test]
fn listen_counts_windows_of_all_files() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (judge, stub, violin) = (at("judge.tflite"), stub(), at("violin.wav"));
    let tenor = at("tenor.wav");
    let arguments = [
        "listen",
        &violin,
        &tenor,
        "--outside",
        &judge,
        "--python",
        &stub,
        "--expect",
        "synth",
    ];
    let text = succeed(arguments);
    assert!(
        text.contains(&format!("{violin}: violin 0.80, synth 0.20")),
        "{text}"
    );
    assert!(text.ends_with("share: 0.20\n"), "{text}");
    let listened = json(&[&arguments[..], &["--json"]].concat());
    assert_eq!(listened["share"], 0.2);
    assert_eq!(listened["files"][&tenor]["violin"], 0.8);
    assert_eq!(listened["all"]["violin"], 0.8);
}

#[test]
fn what_python_says_last_is_the_reason() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (how, clue) in [
        ("fail", "the stub was told to fail"),
        ("few", "0 answers to 1 questions"),
    ] {
        let run = common::program()
            .env("MYNAH_STUB", how)
            .args([
                "listen",
                &at("violin.wav"),
                "--outside",
                &at("judge.tflite"),
                "--python",
                &stub(),
            ])
            .output()
            .unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert!(said.contains(clue) && said.lines().count() == 1, "{said}");
    }
}
