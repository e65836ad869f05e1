//! How loud a note is, and how its pitch and loudness move.

use std::ops::Range;

use mynah_models::FRAME_SAMPLES;

use crate::hearing::Heard;
use crate::notes::seconds;
use crate::segmentation::Segment;
use crate::transcription::{Bend, Level};

/// The loudest note has this velocity, and one softer by a dB so many less.
const LOUDEST_VELOCITY: f32 = 120.0;
const VELOCITY_PER_DB: f32 = 4.0;
/// A note is as loud as it becomes in so many frames: 0.4 s.
const STRUCK_FRAMES: usize = 75;
/// A bend or level that differs less from the last one is not written: 4 cents, 1 dB.
const BEND_STEP_SEMITONES: f32 = 0.04;
const LEVEL_STEP_DB: f32 = 1.0;
/// The pitch goes on by no more than this from frame to frame, semitones, or is an error of the tracker, unless it is as
/// near to the note's.
const LEAP_SEMITONES: f32 = 0.8;
/// Nothing is softer under a note, dB.
const SOFTEST_LEVEL_DB: f32 = -60.0;

/// The frames of a span of samples, one at least.
fn frames(heard: &Heard, span: &Range<usize>) -> Range<usize> {
    let last = heard.level_db.len();
    let begin = (span.start / FRAME_SAMPLES).min(last.saturating_sub(1));
    begin
        ..span
            .end
            .div_ceil(FRAME_SAMPLES)
            .clamp(begin + 1, last.max(begin + 1))
}

/// How hard a note is played, 1 to 127, beside the loudest one.
pub(crate) fn velocity(heard: &Heard, span: &Range<usize>, loudest_db: f32) -> u8 {
    let frames = frames(heard, span);
    let levels = heard.level_db[frames].iter().take(STRUCK_FRAMES).copied();
    let top_db = levels.fold(f32::NEG_INFINITY, f32::max);
    let velocity = LOUDEST_VELOCITY + VELOCITY_PER_DB * (top_db - loudest_db);
    velocity.round().clamp(1.0, 127.0) as u8
}

/// How the pitch moves beside `midi`.
pub(crate) fn bends(heard: &Heard, segment: &Segment, span: &Range<usize>, midi: f32) -> Vec<Bend> {
    let own = segment.semitones - midi;
    // What is heard before the pitch is the note's is the stroke, or the note before.
    let inside = frames(heard, span).filter(|frame| (segment.begin..segment.end).contains(frame));
    let heard_bends: Vec<(usize, f32)> = inside
        .map(|frame| (frame, heard.semitones[frame] - midi))
        .filter(|(_, bend)| bend.is_finite())
        .collect();
    // A slide is right from where it leaves the pitch, and up to where it reaches it.
    let forwards = right(heard_bends.iter().map(|(_, bend)| *bend), own);
    let backwards = right(heard_bends.iter().rev().map(|(_, bend)| *bend), own);
    let is_right = forwards.iter().zip(backwards.iter().rev());
    let curve: Vec<(usize, f32)> = heard_bends
        .iter()
        .zip(is_right)
        .filter(|(_, (forwards, backwards))| **forwards || **backwards)
        .map(|(bend, _)| *bend)
        .collect();
    let first = curve.first().map_or(own, |(_, bend)| *bend);
    let mut bends = vec![Bend {
        at_s: seconds(span.start),
        semitones: first,
    }];
    let mut written = first;
    for (frame, semitones) in curve {
        if (semitones - written).abs() >= BEND_STEP_SEMITONES {
            written = semitones;
            let at_s = seconds((frame * FRAME_SAMPLES).max(span.start));
            bends.push(Bend { at_s, semitones });
        }
    }
    bends
}

/// Which bends are near to the note's own, or go on from one that is right.
fn right(bends: impl Iterator<Item = f32>, own: f32) -> Vec<bool> {
    let mut last = None;
    bends
        .map(|bend| {
            let goes_on = last.is_some_and(|last: f32| (bend - last).abs() < LEAP_SEMITONES);
            let is_right = goes_on || (bend - own).abs() < LEAP_SEMITONES;
            if is_right {
                last = Some(bend);
            }
            is_right
        })
        .collect()
}

/// How the loudness moves.
pub(crate) fn levels(heard: &Heard, span: &Range<usize>) -> Vec<Level> {
    let frames = frames(heard, span);
    let levels = heard.level_db[frames.clone()].iter().copied();
    let top_db = levels.clone().fold(f32::NEG_INFINITY, f32::max);
    let mut written: Vec<Level> = Vec::new();
    for (frame, level_db) in frames.zip(levels) {
        let level_db = (level_db - top_db).max(SOFTEST_LEVEL_DB);
        let moves = |last: &Level| (level_db - last.level_db).abs() >= LEVEL_STEP_DB;
        if written.last().is_none_or(moves) {
            let at_s = seconds((frame * FRAME_SAMPLES).max(span.start));
            written.push(Level { at_s, level_db });
        }
    }
    written
}
