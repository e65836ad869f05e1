//! What is heard of the room and of the way to the file: reverberation, and where the spectrum ends.

use mynah_models::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

use super::cutting::{Cut, Levels};
use super::frames::Frames;
use super::quality::slope;
use super::sight::SPACING_HZ;

/// The room is heard between these under what a note was before it ended, dB ..
const FROM_DB: f32 = 8.0;
const TO_DB: f32 = 28.0;
/// .. and so much over the noise, dB.
const OVER_NOISE_DB: f32 = 8.0;
/// .. for so many frames at least (32 ms): less is no room.
const LEAST_FRAMES: usize = 6;
/// A decay rises by no more than this on its way, dB.
const RISES_DB: f32 = 1.5;
/// How long it may take, frames (3 s).
const LONGEST_FRAMES: usize = 560;
/// The spectrum ends where the sixth of an octave above is so much softer than the one below, dB.
const EDGE_DB: f32 = 24.0;
/// Where an end is sought, Hz.
const EDGES_HZ: (f32, f32) = (2_500.0, 20_000.0);
/// The step of the search: a sixth of an octave.
const STEP: f32 = 1.122_462;

/// Reverberation times, in seconds for 60 dB, as the ends of `cuts` show them.
pub(super) fn decays(frames: &Frames, levels: &Levels, cuts: &[Cut]) -> Vec<f32> {
    let decay = |(index, cut): (usize, &Cut)| {
        let next = cuts
            .get(index + 1)
            .map_or(frames.len(), |next| next.onset / FRAME_SAMPLES);
        let before =
            &frames.level_db[cut.end_frame.saturating_sub(40).max(cut.first_frame)..cut.end_frame];
        let from_db = super::medians::quantile(before.iter().copied(), 0.8)?;
        let end = next.saturating_sub(2).min(frames.len());
        // It may be heard as the note's own pitch for long: the search begins before the pitch ends.
        let begin = (cut.first_frame..end)
            .rev()
            .find(|&frame| frames.level_db[frame] > from_db - FROM_DB)?;
        let tail = &frames.level_db[begin..end.min(begin + LONGEST_FRAMES)];
        let count = tail.iter().position(|&db| db < from_db - TO_DB)?;
        let clean = tail[..count].windows(2).all(|db| db[1] < db[0] + RISES_DB);
        let heard = from_db - TO_DB > levels.noise_db + OVER_NOISE_DB;
        (clean && heard && count >= LEAST_FRAMES).then(|| {
            let per_s = -slope(&tail[..count]) * SAMPLE_RATE_HZ as f32 / FRAME_SAMPLES as f32;
            60.0 / per_s.max(1.0)
        })
    };
    cuts.iter().enumerate().filter_map(decay).collect()
}

/// Where a mean spectrum (power of bins) ends abruptly, Hz; `None` if it does not.
pub(super) fn bandwidth_hz(power: &[f32]) -> Option<f32> {
    let band_db = |low_hz: f32| {
        let bins = (low_hz / SPACING_HZ) as usize
            ..((low_hz * STEP / SPACING_HZ) as usize).min(power.len());
        let bins = power.get(bins)?;
        Some(10.0 * (bins.iter().sum::<f32>() / bins.len().max(1) as f32 + 1e-20).log10())
    };
    let steps = |from: f32| {
        std::iter::successors(Some(from), |hz| Some(hz * STEP))
            .take_while(|hz| hz * STEP < 23_000.0)
    };
    steps(EDGES_HZ.0)
        .take_while(|hz| *hz < EDGES_HZ.1)
        .find(|&hz| {
            let (Some(below), Some(above)) = (band_db(hz / STEP), band_db(hz * STEP.sqrt())) else {
                return false;
            };
            let rest = steps(hz * STEP)
                .filter_map(band_db)
                .fold(f32::NEG_INFINITY, f32::max);
            below - above.max(rest) > EDGE_DB
        })
}
