//! The sources that a target is played by, each with the octave that brings it home.

use anyhow::Result;
use mynah_cli::notes::Note;
use mynah_cli::synth::Voice;
use serde::Serialize;

use super::homes::{octaves_to, too_near, word_for};
use super::performances::Performances;
use super::playing::Goal;
use super::soundfont::{SUNG, SoundFont};
use crate::eval::data::DataFolder;
use crate::eval::instrument::Instrument;
use crate::eval::pairs;
use crate::eval::player::Player;
use crate::eval::{recordings, same_instrument};

/// Semitones to an octave.
const OCTAVE: i32 = 12;
/// Octaves that are tried for a phrase, the nearest first.
const OCTAVES: [i32; 7] = [0, -1, 1, -2, 2, -3, 3];

/// What kind of source it is.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A player whom training never heard.
    Performances,
    /// Sung: the project's synthesis, and patches of a SoundFont.
    Voice,
    /// Held-out notes of other instruments that play held-out phrases.
    Scores,
}

impl Kind {
    /// In tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Performances => "performances",
            Kind::Voice => "voice",
            Kind::Scores => "scores",
        }
    }
}

/// A source's sound and what it should become.
pub(crate) struct Clip {
    pub(crate) kind: Kind,
    /// 48 kHz mono.
    pub(crate) sound: Vec<f32>,
    /// What it plays, where that is known.
    pub(crate) notes: Option<Vec<Note>>,
    /// How far it is moved to the target's home.
    pub(crate) octaves: i32,
    /// The target's own held-out notes in its place, already at home.
    pub(crate) truth: Option<Vec<f32>>,
}

impl Clip {
    /// The notes that should be heard.
    pub(crate) fn wanted(&self) -> Option<Vec<Note>> {
        let moved = |notes: &Vec<Note>| {
            let notes = notes.iter();
            notes.map(|n| n.transposed(OCTAVE * self.octaves)).collect()
        };
        self.notes.as_ref().map(moved)
    }
}

/// How much is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Amount {
    /// Performances, and the longest stretch of each in seconds.
    pub(crate) performances: usize,
    pub(crate) performance_s: f64,
    /// Sung phrases of each voice, and patches of the SoundFont.
    pub(crate) sung: usize,
    pub(crate) patches: usize,
    /// Other instruments, and phrases of each.
    pub(crate) instruments: usize,
    pub(crate) phrases: usize,
}

impl Amount {
    /// For development: about two minutes on one core.
    pub(crate) const QUICK: Amount = Amount {
        performances: 2,
        performance_s: 3.0,
        sung: 1,
        patches: 1,
        instruments: 3,
        phrases: 1,
    };

    /// All there is, and so many phrases of each that has notes.
    pub(crate) fn full(phrases: usize) -> Amount {
        Amount {
            performances: usize::MAX,
            performance_s: 8.0,
            sung: phrases,
            patches: SUNG.len(),
            instruments: usize::MAX,
            phrases,
        }
    }
}

/// Where sources come from. What is missing is left out.
pub(crate) struct Sources<'a> {
    pub(crate) folder: Option<&'a DataFolder>,
    pub(crate) performances: Option<&'a Performances>,
    pub(crate) soundfont: Option<&'a SoundFont>,
    pub(crate) amount: Amount,
}

impl Sources<'_> {
    /// All sources of a target. Never the target itself, nor one the judge has the same word for.
    ///
    /// # Errors
    /// A recording cannot be read, or fluidsynth fails.
    pub(crate) fn of(&self, goal: Goal) -> Result<Vec<Clip>> {
        if word_for(goal.name).is_none() {
            return Ok(Vec::new());
        }
        let mut clips = self.performed(goal)?;
        if let Some(folder) = self.folder {
            clips.extend(self.sung(folder, goal)?);
            clips.extend(self.scores(folder, goal)?);
        }
        Ok(clips)
    }

    fn performed(&self, goal: Goal) -> Result<Vec<Clip>> {
        let Some(performances) = self.performances else {
            return Ok(Vec::new());
        };
        let chosen = rotated(
            performances.sources(goal.name),
            goal.name,
            self.amount.performances,
        );
        let clip = |(_, path): (&str, &std::path::Path)| {
            let sound = recordings::excerpt(path, self.amount.performance_s)?;
            Ok(Clip {
                kind: Kind::Performances,
                octaves: goal.octaves_of(&sound)?,
                sound,
                notes: None,
                truth: None,
            })
        };
        chosen.into_iter().map(clip).collect()
    }

    fn sung(&self, folder: &DataFolder, goal: Goal) -> Result<Vec<Clip>> {
        let voice = Player::Synthesised(Voice::Sung);
        let seed = pairs::seed_of([voice.name(), goal.name].into_iter());
        let mut clips = Vec::new();
        for index in folder.phrase_order(seed) {
            if clips.len() >= self.amount.sung * (1 + self.patches().len()) {
                break;
            }
            let Some((notes, take)) = pairs::excerpt(folder, &[voice], index, seed)? else {
                continue;
            };
            let mut sounds = vec![voice.perform(&notes, take)?];
            if let Some(font) = self.soundfont {
                let patches = self.patches().iter();
                let played = patches.map(|(program, _)| font.perform(*program, &notes));
                sounds.extend(played.collect::<Result<Vec<_>>>()?);
            }
            for sound in sounds {
                clips.push(Clip {
                    kind: Kind::Voice,
                    octaves: goal.octaves_of(&sound)?,
                    sound,
                    notes: Some(notes.clone()),
                    truth: None,
                });
            }
        }
        Ok(clips)
    }

    fn patches(&self) -> &[(u8, &str)] {
        let count = if self.soundfont.is_some() {
            self.amount.patches
        } else {
            0
        };
        &SUNG[..count.min(SUNG.len())]
    }

    /// Phrases of other instruments that the target's own held-out notes can play at home; of its variants, where those do
    /// not reach so far; and without a true rendering where nothing does.
    fn scores(&self, folder: &DataFolder, goal: Goal) -> Result<Vec<Clip>> {
        let name = goal.name;
        let own = folder
            .instruments
            .iter()
            .find(|i| same_instrument(&i.name, name));
        let variant = |i: &&Instrument| own.is_some_and(|own| is_variant(&i.name, &own.name));
        let variants = folder.never_trained.iter().filter(variant);
        let truths: Vec<Option<&Instrument>> = own
            .into_iter()
            .chain(variants)
            .map(Some)
            .chain([None])
            .collect();
        let others = folder.instruments.iter();
        let others = others.filter(|i| !too_near(&i.name, name)).collect();
        let mut clips = Vec::new();
        for source in rotated(others, name, self.amount.instruments) {
            let mut found = Vec::new();
            for truth in &truths {
                if found.is_empty() {
                    found = self.phrases(folder, source, *truth, goal)?;
                }
            }
            clips.extend(found);
        }
        Ok(clips)
    }

    /// Held-out phrases on `source` that `truth` can play at home.
    fn phrases(
        &self,
        folder: &DataFolder,
        source: &Instrument,
        truth: Option<&Instrument>,
        goal: Goal,
    ) -> Result<Vec<Clip>> {
        let seed = pairs::seed_of([source.name.as_str(), goal.name].into_iter());
        let mut clips = Vec::new();
        for index in folder.phrase_order(seed) {
            if clips.len() >= self.amount.phrases {
                break;
            }
            clips.extend(match truth {
                Some(truth) => phrase_with_truth(folder, source, truth, goal, (index, seed))?,
                None => phrase(folder, source, goal, (index, seed))?,
            });
        }
        Ok(clips)
    }
}

/// Whether `name` is another recording of the instrument `of`: "guitar-nylon" of "guitar".
fn is_variant(name: &str, of: &str) -> bool {
    let rest = name.strip_prefix(of);
    rest.is_some_and(|rest| rest.starts_with('-'))
}

/// The phrase of this index on `source`, if `truth` can play the same at home.
fn phrase_with_truth(
    folder: &DataFolder,
    source: &Instrument,
    truth: &Instrument,
    goal: Goal,
    (index, seed): (usize, u64),
) -> Result<Option<Clip>> {
    for octaves in OCTAVES {
        let players = [
            Player::Recorded(source),
            Player::Transposed(truth, OCTAVE * octaves),
        ];
        let Some((notes, take)) = pairs::excerpt(folder, &players, index, seed)? else {
            continue;
        };
        if octaves_to(goal.home(), middle_midi(&notes)) != octaves {
            continue;
        }
        let sound = players[0].perform(&notes, take)?;
        if goal.octaves_of(&sound)? == octaves {
            let truth = players[1].perform(&notes, take)?;
            return Ok(Some(Clip {
                kind: Kind::Scores,
                sound,
                notes: Some(notes),
                octaves,
                truth: Some(truth),
            }));
        }
    }
    Ok(None)
}

/// The phrase of this index on `source` alone.
fn phrase(
    folder: &DataFolder,
    source: &Instrument,
    goal: Goal,
    (index, seed): (usize, u64),
) -> Result<Option<Clip>> {
    let player = Player::Recorded(source);
    let Some((notes, take)) = pairs::excerpt(folder, &[player], index, seed)? else {
        return Ok(None);
    };
    let sound = player.perform(&notes, take)?;
    Ok(Some(Clip {
        kind: Kind::Scores,
        octaves: goal.octaves_of(&sound)?,
        sound,
        notes: Some(notes),
        truth: None,
    }))
}

/// The median of the notes, each for as long as it sounds.
fn middle_midi(notes: &[Note]) -> f64 {
    let mut sorted: Vec<(i32, f64)> = notes.iter().map(|n| (n.midi, n.seconds)).collect();
    sorted.sort_by_key(|n| n.0);
    let half = sorted.iter().map(|n| n.1).sum::<f64>() / 2.0;
    let mut sounded = 0.0;
    for (midi, seconds) in &sorted {
        sounded += seconds;
        if sounded >= half {
            return f64::from(*midi);
        }
    }
    0.0
}

/// Up to `count` of `all`, from a place on that `name` decides, so that targets hear different ones.
fn rotated<T>(mut all: Vec<T>, name: &str, count: usize) -> Vec<T> {
    if count < all.len() {
        let first = pairs::seed_of(std::iter::once(name)) as usize % all.len();
        all.rotate_left(first);
        all.truncate(count);
    }
    all
}
