//! What the audio thread tells the editor: atomics, and the engine's lock-free monitor. Nothing waits,
//! and nothing is computed while the editor is closed.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use mynah_engine::{Monitor, Report};
use nice_plug_egui::RepaintNotifier;

use crate::comparison::Comparison;
use crate::state::lock;

/// Whether sound is being translated, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Condition {
    /// The host has not activated the plugin yet.
    Idle = 0,
    /// The engine runs.
    Running = 1,
    /// The host's sample rate is outside what the engine supports.
    UnsupportedRate = 2,
    /// The engine could not be built.
    EngineFailed = 3,
}

impl Condition {
    fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Running,
            2 => Self::UnsupportedRate,
            3 => Self::EngineFailed,
            _ => Self::Idle,
        }
    }
}

/// An `f32` that two threads share.
#[derive(Default)]
struct SharedF32(AtomicU32);

impl SharedF32 {
    fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, value: f32) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Keeps the larger of both. Non-negative finite floats order like their bits.
    fn raise(&self, value: f32) {
        self.0
            .fetch_max(value.max(0.0).to_bits(), Ordering::Relaxed);
    }

    fn take(&self) -> f32 {
        f32::from_bits(self.0.swap(0, Ordering::Relaxed))
    }
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
    /// Whether left and right cancel in the mono that is translated.
    pub cancels: bool,
    /// Whether the engine reports hops, so that there is always something new to see.
    pub reports: bool,
}

/// Shared by one plugin instance and its editor.
#[derive(Default)]
pub struct Shared {
    condition: AtomicU8,
    rate_hz: SharedF32,
    latency_samples: AtomicU32,
    editor_open: AtomicBool,
    scale_factor: SharedF32,
    input_peak: SharedF32,
    output_peak: SharedF32,
    pitch_hz: SharedF32,
    voicing: SharedF32,
    octave: AtomicI32,
    cancels: AtomicBool,
    repaint: RepaintNotifier,
    /// The present engine's. Only the main thread and the window's lock it, never the audio thread.
    monitor: Mutex<Option<Monitor>>,
    /// What the player did, for as long as the instance lives. Never the audio thread's.
    comparison: Mutex<Comparison>,
}

impl Shared {
    /// What the last activation came to.
    pub fn condition(&self) -> Condition {
        Condition::from_u8(self.condition.load(Ordering::Acquire))
    }

    /// The host's sample rate at the last activation, Hz.
    pub fn rate_hz(&self) -> f32 {
        self.rate_hz.get()
    }

    /// The latency reported to the host, in samples at the host's rate.
    pub fn latency_samples(&self) -> u32 {
        self.latency_samples.load(Ordering::Relaxed)
    }

    /// Whether an editor is open, so that meters are worth publishing.
    pub fn editor_open(&self) -> bool {
        self.editor_open.load(Ordering::Acquire)
    }

    pub(crate) fn set_editor_open(&self, open: bool) {
        self.clear_meters();
        let mut monitor = lock(&self.monitor);
        self.editor_open.store(open, Ordering::Release);
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

    /// Physical pixels per logical pixel on the screen where the editor was last seen.
    pub(crate) fn scale_factor(&self) -> f32 {
        let known = self.scale_factor.get();
        if known > 0.0 { known } else { 1.0 }
    }

    /// The screen's, as long as no window has told.
    pub(crate) fn suggest_scale_factor(&self, scale_factor: f32) {
        if self.scale_factor.get() <= 0.0 {
            self.scale_factor.set(scale_factor);
        }
    }

    pub(crate) fn set_scale_factor(&self, scale_factor: f32) {
        self.scale_factor.set(scale_factor);
    }

    /// What asks the editor to draw again.
    pub(crate) fn repaint(&self) -> &RepaintNotifier {
        &self.repaint
    }

    pub(crate) fn set_activation(&self, condition: Condition, rate_hz: f32, latency_samples: u32) {
        self.rate_hz.set(rate_hz);
        self.latency_samples
            .store(latency_samples, Ordering::Relaxed);
        self.condition.store(condition as u8, Ordering::Release);
        self.repaint.request_repaint();
    }

    /// Audio thread: adds a block's measurements. Asks for a repaint only when there is something
    /// to see; the editor lets its bars fall by itself.
    pub(crate) fn publish(&self, reading: &Reading) {
        self.input_peak.raise(reading.input_peak);
        self.output_peak.raise(reading.output_peak);
        let octave_before = self.octave.swap(reading.octave, Ordering::Relaxed);
        let cancels_before = self.cancels.swap(reading.cancels, Ordering::Relaxed);
        let changed = self.pitch_hz.get() != reading.pitch_hz
            || octave_before != reading.octave
            || cancels_before != reading.cancels;
        self.pitch_hz.set(reading.pitch_hz);
        self.voicing.set(reading.voicing);
        // -72 dBFS: below the lowest mark of the meters.
        let audible = reading.input_peak.max(reading.output_peak) > 2.5e-4;
        if audible || changed || reading.reports {
            self.repaint.request_repaint();
        }
    }

    /// Editor: the measurements since the last call.
    pub fn take_reading(&self) -> Reading {
        Reading {
            input_peak: self.input_peak.take(),
            output_peak: self.output_peak.take(),
            pitch_hz: self.pitch_hz.get(),
            voicing: self.voicing.get(),
            octave: self.octave.load(Ordering::Relaxed),
            cancels: self.cancels.load(Ordering::Relaxed),
            reports: false,
        }
    }

    pub(crate) fn clear_meters(&self) {
        self.input_peak.set(0.0);
        self.output_peak.set(0.0);
        self.pitch_hz.set(0.0);
        self.voicing.set(0.0);
        self.octave.store(0, Ordering::Relaxed);
        self.cancels.store(false, Ordering::Relaxed);
    }
}
