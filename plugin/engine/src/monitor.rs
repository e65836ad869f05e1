//! What a display is shown of the running chain: one report per hop, through a lock-free queue that is
//! filled only while somebody watches.
//!
//! The audio thread never waits for the display. When the queue is full, because the display is busy,
//! reports are dropped; the sound is the same to the bit, watched or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mynah_models::{HOP_SAMPLES, Telemetry};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::chain::Hop;

/// Reports that may wait: 0.34 s of them.
pub(crate) const REPORTS_WAITING: usize = 128;

/// One hop of the chain, for a display.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// What the chain was given: mono, 48 kHz, after the input gain.
    pub input: [f32; HOP_SAMPLES],
    /// The translation of it, mono, 48 kHz, before the output gain. 16 samples late; zeros without a
    /// target.
    pub output: [f32; HOP_SAMPLES],
    /// Pitch of the input, Hz; the last one while unvoiced, 0 before there was any.
    pub tracked_hz: f32,
    /// Pitch of the translation, Hz, likewise.
    pub played_hz: f32,
    /// 0 (unvoiced) to 1.
    pub voicing: f32,
    /// A-weighted loudness of the input, dB; 0 is a full-scale 1 kHz sine.
    pub loudness_db: f32,
    /// Whether the input is loud enough to be translated.
    pub gate_open: bool,
    /// Whether the translation follows the input's own periods; otherwise it plays the tracked pitch.
    pub follows: bool,
    /// Notes begun since the chain was reset, wrapping: another number is a new note.
    pub notes: u32,
    /// Middle of the note that is played, semitones, 69 for 440 Hz; 0 without one.
    pub note_semitones: f32,
    /// How long the hop's translation took, nanoseconds.
    pub compute_ns: u32,
}

impl Report {
    /// A hop in which nothing was heard or played.
    pub const SILENCE: Report = Report {
        input: [0.0; HOP_SAMPLES],
        output: [0.0; HOP_SAMPLES],
        tracked_hz: 0.0,
        played_hz: 0.0,
        voicing: 0.0,
        loudness_db: -100.0,
        gate_open: false,
        follows: false,
        notes: 0,
        note_semitones: 0.0,
        compute_ns: 0,
    };
}

/// The display's end. Any one thread at a time; dropping it ends the reports.
pub struct Monitor {
    reports: Consumer<Report>,
    watched: Arc<AtomicBool>,
}

/// The audio thread's end.
pub(crate) struct MonitorFeed {
    reports: Producer<Report>,
    watched: Arc<AtomicBool>,
}

/// Both ends, unwatched. Allocates.
pub(crate) fn monitor() -> (MonitorFeed, Monitor) {
    let (sender, receiver) = RingBuffer::new(REPORTS_WAITING);
    let watched = Arc::new(AtomicBool::new(false));
    let feed = MonitorFeed {
        reports: sender,
        watched: Arc::clone(&watched),
    };
    let monitor = Monitor {
        reports: receiver,
        watched,
    };
    (feed, monitor)
}

impl Monitor {
    /// Starts or ends the reports. What still waits from an earlier time is thrown away at the start.
    pub fn watch(&mut self, watched: bool) {
        if watched && !self.watched.load(Ordering::Relaxed) {
            while self.next_report().is_some() {}
        }
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// The next report that waits, oldest first.
    ///
    /// None come while the engine rests (see the crate's guarantees), or is not watched.
    pub fn next_report(&mut self) -> Option<Report> {
        self.reports.pop().ok()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.watched.store(false, Ordering::Relaxed);
    }
}

impl MonitorFeed {
    /// The time, if somebody watches.
    pub(crate) fn start(&self) -> Option<Instant> {
        self.watched.load(Ordering::Relaxed).then(Instant::now)
    }

    /// Reports a hop whose translation began at `started`; drops the report if there is no room.
    pub(crate) fn report(
        &mut self,
        started: Instant,
        input: &Hop,
        output: &Hop,
        telemetry: &Telemetry,
    ) {
        let compute_ns = u32::try_from(started.elapsed().as_nanos()).unwrap_or(u32::MAX);
        if self.reports.is_full() {
            return;
        }
        let report = Report {
            input: *input,
            output: *output,
            tracked_hz: telemetry.f0_hz,
            played_hz: telemetry.played_hz,
            voicing: telemetry.voicing,
            loudness_db: telemetry.loudness_db,
            gate_open: telemetry.gate_open,
            follows: telemetry.follows,
            notes: telemetry.notes,
            note_semitones: telemetry.note_semitones,
            compute_ns,
        };
        // There is room, and nobody else fills it.
        let sent = self.reports.push(report);
        debug_assert!(sent.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(feed: &mut MonitorFeed, level: f32) {
        let Some(started) = feed.start() else { return };
        let hop = [level; HOP_SAMPLES];
        let heard = Telemetry {
            f0_hz: 440.0,
            follows: true,
            notes: 3,
            note_semitones: 57.25,
            ..Telemetry::default()
        };
        feed.report(started, &hop, &[-level; HOP_SAMPLES], &heard);
    }

    #[test]
    fn reports_only_while_watched() {
        let (mut feed, mut monitor) = monitor();
        report(&mut feed, 1.0);
        assert_eq!(monitor.next_report(), None);
        monitor.watch(true);
        report(&mut feed, 2.0);
        let heard = monitor.next_report().expect("a report");
        assert_eq!((heard.input[127], heard.output[0]), (2.0, -2.0));
        assert_eq!((heard.tracked_hz, heard.follows), (440.0, true));
        assert_eq!((heard.notes, heard.note_semitones), (3, 57.25));
        report(&mut feed, 3.0);
        monitor.watch(false);
        report(&mut feed, 4.0);
        monitor.watch(true);
        assert_eq!(monitor.next_report(), None, "old news");
        drop(monitor);
        assert!(feed.start().is_none());
    }

    #[test]
    fn a_full_queue_drops_reports_and_goes_on() {
        let (mut feed, mut monitor) = monitor();
        monitor.watch(true);
        for hop in 0..2 * REPORTS_WAITING {
            report(&mut feed, hop as f32);
        }
        for hop in 0..REPORTS_WAITING {
            assert_eq!(monitor.next_report().map(|r| r.input[0]), Some(hop as f32));
        }
        assert_eq!(monitor.next_report(), None);
        report(&mut feed, 0.5);
        assert_eq!(monitor.next_report().map(|r| r.input[0]), Some(0.5));
    }
}
