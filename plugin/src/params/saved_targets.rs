//! The chosen models as a session remembers them, by name and content.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;

use super::Automated;
use crate::targets::{CORNERS, SavedTarget, TargetParam};

/// The persisted side of the target parameters. Main thread only; the audio thread reads the indices.
pub struct SavedTargets(Arc<Automated>);

impl SavedTargets {
    pub(super) fn new(automated: Arc<Automated>) -> Self {
        Self(automated)
    }

    /// The references that a save would write now, A to D.
    pub fn current(&self) -> [SavedTarget; CORNERS] {
        self.0.targets.each_ref().map(TargetParam::saved)
    }
}

impl PersistentField<'_, [SavedTarget; CORNERS]> for SavedTargets {
    fn set(&self, new_value: [SavedTarget; CORNERS]) {
        // What was set before is of no account any more.
        self.0.release();
        for (target, saved) in self.0.targets.iter().zip(new_value) {
            target.keep(saved);
        }
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&[SavedTarget; CORNERS]) -> R,
    {
        f(&self.current())
    }
}
