//! The key by ear: *Snap* with the scale *auto*.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Desk, json, read_wav, succeed, write_planes};
use mynah_cli::synth::{Voice, melody, render};
use mynah_engine::{Key, Survey};
use serde_json::Value;

/// Tunes from their first note up, 10 s long.
const MAJOR: [(i32, f64); 15] = [
    (0, 1.0),
    (4, 1.0),
    (7, 2.0),
    (9, 1.0),
    (7, 1.0),
    (5, 1.0),
    (4, 1.0),
    (2, 1.0),
    (0, 1.0),
    (7, 2.0),
    (5, 1.0),
    (4, 1.0),
    (2, 1.0),
    (11, 1.0),
    (12, 3.0),
];
const MINOR: [(i32, f64); 15] = [
    (0, 1.0),
    (3, 1.0),
    (7, 2.0),
    (8, 1.0),
    (7, 1.0),
    (5, 1.0),
    (3, 1.0),
    (2, 1.0),
    (0, 1.0),
    (7, 2.0),
    (5, 1.0),
    (3, 1.0),
    (2, 1.0),
    (11, 1.0),
    (12, 3.0),
];

/// A tune in a key, on a plucked string.
fn tune(key: Key) -> Vec<f32> {
    let steps = if key.minor { MINOR } else { MAJOR };
    let first = 48 + i32::from(key.tonic);
    let steps = steps.map(|(step, beats)| (first + step, beats, 90));
    render(Voice::Plucked, &melody(0.1, 0.5, 0.1, &steps), 3)
}

#[test]
fn tunes_in_all_keys_are_heard_in_theirs() {
    for number in 0..24 {
        let key = Key::of(number);
        let mut survey = Survey::new(48_000.0).unwrap();
        survey.hear(&[&tune(key)]);
        let heard = survey.key();
        assert_eq!(heard.map(|heard| heard.key), Some(key), "{}", key.name());
    }
    let mut silence = Survey::new(48_000.0).unwrap();
    silence.hear(&[&[0.0; 96_000]]);
    assert_eq!(silence.key(), None);
}

#[test]
fn a_bounce_snaps_to_the_key_of_the_whole_file_from_the_first_note_on() {
    let desk = Desk::new();
    let key = Key {
        tonic: 2,
        minor: false,
    };
    // A third of a semitone too high.
    let sound = mynah_cli::audio::resample::resample(&tune(key), (0.33f64 / 12.0).exp2());
    write_planes(&desk.at("in.wav"), 48_000, &[sound]);
    let bounced = |name: &str, scale: &[&str]| {
        let (input, output) = (desk.at("in.wav"), desk.at(name));
        let mut arguments = vec![
            "bounce",
            input.to_str().unwrap(),
            "-o",
            output.to_str().unwrap(),
        ];
        arguments.extend([
            "--target", "cello", "--octave", "0", "--tail", "0", "--float", "-q",
        ]);
        arguments.extend(["--set", "snap=1"]);
        arguments.extend(scale);
        succeed(&arguments);
        read_wav(&output).1
    };
    let by_ear = bounced("ear.wav", &["--set", "scale=auto"]);
    let fixed = bounced("fixed.wav", &["--set", "scale=major", "--set", "key=D"]);
    assert!(by_ear == fixed, "what is heard is D major");
    let other = bounced("other.wav", &["--set", "scale=major", "--set", "key=Ab"]);
    assert!(by_ear != other);
    let report: Value = json(&[
        "bounce",
        desk.at("in.wav").to_str().unwrap(),
        "-o",
        desk.at("again.wav").to_str().unwrap(),
        "--target",
        "cello",
        "--set",
        "snap=1",
        "--set",
        "scale=auto",
        "--json",
    ]);
    assert_eq!(report["files"][0]["key"], "D major");
}
