//! The beat of a row of notes, and times as classes of it.

use crate::architecture::TIME_CLASSES;

/// Twelfths of a beat: what times and lengths are rounded to.
pub const TIMES: [u8; TIME_CLASSES] = [1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 24, 30, 36, 48, 72, 96];
/// Twelfths of a beat in one.
pub(super) const BEAT: f64 = 12.0;
/// How often each time is expected, where the beat is looked for.
const SHARES: [f64; TIME_CLASSES] = [
    0.005, 0.012, 0.13, 0.05, 0.28, 0.03, 0.025, 0.26, 0.003, 0.006, 0.045, 0.085, 0.004, 0.03,
    0.02, 0.007, 0.008,
];
/// Octaves: how far a played time is from the written one.
const DEVIATION: f64 = 0.1;
/// The shortest beat, how many are tried in an octave, and how many in all: up to 1.15 s.
const SHORTEST_S: f64 = 0.28;
const STEPS_PER_OCTAVE: f64 = 24.0;
const CANDIDATES: usize = 49;
/// Beats far from this one are less likely: by a normal distribution of so many octaves.
const USUAL_S: f64 = 0.55;
const USUAL_OCTAVES: f64 = 0.45;
/// More times than this tell no more about the beat.
const TELLING_TIMES: f64 = 16.0;
/// So many of the latest are asked.
pub(super) const HEARD_TIMES: usize = 64;
/// A time that fits no class is as likely as this.
const LEAST_SHARE: f64 = 1e-4;
/// Shorter times count as this, seconds.
const SHORTEST_TIME_S: f64 = 1e-3;

/// The beat that makes these times between notes likeliest, seconds; the usual one where there are none. Some 60,000
/// exponentials: for the audio thread, [`BeatSearch`] does the same step by step.
pub fn beat_s(times_s: &[f64]) -> f64 {
    let mut search = BeatSearch::new(times_s.iter().rev().copied());
    loop {
        if let Some(beat_s) = search.step() {
            return beat_s;
        }
    }
}

/// Looks for the beat, one candidate after the other. Audio thread.
#[derive(Clone, Copy, Debug)]
pub struct BeatSearch {
    latest_s: [f64; HEARD_TIMES],
    count: usize,
    candidate: usize,
    /// The likeliest so far, and how likely it is.
    best: (f64, f64),
}

impl BeatSearch {
    /// Of so many steps the last says the beat.
    pub const STEPS: usize = CANDIDATES + 1;

    /// In these times between notes, seconds, the latest first; only those above 0 count.
    pub fn new(newest_first_s: impl Iterator<Item = f64>) -> Self {
        let mut search = Self {
            latest_s: [0.0; HEARD_TIMES],
            count: 0,
            candidate: 0,
            best: (f64::NEG_INFINITY, USUAL_S),
        };
        let counted = newest_first_s.filter(|time| *time > 0.0);
        for (place, time) in search.latest_s.iter_mut().zip(counted) {
            *place = time;
            search.count += 1;
        }
        search
    }

    /// Tries one more, some 1,000 exponentials; the beat in seconds when all are tried.
    pub fn step(&mut self) -> Option<f64> {
        let latest_s = &self.latest_s[..self.count];
        if latest_s.is_empty() {
            return Some(USUAL_S);
        }
        if self.candidate == CANDIDATES {
            return Some(fitted(latest_s, self.best.1));
        }
        let told = TELLING_TIMES.min(self.count as f64);
        let beat_s = SHORTEST_S * (self.candidate as f64 / STEPS_PER_OCTAVE).exp2();
        let usual = (beat_s / USUAL_S).log2() / USUAL_OCTAVES;
        let score = told * likelihood(latest_s, beat_s) - 0.5 * usual * usual;
        if score > self.best.0 {
            self.best = (score, beat_s);
        }
        self.candidate += 1;
        None
    }
}

/// A beat as the times say that fit it: candidates are 3 % apart.
fn fitted(times_s: &[f64], beat_s: f64) -> f64 {
    let (mut sum, mut fitting) = (0.0, 0);
    for time in times_s {
        let written = f64::from(TIMES[usize::from(time_class(*time, beat_s))]);
        let off = (BEAT * time / (beat_s * written)).log2();
        if off.abs() < 2.0 * DEVIATION {
            sum += off;
            fitting += 1;
        }
    }
    beat_s * (sum / f64::from(fitting.max(1))).exp2()
}

/// The class of a time or a length. Audio thread.
pub fn time_class(seconds: f64, beat_s: f64) -> u8 {
    let beats = BEAT * seconds.max(SHORTEST_TIME_S) / beat_s;
    let mut best = (f64::NEG_INFINITY, 0);
    for (class, (time, share)) in TIMES.iter().zip(SHARES).enumerate() {
        let off = (beats / f64::from(*time)).log2() / DEVIATION;
        let score = share.ln() - 0.5 * off * off;
        if score > best.0 {
            best = (score, class);
        }
    }
    best.1 as u8
}

/// Mean natural log of how likely the times are.
fn likelihood(times_s: &[f64], beat_s: f64) -> f64 {
    let of = |time: &f64| {
        let beats = BEAT * time / beat_s;
        let bell = |(written, share): (&u8, f64)| {
            let off = (beats / f64::from(*written)).log2() / DEVIATION;
            share * (-0.5 * off * off).exp()
        };
        let bells: f64 = TIMES.iter().zip(SHARES).map(bell).sum();
        (bells + LEAST_SHARE).ln()
    };
    times_s.iter().map(of).sum::<f64>() / times_s.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_times_have_the_usual_beat() {
        assert!((beat_s(&[]) - USUAL_S).abs() < 1e-12);
        assert!((beat_s(&[0.0, -1.0]) - USUAL_S).abs() < 1e-12);
    }

    #[test]
    fn all_beats_up_to_the_longest_are_tried() {
        let octaves = (CANDIDATES - 1) as f64 / STEPS_PER_OCTAVE;
        let longest_s = SHORTEST_S * octaves.exp2();
        assert!((1.1..1.15).contains(&longest_s), "{longest_s}");
        let mut search = BeatSearch::new([0.5, 0.25].into_iter());
        let steps = std::iter::repeat_with(|| search.step()).take_while(Option::is_none);
        assert_eq!(steps.count() + 1, BeatSearch::STEPS);
    }

    proptest! {
        /// A tune of plain rhythms, unevenly played, has the beat that it is played to, or half or twice that.
        #[test]
        fn the_beat_of_a_tune_is_found(
            beat in 0.4..0.8_f64,
            rhythm in prop::collection::vec(prop::sample::select(vec![6.0, 6.0, 12.0, 12.0, 24.0]), 12..40),
            uneven in prop::collection::vec(0.97..1.03_f64, 40),
        ) {
            let times: Vec<f64> =
                rhythm.iter().zip(uneven).map(|(twelfths, off)| beat * off * twelfths / 12.0).collect();
            let found = beat_s(&times);
            let octaves = (found / beat).log2();
            let off = (octaves - octaves.round()).abs();
            // Equal times alone may be anything.
            prop_assume!(rhythm.contains(&12.0) && rhythm.contains(&6.0));
            prop_assert!(off < 0.05 && octaves.abs() < 1.2, "{found} for {beat}");
        }
    }
}
