//! A true stretch of the recordings: single notes in a row, such as the target does not remember, if there are any.

use std::collections::{BTreeSet, HashSet};

use mynah_learn::note::FoundNote;
use mynah_models::SAMPLE_RATE_HZ;

/// Longest stretch, and the shortest that is as good as longer ones, samples.
const LONGEST_SAMPLES: usize = 8 * SAMPLE_RATE_HZ as usize;
const ENOUGH_SAMPLES: usize = 5 * SAMPLE_RATE_HZ as usize;
/// Longer rests are shortened to this: 0.25 s.
const REST_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 4;
/// A note's sound begins so long before it, and fades into the next one's over as long.
const LEAD_SAMPLES: usize = 192;
/// A note that the target remembers shows so much of how well it plays, against one that it does not.
const WORTH_REMEMBERED: f32 = 0.25;
/// Every note that does not follow the one before it in the recordings takes so much away.
const BREAK_COST: f32 = 0.05;

/// Notes of the recordings, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// Mono at 48 kHz.
    pub(super) sound: Vec<f32>,
    /// How many notes there are, and how many of them the target remembers.
    pub(super) notes: usize,
    pub(super) remembered: usize,
    /// Which recordings they are from.
    pub(super) recordings: BTreeSet<usize>,
}

/// The best one; `None` without notes.
pub(super) fn best(notes: &[FoundNote], remembered: &HashSet<usize>) -> Option<Stretch> {
    let worth = |index: usize| {
        let note = &notes[index];
        let again = if remembered.contains(&index) {
            WORTH_REMEMBERED
        } else {
            1.0
        };
        note.quality * again * note.audio.len() as f32
    };
    let mut best: Option<(f32, usize, usize)> = None;
    for first in 0..notes.len() {
        let (mut samples, mut sum, mut breaks) = (0, 0.0, 0);
        for last in first..notes.len() {
            let length = notes[last].audio.len();
            if last > first && samples + length > LONGEST_SAMPLES {
                break;
            }
            sum += worth(last);
            let whole = samples + length;
            let long = (whole as f32 / ENOUGH_SAMPLES as f32).min(1.0);
            let score = long * (sum / whole.max(1) as f32 - BREAK_COST * breaks as f32);
            if best.is_none_or(|(most, ..)| score > most) {
                best = Some((score, first, last));
            }
            if let Some(next) = notes.get(last + 1) {
                samples += step(&notes[last], next);
                breaks += usize::from(is_break(&notes[last], next));
            }
        }
    }
    let (_, first, last) = best?;
    let own = &notes[first..=last];
    Some(Stretch {
        sound: joined(own),
        notes: own.len(),
        remembered: (first..=last).filter(|n| remembered.contains(n)).count(),
        recordings: own.iter().map(|note| note.recording).collect(),
    })
}

/// Samples from one note's beginning to the next one's.
fn step(note: &FoundNote, next: &FoundNote) -> usize {
    let longest = note.audio.len() + REST_SAMPLES;
    if is_break(note, next) {
        longest
    } else {
        next.first_sample - note.first_sample
    }
}

/// Whether something is left out between the two.
fn is_break(note: &FoundNote, next: &FoundNote) -> bool {
    next.recording != note.recording
        || next.first_sample < note.first_sample
        || next.first_sample - note.first_sample > note.audio.len() + REST_SAMPLES
}

/// The sounds of the notes, each fading into the next. Where one follows the other the faded parts are of one recording, so
/// that their sum is that recording.
fn joined(notes: &[FoundNote]) -> Vec<f32> {
    let mut sound: Vec<f32> = Vec::new();
    let mut start = 0;
    for (index, note) in notes.iter().enumerate() {
        let length = note.audio.len();
        sound.resize(sound.len().max(start + length), 0.0);
        let place = sound[start..].iter_mut().zip(&note.audio).enumerate();
        for (n, (to, from)) in place {
            let inward = n as f32 / LEAD_SAMPLES as f32;
            let outward = (length - n) as f32 / LEAD_SAMPLES as f32;
            *to += inward.min(outward).min(1.0) * from;
        }
        if let Some(next) = notes.get(index + 1) {
            start += step(note, next);
        }
    }
    sound
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use mynah_learn::note::Beginning;

    fn note(recording: usize, first_s: f32, seconds: f32, quality: f32) -> FoundNote {
        let at = |s: f32| (s * SAMPLE_RATE_HZ as f32) as usize;
        let first_sample = at(first_s);
        FoundNote {
            recording,
            first_sample,
            semitones: 60.0,
            begins: Beginning::Silence,
            top_db: -20.0,
            quality,
            audio: vec![0.5; at(seconds) + LEAD_SAMPLES],
        }
    }

    #[test]
    fn notes_that_are_not_remembered_come_first_then_better_ones() {
        let notes: Vec<FoundNote> = (0..30)
            .map(|n| note(0, n as f32, 1.0, if n < 20 { 0.9 } else { 0.5 }))
            .collect();
        let remembered: HashSet<usize> = (0..12).collect();
        let stretch = best(&notes, &remembered).unwrap();
        assert_eq!(stretch.remembered, 0);
        assert!((5..=8).contains(&stretch.notes), "{}", stretch.notes);
        let all: HashSet<usize> = (0..30).collect();
        let stretch = best(&notes, &all).unwrap();
        assert_eq!(stretch.remembered, stretch.notes);
    }

    #[test]
    fn notes_that_follow_each_other_join_without_a_seam_and_long_rests_are_short() {
        let stretch = best(
            &[
                note(0, 0.0, 1.0, 1.0),
                note(0, 1.0, 1.0, 1.0),
                note(0, 9.0, 1.0, 1.0),
                note(1, 0.0, 1.0, 1.0),
            ],
            &HashSet::new(),
        )
        .unwrap();
        assert_eq!((stretch.notes, stretch.recordings.len()), (4, 2));
        let seconds = stretch.sound.len() as f32 / SAMPLE_RATE_HZ as f32;
        assert!((4.4..4.6).contains(&seconds), "{seconds}");
        let joint = &stretch.sound[LEAD_SAMPLES..48_000 * 2];
        assert!(joint.iter().all(|x| (x - 0.5).abs() < 1e-5));
        assert_eq!(best(&[], &HashSet::new()), None);
    }

    #[test]
    fn a_note_that_is_longer_than_all_is_taken_by_itself() {
        let stretch = best(&[note(0, 0.0, 11.0, 1.0)], &HashSet::new()).unwrap();
        assert_eq!(stretch.notes, 1);
    }
}
