//! What all instances of a process share, as long as one holds it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mynah_models::ModelFileError;

use super::LibraryError;

/// A network inside the binary, which never changes.
pub(super) struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    /// Nobody holds it yet.
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// The one that is held, or what `make` makes of the file `assets/NAME.mynah`; others wait meanwhile.
    pub(super) fn get_or_make(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T, ModelFileError>,
    ) -> Result<Arc<T>, LibraryError> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = shared.upgrade() {
            return Ok(held);
        }
        let made = make().map_err(|source| LibraryError::Model {
            path: PathBuf::from(format!("assets/{name}.mynah")),
            source,
        })?;
        let made = Arc::new(made);
        *shared = Arc::downgrade(&made);
        Ok(made)
    }
}
