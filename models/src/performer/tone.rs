//! When a new note's tone begins: its stroke is heard some 10 ms before its pitch, and a hammer that strikes the pitch of the
//! note before is a wrong note, however short. Until then there is the new note's noise, and what there was of tone.
//!
//! Thread: audio.

use super::note_tracker::{Beginning, Heard, Note};

/// A new note's pitch is known after so many frames: 16 ms.
const WAIT_FRAMES: u32 = 3;
/// A pitch that has moved by this and stays within that is the new one's, semitones.
const MOVED_SEMITONES: f32 = 0.7;
const STAYS_SEMITONES: f32 = 0.4;

/// Whose harmonics sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// The note's own.
    New,
    /// Those of the note before, at its pitch.
    Before,
    /// Nobody's.
    Rest,
}

/// How long it still takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wait {
    left: u32,
    /// What sounded before and what was heard then, semitones, if it had a pitch.
    before: Option<(f32, f32)>,
    heard_semitones: f32,
    /// The latest stroke's tone is still to come.
    due: bool,
}

impl Wait {
    /// One frame. Where the pitch is `known`, as that of a key, nothing waits.
    pub(super) fn step(&mut self, note: Option<&Note>, heard: &Heard, known: bool) -> Tone {
        let heard_before = std::mem::replace(&mut self.heard_semitones, heard.semitones);
        let strikes = matches!(
            note.and_then(|note| note.begins),
            Some(Beginning::Attack | Beginning::Again)
        );
        self.due = note.is_some() && (self.due || strikes);
        let Some(note) = note.filter(|_| !known) else {
            self.left = 0;
            self.before = None;
            return Tone::New;
        };
        match note.begins {
            Some(Beginning::Attack | Beginning::Again) => self.left = WAIT_FRAMES,
            Some(Beginning::Slur) => self.left = 0,
            None => {
                self.left = self.left.saturating_sub(1);
                let stays = (heard.semitones - heard_before).abs() < STAYS_SEMITONES;
                let moved = self.before.is_some_and(|(_, heard_then)| {
                    (heard.semitones - heard_then).abs() > MOVED_SEMITONES
                });
                if moved && stays && heard.voiced {
                    self.left = 0;
                }
            }
        }
        match (self.left, self.before) {
            (0, _) => Tone::New,
            (_, None) => Tone::Rest,
            _ => Tone::Before,
        }
    }

    /// Whether the tone of a stroke begins in this frame.
    pub(super) fn begins(&mut self, tone: Tone) -> bool {
        tone == Tone::New && std::mem::take(&mut self.due)
    }

    /// This sounds, semitones, or nothing that has a pitch.
    pub(super) fn sounds(&mut self, semitones: Option<f32>) {
        self.before = semitones.map(|semitones| (semitones, self.heard_semitones));
    }

    /// The pitch of the note before, semitones.
    pub(super) fn before(&self) -> Option<f32> {
        self.before.map(|(semitones, _)| semitones)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(begins: Option<Beginning>) -> Note {
        Note {
            begins,
            frames: 0,
            semitones: 60.0,
            pitched: true,
            peak_db: -20.0,
            struck_db: -20.0,
            held_db: -20.0,
            under_loudest_db: 0.0,
            let_go: false,
        }
    }

    fn heard(semitones: f32) -> Heard {
        Heard {
            semitones,
            voiced: true,
            level_db: -20.0,
            onset: None,
            key_semitones: None,
        }
    }

    /// A note at 60 that sounds, then one that begins so, while these pitches are heard: whose tone sounds, and in which frame
    /// it begins.
    fn after(how: Beginning, known: bool, pitches: &[f32]) -> (Vec<Tone>, Option<usize>) {
        let mut wait = Wait::default();
        wait.step(Some(&note(None)), &heard(60.0), known);
        wait.sounds(Some(60.0));
        let (mut tones, mut begun) = (Vec::new(), None);
        for (frame, pitch) in pitches.iter().enumerate() {
            let begins = (frame == 0).then_some(how);
            let tone = wait.step(Some(&note(begins)), &heard(*pitch), known);
            if wait.begins(tone) {
                begun = Some(frame);
            }
            if tone == Tone::New {
                wait.sounds(Some(*pitch));
            } else {
                assert_eq!(wait.before(), Some(60.0));
            }
            tones.push(tone);
        }
        (tones, begun)
    }

    #[test]
    fn a_tone_waits_for_its_pitch_and_no_longer_than_16_ms() {
        use Tone::{Before, New};
        let again = Beginning::Again;
        assert_eq!(
            after(again, false, &[60.0; 5]),
            (vec![Before, Before, Before, New, New], Some(3))
        );
        assert_eq!(
            after(again, false, &[60.0, 64.9, 65.0, 65.0]),
            (vec![Before, Before, New, New], Some(2))
        );
    }

    #[test]
    fn where_the_pitch_is_known_or_slurred_nothing_waits() {
        for (how, known, begun) in [
            (Beginning::Again, true, Some(0)),
            (Beginning::Slur, false, None),
        ] {
            let expected = (vec![Tone::New; 4], begun);
            assert_eq!(after(how, known, &[60.0, 64.9, 65.0, 65.0]), expected);
        }
    }

    #[test]
    fn out_of_silence_there_is_no_tone_before() {
        let mut wait = Wait::default();
        let tones = [Some(Beginning::Attack), None, None, None]
            .map(|begins| wait.step(Some(&note(begins)), &heard(60.0), false));
        assert_eq!(tones, [Tone::Rest, Tone::Rest, Tone::Rest, Tone::New]);
    }
}
