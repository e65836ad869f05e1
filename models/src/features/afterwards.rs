//! What can be said of a recording that is there as a whole: where in the sound the pitch of a frame lies, since the delays of the
//! features' windows can be taken back, and where exactly in its outline something begins.
//!
//! Thread: any; not for the audio thread.

/// Below these a pitch is heard over the longer windows, that are centred so many frames later.
const LOW_HZ: f32 = 109.0;
const LOWEST_HZ: f32 = 55.0;
const DELAY_FRAMES: usize = 1;
const LOW_DELAY_FRAMES: usize = 3;
const LOWEST_DELAY_FRAMES: usize = 7;
/// Less sure than this is no pitch.
const SURE: f32 = 0.5;

/// Who wants the pitch of a frame must hear so many more.
pub const PITCH_BEHIND_FRAMES: usize = LOWEST_DELAY_FRAMES + 1;

/// The step of outlines: 0.5 ms.
pub const OUTLINE_STEP_SAMPLES: usize = 24;
/// What is before a beginning is the quietest of so many steps: 5 ms.
const QUIET_STEPS: usize = 10;
/// Stretches that differ by less than this are as quiet.
const AS_QUIET: f32 = 1.05;
/// A stroke lies where the power rises most, the later 4 ms against the 4 ms before.
pub const RISE_STEPS: usize = 8;
/// .. and by this at least, in power: less is no stroke, but the ripple of a pitch.
const LEAST_RISE: f32 = 2.0;
/// What is softer than this share of the mean is no rise.
const RISE_FLOOR: f32 = 0.02;

/// The pitch of what is centred on sample `256 frame`, 69 for 440 Hz; not a number where there is none. `pitches` are those of the
/// frames as they were heard, each with how sure it is.
pub fn centred_semitones(pitches: &[(f32, f32)], frame: usize) -> f32 {
    let heard = |delay: usize| pitches.get(frame + delay).filter(|(_, sure)| *sure > SURE);
    let low = |delay: usize, limit_hz: f32| heard(delay).filter(|(hz, _)| *hz < limit_hz);
    let found = low(LOWEST_DELAY_FRAMES, LOWEST_HZ)
        .or_else(|| low(LOW_DELAY_FRAMES, LOW_HZ))
        .or_else(|| heard(DELAY_FRAMES));
    found.map_or(f32::NAN, |&(hz, _)| 69.0 + 12.0 * (hz / 440.0).log2())
}

/// The last of the quietest stretches of an outline of peaks, so that an attack in two parts is not cut in two: the step at which it
/// ends, and how loud it is.
pub fn last_quiet(peaks: &[f32]) -> (usize, f32) {
    let mut found = (0, f32::INFINITY);
    for (begin, stretch) in peaks.windows(QUIET_STEPS).enumerate() {
        let most = stretch.iter().copied().fold(0.0, f32::max);
        if most <= found.1 * AS_QUIET {
            found = (begin + QUIET_STEPS, most.min(found.1));
        }
    }
    if found.1.is_finite() { found } else { (0, 0.0) }
}

/// The step from which on an outline of powers is louder than before by most, if it is louder at all.
pub fn steepest_rise(power: &[f32]) -> Option<usize> {
    let sum = |steps: &[f32]| steps.iter().sum::<f32>();
    let whole = sum(power) / power.len().max(1) as f32;
    let floor = RISE_FLOOR * whole * RISE_STEPS as f32 + f32::MIN_POSITIVE;
    let rise = |&step: &usize| {
        let before = sum(&power[step - RISE_STEPS..step]);
        let after = sum(&power[step..step + RISE_STEPS]);
        (after + floor) / (before + floor)
    };
    let steps = RISE_STEPS..power.len().checked_sub(RISE_STEPS)?;
    let found = steps.max_by(|a, b| rise(a).total_cmp(&rise(b)).then(b.cmp(a)))?;
    (rise(&found) > LEAST_RISE).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pitch_is_taken_from_the_window_that_holds_it() {
        let mut pitches = vec![(440.0, 1.0); 20];
        assert_eq!(centred_semitones(&pitches, 3), 69.0);
        // Heard over the long windows later; until then it may seem an octave higher.
        pitches[5 + LOW_DELAY_FRAMES] = (100.0, 1.0);
        pitches[5 + DELAY_FRAMES] = (200.0, 1.0);
        assert!((centred_semitones(&pitches, 5) - 43.35).abs() < 0.01);
        pitches[8 + DELAY_FRAMES].1 = 0.4;
        assert!(centred_semitones(&pitches, 8).is_nan());
        assert!(centred_semitones(&pitches, 19).is_nan());
    }

    #[test]
    fn quiet_ends_and_strokes_begin_where_they_do() {
        let mut peaks = vec![0.5; 20];
        peaks[4..16].fill(0.01);
        assert_eq!(last_quiet(&peaks), (16, 0.01));
        assert_eq!(last_quiet(&peaks[..3]), (0, 0.0));
        let mut power = vec![1.0; 40];
        power[23..].fill(4.0);
        assert_eq!(steepest_rise(&power), Some(23));
        assert_eq!(steepest_rise(&[1.0; 40]), None);
        assert_eq!(steepest_rise(&[1.0; 5]), None);
    }
}
