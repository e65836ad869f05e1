//! Targets that are learnt here, whose files get better while they are in use.
//!
//! Such a file has another hash every time, and still is the target that a session means: it is marked by a file beside it, and
//! found by its name.

use std::io;
use std::path::Path;

use crate::user_file::{Existing, write_whole};

/// The mark's ending, in the place of the target's.
const ENDING: &str = "learnt";

/// Marks a target's file, which need not be there yet, as one that is learnt here. Any thread but the audio thread.
///
/// # Errors
/// If the folder cannot be written.
pub fn mark_learnt(target: &Path) -> io::Result<()> {
    let text = "Mynah learns or has learnt this target here: sessions find it by its name, however often it gets better.\n";
    write_whole(
        &target.with_extension(ENDING),
        text.as_bytes(),
        Existing::Replace,
    )
}

/// Whether a target's file is marked ([`mark_learnt`]). Any thread but the audio thread.
pub fn is_learnt(target: &Path) -> bool {
    target.with_extension(ENDING).is_file()
}
