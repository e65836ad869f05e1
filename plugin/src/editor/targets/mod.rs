//! Which instruments sound: the cards to choose from, the pad that blends four of them, and the map on which
//! their timbre is moved.

pub(super) mod blend;
pub(super) mod cards;
mod morph_pad;
mod morph_surface;
pub(super) mod timbre_map;

use crate::editor::desk::Desk;
use crate::editor::pictures::Portrait;
use crate::editor::wording;
use crate::targets::{Catalogue, Entry};

/// What stands at a corner of the morph pad.
struct Corner<'a> {
    /// The model's name, also when it is not here.
    model: String,
    /// What to call it.
    title: String,
    entry: Option<&'a Entry>,
}

impl<'a> Corner<'a> {
    fn of(desk: Desk<'_>, catalogue: &'a Catalogue, corner: usize) -> Self {
        let target = &desk.params.targets()[corner];
        if let Some(entry) = catalogue.entry(target.chosen_index()) {
            let info = entry.info();
            return Self {
                model: info.name.clone(),
                title: wording::short_name(&info.display_name),
                entry: Some(entry),
            };
        }
        let saved = target.saved();
        let title = if saved.name.is_empty() {
            "Empty".to_owned()
        } else {
            saved.name.clone()
        };
        Self {
            model: saved.name,
            title,
            entry: None,
        }
    }

    fn portrait(&self) -> Portrait<'_> {
        self.entry
            .map_or(Portrait::Named(&self.model), Portrait::of)
    }

    fn is_usable(&self) -> bool {
        self.entry.is_some_and(|entry| entry.problem().is_none())
    }
}
