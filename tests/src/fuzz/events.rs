//! Blocks and parameter events decoded from bytes, given to the plugin as both formats would.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use arbitrary::{Result, Unstructured};
use mynah_engine::OUTPUT_BOUND;

use crate::clap::ClapHost;
use crate::host::{Audio, Change, Host, Note, NoteAction, Setup};
use crate::scenarios::ids;
use crate::signal::Random;
use crate::vst3::Vst3Host;

/// An input is over after so many samples.
const MOST_SAMPLES: usize = 600;
const LONGEST: usize = 256;
const MOST_EVENTS: usize = 24;
const MOST_NOTES: usize = 8;

struct Active<H: Host> {
    host: H,
    audio: H::Audio,
}

// Not dropped: a thread that ends is no place for a plugin to be taken down.
thread_local! {
    static CLAP: RefCell<ManuallyDrop<Active<ClapHost>>> = RefCell::new(activate());
    static VST3: RefCell<ManuallyDrop<Active<Vst3Host>>> = RefCell::new(activate());
}

fn activate<H: Host>() -> ManuallyDrop<Active<H>> {
    let mut host = H::new();
    let audio = host.activate(Setup {
        max_block: LONGEST,
        ..Setup::USUAL
    });
    ManuallyDrop::new(Active { host, audio })
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
    let samples = if input.arbitrary().unwrap_or_default() {
        CLAP.with_borrow_mut(|active| play::<ClapHost>(active, &mut input))
    } else {
        VST3.with_borrow_mut(|active| play::<Vst3Host>(active, &mut input))
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
            changes.push(change(input, frames)?);
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
            notes.push(note(input, frames)?);
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
    for id in ids::ALL {
        let value = active.host.value(id);
        assert!((0.0..=1.0).contains(&value), "parameter {id} is {value}");
    }
    Ok(samples)
}

/// A change that may be anything: mostly of a parameter that is there, and within the block.
fn change(input: &mut Unstructured<'_>, frames: usize) -> Result<Change> {
    let id = match input.int_in_range(0..=ids::ALL.len())? {
        known if known < ids::ALL.len() => ids::ALL[known],
        // The largest number is no id in CLAP.
        _ => input.arbitrary::<u32>()?.min(u32::MAX - 1),
    };
    let at = moment(input, frames)?;
    let value = if input.ratio(3, 4)? {
        f64::from(input.arbitrary::<u16>()?) / f64::from(u16::MAX)
    } else {
        input.arbitrary()?
    };
    Ok(Change { at, id, value })
}

/// A note event at any time, with keys that there are and keys that there are not.
fn note(input: &mut Unstructured<'_>, frames: usize) -> Result<Note> {
    Ok(Note {
        at: moment(input, frames)?,
        key: input.arbitrary()?,
        action: match input.int_in_range(0..=2)? {
            0 => NoteAction::On,
            1 => NoteAction::Off,
            _ => NoteAction::Tuning(input.arbitrary()?),
        },
    })
}

/// Mostly within the block.
fn moment(input: &mut Unstructured<'_>, frames: usize) -> Result<usize> {
    if input.ratio(3, 4)? {
        input.int_in_range(0..=frames)
    } else {
        Ok(input.arbitrary::<u32>()? as usize)
    }
}
