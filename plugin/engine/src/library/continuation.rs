//! The network that plays on, which is inside the binary.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mynah_models::continuation::ContinuationNet;

use super::{LibraryError, SHIPPED_CONTINUATION};

/// Instances share one: it never changes.
static SHARED: Mutex<Weak<ContinuationNet>> = Mutex::new(Weak::new());

/// The continuation network, ready to run. All in one process share it, as long as one holds it. Takes some milliseconds;
/// any thread but the audio thread.
///
/// # Errors
/// If this build carries none, or a broken one.
pub fn shipped_continuation() -> Result<Arc<ContinuationNet>, LibraryError> {
    if let Some(net) = shared().upgrade() {
        return Ok(net);
    }
    // Without the lock: candle, with which the network is compared, may have this thread do other work of rayon's meanwhile,
    // which may ask for the network, too. Two that are made at once are the same.
    let bytes = SHIPPED_CONTINUATION.ok_or(LibraryError::NoContinuation)?;
    let net = ContinuationNet::from_bytes(bytes).map_err(|source| LibraryError::Model {
        path: PathBuf::from("assets/continuation.mynah"),
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

fn shared() -> MutexGuard<'static, Weak<ContinuationNet>> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}
