//! What the training computes, for the tests that hold the evaluation against it. `models/tests/golden/make_evaluation.py`
//! wrote it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use safetensors::SafeTensors;
use serde::Deserialize;

use super::split::Part;

const TENSORS: &[u8] = include_bytes!("../../tests/golden/evaluation.safetensors");
const FACTS: &str = include_str!("../../tests/golden/evaluation.json");

/// Side of the split, by the training's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Validation,
    Judge,
    Train,
}

impl From<Part> for Side {
    fn from(part: Part) -> Side {
        match part {
            Part::Validation => Side::Validation,
            Part::Judge => Side::Judge,
            Part::Training => Side::Train,
        }
    }
}

/// What the training makes of a recorded note in a manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Recorded {
    pub(super) instrument: String,
    pub(super) articulation: String,
    pub(super) midi: i32,
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) decays: bool,
}

/// Sizes and limits of the training's losses of texture.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Texture {
    pub(super) flux_window: usize,
    pub(super) flux_hop: usize,
    pub(super) flux_bands: usize,
    pub(super) noise_window: usize,
    pub(super) lowest_hz: f64,
    pub(super) lobe_bins: f64,
    pub(super) band_edges_hz: Vec<f64>,
    pub(super) highest_ratio_db: f64,
    pub(super) quiet_power: f64,
}

/// What has no tensors.
#[derive(Deserialize)]
pub(super) struct Facts {
    /// By instrument and MIDI number.
    pub(super) note_sides: BTreeMap<String, BTreeMap<i32, Side>>,
    /// By file name.
    pub(super) score_sides: BTreeMap<String, Side>,
    pub(super) recordings: Vec<Recorded>,
    /// Onset and duration in seconds, MIDI number, velocity (0 to 1).
    pub(super) score_notes: Vec<(f64, f64, i32, f64)>,
    pub(super) reach_semitones: i32,
    pub(super) texture: Texture,
}

pub(super) fn facts() -> Facts {
    serde_json::from_str(FACTS).unwrap()
}

/// The bytes of a tensor.
pub(super) fn bytes(name: &str) -> Vec<u8> {
    let file = SafeTensors::deserialize(TENSORS).unwrap();
    file.tensor(name).unwrap().data().to_vec()
}

/// A tensor of floats, flat.
fn floats(name: &str) -> Vec<f32> {
    let bytes = bytes(name);
    let values = bytes.as_chunks::<4>().0;
    values.iter().map(|&x| f32::from_le_bytes(x)).collect()
}

/// A signal of 16 bits at 48 kHz: `source` or `rendering`.
pub(super) fn signal(name: &str) -> Vec<f32> {
    let bytes = bytes(name);
    let samples = bytes.as_chunks::<2>().0;
    samples
        .iter()
        .map(|&x| f32::from(i16::from_le_bytes(x)) / 32_768.0)
        .collect()
}

/// Both have as many values, each within `absolute` plus `relative` times the training's of it.
#[track_caller]
pub(super) fn assert_near(name: &str, actual: &[f32], absolute: f32, relative: f32) {
    let expected = floats(name);
    assert_eq!(actual.len(), expected.len(), "{name}");
    let errors = actual.iter().zip(&expected).map(|(a, e)| (a - e).abs());
    let largest = errors.fold(0.0, f32::max);
    println!("{name}: largest error {largest:.2e}");
    for (place, (a, e)) in actual.iter().zip(&expected).enumerate() {
        let allowed = absolute + relative * e.abs();
        assert!((a - e).abs() <= allowed, "{name}: {a} for {e} at {place}");
    }
}
