//! Stretches of one pitch: what vibrato, an octave error or a frame without pitch splits is joined.

use super::frames::Frames;
use super::medians::median;

/// A pitch stays so near to the middle of its stretch, semitones: vibrato does.
const NEAR_SEMITONES: f32 = 0.8;
/// .. and does not leap further from frame to frame.
const LEAP_SEMITONES: f32 = 0.45;
/// The middle is that of the last so many frames (0.16 s), more than a turn of vibrato.
const MIDDLE_FRAMES: usize = 30;
/// What is shorter than this (32 ms) is an error or a part of a slide.
const LEAST_FRAMES: usize = 6;
/// Two stretches of one pitch are one where less than this is between them (96 ms) ..
const GAP_FRAMES: usize = 18;
/// .. and their middles are as near as this.
const SAME_SEMITONES: f32 = 0.6;
/// What lies between is no louder than both by this, and not softer by this, dB.
const DIP_DB: f32 = 12.0;
/// A stretch as short as this (0.13 s) beside one an octave, a twelfth or two octaves away is taken for an error.
const ERROR_FRAMES: usize = 24;
const ERROR_SEMITONES: [f32; 4] = [12.0, 19.02, 24.0, 7.02];
const ERROR_NEAR_SEMITONES: f32 = 0.5;

/// A stretch of one pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// First frame.
    pub(super) begin: usize,
    /// The frame after the last.
    pub(super) end: usize,
    /// Middle, 69 for 440 Hz.
    pub(super) semitones: f32,
}

impl Run {
    pub(super) fn frames(&self) -> usize {
        self.end - self.begin
    }
}

/// The stretches of one pitch among `frames`. `strokes` are frames in which something new is struck: nothing is joined
/// over them.
pub(super) fn runs(frames: &Frames, strokes: &[usize]) -> Vec<Run> {
    let mut found = raw_runs(&frames.semitones);
    found.retain(|run| run.frames() >= LEAST_FRAMES);
    let struck = |from: usize, to: usize| strokes.iter().any(|stroke| (from..to).contains(stroke));
    join(frames, &mut found, &struck);
    drop_errors(&mut found);
    join(frames, &mut found, &struck);
    found
}

fn raw_runs(semitones: &[f32]) -> Vec<Run> {
    let mut found = Vec::new();
    let mut begin = 0;
    while begin < semitones.len() {
        if semitones[begin].is_nan() {
            begin += 1;
            continue;
        }
        let mut end = begin + 1;
        while end < semitones.len() {
            let latest = semitones[begin.max(end.saturating_sub(MIDDLE_FRAMES))..end].iter();
            let middle = median(latest.copied()).unwrap_or(f32::NAN);
            let stays = (semitones[end] - middle).abs() < NEAR_SEMITONES
                && (semitones[end] - semitones[end - 1]).abs() < LEAP_SEMITONES;
            if !stays {
                break;
            }
            end += 1;
        }
        found.push(Run {
            begin,
            end,
            semitones: middle_of(semitones, begin, end),
        });
        begin = end;
    }
    found
}

fn middle_of(semitones: &[f32], begin: usize, end: usize) -> f32 {
    median(semitones[begin..end].iter().copied()).unwrap_or(f32::NAN)
}

fn join(frames: &Frames, runs: &mut Vec<Run>, struck: &impl Fn(usize, usize) -> bool) {
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs.drain(..) {
        let Some(last) = joined.last_mut() else {
            joined.push(run);
            continue;
        };
        let one = (last.semitones - run.semitones).abs() < SAME_SEMITONES
            && run.begin - last.end < GAP_FRAMES
            && !struck(last.end, run.begin + 1)
            && !dips(frames, last, &run);
        if one {
            last.end = run.end;
            last.semitones = middle_of(&frames.semitones, last.begin, last.end);
        } else {
            joined.push(run);
        }
    }
    *runs = joined;
}

/// Whether it is softer between two stretches than in both.
fn dips(frames: &Frames, before: &Run, after: &Run) -> bool {
    let level = |from: usize, to: usize| median(frames.level_db[from..to].iter().copied());
    let between = frames.level_db[before.end..after.begin]
        .iter()
        .fold(f32::INFINITY, |least, &db| least.min(db));
    let around = level(
        before.end.saturating_sub(GAP_FRAMES).max(before.begin),
        before.end,
    )
    .zip(level(after.begin, after.end.min(after.begin + GAP_FRAMES)))
    .map_or(f32::NEG_INFINITY, |(a, b)| a.min(b));
    between < around - DIP_DB
}

/// Short stretches that are an octave or the like from the one they touch.
fn drop_errors(runs: &mut Vec<Run>) {
    let is_error = |index: usize, runs: &[Run]| {
        let run = &runs[index];
        let wrong = |other: &Run| {
            let gap = run.begin.saturating_sub(other.end) + other.begin.saturating_sub(run.end);
            let interval = (run.semitones - other.semitones).abs();
            let near = |error: &f32| (interval - error).abs() < ERROR_NEAR_SEMITONES;
            gap < LEAST_FRAMES
                && other.frames() > 2 * run.frames()
                && ERROR_SEMITONES.iter().any(near)
        };
        let before = index.checked_sub(1).and_then(|before| runs.get(before));
        run.frames() < ERROR_FRAMES
            && [before, runs.get(index + 1)]
                .into_iter()
                .flatten()
                .any(wrong)
    };
    let errors: Vec<bool> = (0..runs.len()).map(|index| is_error(index, runs)).collect();
    let mut errors = errors.into_iter();
    runs.retain(|_| !errors.next().unwrap_or(false));
}
