//! From notes to a target's memory.

use rayon::prelude::*;

use mynah_models::SAMPLE_RATE_HZ;
use mynah_models::file::MemoryInfo;
use mynah_models::memory::Recorded;

use crate::analysis::{Kind, NoteFrames, measure, track};
use crate::choice::{Candidate, choose};
use crate::coding::{Sounding, code};

/// How much sound a memory holds.
const BUDGET_S: f64 = 150.0;
/// Of a note no more is kept: a held one goes to and fro in it, a struck one decays in it.
const LONGEST_S: f64 = 2.2;
const LONGEST_STRUCK_S: f64 = 3.5;

/// A recording of one note.
#[derive(Clone, Copy, Debug)]
pub struct Take<'a> {
    /// Mono at 48 kHz, from a few milliseconds before the note's beginning.
    pub audio: &'a [f32],
    /// About where its pitch lies, 69 for 440 Hz.
    pub semitones: f64,
    /// Takes of one group (a string, a bowing, a dynamic) sound alike.
    pub group: u32,
    /// How many times a gap counts that it fills: 1 for a good recording, less for a worse one.
    pub worth: f64,
}

/// How a target's notes are measured and sounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// What is written into the memory.
    pub sounding: Sounding,
    /// The strings are stiff enough to be heard as such, as a piano's.
    pub stretched: bool,
}

/// What became a memory.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// For the file's metadata.
    pub info: MemoryInfo,
    /// For its tensors.
    pub recorded: Recorded,
    /// Which of the takes, and their frames, in the memory's order.
    pub notes: Vec<(usize, NoteFrames)>,
}

impl Remembered {
    /// How much of a take's sound was measured, seconds.
    pub fn kept_s(&self, audio: &[f32]) -> f64 {
        kept_samples(audio, self.info.struck) as f64 / f64::from(SAMPLE_RATE_HZ)
    }
}

/// How much of a take is kept, in samples.
fn kept_samples(audio: &[f32], struck: bool) -> usize {
    let longest_s = if struck { LONGEST_STRUCK_S } else { LONGEST_S };
    audio
        .len()
        .min((longest_s * f64::from(SAMPLE_RATE_HZ)) as usize)
}

/// Chooses among the takes, measures those, and codes them; `None` if there is nothing to measure in any. `home` is where the
/// instrument is at home: lowest and highest MIDI note. The same takes give the same memory, on any number of threads.
pub fn remember(takes: &[Take], home: (f64, f64), manner: Manner) -> Option<Remembered> {
    let candidates: Vec<Candidate> = takes
        .iter()
        .map(|take| Candidate {
            semitones: take.semitones,
            group: take.group,
            seconds: kept_samples(take.audio, manner.sounding.struck) as f64
                / f64::from(SAMPLE_RATE_HZ),
            worth: take.worth,
        })
        .collect();
    let chosen = choose(&candidates, home, BUDGET_S);
    let kind = Kind {
        struck: manner.sounding.struck,
        stretched: manner.stretched,
    };
    let measured = chosen.par_iter().filter_map(|index| {
        let take = &takes[*index];
        let audio = &take.audio[..kept_samples(take.audio, manner.sounding.struck)];
        let audio: Vec<f64> = audio.iter().map(|sample| f64::from(*sample)).collect();
        let pitch = track(&audio, take.semitones);
        Some((*index, measure(&audio, &pitch, kind)?))
    });
    let (indices, frames): (Vec<usize>, Vec<NoteFrames>) = measured.unzip();
    if frames.is_empty() {
        return None;
    }
    let groups: Vec<u32> = indices.iter().map(|index| takes[*index].group).collect();
    let (info, recorded) = code(&frames, &groups, manner.sounding);
    Some(Remembered {
        info,
        recorded,
        notes: indices.into_iter().zip(frames).collect(),
    })
}
