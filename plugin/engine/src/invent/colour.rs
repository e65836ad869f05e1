//! The colour of an instrument of chance: recorded notes painted anew, and networks between two.

use mynah_models::file::{MemoryInfo, Tensors};
use mynah_models::memory::{Memory, ROW_VALUES, Recorded, Row};
use mynah_models::prior::NUMBERED_HARMONICS;
use mynah_models::timbre::{TimbreSpace, anchors_around, colours_at};

use super::Recipe;

/// Where there is no space that knows better, semitones.
const ANCHORS_SEMITONES: [f32; 5] = [36.0, 48.0, 60.0, 72.0, 84.0];
/// Largest code.
const CODE_LIMIT: f32 = 127.0;
/// What is softer is not heard, nepers under the loudness: differences below it mean nothing.
const INAUDIBLE_LOG: f32 = -8.0;
/// A value moves by so much at most, nepers: 26 dB.
const MOST_MOVED: f32 = 3.0;
/// Numbers of a note in a memory, and where its pitch stands among them.
const NOTE_VALUES: usize = 8;
const NOTE_SEMITONES: usize = 2;

/// What is added to rows, at some pitches.
pub(super) struct Offsets {
    anchors_semitones: Vec<f32>,
    rows: Vec<Row>,
}

/// What a recipe adds to the player's rows.
pub(super) fn offsets(
    recipe: &Recipe,
    player: &Memory,
    other: &Memory,
    space: Option<&TimbreSpace>,
) -> Offsets {
    let anchors_semitones = space.map_or_else(
        || ANCHORS_SEMITONES.to_vec(),
        |space| space.anchors_semitones().to_vec(),
    );
    let from = colours_at(player, &anchors_semitones);
    let to = colours_at(other, &anchors_semitones);
    let apart: Vec<Option<Row>> = from
        .iter()
        .zip(&to)
        .map(|(from, to)| Some(difference((*from)?, (*to)?)))
        .collect();
    let rows = (0..anchors_semitones.len()).map(|anchor| {
        // Where only one of them has notes, they differ as they do at the nearest pitch where both have.
        let nearest = (0..apart.len())
            .filter(|other| apart[*other].is_some())
            .min_by_key(|other| other.abs_diff(anchor));
        let towards = nearest.and_then(|nearest| apart[nearest]);
        let mut row = space.map_or([0.0; ROW_VALUES], |space| {
            space.offset_at_anchor(anchor, &recipe.place)
        });
        if let Some(towards) = towards {
            for (value, apart) in row.iter_mut().zip(&towards) {
                *value += recipe.towards * apart;
            }
        }
        row.map(|value| value.clamp(-MOST_MOVED, MOST_MOVED))
    });
    Offsets {
        rows: rows.collect(),
        anchors_semitones,
    }
}

fn difference(from: Row, to: Row) -> Row {
    std::array::from_fn(|value| to[value].max(INAUDIBLE_LOG) - from[value].max(INAUDIBLE_LOG))
}

/// Adds the offsets to all rows: one component for each anchor, and as its code how near the note is to it.
pub(super) fn paint(info: &mut MemoryInfo, recorded: &mut Recorded, offsets: &Offsets) {
    let (before, added) = (info.components, offsets.rows.len());
    let mut codes = Vec::with_capacity(info.rows * (before + added));
    let mut rows = recorded.codes.chunks_exact(before);
    let mut weights = vec![vec![0; added]; info.rows];
    for note in recorded.notes.chunks_exact(NOTE_VALUES) {
        let of_note = offsets.weights(note[NOTE_SEMITONES]);
        let (first, count) = (note[0] as usize, note[1] as usize);
        weights[first..first + count].fill(of_note);
    }
    for weights in &weights {
        codes.extend_from_slice(rows.next().unwrap_or_default());
        codes.extend_from_slice(weights);
    }
    recorded.codes = codes;
    for row in &offsets.rows {
        recorded.basis.extend(row.map(|value| value / CODE_LIMIT));
    }
    info.components = before + added;
}

impl Offsets {
    /// How much of each anchor's offset a note at this pitch has, as codes.
    fn weights(&self, semitones: f32) -> Vec<i8> {
        let (low, high, share) = anchors_around(&self.anchors_semitones, semitones);
        let mut weights = vec![0; self.anchors_semitones.len()];
        let code = (CODE_LIMIT * share).round();
        weights[high] = code as i8;
        weights[low] = (CODE_LIMIT - code) as i8;
        weights
    }
}

/// FiLM vectors and head as far between the two as the colour is; what the place in the space adds stands in the head's bias.
pub(super) fn own(
    recipe: &Recipe,
    player: &Tensors,
    other: &Tensors,
    space: Option<&TimbreSpace>,
) -> Tensors {
    let mut own = Tensors::default();
    let others = other.sorted();
    for ((name, tensor), (_, towards)) in player.sorted().into_iter().zip(others) {
        let pairs = tensor.values.iter().zip(&towards.values);
        let mut values: Vec<f32> = pairs
            .map(|(from, to)| from + recipe.towards * (to - from))
            .collect();
        if name == "head.bias"
            && let Some(space) = space
        {
            let envelopes = &mean_offset(recipe, space)[NUMBERED_HARMONICS..];
            for (value, offset) in values.iter_mut().zip(envelopes) {
                *value += offset;
            }
        }
        own.insert(name.to_owned(), tensor.shape.clone(), values);
    }
    own
}

/// What the place adds in the mean over all anchors: the network's bias knows no pitch.
fn mean_offset(recipe: &Recipe, space: &TimbreSpace) -> Row {
    let count = space.anchors_semitones().len();
    let mut mean = [0.0; ROW_VALUES];
    for anchor in 0..count {
        let row = space.offset_at_anchor(anchor, &recipe.place);
        for (sum, value) in mean.iter_mut().zip(&row) {
            *sum += value / count as f32;
        }
    }
    mean.map(|value| value.clamp(-MOST_MOVED, MOST_MOVED))
}
