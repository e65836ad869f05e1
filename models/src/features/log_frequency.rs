//! Log-frequency spectra for hearing several voices: a frame every [`VOICE_FRAME_SAMPLES`], from the past only.
//!
//! *Fine* spectra have three bins a semitone, from windows that tell neighbouring semitones apart: a constant-Q
//! transform (Brown 1991) in four steps. *Quick* ones have a bin a semitone, from windows half as long, which hear a
//! stroke sooner. `models/training/mynah_training/voices_features.py` is the specification.
//!
//! Thread: [`LogFrequency`] is shared; a [`LogFrequencyState`] belongs to one stream, and its step neither allocates nor
//! panics.

use super::history::History;
use super::spectrum::{Spectrum, SpectrumState, Window};
use super::triangle::Triangle;
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Samples from frame to frame: 93.75 frames a second.
pub const VOICE_FRAME_SAMPLES: usize = 512;
/// The lowest pitch that is listened for: E1, MIDI note 28.
pub const LOWEST_VOICE_MIDI: usize = 28;
/// Semitones from the lowest pitch on whose spectrum is seen: up to 12.5 kHz.
pub const QUICK_BINS: usize = 100;
/// Bins of the fine spectrum in a semitone.
pub const FINE_PER_SEMITONE: usize = 3;
/// Bins of the fine spectrum; the second of three is the semitone itself.
pub const FINE_BINS: usize = FINE_PER_SEMITONE * QUICK_BINS;

const WINDOWS: [usize; 5] = [8192, 4096, 2048, 1024, 512];
/// Below which MIDI note each of the first four windows is the fine one; the quick one is the next shorter.
const FINE_UP_TO_MIDI: [f64; 4] = [61.0, 73.0, 85.0, 128.0];
/// Added to the power before the logarithm: -100 dB.
const POWER_FLOOR: f32 = 1e-10;

/// One window's share of both spectra.
struct Share {
    spectrum: Spectrum,
    fine: Vec<Triangle>,
    quick: Vec<Triangle>,
}

/// Windows and filter banks.
pub struct LogFrequency {
    shares: [Share; WINDOWS.len()],
}

/// Natural log of the amplitude in each bin, at least ln(1e-5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogFrequencyFrame {
    /// A third of a semitone from bin to bin.
    pub fine: [f32; FINE_BINS],
    /// A semitone from bin to bin.
    pub quick: [f32; QUICK_BINS],
}

/// One stream's past and scratch.
#[derive(Clone, Debug)]
pub struct LogFrequencyState {
    history: History,
    /// Samples since the last frame.
    pending_samples: usize,
    spectra: [SpectrumState; WINDOWS.len()],
    frame: LogFrequencyFrame,
}

impl Default for LogFrequency {
    fn default() -> Self {
        Self::new()
    }
}

impl LogFrequency {
    /// Computes windows and filter banks. Allocates.
    pub fn new() -> Self {
        let lowest = LOWEST_VOICE_MIDI as f64;
        let fine_midi = |bin: usize| lowest + (bin as f64 - 1.0) / FINE_PER_SEMITONE as f64;
        let quick_midi = |bin: usize| lowest + bin as f64;
        let shares = std::array::from_fn(|k| {
            let size = WINDOWS[k];
            let bank =
                |bins: usize, midi: &dyn Fn(usize) -> f64, half: f64, place: Option<usize>| {
                    let Some(place) = place.filter(|place| *place < FINE_UP_TO_MIDI.len()) else {
                        return Vec::new();
                    };
                    let from = place
                        .checked_sub(1)
                        .map_or(-1000.0, |at| FINE_UP_TO_MIDI[at]);
                    let here = from - 0.5..FINE_UP_TO_MIDI[place] - 0.5;
                    (0..bins)
                        .map(midi)
                        .filter(|midi| here.contains(midi))
                        .map(|midi| triangle(midi, half, size))
                        .collect()
                };
            Share {
                spectrum: Spectrum::new(Window::leaning(size)),
                fine: bank(
                    FINE_BINS,
                    &fine_midi,
                    1.0 / FINE_PER_SEMITONE as f64,
                    Some(k),
                ),
                quick: bank(QUICK_BINS, &quick_midi, 1.0, k.checked_sub(1)),
            }
        });
        Self { shares }
    }

    /// The next hop -> a frame at the end of every fourth. Audio thread.
    pub fn step<'a>(
        &self,
        state: &'a mut LogFrequencyState,
        hop: &[f32; HOP_SAMPLES],
    ) -> Option<&'a LogFrequencyFrame> {
        state.history.push(hop);
        state.pending_samples += HOP_SAMPLES;
        if state.pending_samples < VOICE_FRAME_SAMPLES {
            return None;
        }
        state.pending_samples = 0;
        let mut fine = state.frame.fine.iter_mut();
        let mut quick = state.frame.quick.iter_mut();
        for ((share, scratch), size) in self.shares.iter().zip(&mut state.spectra).zip(WINDOWS) {
            let power = share.spectrum.step(scratch, state.history.latest(size));
            for (triangle, out) in share.fine.iter().zip(&mut fine) {
                *out = log(triangle.sum(power));
            }
            for (triangle, out) in share.quick.iter().zip(&mut quick) {
                *out = log(triangle.sum(power));
            }
        }
        Some(&state.frame)
    }
}

impl LogFrequencyState {
    /// Silence before the first hop. Allocates.
    pub fn new(tables: &LogFrequency) -> Self {
        let silence = log(0.0);
        Self {
            history: History::new(WINDOWS[0]),
            pending_samples: 0,
            spectra: std::array::from_fn(|k| SpectrumState::new(&tables.shares[k].spectrum)),
            frame: LogFrequencyFrame {
                fine: [silence; FINE_BINS],
                quick: [silence; QUICK_BINS],
            },
        }
    }

    /// Back to silence. Audio thread.
    pub fn reset(&mut self) {
        self.history.reset();
        self.pending_samples = 0;
    }

    /// Becomes `other` without allocating; scratch is left as it is.
    pub fn copy_from(&mut self, other: &Self) {
        self.history.copy_from(&other.history);
        self.pending_samples = other.pending_samples;
    }
}

fn log(power: f32) -> f32 {
    0.5 * (power + POWER_FLOOR).ln()
}

fn midi_to_hz(midi: f64) -> f64 {
    440.0 * ((midi - 69.0) / 12.0).exp2()
}

/// From `half_semitones` below a pitch to as much above it, and to the next bin at least.
fn triangle(midi: f64, half_semitones: f64, size: usize) -> Triangle {
    let spacing_hz = f64::from(SAMPLE_RATE_HZ) / size as f64;
    let centre = midi_to_hz(midi);
    let left = midi_to_hz(midi - half_semitones).min(centre - spacing_hz);
    let right = midi_to_hz(midi + half_semitones).max(centre + spacing_hz);
    Triangle::new([left, centre, right], spacing_hz, size / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn a_tone_is_loudest_in_the_bin_of_its_pitch() {
        let tables = LogFrequency::new();
        let bins: usize = tables.shares.iter().map(|s| s.fine.len()).sum();
        let quick: usize = tables.shares.iter().map(|s| s.quick.len()).sum();
        assert_eq!((bins, quick), (FINE_BINS, QUICK_BINS));
        for midi in [40, 57, 60, 61, 72, 73, 84, 85, 100, 120] {
            let mut state = LogFrequencyState::new(&tables);
            let hz = midi_to_hz(f64::from(midi));
            let mut last = None;
            for hop in 0..80 {
                let sine = std::array::from_fn(|n| {
                    let t = (hop * HOP_SAMPLES + n) as f64 / f64::from(SAMPLE_RATE_HZ);
                    (0.25 * (TAU * hz * t).sin()) as f32
                });
                last = tables.step(&mut state, &sine).copied().or(last);
            }
            let frame = last.map(|frame| (frame.fine, frame.quick));
            let (fine, quick) = frame.unwrap_or(([0.0; FINE_BINS], [0.0; QUICK_BINS]));
            let loudest = |row: &[f32]| {
                let best = (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b]));
                best.unwrap_or(0) as i64
            };
            let place = i64::from(midi) - LOWEST_VOICE_MIDI as i64;
            let apart = (loudest(&fine) - 3 * place - 1).abs();
            assert!(
                apart <= if midi < 50 { 2 } else { 1 },
                "{midi}: {apart} bins"
            );
            assert!((loudest(&quick) - place).abs() <= 1, "{midi}");
        }
    }
}
