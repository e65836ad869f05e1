//! What the network is told of an event: its classes, what was heard up to it, and where in the beat it is.

use super::beat::TIMES;
use super::event::{Event, LENGTH, LEVEL, PITCH, TIME};
use crate::architecture::{
    EVENT_INPUTS, EVENT_PLACES, EVENT_SHARES, INTERVAL_CLASSES, LEVEL_CLASSES, TIME_CLASSES,
};

/// Twelfths of a beat after which places are the same again: four beats.
const BAR: u32 = 48;
/// What is left after each event of how long each of the twelve notes was heard.
const CHROMA_KEPT: [f32; 2] = [0.85, 0.97];
/// The same of the mean pitches.
const MEAN_KEPT: [f32; 2] = [0.8, 0.97];
/// Twelfths: longer notes count as this.
const LONGEST_HEARD: u32 = 24;
/// Where the classes of each part begin.
const BEGINS: [usize; 4] = [
    0,
    TIME_CLASSES,
    TIME_CLASSES + INTERVAL_CLASSES,
    2 * TIME_CLASSES + INTERVAL_CLASSES,
];
/// Where the shares begin.
const SHARES: usize = BEGINS[LEVEL] + LEVEL_CLASSES;

/// What was heard up to an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventRow {
    place: u32,
    midi: Option<i32>,
    chroma: [[f32; 12]; CHROMA_KEPT.len()],
    mean: [f32; MEAN_KEPT.len()],
}

impl EventRow {
    /// The next event, of this MIDI number -> `row`. Audio thread.
    pub fn step(&mut self, event: Event, midi: i32, row: &mut [f32; EVENT_INPUTS]) {
        row.fill(0.0);
        for part in [TIME, PITCH, LENGTH, LEVEL] {
            one_hot(event.0[part], &mut row[BEGINS[part]..]);
        }
        self.place = (self.place + event.time()) % BAR;
        let first = self.midi.is_none();
        self.midi = Some(midi);
        let heard = event.length().min(LONGEST_HEARD) as f32 / 12.0;
        let mut at = SHARES;
        for (chroma, kept) in self.chroma.iter_mut().zip(CHROMA_KEPT) {
            chroma.iter_mut().for_each(|share| *share *= kept);
            chroma[midi.rem_euclid(12) as usize] += heard;
            let sum: f32 = chroma.iter().sum();
            for step in 0..12 {
                row[at] = chroma[(midi + step).rem_euclid(12) as usize] / sum;
                at += 1;
            }
        }
        for (mean, kept) in self.mean.iter_mut().zip(MEAN_KEPT) {
            if first {
                *mean = midi as f32;
            }
            *mean = (1.0 - kept) * midi as f32 + kept * *mean;
            row[at] = (midi as f32 - *mean) / 12.0;
            at += 1;
        }
        place(self.place, &mut row[at..]);
    }

    /// Where an event is that begins so late after the last one, as [`EVENT_PLACES`] numbers. Audio thread.
    pub fn place_after(&self, time: u8, out: &mut [f32]) {
        out[..EVENT_PLACES].fill(0.0);
        let twelfths = TIMES.get(usize::from(time)).copied().unwrap_or(0);
        place((self.place + u32::from(twelfths)) % BAR, out);
    }
}

/// What was heard up to an event, out of its row.
pub(super) fn shares(row: &[f32; EVENT_INPUTS]) -> &[f32] {
    &row[SHARES..SHARES + EVENT_SHARES]
}

/// A one at a class's place, if there is one; `out` holds zeros.
pub(super) fn one_hot(class: u8, out: &mut [f32]) {
    if class != super::event::NONE
        && let Some(place) = out.get_mut(usize::from(class))
    {
        *place = 1.0;
    }
}

fn place(twelfths: u32, out: &mut [f32]) {
    one_hot((twelfths % 12) as u8, out);
    one_hot((twelfths / 12) as u8, &mut out[12..]);
}
