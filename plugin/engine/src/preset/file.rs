//! A preset as a JSON text.

use mynah_models::CORNERS;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Preset, PresetError};
use crate::controls::{Control, ControlError, ControlKind, Controls, Plays};
use crate::library::TargetRef;

/// No preset file may be larger: 64 KiB, about thirty times what one needs.
pub const MAX_PRESET_FILE_BYTES: u64 = 64 << 10;
/// The format that is written, and the newest that is read.
pub(super) const FORMAT: u64 = 1;

/// Most characters of the texts, and fewest of a name.
const MAX_NAME_CHARS: usize = 64;
const MAX_CATEGORY_CHARS: usize = 32;
const MAX_ABOUT_CHARS: usize = 300;
/// Most characters of a target's name.
const MAX_TARGET_CHARS: usize = 64;

/// What a preset of the instrument says that it plays; those of the effect say nothing.
const KEYS: &str = "keys";

const CORNER_KEYS: [&str; CORNERS] = ["a", "b", "c", "d"];

/// The file as it is read. Other keys are left alone.
#[derive(Deserialize)]
struct Read {
    name: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    plays: String,
    #[serde(default)]
    targets: Map<String, Value>,
    #[serde(default)]
    controls: Map<String, Value>,
}

/// The file as it is written.
#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    name: &'a str,
    category: &'a str,
    about: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plays: Option<&'static str>,
    #[serde(serialize_with = "targets")]
    targets: &'a [Option<TargetRef>; CORNERS],
    #[serde(serialize_with = "controls")]
    controls: &'a Controls,
}

impl Preset {
    /// Reads a preset's text. Controls that it does not name are neutral; the channels that older ones name are not read.
    ///
    /// # Errors
    /// If it is no preset, of a newer format, or holds what no control takes. Whether its targets are
    /// installed is not asked here.
    pub fn from_json(text: &str) -> Result<Preset, PresetError> {
        // Some editors write it before everything else.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let size_bytes = text.len() as u64;
        if size_bytes > MAX_PRESET_FILE_BYTES {
            return Err(PresetError::TooLarge { size_bytes });
        }
        let not_a_preset = |error: serde_json::Error| PresetError::NotAPreset {
            reason: error.to_string(),
        };
        let value: Value = serde_json::from_str(text).map_err(not_a_preset)?;
        match value.get("format").and_then(Value::as_u64) {
            Some(FORMAT) => {}
            Some(found) if found > FORMAT => return Err(PresetError::NewerFormat { found }),
            _ => {
                let reason = format!("its format is not {FORMAT}");
                return Err(PresetError::NotAPreset { reason });
            }
        }
        let read: Read = serde_json::from_value(value).map_err(not_a_preset)?;
        let mut preset = Preset {
            name: read.name.trim().to_owned(),
            category: read.category.trim().to_owned(),
            about: read.about.trim().to_owned(),
            plays: if read.plays == KEYS {
                Plays::Keys
            } else {
                Plays::Sound
            },
            targets: [const { None }; CORNERS],
            controls: Controls::neutral(),
        };
        preset.check_texts()?;
        for (corner, target) in read.targets {
            let position = CORNER_KEYS.iter().position(|known| *known == corner);
            let position = position.ok_or(PresetError::UnknownCorner { corner })?;
            preset.targets[position] = read_target(&target)?;
        }
        for (id, value) in &read.controls {
            let control =
                Control::of(id).ok_or_else(|| ControlError::Unknown { id: id.to_owned() })?;
            match control {
                Control::Bypass => return Err(PresetError::Bypass),
                // Presets once held them.
                Control::Channels => continue,
                _ => {}
            }
            preset.controls.set(control, read_value(control, value)?);
        }
        Ok(preset)
    }

    /// The preset's text: all controls that are [`parts`](Self::parts) of it, in the order of the table.
    ///
    /// # Errors
    /// If a text of it is too long, or the name is missing.
    pub fn to_json(&self) -> Result<String, PresetError> {
        self.check_texts()?;
        let written = Written {
            format: FORMAT,
            name: &self.name,
            category: &self.category,
            about: &self.about,
            plays: (self.plays == Plays::Keys).then_some(KEYS),
            targets: &self.targets,
            controls: &self.controls,
        };
        let text = serde_json::to_string_pretty(&written);
        let text = text.map_err(|error| PresetError::NotAPreset {
            reason: error.to_string(),
        })?;
        Ok(text + "\n")
    }

    fn check_texts(&self) -> Result<(), PresetError> {
        for (field, text, min_chars, max_chars) in [
            ("name", &self.name, 1, MAX_NAME_CHARS),
            ("category", &self.category, 0, MAX_CATEGORY_CHARS),
            ("description", &self.about, 0, MAX_ABOUT_CHARS),
        ] {
            let found_chars = text.trim().chars().count();
            let fits = (min_chars..=max_chars).contains(&found_chars);
            if !fits || text.chars().any(char::is_control) {
                return Err(PresetError::BadText {
                    field,
                    min_chars,
                    max_chars,
                    found_chars,
                });
            }
        }
        Ok(())
    }
}

/// A target: its name, or an object of name and hash; null is none.
fn read_target(value: &Value) -> Result<Option<TargetRef>, PresetError> {
    let bad = |value: &Value, wanted| PresetError::BadTarget {
        value: value.to_string().chars().take(MAX_TARGET_CHARS).collect(),
        wanted,
    };
    let (name, hash) = match value {
        Value::Null => return Ok(None),
        Value::Object(parts) => (parts.get("name").unwrap_or(value), parts.get("hash")),
        name => (name, None),
    };
    let is_name = |name: &&str| (1..=MAX_TARGET_CHARS).contains(&name.chars().count());
    let name = name
        .as_str()
        .filter(is_name)
        .ok_or_else(|| bad(name, "the name of a target"))?;
    let hash = hash.filter(|hash| !hash.is_null()).map(|hash| {
        let digits = hash.as_str().and_then(|digits| digits.parse().ok());
        digits.ok_or_else(|| bad(hash, "the hash of a model (64 hex digits)"))
    });
    Ok(Some(TargetRef {
        name: name.to_owned(),
        hash: hash.transpose()?,
    }))
}

fn read_value(control: Control, value: &Value) -> Result<f32, PresetError> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Ok(control.parse(&text)?)
}

fn targets<S: Serializer>(
    targets: &[Option<TargetRef>; CORNERS],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (corner, target) in CORNER_KEYS.iter().zip(targets) {
        match target {
            None => {}
            Some(TargetRef { name, hash: None }) => map.serialize_entry(corner, name)?,
            Some(TargetRef {
                name,
                hash: Some(hash),
            }) => {
                let parts = serde_json::json!({ "name": name, "hash": hash.to_string() });
                map.serialize_entry(corner, &parts)?;
            }
        }
    }
    map.end()
}

fn controls<S: Serializer>(controls: &&Controls, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Preset::parts().map(|control| {
        let number = controls.get(control);
        (control.info().id, written_value(control, number))
    }))
}

fn written_value(control: Control, number: f32) -> Value {
    let text = control.written(number);
    match control.info().kind {
        ControlKind::Switch => Value::Bool(number >= 0.5),
        ControlKind::Choice(_) | ControlKind::Notes => Value::String(text),
        ControlKind::Whole => Value::from(number as i64),
        // As a number of few digits: 0.3, not 0.30000001192092896.
        ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share => {
            Value::from(text.parse::<f64>().unwrap_or(f64::from(number)))
        }
    }
}
