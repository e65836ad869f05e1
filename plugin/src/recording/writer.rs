//! The thread that writes what comes from the audio thread.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use nice_plug_egui::RepaintNotifier;

use super::Told;
use super::file::WavFile;
use super::tape::{Signals, Tape};
use crate::lock::lock;

/// How often what waits is written.
const INTERVAL: Duration = Duration::from_millis(50);

/// What one recording needs.
pub(super) struct Writer {
    pub(super) tape: Tape,
    pub(super) signals: Arc<Signals>,
    pub(super) file: WavFile,
    /// Where the file is, and its rate, Hz.
    pub(super) folder: PathBuf,
    pub(super) rate_hz: f64,
    /// It ends by itself after so long, seconds.
    pub(super) longest_s: f64,
    pub(super) told: Arc<Mutex<Option<Told>>>,
    pub(super) repaint: RepaintNotifier,
}

/// Why it ended by itself.
enum Ended {
    Stopped,
    Full,
    OtherRate,
    Failed(io::Error),
}

impl Writer {
    /// Writes until `stop` is closed, or it has to end; gives the tape back. Allocates, waits for the disk.
    pub(super) fn run(mut self, stop: &Receiver<()>) -> Tape {
        let most_samples = (self.longest_s * self.rate_hz) as u64;
        let mut samples = 0;
        let ended = loop {
            let is_stopped = stop.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout);
            let is_other = self.signals.rate_hz() != self.rate_hz;
            if is_stopped || is_other {
                self.signals.turn_off();
            }
            if let Err(error) = self.write(&mut samples, most_samples) {
                break Ended::Failed(error);
            }
            self.repaint.request_repaint();
            match (is_stopped, is_other) {
                (true, _) => break Ended::Stopped,
                (false, true) => break Ended::OtherRate,
                _ if samples >= most_samples => break Ended::Full,
                _ => {}
            }
        };
        self.signals.turn_off();
        self.end(samples, ended)
    }

    /// Writes what waits, and says how far it is.
    fn write(&mut self, samples: &mut u64, most_samples: u64) -> io::Result<()> {
        let (file, mut peak) = (&mut self.file, 0.0_f32);
        let written = self.tape.read(|part| {
            let left = usize::try_from(most_samples - *samples).unwrap_or(usize::MAX);
            let part = &part[..part.len().min(left)];
            file.write(part)?;
            *samples += part.len() as u64;
            peak = part.iter().fold(peak, |most, x| most.max(x.abs()));
            Ok(())
        });
        if let Some(told) = &mut *lock(&self.told) {
            told.seconds = *samples as f64 / self.rate_hz;
            told.dropped_s = self.signals.dropped() as f64 / self.rate_hz;
            told.peak = peak;
            told.highest = told.highest.max(peak);
        }
        written
    }

    /// Closes the file, and says what came of it.
    fn end(self, samples: u64, ended: Ended) -> Tape {
        let path = self.file.path().to_owned();
        let failed = |error: &io::Error| {
            format!(
                "{} cannot be written: {error}. What came before is kept.",
                path.display()
            )
        };
        let mut problem = match &ended {
            Ended::Stopped => None,
            Ended::Full => Some(format!(
                "It has ended by itself after {:.0} h: more is not listened to.",
                self.longest_s / 3600.0
            )),
            Ended::OtherRate => Some(
                "It has ended because the DAW has changed its sample rate. What came before is kept."
                    .to_owned(),
            ),
            Ended::Failed(error) => Some(failed(error)),
        };
        if samples == 0 && !matches!(ended, Ended::Failed(_)) {
            self.file.remove();
            // Not where there are others in it.
            let _ = fs::remove_dir(&self.folder);
            problem = Some(
                "Nothing has come in. The DAW has to send sound into this track: let it play, or monitor its input."
                    .to_owned(),
            );
        } else if let Err(error) = self.file.close() {
            problem = problem.or_else(|| Some(failed(&error)));
        }
        if let Some(told) = &mut *lock(&self.told) {
            (told.is_over, told.problem) = (true, problem);
        }
        self.repaint.request_repaint();
        self.tape
    }
}
