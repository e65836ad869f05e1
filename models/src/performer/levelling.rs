//! How loud a frame is, from what it is made of: a colour that comes from elsewhere must not make a note louder or softer.
//!
//! Thread: audio; [`Levelling::new`] is for a loader thread.

use crate::SAMPLE_RATE_HZ;
use crate::features::a_weighting;
use crate::prior::{
    Details, ENVELOPE_POINTS, Envelope, MAX_HARMONICS, envelope_at, envelope_point_hz,
};

/// Harmonics up to here are heard, Hz.
const HIGHEST_HZ: f32 = 20_000.0;

/// What each part of the noise's envelope weighs.
#[derive(Clone, Debug)]
pub(super) struct Levelling {
    noise: Envelope,
}

impl Levelling {
    pub(super) fn new() -> Self {
        let hz = |point: usize| f64::from(envelope_point_hz(point));
        Self {
            noise: std::array::from_fn(|point| {
                let low = hz(point.saturating_sub(1));
                let high = hz((point + 1).min(ENVELOPE_POINTS - 1));
                (0.5 * (high - low) * a_weighting(hz(point)).powi(2)) as f32
            }),
        }
    }

    /// Natural log of the A-weighted amplitude of a frame whose envelopes are relative to the loudness: 0 if it is as loud as
    /// it should be. The pitch counts for `voicing` of it.
    pub(super) fn step(
        &self,
        harmonic: &Envelope,
        details: &Details,
        noise: &Envelope,
        f0_hz: f32,
        voicing: f32,
    ) -> f32 {
        let mut tonal = 0.0;
        for index in 0..MAX_HARMONICS {
            let hz = f0_hz * (index + 1) as f32;
            if hz > HIGHEST_HZ {
                break;
            }
            let detail = details.get(index).copied().unwrap_or_default();
            let weight = a_weighting(f64::from(hz)) as f32;
            let amplitude = (envelope_at(harmonic, hz) + detail).exp() * weight;
            tonal += amplitude * amplitude;
        }
        tonal *= voicing * voicing * f0_hz;
        let noise = noise.iter().zip(&self.noise);
        let noise: f32 = noise.map(|(log, weight)| (2.0 * log).exp() * weight).sum();
        // Both are densities of white noise of unit variance: half the rate of it makes an amplitude of the root of two.
        let half_rate = 0.5 * SAMPLE_RATE_HZ as f32;
        0.5 * ((tonal + noise) * 2.0 / half_rate)
            .max(f32::MIN_POSITIVE)
            .ln()
    }
}
