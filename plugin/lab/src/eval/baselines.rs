//! What the network must beat: Griffin-Lim from the same mel.

use mynah_cli::notes::Random;
use realfft::num_complex::Complex32;

use super::mel::MelAnalysis;

/// Rounds of Griffin & Lim's iteration.
const ITERATIONS: usize = 32;
/// Rounds of the multiplicative update that brings the linear spectrum near its mel.
const INVERSION_ROUNDS: usize = 24;

/// The signal of `samples` samples that Griffin-Lim makes of mel amplitudes alone (frames x bands, see
/// [`MelAnalysis::amplitudes`]): non-negative least squares from mel to linear, then [`ITERATIONS`] rounds from random
/// phases (seeded).
pub(crate) fn griffin_lim(analysis: &MelAnalysis, mel: &[Vec<f32>], samples: usize) -> Vec<f32> {
    let stft = analysis.stft();
    let magnitudes: Vec<Vec<f32>> = mel
        .iter()
        .map(|frame| linear_from_mel(analysis, frame))
        .collect();
    let mut random = Random::new(32);
    let mut spectra: Vec<Vec<Complex32>> = magnitudes
        .iter()
        .map(|frame| {
            frame
                .iter()
                .map(|m| Complex32::from_polar(*m, (random.unit() * std::f64::consts::TAU) as f32))
                .collect()
        })
        .collect();
    let mut signal = stft.invert(&spectra, samples);
    for _ in 0..ITERATIONS {
        spectra = stft.spectra(&signal);
        for (frame, wanted) in spectra.iter_mut().zip(&magnitudes) {
            for (bin, magnitude) in frame.iter_mut().zip(wanted) {
                *bin *= magnitude / bin.norm().max(1e-9);
            }
        }
        signal = stft.invert(&spectra, samples);
    }
    signal
}

/// One frame of mel amplitudes back to linear amplitudes: multiplicative non-negative least squares.
fn linear_from_mel(analysis: &MelAnalysis, mel: &[f32]) -> Vec<f32> {
    let bins = analysis.stft().bins();
    // Starting from the transpose's answer keeps bins no band hears at zero.
    let transpose = |values: &[f32]| {
        let mut linear = vec![0.0f32; bins];
        for ((first, weights), value) in analysis.bands().iter().zip(values) {
            for (x, w) in linear[*first..].iter_mut().zip(weights) {
                *x += w * value;
            }
        }
        linear
    };
    let numerator = transpose(mel);
    let mut linear = numerator.clone();
    for _ in 0..INVERSION_ROUNDS {
        let folded: Vec<f32> = analysis
            .bands()
            .iter()
            .map(|(first, weights)| {
                weights
                    .iter()
                    .zip(&linear[*first..])
                    .map(|(w, x)| w * x)
                    .sum()
            })
            .collect();
        let denominator = transpose(&folded);
        for ((x, n), d) in linear.iter_mut().zip(&numerator).zip(&denominator) {
            *x *= n / d.max(1e-12);
        }
    }
    linear
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::mel;
    use mynah_cli::synth::{Voice, melody, render};

    #[test]
    fn griffin_lim_comes_near_the_mel_it_was_given() {
        let sound = render(
            Voice::Sung,
            &melody(0.1, 0.4, 0.0, &[(60, 1.0, 90), (64, 1.0, 90)]),
            1,
        );
        let analysis = MelAnalysis::new();
        let again = griffin_lim(&analysis, &analysis.amplitudes(&sound), sound.len());
        let distance = mel::l1(&analysis.log_mel(&sound), &analysis.log_mel(&again));
        let silence = mel::l1(
            &analysis.log_mel(&sound),
            &analysis.log_mel(&vec![0.0; sound.len()]),
        );
        assert!(
            distance < 0.35 && distance < 0.3 * silence,
            "distance {distance}, to silence {silence}"
        );
    }
}
