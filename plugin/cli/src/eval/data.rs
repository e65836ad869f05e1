//! A folder of recorded notes and scores, as the evaluation sees it: only what the split holds out of training.
//!
//! The folder has `manifest.csv` (columns `path`, `instrument`, `midi`, `dynamic`, `articulation`, `pitch_cents_dev`, any
//! others) with one line per recorded note, and `scores/*.mid`. The split is a rule, not a list: a note is held out if
//! FNV-1a-64 of `"{seed}:{instrument}:{midi}"` is divisible by 6, a score if that of `"{seed}:{file name}"` is. The
//! training uses the same rule.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::midi;
use crate::audio::read::read_mono;
use crate::audio::resample::resample;
use crate::notes::Note;

/// Seed of the split.
pub(crate) const SPLIT_SEED: u64 = 1;
/// One in so many notes and scores is held out.
const HELD_OUT_ONE_IN: u64 = 6;
/// How far a recorded note is shifted at the most, in semitones.
pub(crate) const REACH_SEMITONES: i32 = 4;
/// Longest stretch of a recording used, in seconds (after shifting).
pub(crate) const LONGEST_NOTE_S: f64 = 2.6;

/// FNV-1a, 64 bits.
fn fnv1a_64(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether the split holds `name` (already prefixed as the rule says) out of training.
fn held_out(rest: &str) -> bool {
    fnv1a_64(&format!("{SPLIT_SEED}:{rest}")).is_multiple_of(HELD_OUT_ONE_IN)
}

/// One recorded note.
struct Sample {
    path: PathBuf,
    midi: i32,
    /// 0 (pp) to 5 (ff).
    dynamic: i32,
    /// Rings by itself once struck or plucked, instead of being held.
    percussive: bool,
    cents: f64,
}

/// A note ready to be played, shared by all that play it.
type Sound = Arc<Vec<f32>>;

/// One instrument's held-out notes.
pub(crate) struct Instrument {
    /// Name in the manifest.
    pub(crate) name: String,
    samples: Vec<Sample>,
    /// Notes already read and brought to a pitch: (sample, MIDI number).
    ready: Mutex<HashMap<(usize, i32), Sound>>,
}

/// The folder.
pub(crate) struct DataFolder {
    /// By name.
    pub(crate) instruments: Vec<Instrument>,
    /// Held-out melodies by file name, monophonic.
    pub(crate) phrases: Vec<(String, Vec<Note>)>,
}

impl DataFolder {
    /// Reads the manifest and the held-out scores; recordings are read when a note is first played.
    ///
    /// # Errors
    /// The folder, its manifest or its scores are missing or unreadable, or the split leaves nothing.
    pub(crate) fn open(folder: &Path) -> Result<DataFolder> {
        let manifest = folder.join("manifest.csv");
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("cannot open '{}'", manifest.display()))?;
        let mut samples: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let mut lines = csv_records(&text).into_iter();
        let header = lines.next().unwrap_or_default();
        let column = |name: &str| {
            header
                .iter()
                .position(|h| h == name)
                .with_context(|| format!("'{}' has no column '{name}'", manifest.display()))
        };
        let columns = [
            "path",
            "instrument",
            "midi",
            "dynamic",
            "articulation",
            "pitch_cents_dev",
        ];
        let columns: Vec<usize> = columns.iter().map(|c| column(c)).collect::<Result<_>>()?;
        for record in lines {
            let field = |i: usize| record.get(columns[i]).map_or("", String::as_str);
            // Lines without a note number are performances: nothing to sequence from.
            let Ok(midi) = field(2).parse::<i32>() else {
                continue;
            };
            let Some(percussive) = sounds_on(field(4)) else {
                continue;
            };
            if !held_out(&format!("{}:{midi}", field(1))) {
                continue;
            }
            samples
                .entry(field(1).to_string())
                .or_default()
                .push(Sample {
                    path: folder.join(field(0)),
                    midi,
                    dynamic: dynamic_rank(field(3)),
                    percussive,
                    cents: field(5).parse().unwrap_or(0.0),
                });
        }
        if samples.is_empty() {
            bail!(
                "'{}' holds no note that the split keeps for evaluation",
                manifest.display()
            );
        }
        let instruments = samples
            .into_iter()
            .map(|(name, samples)| Instrument {
                name,
                samples,
                ready: Mutex::default(),
            })
            .collect();
        Ok(DataFolder {
            instruments,
            phrases: held_out_phrases(&folder.join("scores"))?,
        })
    }
}

impl Instrument {
    /// Whether a held-out recording lies within [`REACH_SEMITONES`] of `midi`.
    pub(crate) fn plays(&self, midi: i32) -> bool {
        self.samples
            .iter()
            .any(|s| (s.midi - midi).abs() <= REACH_SEMITONES)
    }

    /// Whether its notes ring by themselves (piano, guitar) instead of being held.
    pub(crate) fn is_percussive(&self) -> bool {
        self.samples.first().is_some_and(|s| s.percussive)
    }

    /// The recording nearest in pitch, then in dynamic, brought to `midi` at 48 kHz, from its onset on. `take` chooses
    /// among equals (strings, round robins).
    ///
    /// # Errors
    /// The recording cannot be read, or there is none in reach.
    pub(crate) fn note(&self, midi: i32, velocity: u8, take: usize) -> Result<Sound> {
        let wanted = i32::from(velocity) * 5 / 127;
        let rank = |s: &Sample| ((s.midi - midi).abs(), (s.dynamic - wanted).abs());
        let best = self
            .samples
            .iter()
            .map(rank)
            .min()
            .filter(|r| r.0 <= REACH_SEMITONES);
        let best =
            best.with_context(|| format!("{} has no held-out note near MIDI {midi}", self.name))?;
        let equals: Vec<usize> = (0..self.samples.len())
            .filter(|i| rank(&self.samples[*i]) == best)
            .collect();
        let index = equals[take % equals.len()];
        if let Some(ready) = self
            .ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(index, midi))
        {
            return Ok(Arc::clone(ready));
        }
        let sound = Arc::new(prepare(&self.samples[index], midi)?);
        self.ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((index, midi), Arc::clone(&sound));
        Ok(sound)
    }
}

/// Reads, cuts to the onset, tunes and shifts one recording.
fn prepare(sample: &Sample, midi: i32) -> Result<Vec<f32>> {
    let (mut sound, rate_hz) = read_mono(&sample.path)?;
    let peak = sound.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    let onset = sound
        .iter()
        .position(|x| x.abs() > 0.01 * peak)
        .unwrap_or(0);
    sound.drain(..onset.saturating_sub(rate_hz as usize / 200));
    let semitones = f64::from(midi - sample.midi) - sample.cents / 100.0;
    let step = (semitones / 12.0).exp2() * f64::from(rate_hz) / crate::synth::RATE_HZ;
    sound.truncate((LONGEST_NOTE_S * step * crate::synth::RATE_HZ) as usize + 64);
    Ok(resample(&sound, step))
}

/// Whether notes of an articulation ring by themselves (`Some(true)`), are held (`Some(false)`), or are of no use for
/// melodies (`None`: staccato, pizzicato, performances).
fn sounds_on(articulation: &str) -> Option<bool> {
    let starts = |names: &[&str]| names.iter().any(|n| articulation.starts_with(n));
    if starts(&["sus", "vib", "arco"]) {
        Some(false)
    } else if starts(&["norm", "nylon", "archtop"]) {
        Some(true)
    } else {
        None
    }
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
        .filter(|name| name.ends_with(".mid") && held_out(name))
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

/// Records of a CSV text: commas, quotes, doubled quotes, line ends of any kind.
fn csv_records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // Values of the FNV authors' test vectors.
        assert_eq!(fnv1a_64(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a_64("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a_64("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_split_is_fixed() {
        let held: Vec<i32> = (36..=84)
            .filter(|midi| held_out(&format!("trumpet:{midi}")))
            .collect();
        assert!(
            held.contains(&52) && held.contains(&70) && !held.contains(&60),
            "{held:?}"
        );
    }

    #[test]
    fn quoted_fields_hold_commas() {
        let records = csv_records("a,b\r\n\"x, \"\"y\"\"\",2\nlast,");
        assert_eq!(
            records,
            [vec!["a", "b"], vec!["x, \"y\"", "2"], vec!["last", ""]]
        );
    }

    #[test]
    fn a_missing_folder_is_one_clear_error() {
        let error = DataFolder::open(Path::new("/nonexistent-folder"))
            .err()
            .unwrap();
        assert!(error.to_string().contains("manifest.csv"), "{error}");
    }
}
