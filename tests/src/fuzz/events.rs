//! Blocks, parameter and note events decoded from bytes, given to effect and instrument as both formats would.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use arbitrary::{Result, Unstructured};
use mynah_engine::OUTPUT_BOUND;

use crate::clap::{ClapHost, ClapInstrument};
use crate::host::{Audio, Change, Expression, Host, Note, NoteAction, Setup};
use crate::signal::Random;
use crate::vst3::{Vst3Host, Vst3Instrument};

/// An input is over after so many samples.
const MOST_SAMPLES: usize = 600;
const LONGEST: usize = 256;
const MOST_EVENTS: usize = 24;
const MOST_NOTES: usize = 8;
/// Now and then so many times as many come at one sample.
const BURST: usize = 500;

struct Active<H: Host> {
    host: H,
    audio: H::Audio,
    /// The parameters' numbers.
    ids: Vec<u32>,
}

// Not dropped: a thread that ends is no place for a plugin to be taken down.
thread_local! {
    static CLAP: RefCell<ManuallyDrop<Active<ClapHost>>> = RefCell::new(activate());
    static VST3: RefCell<ManuallyDrop<Active<Vst3Host>>> = RefCell::new(activate());
    static CLAP_KEYS: RefCell<ManuallyDrop<Active<ClapInstrument>>> = RefCell::new(activate());
    static VST3_KEYS: RefCell<ManuallyDrop<Active<Vst3Instrument>>> = RefCell::new(activate());
}

fn activate<H: Host>() -> ManuallyDrop<Active<H>> {
    let mut host = H::new();
    let ids = host.parameters().iter().map(|seen| seen.id).collect();
    let audio = host.activate(Setup {
        max_block: LONGEST,
        ..Setup::USUAL
    });
    ManuallyDrop::new(Active { host, audio, ids })
}

/// A little of everything.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut random = Random::new(73);
    (0..12)
        .map(|_| (0..500).map(|_| random.bits() as u8).collect())
        .collect()
}

pub(super) fn run(bytes: &[u8]) -> bool {
    let mut input = Unstructured::new(bytes);
    let input = &mut input;
    let samples = match input.int_in_range(0..=3).unwrap_or_default() {
        0 => CLAP.with_borrow_mut(|active| play(active, input)),
        1 => VST3.with_borrow_mut(|active| play(active, input)),
        2 => CLAP_KEYS.with_borrow_mut(|active| play(active, input)),
        _ => VST3_KEYS.with_borrow_mut(|active| play(active, input)),
    };
    samples.is_ok_and(|samples| samples > 0)
}

/// Plays until the bytes are over; returns the number of samples.
fn play<H: Host>(active: &mut Active<H>, input: &mut Unstructured<'_>) -> Result<usize> {
    let mut samples = 0;
    let before = active.audio.allocations();
    while samples < MOST_SAMPLES && !input.is_empty() {
        if input.ratio(1, 16)? {
            active.audio.reset();
        }
        let frames = input.int_in_range(0..=LONGEST)?;
        let count = input.int_in_range(0..=MOST_EVENTS)?;
        let mut changes = Vec::with_capacity(count);
        for _ in 0..count {
            changes.push(change(input, &active.ids, frames)?);
        }
        let level: f32 = input.arbitrary()?;
        let mut block: Vec<Vec<f32>> = (0..2)
            .map(|channel| {
                let saw = |n: usize| level * ((n * (channel + 3)) % 101) as f32 / 101.0;
                (0..frames).map(saw).collect()
            })
            .collect();
        let count = input.int_in_range(0..=MOST_NOTES)?;
        let mut notes = Vec::with_capacity(count);
        for _ in 0..count {
            notes.push(note::<H>(input, frames)?);
        }
        if input.ratio(1, 64)? {
            notes = notes.repeat(BURST);
        }
        active.audio.process_notes(&mut block, &changes, &notes);
        for x in block.iter().flatten() {
            assert!(
                x.is_finite() && !x.is_subnormal() && x.abs() <= OUTPUT_BOUND,
                "{x}"
            );
        }
        samples += frames;
    }
    assert_eq!(
        active.audio.allocations(),
        before,
        "process called the allocator"
    );
    for id in active.ids.iter().copied() {
        let value = active.host.value(id);
        assert!((0.0..=1.0).contains(&value), "parameter {id} is {value}");
    }
    Ok(samples)
}

/// A change that may be anything: mostly of a parameter that is there, and within the block.
fn change(input: &mut Unstructured<'_>, ids: &[u32], frames: usize) -> Result<Change> {
    let id = match ids.get(input.int_in_range(0..=ids.len())?) {
        Some(known) => *known,
        // The largest number is no id in CLAP.
        None => input.arbitrary::<u32>()?.min(u32::MAX - 1),
    };
    let at = moment(input, frames)?;
    let value = if input.ratio(3, 4)? {
        f64::from(input.arbitrary::<u16>()?) / f64::from(u16::MAX)
    } else {
        input.arbitrary()?
    };
    Ok(Change { at, id, value })
}

/// A note event at any time, with channels and keys that there are and that there are not.
fn note<H: Host>(input: &mut Unstructured<'_>, frames: usize) -> Result<Note> {
    const EXPRESSIONS: [Expression; 4] = [
        Expression::Volume,
        Expression::Vibrato,
        Expression::Level,
        Expression::Pressure,
    ];
    Ok(Note {
        at: moment(input, frames)?,
        channel: if input.ratio(7, 8)? {
            input.int_in_range(0..=15)?
        } else {
            input.arbitrary()?
        },
        key: input.arbitrary()?,
        action: match input.int_in_range(0..=if H::HAS_MIDI { 8 } else { 6 })? {
            0 | 1 => NoteAction::On,
            2 => NoteAction::Struck(input.arbitrary()?),
            3 | 4 => NoteAction::Off,
            5 => NoteAction::Tuning(input.arbitrary()?),
            6 => NoteAction::Expressed(*input.choose(&EXPRESSIONS)?, input.arbitrary()?),
            _ => NoteAction::Midi(midi(input)?),
        },
    })
}

/// A MIDI message: mostly a controller, pressure or the wheel.
fn midi(input: &mut Unstructured<'_>) -> Result<[u8; 3]> {
    let status = if input.ratio(7, 8)? {
        *input.choose(&[0xb0, 0xb0, 0xd0, 0xe0, 0xa0])? | input.int_in_range(0..=15_u8)?
    } else {
        input.arbitrary()?
    };
    Ok([status, input.arbitrary()?, input.arbitrary()?])
}

/// Mostly within the block.
fn moment(input: &mut Unstructured<'_>, frames: usize) -> Result<usize> {
    if input.ratio(3, 4)? {
        input.int_in_range(0..=frames)
    } else {
        Ok(input.arbitrary::<u32>()? as usize)
    }
}
