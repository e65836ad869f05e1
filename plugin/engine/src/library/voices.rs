//! The network that hears several voices, which is inside the binary.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mynah_models::voices::VoicesNet;

use super::{LibraryError, SHIPPED_VOICES};

/// Instances share one: it never changes.
static SHARED: Mutex<Weak<VoicesNet>> = Mutex::new(Weak::new());

/// The voices network, ready to run. All in one process share it, as long as one holds it. Takes some milliseconds;
/// any thread but the audio thread.
///
/// # Errors
/// If this build carries none, or a broken one.
pub fn shipped_voices() -> Result<Arc<VoicesNet>, LibraryError> {
    if let Some(net) = shared().upgrade() {
        return Ok(net);
    }
    // Without the lock: candle, with which the network is compared, may have this thread do other work of rayon's meanwhile,
    // which may ask for the network, too. Two that are made at once are the same.
    let bytes = SHIPPED_VOICES.ok_or(LibraryError::NoVoices)?;
    let net = VoicesNet::from_bytes(bytes).map_err(|source| LibraryError::Model {
        path: PathBuf::from("assets/voices.mynah"),
        source,
    })?;
    let net = Arc::new(net);
    let mut shared = shared();
    if let Some(net) = shared.upgrade() {
        return Ok(net);
    }
    *shared = Arc::downgrade(&net);
    Ok(net)
}

fn shared() -> MutexGuard<'static, Weak<VoicesNet>> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}
