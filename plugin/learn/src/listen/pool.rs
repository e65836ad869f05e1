//! The best notes of all that were found, spread over pitch and loudness, in bounded space.

use std::collections::BTreeMap;

use crate::note::FoundNote;

/// Notes whose loudness differs by less are alike, dB.
const ALIKE_DB: f32 = 6.0;

/// Semitone and step of loudness.
type Cell = (i32, i32);

/// A note that is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) note: FoundNote,
    /// On an instrument that holds its notes it is slurred: see `Cut`.
    pub(super) slurred_if_held: bool,
}

/// Notes that are kept.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    cells: BTreeMap<Cell, Vec<Kept>>,
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
    pub(super) fn push(&mut self, kept: Kept) {
        let note = &kept.note;
        let cell = (
            note.semitones.round() as i32,
            (note.top_db / ALIKE_DB).floor() as i32,
        );
        self.samples += note.audio.len();
        self.cells.entry(cell).or_default().push(kept);
        while self.samples > self.most_samples && self.drop_worst() {}
    }

    /// Takes all notes of another.
    pub(super) fn extend(&mut self, other: Self) {
        for note in other.into_kept() {
            self.push(note);
        }
    }

    /// The notes, as they were heard.
    pub(super) fn into_kept(self) -> Vec<Kept> {
        let mut notes: Vec<Kept> = self.cells.into_values().flatten().collect();
        notes.sort_by_key(|kept| (kept.note.recording, kept.note.first_sample));
        notes
    }

    fn drop_worst(&mut self) -> bool {
        let samples = |notes: &[Kept]| {
            notes
                .iter()
                .map(|kept| kept.note.audio.len())
                .sum::<usize>()
        };
        let fullest = self
            .cells
            .iter()
            .max_by_key(|(_, notes)| samples(notes))
            .map(|(cell, _)| *cell);
        let Some(notes) = fullest.and_then(|cell| self.cells.get_mut(&cell)) else {
            return false;
        };
        // Of equally good ones the later goes.
        let worst = |(_, a): &(usize, &Kept), (_, b): &(usize, &Kept)| {
            let later = (b.note.recording, b.note.first_sample)
                .cmp(&(a.note.recording, a.note.first_sample));
            a.note.quality.total_cmp(&b.note.quality).then(later)
        };
        let Some((index, _)) = notes.iter().enumerate().min_by(worst) else {
            return false;
        };
        self.samples -= notes.remove(index).note.audio.len();
        self.cells.retain(|_, notes| !notes.is_empty());
        true
    }
}
