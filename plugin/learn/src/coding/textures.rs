//! Which notes' noise is kept as it was recorded.

use crate::analysis::{NoteFrames, median};

/// Most textures, and the samples that are kept of each (0.77 s).
const TEXTURES: usize = 20;
const TEXTURE_SAMPLES: usize = 36_864;
/// What a deviation of 1 is stored as.
const TEXTURE_DEVIATION: f64 = 32.0;
/// The noise of notes that are played otherwise is as unlike as so many semitones make it.
const OTHER_GROUP_SEMITONES: f64 = 6.0;

/// Noises, and whose they are.
pub(crate) struct Textures {
    /// `[textures, 2]`: first sample, samples.
    pub(crate) places: Vec<f32>,
    pub(crate) samples: Vec<i8>,
    /// Which of them is each note's; as many as there are for none.
    pub(crate) of_note: Vec<usize>,
}

impl Textures {
    /// Chooses noises of notes as far from each other as can be, the middle one first, and gives each note the nearest.
    pub(crate) fn choose(notes: &[NoteFrames], groups: &[u32]) -> Self {
        let apart = |a: usize, b: usize| {
            let semitones = (notes[a].semitones - notes[b].semitones).abs();
            semitones
                + if groups[a] == groups[b] {
                    0.0
                } else {
                    OTHER_GROUP_SEMITONES
                }
        };
        let long_enough = |index: &usize| notes[*index].texture.len() >= TEXTURE_SAMPLES / 2;
        let able: Vec<usize> = (0..notes.len()).filter(long_enough).collect();
        let pitches: Vec<f64> = able.iter().map(|index| notes[*index].semitones).collect();
        let middle = median(&pitches);
        let away = |index: &usize| (notes[*index].semitones - middle).abs();
        let mut chosen: Vec<usize> = Vec::new();
        chosen.extend(able.iter().min_by(|a, b| away(a).total_cmp(&away(b))));
        while chosen.len() < TEXTURES.min(able.len()) {
            let gap = |index: usize| {
                let gaps = chosen.iter().map(|other| apart(index, *other));
                gaps.fold(f64::INFINITY, f64::min)
            };
            // Of equals the first, as everywhere.
            let mut furthest = (able[0], f64::MIN);
            for index in &able {
                let gap = gap(*index);
                if gap > furthest.1 {
                    furthest = (*index, gap);
                }
            }
            chosen.push(furthest.0);
        }
        let (mut places, mut samples) = (Vec::new(), Vec::new());
        for index in &chosen {
            let texture = &notes[*index].texture;
            let kept = &texture[..texture.len().min(TEXTURE_SAMPLES)];
            places.extend([samples.len() as f32, kept.len() as f32]);
            let stored = |value: &f64| {
                (TEXTURE_DEVIATION * value)
                    .round_ties_even()
                    .clamp(-127.0, 127.0) as i8
            };
            samples.extend(kept.iter().map(stored));
        }
        let nearest = |index: usize| {
            let mut best = (chosen.len(), f64::INFINITY);
            for (texture, other) in chosen.iter().enumerate() {
                if apart(index, *other) < best.1 {
                    best = (texture, apart(index, *other));
                }
            }
            best.0
        };
        Self {
            of_note: (0..notes.len()).map(nearest).collect(),
            places,
            samples,
        }
    }
}
