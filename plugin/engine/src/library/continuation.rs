//! The network that plays on, which is inside the binary.

use std::sync::Arc;

use mynah_models::continuation::ContinuationNet;

use super::shared::Shared;
use super::{LibraryError, SHIPPED_CONTINUATION};

static SHARED: Shared<ContinuationNet> = Shared::new();

/// The continuation network, ready to run. All in one process share it, as long as one holds it. Takes some milliseconds;
/// any thread but the audio thread.
///
/// # Errors
/// If this build carries none, or a broken one.
pub fn shipped_continuation() -> Result<Arc<ContinuationNet>, LibraryError> {
    let bytes = SHIPPED_CONTINUATION.ok_or(LibraryError::NoContinuation)?;
    SHARED.get_or_make("continuation", || ContinuationNet::from_bytes(bytes))
}
