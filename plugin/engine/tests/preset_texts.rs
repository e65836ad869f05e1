//! Presets as others write them: bytes in another order, keys by other names, and what is no file.

#![allow(clippy::unwrap_used)]

use std::fs;

use mynah_engine::{Control, Controls, Plays, Preset, PresetError, PresetFolder};

#[test]
fn a_preset_may_begin_with_a_mark_of_its_bytes_order() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = Preset {
        name: "Größer".to_owned(),
        category: String::new(),
        plays: Plays::Sound,
        about: String::new(),
        targets: Default::default(),
        controls: Controls::neutral(),
    };
    let text = wanted.to_json().unwrap();
    let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(unit);
        mark.into_iter().chain(units).collect::<Vec<u8>>()
    };
    for (name, bytes) in [
        ("utf8.json", format!("\u{feff}{text}").into_bytes()),
        ("little.json", utf16([0xff, 0xfe], u16::to_le_bytes)),
        ("big.json", utf16([0xfe, 0xff], u16::to_be_bytes)),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(Preset::read_file(&path).unwrap(), wanted, "{name}");
    }
    assert_eq!(PresetFolder::new(folder.path()).list().1, []);
    let broken = folder.path().join("broken.json");
    for bytes in [&[0xff, 0xfe, 0x00, 0xd8][..], &[0xff, 0xfe, b'{'], &[0xff]] {
        fs::write(&broken, bytes).unwrap();
        let error = Preset::read_file(&broken).unwrap_err();
        assert!(matches!(error, PresetError::NotAPreset { .. }), "{error}");
    }
}

#[test]
fn a_key_has_several_names() {
    for (name, number) in [
        ("Db", 1.0),
        ("C#", 1.0),
        ("A#", 10.0),
        ("Cb", 11.0),
        ("B#", 0.0),
        ("E\u{266d}", 3.0),
        ("f", 5.0),
        ("Fbb", 3.0),
    ] {
        let text = format!(r#"{{"format": 1, "name": "Key", "controls": {{"key": "{name}"}}}}"#);
        let preset = Preset::from_json(&text).unwrap();
        assert_eq!(preset.controls.get(Control::Key), number, "{name}");
        let mut controls = Controls::neutral();
        controls.set_text(&format!("key={name}")).unwrap();
        assert_eq!(controls.get(Control::Key), number, "{name}");
    }
    for wrong in ["H", "", "#", "C!", "1"] {
        assert!(Control::Key.parse(wrong).is_err(), "{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_preset() {
    use mynah_engine::PresetSource;

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (list, problems) = PresetFolder::new(folder.path()).list();
    assert!(
        list.iter()
            .all(|entry| entry.source == PresetSource::Factory)
    );
    let sentence = "it is no preset: it is not a file".to_owned();
    assert_eq!(problems, [(pipe, sentence)]);
}
