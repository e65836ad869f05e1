//! How soon the notes of an instrument of chance speak: their beginnings in more or fewer rows.

use mynah_models::file::MemoryInfo;
use mynah_models::memory::{Memory, Recorded};

/// A note that speaks as soon as it can takes a third of its time, one that takes its time three times as long.
const FASTEST: f32 = 3.0;
/// A beginning is over where it comes so near to the note's loudest moment, dB ..
const OVER_DB: f32 = -1.5;
/// .. or after so many rows.
const LONGEST_ROWS: usize = 60;
/// Most rows of a memory.
const MOST_ROWS: usize = 1 << 16;
/// Numbers of a note in a memory: first row, rows, .. first and last row of the hold.
const NOTE_VALUES: usize = 8;
const HOLD: [usize; 2] = [4, 5];

/// Gives every note's beginning other rows, in between those that it has. A memory that would grow beyond what a file may
/// hold stays as it is.
pub(super) fn hurry(info: &mut MemoryInfo, recorded: &mut Recorded, memory: &Memory, sooner: f32) {
    let mut out = Recorded {
        codes: Vec::new(),
        level_half_db: Vec::new(),
        deviation_cents: Vec::new(),
        ..recorded.clone()
    };
    let mut rows = 0;
    for (index, note) in memory.notes().iter().enumerate() {
        let beginning = (0..LONGEST_ROWS.min(note.hold_rows.0))
            .find(|row| memory.level_db(note, *row as f32) >= OVER_DB)
            .unwrap_or(LONGEST_ROWS.min(note.hold_rows.0));
        let wanted = (beginning as f32 / FASTEST.powf(sooner)).round() as usize;
        let wanted = if beginning < 2 {
            beginning
        } else {
            wanted.max(1)
        };
        let numbers = &mut out.notes[NOTE_VALUES * index..NOTE_VALUES * (index + 1)];
        let first = numbers[0] as usize;
        let places = (0..wanted).map(|row| row as f32 * beginning as f32 / wanted as f32);
        let places: Vec<f32> = places
            .chain((beginning..note.rows).map(|row| row as f32))
            .collect();
        numbers[0] = rows as f32;
        numbers[1] = places.len() as f32;
        for hold in HOLD {
            numbers[hold] += wanted as f32 - beginning as f32;
        }
        rows += places.len();
        for place in places {
            let (low, share) = (first + place as usize, place.fract());
            let high = (low + 1).min(first + note.rows - 1);
            let between = |a: f32, b: f32| (a + share * (b - a)).round();
            let codes =
                |row: usize| &recorded.codes[row * info.components..(row + 1) * info.components];
            let pairs = codes(low).iter().zip(codes(high));
            out.codes
                .extend(pairs.map(|(a, b)| between(f32::from(*a), f32::from(*b)) as i8));
            let level = |row: usize| f32::from(recorded.level_half_db[row]);
            out.level_half_db
                .push(between(level(low), level(high)) as u8);
            let cents = |row: usize| f32::from(recorded.deviation_cents[row]);
            out.deviation_cents
                .push(between(cents(low), cents(high)) as i8);
        }
    }
    if rows <= MOST_ROWS {
        info.rows = rows;
        *recorded = out;
    }
}
