//! A target as a session or a preset names it, and what became of it since.
//!
//! A model is meant by its content. One that is not here is never replaced by another, with two exceptions: a shipped
//! model that has been retrained plays in the place of the shipped one of its name; and one that is learnt here, or was,
//! is the one of its name, however often it has become better.

use mynah_engine::Source;
use mynah_models::ModelInfo;
use serde::{Deserialize, Serialize};

use super::{Catalogue, Entry};

/// Longest name or hash taken from a state, bytes: a state may come from anywhere.
const MAX_BYTES: usize = 256;

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

    /// Whether its texts are short enough to be a model's.
    pub(crate) fn is_usable(&self) -> bool {
        let texts = [&self.name, &self.hash, &self.plays];
        texts.into_iter().all(|text| text.len() <= MAX_BYTES)
    }

    /// Whether a model of the catalogue is what became of this one: a shipped one of the same name, but not the same
    /// content.
    pub(crate) fn became(&self, entry: &Entry) -> bool {
        *entry.source() == Source::Shipped
            && entry.info().name.eq_ignore_ascii_case(&self.name)
            && !self.hash.is_empty()
            && entry.info().hash.to_string() != self.hash
    }

    /// Whether a model of the catalogue is this one because it is learnt here under its name.
    fn is_learnt_as(&self, entry: &Entry) -> bool {
        entry.is_learnt() && entry.info().name.eq_ignore_ascii_case(&self.name)
    }
}

/// Where the model that a reference names is, by its index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The very one, or the one that played when the state was saved, or the one that is learnt here under its name.
    Itself(i32),
    /// The shipped model of its name, which was retrained since.
    Retrained(i32),
}

impl Found {
    /// Its index.
    pub fn index(self) -> i32 {
        match self {
            Found::Itself(index) | Found::Retrained(index) => index,
        }
    }
}

impl Catalogue {
    /// The model that a reference names. The content decides, since a file may have been renamed: of what played when it
    /// was saved, then of what was meant before that. If it is not here, a shipped model of that name is what became of
    /// it, or one that is learnt here is the same as it is now. A reference without a hash (written by hand) is matched by its name.
    pub fn find(&self, saved: &SavedTarget) -> Option<Found> {
        if saved.hash.is_empty() {
            return self.find_name(&saved.name).map(Found::Itself);
        }
        let index = |wanted: &dyn Fn(&Entry) -> bool| {
            let found = self.entries().into_iter().find(|entry| wanted(entry))?;
            Some(found.index())
        };
        let known = |hash: &String| index(&|entry| entry.has_hash(hash));
        let itself = [&saved.plays, &saved.hash].into_iter().find_map(known);
        let became = || index(&|entry| saved.became(entry)).map(Found::Retrained);
        let learnt = || index(&|entry| saved.is_learnt_as(entry)).map(Found::Itself);
        itself.map(Found::Itself).or_else(became).or_else(learnt)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use mynah_engine::Library;
    use mynah_models::Base;
    use mynah_models::testing::{random_base, random_target};

    use super::*;

    fn saved(name: &str, hash: &str, plays: &str) -> SavedTarget {
        SavedTarget {
            name: name.to_owned(),
            hash: hash.to_owned(),
            plays: plays.to_owned(),
        }
    }

    #[test]
    fn content_decides_over_the_name() {
        let catalogue = Catalogue::new(Library::shipped(), None);
        let hash = catalogue.entries()[2].info().hash.to_string();
        let find = |name, hash| catalogue.find(&saved(name, hash, ""));
        assert_eq!(find("renamed", &hash), Some(Found::Itself(2)));
        assert_eq!(find("violin", &hash), Some(Found::Itself(2)));
        assert_eq!(find("Violin", ""), Some(Found::Itself(0)));
        assert_eq!(find("kazoo", ""), None);
        assert_eq!(find("kazoo", "0123"), None);
    }

    #[test]
    fn a_shipped_model_of_the_name_is_what_became_of_one_that_is_gone() {
        let catalogue = Catalogue::new(Library::shipped(), None);
        let [cello, clarinet] =
            [1, 3].map(|index| catalogue.entries()[index].info().hash.to_string());
        let find = |name: &str, hash: &str, plays: &str| catalogue.find(&saved(name, hash, plays));
        assert_eq!(find("Cello", "0123", ""), Some(Found::Retrained(1)));
        // What played when it was saved is known, and goes before what was meant.
        assert_eq!(find("cello", "0123", &cello), Some(Found::Itself(1)));
        assert_eq!(find("cello", &clarinet, &cello), Some(Found::Itself(1)));
        // Retrained once more.
        assert_eq!(find("cello", "0123", "4567"), Some(Found::Retrained(1)));
        assert_eq!(find("Alto Sax", "0123", ""), None, "no name");
    }

    #[test]
    fn the_players_own_models_are_never_taken_for_each_other() {
        let outside = tempfile::tempdir().unwrap();
        let base = Base::from_bytes(&random_base(1)).unwrap();
        let file = outside.path().join("one.mynah");
        std::fs::write(file, random_target(1, &base)).unwrap();
        let mut library = Library::from_models(Some(random_base(1).into()), Vec::new());
        library.add_folder(outside.path());
        let catalogue = Catalogue::new(library, None);
        assert_eq!(
            catalogue.find_name("random-target"),
            Some(9),
            "it is installed"
        );
        assert_eq!(catalogue.find(&saved("random-target", "0123", "")), None);
    }
}
