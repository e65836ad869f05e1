//! `targets`, `info`, `demo` and `bench`: files and JSON keys.
#![allow(clippy::unwrap_used)]

mod common;

use common::{names_in, read_wav, succeed};
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&succeed(arguments)).unwrap()
}

#[test]
fn targets_are_listed_with_what_the_json_promises() {
    let targets = json(&["targets", "--json"]);
    let names: Vec<&str> = targets
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    for name in [
        "violin",
        "cello",
        "flute",
        "clarinet",
        "trumpet",
        "sax-alto",
        "sax-tenor",
        "piano",
        "guitar",
    ] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    for target in targets.as_array().unwrap() {
        assert_eq!(target["hash"].as_str().unwrap().len(), 64);
        let range = target["pitch_range_hz"].as_array().unwrap();
        assert!(range[0].as_f64().unwrap() < range[1].as_f64().unwrap());
        assert!(!target["credits"].as_array().unwrap().is_empty());
    }
    assert_eq!(succeed(["targets"]).lines().count(), names.len());
}

#[test]
fn info_reads_a_model_file() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/targets/cello.mynah"
    );
    let info = json(&["info", file, "--json"]);
    assert_eq!(info["kind"], "target");
    assert_eq!(info["name"], "cello");
    assert_eq!(info["sample_rate_hz"], 48_000);
    let listed = json(&["targets", "--json"]);
    let listed = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == "cello")
        .unwrap();
    assert_eq!(info["hash"], listed["hash"]);
    assert!(succeed(["info", file]).contains("Cello"));
}

#[test]
fn demo_writes_sound_and_pictures_for_every_target() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mynah-demo");
    let demo = |extra: &[&str]| {
        let run = common::mynah()
            .current_dir(folder.path())
            .arg("demo")
            .args(extra)
            .output();
        run.unwrap().status.code()
    };
    assert_eq!(demo(&[]), Some(0));
    let targets = json(&["targets", "--json"]);
    let (_, input) = read_wav(&out.join("input.wav"));
    for target in targets.as_array().unwrap() {
        let name = target["name"].as_str().unwrap();
        let (_, output) = read_wav(&out.join(format!("{name}.wav")));
        assert_eq!(output.len(), input.len());
        assert!(common::rms(&output) > 1e-3, "{name} is silent");
        let picture = std::fs::read(out.join(format!("{name}.png"))).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
    }
    assert_eq!(
        names_in(&out).len(),
        1 + 2 * targets.as_array().unwrap().len()
    );
    // A folder of the player's choice is kept as it is, the demo's own is renewed.
    assert_eq!(demo(&["--out-dir", "mynah-demo"]), Some(2));
    std::fs::write(out.join("cello.wav"), "old").unwrap();
    assert_eq!(demo(&[]), Some(0));
    assert_eq!(read_wav(&out.join("cello.wav")).1.len(), input.len());
}

#[test]
fn bench_reports_its_keys_and_no_allocation() {
    let bench = json(&["bench", "--json", "--seconds", "1", "--target", "flute"]);
    let positive = |value: &Value, keys: &[&str]| {
        for key in keys {
            assert!(value[key].as_f64().unwrap() > 0.0, "{key}");
        }
    };
    let speeds = [
        "x_real_time",
        "x_real_time_follow",
        "x_real_time_eco",
        "x_real_time_four_targets",
    ];
    positive(&bench, &speeds);
    positive(
        &bench,
        &["hop_samples", "silence_share", "bytes_per_instance"],
    );
    for kind in ["hot", "cold"] {
        positive(
            &bench[kind],
            &["median_us", "p99_us", "max_us", "p99_share"],
        );
    }
    let networks = [
        "mmacs_per_second",
        "kernel_us_per_frame",
        "candle_us_per_frame",
        "x_faster_than_candle",
        "gemm_peak_gmacs",
        "share_of_gemm_peak",
        "weights_bytes",
    ];
    positive(&bench["networks"], &networks);
    for callbacks in bench["callbacks"].as_array().unwrap() {
        let block_samples = callbacks["block_samples"].as_u64().unwrap();
        let counted: u64 = callbacks["histogram"]
            .as_array()
            .unwrap()
            .iter()
            .map(|count| count.as_u64().unwrap())
            .sum();
        assert_eq!(
            counted,
            48_000 / block_samples,
            "every callback is in one class"
        );
    }
    assert_eq!(bench["hop_samples"], 128);
    assert_eq!(bench["allocations"], 0);
    assert_eq!(bench["latency_samples"], 144);
    assert_eq!(bench["latency_samples_44100"], 197);
    assert!(bench["stages"].as_array().unwrap().len() >= 5);
}
