//! Ctrl-C, and being told to end: what is half written is removed, and the program ends at once, whatever it is waiting for.
//! Commands that only print do not listen: they end as the system has it by default.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// Half-written files. While one is made or gets its name the lock is held, so that the end finds it either whole or
/// listed.
static HALF_WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether the program, told to end, is to find an end by itself, and whether it has been told.
static AT_LEISURE: AtomicBool = AtomicBool::new(false);
static TOLD: AtomicBool = AtomicBool::new(false);

/// From now on the program is not ended at once: the flag is set, and whoever works looks at it. Told a second time, it
/// ends as ever.
pub(crate) fn at_leisure() -> &'static AtomicBool {
    AT_LEISURE.store(true, Ordering::SeqCst);
    &TOLD
}

/// Whether to go on in spite of being told to end: once, while the work looks at the flag.
fn may_go_on() -> bool {
    AT_LEISURE.load(Ordering::SeqCst) && !TOLD.swap(true, Ordering::SeqCst)
}

/// Starts listening for Ctrl-C and for being told to end: the program then ends with 128 and the signal's number, as
/// shells report it (130 after Ctrl-C, 143 when told to end).
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // If there is no way to listen, signals end the program as by default; nothing else changes.
        let _ = listen_to_the_system();
    });
}

#[cfg(unix)]
fn listen_to_the_system() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let wait = move || {
        for signal in signals.forever() {
            if !may_go_on() {
                end(128 + signal);
            }
        }
    };
    let thread = std::thread::Builder::new().name("signals".into());
    thread.spawn(wait).map(|_| ())
}

#[cfg(not(unix))]
fn listen_to_the_system() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if !may_go_on() {
            end(130);
        }
    })
}

/// Removes what is half written and ends the program. The lock is kept: nothing new is begun meanwhile.
fn end(code: i32) -> ! {
    let files = half_written();
    for file in files.0.iter() {
        let _ = std::fs::remove_file(file);
    }
    std::process::exit(code)
}

/// Keeps the program from being ended between the making of a file and its listing, or between its naming and its
/// leaving the list.
pub(crate) struct HalfWritten(MutexGuard<'static, Vec<PathBuf>>);

/// Waits until no other thread makes or names a file.
pub(crate) fn half_written() -> HalfWritten {
    HalfWritten(HALF_WRITTEN.lock().unwrap_or_else(PoisonError::into_inner))
}

impl HalfWritten {
    /// This file goes when the program is told to end.
    pub(crate) fn add(&mut self, file: &Path) {
        self.0.push(file.to_path_buf());
    }

    /// This file stays, or is gone.
    pub(crate) fn remove(&mut self, file: &Path) {
        self.0.retain(|listed| listed != file);
    }
}
