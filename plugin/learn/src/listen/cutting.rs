//! Frames into notes: where each begins and ends, what its pitch is, how it begins.

use mynah_models::FRAME_SAMPLES;

use super::frames::Frames;
use super::medians::{median, quantile};
use super::onset;
use super::pitch_runs::{self, Run};
use crate::note::Beginning;

/// What is so much softer than the loudest, or softer than this, is no note, dB.
const SOFTEST_UNDER_LOUDEST_DB: f32 = 45.0;
const SOFTEST_DB: f32 = -70.0;
/// .. nor what is not so much louder than the noise, dB.
const OVER_NOISE_DB: f32 = 8.0;
/// What is nearer to the loudest than this is a soft note rather than noise, dB.
const NOISE_UNDER_LOUDEST_DB: f32 = 36.0;
/// A stroke is new by this, dB, the most new for so many frames around (32 ms) ..
const STROKE_DB: f32 = 3.0;
const STROKE_APART_FRAMES: usize = 6;
/// .. and by so much more than what is new on average for so many frames around (0.1 s).
const STROKE_RATIO: f32 = 1.8;
const STROKE_AROUND_FRAMES: usize = 20;
/// Where a pitch begins without a stroke, a stroke is new by this at least, dB.
const SOFT_STROKE_DB: f32 = 1.2;
/// .. and no more than this before it: 43 ms.
const SOFT_LATE_FRAMES: usize = 8;
/// A stroke within this of where a pitch is first heard begins that note: the pitch is heard later, up to 0.13 s.
const HEARD_LATE_FRAMES: usize = 24;
const HEARD_EARLY_FRAMES: usize = 6;
/// Parts of a note that a stroke would leave shorter than this are not taken apart: 75 ms.
const LEAST_PART_FRAMES: usize = 14;
/// A note is over when it is so much under its loudest moment, dB ..
const OVER_UNDER_TOP_DB: f32 = 40.0;
/// .. or goes on without its pitch for so many frames (0.1 s).
const PITCHLESS_FRAMES: usize = 18;
/// What has been so much under a note comes out of silence, dB, within so many frames before it (75 ms).
const FROM_SILENCE_DB: f32 = 20.0;
const BEFORE_FRAMES: usize = 14;
/// Another pitch without a rise by this, from the dip before it, is slurred, dB.
const SLUR_DB: f32 = 6.0;
/// What goes on softer than this under a note's loudest moment, dB, so near to its pitch or to where one of its first
/// partials would be its pitch, semitones, is left of it.
const FALLEN_DB: f32 = 10.0;
const SAME_SEMITONES: f32 = 0.6;
const PARTIAL_SEMITONES: [f32; 4] = [12.0, 19.02, 24.0, 7.02];
/// What is shorter is a slide, an ornament, or too short to measure: 0.2 s.
pub(super) const LEAST_FRAMES: usize = 38;
/// The middle of the pitch is that of what comes after so many frames (64 ms), while there is enough of it.
const SETTLED_FRAMES: usize = 12;

/// A note, as frames and samples of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cut {
    /// Where it begins, samples.
    pub(super) onset: usize,
    /// Where it is over or the next begins, samples.
    pub(super) end: usize,
    /// Its pitch is heard from here ..
    pub(super) first_frame: usize,
    /// .. to before here.
    pub(super) end_frame: usize,
    /// Middle of its pitch.
    pub(super) semitones: f32,
    /// How it begins.
    pub(super) begins: Beginning,
    /// Its loudest moment, dB.
    pub(super) top_db: f32,
    /// It is struck, but out of another pitch that does not become softer first: what a held instrument slurs.
    pub(super) slurred_if_held: bool,
    /// The loudest of the 21 ms before it, under its loudest moment, dB, positive: what rings over.
    pub(super) before_under_db: f32,
}

/// Levels that decide what is a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    /// The loudest there is, but for a moment, dB.
    pub(super) loudest_db: f32,
    /// The noise: the softest there is, but for a moment, dB.
    pub(super) noise_db: f32,
    /// What is softer is no note, dB.
    pub(super) softest_db: f32,
}

impl Levels {
    /// Those of a stretch of sound.
    pub(super) fn of(level_db: &[f32]) -> Self {
        let level = |share| quantile(level_db.iter().copied(), share).unwrap_or(-100.0);
        let (loudest_db, noise_db) = (level(0.99), level(0.05));
        // Where something sounds all the time, the softest is no noise.
        let over_noise_db = (noise_db + OVER_NOISE_DB).min(loudest_db - NOISE_UNDER_LOUDEST_DB);
        Self {
            loudest_db,
            noise_db,
            softest_db: (loudest_db - SOFTEST_UNDER_LOUDEST_DB)
                .max(SOFTEST_DB)
                .max(over_noise_db),
        }
    }
}

/// Frames in which something new is struck.
pub(super) fn strokes(frames: &Frames, levels: &Levels) -> Vec<usize> {
    let flux = &frames.flux_db;
    let around = |frame: usize, reach: usize| {
        &flux[frame.saturating_sub(reach)..(frame + reach + 1).min(flux.len())]
    };
    let is_stroke = |&frame: &usize| {
        let new = flux[frame];
        let near = around(frame, STROKE_AROUND_FRAMES);
        let usual = near.iter().sum::<f32>() / near.len() as f32;
        // It is loud a moment later.
        let soon = &frames.level_db[frame..(frame + STROKE_APART_FRAMES).min(flux.len())];
        new > STROKE_DB
            && new > STROKE_RATIO * usual
            && soon.iter().any(|&db| db > levels.softest_db)
            && around(frame, STROKE_APART_FRAMES)
                .iter()
                .all(|&other| other <= new)
    };
    (0..flux.len()).filter(is_stroke).collect()
}

/// The notes of a stretch of sound, those of less than 0.2 s left out.
pub(super) fn cut(frames: &Frames, audio: &[f32], levels: &Levels) -> Vec<Cut> {
    let strokes = strokes(frames, levels);
    let mut audible = frames.clone();
    for (semitones, &db) in audible.semitones.iter_mut().zip(&frames.level_db) {
        if db < levels.softest_db {
            *semitones = f32::NAN;
        }
    }
    let runs = parted(&audible, pitch_runs::runs(&audible, &strokes), &strokes);
    let begun_runs = begun(&runs, &strokes, &frames.flux_db);
    let mut cuts: Vec<Cut> = Vec::with_capacity(begun_runs.len());
    for (index, begun) in begun_runs.iter().enumerate() {
        let next = begun_after(&runs, &strokes, index, frames.len());
        let before = index
            .checked_sub(1)
            .map(|before| begun_runs[before].run.semitones);
        let cut = note(&audible, audio, levels, begun, before, next);
        if cuts
            .last()
            .is_some_and(|before| is_tail(frames, before, &cut))
        {
            continue;
        }
        if let Some(before) = cuts.last_mut() {
            before.end = before.end.min(cut.onset.max(before.onset));
        }
        cuts.push(cut);
    }
    cuts.retain(|cut| cut.end.saturating_sub(cut.onset) >= LEAST_FRAMES * FRAME_SAMPLES);
    cuts
}

/// A run with the stroke it begins with.
#[derive(Clone, Copy, Debug)]
struct Begun {
    run: Run,
    stroke: Option<usize>,
}

/// Runs in which something is struck anew, parted there.
fn parted(frames: &Frames, runs: Vec<Run>, strokes: &[usize]) -> Vec<Run> {
    let mut parts = Vec::with_capacity(runs.len());
    for mut run in runs {
        for &stroke in strokes {
            let inside =
                stroke >= run.begin + LEAST_PART_FRAMES && stroke + LEAST_PART_FRAMES < run.end;
            if inside {
                parts.push(Run { end: stroke, ..run });
                run.begin = stroke;
            }
        }
        parts.push(run);
    }
    for part in &mut parts {
        part.semitones = settled(frames, part);
    }
    parts
}

/// The middle of a pitch once it has settled.
fn settled(frames: &Frames, run: &Run) -> f32 {
    let skipped = SETTLED_FRAMES.min(run.frames() / 4);
    median(
        frames.semitones[run.begin + skipped..run.end]
            .iter()
            .copied(),
    )
    .unwrap_or(run.semitones)
}

fn begun(runs: &[Run], strokes: &[usize], flux_db: &[f32]) -> Vec<Begun> {
    let with_stroke = |(index, run): (usize, &Run)| {
        let before = index
            .checked_sub(1)
            .map_or(0, |before| runs[before].begin + LEAST_PART_FRAMES);
        let mut near = strokes.iter().copied().filter(|&stroke| {
            stroke >= before
                && stroke + HEARD_LATE_FRAMES >= run.begin
                && stroke <= run.begin + HEARD_EARLY_FRAMES
        });
        // The last of them: what is struck before it is noise of the stroke, or another note.
        Begun {
            run: *run,
            stroke: near
                .next_back()
                .or_else(|| soft_stroke(flux_db, before, run.begin)),
        }
    };
    runs.iter().enumerate().map(with_stroke).collect()
}

/// Where what is new is most, of a note that begins without a stroke that stands out.
fn soft_stroke(flux_db: &[f32], earliest: usize, begin: usize) -> Option<usize> {
    let from = begin.saturating_sub(SOFT_LATE_FRAMES).max(earliest);
    let to = (begin + HEARD_EARLY_FRAMES).min(flux_db.len());
    let most = (from..to).max_by(|&a, &b| flux_db[a].total_cmp(&flux_db[b]))?;
    let around = &flux_db[most.saturating_sub(STROKE_AROUND_FRAMES)
        ..(most + STROKE_AROUND_FRAMES).min(flux_db.len())];
    let usual = around.iter().sum::<f32>() / around.len() as f32;
    (flux_db[most] > SOFT_STROKE_DB && flux_db[most] > STROKE_RATIO * usual).then_some(most)
}

/// The frame in which what comes after a note begins: the next run, or a stroke that has no pitch.
fn begun_after(runs: &[Run], strokes: &[usize], index: usize, frames: usize) -> usize {
    let run = &runs[index];
    let next = runs.get(index + 1).map_or(frames, |next| next.begin);
    let stroke = strokes.iter().copied().find(|&stroke| {
        stroke + HEARD_EARLY_FRAMES > run.end && stroke > run.begin + LEAST_PART_FRAMES
    });
    stroke.map_or(next, |stroke| stroke.min(next))
}

fn note(
    frames: &Frames,
    audio: &[f32],
    levels: &Levels,
    begun: &Begun,
    before_semitones: Option<f32>,
    next: usize,
) -> Cut {
    let run = begun.run;
    let top_db = loudest(&frames.level_db[run.begin..run.end]);
    let over_db = (top_db - OVER_UNDER_TOP_DB).max(levels.softest_db);
    let mut end = run.begin + 1;
    let mut pitchless = 0;
    while end < next.max(run.begin + 1) && frames.level_db[end.min(frames.len() - 1)] >= over_db {
        let outside = frames.semitones[end].is_nan() && end >= run.end;
        pitchless = if outside { pitchless + 1 } else { 0 };
        end += 1;
        if pitchless >= PITCHLESS_FRAMES {
            end -= pitchless;
            break;
        }
    }
    let rough = begun.stroke.unwrap_or(run.begin);
    let before = &frames.level_db[rough.saturating_sub(BEFORE_FRAMES)..=rough];
    let least_db = before.iter().copied().fold(top_db, f32::min);
    let from_db = if rough < BEFORE_FRAMES {
        -100.0
    } else {
        least_db
    };
    let early = &frames.level_db[rough..(rough + BEFORE_FRAMES).min(frames.len())];
    let rise_db = loudest(early) - from_db;
    let begins = if from_db < loudest(early).min(top_db) - FROM_SILENCE_DB {
        Beginning::Silence
    } else if begun.stroke.is_some() || rise_db >= SLUR_DB {
        Beginning::Again
    } else {
        Beginning::Slur
    };
    let leaves_pitch =
        before_semitones.is_some_and(|before| (before - run.semitones).abs() > SAME_SEMITONES);
    let onset = onset::refined(audio, rough * FRAME_SAMPLES, begins);
    let at = (onset / FRAME_SAMPLES).min(frames.len());
    let shortly_before = &frames.level_db[at.saturating_sub(6)..at.saturating_sub(2)];
    Cut {
        onset,
        end: (end * FRAME_SAMPLES).min(audio.len()),
        first_frame: run.begin,
        end_frame: end.min(run.end).max(run.begin + 1),
        semitones: run.semitones,
        begins,
        slurred_if_held: begins == Beginning::Again && rise_db < SLUR_DB && leaves_pitch,
        top_db,
        before_under_db: if shortly_before.is_empty() {
            100.0
        } else {
            top_db - loudest(shortly_before)
        },
    }
}

/// Whether a note is what is left of the one before, heard anew or an octave or so off.
fn is_tail(frames: &Frames, before: &Cut, cut: &Cut) -> bool {
    if cut.begins != Beginning::Slur {
        return false;
    }
    let interval = (cut.semitones - before.semitones).abs();
    let same = interval < SAME_SEMITONES;
    let partial = PARTIAL_SEMITONES
        .iter()
        .any(|partial| (interval - partial).abs() < SAME_SEMITONES);
    let left_db = loudest(
        &frames.level_db
            [before.first_frame.max(before.end_frame.saturating_sub(4))..before.end_frame],
    );
    same || (partial && cut.top_db < before.top_db - FALLEN_DB && cut.top_db < left_db + 1.0)
}

fn loudest(level_db: &[f32]) -> f32 {
    level_db.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}
