//! Ctrl-C: a flag that commands which write files look at, so that they end by the way of errors and temporary files are
//! removed. Commands that only print do not listen: Ctrl-C ends them as it does by default.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Starts listening for Ctrl-C and for being told to end. A second Ctrl-C ends the program at once.
pub(crate) fn listen() {
    // If there is no way to listen, Ctrl-C ends the program as it does by default; nothing else changes.
    let _ = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether the user wants out.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// # Errors
/// If the user wants out.
pub(crate) fn check() -> Result<()> {
    if requested() {
        bail!("interrupted");
    }
    Ok(())
}
