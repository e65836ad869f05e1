//! What the audio thread tells the editor: atomics, and the engine's lock-free monitor. Nothing waits,
//! and nothing is computed while the editor is closed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use crossbeam_utils::CachePadded;
use crossbeam_utils::atomic::AtomicCell;
use mynah_engine::{HeardKey, Key, Monitor, Report};
use nice_plug_egui::RepaintNotifier;

use crate::comparison::Comparison;
use crate::lock::lock;
use crate::recording::Recording;

/// Whether sound is being translated, and if not, why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// The host has not activated the plugin yet.
    #[default]
    Idle,
    /// The engine runs.
    Running,
    /// The host's sample rate is outside what the engine supports.
    UnsupportedRate,
    /// The engine could not be built.
    EngineFailed,
}

/// The highest of the levels that one thread tells another. A plain atomic, since a cell of floats knows no maximum:
/// non-negative finite floats order like their bits.
#[derive(Default)]
struct Peak(AtomicU32);

impl Peak {
    /// Keeps the larger of both.
    fn raise(&self, level: f32) {
        self.0
            .fetch_max(level.max(0.0).to_bits(), Ordering::Relaxed);
    }

    fn take(&self) -> f32 {
        f32::from_bits(self.0.swap(0, Ordering::Relaxed))
    }
}

/// What the audio thread writes with each block while an editor is open.
#[derive(Default)]
struct Meters {
    input_peak: Peak,
    output_peak: Peak,
    pitch_hz: AtomicCell<f32>,
    voicing: AtomicCell<f32>,
    octave: AtomicCell<i32>,
    /// See [`key_cells`].
    key: AtomicCell<i32>,
    key_certainty: AtomicCell<f32>,
    cancels: AtomicCell<bool>,
    beat_s: AtomicCell<f32>,
    /// A bit for each key, the low ones first.
    held_keys: [AtomicCell<u64>; 2],
}

// A cell of anything larger than the machine's atomics would take a lock.
const _: () = assert!(
    AtomicCell::<f32>::is_lock_free()
        && AtomicCell::<i32>::is_lock_free()
        && AtomicCell::<bool>::is_lock_free()
        && AtomicCell::<u64>::is_lock_free()
        && AtomicCell::<u16>::is_lock_free()
);

/// A key of the editor's keyboard that is held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PressedKey {
    /// 0 to 127, 60 for the middle C.
    pub key: u8,
    /// 1 to 127.
    pub velocity: u8,
}

/// One reading of the meters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Highest input sample since the last reading, linear.
    pub input_peak: f32,
    /// Highest output sample since the last reading, linear.
    pub output_peak: f32,
    /// Tracked pitch, Hz; 0 when there is none.
    pub pitch_hz: f32,
    /// How sure the pitch is, 0..=1.
    pub voicing: f32,
    /// The octave in use.
    pub octave: i32,
    /// The key that is heard, if one is sure.
    pub key: Option<HeardKey>,
    /// Whether left and right cancel in the mono that is translated.
    pub cancels: bool,
    /// The beat by which it plays on, seconds; 0 while it does not.
    pub beat_s: f32,
    /// Whether the engine reports hops, so that there is always something new to see.
    pub reports: bool,
    /// The keys that are held, a bit each.
    pub held_keys: u128,
}

/// A key as it is kept in cells that hold zeros at first: 0 is none.
fn key_cells(heard: Option<HeardKey>) -> (i32, f32) {
    heard.map_or((0, 0.0), |heard| {
        (1 + heard.key.number() as i32, heard.certainty)
    })
}

fn key_of(number: i32, certainty: f32) -> Option<HeardKey> {
    let number = usize::try_from(number - 1).ok()?;
    Some(HeardKey {
        key: Key::of(number),
        certainty,
    })
}

/// Shared by one plugin instance and its editor.
#[derive(Default)]
pub struct Shared {
    condition: AtomicCell<Condition>,
    rate_hz: AtomicCell<f32>,
    latency_samples: AtomicCell<u32>,
    editor_open: AtomicCell<bool>,
    scale_factor: AtomicCell<f32>,
    /// On cache lines of its own: what is written with each block slows nothing that is only read.
    meters: CachePadded<Meters>,
    repaint: RepaintNotifier,
    /// Its velocity in the upper byte; 0 without one.
    pressed_key: AtomicCell<u16>,
    /// The present engine's. Only the main thread and the window's lock it, never the audio thread.
    monitor: Mutex<Option<Monitor>>,
    /// What the player did, for as long as the instance lives. Never the audio thread's.
    comparison: Mutex<Comparison>,
    /// Of what comes in.
    recording: Recording,
}

impl Shared {
    /// What the last activation came to.
    pub fn condition(&self) -> Condition {
        self.condition.load()
    }

    /// The host's sample rate at the last activation, Hz.
    pub fn rate_hz(&self) -> f32 {
        self.rate_hz.load()
    }

    /// The latency reported to the host, in samples at the host's rate.
    pub fn latency_samples(&self) -> u32 {
        self.latency_samples.load()
    }

    /// Whether an editor is open, so that meters are worth publishing.
    pub fn editor_open(&self) -> bool {
        self.editor_open.load()
    }

    pub(crate) fn set_editor_open(&self, open: bool) {
        self.clear_meters();
        self.press_key(None);
        let mut monitor = lock(&self.monitor);
        self.editor_open.store(open);
        if let Some(monitor) = &mut *monitor {
            monitor.watch(open);
        }
    }

    /// Puts a new engine's monitor in the place of the last one's. Main thread.
    pub(crate) fn set_monitor(&self, new: Option<Monitor>) {
        let mut monitor = lock(&self.monitor);
        *monitor = new;
        if let Some(monitor) = &mut *monitor {
            monitor.watch(self.editor_open());
        }
    }

    /// Editor: the hops that were reported since the last call, oldest first.
    pub(crate) fn take_reports(&self, mut take: impl FnMut(&Report)) {
        if let Some(monitor) = &mut *lock(&self.monitor) {
            while let Some(report) = monitor.next_report() {
                take(&report);
            }
        }
    }

    /// What the player did, and the two settings to compare. Main thread and window's; not to be held while
    /// parameters are set.
    pub(crate) fn comparison(&self) -> MutexGuard<'_, Comparison> {
        lock(&self.comparison)
    }

    /// Records what comes in. Main thread and window's; the audio thread has a feed of its own.
    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Physical pixels per logical pixel on the screen where the editor was last seen.
    pub(crate) fn scale_factor(&self) -> f32 {
        let known = self.scale_factor.load();
        if known > 0.0 { known } else { 1.0 }
    }

    /// The screen's, as long as no window has told.
    pub(crate) fn suggest_scale_factor(&self, scale_factor: f32) {
        if self.scale_factor.load() <= 0.0 {
            self.scale_factor.store(scale_factor);
        }
    }

    pub(crate) fn set_scale_factor(&self, scale_factor: f32) {
        self.scale_factor.store(scale_factor);
    }

    /// The key that is pressed in the editor. Any thread.
    pub(crate) fn pressed_key(&self) -> Option<PressedKey> {
        let [velocity, key] = self.pressed_key.load().to_be_bytes();
        (velocity > 0).then_some(PressedKey { key, velocity })
    }

    /// Editor: this key is pressed from now on, or none.
    pub(crate) fn press_key(&self, key: Option<PressedKey>) {
        let bytes = key.map_or([0, 0], |key| [key.velocity, key.key]);
        self.pressed_key.store(u16::from_be_bytes(bytes));
    }

    /// What asks the editor to draw again.
    pub(crate) fn repaint(&self) -> &RepaintNotifier {
        &self.repaint
    }

    pub(crate) fn set_activation(&self, condition: Condition, rate_hz: f32, latency_samples: u32) {
        self.rate_hz.store(rate_hz);
        self.latency_samples.store(latency_samples);
        self.condition.store(condition);
        self.repaint.request_repaint();
    }

    /// Audio thread: adds a block's measurements. Asks for a repaint only when there is something
    /// to see; the editor lets its bars fall by itself.
    pub(crate) fn publish(&self, reading: &Reading) {
        let meters = &self.meters;
        meters.input_peak.raise(reading.input_peak);
        meters.output_peak.raise(reading.output_peak);
        let octave_before = meters.octave.swap(reading.octave);
        let (key, certainty) = key_cells(reading.key);
        let key_before = meters.key.swap(key);
        meters.key_certainty.store(certainty);
        let cancels_before = meters.cancels.swap(reading.cancels);
        let beat_before_s = meters.beat_s.swap(reading.beat_s);
        let halves = [reading.held_keys as u64, (reading.held_keys >> 64) as u64];
        let cells = meters.held_keys.iter().zip(halves);
        let keys_changed = cells.fold(false, |any, (cell, half)| cell.swap(half) != half || any);
        let changed = keys_changed
            || meters.pitch_hz.load() != reading.pitch_hz
            || octave_before != reading.octave
            || key_before != key
            || cancels_before != reading.cancels
            || beat_before_s != reading.beat_s;
        meters.pitch_hz.store(reading.pitch_hz);
        meters.voicing.store(reading.voicing);
        // -72 dBFS: below the lowest mark of the meters.
        let audible = reading.input_peak.max(reading.output_peak) > 2.5e-4;
        if audible || changed || reading.reports {
            self.repaint.request_repaint();
        }
    }

    /// Editor: the measurements since the last call.
    pub fn take_reading(&self) -> Reading {
        let meters = &self.meters;
        Reading {
            input_peak: meters.input_peak.take(),
            output_peak: meters.output_peak.take(),
            pitch_hz: meters.pitch_hz.load(),
            voicing: meters.voicing.load(),
            octave: meters.octave.load(),
            key: key_of(meters.key.load(), meters.key_certainty.load()),
            cancels: meters.cancels.load(),
            beat_s: meters.beat_s.load(),
            reports: false,
            held_keys: u128::from(meters.held_keys[0].load())
                | u128::from(meters.held_keys[1].load()) << 64,
        }
    }

    pub(crate) fn clear_meters(&self) {
        let meters = &self.meters;
        meters.input_peak.take();
        meters.output_peak.take();
        meters.pitch_hz.store(0.0);
        meters.voicing.store(0.0);
        meters.octave.store(0);
        meters.key.store(key_cells(None).0);
        meters.cancels.store(false);
        meters.beat_s.store(0.0);
        meters.held_keys.iter().for_each(|half| half.store(0));
    }
}
