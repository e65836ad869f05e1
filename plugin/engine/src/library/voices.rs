//! The network that hears several voices, which is inside the binary.

use std::sync::Arc;

use mynah_models::voices::VoicesNet;

use super::shared::Shared;
use super::{LibraryError, SHIPPED_VOICES};

static SHARED: Shared<VoicesNet> = Shared::new();

/// The voices network, ready to run. All in one process share it, as long as one holds it. Takes some milliseconds;
/// any thread but the audio thread.
///
/// # Errors
/// If this build carries none, or a broken one.
pub fn shipped_voices() -> Result<Arc<VoicesNet>, LibraryError> {
    let bytes = SHIPPED_VOICES.ok_or(LibraryError::NoVoices)?;
    SHARED.get_or_make("voices", || VoicesNet::from_bytes(bytes))
}
