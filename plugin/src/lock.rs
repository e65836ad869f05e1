//! Locks of plain data.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks even if a thread panicked while holding the lock: the value is plain data. Never on the audio thread.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
