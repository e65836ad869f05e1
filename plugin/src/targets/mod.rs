//! The targets: which there are, what index each has for ever, the parameters that choose four of them, and how a
//! session names them.
//!
//! | word | what it means |
//! |---|---|
//! | index | the value of a target parameter that stands for one model of the catalogue, in every process and session |
//! | corner | one of the four targets A to D that the morph pad blends |
//! | reference | a model by name and content, as a session or a preset means it |
//!
//! `catalogue` holds the models, by the indices that `indices` gives them; `parameter` is how a host and a player
//! choose among them; `reference` is what a session writes down, and finds again after a model was retrained.
//! Parameters, states and the editor use this module, and it uses none of them: the catalogue is handed to whoever
//! needs it.

mod catalogue;
mod indices;
mod parameter;
mod reference;

use std::sync::OnceLock;

use mynah_engine::{Library, user_folder};

pub use catalogue::{AddError, Catalogue, Entry};
pub use parameter::TargetParam;
pub(crate) use parameter::defaults;
pub use reference::{Found, SavedTarget};

/// How many targets a target parameter can name. Fixed, so that automation written against it
/// keeps its meaning when models are added.
pub const TARGET_INDICES: usize = 64;

/// The value of a target parameter that stands for a model the state names but this machine does
/// not have. The dry signal passes.
pub const MISSING_INDEX: i32 = TARGET_INDICES as i32;

/// Targets that can sound together: A, B, C and D.
pub use mynah_models::CORNERS;

/// What the corners of the morph pad are called.
pub const CORNER_NAMES: [&str; CORNERS] = ["A", "B", "C", "D"];

static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();

/// The process's catalogue, for where an instance or an editor begins; from there on it is handed on. The first call
/// reads the headers of the player's own model files. Not for the audio thread.
pub fn catalogue() -> &'static Catalogue {
    CATALOGUE.get_or_init(|| Catalogue::new(Library::with_user_folder(), user_folder()))
}

/// Makes the models of `library` the process's catalogue; false when there was one already.
pub(crate) fn install(library: Library) -> bool {
    CATALOGUE.set(Catalogue::new(library, None)).is_ok()
}
