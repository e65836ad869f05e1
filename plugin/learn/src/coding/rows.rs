//! A note, one row for two frames.

use mynah_models::memory::{ROW_FRAMES, ROW_VALUES};

use crate::analysis::{ENVELOPE_POINTS, NEPER_DB, NoteFrames, SILENT_LOG};

/// Values of a row before those of the noise.
pub(crate) const HARMONIC_VALUES: usize = ROW_VALUES - ENVELOPE_POINTS;
/// These rows of a struck note are as they were measured ..
const ATTACK_ROWS: usize = 6;
/// .. and later ones the mean of so many to either side, at most.
const SMOOTHED_ROWS: usize = 6;

/// The rows of a note.
pub(crate) struct Rows {
    pub(crate) values: Vec<[f64; ROW_VALUES]>,
    pub(crate) level_db: Vec<f64>,
    pub(crate) deviation_semitones: Vec<f64>,
}

impl Rows {
    /// A partial of a struck string moves slowly, but for its attack; what its amplitude seems to do from row to row is noise
    /// of the measurement, and would be heard as noise around it. From the attack on it is the mean of more and more rows. A
    /// bow or a breath does move it: smoothed, saxophones are known less often. Noise is taken as a mean of power: one that
    /// rises would lose some decibels as a mean of logs.
    pub(crate) fn of(note: &NoteFrames, struck: bool) -> Self {
        let count = note.values.len() / ROW_FRAMES;
        let mut level: Vec<f64> = pairs(&note.level_db).map(|db| db / NEPER_DB).collect();
        let mut values: Vec<[f64; ROW_VALUES]> = (0..count)
            .map(|row| {
                let frames = row * ROW_FRAMES..(row + 1) * ROW_FRAMES;
                std::array::from_fn(|value| {
                    let logs = frames
                        .clone()
                        .map(|frame| note.values[frame][value] + note.level_db[frame] / NEPER_DB);
                    let share = 1.0 / ROW_FRAMES as f64;
                    if value < HARMONIC_VALUES {
                        logs.sum::<f64>() * share
                    } else {
                        0.5 * (logs.map(|log| (2.0 * log).exp()).sum::<f64>() * share).ln()
                    }
                })
            })
            .collect();
        if struck {
            level = smoothed(&level, |level, sum| *sum += level);
            let harmonics: Vec<[f64; ROW_VALUES]> = smoothed(&values, |row, sum| {
                for (sum, value) in sum.iter_mut().zip(row) {
                    *sum += value;
                }
            });
            for (row, harmonics) in values.iter_mut().zip(&harmonics) {
                row[..HARMONIC_VALUES].copy_from_slice(&harmonics[..HARMONIC_VALUES]);
            }
        }
        for (row, level) in values.iter_mut().zip(&level) {
            row.iter_mut()
                .for_each(|value| *value = (*value - level).max(SILENT_LOG));
        }
        Self {
            values,
            level_db: level.iter().map(|level| level * NEPER_DB).collect(),
            deviation_semitones: pairs(&note.deviation_semitones).collect(),
        }
    }
}

fn pairs(values: &[f64]) -> impl Iterator<Item = f64> {
    let rows = values.chunks_exact(ROW_FRAMES);
    rows.map(|frames| frames.iter().sum::<f64>() / ROW_FRAMES as f64)
}

/// What can be averaged.
trait Mean: Copy {
    fn nothing() -> Self;
    fn divided(self, by: f64) -> Self;
}

impl Mean for f64 {
    fn nothing() -> Self {
        0.0
    }
    fn divided(self, by: f64) -> Self {
        self / by
    }
}

impl Mean for [f64; ROW_VALUES] {
    fn nothing() -> Self {
        [0.0; ROW_VALUES]
    }
    fn divided(self, by: f64) -> Self {
        self.map(|value| value / by)
    }
}

/// Each the mean of its neighbours to either side: of more and more from the attack on, as far as there are.
fn smoothed<T: Mean>(values: &[T], add: impl Fn(&T, &mut T)) -> Vec<T> {
    let last = values.len().saturating_sub(1);
    (0..values.len())
        .map(|at| {
            let width = (at.saturating_sub(ATTACK_ROWS) / 2).min(SMOOTHED_ROWS);
            let width = width.min(at).min(last - at);
            let near = &values[at - width..=at + width];
            let mut sum = T::nothing();
            near.iter().for_each(|value| add(value, &mut sum));
            sum.divided(near.len() as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attack_is_kept_and_a_tail_is_smoothed() {
        let wild: Vec<f64> = (0..60).map(|n| f64::from(n % 2)).collect();
        let calm = smoothed(&wild, |value, sum| *sum += value);
        assert_eq!(calm[..8], wild[..8]);
        assert!(calm[20..50].iter().all(|value| (value - 0.5).abs() < 0.06));
    }
}
