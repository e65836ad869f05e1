//! Playing on: what may come after the notes that were played, by a network that has read scores and by what was just
//! played itself.
//!
//! [`Listener`] makes events of notes, [`ContinuationNet`] says how likely each next event is, part by part (when, which
//! pitch, how long, how loud), and mixes with that what the row itself repeats; [`PlayOn`] draws notes
//! from it. `models/training/mynah_training/continuation_*.py` is the specification.
//!
//! Thread: [`ContinuationNet`] is immutable and shared; [`ContinuationNet::hear`], [`ContinuationNet::draw`], [`BeatSearch`], and of
//! [`PlayOn`] all but making one run on the audio thread and neither allocate nor panic. The rest is for any other thread.

mod beat;
mod check;
mod copy;
mod event;
mod play_on;
mod row;
mod sampling;

pub use beat::{BeatSearch, TIMES, beat_s, time_class};
pub use event::{Event, LENGTH, LEVEL, Listener, NONE, PITCH, PlayedNote, SAME_PITCH, TIME};
pub use play_on::PlayOn;
pub use row::EventRow;
pub use sampling::Sampling;

use self::copy::{Copy, History};
use self::row::{one_hot, shares};
use crate::architecture::{
    ContinuationArchitecture, EVENT_INPUTS, EVENT_PARTS, EVENT_PLACES, INTERVAL_CLASSES,
    PART_CLASSES, TIME_CLASSES,
};
use crate::file::{ContinuationInfo, Header, ModelFileError, Params, Tensors, read_tensors};
use crate::self_check::{Right, first_right};
use crate::streaming::continuation::{ContinuationNetwork, ContinuationNetworkState};

/// Most numbers that a head is told.
const MOST_TOLD: usize = TIME_CLASSES + EVENT_PLACES + INTERVAL_CLASSES + TIME_CLASSES;

/// The continuation network and what it copies by, ready to run.
pub struct ContinuationNet {
    info: ContinuationInfo,
    network: Right<ContinuationNetwork>,
    copy: Copy,
}

/// One row of notes as far as it was played.
#[derive(Clone, Debug)]
pub struct ContinuationState {
    network: ContinuationNetworkState,
    row: EventRow,
    /// What the network was told of the last event.
    inputs: [f32; EVENT_INPUTS],
    history: History,
}

impl ContinuationNet {
    /// Checks and compiles a continuation file, and compares what it computes on this processor with its definition in
    /// candle. Takes some milliseconds; any thread but the audio thread.
    ///
    /// # Errors
    /// Whatever is wrong with the file; [`ModelFileError::Miscomputed`] if nothing here computes it as it is defined.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let header = Header::read(bytes)?;
        let info = ContinuationInfo::from_header(&header, bytes)?;
        let tensors = read_tensors(&header, &info.architecture.tensors(), &[])?;
        Self::compile(info, &tensors, ContinuationNetwork::new)
    }

    /// Compiles with what `network` makes of the tensors for some instructions, and checks that.
    pub(crate) fn compile(
        info: ContinuationInfo,
        tensors: &Tensors,
        network: impl Fn(
            &ContinuationArchitecture,
            &Params,
        ) -> Result<ContinuationNetwork, ModelFileError>,
    ) -> Result<Self, ModelFileError> {
        let definition = check::Definition::new(&info.architecture, tensors)?;
        let compile =
            |instructions| network(&info.architecture, &tensors.root().with(instructions));
        let network = first_right(false, compile, |_, network| definition.check(network))?;
        let copy = Copy::new(&tensors.root().pp("copy"))?;
        Ok(Self {
            info,
            network,
            copy,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ContinuationInfo {
        &self.info
    }

    /// What the player should know of how the network is computed on this processor; nothing where all is well.
    pub fn kernel_note(&self) -> Option<&'static str> {
        self.network.note()
    }

    /// Takes an event that was played, of this MIDI number. Audio thread.
    pub fn hear(&self, state: &mut ContinuationState, event: Event, midi: u8) {
        let midi = i32::from(midi);
        state.row.step(event, midi, &mut state.inputs);
        self.network.step(&mut state.network, &state.inputs);
        state.history.push(event);
    }

    /// How likely each class of a part of the next event is, of which the parts before are `settled`, into the first of `p`,
    /// which has [`INTERVAL_CLASSES`] numbers. Audio thread.
    pub fn probabilities(
        &self,
        state: &mut ContinuationState,
        part: usize,
        settled: Event,
        p: &mut [f32; INTERVAL_CLASSES],
    ) {
        let mut told = [0.0; MOST_TOLD];
        let [time, interval, length, _] = settled.0;
        let place = TIME_CLASSES;
        let behind_place = place + EVENT_PLACES;
        match part {
            TIME => {}
            PITCH | LENGTH => {
                one_hot(time, &mut told);
                state.row.place_after(time, &mut told[place..]);
                if part == PITCH {
                    let heard = shares(&state.inputs);
                    told[behind_place..behind_place + heard.len()].copy_from_slice(heard);
                } else {
                    one_hot(interval, &mut told[behind_place..]);
                }
            }
            _ => {
                one_hot(time, &mut told);
                one_hot(interval, &mut told[TIME_CLASSES..]);
                one_hot(length, &mut told[TIME_CLASSES + INTERVAL_CLASSES..]);
            }
        }
        self.network.logits(&mut state.network, part, &told, p);
        let p = &mut p[..PART_CLASSES[part]];
        softmax(p);
        self.copy.mix(&state.history, part, settled, p);
    }

    /// Draws the next event, after one of this MIDI number; it is not yet heard. Audio thread.
    pub fn draw(
        &self,
        state: &mut ContinuationState,
        midi: i32,
        sampling: &Sampling,
        chance: &mut u64,
    ) -> Event {
        let mut event = Event::UNKNOWN;
        let mut p = [0.0; INTERVAL_CLASSES];
        for part in 0..EVENT_PARTS {
            self.probabilities(state, part, event, &mut p);
            let p = &mut p[..PART_CLASSES[part]];
            if part == PITCH {
                sampling.constrain(midi, p);
            }
            event.0[part] = sampling.draw(p, chance);
        }
        event
    }

    /// Multiplications of the network for an event.
    pub fn macs_per_event(&self) -> usize {
        self.network.macs_per_event()
    }
}

impl ContinuationState {
    /// The state before the first note. Allocates.
    pub fn new(net: &ContinuationNet) -> Self {
        Self {
            network: ContinuationNetworkState::new(&net.network),
            row: EventRow::default(),
            inputs: [0.0; EVENT_INPUTS],
            history: History::default(),
        }
    }

    /// Back to the state before the first note. Audio thread.
    pub fn reset(&mut self) {
        self.network.reset();
        self.row = EventRow::default();
        self.inputs.fill(0.0);
        self.history = History::default();
    }

    /// Becomes `other`, which must be of the same network, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.network.copy_from(&other.network);
        self.row = other.row;
        self.inputs = other.inputs;
        self.history.clone_from(&other.history);
    }
}

/// Logits become probabilities.
fn softmax(p: &mut [f32]) {
    let most = p.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    p.iter_mut().for_each(|p| *p = (*p - most).exp());
    let sum: f32 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
}
