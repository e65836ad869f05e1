//! Presets: text and back, files, and what the factory's and those of chance sound like.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::sync::Arc;

use mynah_engine::{
    CONTROLS, Control, Controls, Corners, EngineSpec, Existing, KeyEvent, Library,
    MAX_PRESET_FILE_BYTES, Plays, Preset, PresetEntry, PresetError, PresetFolder, PresetSource,
    Quality, TargetRef, engine, factory_presets, surprise,
};
use mynah_models::{Base, ModelHash};
use proptest::prelude::*;

const RATE_HZ: f64 = 48_000.0;

fn plain(name: &str) -> Preset {
    Preset {
        name: name.to_owned(),
        category: String::new(),
        plays: Plays::Sound,
        about: String::new(),
        targets: Default::default(),
        controls: Controls::neutral(),
    }
}

fn target(name: &str, hash: Option<ModelHash>) -> TargetRef {
    TargetRef {
        name: name.to_owned(),
        hash,
    }
}

fn any_target() -> impl Strategy<Value = Option<TargetRef>> {
    let hash = proptest::option::of(any::<[u8; 8]>());
    proptest::option::of(("[a-z][a-z -]{0,20}[a-z]", hash)).prop_map(|parts| {
        parts.map(|(name, bytes)| target(&name, bytes.map(|bytes| ModelHash::of(&bytes))))
    })
}

fn any_preset() -> impl Strategy<Value = Preset> {
    let texts = (
        "[A-Za-z\"\\\\é][ -~é]{0,30}",
        "[ -~]{0,20}",
        "[ -~ü]{0,100}",
    );
    let targets = [any_target(), any_target(), any_target(), any_target()];
    let shares = prop::collection::vec(0.0f32..=1.0, CONTROLS.len());
    (texts, targets, shares, any::<bool>()).prop_map(|(texts, targets, shares, keys)| {
        let (name, category, about) = texts;
        let mut controls = Controls::neutral();
        for (control, share) in Preset::parts().zip(shares) {
            let info = control.info();
            controls.set(control, info.min + share * (info.max - info.min));
        }
        Preset {
            name: name.trim().to_owned(),
            category: category.trim().to_owned(),
            plays: if keys { Plays::Keys } else { Plays::Sound },
            about: about.trim().to_owned(),
            targets,
            controls,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_preset_reads_as_it_was_written(preset in any_preset()) {
        let text = preset.to_json().unwrap();
        prop_assert!((text.len() as u64) < MAX_PRESET_FILE_BYTES);
        prop_assert_eq!(Preset::from_json(&text).unwrap(), preset);
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}") {
        prop_assert!(Preset::from_json(&text).is_err());
    }
}

#[test]
fn what_is_not_said_is_neutral() {
    let text = r#"{"format": 1, "name": " Short ", "targets": {"b": "flute", "c": null},
        "controls": {"octave": 1, "mode": "follow", "freeze": true, "mix": "40 %", "notes": "C D E"}}"#;
    let preset = Preset::from_json(text).unwrap();
    assert_eq!(preset.name, "Short");
    assert_eq!(
        preset.targets,
        [None, Some(target("flute", None)), None, None]
    );
    let mut expected = Controls::neutral();
    for setting in [
        "octave=1",
        "mode=follow",
        "freeze=on",
        "mix=0.4",
        "notes=C D E",
    ] {
        expected.set_text(setting).unwrap();
    }
    assert_eq!(preset.controls, expected);
}

#[test]
fn the_channels_are_the_tracks_and_no_part_of_a_preset() {
    for value in [r#""stereo""#, r#""mono""#, "1", "[]"] {
        let text = format!(
            r#"{{"format": 1, "name": "Wide", "controls": {{"channels": {value}, "octave": 1}}}}"#
        );
        let preset = Preset::from_json(&text).unwrap();
        let expected = Controls::neutral().with(Control::Octave, 1.0);
        assert_eq!(preset.controls, expected, "{value}");
        assert!(!preset.to_json().unwrap().contains("channels"));
    }
    assert!(Preset::parts().all(|control| control != Control::Channels));
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let with = |rest: &str| format!(r#"{{"format": 1, "name": "x", {rest}}}"#);
    for (text, sentence) in [
        (
            "cello".to_owned(),
            "it is no preset: expected value at line 1 column 1",
        ),
        ("[]".to_owned(), "it is no preset: its format is not 1"),
        (
            r#"{"format": 1}"#.to_owned(),
            "it is no preset: missing field `name`",
        ),
        (
            r#"{"format": 2, "sound": []}"#.to_owned(),
            "it is a preset of format 2, and this version of Mynah knows formats up to 1",
        ),
        (
            r#"{"format": 1, "name": "  "}"#.to_owned(),
            "the name of a preset must be one line of 1 to 64 characters: this one has 0",
        ),
        (
            with(r#""controls": {"octave": 3}"#),
            "octave = 3 is out of range: give a whole number from -2 to 2 oct",
        ),
        (
            with(r#""controls": {"mode": 1}"#),
            "'1' is not a value of mode: give track, follow, auto or chords",
        ),
        (
            with(r#""controls": {"mix": [1]}"#),
            "'[1]' is not a value of mix: give a number from 0 to 1, or a percentage",
        ),
        (
            with(r#""controls": {"bypass": true}"#),
            "the bypass cannot be part of a preset",
        ),
        (
            with(r#""targets": {"e": "cello"}"#),
            "there is no corner 'e' for a target: there are a, b, c and d",
        ),
        (
            with(r#""targets": {"a": 7}"#),
            "'7' is not the name of a target",
        ),
        (
            with(r#""targets": {"a": {"name": "cello", "hash": "12"}}"#),
            "'\"12\"' is not the hash of a model (64 hex digits)",
        ),
    ] {
        assert_eq!(Preset::from_json(&text).unwrap_err().to_string(), sentence);
    }
    let unknown = Preset::from_json(&with(r#""controls": {"gain": 3}"#)).unwrap_err();
    assert!(
        unknown
            .to_string()
            .starts_with("there is no control 'gain'; there are")
    );
    let large = " ".repeat(MAX_PRESET_FILE_BYTES as usize + 1);
    let error = Preset::from_json(&large).unwrap_err();
    assert!(
        matches!(error, PresetError::TooLarge { size_bytes: 65_537 }),
        "{error}"
    );
    let mut named = plain("two\nlines");
    assert!(named.to_json().is_err());
    named.name = "n".repeat(65);
    assert!(named.to_json().is_err());
}

#[test]
fn own_presets_are_kept_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let presets = PresetFolder::new(folder.path().join("not/yet"));
    assert_eq!(presets.list().0.len(), factory_presets().len());
    let mut mine = plain("My Cello!");
    mine.controls.set(Control::Octave, -1.0);
    mine.targets[0] = Some(target("cello", None));
    let path = presets.save(&mine, Existing::Keep).unwrap();
    assert_eq!(path, presets.path().join("my-cello.json"));
    presets.save(&plain("another"), Existing::Keep).unwrap();

    // Another of that name, or of one that comes to the same file, is not taken silently.
    let second = plain("my cello");
    let error = presets.save(&second, Existing::Keep).unwrap_err();
    assert_eq!(error.to_string(), "there is already a preset 'My Cello!'");
    assert_eq!(Preset::read_file(&path).unwrap(), mine);
    presets.save(&second, Existing::Replace).unwrap();
    assert_eq!(Preset::read_file(&path).unwrap(), second);

    fs::write(presets.path().join("bad.json"), "{}").unwrap();
    fs::write(presets.path().join("large.json"), vec![b' '; 70_000]).unwrap();
    fs::write(presets.path().join("other.txt"), "no preset").unwrap();
    let (list, problems) = presets.list();
    let own: Vec<&PresetEntry> = list
        .iter()
        .filter(|entry| entry.source != PresetSource::Factory)
        .collect();
    assert_eq!(own.len(), 2);
    assert_eq!(
        (own[0].preset.name.as_str(), own[1].preset.name.as_str()),
        ("another", "my cello")
    );
    let problems: Vec<&str> = problems
        .iter()
        .map(|(_, problem)| problem.as_str())
        .collect();
    assert_eq!(
        problems,
        [
            "it is no preset: its format is not 1",
            "it is no preset: it has 70000 bytes, more than 65536"
        ]
    );

    presets.delete(&path).unwrap();
    assert!(!path.exists());
    let outside = folder.path().join("outside.json");
    fs::write(&outside, "{}").unwrap();
    assert!(matches!(
        presets.delete(&outside),
        Err(PresetError::NotOwn { .. })
    ));
    assert!(outside.exists());
}

/// Two seconds that are a voice, then plucked, then noise; the peak is at -12 dBFS.
fn phrase() -> Vec<f32> {
    let samples = (2.2 * RATE_HZ) as usize;
    let (mut phase, mut seed) = (0.0f64, 1u32);
    let mut sound: Vec<f32> = (0..samples)
        .map(|n| {
            let now_s = n as f64 / RATE_HZ;
            let step = (now_s / 0.4) as usize;
            let pitch_hz =
                [220.0, 261.6, 329.6, 196.0][step % 4] * (1.0 + 0.005 * (33.0 * now_s).sin());
            phase = (phase + pitch_hz / RATE_HZ).fract();
            let since_s = now_s % 0.4;
            let held = (since_s * 40.0).min(1.0)
                * if step >= 2 {
                    (-6.0 * since_s).exp()
                } else {
                    1.0
                };
            let harmonics = (1..=24).map(|h| {
                let formant = 1.0 / (1.0 + ((f64::from(h) * pitch_hz - 800.0) / 400.0).powi(2));
                (std::f64::consts::TAU * phase * f64::from(h)).sin() * (0.1 + formant)
                    / f64::from(h)
            });
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(seed >> 8) / f64::from(1 << 23) - 1.0;
            let tone = if step < 4 {
                held * harmonics.sum::<f64>()
            } else {
                0.0
            };
            let struck = if step == 4 {
                (-25.0 * since_s).exp() * noise
            } else {
                0.0
            };
            (tone + 0.8 * struck + 0.002 * noise) as f32
        })
        .collect();
    let peak = sound.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    sound.iter_mut().for_each(|x| *x *= 0.251 / peak);
    sound
}

fn render(library: &Library, base: &Arc<Base>, preset: &Preset, input: &[f32]) -> Vec<f32> {
    let found = preset.find_targets(library).unwrap();
    let targets = found.map(|entry| entry.map(|entry| library.load(&entry.into()).unwrap()));
    let weights = preset.controls.morph_weights();
    for (target, weight) in targets.iter().zip(weights) {
        assert!(
            target.is_some() || weight == 0.0,
            "{}: a corner is dry",
            preset.name
        );
    }
    let spec = EngineSpec {
        plays: preset.plays,
        ..EngineSpec::alone(RATE_HZ)
    };
    let (mut engine, _) = engine(spec, base.clone(), Corners(targets)).unwrap();
    engine.set_controls(&preset.controls);
    // What an instrument plays: a chord of four, hard.
    for key in [48, 55, 64, 71] {
        engine.take_key(&KeyEvent::On {
            id: None,
            channel: 0,
            key,
            velocity: 1.0,
        });
    }
    let mut output = input.to_vec();
    for block in output.chunks_mut(512) {
        engine.process(&mut [block]);
    }
    output
}

/// Finite, heard, and not clipped.
fn assert_sounds(preset: &Preset, output: &[f32]) {
    let name = &preset.name;
    assert!(output.iter().all(|x| x.is_finite()), "{name}");
    let power: f64 = output.iter().map(|x| f64::from(*x).powi(2)).sum();
    let level_db = 10.0 * (power / output.len() as f64).log10();
    let peak = output.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let peak_db = 20.0 * peak.log10();
    println!("{name:<28} {level_db:>6.1} dB, peak {peak_db:>6.1} dBFS");
    assert!(level_db > -50.0, "{name}: {level_db} dB");
    assert!(peak_db < 0.0, "{name}: a peak of {peak_db} dBFS");
}

/// Also prints how loud they are: `cargo test --release -- --nocapture every_factory_preset_sounds`.
#[test]
fn every_factory_preset_sounds() {
    let library = Library::shipped();
    let base = library.base().unwrap();
    let input = phrase();
    for preset in factory_presets() {
        assert_sounds(preset, &render(&library, &base, preset, &input));
    }
}

#[test]
fn surprises_sound() {
    let library = Library::shipped();
    let base = library.base().unwrap();
    let targets: Vec<TargetRef> = library.entries().iter().map(TargetRef::from).collect();
    let input = phrase();
    for seed in [1, 2, 3, 4, 5, 6] {
        let preset = surprise(seed, &targets, Quality::Full);
        assert_sounds(&preset, &render(&library, &base, &preset, &input));
    }
}

#[test]
fn a_preset_with_an_unknown_target_reads_but_does_not_load() {
    let text = r#"{"format": 1, "name": "x", "targets": {"a": "cello", "b": "kazoo"}}"#;
    let preset = Preset::from_json(text).unwrap();
    let library = Library::shipped();
    let error = preset.find_targets(&library).unwrap_err().to_string();
    assert!(
        error.starts_with("there is no target 'kazoo'; there are"),
        "{error}"
    );
}
