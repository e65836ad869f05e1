//! Causal features of the input: one frame every [`crate::FRAME_SAMPLES`] samples, from the past
//! only.
//!
//! Frame `k` (1, 2, ..) sees the input up to sample `256 k`, exclusive, and is there at the end of
//! every second hop. Frame 0 is silence.
//!
//! Every part is a table type (immutable, shared by instances) and a state or scratch value of one
//! stream; the steps neither allocate nor panic. [`Features`] puts them together.

mod afterwards;
mod dynamics;
mod history;
mod log_frequency;
mod log_mel;
mod loudness;
mod pitch;
mod pitch_low;
mod pitch_memory;
mod pitch_nsdf;
mod pitch_peak;
mod spectrum;
mod triangle;
mod whitening;

pub use afterwards::{
    OUTLINE_STEP_SAMPLES, PITCH_BEHIND_FRAMES, RISE_STEPS, centred_semitones, last_quiet,
    steepest_rise,
};
pub use dynamics::{attack, steadied};
pub use history::History;
pub use log_frequency::{
    FINE_BINS, FINE_PER_SEMITONE, LOWEST_VOICE_MIDI, LogFrequency, LogFrequencyFrame,
    LogFrequencyState, QUICK_BINS, VOICE_FRAME_SAMPLES,
};
pub use log_mel::{LogMel, mel_band, mel_band_hz};
pub use loudness::{Loudness, a_weighting, log_to_db};
pub use pitch::{PITCH_HIGH_HZ, PITCH_LOW_HZ, Pitch, PitchEstimate, PitchState};
pub use spectrum::{Spectrum, SpectrumState, Window};
pub use whitening::{ErrorFilter, Whitening, WhiteningState};

use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES};

/// Length of the window of the networks' power spectrum.
pub const WINDOW_SAMPLES: usize = 1024;
/// Bins of that spectrum.
pub const SPECTRUM_BINS: usize = WINDOW_SAMPLES / 2 + 1;
/// Bands of the log-mel spectrum.
pub const MEL_BINS: usize = 80;
/// Length of the pitch tracker's window.
pub const PITCH_WINDOW_SAMPLES: usize = 2048;
/// Order of the linear prediction.
pub const LPC_ORDER: usize = 32;
/// Taps of the filter that whitens the input.
pub const ERROR_FILTER_TAPS: usize = LPC_ORDER + 1;

/// Everything known of the input at one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeatureFrame {
    /// Natural log of the amplitude in each mel band, from ln(1e-5).
    pub log_mel: [f32; MEL_BINS],
    /// Natural log of the A-weighted amplitude, from ln(1e-5); see [`log_to_db`].
    pub log_level: f32,
    /// The same without the ripple of a low note's periods; see [`steadied`].
    pub log_loudness: f32,
    /// How far the newest samples are above that, in nepers, 0 or more; see [`attack()`].
    pub attack: f32,
    /// Pitch and voicing.
    pub pitch: PitchEstimate,
    /// The filter that whitens the input, and the level of what it leaves.
    pub error_filter: ErrorFilter,
}

/// The tables of all features.
pub struct Features {
    spectrum: Spectrum,
    log_mel: LogMel,
    loudness: Loudness,
    short_spectrum: Spectrum,
    short_loudness: Loudness,
    pitch: Pitch,
    whitening: Whitening,
}

/// One stream's features.
#[derive(Clone, Debug)]
pub struct FeaturesState {
    history: History,
    /// Samples since the last frame.
    pending_samples: usize,
    spectrum: SpectrumState,
    short_spectrum: SpectrumState,
    pitch: PitchState,
    whitening: WhiteningState,
    frame: FeatureFrame,
    silence: FeatureFrame,
}

impl Default for Features {
    fn default() -> Self {
        Self::new()
    }
}

impl Features {
    /// Computes the tables and plans the transforms.
    pub fn new() -> Self {
        Self {
            spectrum: Spectrum::new(Window::LONG),
            log_mel: LogMel::default(),
            loudness: Loudness::new(Window::LONG),
            short_spectrum: Spectrum::new(Window::SHORT),
            short_loudness: Loudness::new(Window::SHORT),
            pitch: Pitch::default(),
            whitening: Whitening::default(),
        }
    }

    /// Takes a hop of input. Every second hop completes a frame, which is returned.
    pub fn step<'a>(
        &self,
        state: &'a mut FeaturesState,
        input: &[f32; HOP_SAMPLES],
    ) -> Option<&'a FeatureFrame> {
        state.history.push(input);
        state.pending_samples += HOP_SAMPLES;
        if state.pending_samples < FRAME_SAMPLES {
            return None;
        }
        state.pending_samples = 0;
        self.analyse(state);
        Some(&state.frame)
    }

    fn analyse(&self, state: &mut FeaturesState) {
        let FeaturesState {
            history,
            spectrum,
            short_spectrum,
            pitch,
            whitening,
            frame,
            ..
        } = state;
        let power = self.spectrum.step(spectrum, history.latest(WINDOW_SAMPLES));
        self.log_mel.step(power, &mut frame.log_mel);
        frame.log_level = self.loudness.step(power);
        frame.log_loudness = steadied(frame.log_loudness, frame.log_level);
        frame.attack = attack(
            self.short_level(short_spectrum, history),
            frame.log_loudness,
        );
        frame.error_filter = self.whitening.step(whitening, power);
        frame.pitch = self.pitch.step(pitch, history.latest(PITCH_WINDOW_SAMPLES));
    }

    /// The level over the short window.
    fn short_level(&self, spectrum: &mut SpectrumState, history: &History) -> f32 {
        let newest = history.latest(Window::SHORT.samples());
        self.short_loudness
            .step(self.short_spectrum.step(spectrum, newest))
    }
}

impl FeaturesState {
    /// The state before the first sample: silence.
    pub fn new(features: &Features) -> Self {
        let mut spectrum = SpectrumState::new(&features.spectrum);
        let short_spectrum = SpectrumState::new(&features.short_spectrum);
        let mut pitch = PitchState::new(&features.pitch);
        let mut whitening = WhiteningState::new(&features.whitening);
        let history = History::new(PITCH_WINDOW_SAMPLES);
        let mut log_mel = [0.0; MEL_BINS];
        let power = features
            .spectrum
            .step(&mut spectrum, history.latest(WINDOW_SAMPLES));
        features.log_mel.step(power, &mut log_mel);
        let silence = FeatureFrame {
            log_mel,
            log_level: features.loudness.step(power),
            log_loudness: features.loudness.step(power),
            attack: 0.0,
            pitch: features
                .pitch
                .step(&mut pitch, history.latest(PITCH_WINDOW_SAMPLES)),
            error_filter: features.whitening.step(&mut whitening, power),
        };
        pitch.reset();
        Self {
            history,
            pending_samples: 0,
            spectrum,
            short_spectrum,
            pitch,
            whitening,
            frame: silence,
            silence,
        }
    }

    /// The latest frame; silence before the first.
    pub fn frame(&self) -> &FeatureFrame {
        &self.frame
    }

    /// Back to the state before the first sample.
    pub fn reset(&mut self) {
        self.history.reset();
        self.pending_samples = 0;
        self.pitch.reset();
        self.frame = self.silence;
    }

    /// Has the next frame end as if so many hops had been stepped through since the one before.
    pub fn align(&mut self, hops: usize) {
        self.pending_samples = hops * HOP_SAMPLES % FRAME_SAMPLES;
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.history.copy_from(&other.history);
        self.pending_samples = other.pending_samples;
        self.pitch.copy_from(&other.pitch);
        self.frame = other.frame;
    }
}
