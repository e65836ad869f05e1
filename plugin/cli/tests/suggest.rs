//! Which targets suit what a recording plays.
#![allow(clippy::unwrap_used)]

mod common;

use mynah_cli::synth::{Voice, melody, render};
use serde_json::Value;

use common::{Desk, json, run, succeed, write_planes};

/// A line that begins at this note.
fn write_line(desk: &Desk, voice: Voice, first_midi: i32) -> String {
    let steps = [0, 3, 5, 7, 5, 3, 7, 5, 0].map(|step| (first_midi + step, 1.0, 92));
    let sound = render(voice, &melody(0.2, 0.45, 0.1, &steps), 1);
    let path = desk.at("line.wav");
    write_planes(&path, 48_000, &[sound]);
    path.to_str().unwrap().to_owned()
}

/// The targets' names, best first.
fn order(report: &Value) -> Vec<&str> {
    let suggestions = report["suggestions"].as_array().unwrap();
    let names = suggestions.iter().map(|found| &found["target"]);
    names.map(|name| name.as_str().unwrap()).collect()
}

fn place(order: &[&str], target: &str) -> usize {
    order.iter().position(|name| *name == target).unwrap()
}

#[test]
fn a_low_plucked_line_suits_plucked_and_struck_targets() {
    let desk = Desk::new();
    let report: Value = json(&["suggest", &write_line(&desk, Voice::Plucked, 43), "--json"]);
    let order = order(&report);
    for suits in ["guitar", "piano"] {
        assert!(place(&order, suits) < place(&order, "trumpet"), "{order:?}");
        assert!(place(&order, suits) < place(&order, "flute"), "{order:?}");
    }
    assert_eq!(order[0], "guitar");
    assert!(
        report["heard"]["struck_share"].as_f64().unwrap() > 0.7,
        "{report}"
    );
}

#[test]
fn a_high_whistled_line_suits_high_targets() {
    let desk = Desk::new();
    let report: Value = json(&["suggest", &write_line(&desk, Voice::Whistle, 79), "--json"]);
    let order = order(&report);
    assert_eq!(order[0], "flute");
    for suits in ["flute", "violin"] {
        for other in ["cello", "guitar", "sax-tenor"] {
            assert!(place(&order, suits) < place(&order, other), "{order:?}");
        }
    }
}

#[test]
fn what_is_held_suits_what_holds() {
    let desk = Desk::new();
    for voice in [Voice::Sung, Voice::Saw] {
        let report: Value = json(&["suggest", &write_line(&desk, voice, 57), "--json"]);
        let order = order(&report);
        assert!(
            report["heard"]["struck_share"].as_f64().unwrap() < 0.3,
            "{report}"
        );
        for struck in ["guitar", "piano"] {
            assert!(
                place(&order, struck) > place(&order, "clarinet"),
                "{order:?}"
            );
        }
    }
}

#[test]
fn the_report_has_all_targets_and_the_lines_the_best_five() {
    let desk = Desk::new();
    let input = write_line(&desk, Voice::Plucked, 55);
    let report: Value = json(&["suggest", &input, "--json"]);
    assert_eq!(report["format_version"], 1);
    assert_eq!(report["input"].as_str().unwrap(), input);
    assert!(report["seconds"].as_f64().unwrap() > 4.0);
    assert_eq!(report["losses"].as_array().unwrap().len(), 0);
    let heard = &report["heard"];
    assert_eq!(heard["notes"], 9);
    assert_eq!(
        (&heard["lowest_midi"], &heard["highest_midi"]),
        (&55.0.into(), &62.0.into())
    );
    assert!((55.0..=62.0).contains(&heard["middle_midi"].as_f64().unwrap()));
    assert!((1.0..4.0).contains(&heard["notes_per_s"].as_f64().unwrap()));
    let suggestions = report["suggestions"].as_array().unwrap();
    let targets: Vec<Value> = json(&["targets", "--json"]);
    assert_eq!(suggestions.len(), targets.len());
    for found in suggestions {
        assert!((0.0..=1.0).contains(&found["score"].as_f64().unwrap()));
        assert!((-2..=2).contains(&found["octaves"].as_i64().unwrap()));
        assert!(!found["name"].as_str().unwrap().is_empty());
        assert!(
            found["reason"].as_str().unwrap().contains("range")
                || found["reason"].as_str().unwrap().contains("register")
        );
    }
    let lines = succeed(["suggest", &input]);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(
        lines[0].contains("9 notes from G3 to D4, struck or plucked"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with(suggestions[0]["target"].as_str().unwrap()),
        "{lines:?}"
    );
}

#[test]
fn silence_suggests_nothing_and_says_so() {
    let desk = Desk::new();
    let path = desk.at("silent.wav");
    write_planes(&path, 48_000, &[vec![0.0; 48_000]]);
    let path = path.to_str().unwrap();
    let done = run(["suggest", path]);
    assert!(done.status.success() && done.stdout.is_empty());
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("no notes are heard"), "{told}");
    let report: Value = json(&["suggest", path, "--json"]);
    assert!(report["heard"].is_null());
    assert!(report["suggestions"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_no_sound_is_an_error_in_one_sentence() {
    let desk = Desk::new();
    std::fs::write(desk.at("no.wav"), "no sound").unwrap();
    let output = run(["suggest".as_ref(), desk.at("no.wav").as_os_str()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told.contains("no.wav") && told.lines().count() == 1,
        "{told}"
    );
}
