//! Writes the file of a new target.

use std::collections::BTreeMap;

use serde_json::json;

use crate::file::{ByteTensor, FORMAT_VERSION, MemoryInfo, ModelInfo, ModelKind, Tensors, sealed};
use crate::memory::{ROW_VALUES, Recorded};
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};

/// All that a target's file says and holds. Whether it is accepted is asked when it is read: [`ModelInfo`] says what is.
#[derive(Clone, Debug)]
pub struct NewTarget<'a> {
    /// For command lines and file names.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// The base that it is for.
    pub base: &'a ModelInfo,
    /// What it can play.
    pub pitch_range_hz: (f32, f32),
    /// Between which MIDI notes the middle of a phrase lies where it is at home.
    pub home_register_midi: (f32, f32),
    /// Who made the recordings, and their licences.
    pub credits: Vec<String>,
    /// Of the model itself.
    pub licence: String,
    /// `film.scale`, `film.shift`, `head.weight`, `head.bias`.
    pub own: Tensors,
    /// Its recorded notes.
    pub memory: Option<(MemoryInfo, Recorded)>,
}

impl NewTarget<'_> {
    /// The file's bytes, with a checksum; the same target gives the same bytes.
    pub fn bytes(self) -> Vec<u8> {
        let (low_hz, high_hz) = self.pitch_range_hz;
        let (low, high) = self.home_register_midi;
        let base_hash = self.base.hash.to_string();
        let mut metadata: BTreeMap<String, String> = [
            ("mynah_format_version", FORMAT_VERSION.to_string()),
            ("kind", ModelKind::Target.to_string()),
            ("name", self.name),
            ("display_name", self.display_name),
            ("sample_rate_hz", SAMPLE_RATE_HZ.to_string()),
            ("hop_samples", HOP_SAMPLES.to_string()),
            ("frame_samples", FRAME_SAMPLES.to_string()),
            ("architecture", json!(self.base.architecture).to_string()),
            ("base_hash", base_hash),
            ("pitch_range_hz", json!([low_hz, high_hz]).to_string()),
            ("home_register_midi", json!([low, high]).to_string()),
            ("credits", json!(self.credits).to_string()),
            ("licence", self.licence),
            // Nothing reads it any more, but earlier builds refuse a file without it.
            ("default_controls", "{}".to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        let mut tensors = self.own;
        let mut bytes = BTreeMap::new();
        if let Some((info, recorded)) = self.memory {
            metadata.insert("memory".to_owned(), json!(info).to_string());
            put(&info, recorded, &mut tensors, &mut bytes);
        }
        sealed(&tensors, &bytes, metadata)
    }
}

/// Adds the tensors `memory.*` to those of a file.
pub(crate) fn put(
    info: &MemoryInfo,
    recorded: Recorded,
    tensors: &mut Tensors,
    bytes: &mut BTreeMap<&'static str, ByteTensor>,
) {
    let mut floats = vec![
        ("memory.notes", vec![info.notes, 8], recorded.notes),
        ("memory.mean", vec![ROW_VALUES], recorded.mean),
        (
            "memory.basis",
            vec![info.components, ROW_VALUES],
            recorded.basis,
        ),
        ("memory.textures", vec![info.textures, 2], recorded.textures),
    ];
    if info.stretched {
        floats.push(("memory.stretch", vec![info.notes], recorded.stretches));
    }
    for (name, shape, values) in floats {
        tensors.insert(name.to_owned(), shape, values);
    }
    let signed = |values: Vec<i8>| values.into_iter().map(|value| value as u8).collect();
    let codes = signed(recorded.codes);
    let samples = signed(recorded.samples);
    bytes.extend([
        (
            "memory.codes",
            ("I8", vec![info.rows, info.components], codes),
        ),
        (
            "memory.level",
            ("U8", vec![info.rows], recorded.level_half_db),
        ),
        (
            "memory.deviation",
            ("I8", vec![info.rows], signed(recorded.deviation_cents)),
        ),
        (
            "memory.samples",
            ("I8", vec![info.texture_samples], samples),
        ),
    ]);
}
