//! A bounce that plays the notes of a MIDI file.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::process::Output;

use common::midi_file::{QUARTERS, midi_file};
use common::{Desk, mynah, read_wav, tone, write_planes};
use mynah_engine::{Controls, EngineSpec, Library, TargetRef, engine};

const RATE_HZ: u32 = 48_000;

fn midi(format: u8, tracks: &[&[u8]]) -> Vec<u8> {
    midi_file(format, QUARTERS, tracks)
}

/// A tone to play notes with, and where it lies.
struct Played {
    desk: Desk,
    input: Vec<f32>,
}

impl Played {
    fn new() -> Played {
        let desk = Desk::new();
        let input = tone(RATE_HZ, 196.0, 1.0);
        write_planes(&desk.at("in.wav"), RATE_HZ, std::slice::from_ref(&input));
        Played { desk, input }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.desk.at(name)
    }

    fn run(&self, extra: &[&str]) -> Output {
        let mut command = mynah();
        command.current_dir(self.desk.0.path());
        command.args([
            "bounce", "in.wav", "-fq", "--float", "--octave", "0", "-o", "out.wav",
        ]);
        command.args(extra).output().unwrap()
    }

    /// The bounce with this score, as long as the input, and what is told on stderr.
    fn played(&self, score: &[u8]) -> (Vec<f32>, String) {
        std::fs::write(self.at("score.mid"), score).unwrap();
        let output = self.run(&["--target", "cello", "--midi", "score.mid"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        (
            read_wav(&self.at("out.wav")).1[..self.input.len()].to_vec(),
            stderr,
        )
    }

    /// What the engine makes of the input with these notes, from which sample on which.
    fn expected(&self, notes: &[(usize, Option<f32>)]) -> Vec<f32> {
        let library = Library::shipped();
        let cello = TargetRef {
            name: "cello".to_owned(),
            hash: None,
        };
        let spec = EngineSpec::alone(f64::from(RATE_HZ));
        let target = library.load(&cello).unwrap();
        let (mut engine, _) = engine(spec, library.base().unwrap(), target).unwrap();
        engine.set_controls(&Controls {
            octave_auto: false,
            ..Controls::default()
        });
        let latency = engine.latency_samples() as usize;
        let mut sound = self.input.clone();
        sound.extend(vec![0.0; latency]);
        let ends = notes.iter().skip(1).map(|(at, _)| *at).chain([sound.len()]);
        for ((start, pitch), end) in notes.iter().zip(ends) {
            engine.set_note(*pitch);
            engine.process(&mut [&mut sound[*start..end]]);
        }
        sound.split_off(latency)
    }
}

#[test]
fn held_notes_and_bend_are_played_in_the_tempo_of_the_file() {
    let tone = Played::new();
    // A quarter of 250 ms, and after two quarters one of 500 ms.
    let tempo = [
        0, 0xff, 0x51, 3, 0x03, 0xd0, 0x90, 0x81, 0x40, 0xff, 0x51, 3, 0x07, 0xa1, 0x20,
    ];
    let notes = [
        48, 0x90, 57, 100, // from 125 ms on
        96, 0x90, 60, 90, // 375 ms
        72, 0xe0, 0, 0x60, // 625 ms, bent up by a semitone
        24, 0x80, 60, 0, // 750 ms, the first one is left
        24, 0x90, 57, 0, // 875 ms
    ];
    let ms = |ms: usize| ms * 48;
    let expected = tone.expected(&[
        (0, None),
        (ms(125), Some(57.0)),
        (ms(375), Some(60.0)),
        (ms(625), Some(61.0)),
        (ms(750), Some(58.0)),
        (ms(875), None),
    ]);
    let (played, stderr) = tone.played(&midi(1, &[&tempo, &notes]));
    assert!(stderr.is_empty(), "{stderr}");
    assert_eq!(played, expected);
    // The same in one track.
    let one = [
        0, 0xff, 0x51, 3, 0x03, 0xd0, 0x90, 48, 0x90, 57, 100, 96, 0x90, 60, 90, 48, 0xff, 0x51, 3,
        0x07, 0xa1, 0x20, 24, 0xe0, 0, 0x60, 24, 0x80, 60, 0, 24, 0x90, 57, 0,
    ];
    assert_eq!(tone.played(&midi(0, &[&one])).0, expected);
    assert_ne!(tone.expected(&[(0, None)]), expected);
}

#[test]
fn a_score_longer_than_the_sound_does_no_harm() {
    let tone = Played::new();
    let long = [
        0, 0x90, 60, 100, 0x8f, 0, 0x80, 60, 0, 0, 0x90, 64, 100, 0xff, 0, 0x80, 64, 0,
    ];
    let (played, _) = tone.played(&midi(0, &[&long]));
    assert_eq!(played, tone.expected(&[(0, Some(60.0))]));
}

#[test]
fn what_is_no_score_is_refused_and_missing_notes_are_told() {
    let tone = Played::new();
    let good = midi(0, &[&[0, 0x90, 60, 100, 96, 0x80, 60, 0]]);
    for (clue, score) in [
        ("damaged or cut short", &good[..good.len() - 6]),
        ("does not begin as one does", b"words, only words"),
        ("is empty", b""),
        ("format 2", &midi(2, &[&[]])),
    ] {
        std::fs::write(tone.at("score.mid"), score).unwrap();
        let output = tone.run(&["--target", "cello", "--midi", "score.mid"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{clue}");
        assert!(
            stderr.contains(clue) && stderr.contains("score.mid"),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1);
        assert!(!tone.at("out.wav").exists());
    }
    let (_, stderr) = tone.played(&midi(0, &[&[]]));
    assert!(stderr.contains("no notes in 'score.mid'"), "{stderr}");
    let told = |extra: &[&str]| {
        let output = tone.run(extra);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let needs = ["--preset", "Breath to MIDI Cello"];
    let stderr = told(&needs);
    assert!(
        stderr.contains("'Breath to MIDI Cello' is made for held notes"),
        "{stderr}"
    );
    std::fs::write(tone.at("score.mid"), &good).unwrap();
    assert!(told(&[&needs[..], &["--midi", "score.mid"]].concat()).is_empty());
    assert!(told(&["--preset", "Voice to Cello"]).is_empty());
}
