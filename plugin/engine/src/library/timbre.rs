//! The timbre space, which is inside the binary.

use std::path::PathBuf;
use std::sync::Arc;

use mynah_models::timbre::TimbreSpace;

use super::{LibraryError, SHIPPED_TIMBRE};

/// The timbre space; `None` in a build that carries none. Each base has its own copy, of some 30 kB. Any thread but the audio
/// thread.
///
/// # Errors
/// If this build carries a broken one.
pub fn shipped_timbre() -> Result<Option<Arc<TimbreSpace>>, LibraryError> {
    let Some(bytes) = SHIPPED_TIMBRE else {
        return Ok(None);
    };
    let space = TimbreSpace::from_bytes(bytes).map_err(|source| LibraryError::Model {
        path: PathBuf::from("assets/timbre.mynah"),
        source,
    })?;
    Ok(Some(Arc::new(space)))
}
