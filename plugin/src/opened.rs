//! Files with which the program around the plugin was started, such as a target that was double-clicked.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::lock::lock;

static OPENED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Has the next editor that opens take this file as if it had been dropped on it, and a target play. Any thread but the
/// audio thread's.
pub fn open_file(file: impl Into<PathBuf>) {
    lock(&OPENED).push(file.into());
}

/// The files that were opened since the last call.
pub(crate) fn take_opened() -> Vec<PathBuf> {
    std::mem::take(&mut *lock(&OPENED))
}
