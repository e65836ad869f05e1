//! The queue between the audio thread and the thread that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

/// Samples that may wait: 5.5 s at 48 kHz, 1.4 s at 192 kHz. A disk is rarely busy for longer.
pub(super) const WAITING_SAMPLES: usize = 1 << 18;

/// What both ends, and whoever starts and stops, know of each other.
#[derive(Default)]
pub(super) struct Signals {
    is_on: AtomicBool,
    /// Samples for which there was no room since the recording began.
    dropped: AtomicU64,
    /// The bits of the host's rate, Hz; 0 before it is known.
    rate_hz: AtomicU64,
}

impl Signals {
    pub(super) fn rate_hz(&self) -> f64 {
        f64::from_bits(self.rate_hz.load(Ordering::Acquire))
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn turn_off(&self) {
        self.is_on.store(false, Ordering::Release);
    }
}

/// The audio thread's end.
pub(crate) struct Feed {
    samples: Producer<f32>,
    signals: Arc<Signals>,
    is_offline: bool,
}

/// The end of the thread that writes.
pub(super) struct Tape {
    samples: Consumer<f32>,
    signals: Arc<Signals>,
}

/// Both ends; nothing is recorded yet. Allocates.
pub(super) fn tape(signals: &Arc<Signals>) -> (Feed, Tape) {
    let (sender, receiver) = RingBuffer::new(WAITING_SAMPLES);
    let feed = Feed {
        samples: sender,
        signals: Arc::clone(signals),
        is_offline: false,
    };
    let tape = Tape {
        samples: receiver,
        signals: Arc::clone(signals),
    };
    (feed, tape)
}

impl Feed {
    /// Learns what the host is about to send. A file has one rate: at another one, a recording ends. Main thread, while no
    /// sound is processed.
    pub(crate) fn prepare(&mut self, rate_hz: f64, is_offline: bool) {
        self.is_offline = is_offline;
        if self.signals.rate_hz() != rate_hz {
            self.signals.turn_off();
            let bits = rate_hz.to_bits();
            self.signals.rate_hz.store(bits, Ordering::Release);
        }
    }

    /// Takes a block as it came in, as the mean of its channels, if it is to be recorded; a bounce is not. Where there is no room
    /// for it, the rest is dropped and counted. Audio thread: a copy, and nothing that waits.
    pub(crate) fn take(&mut self, channels: &[&mut [f32]]) {
        if self.is_offline || !self.signals.is_on.load(Ordering::Acquire) {
            return;
        }
        let samples = channels.iter().map(|channel| channel.len()).min();
        let samples = samples.unwrap_or_default();
        let room = self.samples.slots().min(samples);
        let gain = 1.0 / channels.len().max(1) as f32;
        let mean = |n: usize| {
            let sum: f32 = channels.iter().map(|channel| channel[n]).sum();
            let mean = gain * sum;
            if mean.is_finite() { mean } else { 0.0 }
        };
        if let Ok(chunk) = self.samples.write_chunk_uninit(room) {
            chunk.fill_from_iter((0..room).map(mean));
        }
        if room < samples {
            let lost = (samples - room) as u64;
            self.signals.dropped.fetch_add(lost, Ordering::Relaxed);
        }
    }
}

impl Tape {
    /// Begins: what still waits from an earlier time is thrown away.
    pub(super) fn turn_on(&mut self) {
        let old = self.samples.slots();
        if let Ok(chunk) = self.samples.read_chunk(old) {
            chunk.commit_all();
        }
        self.signals.dropped.store(0, Ordering::Relaxed);
        self.signals.is_on.store(true, Ordering::Release);
    }

    /// Hands on what waits, in one or two parts.
    ///
    /// # Errors
    /// What `take` answers; then what was not taken is lost.
    pub(super) fn read<E>(
        &mut self,
        mut take: impl FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let waiting = self.samples.slots();
        let Ok(chunk) = self.samples.read_chunk(waiting) else {
            return Ok(());
        };
        let (first, second) = chunk.as_slices();
        let taken = take(first).and_then(|()| take(second));
        chunk.commit_all();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tape: &mut Tape) -> Vec<f32> {
        let mut all = Vec::new();
        let taken: Result<(), ()> = tape.read(|part| {
            all.extend_from_slice(part);
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        all
    }

    #[test]
    fn the_mean_of_the_channels_is_taken_while_it_is_on() {
        let signals = Arc::new(Signals::default());
        let (mut feed, mut tape) = tape(&signals);
        feed.prepare(48_000.0, false);
        let mut left = [0.5, f32::NAN, 1.0];
        let mut right = [0.25, 0.0, -1.0];
        let mut take = |feed: &mut Feed| {
            let channels: [&mut [f32]; 2] = [&mut left, &mut right];
            let measured = allocation_counter::measure(|| feed.take(&channels));
            assert_eq!(measured.count_total, 0, "the audio thread allocated");
        };
        take(&mut feed);
        assert!(read(&mut tape).is_empty());
        tape.turn_on();
        take(&mut feed);
        assert_eq!(read(&mut tape), [0.375, 0.0, 0.0]);
        // Not in a bounce, and at no other rate.
        feed.prepare(48_000.0, true);
        take(&mut feed);
        feed.prepare(48_000.0, false);
        take(&mut feed);
        feed.prepare(44_100.0, false);
        take(&mut feed);
        assert_eq!(read(&mut tape).len(), 3);
        // What waited is no part of the next recording.
        tape.turn_on();
        take(&mut feed);
        tape.turn_on();
        assert!(read(&mut tape).is_empty());
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let signals = Arc::new(Signals::default());
        let (mut feed, mut tape) = tape(&signals);
        feed.prepare(48_000.0, false);
        tape.turn_on();
        let mut block = vec![0.5; WAITING_SAMPLES - 10];
        for _ in 0..2 {
            feed.take(&[&mut block]);
        }
        assert_eq!(signals.dropped(), (WAITING_SAMPLES - 20) as u64);
        assert_eq!(read(&mut tape).len(), WAITING_SAMPLES);
        tape.turn_on();
        assert_eq!(signals.dropped(), 0);
    }
}
