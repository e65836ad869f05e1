//! One stretch of a recording, listened to by itself: a function of its samples alone, so that neither threads nor the
//! pieces in which a recording is handed in change what is found.

use mynah_models::features::Features;
use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::cutting::{Cut, Levels, cut};
use super::frames::Frames;
use super::hum::{self, Hum};
use super::medians::quantile;
use super::quality::{Measured, clips, measure};
use super::room;
use super::sight::{Eye, WINDOW};
use super::texture::Texture;
use crate::low_cut::cut_low;

/// A note's sound begins so long before it, samples: 4 ms.
pub(super) const LEAD_SAMPLES: usize = 192;
/// It is kept for so long at most, samples: 3.8 s, what is remembered of a struck note.
const LONGEST_SAMPLES: usize = 182_400;
/// What is so near to a note (64 ms) is still of it, or already.
const APART_FRAMES: usize = 12;
/// Nothing at all.
const DIGITAL_SILENCE_DB: f32 = -98.0;
/// From one window of the mean spectrum to the next, samples.
const SPECTRUM_HOP: usize = 4 * WINDOW;

/// What listening needs, planned once.
pub(super) struct Ears {
    features: Features,
    eye: Eye,
}

impl Ears {
    pub(super) fn new() -> Self {
        Self {
            features: Features::new(),
            eye: Eye::new(),
        }
    }
}

/// A note in a block.
#[derive(Clone, Debug)]
pub(super) struct HeardNote {
    /// Its places are in the block.
    pub(super) cut: Cut,
    pub(super) measured: Measured,
    /// From 4 ms before its beginning on.
    pub(super) audio: Vec<f32>,
}

/// What was heard in a block.
#[derive(Clone, Debug)]
pub(super) struct HeardBlock {
    /// Notes that begin in the core.
    pub(super) notes: Vec<HeardNote>,
    pub(super) texture: Texture,
    pub(super) hum: Option<Hum>,
    /// How often the core is at full scale.
    pub(super) clips: usize,
    /// Reverberation times that were measured, s.
    pub(super) decays_s: Vec<f32>,
    /// Power of every bin, the sum over the windows in which something sounds.
    pub(super) spectrum: Vec<f32>,
    /// Level between the notes, dB; `None` where there is nothing between them.
    pub(super) noise_db: Option<f32>,
    /// Loudest sample of the core, once everything is taken out.
    pub(super) peak: f32,
}

/// Listens to `original`. What begins in the samples `core` counts; the rest is what comes before and after.
pub(super) fn hear(ears: &Ears, original: &[f32], core: std::ops::Range<usize>) -> HeardBlock {
    let mut audio = original.to_vec();
    cut_low(&mut audio);
    let hum = hum::find(&ears.eye, &audio);
    if let Some(hum) = &hum {
        hum::remove(hum, &mut audio);
    }
    let frames = Frames::of(&ears.features, &audio);
    let levels = Levels::of(&frames.level_db);
    let cuts = cut(&frames, &audio, &levels);
    let texture = Texture::of(&ears.eye, &audio, &frames, &levels, &cuts, core.clone());
    let in_core = |cut: &&Cut| core.contains(&cut.onset);
    let own: Vec<Cut> = cuts.iter().filter(in_core).copied().collect();
    let noise_db = noise(&frames, &cuts);
    let note = |cut: &Cut| HeardNote {
        cut: *cut,
        measured: measure(&ears.eye, &audio, original, &frames, noise_db, cut),
        audio: sound(&audio, cut),
    };
    HeardBlock {
        notes: own.iter().map(note).collect(),
        texture,
        hum,
        clips: clips(&original[core.clone()]),
        decays_s: room::decays(&frames, &levels, &own),
        spectrum: spectrum(&ears.eye, &audio, &frames, &levels, core.clone()),
        noise_db,
        peak: audio[core].iter().fold(0.0, |most, x| most.max(x.abs())),
    }
}

/// A note's sound, silence where the recording begins too late.
fn sound(audio: &[f32], cut: &Cut) -> Vec<f32> {
    let missing = LEAD_SAMPLES.saturating_sub(cut.onset);
    let end = cut.end.min(cut.onset + LONGEST_SAMPLES);
    let mut sound = vec![0.0; missing];
    sound.extend_from_slice(&audio[cut.onset.saturating_sub(LEAD_SAMPLES)..end]);
    sound
}

fn spectrum(
    eye: &Eye,
    audio: &[f32],
    frames: &Frames,
    levels: &Levels,
    core: std::ops::Range<usize>,
) -> Vec<f32> {
    let mut sum = vec![0.0; WINDOW / 2 + 1];
    for centre in core.step_by(SPECTRUM_HOP).map(|start| start + WINDOW / 2) {
        let sounds = frames
            .level_db
            .get(centre / FRAME_SAMPLES)
            .is_some_and(|&db| db > levels.softest_db);
        if sounds {
            for (sum, power) in sum.iter_mut().zip(eye.power(audio, centre)) {
                *sum += power;
            }
        }
    }
    sum
}

/// The level of what lies between the notes: its softer part, since notes die away in it. `None` where there is less of it
/// than half a second.
fn noise(frames: &Frames, cuts: &[Cut]) -> Option<f32> {
    let mut outside = vec![true; frames.len()];
    for cut in cuts {
        let (begin, end) = (cut.onset / FRAME_SAMPLES, cut.end / FRAME_SAMPLES);
        let end = (end + APART_FRAMES).min(outside.len());
        outside[begin.saturating_sub(APART_FRAMES).min(end)..end].fill(false);
    }
    // Digital silence between takes says nothing of the noise in them; what has a pitch is a soft note.
    let is_noise = |frame: &usize| {
        outside[*frame]
            && frames.level_db[*frame] > DIGITAL_SILENCE_DB
            && frames.semitones[*frame].is_nan()
    };
    let between: Vec<f32> = (0..frames.len())
        .filter(is_noise)
        .map(|frame| frames.level_db[frame])
        .collect();
    let least = SAMPLE_RATE_HZ as usize / FRAME_SAMPLES / 2;
    (between.len() >= least)
        .then(|| quantile(between, 0.1))
        .flatten()
}
