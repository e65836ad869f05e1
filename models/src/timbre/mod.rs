//! The timbre space: what the shipped instruments' recorded notes differ in, as directions in which any sound can be moved.
//!
//! A place in the space is five numbers, 0 for the sound as it is: two of a map on which all instruments stand, and
//! brightness, breath and body, each what notes differ in where that alone differs. What a place changes depends on the pitch: the
//! space is known at some pitches (*anchors*) and goes linearly in between. It changes the colour and not the loudness.
//! `mynah-lab timbre` measures it; `assets/timbre.mynah` holds it.
//!
//! Thread: a [`TimbreSpace`] is made on any thread but the audio thread, immutable, and shared; what reads it allocates nothing.

mod attributes;
mod shaping;

pub use attributes::Attributes;

use crate::conditioning::TIMBRE_AXES;
use crate::file::{Header, ModelFileError, Tensors, TimbreInfo, read_tensors, sealed};
use crate::memory::{Memory, ROW_VALUES, Row};
use crate::performer::Levelling;

/// How far a note counts for an anchor: standard deviation, semitones.
const ANCHOR_REACH_SEMITONES: f32 = 6.0;
/// An anchor whose notes weigh less than this all together knows nothing of an instrument.
const LEAST_WEIGHT: f32 = 0.05;
/// The first axes: those of the map.
pub const MAP_AXES: usize = 2;

/// Numbers of a space.
#[derive(Clone, Debug, PartialEq)]
pub struct TimbreTables {
    /// Pitches at which it is known, ascending: semitones, 69 for 440 Hz.
    pub anchors_semitones: Vec<f32>,
    /// `[anchors]`: the mean held note of all instruments, natural-log amplitudes relative to the loudness.
    pub mean: Vec<Row>,
    /// `[anchors][axes]`: what is added at the place 1 of each axis.
    pub directions: Vec<[Row; TIMBRE_AXES]>,
}

/// The space, ready to be moved in.
pub struct TimbreSpace {
    info: TimbreInfo,
    tables: TimbreTables,
    levelling: Levelling,
}

impl TimbreSpace {
    /// Reads and checks a timbre file. Any thread but the audio thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file ([`ModelFileError`]).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let header = Header::read(bytes)?;
        let info = TimbreInfo::from_header(&header, bytes)?;
        let tensors = read_tensors(&header, &info.tensors(), &[])?;
        let params = tensors.root();
        let count = info.anchors;
        let anchors = params.get("timbre.anchors", &[count])?;
        let mean = params.get("timbre.mean", &[count, ROW_VALUES])?;
        let directions = params.get("timbre.directions", &[count, TIMBRE_AXES, ROW_VALUES])?;
        if let Some(pair) = anchors.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(ModelFileError::BadTimbre {
                what: "an anchor that is not above the one before",
                value: pair[1],
            });
        }
        let rows = |values: &[f32]| -> Vec<Row> { values.as_chunks::<ROW_VALUES>().0.to_vec() };
        let directions = rows(directions);
        let directions = directions.as_chunks::<TIMBRE_AXES>().0.to_vec();
        Ok(Self {
            tables: TimbreTables {
                anchors_semitones: anchors.to_vec(),
                mean: rows(mean),
                directions,
            },
            info,
            levelling: Levelling::new(),
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &TimbreInfo {
        &self.info
    }

    /// Pitches at which it is known, ascending: semitones.
    pub fn anchors_semitones(&self) -> &[f32] {
        &self.tables.anchors_semitones
    }

    /// What `place` adds to a row at an anchor, by its number. Any thread.
    pub fn offset_at_anchor(&self, anchor: usize, place: &[f32; TIMBRE_AXES]) -> Row {
        let mut offset = [0.0; ROW_VALUES];
        if let Some(directions) = self.tables.directions.get(anchor) {
            add(&mut offset, directions, place, 1.0);
        }
        offset
    }

    /// What `place` adds to a row at a pitch. Audio thread.
    pub fn offset(&self, semitones: f32, place: &[f32; TIMBRE_AXES]) -> Row {
        let (low, high, share) = anchors_around(&self.tables.anchors_semitones, semitones);
        let mut offset = [0.0; ROW_VALUES];
        add(
            &mut offset,
            &self.tables.directions[low],
            place,
            1.0 - share,
        );
        if share > 0.0 {
            add(&mut offset, &self.tables.directions[high], place, share);
        }
        offset
    }

    /// Where an instrument stands on the map, by its recorded notes: what of its colour lies along both axes. Any thread; it takes a
    /// millisecond.
    pub fn map_place(&self, memory: &Memory) -> [f32; MAP_AXES] {
        let colours = colours_at(memory, &self.tables.anchors_semitones);
        let (mut along, mut squares) = ([0.0; MAP_AXES], [0.0; MAP_AXES]);
        for (anchor, colour) in colours.iter().enumerate() {
            let Some(colour) = colour else { continue };
            let mean = &self.tables.mean[anchor];
            for (axis, direction) in self.tables.directions[anchor]
                .iter()
                .take(MAP_AXES)
                .enumerate()
            {
                for ((value, mean), direction) in colour.iter().zip(mean).zip(direction) {
                    along[axis] += (value - mean) * direction;
                    squares[axis] += direction * direction;
                }
            }
        }
        std::array::from_fn(|axis| along[axis] / squares[axis].max(f32::MIN_POSITIVE))
    }
}

/// The two of at least one ascending anchor around a pitch, by their numbers, and the share of the second. Audio thread.
pub fn anchors_around(anchors_semitones: &[f32], semitones: f32) -> (usize, usize, f32) {
    let above = anchors_semitones.partition_point(|anchor| *anchor <= semitones);
    let last = anchors_semitones.len() - 1;
    let (low, high) = (above.saturating_sub(1), above.min(last));
    if low == high {
        return (low, high, 0.0);
    }
    let apart = anchors_semitones[high] - anchors_semitones[low];
    let share = (semitones - anchors_semitones[low]) / apart;
    (low, high, share.clamp(0.0, 1.0))
}

/// An instrument's mean held note at each of these pitches; `None` where it has none near. Any thread but the audio thread.
pub fn colours_at(memory: &Memory, anchors_semitones: &[f32]) -> Vec<Option<Row>> {
    let rows: Vec<(f32, Row)> = memory
        .notes()
        .iter()
        .map(|note| (note.semitones, memory.held_row(note)))
        .collect();
    let colour = |anchor: &f32| {
        let mut sum = [0.0; ROW_VALUES];
        let mut total = 0.0;
        for (semitones, row) in &rows {
            let weight = weight_at(*anchor, *semitones);
            total += weight;
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += weight * value);
        }
        (total > LEAST_WEIGHT).then(|| sum.map(|sum| sum / total))
    };
    anchors_semitones.iter().map(colour).collect()
}

/// How much a note at this pitch counts for an anchor, 0 to 1.
pub fn weight_at(anchor_semitones: f32, semitones: f32) -> f32 {
    let off = (semitones - anchor_semitones) / ANCHOR_REACH_SEMITONES;
    (-0.5 * off * off).exp()
}

/// The bytes of a timbre file, with a checksum: `licence` and `credits` are those of the targets it was measured from. Any
/// thread but the audio thread.
pub fn timbre_file(tables: &TimbreTables, credits: &[String], licence: &str) -> Vec<u8> {
    let anchors = tables.anchors_semitones.len();
    let mut tensors = Tensors::default();
    let flat = |rows: &[Row]| rows.concat();
    let directions: Vec<f32> = tables
        .directions
        .iter()
        .flat_map(|axes| flat(axes))
        .collect();
    for (name, shape, values) in [
        (
            "timbre.anchors",
            vec![anchors],
            tables.anchors_semitones.clone(),
        ),
        ("timbre.mean", vec![anchors, ROW_VALUES], flat(&tables.mean)),
        (
            "timbre.directions",
            vec![anchors, TIMBRE_AXES, ROW_VALUES],
            directions,
        ),
    ] {
        tensors.insert(name.to_owned(), shape, values);
    }
    let metadata = TimbreInfo::metadata(anchors, credits, licence);
    sealed(&tensors, &std::collections::BTreeMap::new(), metadata)
}

fn add(offset: &mut Row, directions: &[Row; TIMBRE_AXES], place: &[f32; TIMBRE_AXES], share: f32) {
    for (direction, place) in directions.iter().zip(place) {
        let weight = share * place;
        if weight == 0.0 {
            continue;
        }
        for (sum, value) in offset.iter_mut().zip(direction) {
            *sum += weight * value;
        }
    }
}

#[cfg(test)]
mod tests;
