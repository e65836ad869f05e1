//! Where exactly a note begins, in the sound's envelope.

use crate::note::Beginning;

/// The envelope's step: 0.5 ms.
const STEP: usize = 24;
/// How far before and after where the features have it, samples: 50 and 30 ms.
const BEFORE: usize = 2400;
const AFTER: usize = 1440;
/// The stroke's height is the loudest of so many samples (60 ms) from the search's end on.
const HEIGHT: usize = 2880;
/// Out of silence a note begins where it comes this near to its height (-26 dB) ..
const SILENCE_SHARE: f32 = 0.05;
/// .. unless what is before is nearly as loud: then where it is twice that.
const OVER_BEFORE: f32 = 2.0;
/// A stroke lies where the envelope of the differences rises most, the later 4 ms against the 4 ms before.
const RISE_STEPS: usize = 8;
/// .. and by this at least, in power: less is no stroke, but the ripple of a pitch.
const LEAST_RISE: f32 = 2.0;

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
            // The softest 5 ms of the search: the last of them, so that an attack in two parts is not cut in two.
            let quiet = quietest(&height[..steps.min(height.len())]);
            let threshold = (SILENCE_SHARE * top).max(OVER_BEFORE * quiet.1);
            let first = height[quiet.0..].iter().position(|&peak| peak >= threshold);
            from + (quiet.0 + first.unwrap_or(0)) * STEP
        }
        Beginning::Again => {
            let envelope = differences(&audio[from..to]);
            let step = steepest(&envelope);
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

/// The last of the quietest stretches of ten steps: where it ends, and how loud it is.
fn quietest(peaks: &[f32]) -> (usize, f32) {
    const STEPS: usize = 10;
    let mut found = (0, f32::INFINITY);
    for (begin, stretch) in peaks.windows(STEPS).enumerate() {
        let most = stretch.iter().copied().fold(0.0, f32::max);
        if most <= found.1 * 1.05 {
            found = (begin + STEPS, most.min(found.1));
        }
    }
    if found.1.is_finite() { found } else { (0, 0.0) }
}

/// The step from which on it is louder than before by most, if it is louder at all.
fn steepest(power: &[f32]) -> Option<usize> {
    let sum = |steps: &[f32]| steps.iter().sum::<f32>();
    let whole = sum(power) / power.len().max(1) as f32;
    let floor = 0.02 * whole * RISE_STEPS as f32 + f32::MIN_POSITIVE;
    let rise = |&step: &usize| {
        let before = sum(&power[step - RISE_STEPS..step]);
        let after = sum(&power[step..step + RISE_STEPS]);
        (after + floor) / (before + floor)
    };
    let steps = RISE_STEPS..power.len().checked_sub(RISE_STEPS)?;
    let found = steps.max_by(|a, b| rise(a).total_cmp(&rise(b)).then(b.cmp(a)))?;
    (rise(&found) > LEAST_RISE).then_some(found)
}
