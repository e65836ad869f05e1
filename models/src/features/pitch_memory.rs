//! What the pitch tracker remembers from frame to frame, and where it prefers that to what it hears.
//!
//! Two notes that cross are together as periodic as a note below both, a common divisor of their
//! pitches. So a leap down to a divisor of the pitch before is believed only after
//! [`DOUBT_FRAMES`]. And a change of note or a new attack is unclear for a moment without falling
//! silent, so voicing and pitch are held over a dip of up to [`HOLD_FRAMES`]. Nothing else is
//! delayed.
//!
//! Thread: a [`Memory`] belongs to one stream.

use super::pitch::{PitchEstimate, hz};
use super::pitch_peak::Peak;

/// Held before the first voiced frame.
const INITIAL_HZ: f64 = 440.0;
/// Clarity at which a frame starts to count as voiced, and from which on it does so fully.
const CLARITY_LOW: f64 = 0.6;
const CLARITY_HIGH: f64 = 0.9;
/// The same for the mean power of the window.
const POWER_LOW_DB: f64 = -75.0;
const POWER_HIGH_DB: f64 = -65.0;
/// A frame less voiced than this is a dip.
const DIP_VOICING: f64 = 0.5;
/// Longest dip that is held over, 37 ms.
const HOLD_FRAMES: u32 = 7;
/// A dip in which the level falls by this is the end of the note.
const HOLD_FALL_DB: f64 = 12.0;
/// A leap down to a divisor of the pitch is doubted for this long, 21 ms: about what two notes
/// overlap.
const DOUBT_FRAMES: u32 = 4;
/// Up to this divisor ..
const DIVISOR_MAX: f64 = 8.0;
/// .. and this close to it, as a ratio.
const DIVISOR_TOLERANCE: f64 = 0.03;

/// The period that a frame's windows agreed on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Believed {
    pub(super) peak: Peak,
    /// Mean power of the window it was found in.
    pub(super) power_db: f64,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Memory {
    held_hz: f64,
    /// Period of the frame before in samples, 0 if that was unvoiced.
    previous_lag: f64,
    /// Frames in a row in which a leap down was doubted.
    doubted_frames: u32,
    /// Frames of a dip that may still be held over.
    hold_frames: u32,
    /// Voicing and newest level of the last frame that was no dip.
    sure_voicing: f64,
    sure_level_db: f64,
}

impl Memory {
    /// Before the first sample.
    pub(super) fn new() -> Self {
        Self {
            held_hz: INITIAL_HZ,
            previous_lag: 0.0,
            doubted_frames: 0,
            hold_frames: 0,
            sure_voicing: 0.0,
            sure_level_db: 0.0,
        }
    }

    /// Period of the frame before in samples, 0 if that was unvoiced.
    pub(super) fn previous_lag(&self) -> f64 {
        self.previous_lag
    }

    /// The frame's estimate, from what its windows say and the level of its newest samples.
    pub(super) fn step(&mut self, believed: Option<Believed>, newest_db: f64) -> PitchEstimate {
        let voicing = believed.map_or(0.0, |b| {
            audible(b.power_db) * share(b.peak.clarity, CLARITY_LOW, CLARITY_HIGH)
        });
        let peak = believed.map(|b| b.peak).filter(|_| voicing > 0.0);
        if self.is_doubtful(peak) {
            self.doubted_frames += 1;
            return self.estimate(voicing);
        }
        self.doubted_frames = 0;
        if voicing < DIP_VOICING
            && self.hold_frames > 0
            && newest_db > self.sure_level_db - HOLD_FALL_DB
        {
            self.hold_frames -= 1;
            return self.estimate(voicing.max(self.sure_voicing * audible(newest_db)));
        }
        self.previous_lag = 0.0;
        if let Some(peak) = peak {
            self.held_hz = hz(&peak);
            self.previous_lag = peak.lag_samples;
        } else {
            self.hold_frames = 0;
        }
        if voicing >= DIP_VOICING {
            self.hold_frames = HOLD_FRAMES;
            self.sure_voicing = voicing;
            self.sure_level_db = newest_db;
        }
        self.estimate(voicing)
    }

    fn is_doubtful(&self, peak: Option<Peak>) -> bool {
        let Some(peak) = peak.filter(|_| self.previous_lag > 0.0) else {
            return false;
        };
        let ratio = peak.lag_samples / self.previous_lag;
        let divisor = ratio.round();
        (2.0..=DIVISOR_MAX).contains(&divisor)
            && (ratio / divisor - 1.0).abs() < DIVISOR_TOLERANCE
            && self.doubted_frames < DOUBT_FRAMES
    }

    fn estimate(&self, voicing: f64) -> PitchEstimate {
        PitchEstimate {
            f0_hz: self.held_hz as f32,
            voicing: voicing as f32,
        }
    }
}

/// Whether anything can be heard in a window of this power.
pub(super) fn is_silent(power_db: f64) -> bool {
    power_db <= POWER_LOW_DB
}

/// How far a mean power lies above silence, 0 to 1.
fn audible(power_db: f64) -> f64 {
    share(power_db, POWER_LOW_DB, POWER_HIGH_DB)
}

/// How far `value` has come from `low` to `high`, 0 to 1.
fn share(value: f64, low: f64, high: f64) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD_DB: f64 = -20.0;

    fn heard(lag_samples: f64, clarity: f64) -> Option<Believed> {
        Some(Believed {
            peak: Peak {
                lag_samples,
                clarity,
            },
            power_db: LOUD_DB,
        })
    }

    fn after_a_note(lag_samples: f64) -> Memory {
        let mut memory = Memory::new();
        memory.step(heard(lag_samples, 1.0), LOUD_DB);
        memory
    }

    #[test]
    fn a_dip_is_held_over_while_the_level_stays_and_no_longer_than_it_may_last() {
        let mut memory = after_a_note(100.0);
        for _ in 0..HOLD_FRAMES {
            let held = memory.step(heard(273.0, 0.65), LOUD_DB - 6.0);
            assert_eq!((held.f0_hz, held.voicing), (480.0, 1.0));
        }
        assert!(memory.step(heard(273.0, 0.65), LOUD_DB).voicing < 0.5);
        let mut memory = after_a_note(100.0);
        assert_eq!(memory.step(None, LOUD_DB - 13.0).voicing, 0.0);
        assert_eq!(memory.step(None, LOUD_DB).voicing, 0.0, "the note ended");
    }

    #[test]
    fn a_divisor_is_believed_when_it_lasts_and_any_other_leap_at_once() {
        for divisor in [2.0, 3.0, 5.0] {
            let mut memory = after_a_note(100.0);
            let low = heard(101.0 * divisor, 1.0);
            for _ in 0..DOUBT_FRAMES {
                assert_eq!(memory.step(low, LOUD_DB).f0_hz, 480.0);
            }
            assert!(memory.step(low, LOUD_DB).f0_hz < 250.0);
        }
        for lag_samples in [50.0, 67.0, 150.0, 180.0, 250.0] {
            let mut memory = after_a_note(100.0);
            let leapt = memory.step(heard(lag_samples, 1.0), LOUD_DB);
            assert_eq!(leapt.f0_hz, (48_000.0 / lag_samples) as f32);
        }
    }

    #[test]
    fn doubt_begins_anew_after_the_note_came_back() {
        let mut memory = after_a_note(100.0);
        for _ in 0..3 {
            for _ in 0..DOUBT_FRAMES {
                assert_eq!(memory.step(heard(200.0, 1.0), LOUD_DB).f0_hz, 480.0);
            }
            memory.step(heard(100.0, 1.0), LOUD_DB);
        }
    }
}
