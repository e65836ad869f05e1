//! A folder of recorded notes and scores, as the evaluation sees it: nothing that training hears.
//!
//! The folder has `manifest.csv` (columns `path`, `instrument`, `midi`, `dynamic`, `articulation`, `pitch_cents_dev`, any
//! others) with one line per recorded note, and `scores/*.mid`. Notes are kept by [`super::split`] and
//! [`super::variants`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mynah_cli::notes::Note;

use super::instrument::{Instrument, REACH_SEMITONES, Sample};
use super::split::{Part, fnv1a_64, part_of_note, part_of_score};
use super::variants::{Role, role};
use super::{csv, midi};

/// Whole phrases of one player, without notes.
pub(crate) struct Performances {
    /// Name of the source.
    pub(crate) name: String,
    /// The recordings, in the manifest's order.
    pub(crate) paths: Vec<PathBuf>,
}

/// The folder.
pub(crate) struct DataFolder {
    /// The instruments' held-out notes, by name.
    pub(crate) instruments: Vec<Instrument>,
    /// The instruments' notes that only the judge learns from, by name.
    pub(crate) judge: Vec<Instrument>,
    /// Sources never trained on, with all their notes, by name.
    pub(crate) never_trained: Vec<Instrument>,
    /// Performances, never trained on either.
    pub(crate) performances: Vec<Performances>,
    /// Held-out melodies by file name, monophonic; single melodies first.
    pub(crate) phrases: Vec<(String, Vec<Note>)>,
}

/// Notes by the name of their instrument.
type Notes = BTreeMap<String, Vec<Sample>>;
/// Lowest and highest recorded number of each instrument.
type Ranges = BTreeMap<String, (i32, i32)>;

impl DataFolder {
    /// Reads the manifest and the held-out scores; recordings are read when a note is first played.
    ///
    /// # Errors
    /// The folder, its manifest or its scores are missing or unreadable, or the split leaves nothing.
    pub(crate) fn open(folder: &Path) -> Result<DataFolder> {
        let manifest = folder.join("manifest.csv");
        let table = csv::Table::open(&manifest)?;
        let columns = table.columns(&[
            "path",
            "instrument",
            "midi",
            "dynamic",
            "articulation",
            "pitch_cents_dev",
        ])?;
        let (mut held_out, mut judge, mut never_trained) =
            (Notes::new(), Notes::new(), Notes::new());
        let mut ranges = Ranges::new();
        let mut performances: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for record in &table.records {
            let field = |i: usize| record.get(columns[i]).map_or("", String::as_str);
            let (path, instrument) = (folder.join(field(0)), field(1).to_string());
            let played = role(&instrument, field(4));
            let Ok(midi) = field(2).parse::<i32>() else {
                if played == Role::Performance {
                    let name = format!("{instrument}-performance");
                    performances.entry(name).or_default().push(path);
                }
                continue;
            };
            if matches!(played, Role::Canonical { .. }) {
                let range = ranges.entry(instrument.clone()).or_insert((midi, midi));
                *range = (range.0.min(midi), range.1.max(midi));
            }
            let (notes, name, percussive) = match played {
                Role::Canonical { percussive } => match part_of_note(&instrument, midi) {
                    Part::Validation => (&mut held_out, instrument, percussive),
                    Part::Judge => (&mut judge, instrument, percussive),
                    Part::Training => continue,
                },
                Role::NeverTrained { name, percussive } => {
                    (&mut never_trained, name.to_string(), percussive)
                }
                Role::Performance | Role::Unused => continue,
            };
            notes.entry(name).or_default().push(Sample {
                path,
                midi,
                dynamic: dynamic_rank(field(3)),
                percussive,
                cents: field(5).parse().unwrap_or(0.0),
            });
        }
        if held_out.is_empty() {
            bail!(
                "'{}' holds no note that the split keeps for evaluation",
                manifest.display()
            );
        }
        let performances = performances.into_iter();
        Ok(DataFolder {
            instruments: instruments(held_out),
            judge: judges_instruments(judge, &ranges),
            never_trained: instruments(never_trained),
            performances: performances
                .map(|(name, paths)| Performances { name, paths })
                .collect(),
            phrases: held_out_phrases(&folder.join("scores"))?,
        })
    }

    /// Indices of [`Self::phrases`] in the order in which one who is given `seed` tries them: all single melodies from a
    /// place of its own on, so that the table as a whole hears many of them, then whole pieces.
    pub(crate) fn phrase_order(&self, seed: u64) -> impl Iterator<Item = usize> {
        let melodies = self
            .phrases
            .iter()
            .filter(|(name, _)| name.starts_with("phrase"))
            .count();
        let first = mynah_cli::notes::Random::new(seed).next_u64() as usize;
        (0..self.phrases.len()).map(move |i| {
            if i < melodies {
                (first % melodies + i) % melodies
            } else {
                i
            }
        })
    }
}

fn instruments(notes: Notes) -> Vec<Instrument> {
    notes
        .into_iter()
        .map(|(name, samples)| Instrument::new(name, samples, REACH_SEMITONES, 0..=127))
        .collect()
}

/// The judge's notes are few, and it must know an instrument in registers that none of them lies in: they are shifted as
/// far as the instrument's whole range wants.
fn judges_instruments(notes: Notes, ranges: &Ranges) -> Vec<Instrument> {
    notes
        .into_iter()
        .map(|(name, samples)| {
            let (low, high) = ranges.get(&name).copied().unwrap_or((0, 127));
            let range = low - REACH_SEMITONES..=high + REACH_SEMITONES;
            Instrument::new(name, samples, high - low + REACH_SEMITONES, range)
        })
        .collect()
}

/// 0 (pp) to 5 (ff); unknown marks count as mf.
fn dynamic_rank(mark: &str) -> i32 {
    ["pp", "p", "mp", "mf", "f", "ff"]
        .iter()
        .position(|m| *m == mark)
        .unwrap_or(3) as i32
}

fn held_out_phrases(scores: &Path) -> Result<Vec<(String, Vec<Note>)>> {
    let entries = std::fs::read_dir(scores)
        .with_context(|| format!("cannot open the folder '{}'", scores.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".mid") && part_of_score(name) == Part::Validation)
        .collect();
    // Single melodies first: whole pieces only fill up where no phrase fits.
    names.sort_by_key(|name| (!name.starts_with("phrase"), fnv1a_64(name)));
    let phrases: Vec<(String, Vec<Note>)> = names
        .into_iter()
        .map(|name| {
            let notes = midi::top_line(&midi::read(&scores.join(&name))?);
            Ok((name, notes))
        })
        .collect::<Result<_>>()?;
    if phrases.is_empty() {
        bail!(
            "'{}' holds no MIDI file that the split keeps for evaluation",
            scores.display()
        );
    }
    Ok(phrases)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_missing_folder_is_one_clear_error() {
        let error = DataFolder::open(Path::new("/nonexistent-folder"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("manifest.csv"), "{error}");
    }

    #[test]
    fn every_note_goes_where_the_split_and_the_variants_say() {
        let folder = tempfile::tempdir().unwrap();
        // Of the guitar's numbers, 42 is validation, 63 the judge's and 40 training.
        let mut manifest =
            String::from("path,instrument,midi,dynamic,articulation,pitch_cents_dev\n");
        for midi in [40, 42, 63] {
            for articulation in ["archtop-mic", "nylon", "pizz"] {
                manifest += &format!("a.flac,guitar,{midi},f,{articulation},0\n");
            }
        }
        manifest += "b.flac,violin,,var,performance,\n";
        std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
        std::fs::create_dir(folder.path().join("scores")).unwrap();
        let error = DataFolder::open(folder.path()).err().unwrap();
        assert!(error.to_string().contains("no MIDI file"), "{error}");
        // One quarter note in a file whose name the split holds out.
        let score: &[u8] = &[
            b'M', b'T', b'h', b'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, b'M', b'T', b'r', b'k', 0, 0, 0,
            12, 0, 0x90, 60, 100, 96, 0x90, 60, 0, 0, 0xff, 0x2f, 0,
        ];
        let name = "phrase_mono_traditional-banza-bushi_1.mid";
        std::fs::write(folder.path().join("scores").join(name), score).unwrap();
        let folder = DataFolder::open(folder.path()).unwrap();
        let plays = |instruments: &[Instrument]| -> Vec<(String, Vec<i32>)> {
            let notes = |i: &Instrument| (21..=108).filter(|m| i.plays(*m)).collect();
            instruments
                .iter()
                .map(|i| (i.name.clone(), notes(i)))
                .collect()
        };
        let guitar = |notes: Vec<i32>| vec![("guitar".to_string(), notes)];
        assert_eq!(plays(&folder.instruments), guitar((38..=46).collect()));
        assert_eq!(plays(&folder.judge), guitar((36..=67).collect()));
        let nylon = (36..=46).chain(59..=67).collect();
        assert_eq!(
            plays(&folder.never_trained),
            [("guitar-nylon".to_string(), nylon)]
        );
        assert_eq!(folder.performances[0].name, "violin-performance");
        assert_eq!(folder.phrases.len(), 1);
    }
}
