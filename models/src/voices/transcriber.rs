//! The notes of a whole recording, of the network's late answers.

use super::{LATE_FRAMES, VoiceFrame, VoicesNet, VoicesState, midi};
use crate::architecture::VOICE_PITCHES;
use crate::features::VOICE_FRAME_SAMPLES;
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};

/// An onset is a peak above this. Chosen on held-out scores, like what follows (`REPORT.md`).
const ONSET: f32 = 0.6;
/// What the mean over [`BODY_FRAMES`] from the onset on must reach.
const SOUNDING: f32 = 0.35;
/// A note ends that stays below this for [`GAP_FRAMES`].
const SILENT: f32 = 0.25;
/// A pitch that sounds so surely for [`SURE_FRAMES`] has begun, heard beginning or not.
const SURE: f32 = 0.8;
const BODY_FRAMES: usize = 4;
const GAP_FRAMES: usize = 6;
const SURE_FRAMES: usize = 24;
/// A pitch is not struck again sooner.
const REST_FRAMES: usize = 6;
/// An onset is the highest of so many frames to either side.
const PEAK_FRAMES: usize = 2;
/// Frames from an onset on of which the loudest says how hard it was struck.
const ATTACK_FRAMES: usize = 10;
/// From this level on, to so much more, velocities go from 0 to 1.
const SOFTEST_DB: f32 = -60.0;
const VELOCITY_RANGE_DB: f32 = 54.0;

/// A note of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardNote {
    /// When it begins, seconds.
    pub onset_s: f64,
    /// When it ends, seconds.
    pub offset_s: f64,
    /// MIDI note, 28 to 100.
    pub midi: u8,
    /// How hard it is struck, 0 to 1, of its level.
    pub velocity: f32,
    /// How far it is from equal temperament, cents, on average.
    pub cents: f32,
}

/// What is kept of a frame.
#[derive(Clone, Copy, Debug)]
struct Kept {
    sounding: [f32; VOICE_PITCHES],
    onset: [f32; VOICE_PITCHES],
    level_db: [f32; VOICE_PITCHES],
    cents: [f32; VOICE_PITCHES],
}

/// Collects frames of a recording (110 kB a second) and makes notes of them. Allocates.
#[derive(Clone, Debug, Default)]
pub struct Transcriber {
    /// By the frame that they are about.
    frames: Vec<Kept>,
    heard: usize,
}

impl Transcriber {
    /// The next frame. After a recording there must be [`LATE_FRAMES`] of silence.
    pub fn push(&mut self, frame: &VoiceFrame) {
        self.frames.push(Kept {
            sounding: [0.0; VOICE_PITCHES],
            onset: [0.0; VOICE_PITCHES],
            level_db: frame.level_db,
            cents: frame.cents,
        });
        if let Some(at) = self.heard.checked_sub(LATE_FRAMES)
            && let Some(kept) = self.frames.get_mut(at)
        {
            kept.sounding = frame.late_sounding;
            kept.onset = frame.late_onset;
        }
        self.heard += 1;
    }

    /// All notes, in the order of their beginnings, those that begin together from the lowest on.
    pub fn notes(&self) -> Vec<HeardNote> {
        let known = self.frames.len().saturating_sub(LATE_FRAMES);
        let frames = &self.frames[..known];
        let mut notes: Vec<HeardNote> = (0..VOICE_PITCHES)
            .flat_map(|pitch| notes_of(frames, pitch))
            .collect();
        notes.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s).then(a.midi.cmp(&b.midi)));
        notes
    }
}

/// The notes of a recording at 48 kHz. Allocates; any thread but the audio thread.
pub fn heard_notes(net: &VoicesNet, samples: &[f32]) -> Vec<HeardNote> {
    let mut state = VoicesState::new(net);
    let mut transcriber = Transcriber::default();
    let mut hear = |hop: &[f32; HOP_SAMPLES]| {
        if let Some(frame) = net.step(&mut state, hop) {
            transcriber.push(frame);
        }
    };
    let (hops, rest) = samples.as_chunks::<HOP_SAMPLES>();
    hops.iter().for_each(&mut hear);
    let mut last = [0.0; HOP_SAMPLES];
    last[..rest.len()].copy_from_slice(rest);
    hear(&last);
    for _ in 0..(LATE_FRAMES + 1) * VOICE_FRAME_SAMPLES / HOP_SAMPLES {
        hear(&[0.0; HOP_SAMPLES]);
    }
    let end_s = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
    let mut notes = transcriber.notes();
    notes.retain(|note| note.onset_s < end_s);
    for note in &mut notes {
        note.offset_s = note.offset_s.min(end_s);
    }
    notes
}

fn notes_of(frames: &[Kept], pitch: usize) -> impl Iterator<Item = HeardNote> {
    let starts = starts_of(frames, pitch);
    let mut spans = Vec::new();
    let mut starts = starts.into_iter().peekable();
    let (mut begun, mut quiet, mut sure) = (None, 0, 0);
    for (k, frame) in frames.iter().enumerate() {
        let sounding = frame.sounding[pitch];
        let struck = starts.next_if_eq(&k).is_some();
        sure = if sounding > SURE { sure + 1 } else { 0 };
        quiet = if sounding < SILENT { quiet + 1 } else { 0 };
        if let Some(from) = begun
            && (struck || quiet >= GAP_FRAMES)
        {
            let to = if struck { k } else { k + 1 - GAP_FRAMES };
            spans.push((from, to.max(from + 1)));
            begun = None;
        }
        if struck {
            (begun, quiet) = (Some(k), 0);
        } else if begun.is_none() && sure >= SURE_FRAMES {
            begun = Some(k + 1 - SURE_FRAMES);
        }
    }
    spans.extend(begun.map(|from| (from, frames.len())));
    spans.into_iter().map(move |span| note(frames, pitch, span))
}

/// Frames in which notes begin.
fn starts_of(frames: &[Kept], pitch: usize) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    for (k, frame) in frames.iter().enumerate() {
        let onset = frame.onset[pitch];
        let near = &frames[k.saturating_sub(PEAK_FRAMES)..frames.len().min(k + PEAK_FRAMES + 1)];
        if onset <= ONSET || near.iter().any(|other| other.onset[pitch] > onset) {
            continue;
        }
        let body = &frames[k..frames.len().min(k + BODY_FRAMES)];
        let mean = body.iter().map(|f| f.sounding[pitch]).sum::<f32>() / body.len() as f32;
        let rested = starts.last().is_none_or(|last| k - last >= REST_FRAMES);
        if mean >= SOUNDING && rested {
            starts.push(k);
        }
    }
    starts
}

fn note(frames: &[Kept], pitch: usize, (from, to): (usize, usize)) -> HeardNote {
    let span = &frames[from..to];
    let attack = span.iter().take(ATTACK_FRAMES).map(|f| f.level_db[pitch]);
    let level_db = attack.fold(SOFTEST_DB, f32::max);
    let weight: f32 = span.iter().map(|f| f.sounding[pitch]).sum();
    let cents: f32 = span
        .iter()
        .map(|f| f.sounding[pitch] * f.cents[pitch])
        .sum();
    // The frame in which an onset peaks is the second of three.
    let frame_s = VOICE_FRAME_SAMPLES as f64 / f64::from(SAMPLE_RATE_HZ);
    HeardNote {
        onset_s: ((from as f64 - 0.5) * frame_s).max(0.0),
        offset_s: to as f64 * frame_s,
        midi: midi(pitch),
        velocity: ((level_db - SOFTEST_DB) / VELOCITY_RANGE_DB).clamp(0.0, 1.0),
        cents: cents / weight.max(1e-6),
    }
}
