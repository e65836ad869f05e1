//! How well a target plays what is played into it, in a few plain figures.

use serde::Serialize;

use super::colour::{Colour, LIKE};
use crate::commands::page::{Moment, correlation, top_db};

/// What is softer than the loudest moment by more than this is no playing, dB.
const SOFTEST_DB: f32 = 40.0;
/// A pitch is right within this, semitones.
const RIGHT_SEMITONES: f32 = 0.5;

/// Of one target, over all test phrases.
#[derive(Clone, Debug, Serialize)]
pub(in crate::commands::learn) struct Figures {
    /// The target's name for people.
    pub(super) name: String,
    /// Of the time in which the phrases have a pitch, the share in which it is played within 50 cents, 0 to 1.
    pub(super) pitch_share: f64,
    /// How far the loudness goes with that of the phrases: the correlation of the two in dB, -1 to 1.
    pub(super) loudness_correlation: f64,
    /// How far the colour is from the recordings', dB; none where they have too few pitches in common.
    pub(super) colour_db: Option<f64>,
}

/// A phrase, and what became of it.
pub(super) struct Played<'a> {
    pub(super) phrase: &'a [Moment],
    /// Octaves by which it was moved.
    pub(super) octave: i32,
    pub(super) output: &'a [Moment],
}

impl Figures {
    /// Those of what was played; `truth` is the recordings' colour.
    pub(super) fn of(name: &str, played: &[Played], truth: &Colour) -> Figures {
        let (mut right, mut pitched) = (0, 0);
        let mut loudness = Vec::new();
        let mut colour = Colour::default();
        for Played {
            phrase,
            octave,
            output,
        } in played
        {
            colour.add(output);
            let least_db = top_db(phrase) - SOFTEST_DB;
            let pairs = phrase.iter().zip(*output);
            for (wanted, got) in pairs.filter(|(wanted, _)| wanted.loudness_db >= least_db) {
                loudness.push((f64::from(wanted.loudness_db), f64::from(got.loudness_db)));
                let Some(semitones) = wanted.semitones else {
                    continue;
                };
                let semitones = semitones + 12.0 * *octave as f32;
                pitched += 1;
                let is_right = |got: f32| (got - semitones).abs() <= RIGHT_SEMITONES;
                right += usize::from(got.semitones.is_some_and(is_right));
            }
        }
        Figures {
            name: name.to_owned(),
            pitch_share: right as f64 / f64::max(1.0, pitched as f64),
            loudness_correlation: correlation(&loudness),
            colour_db: colour.distance_db(truth, LIKE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_models::features::MEL_BINS;

    fn moments(of: impl Fn(usize) -> (Option<f32>, f32)) -> Vec<Moment> {
        let moment = |n| {
            let (semitones, loudness_db) = of(n);
            Moment {
                semitones,
                loudness_db,
                colour_db: [-20.0; MEL_BINS],
            }
        };
        (0..100).map(moment).collect()
    }

    #[test]
    fn an_octave_that_was_wanted_is_right_and_any_other_is_not() {
        let phrase = moments(|n| ((n < 80).then_some(60.0), -20.0 - (n % 10) as f32));
        // A quarter of the pitched time is a semitone off, and all of it is softer.
        let output = moments(|n| {
            (
                Some(if n < 20 { 73.0 } else { 72.3 }),
                -30.0 - (n % 10) as f32,
            )
        });
        let truth = {
            let mut truth = Colour::default();
            truth.add(&output);
            truth
        };
        let figures = |octave| {
            let played = Played {
                phrase: &phrase,
                octave,
                output: &output,
            };
            Figures::of("x", &[played], &truth)
        };
        assert!((figures(1).pitch_share - 0.75).abs() < 1e-9);
        assert!(figures(0).pitch_share < 1e-9);
        assert!((figures(1).loudness_correlation - 1.0).abs() < 1e-9);
        assert!(figures(1).colour_db.is_some_and(|db| db < 1e-6));
    }

    #[test]
    fn silence_has_no_figures_that_are_no_numbers() {
        let figures = Figures::of("x", &[], &Colour::default());
        assert_eq!(
            (figures.pitch_share, figures.loudness_correlation),
            (0.0, 0.0)
        );
        assert_eq!(figures.colour_db, None);
    }
}
