//! How much of a recording is in what was made of it: its pitch, its loudness, its notes and what happens within them, as the
//! chain's own ears hear both.

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use mynah_transcribe::{TranscribedNote, Transcription};
use serde::Serialize;

use crate::commands::page::{Moment, correlation, median, rms, top_db};

/// What is softer than the loudest moment by more than this is no playing, dB.
const SOFTEST_DB: f32 = 40.0;
/// A pitch is right within this, semitones.
const RIGHT_SEMITONES: f32 = 0.5;
/// A note is the same if it begins within so many seconds of where it did.
const NEAR_S: f64 = 0.1;
/// Within a note means so long after its beginning and before its end, seconds ..
const AFTER_S: f64 = 0.06;
const BEFORE_S: f64 = 0.03;
/// .. and shorter rests of notes tell nothing (80 ms).
const LEAST_FRAMES: usize = 15;
/// Two notes are slurred if no more than this is between them, seconds.
const SLUR_S: f64 = 0.04;
/// The way from one pitch to the next is looked for so far before and after the second begins, seconds ..
const WAY_S: f64 = 0.08;
/// .. among notes at least so far apart, semitones; between them means so far from either ..
const APART_SEMITONES: f32 = 0.9;
const BETWEEN_SEMITONES: f32 = 0.3;
/// .. for so many frames: 21 ms.
const SLIDE_FRAMES: usize = 4;
/// What moves within a note may be late by so many frames: 32 ms.
const LATE_FRAMES: usize = 6;

/// A sound as it is heard.
pub(super) struct Heard {
    pub(super) moments: Vec<Moment>,
    pub(super) written: Transcription,
}

/// What happens within the notes of a recording, and between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Playing {
    pub(super) notes: usize,
    /// How far the pitch moves within notes: root of the mean square about each note's middle, cents.
    pub(super) movement_cents: f64,
    /// How far the loudness moves within notes, likewise, dB.
    pub(super) swell_db: f64,
    /// How many changes of note slide.
    pub(super) slides: usize,
    /// Share of the time that sounds in which no pitch is heard, 0 to 1: breaths, strokes, consonants.
    pub(super) unpitched_share: f64,
}

/// How much of it is in a sound that was made of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Kept {
    /// Which sound.
    pub(super) name: &'static str,
    /// Of the time in which the recording has a pitch, the share in which it is there within 50 cents, 0 to 1.
    pub(super) pitch_share: f64,
    /// How far the pitch is off where both have one: the median, cents.
    pub(super) pitch_off_cents: Option<f64>,
    /// How far the loudness goes with that of the recording: the correlation of the two in dB, -1 to 1.
    pub(super) level_correlation: f64,
    /// How far it is off, but for what all of it is louder or softer: root of the mean square, dB.
    pub(super) level_off_db: f64,
    /// Share of the recording's notes that are there, the same semitone within 100 ms, 0 to 1.
    pub(super) notes_share: f64,
    /// How many notes there are besides.
    pub(super) notes_more: usize,
    /// How far the beginnings of these notes are off: the median, ms.
    pub(super) onsets_off_ms: Option<f64>,
    /// The same of what is played.
    pub(super) playing: Playing,
    /// How far the movement of pitch within notes is the recording's, up to 32 ms late: correlation, -1 to 1.
    pub(super) movement_correlation: f64,
    /// The same of the movement of loudness.
    pub(super) swell_correlation: f64,
    /// How many of the recording's slides slide.
    pub(super) slides_kept: usize,
    /// Share of the recording's time without a pitch in which this sounds, 0 to 1; none where there is no such time.
    pub(super) unpitched_kept: Option<f64>,
}

impl Kept {
    /// Of what was made of `source`, moved by so many octaves.
    pub(super) fn of(name: &'static str, source: &Heard, made: &Heard, octaves: i32) -> Kept {
        let up = 12.0 * octaves as f32;
        let notes = &source.written.notes;
        let (mut right, mut pitched, mut off_cents) = (0, 0, Vec::new());
        let (mut levels, mut unpitched, mut sounding) = (Vec::new(), 0, 0);
        let (least_db, least_made_db) = (least_db(source), least_db(made));
        let pairs = source.moments.iter().zip(&made.moments);
        for (wanted, got) in pairs.filter(|(wanted, _)| wanted.loudness_db >= least_db) {
            levels.push((f64::from(wanted.loudness_db), f64::from(got.loudness_db)));
            let Some(semitones) = wanted.semitones else {
                unpitched += 1;
                sounding += usize::from(got.loudness_db >= least_made_db);
                continue;
            };
            pitched += 1;
            if let Some(got) = got.semitones {
                let off = (got - semitones - up).abs();
                right += usize::from(off <= RIGHT_SEMITONES);
                off_cents.push(100.0 * f64::from(off));
            }
        }
        let off_db = levels.iter().map(|(wanted, got)| got - wanted);
        let louder_db = off_db.clone().sum::<f64>() / levels.len().max(1) as f64;
        let same = same_notes(notes, &made.written.notes, octaves);
        let mut onsets_off_ms: Vec<f64> = same.iter().map(|(_, off_s)| 1e3 * off_s.abs()).collect();
        let movement = followed(notes, source, made, |moment| moment.semitones);
        let swell = followed(notes, source, made, |moment| Some(moment.loudness_db));
        let slid = slides(notes, &source.moments, 0.0);
        let slides_made = slides(notes, &made.moments, up);
        Kept {
            name,
            pitch_share: share(right, pitched),
            pitch_off_cents: median(&mut off_cents),
            level_correlation: correlation(&levels),
            level_off_db: rms(off_db.map(|off_db| off_db - louder_db)),
            notes_share: share(same.len(), notes.len()),
            notes_more: made.written.notes.len() - same.len(),
            onsets_off_ms: median(&mut onsets_off_ms),
            playing: Playing {
                notes: made.written.notes.len(),
                movement_cents: 100.0 * movement.0,
                swell_db: swell.0,
                slides: slides_made.len(),
                unpitched_share: unpitched_share(made),
            },
            movement_correlation: movement.1,
            swell_correlation: swell.1,
            slides_kept: slid.iter().filter(|at| slides_made.contains(at)).count(),
            unpitched_kept: (unpitched > 0).then(|| share(sounding, unpitched)),
        }
    }
}

impl Playing {
    /// What happens in the recording itself.
    pub(super) fn of(source: &Heard) -> Playing {
        let notes = &source.written.notes;
        let movement = within(notes, source, source, 0, |moment| moment.semitones);
        let swell = within(notes, source, source, 0, |moment| Some(moment.loudness_db));
        Playing {
            notes: notes.len(),
            movement_cents: 100.0 * rms(movement.iter().map(|(own, _)| *own)),
            swell_db: rms(swell.iter().map(|(own, _)| *own)),
            slides: slides(notes, &source.moments, 0.0).len(),
            unpitched_share: unpitched_share(source),
        }
    }
}

fn least_db(heard: &Heard) -> f32 {
    top_db(&heard.moments) - SOFTEST_DB
}

fn share(some: usize, of: usize) -> f64 {
    some as f64 / of.max(1) as f64
}

fn unpitched_share(heard: &Heard) -> f64 {
    let least_db = least_db(heard);
    let sounds = heard.moments.iter().filter(|m| m.loudness_db >= least_db);
    let (mut all, mut without) = (0, 0);
    for moment in sounds {
        all += 1;
        without += usize::from(moment.semitones.is_none());
    }
    share(without, all)
}

/// The frame in which a time is.
fn frame(at_s: f64) -> usize {
    (at_s.max(0.0) * f64::from(SAMPLE_RATE_HZ)) as usize / FRAME_SAMPLES
}

/// Notes that are there again, by the index of the first, and how much later they begin, seconds.
fn same_notes(
    notes: &[TranscribedNote],
    made: &[TranscribedNote],
    octaves: i32,
) -> Vec<(usize, f64)> {
    let mut taken = vec![false; made.len()];
    let mut same = Vec::new();
    for (index, note) in notes.iter().enumerate() {
        let wanted = i32::from(note.midi) + 12 * octaves;
        let off_s = |other: &TranscribedNote| other.onset_s - note.onset_s;
        let candidates = made.iter().enumerate().filter(|(at, other)| {
            !taken[*at] && i32::from(other.midi) == wanted && off_s(other).abs() <= NEAR_S
        });
        let nearest = candidates.min_by(|(_, a), (_, b)| off_s(a).abs().total_cmp(&off_s(b).abs()));
        if let Some((at, other)) = nearest {
            taken[at] = true;
            same.push((index, off_s(other)));
        }
    }
    same
}

/// How far what was made moves within notes, and how far as the recording does, where it is as late as fits best.
fn followed(
    notes: &[TranscribedNote],
    source: &Heard,
    made: &Heard,
    value: impl Fn(&Moment) -> Option<f32>,
) -> (f64, f64) {
    let late = |frames| within(notes, source, made, frames, &value);
    let moves = rms(late(0).iter().map(|(_, got)| *got));
    let fits = (0..=LATE_FRAMES).map(|frames| correlation(&late(frames)));
    (moves, fits.fold(f64::NEG_INFINITY, f64::max))
}

/// What moves within the notes of a recording, in it and so many frames later in another sound, each about its own middle
/// in that note.
fn within(
    notes: &[TranscribedNote],
    source: &Heard,
    made: &Heard,
    late_frames: usize,
    value: impl Fn(&Moment) -> Option<f32>,
) -> Vec<(f64, f64)> {
    let mut moves = Vec::new();
    for note in notes {
        let (from, to) = (
            frame(note.onset_s + AFTER_S),
            frame(note.offset_s - BEFORE_S),
        );
        let later = made.moments.get(late_frames..).unwrap_or_default();
        let last = source.moments.len().min(later.len());
        let (from, to) = (from.min(last), to.min(last));
        if to < from + LEAST_FRAMES {
            continue;
        }
        let both = source.moments[from..to].iter().zip(&later[from..to]);
        let both =
            both.filter_map(|(own, got)| Some((f64::from(value(own)?), f64::from(value(got)?))));
        let both: Vec<(f64, f64)> = both.collect();
        if both.len() < LEAST_FRAMES {
            continue;
        }
        let mut sides: [Vec<f64>; 2] = [
            both.iter().map(|pair| pair.0).collect(),
            both.iter().map(|pair| pair.1).collect(),
        ];
        let [own, got] = sides
            .each_mut()
            .map(|side| median(side).unwrap_or_default());
        // What leaves the note is the way to another one.
        let near = |off: f64| off.abs() < 12.0;
        let off = both.iter().map(|pair| (pair.0 - own, pair.1 - got));
        moves.extend(off.filter(|(own, got)| near(*own) && near(*got)));
    }
    moves
}

/// Before which notes the pitch of a sound goes all the way from one note to the next.
fn slides(notes: &[TranscribedNote], moments: &[Moment], up: f32) -> Vec<usize> {
    let is_slide = |pair: &[TranscribedNote]| {
        let (from, to) = (f32::from(pair[0].midi), f32::from(pair[1].midi));
        let (low, high) = (from.min(to) + up, from.max(to) + up);
        if pair[1].onset_s - pair[0].offset_s > SLUR_S || high - low < APART_SEMITONES {
            return false;
        }
        let begin = frame(pair[1].onset_s - WAY_S).min(moments.len());
        let end = frame(pair[1].onset_s + WAY_S).min(moments.len());
        let between = low + BETWEEN_SEMITONES..high - BETWEEN_SEMITONES;
        let way = moments[begin..end].iter();
        let way = way.filter(|m| m.semitones.is_some_and(|pitch| between.contains(&pitch)));
        way.count() >= SLIDE_FRAMES
    };
    let pairs = notes.windows(2).enumerate();
    let slid = pairs.filter(|(_, pair)| is_slide(pair));
    slid.map(|(index, _)| index + 1).collect()
}

#[cfg(test)]
mod tests {
    use mynah_models::features::MEL_BINS;

    use super::*;

    const FRAME_S: f64 = FRAME_SAMPLES as f64 / SAMPLE_RATE_HZ as f64;

    fn note(onset_s: f64, offset_s: f64, midi: u8) -> TranscribedNote {
        TranscribedNote {
            onset_s,
            offset_s,
            midi,
            velocity: 100,
            bends: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Two seconds: a note, and from the first second on another.
    fn heard(of: impl Fn(f64) -> (Option<f32>, f32), notes: [u8; 2], late_s: f64) -> Heard {
        let moment = |n: usize| {
            let (semitones, loudness_db) = of(n as f64 * FRAME_S);
            Moment {
                semitones,
                loudness_db,
                colour_db: [-20.0; MEL_BINS],
            }
        };
        let [first, second] = notes;
        Heard {
            moments: (0..375).map(moment).collect(),
            written: Transcription {
                notes: vec![
                    note(late_s, 1.0 + late_s, first),
                    note(1.0 + late_s, 2.0, second),
                ],
                seconds: 2.0,
            },
        }
    }

    fn played(t: f64) -> (Option<f32>, f32) {
        // A vibrato of 30 cents, a slide of 100 ms, a swell of 6 dB, and a breath at the beginning.
        let way = ((t - 0.95) / 0.1).clamp(0.0, 1.0);
        let pitch = 60.0 + 4.0 * way + 0.3 * (34.0 * t).sin();
        let level = -20.0 + 3.0 * (4.0 * t).sin();
        ((t > 0.1).then_some(pitch as f32), level as f32)
    }

    #[test]
    fn what_is_the_same_an_octave_higher_is_all_kept() {
        let source = heard(played, [60, 64], 0.0);
        let copied = |t| {
            let (pitch, level) = played(t);
            (pitch.map(|pitch| pitch + 12.0), level - 5.0)
        };
        let made = heard(copied, [72, 76], 0.02);
        let kept = Kept::of("copy", &source, &made, 1);
        assert!((kept.pitch_share - 1.0).abs() < 1e-9 && kept.pitch_off_cents < Some(0.01));
        assert!((kept.level_correlation - 1.0).abs() < 1e-6 && kept.level_off_db < 1e-4);
        assert!((kept.notes_share - 1.0).abs() < 1e-9 && kept.notes_more == 0);
        assert!(
            kept.onsets_off_ms
                .is_some_and(|ms| (ms - 20.0).abs() < 0.01)
        );
        assert!(kept.movement_correlation > 0.999 && kept.swell_correlation > 0.999);
        assert_eq!((kept.playing.slides, kept.slides_kept), (1, 1));
        assert_eq!(kept.unpitched_kept, Some(1.0));
        let own = Playing::of(&source);
        assert!((15.0..30.0).contains(&own.movement_cents), "{own:?}");
        assert!((kept.playing.movement_cents - own.movement_cents).abs() < 0.1);
        assert!((0.03..0.07).contains(&own.unpitched_share), "{own:?}");
    }

    #[test]
    fn steps_have_neither_slides_nor_vibrato_nor_swells_nor_breaths() {
        let source = heard(played, [60, 64], 0.0);
        let steps = |t: f64| match t {
            t if t < 0.1 => (None, -100.0),
            t if t < 1.0 => (Some(60.0), -20.0),
            _ => (Some(64.0), -20.0),
        };
        let made = heard(steps, [60, 65], 0.0);
        let kept = Kept::of("steps", &source, &made, 0);
        assert_eq!((kept.slides_kept, kept.playing.slides), (0, 0));
        assert!(kept.playing.movement_cents < 0.1 && kept.playing.swell_db < 0.1);
        assert!(kept.movement_correlation.abs() < 0.1 && kept.swell_correlation.abs() < 0.1);
        assert_eq!(kept.unpitched_kept, Some(0.0));
        // The second is another note.
        assert_eq!((kept.notes_share, kept.notes_more), (0.5, 1));
    }

    #[test]
    fn silence_has_no_figures_that_are_no_numbers() {
        let nothing = || Heard {
            moments: Vec::new(),
            written: Transcription::default(),
        };
        let kept = Kept::of("nothing", &nothing(), &nothing(), 0);
        assert_eq!((kept.pitch_off_cents, kept.onsets_off_ms), (None, None));
        assert!(kept.level_off_db.abs() < 1e-9 && kept.pitch_share.abs() < 1e-9);
        assert_eq!(Playing::of(&nothing()), Playing::default());
    }
}
