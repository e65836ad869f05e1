//! The evaluation's own pitch tracker: plain YIN (de Cheveigné & Kawahara 2002), offline, independent of the one in the
//! product, so that the product is not judged by its own ear. Used alike on source and output.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Samples between two estimates (10 ms at 48 kHz).
pub(crate) const HOP_SAMPLES: usize = 480;
/// Samples compared with their shifted copy.
const WINDOW: usize = 2_048;
/// Longest period: 48 kHz / 50 Hz.
const MAX_LAG: usize = 960;
/// Shortest period: 48 kHz / 3 kHz.
const MIN_LAG: usize = 16;
const FFT: usize = 4_096;
/// A dip of the normalised difference below this is a period.
const THRESHOLD: f64 = 0.15;
/// Frames this far below the loudest one count as silence, in dB.
const SILENCE_DB: f64 = -50.0;

/// Fundamental in Hz every [`HOP_SAMPLES`] (frame centres), `None` where there is no clear pitch. 48 kHz in.
pub(crate) fn track(signal: &[f32]) -> Vec<Option<f64>> {
    track_every(signal, 1)
}

/// As [`track()`], but only every so many frames are looked at; those between have no pitch.
pub(crate) fn track_every(signal: &[f32], frames_apart: usize) -> Vec<Option<f64>> {
    let mut yin = Yin::new();
    let frames = signal.len() / HOP_SAMPLES + 1;
    let mut estimates = vec![None; frames];
    let mut energies = vec![0.0; frames];
    let mut block = vec![0.0f32; WINDOW + MAX_LAG];
    for frame in (0..frames).step_by(frames_apart) {
        let start = (frame * HOP_SAMPLES) as isize - (block.len() / 2) as isize;
        for (i, x) in block.iter_mut().enumerate() {
            *x = usize::try_from(start + i as isize)
                .ok()
                .and_then(|n| signal.get(n))
                .copied()
                .unwrap_or(0.0);
        }
        energies[frame] = block.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        estimates[frame] = yin.estimate(&block);
    }
    let loudest = energies.iter().copied().fold(1e-9, f64::max);
    let floor = loudest * 10f64.powf(SILENCE_DB / 10.0);
    for (estimate, energy) in estimates.iter_mut().zip(&energies) {
        if *energy < floor {
            *estimate = None;
        }
    }
    estimates
}

struct Yin {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    whole: Vec<f32>,
    window: Vec<f32>,
    whole_spectrum: Vec<Complex32>,
    window_spectrum: Vec<Complex32>,
    correlation: Vec<f32>,
    difference: Vec<f64>,
}

impl Yin {
    fn new() -> Yin {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(FFT);
        let inverse = planner.plan_fft_inverse(FFT);
        Yin {
            whole: forward.make_input_vec(),
            window: forward.make_input_vec(),
            whole_spectrum: forward.make_output_vec(),
            window_spectrum: forward.make_output_vec(),
            correlation: inverse.make_output_vec(),
            difference: vec![0.0; MAX_LAG + 1],
            forward,
            inverse,
        }
    }

    fn estimate(&mut self, block: &[f32]) -> Option<f64> {
        self.fill_difference(block);
        let d = &self.difference;
        // The first dip below the threshold, followed to its bottom.
        let mut lag = (MIN_LAG..MAX_LAG).find(|l| d[*l] < THRESHOLD)?;
        while lag + 1 < MAX_LAG && d[lag + 1] < d[lag] {
            lag += 1;
        }
        let (before, here, after) = (d[lag - 1], d[lag], d[lag + 1]);
        let curvature = before - 2.0 * here + after;
        let shift = if curvature > 1e-12 {
            0.5 * (before - after) / curvature
        } else {
            0.0
        };
        Some(48_000.0 / (lag as f64 + shift.clamp(-1.0, 1.0)))
    }

    /// YIN's cumulative mean normalised difference, by FFT.
    fn fill_difference(&mut self, block: &[f32]) {
        self.whole.fill(0.0);
        self.whole[..block.len()].copy_from_slice(block);
        self.window.fill(0.0);
        self.window[..WINDOW].copy_from_slice(&block[..WINDOW]);
        // All buffers come from the plans, so the lengths cannot be wrong.
        let _ = self
            .forward
            .process(&mut self.whole, &mut self.whole_spectrum);
        let _ = self
            .forward
            .process(&mut self.window, &mut self.window_spectrum);
        for (a, b) in self.whole_spectrum.iter_mut().zip(&self.window_spectrum) {
            *a *= b.conj();
        }
        for end in [0, FFT / 2] {
            self.whole_spectrum[end].im = 0.0;
        }
        let _ = self
            .inverse
            .process(&mut self.whole_spectrum, &mut self.correlation);
        let square = |x: &f32| f64::from(*x).powi(2);
        let energy: f64 = block[..WINDOW].iter().map(square).sum();
        let mut shifted = energy;
        let mut running = 0.0;
        self.difference[0] = 1.0;
        for lag in 1..=MAX_LAG {
            shifted += square(&block[lag + WINDOW - 1]) - square(&block[lag - 1]);
            let correlation = f64::from(self.correlation[lag]) / FFT as f64;
            let difference = (energy + shifted - 2.0 * correlation).max(0.0);
            running += difference;
            self.difference[lag] = if running > 1e-9 {
                difference * lag as f64 / running
            } else {
                1.0
            };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mynah_cli::notes::midi_to_hz;
    use mynah_cli::synth::{Voice, melody, render};

    #[test]
    fn harmonic_tones_are_found_within_three_cents() {
        for hz in [55.0, 110.0, 261.6, 440.0, 1_318.5, 2_093.0] {
            let tone: Vec<f32> = (0..24_000)
                .map(|i| {
                    let p = std::f64::consts::TAU * hz * f64::from(i) / 48e3;
                    (p.sin() + 0.6 * (2.0 * p).sin() + 0.4 * (3.0 * p).sin()) as f32 * 0.3
                })
                .collect();
            let track = track(&tone);
            let middle = track[track.len() / 2].unwrap();
            assert!(
                (1200.0 * (middle / hz).log2()).abs() < 3.0,
                "{hz} Hz read as {middle}"
            );
        }
    }

    #[test]
    fn a_sparse_track_is_the_track_with_gaps() {
        let tone: Vec<f32> = (0..24_000).map(|i| (i as f32 * 0.05).sin()).collect();
        let (full, sparse) = (track(&tone), track_every(&tone, 3));
        assert_eq!(full.len(), sparse.len());
        for (frame, estimate) in sparse.iter().enumerate() {
            let expected = if frame % 3 == 0 { full[frame] } else { None };
            assert_eq!(*estimate, expected);
        }
    }

    #[test]
    fn noise_and_silence_have_no_pitch() {
        let mut random = mynah_cli::notes::Random::new(5);
        let noise: Vec<f32> = (0..48_000).map(|_| random.bipolar() as f32).collect();
        assert!(track(&noise).iter().flatten().count() < 3);
        assert_eq!(track(&[0.0; 9_600]).iter().flatten().count(), 0);
    }

    #[test]
    fn every_voice_plays_the_pitch_of_its_note() {
        for voice in Voice::ALL {
            for midi in [48, 60, 69, 76] {
                let sound = render(voice, &melody(0.0, 0.8, 0.0, &[(midi, 1.0, 100)]), 3);
                let track = track(&sound);
                let mut voiced: Vec<f64> =
                    track.iter().filter_map(|f| f.map(|hz| hz.log2())).collect();
                assert!(
                    voiced.len() > 20,
                    "{voice:?} {midi}: {} voiced frames",
                    voiced.len()
                );
                voiced.sort_by(f64::total_cmp);
                let cents =
                    1200.0 * (voiced[voiced.len() / 2] - midi_to_hz(f64::from(midi)).log2());
                assert!(cents.abs() < 12.0, "{voice:?} {midi}: off by {cents} cents");
            }
        }
    }
}
