//! Where exactly a note begins, in the sound's envelope.

use mynah_models::features::{OUTLINE_STEP_SAMPLES, RISE_STEPS, last_quiet, steepest_rise};

use crate::note::Beginning;

const STEP: usize = OUTLINE_STEP_SAMPLES;
/// How far before and after where the features have it, samples: 50 and 30 ms.
const BEFORE: usize = 2400;
const AFTER: usize = 1440;
/// The stroke's height is the loudest of so many samples (60 ms) from the search's end on.
const HEIGHT: usize = 2880;
/// Out of silence a note begins where it comes this near to its height (-26 dB) ..
const SILENCE_SHARE: f32 = 0.05;
/// .. unless what is before is nearly as loud: then where it is twice that.
const OVER_BEFORE: f32 = 2.0;
/// What is new fills the features' window so many samples after it began.
const FLUX_LATE: usize = 512;

/// The sample in which a note begins that is heard to begin about `rough`.
pub(super) fn refined(audio: &[f32], rough: usize, begins: Beginning) -> usize {
    let from = rough.saturating_sub(BEFORE);
    let to = (rough + AFTER).min(audio.len());
    if to <= from + 2 * RISE_STEPS * STEP {
        return rough.min(audio.len());
    }
    match begins {
        Beginning::Silence => {
            let height = peaks(&audio[from..(to + HEIGHT).min(audio.len())]);
            let top = height.iter().copied().fold(0.0, f32::max);
            let steps = (to - from) / STEP;
            let quiet = last_quiet(&height[..steps.min(height.len())]);
            let threshold = (SILENCE_SHARE * top).max(OVER_BEFORE * quiet.1);
            let first = height[quiet.0..].iter().position(|&peak| peak >= threshold);
            from + (quiet.0 + first.unwrap_or(0)) * STEP
        }
        Beginning::Again => {
            let envelope = differences(&audio[from..to]);
            let step = steepest_rise(&envelope);
            step.map_or(rough.saturating_sub(FLUX_LATE), |step| from + step * STEP)
        }
        Beginning::Slur => rough,
    }
}

/// The largest amplitude of every step.
fn peaks(audio: &[f32]) -> Vec<f32> {
    let peak = |step: &[f32]| step.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    audio.chunks(STEP).map(peak).collect()
}

/// The power of the sound's differences in every step: a stroke is bright.
fn differences(audio: &[f32]) -> Vec<f32> {
    let power = |step: &[f32]| step.windows(2).map(|x| (x[1] - x[0]).powi(2)).sum();
    audio.chunks(STEP).map(power).collect()
}
