//! What `mynah bounce` does with damaged files.

use std::process::Output;

use super::common::mynah;
use super::files::{Flac, noise};

fn bounce(folder: &std::path::Path, extra: &[&str]) -> Output {
    mynah()
        .current_dir(folder)
        .args([
            "bounce", "cut.flac", "--target", "cello", "-o", "out.wav", "--tail", "0",
        ])
        .args(extra)
        .output()
        .unwrap()
}

#[test]
fn losses_are_warned_of_and_refused_by_strict() {
    let folder = tempfile::tempdir().unwrap();
    let flac = Flac::of(&noise(9_000, 1, 16)).bytes();
    std::fs::write(folder.path().join("cut.flac"), &flac[..flac.len() / 2]).unwrap();
    let output = bounce(folder.path(), &["--strict"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("'cut.flac' is cut short after"), "{stderr}");
    assert!(stderr.contains("--strict"), "{stderr}");
    assert!(!folder.path().join("out.wav").exists());

    let output = bounce(folder.path(), &["--json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("'cut.flac' is cut short after"), "{stderr}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let loss = &report["files"][0]["losses"][0];
    assert_eq!(loss["what"], "cut_short");
    assert!(loss["length_s"].as_f64().unwrap() > 0.1, "{loss}");
    let written = hound::WavReader::open(folder.path().join("out.wav")).unwrap();
    let at_frame = loss["at_s"].as_f64().unwrap() * 44_100.0;
    assert_eq!(written.duration(), at_frame.round() as u32);
}
