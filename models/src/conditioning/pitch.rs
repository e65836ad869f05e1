//! From the tracked pitch to the played one.

use super::scale_note::ScaleNote;
use super::smoothing::{Approach, share};
use super::vibrato::NoteMiddle;
use super::{ALL_NOTES, AutoOctave, HopControls, Key, KeyByEar};

/// A pitch of 440 Hz, in semitones.
const A4_SEMITONES: f32 = 69.0;
/// Voicing from which a frame says something about the pitch.
const VOICED: f32 = 0.3;
/// Frames without a pitch after which the next one is a new note.
const FRAMES_TO_FORGET: u32 = 4;
/// Time constants in a glide: after three of them 95 % of the way are done.
const GLIDE_TIME_CONSTANTS: f32 = 3.0;
/// Lowest and highest pitch that is played, whatever the shifts.
const PLAYABLE_HZ: (f32, f32) = (10.0, 20_000.0);

/// What has been played.
#[derive(Clone, Debug, Default)]
pub(super) struct PlayedPitch {
    middle: NoteMiddle,
    scale_note: ScaleNote,
    /// The notes that the present one is pulled to: a key that is heard within it counts from the next one on.
    notes: u16,
    /// How far the pitch is pulled at present, semitones; `None` before the first note.
    pull: Option<f32>,
    unvoiced_frames: u32,
    /// The shift as far as it has come, octaves.
    shift: Approach<1>,
    /// The octave of the frame before, and how it was found.
    octave: (i32, AutoOctave),
    /// The held note as far as it has glided, semitones.
    held: Option<f32>,
}

/// A frame's pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Played {
    pub(super) hz: f32,
    pub(super) voicing: f32,
}

impl PlayedPitch {
    /// One frame, moved by an octave that was chosen besides what the controls ask for; `heard_key` is that of the input.
    pub(super) fn step(
        &mut self,
        controls: &HopControls,
        octave: i32,
        heard_key: Option<Key>,
        f0_hz: f32,
        voicing: f32,
    ) -> Played {
        let notes = notes_of(controls, heard_key);
        let shaped_hz = self.shaped_hz(controls, octave, notes, f0_hz, voicing);
        let (low, high) = PLAYABLE_HZ;
        match self.held_semitones(controls) {
            Some(semitones) => Played {
                hz: to_hz(semitones).clamp(low, high),
                voicing: 1.0,
            },
            None => Played {
                hz: shaped_hz.clamp(low, high),
                voicing,
            },
        }
    }

    /// The note held on a keyboard, on its way from the one before.
    fn held_semitones(&mut self, controls: &HopControls) -> Option<f32> {
        self.held = controls.note_semitones.map(|wanted| {
            let from = self.held.unwrap_or(wanted);
            from + glide_share(controls) * (wanted - from)
        });
        self.held
    }

    /// The tracked pitch with its vibrato changed, moved, and pulled to the scale.
    fn shaped_hz(
        &mut self,
        controls: &HopControls,
        octave: i32,
        notes: u16,
        f0_hz: f32,
        voicing: f32,
    ) -> f32 {
        let wanted_octaves = controls.pitch_ratio.log2() + octave as f32;
        let (octave_before, found_before) =
            std::mem::replace(&mut self.octave, (octave, controls.auto_octave));
        // A player who turns the choice on or off hears it glide as from one octave to another; the choice itself is
        // there at once, since it begins a phrase.
        if octave != octave_before && found_before.is_found_as(controls.auto_octave) {
            self.shift.jump([wanted_octaves]);
        }
        let [shift_octaves] = self.shift.step([wanted_octaves]);
        let arrived = shift_octaves == wanted_octaves;
        // Exactly what was asked for, once it is there.
        let ratio = if arrived {
            controls.pitch_ratio * 2.0f32.powi(octave)
        } else {
            shift_octaves.exp2()
        };
        let moved_hz = f0_hz * ratio;
        if voicing < VOICED {
            self.unvoiced_frames = self.unvoiced_frames.saturating_add(1);
            if self.unvoiced_frames >= FRAMES_TO_FORGET {
                self.middle.end();
                self.pull = None;
            }
            return moved_hz;
        }
        self.unvoiced_frames = 0;
        // Kept going whether it is used or not, so that a control that is turned finds the note's middle.
        let semitones = to_semitones(f0_hz);
        let (middle, begins) = self.middle.step(semitones);
        let pitch = &controls.pitch;
        if begins || pitch.key == KeyByEar::Off {
            self.notes = notes;
        }
        let moved_middle = middle + 12.0 * shift_octaves;
        let wanted = if pitch.snap > 0.0 {
            let note = self.scale_note.step(moved_middle, self.notes, begins);
            pitch.snap * (note - moved_middle)
        } else {
            0.0
        };
        let pull = self.pull.unwrap_or(wanted);
        let pull = pull + glide_share(controls) * (wanted - pull);
        self.pull = Some(pull);
        let change = (pitch.vibrato - 1.0) * (semitones - middle) + pull;
        if change == 0.0 {
            moved_hz
        } else {
            moved_hz * (change / 12.0).exp2()
        }
    }
}

/// The notes that played pitches are pulled to, a bit for each of the twelve.
fn notes_of(controls: &HopControls, heard_key: Option<Key>) -> u16 {
    let key = match controls.pitch.key {
        KeyByEar::Off => return controls.pitch.notes,
        KeyByEar::Listening => heard_key,
        KeyByEar::Known(key) => key,
    };
    key.map_or(ALL_NOTES, |key| {
        key.transposed(transposition(controls)).notes()
    })
}

/// By how many semitones, rounded, the controls move what is heard.
pub(super) fn transposition(controls: &HopControls) -> i32 {
    (12.0 * controls.pitch_ratio.log2()).round() as i32
}

/// What a glide goes in a frame, as a share of what is left.
fn glide_share(controls: &HopControls) -> f32 {
    share(controls.pitch.glide_ms / GLIDE_TIME_CONSTANTS)
}

/// Semitones, 69 for 440 Hz.
pub(super) fn to_semitones(hz: f32) -> f32 {
    A4_SEMITONES + 12.0 * (hz.max(1.0) / 440.0).log2()
}

fn to_hz(semitones: f32) -> f32 {
    440.0 * ((semitones - A4_SEMITONES) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::PitchControls;

    fn controls(pitch: PitchControls) -> HopControls {
        HopControls {
            pitch,
            ..HopControls::default()
        }
    }

    fn last_hz(controls: &HopControls, f0_hz: f32, frames: usize) -> f32 {
        let mut pitch = PlayedPitch::default();
        (0..frames)
            .map(|_| pitch.step(controls, 0, None, f0_hz, 1.0).hz)
            .last()
            .unwrap_or_default()
    }

    #[test]
    fn neutral_controls_only_multiply() {
        let mut controls = HopControls::default();
        for (f0_hz, ratio, voicing) in [(221.3, 1.0, 0.9), (97.7, 2.0, 0.2), (640.1, 0.5, 1.0)] {
            controls.pitch_ratio = ratio;
            let mut pitch = PlayedPitch::default();
            let played = pitch.step(&controls, 0, None, f0_hz, voicing);
            assert_eq!((played.hz, played.voicing), (f0_hz * ratio, voicing));
        }
    }

    #[test]
    fn snap_pulls_by_its_share() {
        let half_sharp = 440.0 * (0.4f32 / 12.0).exp2();
        for (snap, left_semitones) in [(1.0, 0.0), (0.5, 0.2), (0.0, 0.4)] {
            let pitch = PitchControls {
                snap,
                glide_ms: 50.0,
                ..PitchControls::default()
            };
            let played = last_hz(&controls(pitch), half_sharp, 60);
            let left = 12.0 * (played / 440.0).log2();
            assert!((left - left_semitones).abs() < 0.01, "{snap}: {left}");
        }
    }

    #[test]
    fn snap_counts_the_notes_that_are_played_not_those_that_are_sung() {
        // A sung C sharp a fifth up is a G sharp; C major has a G and an A.
        let mut controls = controls(PitchControls {
            snap: 1.0,
            notes: 0b1010_1011_0101,
            ..PitchControls::default()
        });
        controls.pitch_ratio = (7.0f32 / 12.0).exp2();
        let played = to_semitones(last_hz(&controls, to_hz(61.1), 30));
        assert!((played - 69.0).abs() < 0.01, "{played}");
    }

    #[test]
    fn a_held_note_is_played_instead_with_a_glide_to_the_next() {
        let mut pitch = PlayedPitch::default();
        let mut controls = controls(PitchControls {
            glide_ms: 100.0,
            ..PitchControls::default()
        });
        controls.note_semitones = Some(57.0);
        let first = pitch.step(&controls, 0, None, 700.0, 0.0);
        assert!((first.hz - 220.0).abs() < 0.01 && first.voicing == 1.0);
        controls.note_semitones = Some(69.0);
        let way: Vec<f32> = (0..40)
            .map(|_| pitch.step(&controls, 0, None, 700.0, 0.0).hz)
            .collect();
        assert!(
            way[0] < 300.0 && way[8] < 430.0 && way[20] > 425.0,
            "{way:?}"
        );
        controls.note_semitones = None;
        assert_eq!(pitch.step(&controls, 0, None, 700.0, 0.0).hz, 700.0);
    }

    #[test]
    fn a_key_that_is_heard_counts_from_the_next_note_on() {
        let mut controls = controls(PitchControls {
            snap: 1.0,
            glide_ms: 0.0,
            key: KeyByEar::Listening,
            ..PitchControls::default()
        });
        // A fifth higher C major is G major, in which an F is pulled to the F sharp.
        controls.pitch_ratio = (7.0f32 / 12.0).exp2();
        let mut pitch = PlayedPitch::default();
        let mut play = |key, heard: f32, voicing, frames: usize| {
            let hz = (0..frames).map(|_| pitch.step(&controls, 0, key, to_hz(heard), voicing).hz);
            to_semitones(hz.last().unwrap_or_default())
        };
        let c_major = Some(Key::default());
        assert!((play(None, 58.2, 1.0, 30) - 65.0).abs() < 0.01, "all notes");
        assert!(
            (play(c_major, 58.2, 1.0, 30) - 65.0).abs() < 0.01,
            "the same note"
        );
        play(c_major, 58.2, 0.0, 10);
        assert!(
            (play(c_major, 58.2, 1.0, 30) - 66.0).abs() < 0.01,
            "the next one"
        );
    }
}
