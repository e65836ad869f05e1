//! The parameters that choose the targets.

use std::sync::{Arc, Mutex};

use mynah_engine::SLOTS;
use nice_plug::prelude::*;

use crate::state::{SavedTarget, lock};
use crate::targets::catalogue;

/// How many targets a target parameter can name. Fixed, so that automation written against it
/// keeps its meaning when models are added.
pub const TARGET_SLOTS: usize = 64;

/// The value of a target parameter that stands for a model the state names but this machine does
/// not have. The dry signal passes.
pub const MISSING_SLOT: i32 = TARGET_SLOTS as i32;

/// What the targets are called on the morph pad.
pub const SLOT_NAMES: [&str; super::MORPH_SLOTS] = ["A", "B", "C", "D"];

/// One of the parameters that choose a target.
pub struct TargetParam {
    place: usize,
    /// Index into [`catalogue`], 0..=[`MISSING_SLOT`].
    pub index: IntParam,
    /// What the last loaded state named; what is meant while the index is [`MISSING_SLOT`], or while the model plays that
    /// became of it.
    pub(crate) kept: Arc<Mutex<SavedTarget>>,
}

impl TargetParam {
    /// The parameter of the target at `place` (0 to 3 for A to D).
    pub(super) fn new(place: usize) -> Self {
        let kept = Arc::new(Mutex::new(SavedTarget::default()));
        let named = kept.clone();
        let range = IntRange::Linear {
            min: 0,
            max: MISSING_SLOT,
        };
        let index = IntParam::new(SLOTS[place].name, default_slot(place), range)
            .with_value_to_string(Arc::new(move |slot| slot_name(slot, &named)))
            .with_string_to_value(Arc::new(|text| {
                catalogue().find_name(text).or_else(|| text.parse().ok())
            }));
        Self { place, index, kept }
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        SLOTS[self.place].id
    }

    /// The chosen slot as the audio thread hears it, modulation included.
    pub fn slot(&self) -> i32 {
        self.index.value()
    }

    /// The chosen slot as the player set it.
    pub fn chosen_slot(&self) -> i32 {
        self.index.unmodulated_plain_value()
    }

    /// Chooses a slot: a whole gesture.
    pub fn choose(&self, setter: &ParamSetter<'_>, slot: i32) {
        setter.begin_set_parameter(&self.index);
        setter.set_parameter(&self.index, slot);
        setter.end_set_parameter(&self.index);
    }

    /// The normalized value of a slot.
    pub(crate) fn normalized_of(&self, slot: i32) -> f32 {
        self.index.preview_normalized(slot)
    }

    /// What the last loaded state named, if the shipped model that plays instead is news.
    pub(crate) fn retrained(&self) -> Option<SavedTarget> {
        let entry = catalogue().entry(self.chosen_slot())?;
        let kept = lock(&self.kept);
        (kept.plays.is_empty() && kept.became(entry)).then(|| kept.clone())
    }

    /// The reference that a save would write now.
    pub fn saved(&self) -> SavedTarget {
        let slot = self.chosen_slot();
        if let Some(entry) = catalogue().entry(slot) {
            let kept = lock(&self.kept);
            if kept.became(entry) {
                return SavedTarget {
                    plays: entry.info().hash.to_string(),
                    ..kept.clone()
                };
            }
            return SavedTarget::of(entry.info());
        }
        if slot == MISSING_SLOT {
            lock(&self.kept).clone()
        } else {
            SavedTarget::default()
        }
    }
}

/// The ids of the target parameters, with the slots that stand for what a state lacks.
pub(crate) fn defaults() -> impl Iterator<Item = (&'static str, i32)> {
    SLOTS
        .iter()
        .enumerate()
        .map(|(place, slot)| (slot.id, default_slot(place)))
}

/// Four different targets to begin with, so that the morph pad does something at once.
fn default_slot(place: usize) -> i32 {
    place as i32
}

/// What hosts and the editor call a value of a target parameter.
fn slot_name(slot: i32, kept: &Mutex<SavedTarget>) -> String {
    if let Some(entry) = catalogue().entry(slot) {
        return entry.info().display_name.clone();
    }
    if slot < MISSING_SLOT {
        return format!("Empty {}", slot + 1);
    }
    let kept = lock(kept);
    if kept.name.is_empty() {
        "No target".to_owned()
    } else {
        format!("Missing: {}", kept.name)
    }
}
