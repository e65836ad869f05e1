//! The pitches of what was heard, and how long each sounded.

use super::register::HomeRegister;

/// Places for pitches, and how wide each is, semitones.
const BINS: usize = 176;
const BIN_SEMITONES: f32 = 0.5;
/// The lowest place begins here: what the tracker finds goes from 22.5 to 108.9.
const LOWEST_SEMITONES: f32 = 22.0;
/// A weight as small as this is none; smaller ones would become denormal numbers.
const NOTHING: f32 = 1e-6;
/// The octaves that a phrase can be moved by.
pub(super) const OCTAVES: std::ops::RangeInclusive<i32> = -3..=3;

/// A histogram of pitches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HeardPitches {
    weights: [f32; BINS],
}

impl Default for HeardPitches {
    fn default() -> Self {
        Self {
            weights: [0.0; BINS],
        }
    }
}

impl HeardPitches {
    /// One more frame at a pitch. Of what was heard before, `kept` (0 to 1) is remembered.
    pub(super) fn hear(&mut self, semitones: f32, kept: f32) {
        for weight in &mut self.weights {
            *weight = if *weight > NOTHING {
                *weight * kept
            } else {
                0.0
            };
        }
        let place = ((semitones - LOWEST_SEMITONES) / BIN_SEMITONES).max(0.0) as usize;
        self.weights[place.min(BINS - 1)] += 1.0;
    }

    /// How many frames are remembered, the older ones in part.
    pub(super) fn frames(&self) -> f32 {
        self.weights.iter().sum()
    }

    /// The pitch below which half of the time was spent, semitones; `None` if nothing was heard.
    pub(super) fn median(&self) -> Option<f32> {
        let mut left = self.frames() / 2.0;
        for (place, weight) in self.weights.iter().enumerate() {
            if *weight > 0.0 && left <= *weight {
                return Some(place_semitones(place as f32 + left / weight));
            }
            left -= weight;
        }
        None
    }

    /// What share of the time, moved by so many semitones, was out of the instrument's reach.
    fn unplayable(&self, home: &HomeRegister, moved_semitones: f32) -> f32 {
        let out_of_reach = |place: usize| {
            let semitones = place_semitones(place as f32 + 0.5) + moved_semitones;
            semitones < home.lowest - 0.5 || semitones > home.highest + 0.5
        };
        let weights = self.weights.iter().enumerate();
        let out: f32 = weights
            .filter(|(place, _)| out_of_reach(*place))
            .map(|(_, weight)| weight)
            .sum();
        out / self.frames().max(NOTHING)
    }

    /// How far from home the whole is when it is moved by octaves, and by semitones besides; 0 without any.
    pub(super) fn distance(&self, home: &HomeRegister, octave: i32, semitones: f32) -> f32 {
        let moved = semitones + 12.0 * octave as f32;
        self.median().map_or(0.0, |middle| {
            home.distance(middle + moved, self.unplayable(home, moved))
        })
    }

    /// The octaves that bring the whole nearest to home, fewest first.
    pub(super) fn nearest_octave(&self, home: &HomeRegister, semitones: f32) -> i32 {
        let distance = |octave: &i32| self.distance(home, *octave, semitones);
        let octaves = OCTAVES.min_by(|a, b| {
            let nearer = distance(a).total_cmp(&distance(b));
            nearer.then(a.abs().cmp(&b.abs()))
        });
        octaves.unwrap_or_default()
    }
}

fn place_semitones(place: f32) -> f32 {
    LOWEST_SEMITONES + BIN_SEMITONES * place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(pitches: &[f32]) -> HeardPitches {
        let mut all = HeardPitches::default();
        for semitones in pitches {
            all.hear(*semitones, 1.0);
        }
        all
    }

    fn violin() -> HomeRegister {
        HomeRegister::new(Some((64.0, 78.0)), (196.0, 2_637.0))
    }

    #[test]
    fn the_median_is_where_half_the_time_was_spent() {
        assert_eq!(heard(&[]).median(), None);
        for (pitches, expected) in [
            (vec![60.0; 9], 60.25),
            (vec![50.0, 60.0, 60.0, 60.0, 90.0], 60.25),
            (vec![40.0, 52.0, 64.0], 52.25),
            (vec![-10.0], 22.25),
            (vec![300.0], 109.75),
        ] {
            let median = heard(&pitches).median().unwrap_or_default();
            assert!((median - expected).abs() < 0.3, "{pitches:?}: {median}");
        }
    }

    #[test]
    fn what_was_long_ago_is_forgotten_and_leaves_no_trace() {
        let mut pitches = heard(&[40.0; 100]);
        for _ in 0..200 {
            pitches.hear(70.0, 0.9);
        }
        assert!((pitches.frames() - 10.0).abs() < 1e-3);
        assert!(pitches.median().is_some_and(|median| median > 69.0));
        assert_eq!(pitches.weights.iter().filter(|w| **w > 0.0).count(), 1);
        assert!(pitches.weights.iter().all(|w| !w.is_subnormal()));
    }

    #[test]
    fn every_pitch_comes_home_by_the_fewest_octaves() {
        for note in 28..109 {
            let octave = heard(&[note as f32 + 0.1]).nearest_octave(&violin(), 0.0);
            let played = note + 12 * octave;
            assert!((64..78).contains(&played), "{note}: {octave}");
            let nearer = octave - octave.signum();
            assert!(
                octave == 0 || !(64..78).contains(&(note + 12 * nearer)),
                "{note}: {octave}"
            );
        }
        // A transposition counts, too.
        assert_eq!(heard(&[60.0]).nearest_octave(&violin(), 7.0), 0);
    }

    #[test]
    fn what_the_instrument_can_play_is_preferred() {
        // The middle is at home as it is and an octave higher; as it is, four notes of ten are below the lowest string.
        let low = heard(&[50.0, 50.0, 50.0, 50.0, 65.0, 65.0, 65.5, 65.5, 65.5, 65.5]);
        assert_eq!(low.nearest_octave(&violin(), 0.0), 1);
        let in_reach = heard(&[56.0, 56.0, 56.0, 56.0, 65.0, 65.0, 65.5, 65.5, 65.5, 65.5]);
        assert_eq!(in_reach.nearest_octave(&violin(), 0.0), 0);
    }
}
