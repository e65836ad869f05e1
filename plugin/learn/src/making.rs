//! From what was heard to a target's file.

use mynah_models::file::short_name;
use mynah_models::{Base, Mode, ModelFileError, NewTarget, Target};

use crate::adapt::{
    AdaptError, Adaptation, OUTPUTS, Phrase, Trunk, Version, before_microphone, phrase,
};
use crate::analysis::NoteFrames;
use crate::coding::Sounding;
use crate::listen::{Character, Heard};
use crate::note::{Beginning, FoundNote};
use crate::remember::{Manner, Remembered, Take, remember};

/// Notes whose tops are within so many dB sound alike.
const GROUP_DB: f32 = 8.0;
/// Groups are counted from the note's usual loudness on.
const USUAL_GROUP: f32 = 8.0;
/// A note that begins out of another one shows less of how notes begin. One without a stroke would be played for one with
/// it: it is taken where nothing else is near.
const WORTH_AGAIN: f64 = 0.8;
const WORTH_SLURRED: f64 = 0.25;
const LEAST_WORTH: f64 = 0.05;
/// Frames that are softer than the note's top by more than this are not learnt from, dB.
const SOFTEST_DB: f64 = -40.0;
/// How often each note is heard before another microphone, and how often of these as something with several voices.
const MICROPHONES: u64 = 2;
/// A range is wider than its outermost notes by so much, semitones: they are played out of tune, too.
const MARGIN_SEMITONES: f32 = 0.5;
const NAMELESS: &str = "own";

/// Why no target can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakingError {
    /// No note is long and clear enough to be measured.
    #[error("none of the {notes} notes that were found is long enough to be measured (0.2 s)")]
    NothingMeasured {
        /// How many were found.
        notes: usize,
    },
    /// The name or a credit cannot stand in a model file, or the model would not be accepted.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// Nothing can be learnt.
    #[error(transparent)]
    Adapt(#[from] AdaptError),
}

/// What a player says of a new target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// What it is called.
    pub display_name: String,
    /// Who made the recordings.
    pub credits: Vec<String>,
    /// Of the target.
    pub licence: String,
}

/// An instrument of which notes are remembered.
pub struct Instrument {
    character: Character,
    remembered: Remembered,
    notes: Vec<FoundNote>,
}

impl Instrument {
    /// Chooses and measures the notes that are worth keeping. The same notes give the same memory, on any number of threads.
    ///
    /// # Errors
    /// [`MakingError::NothingMeasured`].
    pub fn remember(heard: Heard) -> Result<Self, MakingError> {
        let Heard {
            notes, character, ..
        } = heard;
        let usual_db = usual_top_db(&notes);
        let takes: Vec<Take> = notes
            .iter()
            .map(|note| Take {
                audio: &note.audio,
                semitones: f64::from(note.semitones),
                group: ((note.top_db - usual_db) / GROUP_DB + USUAL_GROUP)
                    .round()
                    .max(0.0) as u32,
                worth: worth(note),
            })
            .collect();
        let home = (
            f64::from(character.home_midi.0),
            f64::from(character.home_midi.1),
        );
        let manner = Manner {
            sounding: Sounding {
                struck: character.struck,
                semitones_only: character.semitones_only,
            },
            // Strings behind keys are a piano's.
            stretched: character.struck && character.semitones_only,
        };
        let remembered = remember(&takes, home, manner);
        Ok(Self {
            remembered: remembered.ok_or(MakingError::NothingMeasured { notes: notes.len() })?,
            character,
            notes,
        })
    }

    /// What kind of instrument it is.
    pub fn character(&self) -> Character {
        self.character
    }

    /// What is remembered.
    pub fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    /// All notes that were good enough to be kept, as they were heard; of these [`Remembered::notes`] names those that are
    /// remembered.
    pub fn notes(&self) -> &[FoundNote] {
        &self.notes
    }

    /// The notes that are remembered, as the base hears them and before other microphones, beside their measured frames.
    ///
    /// # Errors
    /// As [`phrase`].
    pub fn phrases(
        &self,
        base: &Base,
        trunk: &Trunk,
        seed: u64,
    ) -> Result<Vec<Phrase>, MakingError> {
        let notes = self.remembered.notes.iter();
        let phrases = notes.map(|(index, frames)| {
            let own = &self.notes[*index].audio;
            let (wanted, weights) = wanted(frames);
            let seed = seed.wrapping_add((*index as u64).wrapping_mul(MICROPHONES));
            let others: Vec<Vec<f32>> = (0..MICROPHONES)
                .map(|microphone| before_microphone(own, seed.wrapping_add(microphone)))
                .collect();
            let sounds = std::iter::once(own).chain(&others);
            let modes = [Mode::Track, Mode::Track, Mode::Follow].into_iter().cycle();
            let versions: Vec<Version> = sounds
                .zip(modes)
                .map(|(audio, mode)| Version { audio, mode })
                .collect();
            phrase(base, trunk, &versions, &wanted, &weights)
        });
        Ok(phrases.collect::<Result<_, _>>()?)
    }

    /// The target's file, with these vectors and this head, as a base reads it.
    ///
    /// # Errors
    /// [`MakingError::Model`].
    pub fn target(
        &self,
        base: &Base,
        naming: &Naming,
        own: &Adaptation,
    ) -> Result<Vec<u8>, MakingError> {
        let (low, high) = self.character.range_midi;
        let remembered = &self.remembered;
        let bytes = NewTarget {
            name: short_name(&naming.display_name).unwrap_or_else(|| NAMELESS.to_owned()),
            display_name: naming.display_name.clone(),
            base: base.info(),
            pitch_range_hz: (
                to_hz(low - MARGIN_SEMITONES),
                to_hz(high + MARGIN_SEMITONES),
            ),
            home_register_midi: self.character.home_midi,
            credits: naming.credits.clone(),
            licence: naming.licence.clone(),
            own: own.tensors(),
            memory: Some((remembered.info, remembered.recorded.clone())),
        }
        .bytes();
        Target::from_bytes(&bytes, base)?;
        Ok(bytes)
    }
}

fn usual_top_db(notes: &[FoundNote]) -> f32 {
    let mut tops: Vec<f32> = notes.iter().map(|note| note.top_db).collect();
    tops.sort_by(f32::total_cmp);
    tops.get(tops.len() / 2).copied().unwrap_or(0.0)
}

fn worth(note: &FoundNote) -> f64 {
    let begins = match note.begins {
        Beginning::Silence => 1.0,
        Beginning::Again => WORTH_AGAIN,
        Beginning::Slur => WORTH_SLURRED,
    };
    (f64::from(note.quality) * begins).max(LEAST_WORTH)
}

/// What the translator is to say in each frame of a note's sound, and how far that counts.
fn wanted(frames: &NoteFrames) -> (Vec<[f32; OUTPUTS]>, Vec<f32>) {
    let mut wanted = vec![[0.0; OUTPUTS]; frames.first_frame];
    let mut weights = vec![0.0; frames.first_frame];
    for (row, level_db) in frames.values.iter().zip(&frames.level_db) {
        let envelopes = &row[row.len() - OUTPUTS..];
        wanted.push(std::array::from_fn(|point| envelopes[point] as f32));
        weights.push(if *level_db > SOFTEST_DB { 1.0 } else { 0.0 });
    }
    (wanted, weights)
}

fn to_hz(semitones: f32) -> f32 {
    440.0 * ((semitones - 69.0) / 12.0).exp2()
}
