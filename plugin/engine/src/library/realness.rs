//! The network that says what sounds real, which is inside the binary.

use std::sync::Arc;

use mynah_models::realness::Realness;

use super::shared::Shared;
use super::{LibraryError, SHIPPED_REALNESS};

static SHARED: Shared<Realness> = Shared::new();

/// The realness network; `None` in a build that carries none. All in one process share it, as long as one holds it. Any thread but
/// the audio thread.
///
/// # Errors
/// If this build carries a broken one.
pub fn shipped_realness() -> Result<Option<Arc<Realness>>, LibraryError> {
    let shared = |bytes| SHARED.get_or_make("realness", || Realness::from_bytes(bytes));
    SHIPPED_REALNESS.map(shared).transpose()
}
