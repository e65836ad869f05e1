//! A recorded note as frames: harmonics by number, their envelope, the noise's envelope and texture.
//!
//! Frames are those of the live chain: frame `k`, counted from 0, ends at sample `256 (k + 1)`. Its loudness is about 7 ms
//! behind, so amplitudes are measured 340 samples before the frame's end, where that loudness is centred.
//! `models/training/mynah_training/memory/analysis.py` does the same for the training, and golden tests hold the two together.

mod level;
mod noise;
mod numbers;
mod partials;
mod pitch;
mod stretch;

use mynah_models::memory::ROW_VALUES;
use mynah_models::prior::NUMBERED_HARMONICS;
use mynah_models::{FRAME_SAMPLES, envelope_point_hz};

use numbers::interpolated;
pub(crate) use numbers::median;
use partials::{Series, stretched};
pub use pitch::{Pitch, track};

/// Points of each envelope.
pub const ENVELOPE_POINTS: usize = mynah_models::ENVELOPE_POINTS;
/// Decibels in a neper.
pub(crate) const NEPER_DB: f64 = 20.0 / std::f64::consts::LN_10;
/// What is softer is not there, natural log.
pub(crate) const SILENT_LOG: f64 = -16.0;
/// An amplitude that is spread over the spectrum as noise is: an envelope means the same for harmonics and for noise, as in
/// the prior.
const UNIT_DENSITY_HZ: f64 = 12_000.0;
/// A note of less than 0.2 s is not worth keeping.
const LEAST_FRAMES: usize = 40;
/// A note is kept from where it comes within the first of its top to where it falls below the second.
const BEGINS_DB: f64 = -30.0;
const ENDS_DB: f64 = -45.0;
/// The first millisecond within 20 dB of the loudest of the first 100 ms is where a string is struck.
const STROKE_DB: f64 = -20.0;
const STROKE_SAMPLES: usize = 48;
const STROKE_SEARCH_SAMPLES: usize = 4800;
/// How far a note's pitch is kept away from its middle, semitones.
const MOST_DEVIATION: f64 = 1.2;

/// A note, one row a frame; logs are natural and relative to the frame's loudness.
#[derive(Clone, Debug)]
pub struct NoteFrames {
    /// Middle of its pitch, 69 for 440 Hz.
    pub semitones: f64,
    /// Loudness of its loudest frame, dB.
    pub top_db: f64,
    /// Relative to that, dB.
    pub level_db: Vec<f64>,
    /// How far the pitch is from the middle.
    pub deviation_semitones: Vec<f64>,
    /// 60 harmonics by number, 64 points of their envelope, 64 of the noise's.
    pub values: Vec<[f64; ROW_VALUES]>,
    /// The noise at 48 kHz, flattened by its envelope: unit variance, from the first frame's beginning on.
    pub texture: Vec<f64>,
    /// Of its partials.
    pub stretch: f64,
    /// Where in the recording the first row is.
    pub first_frame: usize,
}

/// What is known of a note before it is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// It is there at once, has one pitch, and decays.
    pub struck: bool,
    /// Its strings are stiff enough to be heard as such: partials are taken where they are.
    pub stretched: bool,
}

/// Measures the note that begins at the start of `audio` (48 kHz) and has this pitch; `None` if there is too little of it.
pub fn measure(audio: &[f64], pitch: &Pitch, kind: Kind) -> Option<NoteFrames> {
    let log_loudness = level::log_loudness(audio);
    let frames = log_loudness.len().min(pitch.hz.len());
    if frames < LEAST_FRAMES {
        return None;
    }
    let (log_loudness, voiced) = (&log_loudness[..frames], &pitch.voiced[..frames]);
    let mut f0_hz = pitch.hz[..frames].to_vec();
    if kind.struck {
        let middle = voiced_median(&f0_hz, voiced);
        f0_hz.fill(middle);
    }
    let stretch = if kind.stretched {
        stretch::stretch_of(audio, median(&f0_hz))
    } else {
        0.0
    };
    let series = Series {
        f0_hz: &f0_hz,
        stretch,
        begin_sample: if kind.struck { stroke_sample(audio) } else { 0 },
    };
    let amplitudes = series.measure(audio);
    let harmonic = series.resynthesised(&amplitudes);
    let residual: Vec<f64> = audio.iter().zip(harmonic).map(|(a, b)| a - b).collect();
    let heard = kind
        .struck
        .then(|| noise::between_partials(f0_hz[0], stretch));
    let noise = noise::measure(&residual, frames, heard.as_deref());

    let top = log_loudness.iter().copied().fold(f64::MIN, f64::max);
    let level_db: Vec<f64> = log_loudness
        .iter()
        .map(|log| (log - top) * NEPER_DB)
        .collect();
    let first = level_db
        .iter()
        .position(|db| *db > BEGINS_DB)?
        .saturating_sub(1);
    let last = level_db.iter().rposition(|db| *db > ENDS_DB)? + 1;
    if last < first + LEAST_FRAMES {
        return None;
    }
    let kept = first..last;
    let middle_hz = voiced_median(&f0_hz[kept.clone()], &voiced[kept.clone()]);
    let deviation = |frame: usize| match voiced[frame] {
        true => (12.0 * (f0_hz[frame] / middle_hz).log2()).clamp(-MOST_DEVIATION, MOST_DEVIATION),
        false => 0.0,
    };
    let points = envelope_points_hz();
    let row = |frame: usize| {
        let mut row = [SILENT_LOG; ROW_VALUES];
        let hz = f0_hz[frame];
        let density = 0.5 * (hz / UNIT_DENSITY_HZ).ln();
        let logs: Vec<f64> = amplitudes[frame]
            .iter()
            .map(|amplitude| (amplitude.norm() + 1e-8).ln() - density)
            .collect();
        let places: Vec<f64> = (1..=logs.len())
            .map(|number| hz * stretched(stretch, number))
            .collect();
        let (numbered, rest) = row.split_at_mut(NUMBERED_HARMONICS);
        let (harmonic, own_noise) = rest.split_at_mut(ENVELOPE_POINTS);
        for (out, log) in numbered.iter_mut().zip(&logs) {
            *out = *log;
        }
        harmonic.copy_from_slice(&interpolated(points.iter().copied(), &places, &logs));
        own_noise.copy_from_slice(&noise.envelopes[frame]);
        row.map(|value| (value - log_loudness[frame]).max(SILENT_LOG))
    };
    Some(NoteFrames {
        semitones: to_semitones(middle_hz),
        top_db: top * NEPER_DB,
        level_db: level_db[kept.clone()].to_vec(),
        deviation_semitones: kept.clone().map(deviation).collect(),
        values: kept.clone().map(row).collect(),
        texture: noise.texture[first * FRAME_SAMPLES..last * FRAME_SAMPLES].to_vec(),
        stretch,
        first_frame: first,
    })
}

/// Where envelopes are read, Hz.
pub(crate) fn envelope_points_hz() -> [f64; ENVELOPE_POINTS] {
    std::array::from_fn(|point| f64::from(envelope_point_hz(point)))
}

pub(crate) fn to_semitones(hz: f64) -> f64 {
    69.0 + 12.0 * (hz / 440.0).log2()
}

pub(crate) fn to_hz(semitones: f64) -> f64 {
    440.0 * ((semitones - 69.0) / 12.0).exp2()
}

/// The median of the frames that have a pitch; of all, if none has.
fn voiced_median(f0_hz: &[f64], voiced: &[bool]) -> f64 {
    let with_pitch = f0_hz.iter().zip(voiced).filter(|(_, voiced)| **voiced);
    let with_pitch: Vec<f64> = with_pitch.map(|(hz, _)| *hz).collect();
    if with_pitch.is_empty() {
        median(f0_hz)
    } else {
        median(&with_pitch)
    }
}

fn stroke_sample(audio: &[f64]) -> usize {
    let early = &audio[..audio.len().min(STROKE_SEARCH_SAMPLES)];
    let power = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>();
    let powers: Vec<f64> = early.chunks_exact(STROKE_SAMPLES).map(power).collect();
    let most = powers.iter().copied().fold(0.0, f64::max);
    let least = most * 10f64.powf(STROKE_DB / 10.0);
    powers.iter().position(|power| *power > least).unwrap_or(0) * STROKE_SAMPLES
}
