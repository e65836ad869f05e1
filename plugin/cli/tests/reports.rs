//! `targets`, `info` and `bench`: files and JSON keys.
#![allow(clippy::unwrap_used)]

mod common;

use common::{json, succeed};
use serde_json::Value;

#[test]
fn targets_are_listed_with_what_the_json_promises() {
    let targets: Value = json(&["targets", "--json"]);
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
    let info: Value = json(&["info", file, "--json"]);
    assert_eq!(info["kind"], "target");
    assert_eq!(info["name"], "cello");
    assert_eq!(info["sample_rate_hz"], 48_000);
    let listed: Value = json(&["targets", "--json"]);
    let listed = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["name"] == "cello")
        .unwrap();
    assert_eq!(info["hash"], listed["hash"]);
    assert_eq!(info["home_register_midi"], serde_json::json!([36.0, 49.0]));
    assert!(succeed(["info", file]).contains("Cello"));
}

#[test]
fn bench_reports_its_keys() {
    let bench: Value = json(&["bench", "--json", "--seconds", "1", "--target", "flute"]);
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
    positive(&bench, &["hop_samples", "silence_share"]);
    for kind in ["hot", "cold"] {
        positive(
            &bench[kind],
            &["median_us", "p99_us", "max_us", "p99_share"],
        );
    }
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
    assert_eq!(bench["latency_samples"], 144);
    assert_eq!(bench["latency_samples_44100"], 197);
}
