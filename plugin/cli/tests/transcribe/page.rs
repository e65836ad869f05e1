//! The page on which notes are heard beside the direct translation.

use mynah_cli::synth::{Voice, melody, render};
use serde_json::Value;

use crate::common::pages::{assert_self_contained, page};
use crate::common::{Desk, json, names_in, read_wav, rms, run, write_planes};

/// A sung line with slurs and vibrato, 3 s.
fn desk() -> Desk {
    let desk = Desk::new();
    let steps = [(62, 1.0, 100), (65, 1.0, 90), (64, 1.0, 60), (69, 3.0, 110)];
    let sound = render(Voice::Sung, &melody(0.2, 0.45, 0.0, &steps), 1);
    write_planes(&desk.at("line.wav"), 48_000, &[sound]);
    desk
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("{key} in {of}"))
}

#[test]
fn the_page_shows_and_says_what_notes_keep_and_lose() {
    let desk = desk();
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, output, folder) = (at("line.wav"), at("line.mid"), at("page"));
    let report: Value = json(&[
        "transcribe",
        &input,
        "-o",
        &output,
        "--json",
        "--page",
        &folder,
        "-t",
        "cello",
    ]);
    let folder = desk.at("page");
    assert_self_contained(&folder);
    // The recording, three ways, and the page.
    assert_eq!(names_in(&folder).len(), 1 + 2 * 4);
    let (_, recording) = read_wav(&folder.join("recording.wav"));
    for way in ["direct", "notes", "bare"] {
        let (spec, made) = read_wav(&folder.join(format!("recording-{way}.wav")));
        assert_eq!((spec.sample_rate, made.len()), (48_000, recording.len()));
        let level = rms(&made) / rms(&recording);
        assert!((0.1..10.0).contains(&level), "{way}: {level}");
    }
    let told = &report["page"];
    assert_eq!(told["target"], "cello");
    let made = told["made"].as_array().unwrap();
    let names: Vec<&str> = made.iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["direct", "notes", "bare"]);
    for way in made {
        assert!(number(way, "pitch_share") > 0.6, "{way}");
        assert!(number(way, "notes_share") > 0.7, "{way}");
    }
    // The voice's vibrato is in the direct translation and not in notes without bends.
    assert!(number(&told["recording"], "movement_cents") > 8.0, "{told}");
    let [direct, bare] = [&made[0], &made[2]];
    assert!(number(direct, "movement_correlation") > 0.6, "{direct}");
    let lost = number(direct, "movement_correlation") - number(bare, "movement_correlation");
    assert!(lost > 0.3, "{direct} {bare}");
    assert!(number(direct, "level_correlation") > number(bare, "level_correlation"));
    let html = page(&folder);
    let sentences = told["sentences"].as_array().unwrap();
    assert!(sentences.len() >= 4, "{sentences:?}");
    for sentence in sentences {
        let sentence = sentence.as_str().unwrap().replace('\'', "&#39;");
        assert!(html.contains(&format!("<li>{sentence}</li>")), "{sentence}");
    }
    // A bar for each note, and the pitch of the recording and of each way over them.
    let notes = report["notes"].as_array().unwrap().len();
    assert_eq!(html.matches("<rect class=\"bar\"").count(), notes);
    assert_eq!(html.matches("<path class=").count(), 4);
}

#[test]
fn notes_without_curves_are_one_way() {
    let desk = desk();
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, output, folder) = (at("line.wav"), at("line.mid"), at("page"));
    let report: Value = json(&[
        "transcribe",
        &input,
        "-o",
        &output,
        "--json",
        "--no-bend",
        "--page",
        &folder,
        "-t",
        "flute",
    ]);
    assert_eq!(report["page"]["made"].as_array().unwrap().len(), 2);
    assert_self_contained(&desk.at("page"));
    // It is kept as it is.
    let again = [
        "transcribe",
        &input,
        "-o",
        "-",
        "--page",
        &folder,
        "-t",
        "cello",
    ];
    let before = page(&desk.at("page"));
    assert_eq!(run(again).status.code(), Some(2));
    assert_eq!(page(&desk.at("page")), before);
}

#[test]
fn a_page_that_cannot_be_is_refused_before_anything_is_written() {
    let desk = desk();
    let at = |name: &str| desk.at(name).to_str().unwrap().to_owned();
    let (input, output, folder) = (at("line.wav"), at("new.mid"), at("page"));
    std::fs::create_dir(&folder).unwrap();
    let own = at("page/recording.wav");
    std::fs::copy(&input, &own).unwrap();
    for (arguments, sentence) in [
        (vec![&*input, "--page", &*folder], "--target"),
        (vec![&*input, "--target", "cello"], "--page"),
        (
            vec![
                &*input, "--page", &*folder, "-t", "cello", "--voices", "several",
            ],
            "one voice",
        ),
        (
            vec![&*input, "--page", &*input, "-t", "cello"],
            "is no folder",
        ),
        (vec![&*input, "--page", &*folder, "-t", "kazoo"], "kazoo"),
        (
            vec![&*own, "--page", &*folder, "-ft", "cello"],
            "would be replaced",
        ),
        (
            vec![&*input, "--page", &*folder, "-t", "cello"],
            "exists already",
        ),
    ] {
        let mut all = vec!["transcribe", "-o", &*output];
        all.extend(&arguments);
        let done = run(&all);
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr.contains(sentence),
            "'{sentence}' is not in: {stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    assert_eq!(names_in(&desk.at("page")), ["recording.wav"]);
    assert!(!desk.at("new.mid").exists());
}
