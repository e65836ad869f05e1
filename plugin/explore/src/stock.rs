//! The targets that a dream may take, each loaded when it is first wanted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mynah_engine::{Corners, Library, LibraryError, Preset, Source, TargetRef};
use mynah_models::{Base, ModelHash, Target};

use crate::ExploreError;

/// The models at hand.
pub struct Stock {
    library: Library,
    base: Arc<Base>,
    loaded: Mutex<HashMap<ModelHash, Arc<Target>>>,
}

impl Stock {
    /// Of these models.
    ///
    /// # Errors
    /// If there is no base, or no target.
    pub fn new(library: Library) -> Result<Self, ExploreError> {
        if library.entries().is_empty() {
            return Err(ExploreError::NoTargets);
        }
        Ok(Self {
            base: library.base()?,
            library,
            loaded: Mutex::default(),
        })
    }

    /// The base that all of them play with.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// All targets, by name; the player's own also by their content, as presets name them.
    pub fn references(&self) -> Vec<TargetRef> {
        let entries = self.library.entries().iter();
        entries
            .map(|entry| TargetRef {
                name: entry.info.name.clone(),
                hash: (entry.source != Source::Shipped).then_some(entry.info.hash),
            })
            .collect()
    }

    /// Their names: what the networks know them by.
    pub fn names(&self) -> Vec<String> {
        let entries = self.library.entries().iter();
        entries.map(|entry| entry.info.name.clone()).collect()
    }

    /// Whether all targets of a preset are here.
    pub(crate) fn has(&self, preset: &Preset) -> bool {
        preset.find_targets(&self.library).is_ok()
    }

    /// The targets of a preset, loaded.
    ///
    /// # Errors
    /// If one is not installed, or is broken.
    pub fn corners(&self, preset: &Preset) -> Result<Corners, LibraryError> {
        let mut corners = Corners::default();
        for (corner, target) in corners.0.iter_mut().zip(&preset.targets) {
            *corner = target
                .as_ref()
                .map(|target| self.load(target))
                .transpose()?;
        }
        Ok(corners)
    }

    fn load(&self, target: &TargetRef) -> Result<Arc<Target>, LibraryError> {
        let entry = self.library.find(target)?;
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = loaded.get(&entry.info.hash) {
            return Ok(Arc::clone(found));
        }
        let found = self.library.load(&TargetRef::from(entry))?;
        loaded.insert(entry.info.hash, Arc::clone(&found));
        Ok(found)
    }
}
