//! `continue`: notes in, notes that might come after them out.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::Stdio;

use common::midi_file::{QUARTERS, midi_file};
use common::{Desk, json, mynah, read_wav, rms, run, succeed, write_planes};
use midly::{MidiMessage, Smf, Timing, TrackEventKind};
use mynah_cli::synth::{Voice, melody, render};
use serde_json::Value;

/// The notes of C major.
const C_MAJOR: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
/// A tune in quarters and eighths, at 120 quarters a minute.
const TUNE: [(u8, u8); 8] = [
    (60, 96),
    (62, 48),
    (64, 48),
    (65, 96),
    (67, 96),
    (64, 48),
    (62, 48),
    (60, 96),
];

/// A folder with that tune three times, as MIDI.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut track = Vec::new();
    for (key, ticks) in TUNE.iter().cycle().take(24) {
        track.extend([0, 0x90, *key, 90, *ticks, 0x80, *key, 0]);
    }
    std::fs::write(desk.at("tune.mid"), midi_file(0, QUARTERS, &[&track])).unwrap();
    desk
}

/// Keys that are struck in a file, and when, seconds.
fn struck(bytes: &[u8]) -> Vec<(u8, f64)> {
    let smf = Smf::parse(bytes).unwrap();
    let Timing::Metrical(per_quarter) = smf.header.timing else {
        panic!("frames of film");
    };
    let (mut tick, mut struck) = (0, Vec::new());
    for event in &smf.tracks[0] {
        tick += event.delta.as_int();
        if let TrackEventKind::Midi {
            message: MidiMessage::NoteOn { key, .. },
            ..
        } = event.kind
        {
            let seconds = f64::from(tick) * 0.5 / f64::from(per_quarter.as_int());
            struck.push((key.as_int(), seconds));
        }
    }
    struck
}

/// Goes on with the tune and gives the file.
fn go_on(desk: &Desk, extra: &[&str]) -> Vec<u8> {
    let (input, output) = (desk.at("tune.mid"), desk.at("out.mid"));
    let mut all = vec![
        "continue",
        input.to_str().unwrap(),
        "-fqo",
        output.to_str().unwrap(),
    ];
    all.extend(extra);
    succeed(all);
    std::fs::read(output).unwrap()
}

#[test]
fn it_goes_on_in_key_and_in_time_and_the_seed_says_how() {
    let desk = desk();
    let made = go_on(&desk, &["--seconds", "12"]);
    let notes = struck(&made);
    assert!(notes.len() >= 8, "{notes:?}");
    // It keeps to the key that was heard, near to the range, begins at once and ends in time.
    for (key, at_s) in &notes {
        assert!(C_MAJOR.contains(&(key % 12)), "{notes:?}");
        assert!((55..=72).contains(key), "{notes:?}");
        assert!(*at_s < 12.0);
    }
    assert!(notes[0].1.abs() < 1e-9);
    // Twelfths of a beat, as all that was heard.
    for (_, at_s) in &notes {
        let twelfths = at_s / 0.5 * 12.0;
        assert!((twelfths - twelfths.round()).abs() < 0.25, "{at_s}");
    }
    assert_eq!(go_on(&desk, &["--seconds", "12", "--seed", "1"]), made);
    assert_ne!(go_on(&desk, &["--seconds", "12", "--seed", "2"]), made);
    let bold = go_on(
        &desk,
        &["--seconds", "12", "--temperature", "2.5", "--key", "off"],
    );
    assert_ne!(bold, made);
}

#[test]
fn another_key_may_be_asked_for_and_what_was_played_be_put_before() {
    let desk = desk();
    let made = go_on(&desk, &["--bars", "4", "--key", "Eb-major", "--with-input"]);
    let notes = struck(&made);
    let keys: Vec<u8> = notes.iter().map(|(key, _)| *key).collect();
    let played: Vec<u8> = TUNE.iter().cycle().take(24).map(|(key, _)| *key).collect();
    assert_eq!(keys[..24], played);
    let (last, new) = (notes[23].1, &notes[24..]);
    assert!(!new.is_empty() && new.iter().all(|(_, at_s)| *at_s > last));
    let eb_major = [3, 5, 7, 8, 10, 0, 2];
    assert!(
        new.iter().all(|(key, _)| eb_major.contains(&(key % 12))),
        "{new:?}"
    );
    // Four bars of four beats of half a second.
    assert!(new[new.len() - 1].1 - new[0].1 < 8.1);
}

#[test]
fn a_recording_goes_on_as_well_and_is_told_of() {
    let desk = desk();
    let steps: Vec<(i32, f64, u8)> = TUNE
        .iter()
        .map(|(key, ticks)| (i32::from(*key), f64::from(*ticks) / 96.0, 90))
        .collect();
    let sound = render(Voice::Plucked, &melody(0.2, 0.5, 0.1, &steps), 1);
    write_planes(&desk.at("tune.wav"), 48_000, &[sound]);
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, output) = (at("tune.wav"), at("tune2.mid"));
    let told: Value = json(&[
        "continue",
        &input,
        "-o",
        &output,
        "--json",
        "--seconds",
        "6",
    ]);
    assert_eq!(told["played"], 8);
    let beat_s = told["beat_s"].as_f64().unwrap();
    assert!((beat_s - 0.5).abs() < 0.03, "{beat_s}");
    let notes = told["notes"].as_array().unwrap();
    assert_eq!(struck(&std::fs::read(&output).unwrap()).len(), notes.len());
    for pair in notes.windows(2) {
        let end_s = pair[0]["offset_s"].as_f64().unwrap();
        assert!(end_s <= pair[1]["onset_s"].as_f64().unwrap() + 1e-9);
    }
    let last = &notes[notes.len() - 1]["offset_s"];
    assert!(last.as_f64().unwrap() <= 6.0 + 1e-9);
}

#[test]
fn a_target_plays_it() {
    let desk = desk();
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, output) = (at("tune.mid"), at("flute.wav"));
    let line = succeed([
        "continue",
        &input,
        "-t",
        "flute",
        "-o",
        &output,
        "--seconds",
        "2",
    ]);
    assert!(
        line.contains("after 24") && line.contains("flute.wav"),
        "{line}"
    );
    let (spec, sound) = read_wav(Path::new(&output));
    assert_eq!((spec.sample_rate, spec.channels), (48_000, 2));
    assert!(sound.len() >= 2 * 96_000 && rms(&sound[..96_000]) > 0.003);
}

#[test]
fn pipes_are_files_like_others() {
    let desk = desk();
    let mut command = mynah();
    command.args(["continue", "-", "-o", "-", "--seconds", "3"]);
    let input = std::fs::File::open(desk.at("tune.mid")).unwrap();
    let output = command.stdin(Stdio::from(input)).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!struck(&output.stdout).is_empty());
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let desk = desk();
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, new) = (at("tune.mid"), at("new.mid"));
    std::fs::write(desk.at("empty.mid"), midi_file(0, QUARTERS, &[&[]])).unwrap();
    std::fs::write(desk.at("there.mid"), "kept").unwrap();
    let (empty, there, sound) = (at("empty.mid"), at("there.mid"), at("new.wav"));
    for (arguments, sentence) in [
        (vec![&*input, "-o", &*there], "exists already"),
        (vec![&*input, "-fo", &*input], "cannot be the output"),
        (vec![&*input, "-o", &*sound], "--target"),
        (vec![&*input, "-o", &*sound, "-t", "kazoo"], "kazoo"),
        (vec![&*empty, "-o", &*new], "no notes"),
        (vec![&*input, "-o", &*new, "--key", "H-dur"], "C-major"),
        (
            vec![&*input, "-o", &*new, "--temperature", "0"],
            "0.05 to 4",
        ),
        (
            vec![&*input, "-o", &*new, "--bars", "4", "--seconds", "4"],
            "--seconds",
        ),
        (vec![&*input, "-o", "-", "--json"], "--json needs"),
    ] {
        let mut all = vec!["continue"];
        all.extend(&arguments);
        let done = run(&all);
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains(sentence),
            "'{sentence}' is not in: {stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    assert_eq!(desk.names("."), ["empty.mid", "there.mid", "tune.mid"]);
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "kept");
}
