//! What is played where nobody plays: the content that the encoder finds in plain tones. A key has a pitch and a level, and the
//! translator has learnt to expect a content beside them.

use crate::chain::Base;
use crate::features::FeaturesState;
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};
use crate::streaming::encoder::EncoderState;

/// The tones that are listened to: from A1 to C8, a major third apart, semitones.
const LOWEST_SEMITONES: f32 = 33.0;
const STEP_SEMITONES: f32 = 4.0;
const TONES: usize = 20;
/// Each is heard for 0.2 s, and what is found in its second half counts.
const TONE_HOPS: usize = 76;
/// Full scale is 1.
const AMPLITUDE: f64 = 0.1;
const HIGHEST_HARMONIC_HZ: f64 = 10_000.0;
const MOST_HARMONICS: f64 = 32.0;

/// A content for each of the tones, one behind the other.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    values: Vec<f32>,
    channels: usize,
}

impl Contents {
    /// Listens to all tones. Allocates.
    pub(super) fn new(base: &Base) -> Self {
        let encoder = base.encoder();
        let channels = encoder.latent_channels();
        let tones = (0..TONES).map(|tone| LOWEST_SEMITONES + STEP_SEMITONES * tone as f32);
        let values = tones.flat_map(|semitones| heard(base, semitones)).collect();
        Self { values, channels }
    }

    /// The content at a pitch, into `z`.
    pub(super) fn read(&self, semitones: f32, z: &mut [f32]) {
        let place = (semitones - LOWEST_SEMITONES) / STEP_SEMITONES;
        let place = place.clamp(0.0, (TONES - 1) as f32);
        let below = (place as usize).min(TONES - 2);
        let way = place - below as f32;
        let at = |tone: usize| &self.values[tone * self.channels..(tone + 1) * self.channels];
        for ((z, below), above) in z.iter_mut().zip(at(below)).zip(at(below + 1)) {
            *z = below + way * (above - below);
        }
    }
}

/// The mean content of a tone whose harmonics fall by 6 dB an octave.
fn heard(base: &Base, semitones: f32) -> Vec<f32> {
    let encoder = base.encoder();
    let mut features = FeaturesState::new(base.features());
    let mut state = EncoderState::new(encoder, 1);
    let mut z = vec![0.0; encoder.latent_channels()];
    let mut sum = z.clone();
    let mut frames = 0;
    let hz = 440.0 * ((f64::from(semitones) - 69.0) / 12.0).exp2();
    let harmonics = (HIGHEST_HARMONIC_HZ / hz).clamp(1.0, MOST_HARMONICS) as usize;
    for hop in 0..TONE_HOPS {
        let input: [f32; HOP_SAMPLES] = std::array::from_fn(|n| {
            let time_s = (hop * HOP_SAMPLES + n) as f64 / f64::from(SAMPLE_RATE_HZ);
            let phase = std::f64::consts::TAU * hz * time_s;
            let harmonic = |number: usize| (number as f64 * phase).sin() / number as f64;
            (AMPLITUDE * (1..=harmonics).map(harmonic).sum::<f64>()) as f32
        });
        if let Some(frame) = base.features().step(&mut features, &input) {
            encoder.step(&mut state, &frame.log_mel, &[frame.log_level], &mut z);
            if 2 * hop > TONE_HOPS {
                frames += 1;
                sum.iter_mut().zip(&z).for_each(|(sum, z)| *sum += z);
            }
        }
    }
    sum.iter_mut().for_each(|sum| *sum /= frames.max(1) as f32);
    sum
}
