//! One target's part of a frame: how far its level, pitch and colour are those of its recording.
//!
//! Thread: audio.

use super::note_tracker::Note;
use super::player::Played;
use crate::conditioning::PlayerControls;
use crate::memory::Memory;

/// A pitch this near to the note's middle is vibrato, of which the target's player has his own; from there to here it
/// is a slide, which passes whole. Semitones.
const VIBRATO_SEMITONES: f32 = 0.5;
const SLIDE_SEMITONES: f32 = 0.9;
/// What is recorded comes in and goes by so much every frame: 11 and 43 ms.
const RISE: f32 = 0.5;
const FALL: f32 = 0.125;
/// A note's beginning: until here it counts as such, and from there on not at all, frames (107 and 213 ms).
const ATTACK_FRAMES: (f32, f32) = (20.0, 40.0);

/// How far a target's recordings have come in, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Shares {
    /// Their strokes.
    pub(super) strokes: f32,
    pub(super) colour: f32,
}

/// One target's part of a frame.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) memory: &'a Memory,
    pub(super) played: Played,
    pub(super) weight: f32,
    pub(super) shares: Shares,
}

impl Part<'_> {
    /// What of the whole frame is this recording.
    pub(super) fn share(&self) -> f32 {
        self.weight * self.shares.colour
    }

    /// How far level and pitch are the recording's: a struck note decays as it was recorded, and is in tune with it.
    pub(super) fn contour(&self, controls: &PlayerControls) -> f32 {
        if self.memory.playing().struck {
            self.shares.strokes
        } else {
            controls.performance
        }
    }

    /// How far the level is the recording's.
    pub(super) fn level_share(&self, note: &Note, controls: &PlayerControls) -> f32 {
        let (until, over) = ATTACK_FRAMES;
        let attack = ((over - note.frames as f32) / (over - until)).clamp(0.0, 1.0);
        let contour = self.contour(controls);
        // What the source does with a note that it holds counts for more than how it begins one.
        let later = contour * contour;
        (later + attack * (controls.attack * contour - later)).min(1.0)
    }

    /// By how much the pitch changes, semitones.
    pub(super) fn pitch_change(
        &self,
        note: &Note,
        heard_semitones: f32,
        controls: &PlayerControls,
    ) -> f32 {
        let recorded = self.played.semitones + self.played.deviation_semitones;
        let contour = self.contour(controls);
        if self.memory.playing().semitones_only {
            return contour * (recorded - heard_semitones);
        }
        let share = (controls.vibrato * contour).min(1.0);
        let change = share * (recorded - heard_semitones);
        let off = (heard_semitones - note.semitones).abs();
        let slide = (SLIDE_SEMITONES - off) / (SLIDE_SEMITONES - VIBRATO_SEMITONES);
        slide.clamp(0.0, 1.0) * change
    }
}

/// One frame of the way to what is wanted.
pub(super) fn towards(share: f32, wanted: f32) -> f32 {
    if wanted > share {
        (share + RISE).min(wanted)
    } else {
        (share - FALL).max(wanted)
    }
}
