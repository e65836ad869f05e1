//! Which targets suit what is played, and in which octave: by where they are at home and what they can play, by whether their
//! notes die away, and the less they have to be moved the better. Rules, not a network; what instrument is played is not
//! looked for, and it is neither preferred nor left out.

mod heard;
#[cfg(test)]
mod tests;

use mynah_models::{HomeRegister, ModelInfo};

pub use heard::{HeardNote, HeardPlaying};

/// Everything counts in semitones; a score halves with so many.
const HALVES_SEMITONES: f32 = 8.0;
/// A middle that lies at an end of what the target can play, rather than at home, counts as much as this.
const EDGE_SEMITONES: f32 = 12.0;
/// So does a phrase that cannot be played at all, but for the share that is let pass: trackers err.
const UNPLAYABLE_SEMITONES: f32 = 24.0;
const UNPLAYABLE_SHARE: f32 = 0.05;
/// How far the range goes beyond its ends: notes are out of tune.
const RANGE_MARGIN_SEMITONES: f32 = 0.5;
/// At home, its middle is better than its ends by this share.
const CENTRE_SHARE: f32 = 0.1;
/// Each octave that it is moved counts as much as this.
const OCTAVE_SEMITONES: f32 = 6.0;
/// The octaves that the control *Octave* has.
const OCTAVES: std::ops::RangeInclusive<i32> = -2..=2;
/// Notes that die away on a target that holds its own, or the other way round.
const ARTICULATION_SEMITONES: f32 = 8.0;
/// Playing is held up to the first share of notes that die away, and struck from the second on.
const HELD_SHARE: f32 = 0.3;
const STRUCK_SHARE: f32 = 0.7;
/// Where there are fewer notes in a second than this, those of a struck target are gone before they end.
const SLOW_NOTES_PER_S: f32 = 1.0;
const SLOW_SEMITONES: f32 = 4.0;

/// A target for what was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Its index in the list that was given.
    pub index: usize,
    /// How far to move it, -2 to 2.
    pub octaves: i32,
    /// 1 where nothing speaks against it, more than 0.
    pub score: f32,
    /// Why, in words.
    pub reason: String,
}

/// All of `targets`, the one that suits best first, of equals the first. Any thread but audio: it allocates.
pub fn suggest(heard: &HeardPlaying, targets: &[&ModelInfo]) -> Vec<Suggestion> {
    let of = |(index, info): (usize, &&ModelInfo)| {
        let register = Register::best(heard, &info.home_register());
        let sounding = Sounding::of(heard, info);
        let cost = register.cost() + sounding.cost(heard);
        Suggestion {
            index,
            octaves: register.octaves,
            score: (-cost / HALVES_SEMITONES).exp2(),
            reason: format!("{}, {}", register.words(), sounding.words()),
        }
    };
    let mut suggestions: Vec<Suggestion> = targets.iter().enumerate().map(of).collect();
    suggestions.sort_by(|a, b| b.score.total_cmp(&a.score));
    suggestions
}

/// How what is played lies on a target when it is moved.
#[derive(Clone, Copy, Debug)]
struct Register {
    octaves: i32,
    /// From home, upwards, semitones; 0 at home.
    away: f32,
    /// The same as a share of the way to the end of what can be played, 0 to 1.
    away_share: f32,
    /// From the middle of home.
    from_centre: f32,
    /// The share that it cannot play.
    unplayable: f32,
}

impl Register {
    /// In the octave that suits best.
    fn best(heard: &HeardPlaying, home: &HomeRegister) -> Register {
        let moved = OCTAVES.map(|octaves| Register::of(heard, home, octaves));
        let better = |a: Register, b: Register| if b.cost() < a.cost() { b } else { a };
        moved.fold(Register::of(heard, home, 0), better)
    }

    fn of(heard: &HeardPlaying, home: &HomeRegister, octaves: i32) -> Register {
        let up = 12.0 * octaves as f32;
        let middle = heard.middle() + up;
        let (away, reach) = if middle < home.low {
            (middle - home.low, home.low - home.lowest)
        } else {
            ((middle - home.high).max(0.0), home.highest - home.high)
        };
        Register {
            octaves,
            away,
            away_share: (away.abs() / reach.max(1.0)).min(1.0),
            from_centre: (middle - 0.5 * (home.low + home.high)).abs(),
            unplayable: heard.share_outside(
                home.lowest - RANGE_MARGIN_SEMITONES - up,
                home.highest + RANGE_MARGIN_SEMITONES - up,
            ),
        }
    }

    fn cost(&self) -> f32 {
        EDGE_SEMITONES * self.away_share
            + UNPLAYABLE_SEMITONES * (self.unplayable - UNPLAYABLE_SHARE).max(0.0)
            + CENTRE_SHARE * self.from_centre
            + OCTAVE_SEMITONES * self.octaves.abs() as f32
    }

    fn words(&self) -> String {
        let moved = match self.octaves {
            0 => "as it is played".to_owned(),
            1 => "an octave up".to_owned(),
            -1 => "an octave down".to_owned(),
            up if up > 0 => format!("{up} octaves up"),
            down => format!("{} octaves down", -down),
        };
        let lies = if self.unplayable > UNPLAYABLE_SHARE {
            "partly out of its range"
        } else if self.away > 0.5 {
            "above its home register"
        } else if self.away < -0.5 {
            "below its home register"
        } else {
            "in its home register"
        };
        format!("{lies} {moved}")
    }
}

/// How a target sounds its notes beside those that are played.
#[derive(Clone, Copy, Debug)]
struct Sounding {
    /// Its notes die away; `None` where its file does not say.
    struck: Option<bool>,
    /// How surely those that are played do, 0 to 1; `None` where they are too short to say.
    heard_struck: Option<f32>,
}

impl Sounding {
    fn of(heard: &HeardPlaying, info: &ModelInfo) -> Sounding {
        let sure =
            |share: f32| ((share - HELD_SHARE) / (STRUCK_SHARE - HELD_SHARE)).clamp(0.0, 1.0);
        Sounding {
            struck: info.memory.as_ref().map(|memory| memory.struck),
            heard_struck: heard.struck_share.map(sure),
        }
    }

    /// How much the two differ, 0 to 1: a half where either is not known.
    fn difference(&self) -> f32 {
        match (self.struck, self.heard_struck) {
            (Some(true), Some(struck)) => 1.0 - struck,
            (Some(false), Some(struck)) => struck,
            _ => 0.5,
        }
    }

    fn cost(&self, heard: &HeardPlaying) -> f32 {
        let slow = (1.0 - heard.notes_per_s / SLOW_NOTES_PER_S).max(0.0);
        let dies_before = if self.struck == Some(true) { slow } else { 0.0 };
        let difference = self.difference();
        ARTICULATION_SEMITONES * difference + SLOW_SEMITONES * dies_before * difference
    }

    fn words(&self) -> &'static str {
        match (self.struck, self.difference()) {
            (None, _) => "plays what it is given",
            (Some(true), difference) if difference < 0.5 => "its notes die away like these",
            (Some(false), difference) if difference < 0.5 => "it holds its notes like these",
            (Some(true), _) => "its notes die away",
            (Some(false), _) => "it holds its notes",
        }
    }
}
