//! `params`, `presets` and help, and what a bounce makes of presets and settings.
#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use common::{Desk, json, mynah, names_in, read_wav, run, succeed, write_tone};
use mynah_engine::{
    CONTROLS, CORNER_INFOS, Control, Controls, Corners, EngineSpec, Library, Preset, Survey,
    TargetRef, engine, factory_presets,
};
use serde_json::Value;

/// A tone to try settings with, and where it lies.
struct Tone {
    desk: Desk,
    input: Vec<f32>,
}

impl Tone {
    fn new() -> Tone {
        let desk = Desk::new();
        let input = write_tone(&desk.at("in.wav"), 48_000, 1, 0.5);
        Tone { desk, input }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.desk.at(name)
    }

    /// The tone's bounce with these options, as long as the tone.
    fn bounce(&self, options: &[&str]) -> Vec<f32> {
        let mut arguments: Vec<OsString> = vec!["bounce".into(), self.at("in.wav").into()];
        arguments.extend(["-fq", "--float", "-o"].map(OsString::from));
        arguments.push(self.at("out.wav").into());
        arguments.extend(options.iter().map(OsString::from));
        succeed(arguments);
        let mut output = read_wav(&self.at("out.wav")).1;
        output.truncate(self.input.len());
        output
    }

    /// What the engine makes of the tone.
    fn played(&self, targets: [Option<&str>; 4], controls: &Controls) -> Vec<f32> {
        let library = Library::shipped();
        let targets = targets.map(|name| {
            let name = name?.to_owned();
            Some(library.load(&TargetRef { name, hash: None }).unwrap())
        });
        let spec = EngineSpec::alone(48_000.0);
        let base = library.base().unwrap();
        let mut survey = Survey::new(48_000.0).unwrap();
        survey.hear(&[&self.input]);
        let corners = Corners(targets);
        let octave = survey.octave(&corners, controls);
        let (mut engine, _) = engine(spec, base, corners).unwrap();
        engine.set_controls(controls);
        engine.set_octave(Some(octave));
        let latency = engine.latency_samples() as usize;
        let mut output = self.input.clone();
        output.extend(vec![0.0; latency]);
        for block in output.chunks_mut(100) {
            engine.process(&mut [block]);
        }
        output.split_off(latency)
    }

    fn preset(&self, name: &str, text: &str) -> String {
        let path = self.at(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn refused(&self, clue: &str, options: &[&str]) {
        let mut arguments: Vec<OsString> = vec!["bounce".into(), self.at("in.wav").into()];
        arguments.push("-o".into());
        arguments.push(self.at("refused.wav").into());
        arguments.extend(options.iter().map(OsString::from));
        let output = run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(clue), "'{clue}' is not in: {stderr}");
        assert!(!self.at("refused.wav").exists());
    }
}

const OWN: &str = r#"{"format": 1, "name": "My Two", "targets": {"a": "cello", "b": "flute"},
    "controls": {"morph_x": 0.3, "octave": -1, "mode": "auto", "brightness": 1.5}}"#;

#[test]
fn a_preset_is_the_engine_with_the_same_controls() {
    let tone = Tone::new();
    let file = tone.preset("two.json", OWN);
    let mut controls = Controls::neutral();
    for setting in ["morph_x=0.3", "octave=-1", "mode=auto", "brightness=1.5"] {
        controls.set_text(setting).unwrap();
    }
    let expected = tone.played([Some("cello"), Some("flute"), None, None], &controls);
    assert_eq!(tone.bounce(&["--preset", &file]), expected);

    let factory = &factory_presets()[0];
    let names = factory
        .targets
        .each_ref()
        .map(|target| Some(target.as_ref()?.name.as_str()));
    let expected = tone.played(names, &factory.controls);
    for name in [
        factory.name.clone(),
        factory.name.to_uppercase(),
        factory.file_stem(),
    ] {
        assert_eq!(tone.bounce(&["-p", &name]), expected, "{name}");
    }
}

#[test]
fn a_preset_says_nothing_of_the_channels() {
    let tone = Tone::new();
    let file = tone.preset("two.json", OWN);
    let wide = OWN.replace(r#""controls": {"#, r#""controls": {"channels": "stereo", "#);
    let wide = tone.preset("wide.json", &wide);
    write_tone(&tone.at("in.wav"), 48_000, 2, 0.5);
    let [plain, named] = [&file, &wide].map(|preset| tone.bounce(&["--preset", preset]));
    assert_eq!(plain, named);
    let stereo = tone.bounce(&["--preset", &wide, "--set", "channels=stereo"]);
    assert_ne!(plain, stereo);
}

#[test]
fn options_change_a_preset_and_settings_change_both() {
    let tone = Tone::new();
    let file = tone.preset("two.json", OWN);
    let read = Preset::read_file(Path::new(&file)).unwrap().controls;
    let of = |names: [Option<&str>; 4], octave: f32, mix: f32| {
        let controls = read.with(Control::Octave, octave).with(Control::Mix, mix);
        tone.played(names, &controls)
    };
    let flute = Some("flute");
    let options = ["-p", &file, "--target", "violin", "--octave", "1"];
    assert_eq!(
        tone.bounce(&options),
        of([Some("violin"), flute, None, None], 1.0, 1.0)
    );
    let mut more = options.to_vec();
    more.extend([
        "--set",
        "octave=0",
        "--set",
        "target=piano",
        "--set",
        "mix=0.5",
    ]);
    let piano = [Some("piano"), flute, None, None];
    assert_eq!(tone.bounce(&more), of(piano, 0.0, 0.5));
    more.extend(["--set", "target_b = Violin", "--set", "target_d=guitar"]);
    let four = [Some("piano"), Some("violin"), None, Some("guitar")];
    assert_eq!(tone.bounce(&more), of(four, 0.0, 0.5));
}

#[test]
fn targets_are_set_without_a_preset() {
    let tone = Tone::new();
    let morph = Controls::default().with(Control::MorphX, 0.5);
    let expected = tone.played([Some("cello"), Some("flute"), None, None], &morph);
    let settings = ["--set", "morph_x=0.5", "--set", "target_b=flute"];
    let with = |first: &[&str]| tone.bounce(&[first, &settings].concat());
    assert_eq!(with(&["--target", "cello"]), expected);
    assert_eq!(with(&["--set", "target=cello"]), expected);
}

#[test]
fn what_cannot_be_played_is_refused() {
    let tone = Tone::new();
    let kazoo = OWN.replace("flute", "kazoo");
    let loud = OWN.replace("1.5", "15");
    let (kazoo, loud) = (
        tone.preset("kazoo.json", &kazoo),
        tone.preset("loud.json", &loud),
    );
    let own_text = tone.preset("text.json", "a few words");
    for (clue, options) in [
        ("unknown preset 'nothing'", &["-p", "nothing"][..]),
        ("no target 'kazoo'", &["-p", &kazoo]),
        ("brightness = 15 is out of range", &["-p", &loud]),
        ("no preset: expected value", &["-p", &own_text]),
        (
            "unknown target 'kazoo'",
            &["-t", "cello", "--set", "target_c=kazoo"],
        ),
        ("there is no target: give", &["--set", "mix=1"]),
        ("--target", &["--mix", "1"]),
    ] {
        tone.refused(clue, options);
    }
}

#[test]
fn outputs_are_named_after_the_preset() {
    let tone = Tone::new();
    let file = tone.preset("two.json", OWN);
    let mut arguments: Vec<OsString> = vec!["bounce".into(), tone.at("in.wav").into()];
    arguments.extend(["-q", "-p", &file, "--out-dir"].map(OsString::from));
    arguments.push(tone.at("out").into());
    succeed(arguments);
    assert_eq!(names_in(&tone.at("out")), ["in-my-two.wav"]);
}

#[test]
fn every_parameter_is_listed() {
    let params: Vec<Value> = json(&["params", "--json"]);
    assert_eq!(params.len(), CORNER_INFOS.len() + CONTROLS.len());
    let plain = succeed(["params"]);
    for (corner, param) in CORNER_INFOS.iter().zip(&params) {
        assert_eq!(
            (&param["id"], &param["kind"]),
            (&corner.id.into(), &"target".into())
        );
        let choices = param["choices"].as_array().unwrap();
        assert!(choices.contains(&"cello".into()));
        assert!(plain.contains(&format!("  {} ", corner.id)));
    }
    for control in Control::ALL {
        let info = control.info();
        let param = params.iter().find(|param| param["id"] == info.id).unwrap();
        assert_eq!(param["name"], info.name);
        assert_eq!(param["group"], info.group.name());
        assert_eq!(param["unit"], info.unit);
        assert_eq!(param["tooltip"], info.tooltip);
        // What it says is the default is read as such.
        let default = match &param["default"] {
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        assert_eq!(control.parse(&default).unwrap(), info.default, "{control}");
        if let Some(min) = param["min"].as_f64() {
            let range = (min as f32, param["max"].as_f64().unwrap() as f32);
            assert_eq!(range, (info.min, info.max));
        } else if let Some(choices) = param["choices"].as_array() {
            for choice in choices {
                assert!(control.parse(choice.as_str().unwrap()).is_ok());
            }
        }
        assert!(plain.contains(info.tooltip), "{control}");
    }
}

#[test]
fn presets_are_listed_with_the_players_own() {
    let data = tempfile::tempdir().unwrap();
    let own = data.path().join("mynah/presets");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("two.json"), OWN).unwrap();
    std::fs::write(own.join("bad.json"), "{}").unwrap();
    let mut command = mynah();
    command.env("XDG_DATA_HOME", data.path());
    let output = command.args(["presets", "--json"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("bad.json' is left out: it is no preset"),
        "{stderr}"
    );
    let presets: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(presets.len(), factory_presets().len() + 1);
    for (listed, preset) in presets.iter().zip(factory_presets()) {
        assert_eq!(listed["name"], preset.name);
        assert_eq!(listed["source"], "factory");
        assert_eq!(&Preset::from_json(&listed.to_string()).unwrap(), preset);
    }
    let mine = presets.last().unwrap();
    assert_eq!(mine["targets"]["b"], "flute");
    assert!(mine["source"].as_str().unwrap().ends_with("two.json"));

    let plain = succeed(["presets"]);
    assert_eq!(plain.lines().count(), factory_presets().len());
}

#[test]
fn help_and_version_succeed() {
    for arguments in [["--help"], ["--version"]] {
        assert!(!succeed(arguments).is_empty());
    }
    let folder = tempfile::tempdir().unwrap();
    write_tone(&folder.path().join("in.wav"), 48_000, 1, 0.1);
    assert!(succeed(["bounce", "--help"]).contains("--out-dir"));
}
