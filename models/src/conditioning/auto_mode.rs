//! Decides whether one clear pitch is heard.
//!
//! A chord of pure intervals is periodic, too, and the tracker finds its period: that of a note which none of its
//! voices plays. So a pitch counts only if there is something at its fundamental. Taking one voice for several
//! does no harm, since *follow* plays it as well; taking several for one plays a wrong note.

use crate::features::{FeatureFrame, log_to_db, mel_band};

/// Voicing from which a pitch is clear, and below which it is not.
const CLEAR: f32 = 0.75;
const UNCLEAR: f32 = 0.5;
/// A fundamental is there if it is at most so far below the loudest band, dB.
const FUNDAMENTAL_DB: f32 = 15.0;
/// Frames after which it is believed: 21 and 43 ms.
const FRAMES_TO_TRACK: u32 = 4;
const FRAMES_TO_FOLLOW: u32 = 8;
/// The tracker itself asks that of what is lower, Hz, where the bands are too wide to.
const KNOWN_BELOW_HZ: f32 = 55.0;
/// What is softer says nothing, dB.
const SOFTEST_DB: f32 = -70.0;

/// What it was, and for how many frames the other has been heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct AutoMode {
    follows: bool,
    frames: u32,
}

impl AutoMode {
    /// One frame; whether to follow rather than track.
    pub(super) fn step(&mut self, frame: &FeatureFrame) -> bool {
        let voicing = if has_fundamental(frame) {
            frame.pitch.voicing
        } else {
            0.0
        };
        let (other, frames) = if self.follows {
            (voicing > CLEAR, FRAMES_TO_TRACK)
        } else {
            (voicing < UNCLEAR, FRAMES_TO_FOLLOW)
        };
        if log_to_db(frame.log_loudness) < SOFTEST_DB || !other {
            self.frames = 0;
        } else {
            self.frames += 1;
            if self.frames >= frames {
                self.follows = !self.follows;
                self.frames = 0;
            }
        }
        self.follows
    }
}

/// Whether there is sound at the pitch itself, and not only at multiples of it.
fn has_fundamental(frame: &FeatureFrame) -> bool {
    if frame.pitch.f0_hz < KNOWN_BELOW_HZ {
        return true;
    }
    let loudest = frame.log_mel.iter().copied().fold(f32::MIN, f32::max);
    let there = frame.log_mel[mel_band(frame.pitch.f0_hz)];
    log_to_db(loudest - there) < FUNDAMENTAL_DB
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, FeaturesState};

    #[test]
    fn changes_its_mind_only_for_what_lasts() {
        let mut auto = AutoMode::default();
        let mut frame = *FeaturesState::new(&Features::new()).frame();
        frame.pitch.f0_hz = 220.0;
        let mut hear = |voicing: f32, log_loudness: f32, frames: u32| {
            frame.pitch.voicing = voicing;
            frame.log_loudness = log_loudness;
            (0..frames).map(|_| auto.step(&frame)).last()
        };
        assert_eq!(hear(1.0, -2.0, 10), Some(false));
        assert_eq!(hear(0.1, -2.0, FRAMES_TO_FOLLOW - 1), Some(false));
        assert_eq!(hear(0.9, -2.0, 1), Some(false));
        assert_eq!(hear(0.1, -2.0, FRAMES_TO_FOLLOW), Some(true));
        assert_eq!(hear(0.6, -2.0, 50), Some(true), "neither clear nor unclear");
        assert_eq!(hear(0.9, -10.0, 50), Some(true), "too soft to say");
        assert_eq!(hear(0.9, -2.0, FRAMES_TO_TRACK), Some(false));
    }
}
