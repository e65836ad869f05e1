//! Moves a frame in the space: its colour, not its loudness.
//!
//! Thread: audio.

use super::TimbreSpace;
use crate::conditioning::{TIMBRE_AXES, Voice};
use crate::envelope::{ENVELOPE_POINTS, Envelope, EnvelopePlace};
use crate::performer::{Comb, Places};
use crate::prior::{Details, NUMBERED_HARMONICS, partial};

/// A point is moved by so much at most, nepers: 26 dB.
const MOST_MOVED: f32 = 3.0;
const A4_HZ: f32 = 440.0;

impl TimbreSpace {
    /// Moves the envelopes of a frame, and by how much its first harmonics differ from them, to `place`. Its partials are
    /// stretched by `stretch`.
    pub fn shape(
        &self,
        place: &[f32; TIMBRE_AXES],
        voice: &Voice,
        stretch: f32,
        details: &mut Details,
        [harmonic, noise]: [&mut Envelope; 2],
    ) {
        if place.iter().all(|axis| *axis == 0.0) {
            return;
        }
        let f0_hz = voice.played_hz;
        let semitones = 69.0 + 12.0 * (f0_hz.max(1.0) / A4_HZ).log2();
        let offset = self
            .offset(semitones, place)
            .map(|value| value.clamp(-MOST_MOVED, MOST_MOVED));
        let places: Places =
            std::array::from_fn(|index| EnvelopePlace::at(f0_hz * partial(index + 1, stretch)));
        let voicing = voice.voicing;
        let comb = (!voice.follow).then_some(Comb { f0_hz, voicing });
        let before = self
            .levelling
            .step([harmonic, noise], details, &places, comb);
        let (numbered, rest) = offset.split_at(NUMBERED_HARMONICS);
        let (own_harmonic, own_noise) = rest.split_at(ENVELOPE_POINTS);
        let envelope: Envelope = std::array::from_fn(|point| own_harmonic[point]);
        for ((detail, value), place) in details.iter_mut().zip(numbered).zip(&places) {
            *detail += value - place.read(&envelope);
        }
        for (value, own) in harmonic.iter_mut().zip(own_harmonic) {
            *value += own;
        }
        for (value, own) in noise.iter_mut().zip(own_noise) {
            *value += own;
        }
        let louder = self
            .levelling
            .step([harmonic, noise], details, &places, comb)
            - before;
        for value in harmonic.iter_mut().chain(noise.iter_mut()) {
            *value -= louder;
        }
    }
}
