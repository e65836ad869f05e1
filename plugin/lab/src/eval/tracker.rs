//! The product's own pitch tracker, frame by frame against the notes that were played.
//!
//! A frame is compared with the signal of `delay` ago, the same for all frames and sources: the delay with the fewest
//! errors. It counts as sounding if a note is on (from its onset to its end) and the level is within 40 dB of the phrase's
//! loudest; as silent if no note is on within 80 ms and the level is more than 60 dB below the loudest; other frames are
//! not judged. In the 40 ms after a note that follows another without a rest, the sequencer crossfades and the voices
//! glide: anything from the one pitch to the other is right there. Nothing else is excluded.

use anyhow::Result;
use mynah_cli::notes::{Note, midi_to_hz};
use mynah_cli::synth::{RATE_HZ, Voice};
use mynah_models::FRAME_SAMPLES;
use mynah_models::features::{PITCH_WINDOW_SAMPLES, Pitch, PitchEstimate, PitchState};
use rayon::prelude::*;
use serde::Serialize;

use super::data::DataFolder;
use super::pairs;
use super::player::Player;
use super::render::{LEGATO_S, TOUCHING_S};
use super::synthesis::random_melody;

/// Phrases per source.
const PHRASES: usize = 4;
/// Delays that are tried, in samples.
const DELAY_STEP: usize = 64;
const LONGEST_DELAY: usize = 3_840;
/// A frame counts as voiced from this voicing on.
const VOICED: f32 = 0.5;
/// Furthest from its note that a pitch is right, and from a wrong harmonic that it is an octave error.
const TOLERANCE_CENTS: f64 = 100.0;
/// Multiples of the note's pitch that are octave errors.
const WRONG_HARMONICS: [f64; 4] = [1.0 / 3.0, 0.5, 2.0, 3.0];
/// Half of the window that measures the level, in samples.
const LEVEL_HALF: usize = 512;
/// Levels under the loudest, in dB, and the distance from notes in silence, in seconds.
const SOUNDING_DB: f64 = -40.0;
const SILENT_DB: f64 = -60.0;
const SILENT_MARGIN_S: f64 = 0.08;

/// Shares of wrong frames.
#[derive(Serialize, Clone, Copy, Debug)]
pub(crate) struct Shares {
    /// Of sounding frames said to be voiced: a wrong octave or twelfth.
    pub(crate) octave_error_share: Option<f64>,
    /// Of the same: further than 100 cents from the note.
    pub(crate) gross_error_share: Option<f64>,
    /// Of all judged frames: sounding but said to be unvoiced, or silent but said to be voiced.
    pub(crate) voicing_error_share: Option<f64>,
}

/// One source.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct TrackedSource {
    pub(crate) source: String,
    pub(crate) phrases: usize,
    #[serde(flatten)]
    pub(crate) shares: Shares,
}

/// The section of the result.
#[derive(Serialize, Clone, Debug)]
pub(crate) struct Tracker {
    pub(crate) delay_ms: f64,
    #[serde(flatten)]
    pub(crate) shares: Shares,
    pub(crate) sources: Vec<TrackedSource>,
}

/// Frames counted.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct Counts {
    sounding: usize,
    silent: usize,
    unvoiced_notes: usize,
    voiced_silence: usize,
    gross: usize,
    octave: usize,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.sounding += other.sounding;
        self.silent += other.silent;
        self.unvoiced_notes += other.unvoiced_notes;
        self.voiced_silence += other.voiced_silence;
        self.gross += other.gross;
        self.octave += other.octave;
    }

    fn errors(self) -> usize {
        self.unvoiced_notes + self.voiced_silence + self.gross
    }

    fn shares(self) -> Shares {
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        let voiced = self.sounding - self.unvoiced_notes;
        Shares {
            octave_error_share: share(self.octave, voiced),
            gross_error_share: share(self.gross, voiced),
            voicing_error_share: share(
                self.unvoiced_notes + self.voiced_silence,
                self.sounding + self.silent,
            ),
        }
    }
}

/// One phrase, what the tracker says of it, and the level around every sample.
struct Tracked {
    notes: Vec<Note>,
    estimates: Vec<PitchEstimate>,
    /// Running sums of squares: entry `n` is the energy of the first `n` samples.
    squares: Vec<f64>,
    loudest: f64,
}

/// Runs the tracker over held-out phrases of every instrument and over the synthesised voices.
///
/// # Errors
/// A recording cannot be read.
pub(crate) fn measure(folder: Option<&DataFolder>) -> Result<Tracker> {
    let instruments = folder.iter().flat_map(|f| &f.instruments);
    let players: Vec<Player> = instruments
        .map(Player::Recorded)
        .chain(Voice::ALL.into_iter().map(Player::Synthesised))
        .collect();
    let tracked: Vec<Vec<Tracked>> = players
        .par_iter()
        .map(|player| {
            let phrases = match folder {
                Some(folder) => pairs::excerpts(folder, &[*player], PHRASES)?,
                None => (0..PHRASES)
                    .map(|i| (random_melody(i as u64, 100.0, 1_000.0), i))
                    .collect(),
            };
            let track = |(notes, take): (Vec<Note>, usize)| {
                let sound = player.perform(&notes, take)?;
                Ok(Tracked::new(notes, &sound))
            };
            phrases.into_iter().map(track).collect()
        })
        .collect::<Result<_>>()?;
    let pooled = |delay: usize| {
        let mut counts = Counts::default();
        let phrases = tracked.iter().flatten();
        phrases.for_each(|t| counts.add(t.counts(delay)));
        counts
    };
    let share = |delay: usize| {
        let counts = pooled(delay);
        counts.errors() as f64 / (counts.sounding + counts.silent).max(1) as f64
    };
    let delay = (0..=LONGEST_DELAY)
        .step_by(DELAY_STEP)
        .min_by(|a, b| share(*a).total_cmp(&share(*b)))
        .unwrap_or(0);
    let source = |(player, phrases): (&Player, &Vec<Tracked>)| {
        let mut counts = Counts::default();
        phrases.iter().for_each(|t| counts.add(t.counts(delay)));
        TrackedSource {
            source: player.name().to_string(),
            phrases: phrases.len(),
            shares: counts.shares(),
        }
    };
    Ok(Tracker {
        delay_ms: delay as f64 * 1_000.0 / RATE_HZ,
        shares: pooled(delay).shares(),
        sources: players.iter().zip(&tracked).map(source).collect(),
    })
}

impl Tracked {
    fn new(notes: Vec<Note>, signal: &[f32]) -> Tracked {
        let mut squares = vec![0.0f64];
        for x in signal {
            squares.push(squares[squares.len() - 1] + f64::from(*x).powi(2));
        }
        let mut tracked = Tracked {
            notes,
            estimates: estimates(signal),
            squares,
            loudest: 0.0,
        };
        tracked.loudest = (0..signal.len())
            .step_by(DELAY_STEP)
            .map(|sample| tracked.energy(sample))
            .fold(1e-12, f64::max);
        tracked
    }

    /// Energy around a sample.
    fn energy(&self, sample: usize) -> f64 {
        let last = self.squares.len() - 1;
        self.squares[(sample + LEVEL_HALF).min(last)]
            - self.squares[sample.saturating_sub(LEVEL_HALF).min(last)]
    }

    /// The frames judged, if the tracker answers `delay` samples late.
    fn counts(&self, delay: usize) -> Counts {
        let mut counts = Counts::default();
        for (index, estimate) in self.estimates.iter().enumerate() {
            let Some(sample) = ((index + 1) * FRAME_SAMPLES).checked_sub(delay) else {
                continue;
            };
            let now_s = sample as f64 / RATE_HZ;
            let level_db = 10.0 * (self.energy(sample) / self.loudest).max(1e-12).log10();
            let voiced = estimate.voicing >= VOICED;
            let on = |margin_s: f64| {
                self.notes
                    .iter()
                    .rposition(|n| n.start_s - margin_s <= now_s && now_s < n.end_s() + margin_s)
            };
            if let Some(note) = on(0.0) {
                if level_db <= SOUNDING_DB {
                    continue;
                }
                counts.sounding += 1;
                if !voiced {
                    counts.unvoiced_notes += 1;
                } else if self.error_cents(note, now_s, estimate.f0_hz) > TOLERANCE_CENTS {
                    counts.gross += 1;
                    counts.octave += usize::from(self.is_octave(note, estimate.f0_hz));
                }
            } else if level_db < SILENT_DB && on(SILENT_MARGIN_S).is_none() {
                counts.silent += 1;
                counts.voiced_silence += usize::from(voiced);
            }
        }
        counts
    }

    /// How far `f0_hz` is from the note, or just after a legato onset from what lies between it and the note before.
    fn error_cents(&self, note: usize, now_s: f64, f0_hz: f32) -> f64 {
        let this = &self.notes[note];
        let legato = (now_s < this.start_s + LEGATO_S)
            .then(|| {
                let before = self.notes[..note].last()?;
                ((before.end_s() - this.start_s).abs() <= TOUCHING_S).then_some(before.midi)
            })
            .flatten();
        let other = legato.unwrap_or(this.midi);
        let (low, high) = (this.midi.min(other), this.midi.max(other));
        let midi = 69.0 + 12.0 * (f64::from(f0_hz) / 440.0).log2();
        100.0 * (f64::from(low) - midi).max(midi - f64::from(high)).max(0.0)
    }

    fn is_octave(&self, note: usize, f0_hz: f32) -> bool {
        let hz = midi_to_hz(f64::from(self.notes[note].midi));
        WRONG_HARMONICS.iter().any(|factor| {
            (1_200.0 * (f64::from(f0_hz) / (hz * factor)).log2()).abs() <= TOLERANCE_CENTS
        })
    }
}

/// What the product's tracker says of a 48 kHz signal; estimate `k` has heard `k + 1` frames.
fn estimates(signal: &[f32]) -> Vec<PitchEstimate> {
    let pitch = Pitch::new();
    let mut state = PitchState::new(&pitch);
    let mut heard = vec![0.0f32; PITCH_WINDOW_SAMPLES];
    heard.extend_from_slice(signal);
    (1..=signal.len() / FRAME_SAMPLES)
        .map(|frame| {
            let end = PITCH_WINDOW_SAMPLES + frame * FRAME_SAMPLES;
            pitch.step(&mut state, &heard[end - PITCH_WINDOW_SAMPLES..end])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynah_cli::synth::melody;

    fn tracked(delay: usize, factor: f32) -> Tracked {
        let steps = [(60, 1.0, 90), (67, 1.0, 90), (0, 1.0, 0), (64, 2.0, 90)];
        let notes = melody(0.2, 0.4, 0.0, &steps);
        let samples = (2.5 * RATE_HZ) as usize;
        let sounding = |s: usize| {
            let now_s = s as f64 / RATE_HZ;
            notes
                .iter()
                .find(|n| n.start_s <= now_s && now_s < n.end_s())
        };
        let signal: Vec<f32> = (0..samples)
            .map(|s| if sounding(s).is_some() { 0.1 } else { 0.0 })
            .collect();
        let mut tracked = Tracked::new(notes.clone(), &signal);
        // A perfect tracker, but late, and wrong by a factor.
        for (index, estimate) in tracked.estimates.iter_mut().enumerate() {
            let heard = ((index + 1) * FRAME_SAMPLES).saturating_sub(delay);
            let note = sounding(heard);
            estimate.voicing = if note.is_some() { 1.0 } else { 0.0 };
            estimate.f0_hz = note.map_or(440.0, |n| midi_to_hz(f64::from(n.midi)) as f32) * factor;
        }
        tracked
    }

    #[test]
    fn a_perfect_tracker_has_no_errors_at_its_own_delay_only() {
        let tracked = tracked(960, 1.0);
        let counts = tracked.counts(960);
        assert!(counts.sounding > 250 && counts.silent > 30, "{counts:?}");
        assert_eq!(counts.errors(), 0);
        assert!(tracked.counts(0).errors() > 3 && tracked.counts(3_840).errors() > 3);
    }

    #[test]
    fn wrong_octaves_are_octave_errors_and_other_wrong_notes_are_not() {
        let octave = tracked(0, 2.0).counts(0).shares();
        assert!(octave.octave_error_share > Some(0.97) && octave.gross_error_share > Some(0.97));
        let tritone = tracked(0, std::f32::consts::SQRT_2).counts(0).shares();
        assert_eq!(tritone.octave_error_share, Some(0.0));
        assert!(tritone.gross_error_share > Some(0.95));
        assert_eq!(tritone.voicing_error_share, Some(0.0));
    }

    #[test]
    fn the_products_tracker_follows_a_synthesised_voice() {
        let result = measure(None).map(|t| t.sources);
        let sources = result.unwrap_or_default();
        assert_eq!(sources.len(), Voice::ALL.len());
        assert!(
            sources
                .iter()
                .all(|s| s.shares.gross_error_share < Some(0.2))
        );
    }
}
