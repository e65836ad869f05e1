//! What comes into the track, recorded into files of the player's own, to be learnt from.
//!
//! A recording belongs to the plugin's instance, not to its editor: it goes on when the window is closed, until it is stopped,
//! has become too long, or the instance goes. The sound is the same to the bit whether it is recorded or not.
//!
//! | file | what it does |
//! |---|---|
//! | `tape` | the queue between the audio thread and the thread that writes |
//! | `file` | a WAV file that can be read at any time, whatever ends its writing |
//! | `writer` | that thread |

mod file;
mod tape;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fs, io};

use crossbeam_channel::{Sender, bounded};
use mynah_engine::supported_rate;
use nice_plug_egui::RepaintNotifier;

use crate::lock::lock;

use file::WavFile;
use tape::{Signals, Tape, tape};
use writer::Writer;

pub(crate) use tape::Feed;

/// `mynah learn` listens to no more than this, seconds.
const LONGEST_S: f64 = 7_200.0;
/// An instance that goes waits so long for its file to be closed.
const CLOSING: Duration = Duration::from_secs(1);

/// How far a recording is, or what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Where its file is.
    pub(crate) folder: PathBuf,
    pub(crate) seconds: f64,
    /// How much was lost because the disk was too slow, seconds.
    pub(crate) dropped_s: f64,
    /// The highest sample of the last moment, and of all.
    pub(crate) peak: f32,
    pub(crate) highest: f32,
    /// Whether the file is closed.
    pub(crate) is_over: bool,
    /// Why it has ended by itself, a sentence.
    pub(crate) problem: Option<String>,
}

impl Told {
    /// Whether there is something that can be learnt from.
    pub(crate) fn is_something(&self) -> bool {
        self.seconds > 0.0
    }
}

/// Why nothing is recorded. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub(crate) enum RecordError {
    #[error("It is recording already.")]
    Running,
    #[error("The DAW sends no sound yet: start its audio engine.")]
    NoSound,
    #[error("There is no folder for recordings: this user has no home folder.")]
    NoFolder,
    #[error("{} cannot be written: {source}.", path.display())]
    NotWritten { path: PathBuf, source: io::Error },
    #[error("The system starts no thread for the recording: {0}.")]
    NoThread(io::Error),
}

/// The thread that writes.
struct Running {
    /// Closed to stop it.
    _stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// The recording of one instance. The audio thread has its [`Feed`] and nothing else of it.
pub(crate) struct Recording {
    feed: Mutex<Option<Feed>>,
    signals: Arc<Signals>,
    /// While no thread has it.
    tape: Arc<Mutex<Option<Tape>>>,
    running: Mutex<Option<Running>>,
    told: Arc<Mutex<Option<Told>>>,
}

impl Default for Recording {
    fn default() -> Self {
        let signals = Arc::new(Signals::default());
        let (feed, tape) = tape(&signals);
        Self {
            feed: Mutex::new(Some(feed)),
            signals,
            tape: Arc::new(Mutex::new(Some(tape))),
            running: Mutex::default(),
            told: Arc::default(),
        }
    }
}

impl Recording {
    /// The audio thread's end, for the first who asks.
    pub(crate) fn take_feed(&self) -> Option<Feed> {
        lock(&self.feed).take()
    }

    /// Begins a file in `folder`, which is made if it is missing. Whoever draws is asked to while it goes on. Any thread but the
    /// audio thread.
    ///
    /// # Errors
    /// If it is recording, no sound is to come, or the folder takes no file.
    pub(crate) fn start(&self, folder: &Path, repaint: RepaintNotifier) -> Result<(), RecordError> {
        self.start_for(folder, repaint, LONGEST_S)
    }

    fn start_for(
        &self,
        folder: &Path,
        repaint: RepaintNotifier,
        longest_s: f64,
    ) -> Result<(), RecordError> {
        let rate_hz = self.signals.rate_hz();
        if !supported_rate(rate_hz) {
            return Err(RecordError::NoSound);
        }
        let mut running = lock(&self.running);
        let mut tape = lock(&self.tape).take().ok_or(RecordError::Running)?;
        let give_back = |tape: Tape| *lock(&self.tape) = Some(tape);
        let created = fs::create_dir_all(folder)
            .and_then(|()| WavFile::create(folder, rate_hz.round() as u32));
        let file = match created {
            Ok(file) => file,
            Err(source) => {
                give_back(tape);
                let path = folder.to_owned();
                return Err(RecordError::NotWritten { path, source });
            }
        };
        *lock(&self.told) = Some(Told {
            folder: folder.to_owned(),
            seconds: 0.0,
            dropped_s: 0.0,
            peak: 0.0,
            highest: 0.0,
            is_over: false,
            problem: None,
        });
        tape.turn_on();
        let writer = Writer {
            tape,
            signals: Arc::clone(&self.signals),
            file,
            folder: folder.to_owned(),
            rate_hz,
            longest_s,
            told: Arc::clone(&self.told),
            repaint,
        };
        let (stop, stopped) = bounded(0);
        let place = Arc::clone(&self.tape);
        let thread = thread::Builder::new()
            .name("mynah recording".to_owned())
            .spawn(move || {
                let tape = writer.run(&stopped);
                *lock(&place) = Some(tape);
            });
        match thread {
            Ok(thread) => {
                *running = Some(Running {
                    _stop: stop,
                    thread,
                });
                Ok(())
            }
            Err(error) => {
                // With the thread its end of the queue is gone: this instance records nothing any more.
                self.signals.turn_off();
                *lock(&self.told) = None;
                Err(RecordError::NoThread(error))
            }
        }
    }

    /// Ends it, soon: what has come in by now is written, and then [`Told::is_over`]. Any thread but the audio thread.
    pub(crate) fn stop(&self) {
        lock(&self.running).take();
    }

    /// How far it is, or what came of the last one that was not dismissed.
    pub(crate) fn told(&self) -> Option<Told> {
        lock(&self.told).clone()
    }

    /// Forgets what came of the last one, whose files stay.
    pub(crate) fn dismiss(&self) {
        let mut told = lock(&self.told);
        if told.as_ref().is_some_and(|told| told.is_over) {
            *told = None;
        }
    }
}

impl Drop for Recording {
    /// Closes the file, if the disk lets it within a moment; if not, it can be read all the same.
    fn drop(&mut self) {
        let Some(Running {
            _stop: stop,
            thread,
        }) = lock(&self.running).take()
        else {
            return;
        };
        drop(stop);
        let since = Instant::now();
        while !thread.is_finished() && since.elapsed() < CLOSING {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Makes the first of `NAME`, `NAME-2` and so on in `folder` that is not there: recordings of two instruments must not come
/// together because they are called the same.
///
/// # Errors
/// If the folder cannot be written.
pub(crate) fn fresh_folder(folder: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut number = 1_u32;
    loop {
        let path = match number {
            1 => folder.join(name),
            _ => folder.join(format!("{name}-{number}")),
        };
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}
