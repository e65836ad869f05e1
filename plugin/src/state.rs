//! What a session remembers besides the parameters: the targets by name and content, and the
//! editor's size.
//!
//! A state is JSON written by nice-plug. A target is stored twice: as the parameter's index (what
//! automation speaks) and as name and content hash (what is meant). When a state is loaded the
//! latter decides: [`repair`] puts the index of exactly that model in place, or [`MISSING_SLOT`].
//! A missing model's reference is kept and saved again unchanged, and nothing else is ever played
//! in its stead, with one exception: a shipped model that has been retrained plays in the place of the
//! shipped one of its name, which the editor says, and both references are kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mynah_engine::{Control, ControlInfo, ControlKind, Source};
use mynah_models::ModelInfo;
use nice_plug::params::persist::PersistentField;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;
use serde::{Deserialize, Serialize};

use crate::params::{Automated, MISSING_SLOT, MORPH_SLOTS, TargetParam, target_defaults};
use crate::targets::{Catalogue, Entry, Found};

/// Longest name or hash taken from a state, bytes: a state may come from anywhere.
const MAX_REFERENCE_BYTES: usize = 256;

/// A target as a session names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTarget {
    /// The model's name, such as `cello`; empty when nothing was chosen.
    pub name: String,
    /// BLAKE3 of the model file, lower-case hex; empty matches any content.
    pub hash: String,
    /// The same of the shipped model that played in its place when the state was saved, because it had been retrained;
    /// empty if none did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plays: String,
}

impl SavedTarget {
    /// The reference to a model that is here.
    pub fn of(info: &ModelInfo) -> Self {
        Self {
            name: info.name.clone(),
            hash: info.hash.to_string(),
            plays: String::new(),
        }
    }

    /// Whether a model of the catalogue is what became of this one: a shipped one of the same name, but not the same
    /// content.
    pub(crate) fn became(&self, entry: &Entry) -> bool {
        *entry.source() == Source::Shipped
            && entry.info().name.eq_ignore_ascii_case(&self.name)
            && !self.hash.is_empty()
            && entry.info().hash.to_string() != self.hash
    }
}

/// Locks even if a thread panicked while holding the lock: the value is plain data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The persisted side of the target parameters. Main thread only; the audio thread reads the indices.
pub struct SavedTargets(Arc<Automated>);

impl SavedTargets {
    pub(crate) fn new(automated: Arc<Automated>) -> Self {
        Self(automated)
    }

    /// The references that a save would write now, A to D.
    pub fn current(&self) -> [SavedTarget; MORPH_SLOTS] {
        self.0.targets.each_ref().map(TargetParam::saved)
    }
}

impl PersistentField<'_, [SavedTarget; MORPH_SLOTS]> for SavedTargets {
    fn set(&self, new_value: [SavedTarget; MORPH_SLOTS]) {
        // What was set before is of no account any more.
        self.0.release();
        for (target, saved) in self.0.targets.iter().zip(new_value) {
            target.keep(saved);
        }
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&[SavedTarget; MORPH_SLOTS]) -> R,
    {
        f(&self.current())
    }
}

/// The editor's size in logical pixels. Any thread.
pub struct EditorSize(AtomicU64);

impl EditorSize {
    /// Size of an editor that was never resized, logical pixels.
    pub const DEFAULT: (u32, u32) = (1200, 800);
    /// Smallest size that is restored, logical pixels; the editor scrolls what does not fit.
    pub const MIN: (u32, u32) = (640, 480);
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

/// The value of a control as a state holds it.
fn param_value(info: &ControlInfo, number: f32) -> ParamValue {
    match info.kind {
        ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share => {
            ParamValue::F32(number)
        }
        ControlKind::Whole | ControlKind::Choice(_) | ControlKind::Notes => {
            ParamValue::I32(number as i32)
        }
        ControlKind::Switch => ParamValue::Bool(number >= 0.5),
    }
}

/// The number that a state's value of a control stands for; `None` if it can take no such value. Choices may be
/// given by name.
fn number(control: Control, value: &ParamValue) -> Option<f32> {
    let kind = control.info().kind;
    match (kind, value) {
        (
            ControlKind::Continuous | ControlKind::Tapered | ControlKind::Share,
            ParamValue::F32(number),
        ) => number.is_finite().then_some(*number),
        (
            ControlKind::Whole | ControlKind::Choice(_) | ControlKind::Notes,
            ParamValue::I32(number),
        ) => Some(*number as f32),
        (ControlKind::Choice(_), ParamValue::String(name)) => control.parse(name).ok(),
        (ControlKind::Switch, ParamValue::Bool(on)) => Some(f32::from(u8::from(*on))),
        _ => None,
    }
}

/// Makes a state safe and consistent before its values are taken over: numbers within their ranges,
/// and the targets' indices those of the models the state names. A control that it lacks, because an older
/// version wrote it, gets its neutral value, so that the session sounds as it did; one whose value is
/// damaged gets its default. So a session never depends on what was set before it was loaded.
pub(crate) fn repair(state: &mut PluginState, catalogue: &Catalogue) {
    let mut params = std::mem::take(&mut state.params);
    for control in Control::ALL {
        let info = control.info();
        let number = match params.remove(info.id) {
            None => info.neutral,
            Some(value) => number(*control, &value).unwrap_or(info.default),
        };
        let value = param_value(info, info.in_range(number));
        state.params.insert(info.id.to_owned(), value);
    }
    let saved = saved_targets(state);
    for ((id, default), saved) in target_defaults().zip(&saved) {
        let index = match params.remove(id) {
            Some(ParamValue::I32(slot)) => Some(slot.clamp(0, MISSING_SLOT)),
            _ => None,
        };
        let slot = match (saved, index) {
            (Some(saved), _) if !saved.name.is_empty() => {
                let found = catalogue.find(saved);
                found.map_or(MISSING_SLOT, |found| found.slot())
            }
            // Nothing was chosen, which a model that stands there now must not change.
            (Some(_), Some(slot)) if catalogue.entry(slot).is_none() => slot,
            (Some(_), _) => MISSING_SLOT,
            (None, Some(slot)) => slot,
            (None, None) => default,
        };
        state.params.insert(id.to_owned(), ParamValue::I32(slot));
    }
    let mut saved = saved.map(Option::unwrap_or_default);
    for saved in &mut saved {
        // What played then is gone as well: the one that plays now is news.
        if let Some(Found::Retrained(_)) = catalogue.find(saved) {
            saved.plays.clear();
        }
    }
    // Written in any case: the references of a state that was loaded before would stay.
    if let Ok(saved) = serde_json::to_string(&saved) {
        state.fields.insert("targets".to_owned(), saved);
    }
}

/// The references of a state, empty ones where nothing was chosen; `None` where it has none that can be used.
fn saved_targets(state: &PluginState) -> [Option<SavedTarget>; MORPH_SLOTS] {
    let field = state.fields.get("targets");
    let saved: Option<Vec<SavedTarget>> = field.and_then(|field| serde_json::from_str(field).ok());
    let short = |text: &str| text.len() <= MAX_REFERENCE_BYTES;
    let mut saved = saved.unwrap_or_default().into_iter().map(|saved| {
        let usable = short(&saved.name) && short(&saved.hash) && short(&saved.plays);
        usable.then_some(saved)
    });
    std::array::from_fn(|_| saved.next().flatten())
}
