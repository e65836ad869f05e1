//! What the targets play, blended with what would be played without them.
//!
//! Thread: audio.

use super::levelling::{Comb, Places};
use super::part::Part;
use super::{MOST_LEVELLED, Performed, PerformerState, Sounding, to_hz};
use crate::conditioning::CORNERS;
use crate::envelope::{ENVELOPE_POINTS, Envelope, EnvelopePlace};
use crate::prior::{NUMBERED_HARMONICS, partial};

impl PerformerState {
    /// The recorded colour and noise of all targets, into the translators' envelopes and what is added to them.
    pub(super) fn blend(
        &mut self,
        parts: &[Option<Part>; CORNERS],
        sounding: &Sounding,
        harmonic: &mut Envelope,
        noise: &mut Envelope,
    ) {
        let Performed {
            details,
            stretch,
            texture,
            share,
            ..
        } = &mut self.performed;
        let pitch = sounding.pitch;
        *share = parts
            .iter()
            .flatten()
            .map(Part::share)
            .sum::<f32>()
            .min(1.0);
        texture.share = *share;
        if *share == 0.0 {
            return;
        }
        for value in harmonic.iter_mut().chain(noise.iter_mut()) {
            *value *= 1.0 - *share;
        }
        let with_memory = parts.iter().flatten();
        *stretch = with_memory
            .map(|part| part.share() * part.played.stretch)
            .sum();
        let f0_hz = to_hz(pitch);
        let places: Places =
            std::array::from_fn(|index| EnvelopePlace::at(f0_hz * partial(index + 1, *stretch)));
        for (part, player) in parts.iter().zip(&mut self.players) {
            let Some(part) = part else { continue };
            let weight = part.share();
            let (numbered, rest) = player.values().split_at(NUMBERED_HARMONICS);
            let (own_harmonic, own_noise) = rest.split_at(ENVELOPE_POINTS);
            let envelope: Envelope = std::array::from_fn(|point| own_harmonic[point]);
            for ((detail, value), place) in details.iter_mut().zip(numbered).zip(&places) {
                *detail += weight * (value - place.read(&envelope));
            }
            for (sum, value) in harmonic.iter_mut().zip(own_harmonic) {
                *sum += weight * value;
            }
            for (sum, value) in noise.iter_mut().zip(own_noise) {
                *sum += weight * value;
            }
            let ratio = ((pitch - part.played.recorded_semitones) / 12.0).exp2();
            let power_share = weight / share.max(f32::MIN_POSITIVE);
            player.add_texture(part.memory, ratio, power_share.sqrt(), &mut texture.samples);
        }
        let envelopes = [&*harmonic, &*noise];
        let voicing = sounding.voicing;
        let comb = (!sounding.follow).then_some(Comb { f0_hz, voicing });
        let louder = self.levelling.step(envelopes, details, &places, comb);
        let mut louder = louder.clamp(-MOST_LEVELLED, MOST_LEVELLED);
        if let Some(most) = sounding.most_noise_log {
            louder = louder.max(self.levelling.noise_rms_log(noise) - most);
        }
        let louder = *share * louder;
        for value in harmonic.iter_mut().chain(noise.iter_mut()) {
            *value -= louder;
        }
    }
}
