//! Features of whole signals, and a signal to have them of.

use std::f64::consts::TAU;

use mynah_models::features::{FeatureFrame, Features, FeaturesState};

pub(crate) const RATE_HZ: f64 = 48_000.0;

/// The features of `input` from a reset on.
pub(crate) fn frames_of(input: &[f32]) -> Vec<FeatureFrame> {
    let features = Features::new();
    let mut state = FeaturesState::new(&features);
    run(&features, &mut state, input)
}

/// The features of `input` after what `state` has heard.
pub(crate) fn run(
    features: &Features,
    state: &mut FeaturesState,
    input: &[f32],
) -> Vec<FeatureFrame> {
    input
        .as_chunks()
        .0
        .iter()
        .filter_map(|hop| features.step(state, hop).copied())
        .collect()
}

/// Harmonics `numbers` of a pitch that may move; phase by summing the pitch.
pub(crate) fn tone(count: usize, numbers: &[u32], f0_hz: impl Fn(f64) -> f64) -> Vec<f32> {
    let mut turns = 0.0;
    (0..count)
        .map(|n| {
            let hz = f0_hz(n as f64 / RATE_HZ);
            turns += hz / RATE_HZ;
            let audible = numbers
                .iter()
                .filter(|&&number| f64::from(number) * hz < 20_000.0);
            0.2 * audible
                .map(|&number| (TAU * turns * f64::from(number)).sin() / f64::from(number))
                .sum::<f64>() as f32
        })
        .collect()
}

/// A plucked note: harmonics that decay, the high ones sooner.
pub(crate) fn pluck(out: &mut [f32], at_s: f64, midi: f64) {
    let hz = 440.0 * 2.0_f64.powf((midi - 69.0) / 12.0);
    let start = (at_s * RATE_HZ) as usize;
    for number in 1..=12_u32 {
        let harmonic = tone(out.len() - start, &[number], |_| hz);
        for (n, (out, x)) in out[start..].iter_mut().zip(harmonic).enumerate() {
            let t = n as f32 / RATE_HZ as f32;
            *out += 0.5 * x * (-(1.5 + 0.6 * number as f32) * t).exp();
        }
    }
}
