//! From recordings to notes: each recording is cut into notes, the best of them are kept, and what was found is said.
//!
//! Recordings go through in blocks of 40 s, on all threads. In a block the [live chain's
//! features](mynah_models::features) find where notes begin and what their pitch is; since nothing is live here, the
//! cuts are then put right in the waveform, and every note is looked at harmonic by harmonic.

mod block;
mod character;
mod cutting;
mod error;
mod findings;
mod frames;
mod hum;
mod medians;
mod onset;
mod phrases;
mod pitch_runs;
mod pool;
mod progress;
mod quality;
mod room;
mod sentences;
mod series;
mod sight;
#[cfg(test)]
mod tests;
mod texture;

use std::collections::BTreeMap;

use mynah_models::SAMPLE_RATE_HZ;
use rayon::prelude::*;

pub use character::Character;
pub use error::ListenError;
pub use findings::{Findings, RecordingFindings, Verdict};

use crate::note::{Beginning, FoundNote};
use crate::recording::Recording;
use block::{Ears, LEAD_SAMPLES};
use phrases::Fact;
use pool::{Kept, Pool};
use progress::{Done, Progress, SILENT_PEAK};

/// Less sound than this makes no target, s.
const LEAST_SOUNDING_S: f32 = 10.0;
/// Nor do fewer notes.
const LEAST_NOTES: usize = 6;
/// A held note is kept for so long, samples: 2.5 s. Struck ones are for 3.8 s.
const HELD_SAMPLES: usize = 120_000;

/// A slurred note of a struck instrument is worth this.
const STRUCK_SLUR_QUALITY: f32 = 0.4;
/// So much sound may wait to be listened to at once, samples: two minutes.
const MOST_WAITING_SAMPLES: usize = 120 * SAMPLE_RATE_HZ as usize;

/// How to listen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListenOptions {
    /// Seconds of sound that are kept at most: the pool's bound. 48,000 samples of four bytes each.
    pub most_kept_s: f32,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { most_kept_s: 900.0 }
    }
}

/// What was heard in all recordings.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The best notes, as they were heard. The sound of each begins 192 samples before it.
    pub notes: Vec<FoundNote>,
    /// What kind of instrument plays them.
    pub character: Character,
    /// What was found.
    pub findings: Findings,
}

/// Listens to recordings, one after another.
///
/// It keeps the notes of [`ListenOptions::most_kept_s`] twice at most, and 52 s of what it listens to beside the piece
/// that it is given. The same recordings in the same order give the same notes, in whatever pieces they are handed in and
/// on however many threads.
pub struct Listener {
    ears: Ears,
    most_kept_samples: usize,
    current: Option<Progress>,
    /// Recordings whose ends are still to be listened to: several short ones at a time.
    waiting: Vec<Progress>,
    taken: usize,
    pool: Pool,
    facts: Vec<Fact>,
    findings: Findings,
    /// Windows of all recordings, used or not.
    texture: texture::Texture,
    peak: f32,
}

impl Listener {
    /// Nothing heard yet; plans the transforms.
    pub fn new(options: ListenOptions) -> Self {
        let most_kept_samples = (options.most_kept_s.max(0.0) * SAMPLE_RATE_HZ as f32) as usize;
        Self {
            ears: Ears::new(),
            most_kept_samples,
            current: None,
            waiting: Vec::new(),
            taken: 0,
            pool: Pool::new(most_kept_samples),
            facts: Vec::new(),
            findings: Findings::default(),
            texture: texture::Texture::default(),
            peak: 0.0,
        }
    }

    /// Takes a recording, or the first piece of one.
    pub fn take(&mut self, recording: &Recording) {
        self.end_recording();
        let mut current = Progress::new(self.taken, recording.name.clone(), self.most_kept_samples);
        self.taken += 1;
        current.take(&self.ears, &recording.audio);
        self.current = Some(current);
    }

    /// Takes the next piece of the recording that was taken last; of none, a recording without a name.
    pub fn take_more(&mut self, audio: &[f32]) {
        match &mut self.current {
            Some(current) => current.take(&self.ears, audio),
            None => self.take(&Recording {
                name: String::new(),
                audio: audio.to_vec(),
            }),
        }
    }

    /// What was heard.
    ///
    /// # Errors
    /// One sentence that says why no target can be made of it.
    pub fn finish(mut self) -> Result<Heard, ListenError> {
        self.end_recording();
        self.listen_to_waiting();
        self.check()?;
        let character = Character::of(&self.facts).ok_or(ListenError::Nothing)?;
        let mut findings = self.findings;
        findings.struck = character.struck;
        findings.notes = self.facts.len();
        findings.heard = heard_midi(&self.facts);
        let struck = character.struck;
        let notes: Vec<FoundNote> = self
            .pool
            .into_kept()
            .into_iter()
            .map(|kept| settled(kept, struck))
            .collect();
        findings.kept = notes.len();
        findings.kept_s =
            notes.iter().map(|note| note.audio.len()).sum::<usize>() as f32 / SAMPLE_RATE_HZ as f32;
        Ok(Heard {
            notes,
            character,
            findings,
        })
    }

    fn end_recording(&mut self) {
        self.waiting.extend(self.current.take());
        if self
            .waiting
            .iter()
            .map(Progress::waiting_samples)
            .sum::<usize>()
            > MOST_WAITING_SAMPLES
        {
            self.listen_to_waiting();
        }
    }

    fn listen_to_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let done: Vec<Done> = waiting
            .into_par_iter()
            .map(|recording| recording.finish(&self.ears))
            .collect();
        for recording in done {
            self.add(recording);
        }
    }

    fn add(&mut self, done: Done) {
        self.texture.add(&done.texture);
        self.peak = self.peak.max(done.peak);
        if done.findings.verdict == Verdict::Used {
            self.findings.sounding_s += done.findings.sounding_s;
        }
        self.findings.clipped += done.clipped;
        self.findings.unclear += done.unclear;
        self.findings.recordings.push(done.findings);
        self.pool.extend(done.notes);
        self.facts.extend(done.facts);
    }

    /// Whether a target can be made of what was heard.
    fn check(&self) -> Result<(), ListenError> {
        let recordings = &self.findings.recordings;
        let time = |verdict: Verdict| {
            let of = recordings
                .iter()
                .filter(|recording| recording.verdict == verdict);
            of.map(|recording| recording.sounding_s).sum::<f32>()
        };
        if recordings.is_empty() {
            return Err(ListenError::Nothing);
        }
        let whole_s: f32 = recordings
            .iter()
            .map(|recording| recording.sounding_s)
            .sum();
        if whole_s <= 0.0 || self.peak < SILENT_PEAK {
            return Err(ListenError::Silence {
                peak_db: 20.0 * self.peak.max(1e-6).log10(),
            });
        }
        if whole_s < LEAST_SOUNDING_S {
            return Err(ListenError::TooShort {
                sounding_s: whole_s,
                least_s: LEAST_SOUNDING_S,
            });
        }
        let used_s = time(Verdict::Used);
        if used_s < LEAST_SOUNDING_S {
            let pitched = (self.texture.single + self.texture.several).max(1);
            let reasons = [
                (
                    time(Verdict::Several),
                    ListenError::Polyphonic {
                        share_percent: 100.0 * self.texture.several as f32 / pitched as f32,
                    },
                ),
                (time(Verdict::Speech), ListenError::Speech),
                (time(Verdict::Pitchless), ListenError::Pitchless),
                (
                    used_s,
                    ListenError::TooShort {
                        sounding_s: used_s,
                        least_s: LEAST_SOUNDING_S,
                    },
                ),
            ];
            let most = reasons.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
            return Err(most.map_or(ListenError::Nothing, |(_, error)| error));
        }
        if self.facts.len() < LEAST_NOTES {
            return Err(ListenError::TooFewNotes {
                notes: self.facts.len(),
                least: LEAST_NOTES,
                sounding_s: used_s,
            });
        }
        Ok(())
    }
}

/// A note, once it is known whether the instrument is struck.
fn settled(kept: Kept, struck: bool) -> FoundNote {
    let Kept {
        mut note,
        slurred_if_held,
    } = kept;
    if struck {
        // A struck note without its stroke is hardly one.
        if note.begins == Beginning::Slur {
            note.quality *= STRUCK_SLUR_QUALITY;
        }
        return note;
    }
    note.audio.truncate(LEAD_SAMPLES + HELD_SAMPLES);
    if slurred_if_held {
        note.begins = Beginning::Slur;
    }
    note
}

fn heard_midi(facts: &[Fact]) -> Vec<(i32, usize)> {
    let mut counts = BTreeMap::new();
    for fact in facts {
        *counts.entry(fact.semitones.round() as i32).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}
