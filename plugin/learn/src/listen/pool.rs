//! The best notes of all that were found, spread over pitch and loudness, in bounded space.

use std::collections::BTreeMap;

use crate::note::FoundNote;

/// Notes whose loudness differs by less are alike, dB.
const ALIKE_DB: f32 = 6.0;

/// Semitone and step of loudness.
type Cell = (i32, i32);

/// Notes that are kept.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    cells: BTreeMap<Cell, Vec<FoundNote>>,
    samples: usize,
    most_samples: usize,
}

impl Pool {
    /// A pool for so many samples of sound.
    pub(super) fn new(most_samples: usize) -> Self {
        Self {
            cells: BTreeMap::new(),
            samples: 0,
            most_samples,
        }
    }

    /// Takes a note. Where that is too much, the worst notes of what there is most of go.
    pub(super) fn push(&mut self, note: FoundNote) {
        let cell = (
            note.semitones.round() as i32,
            (note.top_db / ALIKE_DB).floor() as i32,
        );
        self.samples += note.audio.len();
        self.cells.entry(cell).or_default().push(note);
        while self.samples > self.most_samples && self.drop_worst() {}
    }

    /// Takes all notes of another.
    pub(super) fn extend(&mut self, other: Self) {
        for note in other.into_notes() {
            self.push(note);
        }
    }

    /// The notes, as they were heard.
    pub(super) fn into_notes(self) -> Vec<FoundNote> {
        let mut notes: Vec<FoundNote> = self.cells.into_values().flatten().collect();
        notes.sort_by_key(|note| (note.recording, note.first_sample));
        notes
    }

    fn drop_worst(&mut self) -> bool {
        let samples =
            |notes: &[FoundNote]| notes.iter().map(|note| note.audio.len()).sum::<usize>();
        let fullest = self
            .cells
            .iter()
            .max_by_key(|(_, notes)| samples(notes))
            .map(|(cell, _)| *cell);
        let Some(notes) = fullest.and_then(|cell| self.cells.get_mut(&cell)) else {
            return false;
        };
        // Of equally good ones the later goes.
        let worst = |(_, a): &(usize, &FoundNote), (_, b): &(usize, &FoundNote)| {
            let later = (b.recording, b.first_sample).cmp(&(a.recording, a.first_sample));
            a.quality.total_cmp(&b.quality).then(later)
        };
        let Some((index, _)) = notes.iter().enumerate().min_by(worst) else {
            return false;
        };
        self.samples -= notes.remove(index).audio.len();
        self.cells.retain(|_, notes| !notes.is_empty());
        true
    }
}
