//! Instruments and notes of chance.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;

use serde_json::Value;

use common::{Desk, json, run, succeed};

fn path(desk: &Desk, name: &str) -> String {
    desk.at(name).to_str().unwrap().to_owned()
}

#[test]
fn a_random_instrument_is_a_target_like_any_other() {
    let desk = Desk::new();
    let file = path(&desk, "random.mynah");
    let report: Value = json(&["invent", "--seed", "12", "-o", &file, "--json"]);
    let name = report["display_name"].as_str().unwrap();
    assert!(name.ends_with(" 12"), "{name}");
    assert_ne!(report["player"], report["colour"]);
    let shown: Value = json(&["targets", "show", &file, "--json"]);
    assert_eq!(shown["display_name"], report["display_name"]);
    assert_eq!(shown["hash"], report["hash"]);
    let credit = shown["credits"][0].as_str().unwrap();
    assert!(
        credit.starts_with("A random instrument, number 12"),
        "{credit}"
    );

    // It is not replaced unawares, and the same number is the same instrument.
    let refused = run(["invent", "--seed", "13", "-o", &file]);
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("give --force to replace it"), "{said}");
    let before = std::fs::read(&file).unwrap();
    succeed(["invent", "--seed", "12", "-o", &file, "--force"]);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let named: Value = json(&[
        "invent", "--seed", "12", "-o", &file, "--force", "--name", "Dusk", "--json",
    ]);
    assert_eq!(named["display_name"], "Dusk");
    assert_ne!(std::fs::read(&file).unwrap(), before);
}

/// Both channels of a WAV, and its rate.
fn samples(path: PathBuf) -> (Vec<f32>, u32) {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!(reader.spec().channels, 2);
    let scale = (1 << (reader.spec().bits_per_sample - 1)) as f32;
    let rate_hz = reader.spec().sample_rate;
    let samples = reader.samples::<i32>().map(|s| s.unwrap() as f32 / scale);
    (samples.collect(), rate_hz)
}

#[test]
fn one_shots_are_as_many_as_asked_for_each_its_own_and_end_in_silence() {
    let desk = Desk::new();
    let folder = path(&desk, "shots");
    let arguments = [
        "oneshots",
        "--count",
        "5",
        "--seconds",
        "0.3",
        "--notes",
        "57-64",
        "--seed",
        "4",
        "-t",
        "guitar",
        "-t",
        "flute",
        "--rate",
        "44100",
        "--out-dir",
        &folder,
    ];
    let mut first = arguments.to_vec();
    first.push("--json");
    let list: Value = json(&first);
    let shots = list["shots"].as_array().unwrap();
    assert_eq!(shots.len(), 5);
    let mut sounds = Vec::new();
    for shot in shots {
        let file = shot["file"].as_str().unwrap();
        let (sound, rate_hz) = samples(desk.at("shots").join(file));
        assert_eq!(rate_hz, 44_100);
        let peak = sound.iter().fold(0f32, |peak, x| peak.max(x.abs()));
        assert!((20.0 * peak.log10() + 1.0).abs() < 0.1, "{file}: {peak}");
        let end = sound.iter().rev().take(8);
        assert!(end.fold(0f32, |peak, x| peak.max(x.abs())) < 1e-3, "{file}");
        let midi = shot["midi"].as_u64().unwrap();
        let note = shot["note"].as_str().unwrap().replace('#', "s");
        assert!((57..=64).contains(&midi) && file.contains(&note), "{file}");
        let seconds = sound.len() as f64 / 2.0 / 44_100.0;
        assert!(seconds > shot["held_seconds"].as_f64().unwrap(), "{file}");
        sounds.push(sound);
    }
    assert!(sounds.windows(2).all(|pair| pair[0] != pair[1]));
    let refused = run(arguments);
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("exists already: give --force"), "{said}");
    let mut again = arguments.to_vec();
    again.push("--force");
    succeed(again);
    for (shot, before) in shots.iter().zip(&sounds) {
        let file = desk.at("shots").join(shot["file"].as_str().unwrap());
        assert_eq!(&samples(file).0, before);
    }
}

#[test]
fn what_cannot_be_made_is_said_in_a_sentence() {
    let desk = Desk::new();
    let folder = path(&desk, "shots");
    for (extra, said) in [
        (["--notes", "70-60"], "give two notes from 0 to 127"),
        (["-t", "kazoo"], "unknown target 'kazoo'"),
        (["--set", "loud=1"], "there is no control 'loud'"),
    ] {
        let mut arguments = vec!["oneshots", "-c", "1", "--out-dir", &folder];
        arguments.extend(extra);
        let output = run(arguments);
        assert!(!output.status.success());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(said), "{stderr}");
        assert!(!desk.at("shots").exists());
    }
}
