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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::note::Beginning;

    fn kept((semitones, top_db, quality, samples): (f32, f32, f32, usize), index: usize) -> Kept {
        Kept {
            slurred_if_held: false,
            note: FoundNote {
                recording: 0,
                first_sample: index,
                semitones,
                begins: Beginning::Silence,
                top_db,
                quality,
                audio: vec![0.0; samples],
            },
        }
    }

    proptest! {
        #[test]
        fn a_pool_is_never_fuller_than_it_may_be_and_keeps_what_fits(
            notes in prop::collection::vec((40.0_f32..52.0, -40.0_f32..-10.0, 0.0_f32..1.0, 1_usize..100), 1..200),
            most in 0_usize..4000,
        ) {
            let mut pool = Pool::new(most);
            for (index, note) in notes.iter().enumerate() {
                pool.push(kept(*note, index));
            }
            let whole: usize = notes.iter().map(|note| note.3).sum();
            let left = pool.into_kept();
            let samples: usize = left.iter().map(|kept| kept.note.audio.len()).sum();
            prop_assert!(samples <= most);
            if whole <= most {
                prop_assert_eq!(left.len(), notes.len());
            }
            prop_assert!(left.is_sorted_by_key(|kept| kept.note.first_sample));
        }
    }

    #[test]
    fn of_one_kind_the_worst_goes_and_of_equals_the_later() {
        let mut pool = Pool::new(20);
        for (index, quality) in [0.5, 0.9, 0.5, 0.7].into_iter().enumerate() {
            pool.push(kept((60.0, -20.0, quality, 10), index));
        }
        let left: Vec<usize> = pool
            .into_kept()
            .iter()
            .map(|kept| kept.note.first_sample)
            .collect();
        assert_eq!(left, [1, 3]);
        let mut pool = Pool::new(20);
        for index in 0..3 {
            pool.push(kept((60.0, -20.0, 0.5, 10), index));
        }
        let left: Vec<usize> = pool
            .into_kept()
            .iter()
            .map(|kept| kept.note.first_sample)
            .collect();
        assert_eq!(left, [0, 1]);
    }
}
