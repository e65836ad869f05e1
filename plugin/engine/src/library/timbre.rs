//! The timbre space, which is inside the binary.

use std::sync::Arc;

use mynah_models::timbre::TimbreSpace;

use super::shared::Shared;
use super::{LibraryError, SHIPPED_TIMBRE};

static SHARED: Shared<TimbreSpace> = Shared::new();

/// The timbre space; `None` in a build that carries none. All in one process share it, as long as one holds it. Any thread but
/// the audio thread.
///
/// # Errors
/// If this build carries a broken one.
pub fn shipped_timbre() -> Result<Option<Arc<TimbreSpace>>, LibraryError> {
    let shared = |bytes| SHARED.get_or_make("timbre", || TimbreSpace::from_bytes(bytes));
    SHIPPED_TIMBRE.map(shared).transpose()
}
