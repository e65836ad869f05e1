//! Where an instrument is at home.

use super::pitch::to_semitones;

/// Half the width of a register that is derived, semitones.
const DERIVED_HALF_SEMITONES: f32 = 7.0;
/// What the share of a phrase that an instrument cannot play counts against the semitones that its middle is away
/// from home: half a phrase is as bad as half an octave.
const UNPLAYABLE_SEMITONES: f32 = 12.0;
/// A share as small as this counts for nothing: the tracker errs, and phrases have their extremes.
const UNPLAYABLE_SHARE: f32 = 0.1;

/// The register that an instrument is known by, and what it can play. In semitones, 69 for 440 Hz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HomeRegister {
    /// The middle of a phrase lies from here ..
    pub low: f32,
    /// .. to here, at least an octave higher.
    pub high: f32,
    /// The lowest note that the instrument can play.
    pub lowest: f32,
    /// The highest one.
    pub highest: f32,
}

impl HomeRegister {
    /// From what a model file says: the home register as MIDI notes, if it has one, and the playable range in Hz,
    /// in the middle of which the instrument is at home otherwise.
    pub fn new(home_midi: Option<(f32, f32)>, playable_hz: (f32, f32)) -> Self {
        let (lowest, highest) = (to_semitones(playable_hz.0), to_semitones(playable_hz.1));
        let middle = (lowest + highest) / 2.0;
        let (low, high) = home_midi.unwrap_or((
            middle - DERIVED_HALF_SEMITONES,
            middle + DERIVED_HALF_SEMITONES,
        ));
        Self {
            low,
            high,
            lowest,
            highest,
        }
    }

    /// How far from home a phrase is with its middle here, semitones, 0 at home. Of the phrase, `unplayable` (a share,
    /// 0 to 1) lies outside of what the instrument can play.
    pub(super) fn distance(&self, middle: f32, unplayable: f32) -> f32 {
        let away = (self.low - middle).max(middle - self.high).max(0.0);
        away + UNPLAYABLE_SEMITONES * (unplayable - UNPLAYABLE_SHARE).max(0.0)
    }
}
