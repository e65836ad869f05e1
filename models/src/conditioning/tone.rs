//! What is changed in the target's envelopes.

use std::f32::consts::LN_10;

use super::ToneControls;
use super::smoothing::Approach;
use crate::envelope::{ENVELOPE_POINTS, Envelope, envelope_at, envelope_point_hz};

/// A tilt turns round this frequency.
const TILT_CENTRE_HZ: f32 = 1_000.0;
/// The body is below the first and fades out to the second, the air fades in from the third to the fourth.
const BODY_HZ: (f32, f32) = (250.0, 800.0);
const AIR_HZ: (f32, f32) = (2_000.0, 6_000.0);

/// Tables over the points of an envelope. Immutable, shared.
pub struct Tone {
    hz: [f32; ENVELOPE_POINTS],
    /// Octaves above the centre of the tilt.
    octaves: [f32; ENVELOPE_POINTS],
    /// What a point has of the air less what it has of the body, -0.5 to 0.5.
    airiness: [f32; ENVELOPE_POINTS],
}

impl Default for Tone {
    fn default() -> Self {
        Self::new()
    }
}

impl Tone {
    /// Computes the tables.
    pub fn new() -> Self {
        let hz: [f32; ENVELOPE_POINTS] = std::array::from_fn(envelope_point_hz);
        Self {
            hz,
            octaves: hz.map(|hz| (hz / TILT_CENTRE_HZ).log2()),
            airiness: hz.map(|hz| 0.5 * (rise(hz, AIR_HZ) - (1.0 - rise(hz, BODY_HZ)))),
        }
    }
}

/// From 0 to 1 between two frequencies, smoothly over their logarithm.
fn rise(hz: f32, (low_hz, high_hz): (f32, f32)) -> f32 {
    let share = ((hz / low_hz).ln() / (high_hz / low_hz).ln()).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// The controls as far as they have come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ToneState {
    reached: Approach<4>,
}

impl ToneState {
    /// Shapes the envelopes of one frame in place.
    pub(super) fn step(
        &mut self,
        tables: &Tone,
        controls: &ToneControls,
        harmonic: &mut Envelope,
        noise: &mut Envelope,
    ) {
        let [tilt_db, formant_semitones, breath_db, air_db] = self.reached.step([
            controls.tilt_db_per_octave,
            controls.formant_semitones,
            controls.breath_db,
            controls.air_db,
        ]);
        let to_log = LN_10 / 20.0;
        if formant_semitones != 0.0 {
            let ratio = (formant_semitones / 12.0).exp2();
            for envelope in [&mut *harmonic, &mut *noise] {
                let before = *envelope;
                for (point, hz) in envelope.iter_mut().zip(&tables.hz) {
                    *point = envelope_at(&before, hz / ratio);
                }
            }
        }
        if tilt_db != 0.0 || air_db != 0.0 {
            let places = tables.octaves.iter().zip(&tables.airiness);
            for ((harmonic, noise), (octaves, airiness)) in
                harmonic.iter_mut().zip(noise.iter_mut()).zip(places)
            {
                let change = to_log * (tilt_db * octaves + air_db * airiness);
                *harmonic += change;
                *noise += change;
            }
        }
        if breath_db != 0.0 {
            for point in noise.iter_mut() {
                *point += to_log * breath_db;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(controls: &ToneControls, envelope: Envelope) -> (Envelope, Envelope) {
        let (mut harmonic, mut noise) = (envelope, envelope);
        ToneState::default().step(&Tone::new(), controls, &mut harmonic, &mut noise);
        (harmonic, noise)
    }

    fn bump_at(hz: f32) -> Envelope {
        std::array::from_fn(|point| -(envelope_point_hz(point) / hz).log2().abs())
    }

    #[test]
    fn neutral_controls_change_nothing() {
        let envelope = bump_at(700.0);
        assert_eq!(
            shaped(&ToneControls::default(), envelope),
            (envelope, envelope)
        );
    }

    #[test]
    fn a_tilt_is_so_many_decibels_an_octave() {
        let controls = ToneControls {
            tilt_db_per_octave: 3.0,
            ..ToneControls::default()
        };
        let (harmonic, noise) = shaped(&controls, [0.0; ENVELOPE_POINTS]);
        let db = |hz: f32| envelope_at(&harmonic, hz) * 20.0 / LN_10;
        assert!((db(4_000.0) - db(1_000.0) - 6.0).abs() < 0.2);
        assert!((db(500.0) + 3.0).abs() < 0.2);
        assert_eq!(harmonic, noise);
    }

    #[test]
    fn formants_move_and_keep_their_height() {
        let controls = ToneControls {
            formant_semitones: 12.0,
            ..ToneControls::default()
        };
        let (harmonic, _) = shaped(&controls, bump_at(700.0));
        let peak = (0..ENVELOPE_POINTS).max_by(|a, b| harmonic[*a].total_cmp(&harmonic[*b]));
        let peak_hz = envelope_point_hz(peak.unwrap_or_default());
        assert!((peak_hz / 1_400.0).log2().abs() < 0.1, "{peak_hz}");
        assert!(harmonic[peak.unwrap_or_default()] > -0.1);
    }

    #[test]
    fn breath_is_noise_alone_and_air_is_treble_over_bass() {
        let controls = ToneControls {
            breath_db: 6.0,
            air_db: 8.0,
            ..ToneControls::default()
        };
        let (harmonic, noise) = shaped(&controls, [0.0; ENVELOPE_POINTS]);
        let db = |envelope: &Envelope, hz: f32| envelope_at(envelope, hz) * 20.0 / LN_10;
        assert!((db(&harmonic, 10_000.0) - 4.0).abs() < 0.01);
        assert!((db(&harmonic, 100.0) + 4.0).abs() < 0.01);
        assert!(db(&harmonic, 1_200.0).abs() < 0.01);
        assert!((db(&noise, 1_200.0) - 6.0).abs() < 0.01);
    }
}
