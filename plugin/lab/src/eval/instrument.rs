//! One instrument's recorded notes, read when they are first played.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use mynah_cli::audio::read::Reader;
use mynah_cli::audio::resample::resample;
use mynah_cli::synth::RATE_HZ;

/// How far a recorded note is shifted at the most to be a source or a true rendering, in semitones.
pub(crate) const REACH_SEMITONES: i32 = 4;
/// Longest stretch of a recording used, in seconds (after shifting).
pub(crate) const LONGEST_NOTE_S: f64 = 2.6;
/// Longest stretch of a recording that is kept, in seconds.
const LONGEST_RECORDING_S: f64 = 8.0;
/// How far into a file its note may begin, in seconds.
const LONGEST_LEAD_S: f64 = 1.0;
/// Samples that the resampler looks ahead at the most, and some more.
const LOOK_AHEAD: f64 = 64.0;

/// One recorded note.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// The recording.
    pub(crate) path: PathBuf,
    /// MIDI number.
    pub(crate) midi: i32,
    /// 0 (pp) to 5 (ff).
    pub(crate) dynamic: i32,
    /// Rings by itself once struck or plucked, instead of being held.
    pub(crate) percussive: bool,
    /// How far it is off its number's pitch.
    pub(crate) cents: f64,
}

/// A recording from its onset on, at its own rate.
struct Recording {
    sound: Vec<f32>,
    rate_hz: u32,
}

/// A note ready to be played, shared by all that play it.
type Sound = Arc<Vec<f32>>;

/// The notes of one instrument that one part of the split keeps.
pub(crate) struct Instrument {
    /// Name in the manifest, or of the variant.
    pub(crate) name: String,
    samples: Vec<Sample>,
    /// How far its notes are shifted at the most, in semitones.
    reach: i32,
    /// MIDI numbers it plays, as far as a note is in reach.
    range: RangeInclusive<i32>,
    /// Recordings already read, by sample.
    recordings: Mutex<HashMap<usize, Arc<Recording>>>,
    /// Notes already brought to a pitch, as far as they were needed: (sample, MIDI number).
    ready: Mutex<HashMap<(usize, i32), Sound>>,
}

impl Instrument {
    /// The instrument `name` of these notes, shifted by at most `reach` semitones within `range`.
    pub(crate) fn new(
        name: String,
        samples: Vec<Sample>,
        reach: i32,
        range: RangeInclusive<i32>,
    ) -> Instrument {
        Instrument {
            name,
            samples,
            reach,
            range,
            recordings: Mutex::default(),
            ready: Mutex::default(),
        }
    }

    /// Whether a recording lies within reach of `midi`.
    pub(crate) fn plays(&self, midi: i32) -> bool {
        let near = |s: &Sample| (s.midi - midi).abs() <= self.reach;
        self.range.contains(&midi) && self.samples.iter().any(near)
    }

    /// Whether its notes ring by themselves (piano, guitar) instead of being held.
    pub(crate) fn is_percussive(&self) -> bool {
        self.samples.first().is_some_and(|s| s.percussive)
    }

    /// Index of the recording nearest in pitch, then in dynamic. `take` chooses among equals (strings, round robins).
    fn choose(&self, midi: i32, velocity: u8, take: usize) -> Result<usize> {
        let wanted = i32::from(velocity) * 5 / 127;
        let rank = |s: &Sample| ((s.midi - midi).abs(), (s.dynamic - wanted).abs());
        let best = self
            .samples
            .iter()
            .map(rank)
            .min()
            .filter(|r| r.0 <= self.reach)
            .with_context(|| format!("{} has no note near MIDI {midi}", self.name))?;
        let equals: Vec<usize> = (0..self.samples.len())
            .filter(|i| rank(&self.samples[*i]) == best)
            .collect();
        Ok(equals[take % equals.len()])
    }

    fn recording(&self, index: usize) -> Result<Arc<Recording>> {
        let mut recordings = lock(&self.recordings);
        if let Some(recording) = recordings.get(&index) {
            return Ok(Arc::clone(recording));
        }
        let longest_s = LONGEST_NOTE_S * (f64::from(self.reach + 1) / 12.0).exp2();
        let longest_s = longest_s.min(LONGEST_RECORDING_S);
        let recording = Arc::new(Recording::read(&self.samples[index].path, longest_s)?);
        recordings.insert(index, Arc::clone(&recording));
        Ok(recording)
    }

    /// Samples of the recording per sample at 48 kHz, to sound as `midi`.
    fn step(&self, index: usize, midi: i32, recording: &Recording) -> f64 {
        let sample = &self.samples[index];
        let semitones = f64::from(midi - sample.midi) - sample.cents / 100.0;
        (semitones / 12.0).exp2() * f64::from(recording.rate_hz) / RATE_HZ
    }

    /// How long the recording that [`Self::note`] would take can sound, in seconds.
    ///
    /// # Errors
    /// As [`Self::note`].
    pub(crate) fn available_s(&self, midi: i32, velocity: u8, take: usize) -> Result<f64> {
        let index = self.choose(midi, velocity, take)?;
        let recording = self.recording(index)?;
        let step = self.step(index, midi, &recording);
        Ok((recording.sound.len() as f64 / step / RATE_HZ).min(LONGEST_NOTE_S))
    }

    /// The recording nearest in pitch, then in dynamic, brought to `midi` at 48 kHz, from its onset on: `samples` of it or
    /// more, or all there is. `take` chooses among equals (strings, round robins).
    ///
    /// # Errors
    /// The recording cannot be read, or there is none in reach.
    pub(crate) fn note(
        &self,
        midi: i32,
        velocity: u8,
        take: usize,
        samples: usize,
    ) -> Result<Sound> {
        let index = self.choose(midi, velocity, take)?;
        let recording = self.recording(index)?;
        let step = self.step(index, midi, &recording);
        let all = (recording.sound.len() as f64 / step).floor() as usize;
        let needed = samples.min(all);
        let known = lock(&self.ready).get(&(index, midi)).map(Arc::clone);
        if let Some(known) = known.filter(|sound| sound.len() >= needed) {
            return Ok(known);
        }
        // The resampler looks ahead: with room for that, the beginning of a note does not depend on how much is asked for.
        let end = (needed as f64 * step + LOOK_AHEAD * step.max(1.0)).ceil() as usize;
        let mut sound = resample(&recording.sound[..end.min(recording.sound.len())], step);
        sound.truncate(needed);
        let sound = Arc::new(sound);
        lock(&self.ready).insert((index, midi), Arc::clone(&sound));
        Ok(sound)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    /// Reads up to `longest_s` of the file from its onset on.
    fn read(path: &Path, longest_s: f64) -> Result<Recording> {
        let mut reader = Reader::open(path)?;
        let rate_hz = reader.rate_hz();
        let samples = |seconds: f64| (seconds * f64::from(rate_hz)) as usize;
        let mut sound = reader.read_mono(samples(longest_s + LONGEST_LEAD_S))?;
        reader.warn_of_losses();
        let peak = sound.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let onset = sound
            .iter()
            .position(|x| x.abs() > 0.01 * peak)
            .unwrap_or(0);
        sound.drain(..onset.saturating_sub(rate_hz as usize / 200));
        sound.truncate(samples(longest_s));
        sound.shrink_to_fit();
        Ok(Recording { sound, rate_hz })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::eval::golden;

    /// A tone of half a second after a second of silence, once as two dynamics of MIDI 60.
    fn instrument(folder: &Path) -> Instrument {
        let path = folder.join("tone.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 24_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for i in 0..36_000i32 {
            let x = if i < 24_000 {
                0.0
            } else {
                (f64::from(i) * 0.3).sin()
            };
            writer.write_sample((8_000.0 * x) as i16).unwrap();
        }
        writer.finalize().unwrap();
        let sample = |dynamic| Sample {
            path: path.clone(),
            midi: 60,
            dynamic,
            percussive: false,
            cents: 0.0,
        };
        Instrument::new("tone".into(), vec![sample(1), sample(4)], 4, 0..=63)
    }

    #[test]
    fn notes_are_shifted_as_far_as_in_the_training() {
        assert_eq!(REACH_SEMITONES, golden::facts().reach_semitones);
    }

    #[test]
    fn notes_lie_in_reach_and_begin_at_their_onset() {
        let folder = tempfile::tempdir().unwrap();
        let tone = instrument(folder.path());
        assert!(tone.plays(63) && tone.plays(56) && !tone.plays(64) && !tone.plays(55));
        assert!(tone.note(65, 90, 0, 100).is_err());
        let available_s = tone.available_s(60, 90, 0).unwrap();
        assert!((available_s - 0.505).abs() < 0.001, "{available_s}");
        let sound = tone.note(60, 90, 0, 1_000_000).unwrap();
        assert_eq!(sound.len(), (available_s * 48e3).round() as usize);
        assert!(sound[..200].iter().all(|x| x.abs() < 0.02));
        assert!(sound[400..600].iter().any(|x| x.abs() > 0.2));
    }

    #[test]
    fn asking_for_more_later_changes_nothing_of_the_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let (tone, other) = (instrument(folder.path()), instrument(folder.path()));
        let short = tone.note(62, 90, 0, 3_000).unwrap();
        let long = tone.note(62, 90, 0, 20_000).unwrap();
        assert_eq!((short.len(), long.len()), (3_000, 20_000));
        assert_eq!(short[..], long[..3_000]);
        assert_eq!(other.note(62, 90, 0, 20_000).unwrap(), long);
    }
}
