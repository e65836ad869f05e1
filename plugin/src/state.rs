//! What a session remembers besides the parameters: the target by name and content, and the
//! editor's size.
//!
//! A state is JSON written by nice-plug. The target is stored twice: as the parameter's index (what
//! automation speaks) and as name and content hash (what is meant). When a state is loaded the
//! latter decides: [`repair`] puts the index of exactly that model in place, or [`MISSING_SLOT`].
//! A missing model's reference is kept and saved again unchanged, and nothing else is ever played
//! in its stead.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mynah_engine::Controls;
use nice_plug::params::persist::PersistentField;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;
use serde::{Deserialize, Serialize};

use crate::params::{MISSING_SLOT, TargetParams};
use crate::targets::{Catalogue, catalogue};

/// Longest name or hash taken from a state, bytes: a state may come from anywhere.
const MAX_REFERENCE_BYTES: usize = 256;

/// A target as a session names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTarget {
    /// The model's name, such as `cello`; empty when nothing was chosen.
    pub name: String,
    /// BLAKE3 of the model file, lower-case hex; empty matches any content.
    pub hash: String,
}

/// Locks even if a thread panicked while holding the lock: the value is plain data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The persisted side of the target parameter. Main thread only; the audio thread reads the index.
pub struct SelectedTarget {
    target: Arc<TargetParams>,
    /// What the last loaded state named; what is meant while the index is [`MISSING_SLOT`].
    kept: Arc<Mutex<SavedTarget>>,
}

impl SelectedTarget {
    pub(crate) fn new(target: Arc<TargetParams>, kept: Arc<Mutex<SavedTarget>>) -> Self {
        Self { target, kept }
    }

    /// The reference that a save would write now.
    pub fn current(&self) -> SavedTarget {
        let slot = self.target.index.unmodulated_plain_value();
        if let Some(entry) = catalogue().entry(slot) {
            return SavedTarget {
                name: entry.info().name.clone(),
                hash: entry.info().hash.to_string(),
            };
        }
        if slot == MISSING_SLOT {
            lock(&self.kept).clone()
        } else {
            SavedTarget::default()
        }
    }
}

impl PersistentField<'_, SavedTarget> for SelectedTarget {
    fn set(&self, new_value: SavedTarget) {
        *lock(&self.kept) = new_value;
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&SavedTarget) -> R,
    {
        f(&self.current())
    }
}

/// The editor's size in logical pixels. Any thread.
pub struct EditorSize(AtomicU64);

impl EditorSize {
    /// Size of an editor that was never resized, logical pixels.
    pub const DEFAULT: (u32, u32) = (960, 600);
    /// Smallest size at which everything still fits, logical pixels.
    pub const MIN: (u32, u32) = (760, 500);
    /// Largest size that is restored, logical pixels.
    pub const MAX: (u32, u32) = (2400, 1600);

    /// Width and height, within [`Self::MIN`] and [`Self::MAX`].
    pub fn get(&self) -> (u32, u32) {
        let packed = self.0.load(Ordering::Relaxed);
        ((packed >> 32) as u32, packed as u32)
    }

    /// Remembers a size, brought into the allowed range.
    pub fn store(&self, width: u32, height: u32) {
        let width = width.clamp(Self::MIN.0, Self::MAX.0);
        let height = height.clamp(Self::MIN.1, Self::MAX.1);
        self.0.store(
            u64::from(width) << 32 | u64::from(height),
            Ordering::Relaxed,
        );
    }
}

impl Default for EditorSize {
    fn default() -> Self {
        let size = Self(AtomicU64::new(0));
        size.store(Self::DEFAULT.0, Self::DEFAULT.1);
        size
    }
}

impl PersistentField<'_, (u32, u32)> for EditorSize {
    fn set(&self, new_value: (u32, u32)) {
        self.store(new_value.0, new_value.1);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&(u32, u32)) -> R,
    {
        f(&self.get())
    }
}

/// What stands for values that a state lacks.
fn defaults() -> [(&'static str, ParamValue); 9] {
    let controls = Controls::default();
    [
        ("target", ParamValue::I32(0)),
        ("mode", ParamValue::String("track".to_owned())),
        ("octave", ParamValue::I32(controls.octave)),
        ("input_gain", ParamValue::F32(controls.input_gain_db)),
        ("drive", ParamValue::F32(controls.drive)),
        ("mix", ParamValue::F32(controls.mix)),
        ("output_gain", ParamValue::F32(controls.output_gain_db)),
        ("bypass", ParamValue::Bool(controls.bypass)),
        ("quality", ParamValue::String("full".to_owned())),
    ]
}

/// Whether a parameter can take this value at all.
fn is_usable(id: &str, value: &ParamValue) -> bool {
    match (id, value) {
        ("input_gain" | "drive" | "mix" | "output_gain", ParamValue::F32(number)) => {
            number.is_finite()
        }
        ("target" | "octave" | "mode" | "quality", ParamValue::I32(_))
        | ("bypass", ParamValue::Bool(_)) => true,
        ("mode", ParamValue::String(id)) => id == "track" || id == "follow",
        ("quality", ParamValue::String(id)) => id == "eco" || id == "full",
        _ => false,
    }
}

/// Makes a state safe and consistent before its values are taken over: numbers within their ranges,
/// and the target's index that of the model the state names. What it lacks, because an older version
/// wrote it or because it is damaged, gets its default, so that a session never depends on what was
/// set before it was loaded.
pub(crate) fn repair(state: &mut PluginState, catalogue: &Catalogue) {
    state.params.retain(|id, value| is_usable(id, value));
    for (id, value) in defaults() {
        state.params.entry(id.to_owned()).or_insert(value);
    }
    for (id, value) in &mut state.params {
        match (id.as_str(), value) {
            ("input_gain" | "output_gain", ParamValue::F32(gain_db)) => {
                *gain_db = gain_db.clamp(-24.0, 24.0);
            }
            ("mix" | "drive", ParamValue::F32(share)) => *share = share.clamp(0.0, 1.0),
            ("octave", ParamValue::I32(octave)) => *octave = (*octave).clamp(-2, 2),
            ("target", ParamValue::I32(slot)) => *slot = (*slot).clamp(0, MISSING_SLOT),
            ("mode", ParamValue::I32(mode)) => *mode = (*mode).clamp(0, 1),
            _ => {}
        }
    }

    let field = state.fields.get("target");
    let saved = field
        .and_then(|field| serde_json::from_str::<SavedTarget>(field).ok())
        .filter(|saved| {
            saved.name.len() <= MAX_REFERENCE_BYTES && saved.hash.len() <= MAX_REFERENCE_BYTES
        })
        .unwrap_or_default();
    if saved.name.is_empty() {
        // Not left out: the reference of a state that was loaded before would stay.
        if let Ok(nothing) = serde_json::to_string(&SavedTarget::default()) {
            state.fields.insert("target".to_owned(), nothing);
        }
        return;
    }
    let slot = catalogue.find(&saved).unwrap_or(MISSING_SLOT);
    state
        .params
        .insert("target".to_owned(), ParamValue::I32(slot));
}
