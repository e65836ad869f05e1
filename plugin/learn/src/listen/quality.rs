//! How good a recording of one note is.

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::cutting::Cut;
use super::frames::{Frames, to_hz};
use super::medians::{median, quantile};
use super::series::{Explained, Series};
use super::sight::{Eye, WINDOW};
use crate::note::Beginning;

/// Windows that are looked at in a note.
const WINDOWS: usize = 6;
/// Full scale, but for what a converter's filter makes of it.
const FULL_SCALE: f32 = 0.995;
/// Samples at full scale in a row that are no peak, and so many times in a note.
const CLIPPED_SAMPLES: usize = 3;
const CLIPPED_TIMES: usize = 3;
/// Frames of a stroke (64 ms), whose pitch does not count.
const STROKE_FRAMES: usize = 12;
/// What dies away is loudest within so many frames (0.24 s): strings beat ..
const LOUDEST_FRAMES: usize = 45;
/// .. never rises by more than this, dB, for the same reason ..
const RISES_DB: f32 = 5.0;
/// .. and falls by this, dB a second, for so many frames at most (0.8 s), and so many at least (0.2 s), as far as this
/// under its loudest, dB.
const FALLS_DB_PER_S: f32 = 3.5;
const DECAY_FRAMES: usize = 150;
const LEAST_DECAY_FRAMES: usize = 40;
const DECAY_DB: f32 = 30.0;

/// What was measured of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    /// 0 to 1.
    pub(super) quality: f32,
    /// At full scale again and again.
    pub(super) clipped: bool,
    /// Tones that are not its own, dB against its own.
    pub(super) foreign_db: f32,
    /// Middle of its pitch, a multiple put right.
    pub(super) semitones: f32,
    /// How far nine tenths of its pitch stay from the middle, semitones.
    pub(super) moves_semitones: f32,
    /// Whether it dies away from its beginning; `None` where it is too short to say.
    pub(super) dies_away: Option<bool>,
}

/// Measures the note `cut` out of `audio`; `original` is the same before anything was taken out, `noise_db` the level of
/// what lies between notes.
pub(super) fn measure(
    eye: &Eye,
    audio: &[f32],
    original: &[f32],
    frames: &Frames,
    noise_db: Option<f32>,
    cut: &Cut,
) -> Measured {
    let pitches = &frames.semitones[cut.first_frame..cut.end_frame];
    let settled = &pitches[(pitches.len() / 5).min(STROKE_FRAMES)..];
    let away = |pitch: &f32| (pitch - cut.semitones).abs();
    let moves = quantile(settled.iter().map(away), 0.9).unwrap_or(0.0);
    let voiced =
        settled.iter().filter(|pitch| !pitch.is_nan()).count() as f32 / settled.len() as f32;
    let third = (settled.len() / 3).max(1);
    let ends = [&settled[..third], &settled[settled.len() - third..]]
        .map(|part| median(part.iter().copied()).unwrap_or(cut.semitones));
    let drift = (ends[0] - ends[1]).abs();
    let explained = explanations(eye, audio, cut, moves);
    let foreign_db = median(explained.iter().map(Explained::foreign_db)).unwrap_or(-60.0);
    let chords = explained.iter().filter(|explained| explained.chord).count();
    let multiple = [2, 3].into_iter().find(|multiple| {
        let so = explained
            .iter()
            .filter(|explained| explained.multiple == *multiple)
            .count();
        2 * so > explained.len()
    });
    let clipped = clips(&original[cut.onset..cut.end]) >= CLIPPED_TIMES;
    let seconds = (cut.end - cut.onset) as f32 / SAMPLE_RATE_HZ as f32;
    let quality = ramp(foreign_db, -6.0, -30.0)
        * ramp(moves, 1.0, 0.5)
        * (0.2 + 0.8 * ramp(drift, 0.9, 0.25))
        * noise_db.map_or(1.0, |noise_db| ramp(cut.top_db - noise_db, 6.0, 36.0))
        * ramp(voiced, 0.3, 0.8)
        * (0.5 + 0.5 * ramp(seconds, 0.2, 0.4))
        * match cut.begins {
            Beginning::Silence => 1.0,
            Beginning::Slur => 0.9,
            Beginning::Again => 0.6 + 0.4 * ramp(cut.before_under_db, 3.0, 20.0),
        };
    let spoilt = clipped || 2 * chords > explained.len().max(1);
    Measured {
        quality: if spoilt { 0.0 } else { quality },
        clipped,
        foreign_db,
        semitones: cut.semitones + 12.0 * (multiple.unwrap_or(1) as f32).log2(),
        moves_semitones: moves,
        dies_away: dies_away(frames, cut),
    }
}

/// What the note's pitch explains in windows spread over it.
fn explanations(eye: &Eye, audio: &[f32], cut: &Cut, moves: f32) -> Vec<Explained> {
    let (first, last) = (cut.onset + WINDOW / 2, cut.end.saturating_sub(WINDOW / 2));
    let centres: Vec<usize> = if last <= first {
        vec![(cut.onset + cut.end) / 2]
    } else {
        let count = WINDOWS.min((last - first) / (WINDOW / 2) + 1);
        (0..count)
            .map(|n| first + (last - first) * n / count)
            .collect()
    };
    let series = Series::new(to_hz(cut.semitones), moves.min(1.0));
    centres
        .into_iter()
        .map(|centre| series.explains(&eye.see(audio, centre), &[]))
        .collect()
}

/// How often the sound is at full scale for several samples.
pub(super) fn clips(audio: &[f32]) -> usize {
    let mut times = 0;
    let mut row = 0;
    for sample in audio {
        row = if sample.abs() >= FULL_SCALE {
            row + 1
        } else {
            0
        };
        times += usize::from(row == CLIPPED_SAMPLES);
    }
    times
}

/// Whether a note dies away once it has been struck.
fn dies_away(frames: &Frames, cut: &Cut) -> Option<bool> {
    let end = (cut.end / FRAME_SAMPLES).min(frames.len());
    let begin = (cut.onset / FRAME_SAMPLES).min(end);
    let level = &frames.level_db[begin..end.min(begin + DECAY_FRAMES)];
    let loudest = (0..level.len()).max_by(|&a, &b| level[a].total_cmp(&level[b]))?;
    let from = &level[loudest.min(LOUDEST_FRAMES)..];
    let top_db = level[loudest];
    let count = from
        .iter()
        .position(|&db| db < top_db - DECAY_DB)
        .unwrap_or(from.len());
    if count < LEAST_DECAY_FRAMES {
        return None;
    }
    let from = &from[..count];
    let mut least_db = f32::INFINITY;
    // The level of a low note ripples: what rises is the mean over 64 ms.
    let rises = from
        .windows(STROKE_FRAMES)
        .map(|db| db.iter().sum::<f32>() / STROKE_FRAMES as f32)
        .any(|db| {
            least_db = least_db.min(db);
            db > least_db + RISES_DB
        });
    let falls_db_per_s = -slope(from) * SAMPLE_RATE_HZ as f32 / FRAME_SAMPLES as f32;
    Some(loudest <= LOUDEST_FRAMES && !rises && falls_db_per_s > FALLS_DB_PER_S)
}

/// Slope of the line through values one apart, by least squares.
pub(super) fn slope(values: &[f32]) -> f32 {
    let middle = (values.len() as f32 - 1.0) / 2.0;
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let (mut rise, mut run) = (0.0, 0.0);
    for (n, value) in values.iter().enumerate() {
        let x = n as f32 - middle;
        rise += x * (value - mean);
        run += x * x;
    }
    if run > 0.0 { rise / run } else { 0.0 }
}

/// 0 at `bad`, 1 at `good`, straight between.
fn ramp(value: f32, bad: f32, good: f32) -> f32 {
    ((value - bad) / (good - bad)).clamp(0.0, 1.0)
}
