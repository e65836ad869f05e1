//! Many files at once: none of them is destroyed, the bad ones are named, and every output has its name.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{Desk, mynah, read_wav, write_planes};
use serde_json::Value;

#[test]
fn no_input_of_a_batch_is_replaced_by_the_translation_of_another() {
    let desk = Desk::new();
    let (a, cello) = (desk.tone("a.wav"), desk.tone("a-cello.wav"));
    let stderr = desk.fail(&["a.wav", "a-cello.wav", "--out-dir", ".", "-f"]);
    assert!(stderr.contains("'a-cello.wav' is read, too"), "{stderr}");
    // By whatever name it is read, and by whatever name it would be written.
    std::fs::create_dir(desk.at("out")).unwrap();
    std::fs::hard_link(desk.at("a-cello.wav"), desk.at("other.wav")).unwrap();
    std::fs::hard_link(desk.at("a-cello.wav"), desk.at("out/a-cello.wav")).unwrap();
    for inputs in [["a.wav", "other.wav"], ["other.wav", "a.wav"]] {
        desk.fail(&[&inputs[..], &["--out-dir", "out", "-f"]].concat());
        desk.fail(&[&inputs[..], &["--out-dir", ".", "-f"]].concat());
    }
    // A preset, a model and a score are read, too.
    desk.fail(&["a.wav", "-o", "other.wav", "-f", "--midi", "other.wav"]);
    for option in ["--preset", "--target"] {
        let arguments = [
            "bounce",
            "a.wav",
            "-o",
            "other.wav",
            "-f",
            option,
            "a-cello.wav",
        ];
        let output = mynah().current_dir(desk.0.path()).args(arguments).output();
        assert_eq!(output.unwrap().status.code(), Some(2));
    }
    assert_eq!(std::fs::read(desk.at("a.wav")).unwrap(), a);
    assert_eq!(std::fs::read(desk.at("a-cello.wav")).unwrap(), cello);
    assert_eq!(
        desk.names("."),
        ["a-cello.wav", "a.wav", "other.wav", "out"]
    );
    // Nothing of it stands in the way of another folder.
    desk.succeed(&["a.wav", "a-cello.wav", "--out-dir", "new"]);
    assert_eq!(desk.names("new"), ["a-cello-cello.wav", "a-cello.wav"]);
}

#[test]
fn a_preset_is_not_replaced_by_what_it_is_used_for() {
    let desk = Desk::new();
    desk.tone("a.wav");
    let preset = r#"{"format": 1, "name": "X", "targets": {"a": "flute"}, "controls": {}}"#;
    std::fs::write(desk.at("x.wav"), preset).unwrap();
    let stderr = desk.fail(&["a.wav", "-o", "x.wav", "-f", "--preset", "x.wav"]);
    assert!(stderr.contains("'x.wav' is read, too"), "{stderr}");
    assert_eq!(std::fs::read_to_string(desk.at("x.wav")).unwrap(), preset);
}

#[cfg(unix)]
#[test]
fn links_do_not_hide_what_is_read() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    let a = desk.tone("a.wav");
    desk.tone("b.wav");
    symlink("a.wav", desk.at("link.wav")).unwrap();
    symlink(".", desk.at("here")).unwrap();
    for output in ["link.wav", "here/a.wav", "here/link.wav"] {
        let stderr = desk.fail(&["a.wav", "-o", output, "-f"]);
        assert!(stderr.contains("own translation"), "{output}: {stderr}");
    }
    // Two outputs that are one file, or will be.
    std::fs::create_dir(desk.at("out")).unwrap();
    std::fs::write(desk.at("out/a-cello.wav"), "old").unwrap();
    symlink("a-cello.wav", desk.at("out/b-cello.wav")).unwrap();
    let stderr = desk.fail(&["a.wav", "b.wav", "--out-dir", "out", "-f"]);
    assert!(stderr.contains("would both become"), "{stderr}");
    std::fs::create_dir(desk.at("new")).unwrap();
    symlink("b-cello.wav", desk.at("new/a-cello.wav")).unwrap();
    let stderr = desk.fail(&["a.wav", "b.wav", "--out-dir", "new"]);
    assert!(stderr.contains("would both become"), "{stderr}");
    assert_eq!(
        std::fs::read_to_string(desk.at("out/a-cello.wav")).unwrap(),
        "old"
    );
    assert_eq!(std::fs::read(desk.at("a.wav")).unwrap(), a);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    desk.tone("a.wav");
    std::fs::create_dir(desk.at("far")).unwrap();
    std::fs::write(desk.at("far/old.wav"), "old").unwrap();
    symlink("far/old.wav", desk.at("link.wav")).unwrap();
    symlink("far/new.wav", desk.at("empty.wav")).unwrap();
    let stderr = desk.fail(&["a.wav", "-o", "link.wav"]);
    assert!(stderr.contains("exists already"), "{stderr}");
    desk.succeed(&["a.wav", "-o", "link.wav", "-f"]);
    desk.succeed(&["a.wav", "-o", "empty.wav"]);
    for name in ["link.wav", "empty.wav"] {
        assert!(
            std::fs::symlink_metadata(desk.at(name))
                .unwrap()
                .is_symlink()
        );
        assert!(!read_wav(&desk.at(name)).1.is_empty());
    }
    assert_eq!(desk.names("far"), ["new.wav", "old.wav"]);
    symlink("b.wav", desk.at("c.wav")).unwrap();
    symlink("c.wav", desk.at("b.wav")).unwrap();
    let stderr = desk.fail(&["a.wav", "-o", "c.wav"]);
    assert!(stderr.contains("circle"), "{stderr}");
}

#[test]
fn every_bad_file_is_named_and_the_good_ones_are_done() {
    let desk = Desk::new();
    desk.tone("a.wav");
    desk.tone("c.wav");
    std::fs::write(desk.at("b.wav"), "no sound at all, only words").unwrap();
    std::fs::write(desk.at("d.wav"), "").unwrap();
    let all = [
        "a.wav",
        "b.wav",
        "c.wav",
        "d.wav",
        "e.wav",
        "--out-dir",
        "out",
    ];
    let output = desk.run(&all);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 3, "{stderr}");
    for (clue, name) in [
        ("not an audio file", "b.wav"),
        ("empty", "d.wav"),
        ("cannot open", "e.wav"),
    ] {
        let told = |line: &str| line.contains(clue) && line.contains(name);
        assert!(stderr.lines().any(told), "{name}: {stderr}");
    }
    assert_eq!(desk.names("out"), ["a-cello.wav", "c-cello.wav"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);

    let fast = [&all[..5], &["--out-dir", "fast", "--fail-fast"]].concat();
    let stderr = desk.fail(&fast);
    assert_eq!(stderr.lines().count(), 3, "{stderr}");
    assert!(!desk.at("fast").exists());
}

#[test]
fn what_exists_is_left_out_when_that_is_asked_for() {
    let desk = Desk::new();
    desk.tone("a.wav");
    desk.tone("b.wav");
    std::fs::create_dir(desk.at("out")).unwrap();
    std::fs::write(desk.at("out/a-cello.wav"), "mine").unwrap();
    let files = ["a.wav", "b.wav", "--out-dir", "out"];
    let stderr = desk.fail(&files);
    assert!(
        stderr.contains("out/a-cello.wav' exists already"),
        "{stderr}"
    );
    assert_eq!(desk.names("out"), ["a-cello.wav"]);
    let told = desk.succeed(&[&files[..], &["--skip-existing"]].concat());
    assert!(told.contains("a-cello.wav  exists already"), "{told}");
    assert_eq!(
        std::fs::read_to_string(desk.at("out/a-cello.wav")).unwrap(),
        "mine"
    );
    assert_eq!(desk.names("out"), ["a-cello.wav", "b-cello.wav"]);
    desk.succeed(&[&files[..], &["--skip-existing"]].concat());
    desk.fail(&[&files[..], &["--skip-existing", "--force"]].concat());
    // What was made before, in the same folder, is there as an input and as an output.
    let here = ["a.wav", "a-cello.wav", "--out-dir", "."];
    desk.tone("a-cello.wav");
    desk.succeed(&[&here[..], &["--skip-existing"]].concat());
    assert!(desk.at("a-cello-cello.wav").exists());
}

fn silent(samples: &[f32]) -> bool {
    // One step of 16 bits: the input is not quite zero, and has its dither.
    samples.iter().all(|x| x.abs() < 3.1e-5)
}

#[test]
fn silence_becomes_silence_and_is_told() {
    let desk = Desk::new();
    desk.tone("a.wav");
    write_planes(
        &desk.at("still.wav"),
        44_100,
        &[vec![0.0; 9_000], vec![1e-6; 9_000]],
    );
    for extra in [
        &[][..],
        &["--preset", "Voice to Cello"],
        &["--bits", "16"],
        &["--channels", "both"],
    ] {
        let output = desk.run(&[&["a.wav", "still.wav", "--out-dir", "out", "-f"], extra].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        let told = stderr.contains("'still.wav' is silent") && stderr.lines().count() == 1;
        assert!(told, "{stderr}");
        let name = desk
            .names("out")
            .into_iter()
            .find(|name| name.starts_with("still"))
            .unwrap();
        let (spec, samples) = read_wav(&desk.at("out").join(name));
        assert_eq!((spec.channels, samples.len()), (2, 18_000));
        assert!(silent(&samples));
    }
}

#[test]
fn the_report_tells_of_every_file() {
    let desk = Desk::new();
    desk.tone("a.wav");
    desk.tone("c.wav");
    std::fs::write(desk.at("b.wav"), "no sound").unwrap();
    write_planes(&desk.at("still.wav"), 44_100, &[vec![0.0; 4_410]]);
    std::fs::create_dir(desk.at("out")).unwrap();
    std::fs::write(desk.at("out/c-cello.wav"), "mine").unwrap();
    let output = desk.run(&[
        "a.wav",
        "b.wav",
        "c.wav",
        "still.wav",
        "--out-dir",
        "out",
        "--skip-existing",
        "--json",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["format_version"], 1);
    for (key, count) in [("done", 2), ("skipped", 1), ("failed", 1)] {
        assert_eq!(report[key], count, "{report}");
    }
    let file = |name: &str| {
        let files = report["files"].as_array().unwrap();
        files
            .iter()
            .find(|file| file["input"] == name)
            .unwrap()
            .clone()
    };
    let a = file("a.wav");
    assert_eq!(a["status"], "done");
    assert_eq!(
        Path::new(a["output"].as_str().unwrap()),
        Path::new("out/a-cello.wav")
    );
    assert!((a["seconds"].as_f64().unwrap() - 0.05).abs() < 1e-3);
    assert!(a["tail_seconds"].as_f64().unwrap() > 0.0);
    assert!(a["octave"].is_i64() && a["error"].is_null());
    assert_eq!((&a["rate_hz"], &a["channels"]), (&48_000.into(), &1.into()));
    assert_eq!(
        (&a["losses"], &a["warnings"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
    let b = file("b.wav");
    assert_eq!(b["status"], "failed");
    assert!(b["error"].as_str().unwrap().contains("not an audio file"));
    assert_eq!(file("c.wav")["status"], "skipped");
    assert!(
        file("still.wav")["warnings"][0]
            .as_str()
            .unwrap()
            .contains("silent")
    );
}
