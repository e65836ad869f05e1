//! `mynah-lab eval`: files and JSON keys.
#![allow(clippy::unwrap_used)]

mod common;

use common::data::{data_folder, write_note};
use common::{json, names_in, refused, succeed};
use serde_json::Value;

/// The figures of `eval`, of all pairs and of each.
const FIGURES: [&str; 15] = [
    "translation_ratio",
    "translation_ratio_own_dynamics",
    "resynthesis_l1",
    "resynthesis_griffin_lim_l1",
    "generator_gain",
    "pitch_within_50_cents",
    "pitch_median_error_cents",
    "polyphony_share_of_ceiling",
    "loudness_correlation",
    "target_likeness",
    "target_likeness_ceiling",
    "target_likeness_floor",
    "target_likeness_share_of_ceiling",
    "onset_delay_follow_ms",
    "onset_delay_track_ms",
];

#[test]
fn eval_without_recordings_measures_what_it_can() {
    let eval = json(&["eval", "--json", "--phrases", "1", "--target", "cello"]);
    assert_eq!(eval["data"], "synthetic");
    let pairs = eval["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 4);
    for figures in pairs.iter().chain([&eval]) {
        for key in FIGURES {
            assert!(figures.get(key).is_some(), "{key} is missing");
        }
        assert!(figures["translation_ratio"].is_null());
        assert!(figures["pitch_within_50_cents"].is_f64());
    }
    assert!(eval["polyphony_share_of_ceiling"].is_f64());
    assert!(eval["never_trained"].is_null() && eval["judge_accuracy"].is_null());
    let tracker = &eval["tracker"];
    assert_eq!(tracker["sources"].as_array().unwrap().len(), 4);
    for key in [
        "octave_error_share",
        "gross_error_share",
        "voicing_error_share",
    ] {
        assert!(tracker[key].as_f64().unwrap() < 0.2, "{key} in {tracker}");
    }
    assert!((0.0..60.0).contains(&tracker["delay_ms"].as_f64().unwrap()));
}

#[test]
fn eval_on_recordings_compares_with_the_true_rendering() {
    let folder = data_folder();
    let data = folder.path().to_str().unwrap();
    let own = tempfile::tempdir().unwrap();
    write_note(&own.path().join("hummed tune.wav"), 64, true);
    let plots = folder.path().join("plots");
    let arguments = [
        "eval",
        "--json",
        "--phrases",
        "1",
        "--drive",
        "0",
        "--target",
        "violin",
        "--target",
        "flute",
        "--data",
        data,
        "--recordings",
        own.path().to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
    ];
    let eval = json(&arguments);
    assert_eq!(eval["data"], "recordings");
    assert_eq!(eval["format_version"], 3);
    assert_eq!(eval["drive"], 0.0);
    let pairs = eval["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 4);
    for pair in pairs {
        assert_eq!(pair["phrases"], 1, "{pair}");
        let measured = |key: &str| pair[key].is_f64();
        let to_itself = pair["source"] == pair["target"];
        for key in [
            "translation_ratio",
            "translation_ratio_own_dynamics",
            "generator_gain",
            "target_likeness",
            "target_likeness_ceiling",
            "target_likeness_floor",
        ] {
            assert_eq!(measured(key), !to_itself, "{key} in {pair}");
        }
        assert_eq!(measured("resynthesis_l1"), to_itself);
        assert_eq!(measured("resynthesis_griffin_lim_l1"), to_itself);
        if !to_itself {
            // What is driven by nothing is the prior.
            assert_eq!(pair["translation_ratio"], pair["translation_ratio_prior"]);
            assert_eq!(pair["attack_flux_error"], pair["attack_flux_error_prior"]);
        }
        for key in ["pitch_within_50_cents", "loudness_correlation"] {
            assert!(measured(key), "{key} in {pair}");
        }
    }
    // The two instruments are easy to tell apart.
    assert!(
        eval["judge_accuracy"].as_f64().unwrap() > 0.95,
        "{}",
        eval["judge"]
    );
    assert!(eval["target_likeness_ceiling"].as_f64().unwrap() > 0.9);
    assert!(eval["target_likeness_floor"].as_f64().unwrap() < 0.1);

    let strangers = &eval["never_trained"];
    let sources: Vec<&str> = strangers["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["source"].as_str().unwrap())
        .collect();
    assert_eq!(
        sources,
        [
            "flute-vib",
            "synthetic-sung",
            "synthetic-plucked",
            "synthetic-saw",
            "synthetic-whistle",
            "violin-performance",
            "hummed tune",
        ]
    );
    assert_eq!(
        strangers["pairs"].as_array().unwrap().len(),
        2 * sources.len()
    );
    for source in strangers["sources"].as_array().unwrap() {
        let without_notes = ["violin-performance", "hummed tune"].map(Value::from);
        let has_truth = !without_notes.contains(&source["source"]);
        assert_eq!(source["translation_ratio"].is_f64(), has_truth, "{source}");
        assert_eq!(source["target_likeness_ceiling"].is_f64(), has_truth);
        assert!(source["target_likeness"].is_f64());
    }

    let pictures = names_in(&plots);
    assert_eq!(pictures.len(), 2, "{pictures:?}");
    for rank in ["worst-", "best-"] {
        assert!(
            pictures
                .iter()
                .any(|n| n.starts_with(rank) && n.ends_with(".png"))
        );
    }
    assert_eq!(json(&arguments), eval, "the same again");

    let table = succeed([
        "eval",
        "--phrases",
        "1",
        "--target",
        "flute",
        "--data",
        data,
    ]);
    for word in [
        "Griffin-Lim",
        "violin",
        "never trained on",
        "flute-vib",
        "judge",
        "voicing",
    ] {
        assert!(table.contains(word), "{word} in {table}");
    }
}

#[test]
fn eval_refuses_what_it_does_not_find() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(at("folder")).unwrap();
    refused("kazoo", &["eval", "--target", "kazoo"]);
    refused("manifest.csv", &["eval", "--data", &at("folder")]);
    refused("manifest.csv", &["eval", "--data", &at("nowhere")]);
}
