//! Brings a phrase to the register where the target is at home, by octaves.
//!
//! What was heard decides, the last ten seconds of it above all. The octave changes at a rest only: with the first note
//! after a quarter of a second without one, so never within a note or a legato phrase, and not for a phrase that is only
//! a little out of the register. The first phrase of all, and one that begins far away from all before it, is decided by
//! its own first few frames.

use super::heard_pitches::{HeardPitches, OCTAVES};
use super::pitch::to_semitones;
use super::register::HomeRegister;
use super::smoothing::share;
use crate::features::{FeatureFrame, log_to_db};

/// Voicing and loudness from which a frame is part of a note.
const SOUNDING_VOICING: f32 = 0.3;
const SOUNDING_DB: f32 = -70.0;
/// Voicing from which its pitch counts, and how far below the loudest it may be for that, dB.
pub(super) const SURE_VOICING: f32 = 0.6;
pub(super) const LOUD_DB: f32 = 24.0;
/// How quickly the loudest is forgotten, dB a frame: 3 dB a second.
const LOUDEST_FALL_DB: f32 = 0.016;
/// Frames without a note that make a rest: 251 ms.
const REST_FRAMES: u32 = 47;
/// Time after which a pitch has been forgotten to a third.
const MEMORY_MS: f32 = 10_000.0;
/// Frames of which it must remember something for the past to decide: half a second.
const FRAMES_TO_KNOW: f32 = 94.0;
/// Sure frames that decide about a phrase for which the past does not: 21 ms.
const OPENING_FRAMES: u32 = 4;
/// A phrase that would begin so far from home is another one than was heard before, semitones.
const STRANGE_SEMITONES: f32 = 9.0;
/// The present octave stays while another one is nearer to home by so little, semitones.
const HYSTERESIS_SEMITONES: f32 = 2.5;
/// How far below the loudest a frame may be to say whether chords are played, dB, and how long that is remembered.
pub(super) const PLAIN_DB: f32 = 12.0;
const FOLLOWED_MS: f32 = 5_000.0;
/// The share of the time in chords up to which one voice is moved: to begin with it, and to go on.
const CHORDS_TO_BEGIN: f32 = 0.15;
const CHORDS_TO_GO_ON: f32 = 0.35;

/// How the octave of what is tracked is found, besides [`super::HopControls::pitch_ratio`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AutoOctave {
    /// Not at all.
    #[default]
    Off,
    /// Chosen from what is heard.
    Listening,
    /// Found beforehand: octaves, -3..=3.
    Known(i32),
    /// Chosen from what another side of the same playing hears: octaves, -3..=3.
    Led(i32),
}

impl AutoOctave {
    /// Whether this is found in the same way, so that another octave is another choice and no turn of a control.
    pub(super) fn is_found_as(self, other: AutoOctave) -> bool {
        let chosen = |found| matches!(found, AutoOctave::Listening | AutoOctave::Led(_));
        self == other || (chosen(self) && chosen(other))
    }
}

/// What is asked for at one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) octave: AutoOctave,
    /// Where the weightiest target is at home, if there is one.
    pub(super) home: Option<HomeRegister>,
    /// What the pitch is moved by besides.
    pub(super) semitones: f32,
    /// Chords are heard, and left as they are.
    pub(super) follows: bool,
    /// Something else than what is heard is played: it is frozen, or rings on.
    pub(super) held: bool,
}

/// What was heard, and the octave that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OctaveChoice {
    pitches: HeardPitches,
    loudest_db: f32,
    /// Share of the time in which chords were heard.
    followed: f32,
    /// Frames since the last one of a note.
    resting_frames: u32,
    /// There was a rest since the octave was chosen.
    due: bool,
    /// Sure frames until the phrase's octave is fixed.
    opening_frames: u32,
    /// The phrase is decided by these frames of its own.
    by_itself: bool,
    octave: i32,
    /// The register for which it was chosen.
    home: Option<HomeRegister>,
    /// Other targets may sound: there need not be a rest before their octave is chosen.
    at_once: bool,
}

impl Default for OctaveChoice {
    fn default() -> Self {
        Self {
            pitches: HeardPitches::default(),
            loudest_db: SOUNDING_DB,
            followed: 0.0,
            resting_frames: REST_FRAMES,
            due: true,
            opening_frames: 0,
            by_itself: true,
            octave: 0,
            home: None,
            at_once: false,
        }
    }
}

impl OctaveChoice {
    /// The targets were exchanged: the octave of another register is chosen at the next frame.
    pub(super) fn change_targets(&mut self) {
        self.at_once = true;
    }

    /// Goes on from what another side of the same playing has chosen and heard; whether there is a rest is its own.
    pub(super) fn go_on_from(&mut self, other: &Self) {
        *self = Self {
            resting_frames: self.resting_frames,
            due: self.due,
            opening_frames: self.opening_frames,
            by_itself: self.by_itself,
            at_once: self.at_once,
            ..*other
        };
    }

    /// The one that was chosen, -3..=3, asked for or not.
    pub(super) fn octave(&self) -> i32 {
        self.octave
    }

    /// There was silence for so long that nothing was listened to.
    pub(super) fn rest(&mut self) {
        self.resting_frames = REST_FRAMES;
        self.due = true;
        self.opening_frames = 0;
    }

    /// One frame; the octaves that it is moved by.
    pub(super) fn step(&mut self, wanted: &Wanted, frame: &FeatureFrame) -> i32 {
        let loudness_db = log_to_db(frame.log_loudness);
        self.loudest_db = (self.loudest_db - LOUDEST_FALL_DB)
            .max(loudness_db)
            .max(SOUNDING_DB);
        let below_loudest_db = self.loudest_db - loudness_db;
        if loudness_db > SOUNDING_DB && below_loudest_db < PLAIN_DB {
            let follows = f32::from(u8::from(wanted.follows));
            self.followed += share(FOLLOWED_MS) * (follows - self.followed);
        }
        let voicing = frame.pitch.voicing;
        if voicing >= SOUNDING_VOICING && loudness_db > SOUNDING_DB {
            self.resting_frames = 0;
            if self.due && !wanted.held {
                self.begin_phrase(wanted);
            }
            if voicing >= SURE_VOICING && below_loudest_db < LOUD_DB {
                self.hear(wanted, to_semitones(frame.pitch.f0_hz));
            }
        } else {
            self.resting_frames = self.resting_frames.saturating_add(1);
            self.due |= self.resting_frames >= REST_FRAMES;
        }
        if std::mem::take(&mut self.at_once) && self.home != wanted.home {
            self.choose(wanted, true);
        }
        match wanted.octave {
            AutoOctave::Off => 0,
            AutoOctave::Listening => self.octave,
            AutoOctave::Known(octave) | AutoOctave::Led(octave) => {
                octave.clamp(*OCTAVES.start(), *OCTAVES.end())
            }
        }
    }

    /// The first note after a rest: the past decides, if there is enough of it.
    fn begin_phrase(&mut self, wanted: &Wanted) {
        self.due = false;
        self.opening_frames = OPENING_FRAMES;
        self.by_itself = self.pitches.frames() < FRAMES_TO_KNOW;
        if !self.by_itself {
            self.choose(wanted, false);
        }
    }

    /// A sure pitch.
    fn hear(&mut self, wanted: &Wanted, semitones: f32) {
        let opens = self.opening_frames > 0 && !wanted.held;
        if opens && self.is_strange(wanted, semitones) {
            self.pitches = HeardPitches::default();
            self.by_itself = true;
        }
        self.pitches.hear(semitones, 1.0 - share(MEMORY_MS));
        if opens {
            self.opening_frames -= 1;
            if self.by_itself {
                self.choose(wanted, true);
            }
        }
    }

    /// Whether the past is no guide to a phrase that begins here: another singer's, or another instrument's.
    fn is_strange(&self, wanted: &Wanted, semitones: f32) -> bool {
        let moved = semitones + wanted.semitones + 12.0 * self.octave as f32;
        let away = |home: HomeRegister| home.distance(moved, 0.0) > STRANGE_SEMITONES;
        !self.by_itself && self.followed < CHORDS_TO_BEGIN && wanted.home.is_some_and(away)
    }

    fn choose(&mut self, wanted: &Wanted, afresh: bool) {
        let Some(home) = wanted.home else { return };
        let afresh = afresh || self.home != wanted.home;
        self.home = wanted.home;
        if self.pitches.median().is_none() {
            return;
        }
        let chords = if self.octave == 0 {
            CHORDS_TO_BEGIN
        } else {
            CHORDS_TO_GO_ON
        };
        let nearest = if self.followed > chords {
            0
        } else {
            self.pitches.nearest_octave(&home, wanted.semitones)
        };
        let away = |octave| self.pitches.distance(&home, octave, wanted.semitones);
        let gained = away(self.octave) - away(nearest);
        if afresh || self.followed > chords || gained > HYSTERESIS_SEMITONES {
            self.octave = nearest;
        }
    }
}

#[cfg(test)]
mod tests;
