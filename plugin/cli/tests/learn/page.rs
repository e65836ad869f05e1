//! The page beside a target.

use super::common::pages::{assert_self_contained, page};
use super::common::{mynah, read_wav, rms};
use super::{made, record};

#[test]
fn the_page_lets_the_target_be_heard_beside_the_recordings_and_says_what_was_found() {
    let made = made();
    let folder = made.at("own-page");
    assert_self_contained(&folder);
    assert_eq!(made.told["page"], "own-page/index.html");
    let html = page(&folder);
    for source in ["recording", "sung", "plucked", "bowed"] {
        let choice = format!("<input type=\"radio\" name=\"source\" value=\"{source}\"");
        assert_eq!(html.matches(&choice).count(), 1, "{source}");
        let (_, played) = read_wav(&folder.join(format!("{source}.wav")));
        let (spec, translated) = read_wav(&folder.join(format!("{source}-my-reed.wav")));
        assert_eq!((spec.sample_rate, translated.len()), (48_000, played.len()));
        assert!(played.len() > 3 * 48_000, "{source} is short");
        let level = rms(&translated) / rms(&played);
        assert!((0.1..10.0).contains(&level), "{source}: {level}");
    }
    for finding in made.told["findings"].as_array().unwrap() {
        let finding = finding.as_str().unwrap().replace('\'', "&#39;");
        assert!(html.contains(&finding), "{finding}");
    }
    for text in ["<h1>My Reed</h1>", "A3 to C5", "Anna", "Ben", "CC BY 4.0"] {
        assert!(html.contains(text), "{text}");
    }
    let nearest = made.told["training"]["nearest"].as_str().unwrap();
    assert!(html.contains(&format!("it begins from {nearest}")));
}

#[test]
fn figures_stand_beside_those_of_shipped_targets() {
    let figures = &made().told["figures"];
    let number = |of: &serde_json::Value, key: &str| of[key].as_f64().unwrap();
    let own = &figures["target"];
    assert_eq!(own["name"], "My Reed");
    // It plays the notes that are played into it, as loud as they are.
    assert!(number(own, "pitch_share") > 0.8, "{own}");
    assert!(number(own, "loudness_correlation") > 0.8, "{own}");
    let shipped = figures["shipped"].as_array().unwrap();
    assert_eq!(shipped.len(), 3);
    assert_eq!(shipped[0]["name"], made().told["training"]["nearest"]);
    // Nothing else has the reed's colour, neither another instrument nor what was played.
    let distance = number(own, "colour_db");
    for other in shipped.iter().map(|other| number(other, "colour_db")) {
        assert!(distance < other, "{figures}");
    }
    assert!(distance < number(figures, "phrases_colour_db"), "{figures}");
}

#[test]
fn a_page_is_no_recording_and_takes_the_place_of_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let refused = |arguments: &[&str], clue: &str| {
        let run = mynah()
            .current_dir(folder.path())
            .args(["learn", "--minutes", "0", "-o", "own.mynah"])
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(clue), "'{clue}' is not in: {stderr}");
        assert!(!at("own.mynah").exists());
    };
    record(folder.path());
    refused(&["notes", "--page", "notes"], "holds the recordings");
    refused(&["notes", "--page", "notes/single.wav"], "is no folder");
    // Somebody else's page is kept.
    std::fs::create_dir(at("site")).unwrap();
    std::fs::write(at("site/index.html"), "mine").unwrap();
    refused(&["notes", "--page", "site"], "exists already");
    assert_eq!(std::fs::read(at("site/index.html")).unwrap(), b"mine");
    // What an earlier page left is not listened to, with a new page or without.
    std::fs::rename(at("notes"), at("own-page")).unwrap();
    refused(&["."], "holds no audio files");
    refused(&[".", "--no-page"], "holds no audio files");
}
