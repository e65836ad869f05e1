//! How loud a frame is, from what it is made of: a colour that comes from elsewhere must not make a note louder or softer.
//!
//! Thread: audio, but for [`Levelling::new`], which allocates.

use crate::envelope::{ENVELOPE_POINTS, Envelope, EnvelopePlace, envelope_point_hz};
use crate::features::a_weighting;
use crate::prior::{Details, NUMBERED_HARMONICS};
use crate::rates::SAMPLE_RATE_HZ;

/// Where the first harmonics of a pitch lie on an envelope.
pub(crate) type Places = [EnvelopePlace; NUMBERED_HARMONICS];

/// What each point of an envelope weighs.
#[derive(Clone, Debug)]
pub(crate) struct Levelling {
    /// Squared A-weighting.
    weights: Envelope,
    /// The same over the band around the point: a sum of squared amplitudes becomes one of white noise of unit variance,
    /// or of harmonics, which are as dense in power.
    bands: Envelope,
    /// That band without the weighting, Hz.
    widths_hz: Envelope,
    hz: Envelope,
}

/// The harmonics of a frame.
#[derive(Clone, Copy)]
pub(crate) struct Comb {
    /// Their pitch.
    pub(crate) f0_hz: f32,
    /// 0 to 1.
    pub(crate) voicing: f32,
}

impl Levelling {
    pub(crate) fn new() -> Self {
        let hz = |point: usize| envelope_point_hz(point);
        let weight = |point: usize| a_weighting(f64::from(hz(point))).powi(2) as f32;
        let width_hz = |point: usize| {
            let low = hz(point.saturating_sub(1));
            let high = hz((point + 1).min(ENVELOPE_POINTS - 1));
            0.5 * (high - low)
        };
        Self {
            weights: std::array::from_fn(weight),
            bands: std::array::from_fn(|point| width_hz(point) * weight(point)),
            widths_hz: std::array::from_fn(width_hz),
            hz: std::array::from_fn(hz),
        }
    }

    /// Squared A-weighted amplitude of noise of this envelope: its part of a frame's loudness, which is 1.
    pub(super) fn noise_power(&self, noise: &[f32]) -> f32 {
        let power = noise.iter().zip(&self.bands);
        let sum: f32 = power.map(|(log, band)| (2.0 * log).exp() * band).sum();
        2.0 * sum / (0.5 * SAMPLE_RATE_HZ as f32)
    }

    /// Natural log of the root mean square of noise of this envelope, relative to the loudness of its frame.
    pub(super) fn noise_rms_log(&self, noise: &Envelope) -> f32 {
        let power = noise.iter().zip(&self.widths_hz);
        let sum: f32 = power
            .map(|(log, width_hz)| (2.0 * log).exp() * width_hz)
            .sum();
        let mean = sum / (0.5 * SAMPLE_RATE_HZ as f32);
        0.5 * mean.max(f32::MIN_POSITIVE).ln()
    }

    /// Natural log of the A-weighted amplitude of a frame whose envelopes are relative to the loudness: 0 if it is as loud as
    /// it should be. Its harmonics lie at `places`; in *follow* there are none, and the whitened input is as dense as noise.
    pub(crate) fn step(
        &self,
        [harmonic, noise]: [&Envelope; 2],
        details: &Details,
        places: &Places,
        comb: Option<Comb>,
    ) -> f32 {
        let square = |log: f32| (2.0 * log).exp();
        let highest_hz = self.hz[ENVELOPE_POINTS - 1];
        let (f0_hz, voicing) = comb.map_or((0.0, 1.0), |comb| (comb.f0_hz, comb.voicing));
        let numbered = comb.map_or(0, |_| (highest_hz / f0_hz) as usize);
        let numbered = numbered.min(NUMBERED_HARMONICS);
        let first = details.iter().zip(places).take(numbered);
        let first: f32 = first
            .map(|(detail, place)| {
                square(place.read(harmonic) + detail) * place.read(&self.weights)
            })
            .sum();
        let above_hz = f0_hz * (numbered as f32 + 0.5);
        let (mut others, mut noises) = (0.0, 0.0);
        for point in 0..ENVELOPE_POINTS {
            if self.hz[point] > above_hz {
                others += square(harmonic[point]) * self.bands[point];
            }
            noises += square(noise[point]) * self.bands[point];
        }
        let tonal = voicing * voicing * (first * f0_hz + others);
        // A density of power over half the rate; a sine has half the power of its squared amplitude.
        let half_rate = 0.5 * SAMPLE_RATE_HZ as f32;
        0.5 * (2.0 * (tonal + noises) / half_rate)
            .max(f32::MIN_POSITIVE)
            .ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prior::NO_DETAILS;

    fn places(f0_hz: f32) -> Places {
        std::array::from_fn(|index| EnvelopePlace::at(f0_hz * (index + 1) as f32))
    }

    fn loudness(harmonic: f32, noise: f32, details: &Details, f0_hz: f32, voicing: f32) -> f32 {
        let (harmonic, noise) = ([harmonic; ENVELOPE_POINTS], [noise; ENVELOPE_POINTS]);
        let places = places(f0_hz);
        let comb = Some(Comb { f0_hz, voicing });
        Levelling::new().step([&harmonic, &noise], details, &places, comb)
    }

    #[test]
    fn a_sine_of_1_khz_is_as_loud_as_its_amplitude() {
        // Harmonics are scaled by the root of the pitch over 12 kHz.
        let mut details = [-40.0; NUMBERED_HARMONICS];
        details[0] = 0.5 * 12.0_f32.ln() - 1.0;
        let mut harmonic = [0.0; ENVELOPE_POINTS];
        // The few harmonics that have no number.
        harmonic[ENVELOPE_POINTS - 1] = -40.0;
        let places = places(1_000.0);
        let heard = Levelling::new().step(
            [&harmonic, &[-40.0; ENVELOPE_POINTS]],
            &details,
            &places,
            Some(Comb {
                f0_hz: 1_000.0,
                voicing: 1.0,
            }),
        );
        assert!((heard + 1.0).abs() < 0.02, "{heard}");
    }

    #[test]
    fn harmonics_and_noise_of_one_envelope_are_equally_loud_at_any_pitch() {
        let noise = loudness(-40.0, 0.0, &NO_DETAILS, 200.0, 1.0);
        for f0_hz in [60.0, 200.0, 440.0, 1_000.0] {
            let tone = loudness(0.0, -40.0, &NO_DETAILS, f0_hz, 1.0);
            assert!((tone - noise).abs() < 0.06, "{f0_hz}: {tone} {noise}");
        }
        let half = loudness(0.0, -40.0, &NO_DETAILS, 200.0, 0.5);
        assert!((half - (noise - std::f32::consts::LN_2)).abs() < 0.06);
        let whitened = [0.0; ENVELOPE_POINTS];
        let silent = [-40.0; ENVELOPE_POINTS];
        let levelling = Levelling::new();
        let followed = levelling.step([&whitened, &silent], &NO_DETAILS, &places(200.0), None);
        assert!((followed - noise).abs() < 0.06, "{followed} {noise}");
    }

    #[test]
    fn white_noise_of_unit_variance_has_an_rms_of_1() {
        let rms = Levelling::new().noise_rms_log(&[0.0; ENVELOPE_POINTS]);
        // The points end at 21 kHz of 24.
        assert!((rms - 0.5 * (21.0_f32 / 24.0).ln()).abs() < 0.02, "{rms}");
    }

    #[test]
    fn white_noise_is_as_loud_as_the_features_hear_it() {
        // The power of A-weighted white noise, by the weighting itself.
        let power: f64 = (0..24_000)
            .map(|hz| a_weighting(f64::from(hz)).powi(2) / 24_000.0)
            .sum();
        let wanted = (0.5 * (2.0 * power).ln()) as f32;
        let heard = loudness(-40.0, 0.0, &NO_DETAILS, 200.0, 1.0);
        assert!((heard - wanted).abs() < 0.06, "{heard} {wanted}");
    }
}
