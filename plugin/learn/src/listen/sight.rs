//! A window's spectrum and the tones in it, weighted as the ear does: knocks and rumble below are no notes.

use std::sync::Arc;

use mynah_models::SAMPLE_RATE_HZ;
use mynah_models::features::a_weighting;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Length of the window: 171 ms, which takes tones 23 Hz apart from each other.
pub(super) const WINDOW: usize = 8192;
/// Distance of its bins, Hz.
pub(super) const SPACING_HZ: f32 = SAMPLE_RATE_HZ as f32 / WINDOW as f32;
/// Where tones are sought, Hz.
const LOW_HZ: f32 = 45.0;
const HIGH_HZ: f32 = 8000.0;
/// A tone is so much above the noise around it, in power (13 dB) ..
const OVER_NOISE: f32 = 20.0;
/// .. and the loudest so many bins to either side.
const APART_BINS: usize = 2;
/// The noise is the median of so many bins.
const NOISE_BINS: usize = 32;

/// A tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tone {
    /// Where.
    pub(super) hz: f32,
    /// Its A-weighted power, 1 for a sine of 1 kHz and amplitude 1.
    pub(super) power: f32,
    /// Its power as it is.
    pub(super) plain_power: f32,
}

/// What is seen of a window.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    /// The tones, from low to high.
    pub(super) tones: Vec<Tone>,
    /// All power there is where tones are sought, as that of tones.
    pub(super) power: f32,
}

impl Sight {
    /// Power of all tones.
    pub(super) fn tonal_power(&self) -> f32 {
        self.tones.iter().map(|tone| tone.power).sum()
    }
}

/// The transform.
pub(super) struct Eye {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The A-weighting of every bin's power.
    weights: Vec<f32>,
    /// What the power of a sine of amplitude 1 adds up to over its bins.
    unit: f32,
}

impl Eye {
    pub(super) fn new() -> Self {
        let turn = std::f32::consts::TAU / WINDOW as f32;
        let window: Vec<f32> = (0..WINDOW)
            .map(|n| 0.5 - 0.5 * (turn * n as f32).cos())
            .collect();
        let squares: f32 = window.iter().map(|weight| weight * weight).sum();
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
            unit: squares * WINDOW as f32 / 4.0,
            window,
            weights: (0..=WINDOW / 2)
                .map(|bin| a_weighting(bin as f64 * f64::from(SPACING_HZ)).powi(2) as f32)
                .collect(),
        }
    }

    /// Power of every bin of the window centred on `centre`; outside of `audio` is silence. 1 for a sine of amplitude 1,
    /// summed over its bins.
    pub(super) fn power(&self, audio: &[f32], centre: usize) -> Vec<f32> {
        let mut input = vec![0.0; WINDOW];
        for (n, (into, weight)) in input.iter_mut().zip(&self.window).enumerate() {
            let at = (centre + n).checked_sub(WINDOW / 2);
            *into = weight * at.and_then(|at| audio.get(at)).copied().unwrap_or(0.0);
        }
        let mut output = vec![Complex::new(0.0, 0.0); WINDOW / 2 + 1];
        // The lengths are the transform's own: it cannot fail.
        let _ = self.fft.process(&mut input, &mut output);
        output
            .iter()
            .map(|bin| bin.norm_sqr() / self.unit)
            .collect()
    }

    /// What is seen around `centre`.
    pub(super) fn see(&self, audio: &[f32], centre: usize) -> Sight {
        let mut power = self.power(audio, centre);
        for (power, weight) in power.iter_mut().zip(&self.weights) {
            *power *= weight;
        }
        let (low, high) = (
            (LOW_HZ / SPACING_HZ) as usize,
            (HIGH_HZ / SPACING_HZ) as usize,
        );
        let noise: Vec<f32> = power[..high + 2 * NOISE_BINS]
            .chunks(NOISE_BINS)
            .map(median)
            .collect();
        let tone = |bin: usize| {
            let near = &power[bin - APART_BINS..=bin + APART_BINS];
            let most = near.iter().copied().fold(0.0, f32::max);
            let noise = noise[(bin / NOISE_BINS).saturating_sub(1)..]
                .iter()
                .take(3)
                .copied()
                .fold(f32::INFINITY, f32::min);
            (power[bin] >= most && power[bin] > OVER_NOISE * noise).then(|| {
                let [before, at, after] =
                    [power[bin - 1], power[bin], power[bin + 1]].map(|p| p.max(1e-30).ln());
                let bend = before - 2.0 * at + after;
                let shift = if bend < 0.0 {
                    0.5 * (before - after) / bend
                } else {
                    0.0
                };
                Tone {
                    hz: (bin as f32 + shift.clamp(-0.5, 0.5)) * SPACING_HZ,
                    power: near.iter().sum(),
                    plain_power: near.iter().sum::<f32>() / self.weights[bin],
                }
            })
        };
        Sight {
            tones: (low..high).filter_map(tone).collect(),
            power: power[low..high].iter().sum(),
        }
    }
}

fn median(bins: &[f32]) -> f32 {
    super::medians::median(bins.iter().copied()).unwrap_or(0.0)
}
