//! Segments into notes: slides and tails are joined, and where a note begins and is over is looked up in the waveform.

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use crate::curves::{bends, levels, velocity};
use crate::hearing::Heard;
use crate::medians::{median, quantile};
use crate::segmentation::{Segment, segments};
use crate::strokes::strokes;
use crate::transcription::TranscribedNote;

/// What is so much softer than the loudest, or softer than this, is no note, dB.
const SOFTEST_UNDER_LOUDEST_DB: f32 = 42.0;
const SOFTEST_DB: f32 = -62.0;
/// .. nor what is not so much louder than the noise, dB.
const OVER_NOISE_DB: f32 = 8.0;
/// What is nearer to the loudest than this is a soft note rather than noise, dB.
const NOISE_UNDER_LOUDEST_DB: f32 = 36.0;
/// A note is over where it is so much under its loudest moment, dB.
const OVER_UNDER_TOP_DB: f32 = 32.0;
/// A note has so many frames with its pitch at least (37 ms), so near to it, semitones ..
const LEAST_PITCHED_FRAMES: usize = 7;
const NEAR_SEMITONES: f32 = 0.9;
/// .. and, in so many frames on end (43 ms), it moves by no more than this and is not so much softer than at its
/// loudest: what moves more is a slide.
const PLATEAU_FRAMES: usize = 8;
const PLATEAU_SEMITONES: f32 = 0.4;
const PLATEAU_DB: f32 = 6.0;
/// What is longer (0.16 s) is not only the way from one note to another.
const LONG_FRAMES: usize = 30;
/// The middle of the pitch is that of what comes after so many frames (64 ms), while there is enough of it.
const SETTLED_FRAMES: usize = 12;
/// What has been so much under a note comes out of silence, dB, within so many frames before it (75 ms).
const FROM_SILENCE_DB: f32 = 20.0;
const BEFORE_FRAMES: usize = 14;
/// A stroke within so many frames of where a pitch is found (64 and 32 ms) begins that note.
const STROKE_BEFORE_FRAMES: usize = 12;
const STROKE_AFTER_FRAMES: usize = 6;
/// What goes on without a stroke and softer than this under a note's loudest moment, dB, near to its pitch or to one of its
/// first partials, semitones, is left of it.
const FALLEN_DB: f32 = 10.0;
const SAME_SEMITONES: f32 = 0.6;
const PARTIAL_SEMITONES: [f32; 4] = [12.0, 19.02, 24.0, 7.02];
/// .. and follows within so many frames: 64 ms.
const LEFT_FRAMES: usize = 12;
/// Another pitch without a rise by this, dB, is slurred, whatever else is heard; it is heard so many frames late: 11 ms.
const SLUR_DB: f32 = 3.0;
const SLUR_LATE_FRAMES: usize = 2;
/// The same pitch again without a rise by this, dB, from the softest of so many frames before (32 ms) to the loudest of so
/// many after (43 ms), which then falls by that within so many (64 ms), is the note's end that was taken for a beginning.
const RISE_DB: f32 = 1.0;
const RELEASE_DB: f32 = 4.0;
const RELEASE_FRAMES: usize = 12;
const RISE_BEFORE_FRAMES: usize = 6;
const RISE_AFTER_FRAMES: usize = 8;

/// The notes of a recording in which one sounds at a time.
pub(crate) fn of_one_voice(heard: &Heard) -> Vec<TranscribedNote> {
    let level = |share| quantile(heard.level_db.iter().copied(), share).unwrap_or(-100.0);
    let (loudest_db, noise_db) = (level(0.99), level(0.05));
    // Where something sounds all the time, the softest is no noise.
    let over_noise_db = (noise_db + OVER_NOISE_DB).min(loudest_db - NOISE_UNDER_LOUDEST_DB);
    let softest_db = (loudest_db - SOFTEST_UNDER_LOUDEST_DB)
        .max(SOFTEST_DB)
        .max(over_noise_db);
    let strokes = strokes(&heard.begins);
    let mut found = segments(heard, &strokes, softest_db);
    join_slides(heard, &mut found);
    found.retain(|segment| is_pitched(heard, segment));
    for segment in &mut found {
        segment.semitones = settled(heard, segment);
    }
    drop_tails(heard, &strokes, &mut found);
    let onsets: Vec<usize> = (0..found.len())
        .map(|index| onset(heard, &strokes, &found, index))
        .collect();
    let top_db = |segment: &Segment| {
        let levels = &heard.level_db[segment.begin..segment.end];
        levels.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    };
    let loudest_db = found.iter().map(top_db).fold(f32::NEG_INFINITY, f32::max);
    let mut notes = Vec::with_capacity(found.len());
    for (index, segment) in found.iter().enumerate() {
        let next = onsets.get(index + 1).copied().unwrap_or(heard.samples);
        let over = over(heard, segment, softest_db) * FRAME_SAMPLES;
        let end = over.min(next).max(onsets[index] + FRAME_SAMPLES);
        let midi = segment.semitones.round().clamp(0.0, 127.0);
        let span = onsets[index]..end;
        notes.push(TranscribedNote {
            onset_s: seconds(span.start),
            offset_s: seconds(span.end),
            midi: midi as u8,
            velocity: velocity(heard, &span, loudest_db),
            bends: bends(heard, segment, &span, midi),
            levels: levels(heard, &span),
        });
    }
    notes
}

pub(crate) fn seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE_HZ)
}

/// Whether the pitch stays for a moment, while the note is loud: what dies away is held by the tracker.
fn has_plateau(heard: &Heard, segment: &Segment) -> bool {
    let levels = &heard.level_db[segment.begin..segment.end];
    let top_db = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let pitches = &heard.semitones[segment.begin..segment.end];
    let windows = pitches.windows(PLATEAU_FRAMES);
    let mut windows = windows.zip(levels.windows(PLATEAU_FRAMES));
    windows.any(|(pitches, levels)| {
        let near = |pitch: &f32| (pitch - segment.semitones).abs() < NEAR_SEMITONES;
        let least = pitches.iter().copied().fold(f32::INFINITY, f32::min);
        let most = pitches.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        pitches.iter().all(near)
            && most - least < PLATEAU_SEMITONES
            && levels.iter().all(|db| *db > top_db - PLATEAU_DB)
    })
}

/// Gives what is only the way from one note to the next to both of them, each the frames that are nearer to its pitch.
fn join_slides(heard: &Heard, segments: &mut Vec<Segment>) {
    let is_slide = |segments: &[Segment], index: usize| {
        let segment = &segments[index];
        let before = index.checked_sub(1).map(|before| &segments[before]);
        let after = segments.get(index + 1);
        segment.frames() < LONG_FRAMES
            && before.is_some_and(|before| before.end == segment.begin)
            && after.is_some_and(|after| segment.end == after.begin)
            && !has_plateau(heard, segment)
    };
    let slides: Vec<bool> = (0..segments.len())
        .map(|index| is_slide(segments, index))
        .collect();
    let mut joined: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut index = 0;
    while index < segments.len() {
        if !slides[index] {
            joined.push(segments[index]);
            index += 1;
            continue;
        }
        let mut next = index;
        while slides[next] {
            next += 1;
        }
        let (from, to) = (joined[joined.len() - 1], segments[next]);
        let middle = 0.5 * (from.semitones + to.semitones);
        let nearer_to_next = |frame: &usize| {
            let pitch = heard.semitones[*frame];
            (pitch - middle) * (to.semitones - from.semitones) > 0.0
        };
        let begin = (from.end..to.begin).find(nearer_to_next);
        let begin = begin.unwrap_or(to.begin);
        if let Some(last) = joined.last_mut() {
            last.end = begin;
        }
        segments[next].begin = begin;
        index = next;
    }
    *segments = joined;
}

fn is_pitched(heard: &Heard, segment: &Segment) -> bool {
    let near = |pitch: &&f32| (*pitch - segment.semitones).abs() < NEAR_SEMITONES;
    let pitches = &heard.semitones[segment.begin..segment.end];
    pitches.iter().filter(near).count() >= LEAST_PITCHED_FRAMES && has_plateau(heard, segment)
}

/// The middle of the pitch once it has settled, of what is no error of the tracker.
fn settled(heard: &Heard, segment: &Segment) -> f32 {
    let skipped = SETTLED_FRAMES.min(segment.frames() / 4);
    let pitches = heard.semitones[segment.begin + skipped..segment.end].iter();
    let near = pitches.filter(|pitch| (*pitch - segment.semitones).abs() < 1.5 * NEAR_SEMITONES);
    median(near.copied()).unwrap_or(segment.semitones)
}

/// The surest stroke that may begin a segment.
fn stroke_of(strokes: &[f32], segments: &[Segment], index: usize) -> Option<usize> {
    let begin = segments[index].begin;
    let earliest = index
        .checked_sub(1)
        .map_or(0, |before| segments[before].begin + STROKE_AFTER_FRAMES + 1);
    let from = begin.saturating_sub(STROKE_BEFORE_FRAMES).max(earliest);
    let to = (begin + STROKE_AFTER_FRAMES + 1).min(strokes.len());
    let found = (from..to).max_by(|a, b| strokes[*a].total_cmp(&strokes[*b]))?;
    strokes[found].is_finite().then_some(found)
}

/// Drops what is left of the note before, heard anew or an octave or so off.
fn drop_tails(heard: &Heard, strokes: &[f32], segments: &mut Vec<Segment>) {
    let loudest = |from: usize, to: usize| {
        let levels = heard.level_db[from..to].iter().copied();
        levels.fold(f32::NEG_INFINITY, f32::max)
    };
    let mut index = 1;
    while index < segments.len() {
        let (before, segment) = (segments[index - 1], segments[index]);
        let interval = (segment.semitones - before.semitones).abs();
        let partial = PARTIAL_SEMITONES
            .iter()
            .any(|partial| (interval - partial).abs() < SAME_SEMITONES);
        let top_db = loudest(segment.begin, segment.end);
        let left_db = loudest(before.begin.max(before.end.saturating_sub(4)), before.end);
        let falls = top_db < left_db + 1.0;
        let fallen = top_db < loudest(before.begin, before.end) - FALLEN_DB;
        let is_same = interval < SAME_SEMITONES;
        let no_stroke = stroke_of(strokes, segments, index).is_none();
        let is_left = segment.begin - before.end < LEFT_FRAMES
            && (is_same && is_release(heard, &segment)
                || no_stroke && falls && (is_same || partial && fallen));
        if is_left {
            segments.remove(index);
            if is_same {
                segments[index - 1].end = segment.end;
            }
        } else {
            index += 1;
        }
    }
}

/// Whether a segment only becomes softer from its beginning on.
fn is_release(heard: &Heard, segment: &Segment) -> bool {
    let soon = (segment.begin + RELEASE_FRAMES).min(segment.end - 1);
    let falls_db = heard.level_db[segment.begin] - heard.level_db[soon];
    rise_db(heard, segment.begin) < RISE_DB && falls_db > RELEASE_DB
}

/// By how much it becomes louder about a frame, dB.
fn rise_db(heard: &Heard, frame: usize) -> f32 {
    let levels = &heard.level_db;
    let before = levels[frame.saturating_sub(RISE_BEFORE_FRAMES)..=frame].iter();
    let after = levels[frame..(frame + RISE_AFTER_FRAMES).min(levels.len())].iter();
    let softest_db = before.copied().fold(f32::INFINITY, f32::min);
    after.copied().fold(f32::NEG_INFINITY, f32::max) - softest_db
}

/// The sample in which a segment's note begins.
fn onset(heard: &Heard, strokes: &[f32], segments: &[Segment], index: usize) -> usize {
    let segment = &segments[index];
    let stroke = stroke_of(strokes, segments, index);
    let rough = stroke.unwrap_or(segment.begin);
    let before = &heard.level_db[rough.saturating_sub(BEFORE_FRAMES)..=rough];
    let least_db = before.iter().copied().fold(f32::INFINITY, f32::min);
    let early = &heard.level_db[rough..(rough + BEFORE_FRAMES).min(heard.level_db.len())];
    let early_db = early.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let out_of_silence = rough < BEFORE_FRAMES || least_db < early_db - FROM_SILENCE_DB;
    let found = if is_slurred(heard, segments, index, rough, stroke.is_some()) && !out_of_silence {
        slurred(heard, segments, index).saturating_sub(SLUR_LATE_FRAMES) * FRAME_SAMPLES
    } else {
        let rough = rough * FRAME_SAMPLES;
        heard.envelope.begin_near(rough, out_of_silence)
    };
    // Notes do not overtake one another.
    let earliest = index
        .checked_sub(1)
        .map_or(0, |before| segments[before].begin);
    found.max(earliest * FRAME_SAMPLES).min(heard.samples)
}

/// Whether a segment's note comes out of the one before without being struck: another pitch, about as loud.
fn is_slurred(
    heard: &Heard,
    segments: &[Segment],
    index: usize,
    rough: usize,
    has_stroke: bool,
) -> bool {
    let Some(before) = index.checked_sub(1).map(|before| &segments[before]) else {
        return !has_stroke;
    };
    let segment = &segments[index];
    let is_other = (segment.semitones - before.semitones).abs() > SAME_SEMITONES;
    let touches = segment.begin - before.end < LEFT_FRAMES;
    !has_stroke || is_other && touches && rise_db(heard, rough) < SLUR_DB
}

/// The frame from which on the pitch is nearer to a segment's than to the one's before.
fn slurred(heard: &Heard, segments: &[Segment], index: usize) -> usize {
    let segment = &segments[index];
    let Some(before) = index.checked_sub(1).map(|before| &segments[before]) else {
        return segment.begin;
    };
    let nearer = |frame: &usize| {
        let pitch = heard.semitones[*frame];
        (pitch - segment.semitones).abs() < (pitch - before.semitones).abs()
    };
    let to = (segment.begin + PLATEAU_FRAMES).min(segment.end);
    (segment.begin..to).find(nearer).unwrap_or(segment.begin)
}

/// The frame in which a segment's note is over.
fn over(heard: &Heard, segment: &Segment, softest_db: f32) -> usize {
    let levels = &heard.level_db[segment.begin..segment.end];
    let top_db = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let over_db = (top_db - OVER_UNDER_TOP_DB).max(softest_db);
    let last = levels.iter().rposition(|db| *db >= over_db);
    segment.begin + last.map_or(1, |last| last + 1)
}
