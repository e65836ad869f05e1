//! The parameters that choose the targets.

use std::sync::{Arc, Mutex};

use mynah_engine::SLOTS;
use nice_plug::prelude::*;

use super::held::Held;
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
    held: Held,
    kept: Arc<Mutex<Kept>>,
}

/// What the last loaded state named: what is meant while the index is [`MISSING_SLOT`], or while the model plays that
/// became of it.
#[derive(Default)]
struct Kept {
    named: SavedTarget,
    /// Whether it was missing then. If it was here, [`MISSING_SLOT`] stands for no target at all.
    missing: bool,
}

impl TargetParam {
    /// The parameter of the target at `place` (0 to 3 for A to D).
    pub(super) fn new(place: usize) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let named = kept.clone();
        let range = IntRange::Linear {
            min: 0,
            max: MISSING_SLOT,
        };
        let index = IntParam::new(SLOTS[place].name, default_slot(place), range)
            .with_value_to_string(Arc::new(move |slot| slot_name(slot, &named)))
            .with_string_to_value(Arc::new(named_slot));
        Self {
            place,
            index,
            held: Held::default(),
            kept,
        }
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        SLOTS[self.place].id
    }

    /// The chosen slot as the audio thread hears it, modulation included.
    pub fn slot(&self) -> i32 {
        self.index.value()
    }

    /// The chosen slot as the player set it, be it that the host has not handed it over yet.
    pub fn chosen_slot(&self) -> i32 {
        self.index.preview_plain(self.normalized())
    }

    /// The same, normalized.
    pub(super) fn normalized(&self) -> f32 {
        let present = self.index.unmodulated_normalized_value();
        self.held.value(present).unwrap_or(present)
    }

    /// Chooses a slot: a whole gesture.
    pub fn choose(&self, setter: &ParamSetter<'_>, slot: i32) {
        self.set_once(setter, self.normalized_of(slot));
    }

    /// Sets a normalized value: a whole gesture.
    pub(super) fn set_once(&self, setter: &ParamSetter<'_>, normalized: f32) {
        setter.begin_set_parameter(&self.index);
        setter.set_parameter_normalized(&self.index, normalized);
        setter.end_set_parameter(&self.index);
        let value = self.normalized_of(self.index.preview_plain(normalized));
        let present = self.index.unmodulated_normalized_value();
        self.held.hold(value, present);
    }

    /// Waits for the host, but not for ever: whether the player's choice is still on its way.
    pub(super) fn wait(&self, now_s: f64) -> bool {
        let present = self.index.unmodulated_normalized_value();
        self.held.wait(present, now_s)
    }

    /// Goes by the host's value.
    pub(super) fn release(&self) {
        self.held.release();
    }

    /// The normalized value of a slot.
    pub(crate) fn normalized_of(&self, slot: i32) -> f32 {
        self.index.preview_normalized(slot)
    }

    /// Takes over what a state names. Main thread.
    pub(crate) fn keep(&self, named: SavedTarget) {
        let missing = !named.name.is_empty() && catalogue().find(&named).is_none();
        *lock(&self.kept) = Kept { named, missing };
    }

    /// What the last loaded state named, if the shipped model that plays instead is news.
    pub(crate) fn retrained(&self) -> Option<SavedTarget> {
        let entry = catalogue().entry(self.chosen_slot())?;
        let named = &lock(&self.kept).named;
        (named.plays.is_empty() && named.became(entry)).then(|| named.clone())
    }

    /// The reference that a save would write now.
    pub fn saved(&self) -> SavedTarget {
        self.saved_at(self.index.unmodulated_plain_value())
    }

    /// The reference that a save would write if this slot were chosen.
    pub(crate) fn saved_at(&self, slot: i32) -> SavedTarget {
        let kept = lock(&self.kept);
        if let Some(entry) = catalogue().entry(slot) {
            if kept.named.became(entry) {
                return SavedTarget {
                    plays: entry.info().hash.to_string(),
                    ..kept.named.clone()
                };
            }
            return SavedTarget::of(entry.info());
        }
        if slot == MISSING_SLOT && kept.missing {
            kept.named.clone()
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

const NO_TARGET: &str = "No target";
const MISSING: &str = "Missing: ";
const EMPTY: &str = "Empty ";

/// What hosts call a value of a target parameter. Every value has another name, by which [`named_slot`] finds it again.
fn slot_name(slot: i32, kept: &Mutex<Kept>) -> String {
    if let Some(entry) = catalogue().entry(slot) {
        return entry.choice().to_owned();
    }
    if slot < MISSING_SLOT {
        return format!("{EMPTY}{}", slot + 1);
    }
    let kept = lock(kept);
    if kept.missing {
        format!("{MISSING}{}", choice_text(&kept.named.name))
    } else {
        NO_TARGET.to_owned()
    }
}

/// The value of a target parameter that a text names, as [`slot_name`] writes it; or a model's name, or a number.
fn named_slot(text: &str) -> Option<i32> {
    let catalogue = catalogue();
    let text = text.trim();
    catalogue
        .find_choice(text)
        .or_else(|| slot_without_model(text))
        .or_else(|| catalogue.find_name(text))
        .or_else(|| text.parse().ok())
}

/// The value that a text names which stands for no model.
pub(crate) fn slot_without_model(text: &str) -> Option<i32> {
    let after = |prefix: &str| {
        let (start, rest) = text.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    if text.eq_ignore_ascii_case(NO_TARGET) || after(MISSING).is_some() {
        return Some(MISSING_SLOT);
    }
    let place: i32 = after(EMPTY)?.parse().ok()?;
    (1..=MISSING_SLOT).contains(&place).then(|| place - 1)
}

/// A name as hosts can take it: without space at its ends, and short enough for VST3's 127 characters and CLAP's 255
/// bytes even with something before and behind it.
pub(crate) fn choice_text(name: &str) -> &str {
    const MAX_BYTES: usize = 96;
    let name = name.trim();
    name[..name.floor_char_boundary(MAX_BYTES)].trim_end()
}
