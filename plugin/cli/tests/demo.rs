//! `demo`: the page, what it shows, and what it is made of.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::pages::{assert_self_contained, page};
use common::{mynah, names_in, read_wav, rms, run, succeed, write_tone};

/// Names of the targets that are installed.
fn targets() -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&succeed(["targets", "--json"])).unwrap();
    let names = json.as_array().unwrap().iter();
    names
        .map(|t| t["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Every source and every target can be chosen, each once.
fn assert_choices(html: &str, sources: &[&str]) {
    let choices = |name: &str| -> Vec<&str> {
        html.split(&format!("<input type=\"radio\" name=\"{name}\" value=\""))
            .skip(1)
            .map(|part| part.split_once('"').unwrap().0)
            .collect()
    };
    assert_eq!(choices("source"), sources);
    assert_eq!(choices("target"), targets());
}

#[test]
fn the_page_lets_every_target_be_heard_beside_what_was_played() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("mynah-demo");
    let demo = |extra: &[&str]| {
        let run = mynah()
            .current_dir(folder.path())
            .arg("demo")
            .args(extra)
            .output();
        run.unwrap().status.code()
    };
    assert_eq!(demo(&[]), Some(0));
    let html = page(&out);
    assert_choices(&html, &["sung", "plucked", "bowed"]);
    assert_self_contained(&out);
    let targets = targets();
    assert_eq!(names_in(&out).len(), 1 + 3 * 2 * (1 + targets.len()));
    for source in ["sung", "plucked", "bowed"] {
        let (spec, input) = read_wav(&out.join(format!("{source}.wav")));
        assert_eq!(
            (spec.sample_rate, spec.bits_per_sample, spec.channels),
            (48_000, 16, 1)
        );
        assert!((6.0..=10.0).contains(&(input.len() as f64 / 48e3)));
        for target in &targets {
            let name = format!("{source}-{target}");
            let (spec, output) = read_wav(&out.join(format!("{name}.wav")));
            assert_eq!((spec.sample_rate, output.len()), (48_000, input.len()));
            let level = rms(&output) / rms(&input);
            assert!((0.1..10.0).contains(&level), "{name}: {level}");
            assert!(output.iter().all(|x| x.abs() < 0.999), "{name} clips");
            let link = format!(
                "<a href=\"{name}.wav\" data-source=\"{source}\" data-target=\"{target}\" data-picture=\"{name}.png\">"
            );
            assert_eq!(html.matches(&link).count(), 1, "{name}");
        }
    }
    for name in names_in(&out).iter().filter(|name| name.ends_with(".png")) {
        assert!(
            std::fs::read(out.join(name))
                .unwrap()
                .starts_with(b"\x89PNG")
        );
    }
    let bytes = |name: &String| std::fs::metadata(out.join(name)).unwrap().len();
    assert!(names_in(&out).iter().map(bytes).sum::<u64>() < 40_000_000);

    // A folder of the player's choice is kept as it is, the demo's own is renewed.
    write_tone(&folder.path().join("tone.wav"), 48_000, 1, 0.3);
    let own = ["--input", "tone.wav"];
    assert_eq!(demo(&["--out-dir", "mynah-demo"]), Some(2));
    assert_eq!(demo(&["--out-dir", "mynah-demo", own[0], own[1]]), Some(2));
    assert_eq!(page(&out), html);
    assert!(!out.join("tone.wav").exists());
    assert_eq!(demo(&own), Some(0));
    assert_choices(&page(&out), &["tone"]);
    // The tone is cut off; what is made of it ends without a click.
    for target in &targets {
        let (_, output) = read_wav(&out.join(format!("tone-{target}.wav")));
        let last = output[output.len() - 1].abs();
        assert!(last < 1e-3, "{target} ends at {last}");
    }
}

#[test]
fn the_page_says_what_was_set_and_whose_models_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (tone, out) = (folder.path().join("tone.wav"), folder.path().join("out"));
    write_tone(&tone, 48_000, 1, 0.3);
    let (tone, shown) = (tone.to_str().unwrap(), out.to_str().unwrap());
    succeed(["demo", "--input", tone, "--out-dir", shown]);
    let html = page(&out);
    assert!(html.contains(&format!("Mynah {}", env!("CARGO_PKG_VERSION"))));
    let params: serde_json::Value = serde_json::from_str(&succeed(["params", "--json"])).unwrap();
    let controls = params.as_array().unwrap().iter();
    for control in controls.filter(|p| p["kind"] != "target") {
        let name = control["name"].as_str().unwrap();
        assert!(html.contains(&format!("<dt>{name}</dt><dd>")), "{name}");
        if control["kind"] == "choice" {
            let row = format!(
                "<dt>{name}</dt><dd>{}</dd>",
                control["default"].as_str().unwrap()
            );
            assert!(html.to_lowercase().contains(&row.to_lowercase()), "{row}");
        }
    }
    let listed: serde_json::Value = serde_json::from_str(&succeed(["targets", "--json"])).unwrap();
    for target in listed.as_array().unwrap() {
        for text in [&target["display_name"], &target["credits"][0]] {
            assert!(html.contains(text.as_str().unwrap()), "{text}");
        }
    }
}

#[test]
#[cfg(unix)]
fn own_sounds_of_any_name_take_the_place_of_the_phrases() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).into_os_string();
    std::fs::create_dir(at("other")).unwrap();
    write_tone(at("<b>\"&.wav").as_ref(), 44_100, 2, 0.5);
    write_tone(at("other/b.wav").as_ref(), 8_000, 1, 21.0);
    let out = at("out");
    let output = run([
        "demo".into(),
        "--input".into(),
        at("<b>\"&.wav"),
        "--input".into(),
        at("other/b.wav"),
        "--out-dir".into(),
        out.clone(),
    ]);
    assert!(output.status.success(), "{output:?}");
    let out: &Path = out.as_ref();
    let html = page(out);
    assert_choices(&html, &["b", "b-2"]);
    assert_self_contained(out);
    assert!(html.contains("<span>&lt;b&gt;&quot;&amp;.wav</span>"));
    assert!(!html.contains("<b>\""), "a name is taken for HTML");
    let seconds = |name: &str| read_wav(&out.join(name)).1.len() as f64 / 48e3;
    assert!((seconds("b.wav") - 0.5).abs() < 0.01);
    assert!((seconds("b-2.wav") - 20.0).abs() < 0.01);
    assert!((seconds("b-2-cello.wav") - 20.0).abs() < 0.01);
    // A tone stays a tone of its level, whatever its rate was.
    for name in ["b.wav", "b-2.wav"] {
        assert!(rms(&read_wav(&out.join(name)).1) > 0.1, "{name}");
    }
}
