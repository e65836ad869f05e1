//! What no target can be made of: one sentence, exit code 2, and no file.

use std::path::Path;
use std::process::Command;

use super::common::{mynah, names_in, write_planes};
use super::learn;
use super::sounds::{Noise, Sounding, melody, play};

/// A folder with this recording in `notes`.
fn recorded(audio: Vec<f32>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    write_planes(&folder.path().join("notes/take.wav"), 48_000, &[audio]);
    folder
}

/// Twelve seconds of good notes.
fn good() -> Vec<f32> {
    play(&melody(12.0, 57, 72), &Sounding::default())
}

/// Runs with these options and expects a sentence with `clue` in it.
fn refused_as(command: &mut Command, folder: &Path, clue: &str) {
    let before = names_in(folder);
    let run = command.output().unwrap();
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{clue}: {stderr}");
    assert_eq!(
        stderr.lines().count(),
        1,
        "{clue}: not one sentence: {stderr}"
    );
    assert!(stderr.starts_with("mynah: "), "{stderr}");
    assert!(stderr.contains(clue), "'{clue}' is not in: {stderr}");
    assert!(run.stdout.is_empty(), "{clue}: printed to stdout");
    assert_eq!(names_in(folder), before, "{clue}: left something behind");
}

/// What is not refused after all is made at once.
fn quick(folder: &Path) -> Command {
    let mut command = learn(folder);
    command.args(["--minutes", "0"]);
    command
}

fn refused(folder: &Path, clue: &str) {
    refused_as(&mut quick(folder), folder, clue);
}

#[test]
fn folders_without_recordings() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), "'notes'");
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    refused(folder.path(), "holds no audio files");
    std::fs::write(folder.path().join("notes/readme.txt"), "nothing").unwrap();
    refused(folder.path(), "holds no audio files");
    std::fs::write(folder.path().join("notes/take.wav"), "no sound, but text").unwrap();
    refused(folder.path(), "take.wav");
}

#[test]
fn silence_and_too_little() {
    let silence = recorded(vec![0.0; 12 * 48_000]);
    refused(silence.path(), "silent");
    let short = recorded(play(&melody(3.0, 57, 72), &Sounding::default()));
    refused(short.path(), "at least 10 s are needed");
}

#[test]
fn drums() {
    let mut noise = Noise(3);
    let hit = |n: usize| 10.0_f32.powf((n % 12_000) as f32 / -4_000.0);
    let drums = recorded(
        (0..22 * 48_000)
            .map(|n| 0.5 * hit(n) * noise.next())
            .collect(),
    );
    refused(drums.path(), "nothing is heard that has a pitch");
}

#[test]
fn chords() {
    let reed = Sounding {
        vibrato_semitones: 0.0,
        ..Sounding::default()
    };
    let chord = |root: f32, begin_s: f32| [0.0, 4.0, 7.0].map(|third| (root + third, begin_s, 2.9));
    let notes: Vec<_> = [52.0, 57.0, 50.0, 55.0]
        .iter()
        .enumerate()
        .flat_map(|(n, root)| chord(*root, 0.3 + 3.0 * n as f32))
        .collect();
    let mut audio = play(&notes, &reed);
    audio.iter_mut().for_each(|sample| *sample *= 0.5);
    refused(recorded(audio).path(), "several notes sound at once");
}

#[test]
fn outputs_that_cannot_be() {
    let folder = recorded(good());
    let at = folder.path();
    let output = |name: &str, clue: &str| {
        let mut command = mynah();
        command.args(["learn", "notes", "--minutes", "0", "-o", name]);
        refused_as(command.current_dir(at), at, clue);
    };
    output("own.wav", "must end with .mynah");
    output("own", "must end with .mynah");
    output(
        &format!("{}.mynah", "x".repeat(300)),
        "its name is too long",
    );
    output("nowhere/own.mynah", "the folder 'nowhere' does not exist");
    output("notes/take.wav/own.mynah", "does not exist");
    if cfg!(target_os = "linux") {
        output("/dev/full", "must end with .mynah");
        // Nobody can write there, not even the administrator.
        output("/proc/own.mynah", "cannot write into the folder '/proc'");
    }
    std::fs::create_dir(at.join("folder.mynah")).unwrap();
    output("folder.mynah", "is a folder");
    std::fs::write(at.join("taken.mynah"), "the player's own").unwrap();
    output("taken.mynah", "exists already");
    assert_eq!(
        std::fs::read(at.join("taken.mynah")).unwrap(),
        b"the player's own"
    );
}

#[test]
fn options_that_make_no_sense() {
    let folder = recorded(good());
    let long = "x".repeat(500);
    for (clue, extra) in [
        ("--name", ["--name", ""]),
        ("--name", ["--name", long.as_str()]),
        ("--credit", ["--credit", "two\nlines"]),
        ("--licence", ["--licence", ""]),
        ("--threads", ["--threads", "0"]),
        ("--kind", ["--kind", "drums"]),
    ] {
        refused_as(quick(folder.path()).args(extra), folder.path(), clue);
    }
    for (clue, minutes) in [
        ("0 to 1440 is needed", "1441"),
        ("0 to 1440 is needed", "NaN"),
        ("a number is needed", "many"),
    ] {
        let mut command = learn(folder.path());
        refused_as(command.args(["--minutes", minutes]), folder.path(), clue);
    }
}
