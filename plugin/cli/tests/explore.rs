//! What a player likes, and dreams that go by it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use serde_json::Value;

use common::{Desk, mynah, write_tone};

/// Runs with a player's folder of this desk's own.
fn run(desk: &Desk, arguments: &[&str]) -> std::process::Output {
    let mut command = mynah();
    command.env("XDG_DATA_HOME", desk.at("home"));
    command.args(arguments).output().unwrap()
}

fn succeed(desk: &Desk, arguments: &[&str]) -> String {
    let output = run(desk, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(desk: &Desk, arguments: &[&str]) -> Value {
    serde_json::from_str(&succeed(desk, arguments)).unwrap()
}

fn tone(desk: &Desk) -> String {
    let path = desk.at("tone.wav");
    write_tone(&path, 48_000, 1, 2.0);
    path.to_str().unwrap().to_owned()
}

#[test]
fn ratings_are_kept_listed_and_forgotten() {
    let desk = Desk::new();
    let input = tone(&desk);
    let none = json(&desk, &["ratings", "--json"]);
    assert_eq!(none, serde_json::json!([]));
    let said = succeed(&desk, &["rate", &input, "--preset", "Velvet Cello", "--up"]);
    assert!(said.contains("1 rating kept"), "{said}");
    succeed(
        &desk,
        &["rate", &input, "--preset", "Steam Flute", "--down"],
    );
    let listed = json(&desk, &["ratings", "--json"]);
    let liked: Vec<bool> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["liked"].as_bool().unwrap())
        .collect();
    assert_eq!(liked, [true, false]);
    assert_eq!(listed[0]["preset"], "Velvet Cello");
    assert_eq!(listed[0]["measured"], true);
    assert!(succeed(&desk, &["ratings", "--clear"]).contains("2 ratings forgotten"));
    assert_eq!(json(&desk, &["ratings", "--json"]), serde_json::json!([]));
    let neither = run(&desk, &["rate", &input, "--preset", "Velvet Cello"]);
    assert!(!neither.status.success());
}

#[test]
fn dreams_are_ranked_written_and_repeat() {
    let desk = Desk::new();
    let input = tone(&desk);
    let folder = desk.at("dreams");
    let folder = folder.to_str().unwrap();
    let arguments = [
        "dream", &input, "--rounds", "1", "--count", "2", "--seed", "3", "--json",
    ];
    let with_folder = [&arguments[..], &["-o", folder]].concat();
    let report = json(&desk, &with_folder);
    assert_eq!(
        (&report["tried"], &report["ratings"]),
        (&8.into(), &0.into())
    );
    let dreams = report["dreams"].as_array().unwrap();
    assert_eq!(dreams.len(), 2);
    let worth =
        |dream: &Value| dream["liking"].as_f64().unwrap() * dream["realness"].as_f64().unwrap();
    assert!(worth(&dreams[0]) >= worth(&dreams[1]));
    for dream in dreams {
        // Without ratings nothing is known of what is liked.
        assert_eq!(dream["liking"], 0.5);
        let [sound, preset] = ["sound", "preset"].map(|key| dream[key].as_str().unwrap());
        let again = desk.at("again.wav");
        let again = again.to_str().unwrap();
        succeed(
            &desk,
            &["bounce", &input, "--preset", preset, "-o", again, "--force"],
        );
        assert_eq!(
            std::fs::read(Path::new(sound)).unwrap(),
            std::fs::read(again).unwrap()
        );
    }
    // The same seed dreams the same; outputs are not replaced unawares.
    let again = json(&desk, &arguments);
    assert_eq!(again["dreams"][0]["settings"], dreams[0]["settings"]);
    let refused = run(&desk, &with_folder);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("give --force to replace it"), "{said}");
}

#[test]
fn what_cannot_be_dreamt_of_is_said() {
    let desk = Desk::new();
    let input = tone(&desk);
    for (arguments, words) in [
        (
            ["dream", "gone.wav", "--preset", "Velvet Cello"],
            "gone.wav",
        ),
        (
            ["dream", &input, "--preset", "no such preset"],
            "unknown preset",
        ),
    ] {
        let output = run(&desk, &arguments);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(words), "{said}");
    }
}
