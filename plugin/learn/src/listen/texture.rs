//! What sounds at a time: one note, several, or nothing that has a pitch.

use mynah_models::FRAME_SAMPLES;

use super::cutting::{Cut, Levels};
use super::frames::{Frames, to_hz};
use super::medians::{median, quantile};
use super::series::Series;
use super::sight::{Eye, WINDOW};

/// From window to window, samples.
const HOP: usize = WINDOW / 2;
/// Seconds from window to window.
pub(super) const HOP_S: f32 = HOP as f32 / mynah_models::SAMPLE_RATE_HZ as f32;
/// A window counts when it is so near to the loudest, dB.
const COUNTS_UNDER_LOUDEST_DB: f32 = 30.0;
/// Frames around the middle in which a window hears its pitch.
const MIDDLE_FRAMES: usize = 10;
/// Other tones are another note where they are no softer than this under the first, dB.
const FOREIGN_DB: f32 = -13.0;
/// Of the power, tones have at least this where something is played that has a pitch.
const TONAL_SHARE: f32 = 0.5;
/// So many of the notes around may ring on or already, for so many samples (1.5 s).
const RINGING: usize = 3;
const RINGING_SAMPLES: usize = 72_000;
/// Their pitch moves by no more than this, semitones.
const RINGING_SEMITONES: f32 = 0.05;

/// How many windows of a stretch of sound are what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Texture {
    /// One note.
    pub(super) single: usize,
    /// Several.
    pub(super) several: usize,
    /// Nothing that has a pitch: strokes of drums, noise.
    pub(super) pitchless: usize,
    /// Windows of [`Self::single`] that lie in a note of 0.2 s or more.
    pub(super) in_notes: usize,
}

impl Texture {
    /// All windows in which something sounds.
    pub(super) fn sounding(&self) -> usize {
        self.single + self.several + self.pitchless
    }

    /// Adds another stretch.
    pub(super) fn add(&mut self, other: &Self) {
        self.single += other.single;
        self.several += other.several;
        self.pitchless += other.pitchless;
        self.in_notes += other.in_notes;
    }

    /// That of the samples `range` of `audio`.
    pub(super) fn of(
        eye: &Eye,
        audio: &[f32],
        frames: &Frames,
        levels: &Levels,
        cuts: &[Cut],
        range: std::ops::Range<usize>,
    ) -> Self {
        let mut texture = Self::default();
        let least_db = (levels.loudest_db - COUNTS_UNDER_LOUDEST_DB).max(levels.softest_db);
        for centre in range.step_by(HOP).map(|start| start + HOP / 2) {
            let middle = centre / FRAME_SAMPLES;
            let near =
                middle.saturating_sub(MIDDLE_FRAMES)..(middle + MIDDLE_FRAMES).min(frames.len());
            let Some(level_db) = frames
                .level_db
                .get(near.clone())
                .and_then(|db| median(db.iter().copied()))
            else {
                continue;
            };
            if level_db < least_db {
                continue;
            }
            let sight = eye.see(audio, centre);
            let tonal = sight.tonal_power() > TONAL_SHARE * sight.power;
            let pitches = &frames.semitones[near.clone()];
            let voiced = pitches.iter().filter(|pitch| !pitch.is_nan()).count();
            if !tonal && 2 * voiced < pitches.len() {
                texture.pitchless += 1;
                continue;
            }
            let Some(pitch) =
                median(pitches.iter().copied()).filter(|_| 3 * voiced > pitches.len())
            else {
                texture.several += 1;
                continue;
            };
            let low = quantile(pitches.iter().copied(), 0.1).unwrap_or(pitch);
            let high = quantile(pitches.iter().copied(), 0.9).unwrap_or(pitch);
            let ringing = ringing(cuts, centre);
            let explained =
                Series::new(to_hz(pitch), (high - low).min(1.5)).explains(&sight, &ringing);
            if explained.foreign_db() > FOREIGN_DB || explained.chord {
                texture.several += 1;
            } else {
                texture.single += 1;
                let inside = |cut: &Cut| (cut.onset..cut.end).contains(&centre);
                texture.in_notes += usize::from(cuts.iter().any(inside));
            }
        }
        texture
    }
}

/// Series of the notes that may still ring, or ring already, in the window around `centre`.
fn ringing(cuts: &[Cut], centre: usize) -> Vec<Series> {
    let near = cuts
        .iter()
        .rev()
        .filter(|cut| cut.onset < centre + WINDOW / 2 && cut.end + RINGING_SAMPLES > centre);
    near.take(RINGING)
        .map(|cut| Series::new(to_hz(cut.semitones), RINGING_SEMITONES))
        .collect()
}
