//! The directions in which recorded notes differ.

use mynah_models::TIMBRE_AXES;
use mynah_models::memory::{ROW_VALUES, Row};
use mynah_models::timbre::{Attributes, MAP_AXES, TimbreTables, weight_at};
use nalgebra::{DMatrix, SymmetricEigen};

/// Pitches at which the space is measured: an octave apart, from 65 Hz to 1,047 Hz.
const ANCHORS_SEMITONES: [f32; 5] = [36.0, 48.0, 60.0, 72.0, 84.0];
/// What is softer than this under the loudness is not heard, nepers (-70 dB).
const INAUDIBLE_LOG: f32 = -8.0;
/// Attributes: brightness, breath, body.
const ATTRIBUTES: usize = TIMBRE_AXES - MAP_AXES;
/// What is known of a direction by this share of an instrument's notes is believed by half.
const RIDGE: f64 = 0.05;
/// An instrument whose notes weigh less than this all together says nothing of an anchor.
const LEAST_WEIGHT: f32 = 0.3;
/// Standard deviations at the place 1.
const DEVIATIONS: f64 = 2.0;

/// A note while it is held.
#[derive(Clone, Copy)]
pub(super) struct HeldNote {
    pub(super) semitones: f32,
    pub(super) row: Row,
}

impl HeldNote {
    /// What is not heard of it is as soft as everything that is not.
    pub(super) fn new(semitones: f32, row: Row) -> Self {
        let row = row.map(|log| log.max(INAUDIBLE_LOG));
        Self { semitones, row }
    }

    fn attributes(&self) -> [f32; ATTRIBUTES] {
        Attributes::of(&self.row, self.semitones).values()
    }
}

/// A note as an anchor counts it.
struct Weighed<'a> {
    note: &'a HeldNote,
    /// All notes of an instrument together weigh 1.
    weight: f64,
    /// Its attributes over their deviations.
    attributes: [f64; ATTRIBUTES],
}

/// The space of these instruments, each with its notes.
pub(super) fn fit(instruments: &[Vec<HeldNote>]) -> TimbreTables {
    let deviations = attribute_deviations(instruments);
    let colours: Vec<Vec<Option<Row>>> = instruments.iter().map(|notes| colours(notes)).collect();
    let mean: Vec<Row> = (0..ANCHORS_SEMITONES.len())
        .map(|anchor| mean_row(colours.iter().filter_map(|colours| colours[anchor])))
        .collect();
    let map = map_places(&colours, &mean);
    let directions = ANCHORS_SEMITONES.iter().enumerate().map(|(at, anchor)| {
        let weighed = weighed(instruments, *anchor, &deviations);
        let named = attribute_directions(&weighed, *anchor);
        let [x, y] = map_directions(&colours, &map, at, &mean[at]);
        let [brightness, breath, body] = named;
        [x, y, brightness, breath, body]
    });
    TimbreTables {
        directions: directions.collect(),
        anchors_semitones: ANCHORS_SEMITONES.to_vec(),
        mean,
    }
}

/// An instrument's mean note at each anchor near which it has some.
fn colours(notes: &[HeldNote]) -> Vec<Option<Row>> {
    let colour = |anchor: &f32| {
        let weights: Vec<f32> = notes
            .iter()
            .map(|n| weight_at(*anchor, n.semitones))
            .collect();
        let total: f32 = weights.iter().sum();
        if total < LEAST_WEIGHT {
            return None;
        }
        let mut sum = [0.0; ROW_VALUES];
        for (note, weight) in notes.iter().zip(&weights) {
            for (sum, value) in sum.iter_mut().zip(&note.row) {
                *sum += weight / total * value;
            }
        }
        Some(sum)
    };
    ANCHORS_SEMITONES.iter().map(colour).collect()
}

fn mean_row(rows: impl Iterator<Item = Row>) -> Row {
    let (mut sum, mut count) = ([0.0; ROW_VALUES], 0);
    for row in rows {
        count += 1;
        sum.iter_mut()
            .zip(&row)
            .for_each(|(sum, value)| *sum += value);
    }
    sum.map(|sum| sum / count.max(1) as f32)
}

/// All notes as an anchor counts them.
fn weighed<'a>(
    instruments: &'a [Vec<HeldNote>],
    anchor: f32,
    deviations: &[f64; ATTRIBUTES],
) -> Vec<Weighed<'a>> {
    let mut out = Vec::new();
    for notes in instruments {
        let total: f32 = notes
            .iter()
            .map(|note| weight_at(anchor, note.semitones))
            .sum();
        if total < LEAST_WEIGHT {
            continue;
        }
        out.extend(notes.iter().map(|note| {
            let attributes = note.attributes();
            Weighed {
                note,
                weight: f64::from(weight_at(anchor, note.semitones) / total),
                attributes: std::array::from_fn(|k| f64::from(attributes[k]) / deviations[k]),
            }
        }));
    }
    out
}

/// Deviation of each attribute over notes of about the same pitch: the mean of all anchors.
fn attribute_deviations(instruments: &[Vec<HeldNote>]) -> [f64; ATTRIBUTES] {
    let mut variance = [0.0; ATTRIBUTES];
    for anchor in ANCHORS_SEMITONES {
        let notes = weighed(instruments, anchor, &[1.0; ATTRIBUTES]);
        let total: f64 = notes.iter().map(|note| note.weight).sum();
        for (k, variance) in variance.iter_mut().enumerate() {
            let moment = |power: i32| -> f64 {
                let sum: f64 = notes
                    .iter()
                    .map(|note| note.weight * note.attributes[k].powi(power))
                    .sum();
                sum / total
            };
            *variance += (moment(2) - moment(1).powi(2)) / ANCHORS_SEMITONES.len() as f64;
        }
    }
    variance.map(f64::sqrt)
}

/// What rows differ in where one attribute does and the others, and the pitch, do not: multiple regression.
fn attribute_directions(notes: &[Weighed<'_>], anchor: f32) -> [Row; ATTRIBUTES] {
    let regressors: Vec<Vec<f64>> = notes
        .iter()
        .map(|note| {
            let pitch = f64::from(note.note.semitones - anchor) / 12.0;
            let mut row = vec![1.0, pitch];
            row.extend(note.attributes);
            row
        })
        .collect();
    let weights: Vec<f64> = notes.iter().map(|note| note.weight).collect();
    let rows: Vec<Row> = notes.iter().map(|note| note.note.row).collect();
    let slopes = regression(&regressors, &weights, &rows);
    std::array::from_fn(|k| slopes[2 + k].map(|slope| (DEVIATIONS * slope) as f32))
}

/// Where each instrument stands: the two directions in which their mean colours differ most, a deviation being 1 / 2.
fn map_places(colours: &[Vec<Option<Row>>], mean: &[Row]) -> Vec<[f64; MAP_AXES]> {
    let away: Vec<Row> = colours
        .iter()
        .map(|colours| {
            let apart = colours.iter().zip(mean).filter_map(|(colour, mean)| {
                let colour = (*colour)?;
                Some(std::array::from_fn(|value| colour[value] - mean[value]))
            });
            mean_row(apart)
        })
        .collect();
    let count = away.len();
    let middle = mean_row(away.iter().copied());
    let product = |a: &Row, b: &Row| -> f64 {
        let values = a.iter().zip(b).zip(&middle);
        values
            .map(|((a, b), m)| f64::from(a - m) * f64::from(b - m))
            .sum()
    };
    let gram = DMatrix::from_fn(count, count, |i, j| product(&away[i], &away[j]));
    let eigen = SymmetricEigen::new(gram);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let scale = (count as f64).sqrt() / DEVIATIONS;
    let mut places = vec![[0.0; MAP_AXES]; count];
    for (axis, direction) in order.iter().take(MAP_AXES).enumerate() {
        let scores: Vec<f64> = eigen
            .eigenvectors
            .column(*direction)
            .iter()
            .copied()
            .collect();
        // An eigenvector has no sign: what has more treble stands to the right, what has more noise above.
        let treble: f64 = scores
            .iter()
            .zip(&away)
            .map(|(score, row)| score * tendency(row, axis))
            .sum();
        let sign = if treble < 0.0 { -1.0 } else { 1.0 };
        for (place, score) in places.iter_mut().zip(&scores) {
            place[axis] = sign * scale * score;
        }
    }
    places
}

/// How much more treble (0) or noise (1) a colour has than the mean.
fn tendency(row: &Row, axis: usize) -> f64 {
    let sum = |values: &[f32]| values.iter().map(|value| f64::from(*value)).sum::<f64>();
    match axis {
        0 => sum(&row[20..60]),
        _ => sum(&row[ROW_VALUES - 64..]),
    }
}

/// What colours at an anchor differ in along both axes of the map.
fn map_directions(
    colours: &[Vec<Option<Row>>],
    places: &[[f64; MAP_AXES]],
    anchor: usize,
    mean: &Row,
) -> [Row; MAP_AXES] {
    let (mut regressors, mut rows) = (Vec::new(), Vec::new());
    for (colours, place) in colours.iter().zip(places) {
        if let Some(colour) = colours[anchor] {
            regressors.push(vec![1.0, place[0], place[1]]);
            rows.push(std::array::from_fn(|value| colour[value] - mean[value]));
        }
    }
    let slopes = regression(&regressors, &vec![1.0; rows.len()], &rows);
    std::array::from_fn(|axis| slopes[1 + axis].map(|slope| slope as f32))
}

/// Weighted ridge regression of rows on regressors, of which the first, a constant, is free: a slope for each.
fn regression(regressors: &[Vec<f64>], weights: &[f64], rows: &[Row]) -> Vec<[f64; ROW_VALUES]> {
    let count = regressors.first().map_or(0, Vec::len);
    let total: f64 = weights.iter().sum();
    let mut normal = DMatrix::<f64>::zeros(count, count);
    let mut right = DMatrix::<f64>::zeros(count, ROW_VALUES);
    for ((x, weight), row) in regressors.iter().zip(weights).zip(rows) {
        for i in 0..count {
            for j in 0..count {
                normal[(i, j)] += weight * x[i] * x[j];
            }
            for (value, log) in row.iter().enumerate() {
                right[(i, value)] += weight * x[i] * f64::from(*log);
            }
        }
    }
    for i in 1..count {
        normal[(i, i)] += RIDGE * total;
    }
    let solved = normal.lu().solve(&right);
    (0..count)
        .map(|i| std::array::from_fn(|value| solved.as_ref().map_or(0.0, |s| s[(i, value)])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instruments whose notes differ in treble, noise and how strong the fundamental is.
    fn instruments() -> Vec<Vec<HeldNote>> {
        let note = |semitones: f32, slope: f32, noise: f32, low: f32| {
            let row: Row = std::array::from_fn(|value| match value {
                0..2 => low - slope * (value as f32 + 1.0).log2(),
                2..60 => -0.1 - slope * (value as f32 + 1.0).log2(),
                60..124 => -0.5,
                _ => noise,
            });
            HeldNote::new(semitones, row)
        };
        (0..6)
            .map(|which| {
                let semitones = (30..90).step_by(5).map(|n| n as f32);
                semitones
                    .flat_map(|semitones| {
                        [0.0, 0.2].map(|loud| {
                            let slope = 0.8 + 0.1 * which as f32 - loud;
                            let low = 0.5 * (which % 2) as f32;
                            note(semitones, slope, -6.0 + (which % 3) as f32, low)
                        })
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn each_direction_changes_what_it_is_named_by() {
        let instruments = instruments();
        let tables = fit(&instruments);
        let middle = 2;
        let semitones = tables.anchors_semitones[middle];
        let at = |axis: Option<usize>| {
            let mut row = tables.mean[middle];
            if let Some(axis) = axis {
                let direction = &tables.directions[middle][axis];
                row.iter_mut()
                    .zip(direction)
                    .for_each(|(value, step)| *value += 0.5 * step);
            }
            Attributes::of(&row, semitones).values()
        };
        let none = at(None);
        let change = |axis: usize, attribute: usize| at(Some(axis))[attribute] - none[attribute];
        assert!(change(2, 0) > 0.2, "{}", change(2, 0));
        assert!(change(3, 1) > 3.0, "{}", change(3, 1));
        assert!(change(3, 0).abs() < 0.1, "{}", change(3, 0));
        assert!(change(2, 1).abs() < 0.3 * change(3, 1), "{}", change(2, 1));
    }

    #[test]
    fn instruments_that_sound_alike_stand_together() {
        let mut instruments = instruments();
        instruments.push(instruments[0].clone());
        let tables = fit(&instruments);
        let colours: Vec<_> = instruments.iter().map(|notes| colours(notes)).collect();
        let places = map_places(&colours, &tables.mean);
        let apart = |a: usize, b: usize| {
            let [x, y] = [0, 1].map(|axis| places[a][axis] - places[b][axis]);
            x.hypot(y)
        };
        assert!(apart(0, 6) < 1e-6);
        assert!(apart(0, 5) > 0.3);
    }
}
