//! The command: files in, a MIDI file out.

use std::fs::File;
use std::process::Stdio;

use midly::{MidiMessage, Smf, Timing, TrackEventKind};
use mynah_cli::synth::{Voice, melody, render};
use serde_json::Value;

use crate::common::{Desk, json, mynah, run, succeed, write_planes};

const TUNE: [(i32, f64, u8); 4] = [(60, 1.0, 90), (64, 1.0, 100), (67, 1.0, 90), (60, 2.0, 80)];

/// A folder with a plucked tune.
fn desk() -> Desk {
    let desk = Desk::new();
    let sound = render(Voice::Plucked, &melody(0.2, 0.4, 0.1, &TUNE), 1);
    write_planes(&desk.at("tune.wav"), 48_000, &[sound]);
    desk
}

/// Keys that are struck in a file, and when, seconds.
fn struck(bytes: &[u8]) -> Vec<(u8, f64)> {
    let smf = Smf::parse(bytes).unwrap();
    let Timing::Metrical(per_quarter) = smf.header.timing else {
        panic!("frames of film");
    };
    let mut tick = 0;
    let mut struck = Vec::new();
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

#[test]
fn a_file_is_written_and_told_of() {
    let desk = desk();
    let (input, output) = (desk.at("tune.wav"), desk.at("tune.mid"));
    let (input, output) = (input.to_str().unwrap(), output.to_str().unwrap());
    let line = succeed(["transcribe", input, "-o", output]);
    assert!(line.contains("4 notes in 2.6 s"), "{line}");
    let notes = struck(&std::fs::read(output).unwrap());
    let keys: Vec<u8> = notes.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, [60, 64, 67, 60]);
    for ((_, at_s), expected_s) in notes.iter().zip([0.2, 0.6, 1.0, 1.4]) {
        assert!((at_s - expected_s).abs() < 0.02, "{at_s} for {expected_s}");
    }
    let report: Value = json(&["transcribe", input, "-fo", output, "--json", "--expression"]);
    let told = report["notes"].as_array().unwrap();
    assert_eq!(told.len(), 4);
    assert_eq!(told[1]["name"], "E4");
    assert_eq!(report["bend_range_semitones"], 2);
    let report: Value = json(&["transcribe", input, "-fo", output, "--json", "--no-bend"]);
    assert!(report["bend_range_semitones"].is_null());
}

#[test]
fn other_rates_and_channels_give_the_same_notes() {
    let desk = desk();
    let sound = render(Voice::Plucked, &melody(0.2, 0.4, 0.1, &TUNE), 1);
    let slow = mynah_cli::audio::resample::resample(&sound, 48_000.0 / 22_050.0);
    write_planes(&desk.at("slow.wav"), 22_050, &[slow.clone(), slow]);
    let keys = |name: &str| {
        let (input, output) = (desk.at(name), desk.at("out.mid"));
        succeed([
            "transcribe".as_ref(),
            input.as_os_str(),
            "-fqo".as_ref(),
            output.as_os_str(),
        ]);
        let notes = struck(&std::fs::read(output).unwrap());
        notes.into_iter().map(|(key, _)| key).collect::<Vec<u8>>()
    };
    assert_eq!(keys("slow.wav"), keys("tune.wav"));
}

#[test]
fn pipes_are_files_like_others() {
    let desk = desk();
    let mut command = mynah();
    command.args(["transcribe", "-", "-o", "-"]);
    command.stdin(Stdio::from(File::open(desk.at("tune.wav")).unwrap()));
    let output = command.output().unwrap();
    assert!(output.status.success());
    assert_eq!(struck(&output.stdout).len(), 4);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("standard input -> standard output  4 notes"),
        "{told}"
    );
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_touched() {
    let desk = desk();
    let input = desk.at("tune.wav");
    let input = input.to_str().unwrap();
    let before = std::fs::read(input).unwrap();
    std::fs::write(desk.at("there.mid"), "kept").unwrap();
    std::fs::write(desk.at("no.wav"), "no sound").unwrap();
    let (there, new) = (desk.at("there.mid"), desk.at("new.mid"));
    let (there, new, no) = (
        there.to_str().unwrap(),
        new.to_str().unwrap(),
        desk.at("no.wav"),
    );
    for (arguments, sentence) in [
        (vec!["transcribe", input, "-o", there], "exists already"),
        (
            vec!["transcribe", input, "-fo", input],
            "cannot be the output",
        ),
        (
            vec!["transcribe", input, "-o", "-", "--json"],
            "--json needs",
        ),
        (
            vec!["transcribe", no.to_str().unwrap(), "-o", new],
            "no.wav",
        ),
        (
            vec!["transcribe", input, "-o", new, "--voices", "many"],
            "many",
        ),
    ] {
        let output = run(&arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr.contains(sentence) && stderr.lines().count() == 1,
            "{stderr}"
        );
    }
    assert_eq!(std::fs::read(input).unwrap(), before);
    assert_eq!(std::fs::read_to_string(there).unwrap(), "kept");
    assert_eq!(std::fs::read_dir(desk.0.path()).unwrap().count(), 3);
}

#[test]
fn silence_makes_an_empty_file_and_a_sentence() {
    let desk = desk();
    write_planes(&desk.at("silent.wav"), 48_000, &[vec![0.0; 48_000]]);
    let (input, output) = (desk.at("silent.wav"), desk.at("silent.mid"));
    let done = run([
        "transcribe".as_ref(),
        input.as_os_str(),
        "-o".as_ref(),
        output.as_os_str(),
    ]);
    assert!(done.status.success());
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.contains("no notes are heard"), "{stderr}");
    assert!(struck(&std::fs::read(output).unwrap()).is_empty());
}
