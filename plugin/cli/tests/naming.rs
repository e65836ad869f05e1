//! Which files a batch takes, and how it names what it makes of them.
#![allow(clippy::unwrap_used)]

mod common;

use common::Desk;

#[test]
fn folders_keep_their_tree() {
    let desk = Desk::new();
    for name in [
        "in/x.wav",
        "in/deep/x.wav",
        "in/deep/er/y.WAV",
        "in/.hidden.wav",
        "in/.git/z.wav",
    ] {
        desk.tone(name);
    }
    std::fs::write(desk.at("in/notes.txt"), "of the session").unwrap();
    let stderr = desk.fail(&["in", "--out-dir", "out"]);
    assert!(stderr.contains("--recursive"), "{stderr}");
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", desk.at("in/deep/back")).unwrap();
    // The folder of the outputs lies inside: what is in it is not translated again.
    for _ in 0..2 {
        desk.succeed(&["--recursive", "in", "--out-dir", "in/out", "-f"]);
    }
    assert_eq!(desk.names("in/out"), ["deep", "x-cello.wav"]);
    assert_eq!(desk.names("in/out/deep"), ["er", "x-cello.wav"]);
    assert_eq!(desk.names("in/out/deep/er"), ["y-cello.wav"]);
    std::fs::create_dir(desk.at("empty")).unwrap();
    let stderr = desk.fail(&["-r", "empty", "--out-dir", "out"]);
    assert!(stderr.contains("no audio files"), "{stderr}");
}

#[test]
fn quoted_patterns_are_names() {
    let desk = Desk::new();
    for name in ["a1.wav", "a2.wav", "b.wav", "in/a3.wav", "in/deep/a4.wav"] {
        desk.tone(name);
    }
    desk.succeed(&["a*.wav", "--out-dir", "1"]);
    assert_eq!(desk.names("1"), ["a1-cello.wav", "a2-cello.wav"]);
    desk.succeed(&["a?.wav", "[ab].wav", "a1.wav", "./a1.wav", "--out-dir", "2"]);
    assert_eq!(
        desk.names("2"),
        ["a1-cello.wav", "a2-cello.wav", "b-cello.wav"]
    );
    desk.succeed(&["in/**/*.wav", "--out-dir", "3"]);
    assert_eq!(desk.names("3"), ["a3-cello.wav", "a4-cello.wav"]);
    let stderr = desk.fail(&["c*.wav", "--out-dir", "4"]);
    assert!(
        stderr.contains("'c*.wav'") && !desk.at("4").exists(),
        "{stderr}"
    );
    // A file of that very name comes first.
    desk.tone("x[1].wav");
    desk.tone("x1.wav");
    desk.succeed(&["x[1].wav", "--out-dir", "5"]);
    assert_eq!(desk.names("5"), ["x[1]-cello.wav"]);
}

#[test]
fn names_follow_a_pattern() {
    let desk = Desk::new();
    desk.tone("takes/a.wav");
    desk.tone("takes/b.wav");
    let named = |out: &str, pattern: &str, extra: &[&str]| {
        let files = [
            "takes/a.wav",
            "takes/b.wav",
            "--out-dir",
            out,
            "--name",
            pattern,
        ];
        desk.succeed(&[&files, extra].concat());
        desk.names(out)
    };
    assert_eq!(
        named("1", "{target} {number} {{{stem}}}", &[]),
        ["cello 1 {a}.wav", "cello 2 {b}.wav"]
    );
    let preset = ["--preset", "Voice to Cello", "--format", "flac"];
    let both = ["voice-to-cello a.flac", "voice-to-cello b.flac"];
    assert_eq!(named("2", "{preset} {stem}", &preset), both);
    assert_eq!(named("3", "{folder}/{stem}", &[]), ["takes"]);
    assert_eq!(desk.names("3/takes"), ["a.wav", "b.wav"]);
    for (clue, pattern) in [
        ("{stem}, {target}", "{stem} {colour}"),
        ("--preset", "{preset}"),
        ("below", "../{stem}"),
        ("--format", "{stem}.wav"),
    ] {
        let stderr = desk.fail(&["takes/a.wav", "--out-dir", "4", "--name", pattern]);
        assert!(
            stderr.contains(clue) && stderr.lines().count() == 1,
            "{pattern}: {stderr}"
        );
    }
}

#[test]
fn the_same_name_in_two_folders_is_no_obstacle() {
    let desk = Desk::new();
    for name in ["monday/take.wav", "tuesday/take.wav", "tuesday/other.wav"] {
        desk.tone(name);
    }
    let files = ["monday/take.wav", "tuesday/take.wav", "tuesday/other.wav"];
    desk.succeed(&[&files[..], &["--out-dir", "out"]].concat());
    let expected = [
        "monday-take-cello.wav",
        "other-cello.wav",
        "tuesday-take-cello.wav",
    ];
    assert_eq!(desk.names("out"), expected);
}

#[test]
fn a_name_that_is_too_long_is_refused_before_the_work() {
    let desk = Desk::new();
    desk.tone("a.wav");
    let long = format!("{}.wav", "x".repeat(246));
    desk.tone(&long);
    let stderr = desk.fail(&[&long, "a.wav", "--out-dir", "out"]);
    assert!(
        stderr.contains("too long") && stderr.lines().count() == 1,
        "{stderr}"
    );
    assert_eq!(desk.names("out"), ["a-cello.wav"]);
    let stderr = desk.fail(&["a.wav", "-o", &format!("{}.wav", "y".repeat(252))]);
    assert!(stderr.contains("too long"), "{stderr}");
}

#[test]
fn the_help_names_every_word_of_a_pattern() {
    let help = common::succeed(["bounce", "--help"]);
    for word in [
        "{stem}", "{target}", "{preset}", "{label}", "{folder}", "{number}",
    ] {
        assert!(help.contains(word), "{word}");
    }
}
