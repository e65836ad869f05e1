//! The colour of an instrument, as plainly as it can be measured: mean spectra of its notes, each pitch by itself.

use std::collections::BTreeMap;

use mynah_models::features::MEL_BINS;

use crate::commands::page::{Moment, top_db};

/// What is softer than the loudest moment of a sound by more than this does not count, dB.
const SOFTEST_DB: f32 = 25.0;
/// Fewer frames of a pitch tell nothing (53 ms).
const LEAST_FRAMES: usize = 10;
/// Pitches that may stand for each other, semitones, the best first: where one is missing a near one is taken, for which
/// single harmonics are elsewhere.
pub(super) const LIKE: &[i32] = &[0, -1, 1, -2, 2];
pub(super) const SAME: &[i32] = &[0];
/// Less of what is compared must not be judged by, as a share of its frames.
const LEAST_SHARE: f64 = 0.2;

/// Mean spectra by pitch.
#[derive(Clone, Debug, Default)]
pub(super) struct Colour {
    by_semitone: BTreeMap<i32, Mean>,
}

#[derive(Clone, Debug)]
struct Mean {
    frames: usize,
    sum_db: [f64; MEL_BINS],
}

impl Colour {
    /// Takes a sound: all its frames that have a pitch and are loud enough.
    pub(super) fn add(&mut self, moments: &[Moment]) {
        let least_db = top_db(moments) - SOFTEST_DB;
        for moment in moments.iter().filter(|m| m.loudness_db >= least_db) {
            let Some(semitones) = moment.semitones else {
                continue;
            };
            let nothing = || Mean {
                frames: 0,
                sum_db: [0.0; MEL_BINS],
            };
            let mean = self.by_semitone.entry(semitones.round() as i32);
            let mean = mean.or_insert_with(nothing);
            mean.frames += 1;
            for (sum, band) in mean.sum_db.iter_mut().zip(moment.colour_db) {
                *sum += f64::from(band);
            }
        }
    }

    /// How far it is from another's colour at pitches so far away: the root of the mean square over the mel bands, dB, the mean over
    /// all frames. `None` where the two have too few pitches in common.
    pub(super) fn distance_db(&self, other: &Colour, steps: &[i32]) -> Option<f64> {
        let (mut sum, mut compared, mut all) = (0.0, 0, 0);
        for (semitone, mean) in self.told() {
            all += mean.frames;
            let like = steps.iter().find_map(|step| {
                let like = other.by_semitone.get(&(semitone + step));
                like.filter(|like| like.frames >= LEAST_FRAMES)
            });
            if let Some(like) = like {
                sum += mean.frames as f64 * mean.distance_db(like);
                compared += mean.frames;
            }
        }
        let enough = compared > 0 && compared as f64 >= LEAST_SHARE * f64::from(all as u32);
        enough.then(|| sum / compared as f64)
    }

    fn told(&self) -> impl Iterator<Item = (i32, &Mean)> {
        let told = self.by_semitone.iter();
        told.filter(|(_, mean)| mean.frames >= LEAST_FRAMES)
            .map(|(semitone, mean)| (*semitone, mean))
    }
}

impl Mean {
    fn distance_db(&self, other: &Mean) -> f64 {
        let bands = self.sum_db.iter().zip(&other.sum_db);
        let square = bands.map(|(a, b)| (a / self.frames as f64 - b / other.frames as f64).powi(2));
        (square.sum::<f64>() / MEL_BINS as f64).sqrt()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sound(semitones: f32, tilt_db: f32, frames: usize) -> Vec<Moment> {
        let moment = Moment {
            semitones: Some(semitones),
            loudness_db: -20.0,
            colour_db: std::array::from_fn(|band| tilt_db * (band as f32 / 79.0 - 0.5)),
        };
        vec![moment; frames]
    }

    fn colour(sounds: &[Vec<Moment>]) -> Colour {
        let mut colour = Colour::default();
        sounds.iter().for_each(|sound| colour.add(sound));
        colour
    }

    #[test]
    fn the_same_colour_is_at_no_distance_and_a_duller_one_the_further_the_duller() {
        let own = colour(&[sound(60.0, -30.0, 50), sound(64.2, -20.0, 50)]);
        assert!(own.distance_db(&own, LIKE).unwrap() < 1e-9);
        let near = colour(&[sound(60.0, -34.0, 50), sound(64.0, -24.0, 50)]);
        let far = colour(&[sound(60.0, -50.0, 50), sound(64.0, -40.0, 50)]);
        let (near, far) = (
            near.distance_db(&own, LIKE).unwrap(),
            far.distance_db(&own, LIKE).unwrap(),
        );
        assert!(
            near > 0.5 && (far / near - 5.0).abs() < 0.01,
            "{near} {far}"
        );
    }

    #[test]
    fn only_like_pitches_are_compared() {
        let own = colour(&[sound(60.0, -30.0, 50)]);
        assert!(
            colour(&[sound(62.0, -30.0, 50)])
                .distance_db(&own, LIKE)
                .unwrap()
                < 1e-6
        );
        assert_eq!(
            colour(&[sound(63.0, -30.0, 50)]).distance_db(&own, LIKE),
            None
        );
        // Most of it has no counterpart.
        let elsewhere = colour(&[sound(60.0, -30.0, 10), sound(80.0, -30.0, 90)]);
        assert_eq!(elsewhere.distance_db(&own, LIKE), None);
    }

    #[test]
    fn what_is_soft_or_has_no_pitch_does_not_count() {
        let mut moments = sound(60.0, -30.0, 50);
        moments.extend(sound(60.0, 90.0, 50).into_iter().map(|moment| Moment {
            loudness_db: -60.0,
            ..moment
        }));
        moments.extend(sound(60.0, 90.0, 50).into_iter().map(|moment| Moment {
            semitones: None,
            ..moment
        }));
        let own = colour(&[sound(60.0, -30.0, 50)]);
        assert!(colour(&[moments]).distance_db(&own, LIKE).unwrap() < 1e-6);
    }
}
