//! The parameters that choose the targets, with what hosts call their values.

use std::sync::{Arc, Mutex};

use mynah_engine::CORNER_INFOS;
use nice_plug::prelude::*;

use super::{Catalogue, MISSING_INDEX, SavedTarget};
use crate::held::Held;
use crate::lock::lock;

/// One of the parameters that choose a target.
pub struct TargetParam {
    corner: usize,
    catalogue: &'static Catalogue,
    /// Index into the catalogue, 0..=[`MISSING_INDEX`].
    param: IntParam,
    held: Held,
    kept: Arc<Mutex<Kept>>,
}

/// What the last loaded state named: what is meant while the index is [`MISSING_INDEX`], or while the model plays that
/// became of it.
#[derive(Default)]
struct Kept {
    named: SavedTarget,
    /// Whether it was missing then. If it was here, [`MISSING_INDEX`] stands for no target at all.
    missing: bool,
}

impl TargetParam {
    /// The parameter of the target at `corner` (0 to 3 for A to D).
    pub(crate) fn new(corner: usize, catalogue: &'static Catalogue) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let named = kept.clone();
        let range = IntRange::Linear {
            min: 0,
            max: MISSING_INDEX,
        };
        let param = IntParam::new(CORNER_INFOS[corner].name, default_index(corner), range)
            .with_value_to_string(Arc::new(move |index| index_name(index, catalogue, &named)))
            .with_string_to_value(Arc::new(move |text| named_index(text, catalogue)));
        Self {
            corner,
            catalogue,
            param,
            held: Held::default(),
            kept,
        }
    }

    /// Its id.
    pub fn id(&self) -> &'static str {
        CORNER_INFOS[self.corner].id
    }

    /// As the framework knows it.
    pub(crate) fn as_ptr(&self) -> ParamPtr {
        self.param.as_ptr()
    }

    /// The chosen index as the audio thread hears it, modulation included.
    pub fn index(&self) -> i32 {
        self.param.value()
    }

    /// The chosen index as the player set it, be it that the host has not handed it over yet.
    pub fn chosen_index(&self) -> i32 {
        self.index_of(self.normalized())
    }

    /// The same, normalized.
    pub(crate) fn normalized(&self) -> f32 {
        let present = self.param.unmodulated_normalized_value();
        self.held.value(present).unwrap_or(present)
    }

    /// Chooses an index: a whole gesture.
    pub fn choose(&self, setter: &ParamSetter<'_>, index: i32) {
        self.set_once(setter, self.normalized_of(index));
    }

    /// Sets a normalized value: a whole gesture.
    pub(crate) fn set_once(&self, setter: &ParamSetter<'_>, normalized: f32) {
        setter.begin_set_parameter(&self.param);
        setter.set_parameter_normalized(&self.param, normalized);
        setter.end_set_parameter(&self.param);
        let value = self.normalized_of(self.index_of(normalized));
        let present = self.param.unmodulated_normalized_value();
        self.held.hold(value, present);
    }

    /// Waits for the host, but not for ever: whether the player's choice is still on its way.
    pub(crate) fn wait(&self, now_s: f64) -> bool {
        let present = self.param.unmodulated_normalized_value();
        self.held.wait(present, now_s)
    }

    /// Goes by the host's value.
    pub(crate) fn release(&self) {
        self.held.release();
    }

    /// The normalized value of an index.
    pub(crate) fn normalized_of(&self, index: i32) -> f32 {
        self.param.preview_normalized(index)
    }

    /// The index of a normalized value.
    pub(crate) fn index_of(&self, normalized: f32) -> i32 {
        self.param.preview_plain(normalized)
    }

    /// Takes over what a state names. Main thread.
    pub(crate) fn keep(&self, named: SavedTarget) {
        let missing = !named.name.is_empty() && self.catalogue.find(&named).is_none();
        *lock(&self.kept) = Kept { named, missing };
    }

    /// What the last loaded state named, if the shipped model that plays instead is news.
    pub(crate) fn retrained(&self) -> Option<SavedTarget> {
        let entry = self.catalogue.entry(self.chosen_index())?;
        let named = &lock(&self.kept).named;
        (named.plays.is_empty() && named.became(entry)).then(|| named.clone())
    }

    /// The reference that a save would write now.
    pub fn saved(&self) -> SavedTarget {
        self.saved_at(self.param.unmodulated_plain_value())
    }

    /// The reference that a save would write if this index were chosen.
    pub(crate) fn saved_at(&self, index: i32) -> SavedTarget {
        let kept = lock(&self.kept);
        if let Some(entry) = self.catalogue.entry(index) {
            if kept.named.became(entry) {
                return SavedTarget {
                    plays: entry.info().hash.to_string(),
                    ..kept.named.clone()
                };
            }
            return SavedTarget::of(entry.info());
        }
        if index == MISSING_INDEX && kept.missing {
            kept.named.clone()
        } else {
            SavedTarget::default()
        }
    }
}

/// The ids of the target parameters, with the indices that stand for what a state lacks.
pub(crate) fn defaults() -> impl Iterator<Item = (&'static str, i32)> {
    let corners = CORNER_INFOS.iter().enumerate();
    corners.map(|(corner, target)| (target.id, default_index(corner)))
}

/// Four different targets to begin with, so that the morph pad does something at once.
fn default_index(corner: usize) -> i32 {
    corner as i32
}

const NO_TARGET: &str = "No target";
const MISSING: &str = "Missing: ";
const EMPTY: &str = "Empty ";

/// What hosts call a value of a target parameter. Every value has another name, by which [`named_index`] finds it again.
fn index_name(index: i32, catalogue: &Catalogue, kept: &Mutex<Kept>) -> String {
    if let Some(entry) = catalogue.entry(index) {
        return entry.choice().to_owned();
    }
    if index < MISSING_INDEX {
        return format!("{EMPTY}{}", index + 1);
    }
    let kept = lock(kept);
    if kept.missing {
        format!("{MISSING}{}", choice_text(&kept.named.name))
    } else {
        NO_TARGET.to_owned()
    }
}

/// The value of a target parameter that a text names, as [`index_name`] writes it; or a model's name, or a number.
fn named_index(text: &str, catalogue: &Catalogue) -> Option<i32> {
    let text = text.trim();
    catalogue
        .find_choice(text)
        .or_else(|| index_without_model(text))
        .or_else(|| catalogue.find_name(text))
        .or_else(|| text.parse().ok())
}

/// The value that a text names which stands for no model.
pub(super) fn index_without_model(text: &str) -> Option<i32> {
    let after = |prefix: &str| {
        let (start, rest) = text.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    if text.eq_ignore_ascii_case(NO_TARGET) || after(MISSING).is_some() {
        return Some(MISSING_INDEX);
    }
    let number: i32 = after(EMPTY)?.parse().ok()?;
    (1..=MISSING_INDEX).contains(&number).then(|| number - 1)
}

/// A name as hosts can take it: without space at its ends, and short enough for VST3's 127 characters and CLAP's 255
/// bytes even with something before and behind it.
pub(super) fn choice_text(name: &str) -> &str {
    const MAX_BYTES: usize = 96;
    let name = name.trim();
    name[..name.floor_char_boundary(MAX_BYTES)].trim_end()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use mynah_engine::Library;

    use super::*;

    #[test]
    fn every_index_is_found_again_by_what_hosts_call_it() {
        let catalogue = Box::leak(Box::new(Catalogue::new(Library::shipped(), None)));
        let target = TargetParam::new(2, catalogue);
        let text = |index| index_name(index, catalogue, &target.kept);
        for index in 0..=MISSING_INDEX {
            assert_eq!(named_index(&text(index), catalogue), Some(index));
        }
        assert_eq!((target.index(), text(2)), (2, "Flute".to_owned()));
        assert_eq!(text(MISSING_INDEX), "No target");
        // The name of a model that is not here stands for none, and is saved again.
        let kazoo = SavedTarget {
            name: "kazoo".to_owned(),
            hash: "0123".to_owned(),
            plays: String::new(),
        };
        target.keep(kazoo.clone());
        assert_eq!(text(MISSING_INDEX), "Missing: kazoo");
        let found = named_index(&text(MISSING_INDEX), catalogue);
        assert_eq!(found, Some(MISSING_INDEX));
        assert_eq!(target.saved_at(MISSING_INDEX), kazoo);
        assert_eq!(target.saved_at(40), SavedTarget::default());
        assert_eq!(target.saved_at(1).name, "cello");
    }

    #[test]
    fn what_became_of_a_retrained_model_is_told_once_and_both_are_saved() {
        let catalogue = Box::leak(Box::new(Catalogue::new(Library::shipped(), None)));
        let target = TargetParam::new(1, catalogue);
        assert_eq!(target.retrained(), None);
        let before = SavedTarget {
            name: "cello".to_owned(),
            hash: "0123".to_owned(),
            plays: String::new(),
        };
        target.keep(before.clone());
        assert_eq!(target.retrained(), Some(before.clone()));
        let plays = catalogue.entries()[1].info().hash.to_string();
        let saved = SavedTarget { plays, ..before };
        assert_eq!(target.saved(), saved);
        target.keep(saved.clone());
        assert_eq!(target.retrained(), None, "it is no news any more");
        assert_eq!(target.saved(), saved);
    }
}
