//! Decides whether one clear pitch is heard.

use super::Heard;
use crate::features::log_to_db;

/// Voicing from which a pitch is clear, and below which it is not.
const CLEAR: f32 = 0.75;
const UNCLEAR: f32 = 0.5;
/// Frames after which it is believed: 21 and 43 ms.
const FRAMES_TO_TRACK: u32 = 4;
const FRAMES_TO_FOLLOW: u32 = 8;
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
    pub(super) fn step(&mut self, heard: &Heard) -> bool {
        let (other, frames) = if self.follows {
            (heard.voicing > CLEAR, FRAMES_TO_TRACK)
        } else {
            (heard.voicing < UNCLEAR, FRAMES_TO_FOLLOW)
        };
        if log_to_db(heard.log_loudness) < SOFTEST_DB || !other {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_its_mind_only_for_what_lasts() {
        let mut auto = AutoMode::default();
        let mut hear = |voicing: f32, log_loudness: f32, frames: u32| {
            let heard = Heard {
                f0_hz: 220.0,
                voicing,
                log_loudness,
                attack: 0.0,
            };
            (0..frames).map(|_| auto.step(&heard)).last()
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
