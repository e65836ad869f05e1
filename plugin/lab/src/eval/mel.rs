//! The log-mel distance the table is built on.
//!
//! 80 triangular bands from 40 Hz to 20 kHz (HTK mel scale, peak 1) over the amplitudes of a 1,024-sample Hann window
//! (zero-padded to 2,048) every 256 samples; natural logarithm with a floor of 1e-3 of full scale (-60 dB), after the
//! whole signal was brought to -20 dBFS RMS. The high floor makes tone count for more than noise floors do.

use mynah_cli::stft::Stft;
use mynah_models::mel::{hz_to_mel, mel_to_hz};

/// Bands.
pub(crate) const BANDS: usize = 80;
/// Floor of the amplitudes, relative to full scale.
pub(crate) const FLOOR: f32 = 1e-3;
/// RMS every signal is brought to, in dBFS.
pub(crate) const LEVEL_DB: f64 = -20.0;
const LOWEST_HZ: f64 = 40.0;
const HIGHEST_HZ: f64 = 20_000.0;

/// Filter bank and transform.
pub(crate) struct MelAnalysis {
    stft: Stft,
    /// Per band: first bin and weights.
    bands: Vec<(usize, Vec<f32>)>,
}

impl MelAnalysis {
    /// Tables for 48 kHz.
    pub(crate) fn new() -> MelAnalysis {
        MelAnalysis::sized(1_024, 256, BANDS)
    }

    /// The same with `count` bands over another `window`, zero-padded to twice its length, every `hop` samples.
    pub(crate) fn sized(window: usize, hop: usize, count: usize) -> MelAnalysis {
        let fft = 2 * window;
        let stft = Stft::new(window, fft, hop);
        let (low, high) = (hz_to_mel(LOWEST_HZ), hz_to_mel(HIGHEST_HZ));
        let edge_hz = |i: usize| mel_to_hz(low + (high - low) * i as f64 / (count + 1) as f64);
        let bin_hz = 48_000.0 / fft as f64;
        let band = |b: usize| {
            let (left, centre, right) = (edge_hz(b), edge_hz(b + 1), edge_hz(b + 2));
            let weight = |bin: usize| {
                let hz = bin as f64 * bin_hz;
                (((hz - left) / (centre - left)).min((right - hz) / (right - centre))).max(0.0)
                    as f32
            };
            let first = (left / bin_hz).ceil() as usize;
            let last = (right / bin_hz).floor() as usize;
            (first, (first..=last).map(weight).collect())
        };
        MelAnalysis {
            bands: (0..count).map(band).collect(),
            stft,
        }
    }

    /// Transform behind the bands.
    pub(crate) fn stft(&self) -> &Stft {
        &self.stft
    }

    /// First bin and weights of each band.
    pub(crate) fn bands(&self) -> &[(usize, Vec<f32>)] {
        &self.bands
    }

    /// Mel amplitudes, frames x bands, of the signal as it is.
    pub(crate) fn amplitudes(&self, signal: &[f32]) -> Vec<Vec<f32>> {
        let fold = |frame: &Vec<f32>| -> Vec<f32> {
            self.bands
                .iter()
                .map(|(first, weights)| {
                    weights
                        .iter()
                        .zip(&frame[*first..])
                        .map(|(w, m)| w * m)
                        .sum()
                })
                .collect()
        };
        self.stft.magnitudes(signal).iter().map(fold).collect()
    }

    /// Log-mel frames after loudness matching.
    pub(crate) fn log_mel(&self, signal: &[f32]) -> Vec<Vec<f32>> {
        self.log_floored(&level_matched(signal))
    }

    /// Log-mel frames of the signal as it is.
    pub(crate) fn log_floored(&self, signal: &[f32]) -> Vec<Vec<f32>> {
        let mut mel = self.amplitudes(signal);
        mel.iter_mut()
            .flatten()
            .for_each(|m| *m = m.max(FLOOR).ln());
        mel
    }
}

/// `signal` brought to [`LEVEL_DB`]; silence stays silence.
pub(crate) fn level_matched(signal: &[f32]) -> Vec<f32> {
    let power =
        signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / signal.len().max(1) as f64;
    let gain = if power > 1e-14 {
        (10f64.powf(LEVEL_DB / 20.0) / power.sqrt()) as f32
    } else {
        1.0
    };
    signal.iter().map(|x| x * gain).collect()
}

/// Mean absolute difference of two log-mel signals over their common frames, in nepers (1 = 8.7 dB).
pub(crate) fn l1(a: &[Vec<f32>], b: &[Vec<f32>]) -> f64 {
    let mut sum = 0.0;
    let mut count = 0usize;
    for (x, y) in a.iter().flatten().zip(b.iter().flatten()) {
        sum += f64::from((x - y).abs());
        count += 1;
    }
    sum / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::golden;

    #[test]
    fn every_band_hears_something() {
        let analysis = MelAnalysis::new();
        for (index, (_, weights)) in analysis.bands().iter().enumerate() {
            assert!(
                weights.iter().sum::<f32>() > 0.3,
                "band {index} is (nearly) empty"
            );
        }
    }

    #[test]
    fn it_is_the_trainings_log_mel_and_distance() {
        let analysis = MelAnalysis::new();
        let source = analysis.log_mel(&golden::signal("source"));
        // The training adds 1e-12 to the power of each bin, for the gradient: next to the floor that is 6e-4 nepers in a
        // band of many bins. Without it the two are 3e-6 apart.
        golden::assert_near("log_mel", &source.concat(), 1e-3, 0.0);
        let rendering = analysis.log_mel(&golden::signal("rendering"));
        golden::assert_near("log_mel_l1", &[l1(&rendering, &source) as f32], 0.0, 1e-4);
    }

    #[test]
    fn level_does_not_count_and_tone_does() {
        let analysis = MelAnalysis::new();
        let tone = |hz: f64, gain: f64| -> Vec<f32> {
            (0..24_000)
                .map(|i| (gain * (std::f64::consts::TAU * hz * f64::from(i) / 48e3).sin()) as f32)
                .collect()
        };
        let reference = analysis.log_mel(&tone(500.0, 0.5));
        assert!(l1(&reference, &analysis.log_mel(&tone(500.0, 0.05))) < 1e-3);
        assert!(l1(&reference, &analysis.log_mel(&tone(2_000.0, 0.5))) > 0.1);
    }
}
