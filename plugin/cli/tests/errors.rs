//! Whatever is wrong: one clear sentence on stderr, exit code 2, and nothing written.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{names_in, run, write_tone};

/// Runs in a folder of test files and expects a refusal whose sentence contains `clue`.
fn refused(folder: &Path, clue: &str, arguments: &[&str]) {
    let before = names_in(folder);
    let place = |a: &&str| a.replace("{}", folder.to_str().unwrap());
    let output = run(arguments.iter().map(place));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(
        stderr.lines().count(),
        1,
        "{arguments:?}: not one sentence: {stderr}"
    );
    assert!(stderr.starts_with("mynah: "), "{stderr}");
    assert!(
        stderr.contains(clue),
        "{arguments:?}: '{clue}' is not in: {stderr}"
    );
    assert!(output.stdout.is_empty(), "{arguments:?} printed to stdout");
    assert_eq!(
        names_in(folder),
        before,
        "{arguments:?} left something behind"
    );
}

fn folder_of_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_tone(&at("good.wav"), 48_000, 1, 0.3);
    write_tone(&at("slow.wav"), 4_000, 1, 0.3);
    write_tone(&at("fast.wav"), 192_000, 1, 0.1);
    write_tone(&at("three.wav"), 48_000, 3, 0.1);
    write_tone(&at("no-frames.wav"), 48_000, 1, 0.0);
    std::fs::write(at("zero-bytes.wav"), b"").unwrap();
    std::fs::write(
        at("text.wav"),
        "this is not audio at all, it is a few words in a file ".repeat(200),
    )
    .unwrap();
    std::fs::write(at("text.mynah"), "this is not a model").unwrap();
    std::fs::write(at("taken.wav"), "a file of the player's").unwrap();
    let silence = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(at("silent.wav"), silence).unwrap();
    (0..20_000).for_each(|_| writer.write_sample(0i16).unwrap());
    writer.finalize().unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    write_tone(&at("folder/good.wav"), 48_000, 1, 0.3);
    folder
}

#[test]
fn bad_inputs_are_refused() {
    let folder = folder_of_files();
    let cases = [
        ("cannot open", "missing.wav"),
        ("is empty", "zero-bytes.wav"),
        ("holds no sound", "no-frames.wav"),
        ("not an audio file", "text.wav"),
        ("4000 Hz", "slow.wav"),
        ("is a folder", "folder"),
    ];
    for (clue, name) in cases {
        let input = format!("{{}}/{name}");
        refused(
            folder.path(),
            clue,
            &["bounce", &input, "--target", "cello", "-o", "{}/out.wav"],
        );
        let (good, out) = ("{}/good.wav", "{}/page");
        refused(
            folder.path(),
            clue,
            &["demo", "-i", good, "-i", &input, "--out-dir", out],
        );
    }
}

#[test]
fn the_demo_never_replaces_what_it_was_given() {
    let folder = folder_of_files();
    let before = std::fs::read(folder.path().join("good.wav")).unwrap();
    refused(
        folder.path(),
        "would be replaced",
        &["demo", "-i", "{}/good.wav", "--out-dir", "{}", "--force"],
    );
    assert_eq!(
        std::fs::read(folder.path().join("good.wav")).unwrap(),
        before
    );
    // Nor what is the same by another name.
    let linked = folder.path().join("linked");
    std::fs::create_dir(&linked).unwrap();
    std::fs::hard_link(
        folder.path().join("good.wav"),
        linked.join("good-cello.wav"),
    )
    .unwrap();
    refused(
        folder.path(),
        "would be replaced",
        &[
            "demo",
            "-i",
            "{}/good.wav",
            "--out-dir",
            "{}/linked",
            "--force",
        ],
    );
    std::fs::write(folder.path().join("folder/index.html"), "the player's").unwrap();
    let onto = ["demo", "-i", "{}/silent.wav", "-i", "{}/fast.wav"];
    refused(
        folder.path(),
        "is silent",
        &[&onto[..], &["--out-dir", "{}/folder"]].concat(),
    );
    refused(
        folder.path(),
        "exists already",
        &["demo", "-i", "{}/fast.wav", "--out-dir", "{}/folder"],
    );
    assert_eq!(
        names_in(&folder.path().join("folder")),
        ["good.wav", "index.html"]
    );
}

#[test]
fn damaged_flac_is_refused_where_that_is_asked_for() {
    let folder = folder_of_files();
    let good = folder.path().join("good.wav");
    let flac = folder.path().join("good.flac");
    common::succeed([
        "bounce".as_ref(),
        good.as_os_str(),
        "--target".as_ref(),
        "cello".as_ref(),
        "--mix".as_ref(),
        "0".as_ref(),
        "-o".as_ref(),
        flac.as_os_str(),
    ]);
    let mut bytes = std::fs::read(&flac).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 400].fill(0x55);
    std::fs::write(folder.path().join("damaged.flac"), bytes).unwrap();
    refused(
        folder.path(),
        "damaged",
        &[
            "bounce",
            "{}/damaged.flac",
            "--strict",
            "--target",
            "cello",
            "-o",
            "{}/out.wav",
        ],
    );
}

#[test]
fn bad_targets_are_refused() {
    let folder = folder_of_files();
    for (clue, target) in [
        ("unknown target 'kazoo'", "kazoo"),
        ("text.mynah", "{}/text.mynah"),
    ] {
        refused(
            folder.path(),
            clue,
            &[
                "bounce",
                "{}/good.wav",
                "--target",
                target,
                "-o",
                "{}/out.wav",
            ],
        );
    }
    refused(folder.path(), "cannot open", &["info", "{}/missing.mynah"]);
    refused(folder.path(), "text.mynah", &["info", "{}/text.mynah"]);
    refused(folder.path(), "kazoo", &["bench", "--target", "kazoo"]);
}

#[test]
fn bad_values_are_refused() {
    let folder = folder_of_files();
    let cases: [(&str, &[&str]); 21] = [
        ("octave", &["--octave", "3"]),
        ("octave", &["--octave", "-3"]),
        ("octave", &["--octave", "0.5"]),
        ("mix", &["--mix", "1.5"]),
        ("mix", &["--mix", "nan"]),
        ("mode", &["--mode", "sideways"]),
        ("wobble", &["--set", "wobble=1"]),
        ("output_gain", &["--set", "output_gain=99"]),
        ("name=value", &["--set", "mix"]),
        ("float", &["--float", "--format", "flac"]),
        ("float", &["--bits", "32f", "--format", "flac"]),
        ("--bits", &["--bits", "12"]),
        ("--bits", &["--bits", "16", "--float"]),
        ("--channels", &["--channels", "middle"]),
        ("no channel 3", &["--channels", "1,3"]),
        ("cannot open", &["--midi", "{}/missing.mid"]),
        ("as a MIDI file", &["--midi", "{}/text.wav"]),
        ("0 to 60 seconds, or auto", &["--tail", "61"]),
        ("--tail", &["--tail", "long"]),
        ("--jobs", &["--jobs", "0"]),
        ("--colour", &["--colour"]),
    ];
    for (clue, extra) in cases {
        let mut arguments = vec![
            "bounce",
            "{}/good.wav",
            "--target",
            "cello",
            "--out-dir",
            "{}",
        ];
        arguments.extend(extra);
        refused(folder.path(), clue, &arguments);
    }
}

#[test]
fn bad_outputs_are_refused() {
    let folder = folder_of_files();
    let good = ["bounce", "{}/good.wav", "--target", "cello"];
    let cases: [(&str, &[&str]); 8] = [
        ("exists already", &["-o", "{}/taken.wav"]),
        ("is a folder", &["-o", "{}/folder"]),
        ("does not exist", &["-o", "{}/nowhere/out.wav"]),
        ("does not exist", &["-o", "{}/good.wav/out.wav"]),
        (
            "cannot make the folder",
            &["--out-dir", "{}/good.wav/folder"],
        ),
        (".wav or .flac", &["-o", "{}/out.mp3"]),
        ("own translation", &["--force", "-o", "{}/good.wav"]),
        (
            "takes one input",
            &["{}/folder/good.wav", "-o", "{}/out.wav"],
        ),
    ];
    for (clue, extra) in cases {
        // An output that is a folder fails by its name first.
        let clue = if extra.last() == Some(&"{}/folder") {
            ".wav or .flac"
        } else {
            clue
        };
        let arguments: Vec<&str> = good.iter().chain(extra).copied().collect();
        refused(folder.path(), clue, &arguments);
    }
    refused(folder.path(), "required", &good);
    refused(
        folder.path(),
        "96000 Hz",
        &[
            "bounce",
            "{}/fast.wav",
            "--target",
            "cello",
            "-o",
            "{}/out.flac",
        ],
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("taken.wav")).unwrap(),
        "a file of the player's"
    );
}

#[cfg(unix)]
#[test]
fn an_unwritable_folder_is_refused() {
    // /proc takes no files from anyone, not even from root, whom permissions do not stop.
    if Path::new("/proc/self").is_dir() {
        let folder = folder_of_files();
        refused(
            folder.path(),
            "/proc",
            &[
                "bounce",
                "{}/good.wav",
                "--target",
                "cello",
                "-o",
                "/proc/out.wav",
            ],
        );
    }
}

#[test]
fn of_several_files_the_good_ones_are_written() {
    let folder = folder_of_files();
    let out = folder.path().join("out");
    let place = |name: &str| folder.path().join(name).into_os_string();
    let output = run([
        "bounce".into(),
        place("good.wav"),
        place("text.wav"),
        "--target".into(),
        "cello".into(),
        "--out-dir".into(),
        out.clone().into_os_string(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(names_in(&out), ["good-cello.wav"]);
}
