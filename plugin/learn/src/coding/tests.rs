#![allow(clippy::unwrap_used)]

use mynah_models::memory::{Memory, ROW_FRAMES};

use super::*;

const FRAMES: usize = 240;

/// Numbers that a seed repeats, -0.5 to 0.5.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        (mynah_models::split_mix_64(&mut self.0) >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    }
}

/// A note that dies away, whose harmonics jitter by `jitter` nepers around a falling spectrum.
fn note(semitones: f64, jitter: f64, seed: u64) -> NoteFrames {
    let mut chance = Chance(seed);
    let mut row = |frame: usize| {
        std::array::from_fn(|value| {
            let slow = 0.3 * (frame as f64 / 30.0 + value as f64 / 20.0).sin();
            let jitter = if value < HARMONIC_VALUES { jitter } else { 0.0 };
            -2.0 - 0.02 * value as f64 + slow + jitter * chance.next()
        })
    };
    NoteFrames {
        semitones,
        top_db: -20.0,
        values: (0..FRAMES).map(&mut row).collect(),
        level_db: (0..FRAMES).map(|frame| -0.05 * frame as f64).collect(),
        deviation_semitones: (0..FRAMES)
            .map(|frame| 0.2 * (frame as f64 / 6.0).sin())
            .collect(),
        texture: (0..FRAMES * 256).map(|n| (n as f64 * 0.37).sin()).collect(),
        stretch: 0.0,
        first_frame: 0,
    }
}

#[test]
fn codes_give_the_rows_back_and_notes_their_places() {
    let notes = [note(57.0, 0.1, 1), note(64.0, 0.1, 2), note(52.0, 0.1, 3)];
    let (info, recorded) = code(&notes, &[0, 0, 1], Sounding::default());
    info.check().unwrap();
    let memory = Memory::new(&info, recorded).unwrap();
    assert_eq!(memory.notes().len(), 3);
    for (read, note) in memory.notes().iter().zip(&notes) {
        assert_eq!(read.rows, FRAMES / ROW_FRAMES);
        assert!((f64::from(read.semitones) - note.semitones).abs() < 1e-4);
        let (first_held, last_held) = read.hold_rows;
        assert!(first_held < last_held && last_held < read.rows);
        let mut row = [0.0; ROW_VALUES];
        for place in 0..read.rows {
            memory.row(read, place as f32, &mut row);
            let frame = place * ROW_FRAMES;
            let off: f64 = row
                .iter()
                .enumerate()
                .map(|(value, told)| {
                    let wanted = 0.5 * (note.values[frame][value] + note.values[frame + 1][value]);
                    (f64::from(*told) - wanted).abs()
                })
                .sum();
            assert!(off / (ROW_VALUES as f64) < 0.05, "row {place}: {off}");
            let level = f64::from(memory.level_db(read, place as f32));
            assert!((level - note.level_db[frame]).abs() < 0.3);
            let deviation = f64::from(memory.deviation_semitones(read, place as f32));
            let frames = &note.deviation_semitones[frame..frame + ROW_FRAMES];
            let wanted = frames.iter().sum::<f64>() / ROW_FRAMES as f64;
            assert!((deviation - wanted).abs() < 0.006, "row {place}");
        }
    }
    let groups: Vec<u32> = memory.notes().iter().map(|note| note.group).collect();
    assert_eq!(groups, [0, 0, 1]);
}

#[test]
fn the_same_notes_give_the_same_numbers() {
    let notes = [note(57.0, 0.1, 1), note(64.0, 0.1, 2)];
    let coded = || code(&notes, &[0, 1], Sounding::default());
    assert_eq!(coded(), coded());
}

#[test]
fn a_struck_string_moves_slowly_after_its_attack_and_others_as_they_were_measured() {
    let played = note(57.0, 0.4, 4);
    let jitter = |struck: bool| {
        let rows = Rows::of(&played, struck);
        let log = |row: usize, value: usize| rows.values[row][value] + rows.level_db[row] / 8.686;
        let later = 20..rows.values.len() - 8;
        let steps = later.flat_map(|row| (0..20).map(move |value| (row, value)));
        let squares: Vec<f64> = steps
            .map(|(row, value)| (log(row + 1, value) - log(row, value)).powi(2))
            .collect();
        (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
    };
    assert!(
        jitter(true) < 0.3 * jitter(false),
        "{} {}",
        jitter(true),
        jitter(false)
    );
}

#[test]
fn noise_that_moves_is_not_heard_in_the_harmonics() {
    let mut moved = note(57.0, 0.0, 5);
    let mut chance = Chance(6);
    for row in &mut moved.values {
        *row = [-2.0; ROW_VALUES];
        row[HARMONIC_VALUES..]
            .iter_mut()
            .for_each(|value| *value += chance.next());
    }
    moved.level_db.fill(0.0);
    let (info, recorded) = code(&[moved], &[0], Sounding::default());
    let memory = Memory::new(&info, recorded).unwrap();
    let read = memory.notes()[0];
    let mut row = [0.0; ROW_VALUES];
    for place in 0..read.rows {
        memory.row(&read, place as f32, &mut row);
        assert!(
            row[..HARMONIC_VALUES]
                .iter()
                .all(|value| (value + 2.0).abs() < 1e-4)
        );
    }
}
