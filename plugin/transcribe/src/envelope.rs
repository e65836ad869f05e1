//! The waveform's outline, and where exactly in it a note begins.

use mynah_models::features::{OUTLINE_STEP_SAMPLES, RISE_STEPS, last_quiet, steepest_rise};

const STEP: usize = OUTLINE_STEP_SAMPLES;
/// How far before and after where the features have it, samples: 50 and 30 ms.
const BEFORE: usize = 2400;
const AFTER: usize = 1440;
/// The stroke's height is the loudest of so many steps (60 ms) from the search's end on.
const HEIGHT_STEPS: usize = 120;
/// Out of silence a note begins where it comes this near to its height (-20 dB) ..
const SILENCE_SHARE: f32 = 0.1;
/// .. unless what is before is nearly as loud: then where it is twice that.
const OVER_BEFORE: f32 = 2.0;

/// The outline of a recording.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    /// Samples that fill no step yet.
    rest: Vec<f32>,
    last: f32,
    /// The largest amplitude of every step.
    peaks: Vec<f32>,
    /// The power of the sound's differences in every step: a stroke is bright.
    differences: Vec<f32>,
}

impl Envelope {
    pub(crate) fn push(&mut self, audio: &[f32]) {
        self.rest.extend_from_slice(audio);
        let (steps, left) = self.rest.as_chunks::<STEP>();
        for step in steps {
            self.peaks
                .push(step.iter().fold(0.0, |most, x| most.max(x.abs())));
            let mut power = 0.0;
            for x in step {
                power += (x - self.last).powi(2);
                self.last = *x;
            }
            self.differences.push(power);
        }
        self.rest = left.to_vec();
    }

    /// The sample in which a note begins that is heard to begin about `rough`, out of silence or out of another sound.
    pub(crate) fn begin_near(&self, rough: usize, out_of_silence: bool) -> usize {
        let from = rough.saturating_sub(BEFORE) / STEP;
        let to = ((rough + AFTER) / STEP).min(self.peaks.len());
        if to <= from + 2 * RISE_STEPS {
            return rough;
        }
        let found = if out_of_silence {
            Some(self.out_of_silence(from, to))
        } else {
            steepest_rise(&self.differences[from..to])
        };
        found.map_or(rough, |step| (from + step) * STEP)
    }

    fn out_of_silence(&self, from: usize, to: usize) -> usize {
        let height = &self.peaks[from..(to + HEIGHT_STEPS).min(self.peaks.len())];
        let top = height.iter().copied().fold(0.0, f32::max);
        let (begin, quiet) = last_quiet(&height[..to - from]);
        let threshold = (SILENCE_SHARE * top).max(OVER_BEFORE * quiet);
        let first = height[begin..].iter().position(|&peak| peak >= threshold);
        begin + first.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(silent: usize, loud: usize) -> Vec<f32> {
        let wave = |n: usize| 0.3 * (n as f32 * 0.06).sin();
        let silence = std::iter::repeat_n(0.0, silent);
        silence.chain((0..loud).map(wave)).collect()
    }

    #[test]
    fn a_beginning_is_found_where_it_is() {
        let mut envelope = Envelope::default();
        for piece in tone(9_600, 9_600).chunks(1000) {
            envelope.push(piece);
        }
        for off in [-1000_isize, 0, 1000] {
            let found = envelope.begin_near(9_600_usize.saturating_add_signed(off), true);
            assert!(found.abs_diff(9_600) < 3 * STEP, "{off}: {found}");
        }
    }

    #[test]
    fn a_tone_that_goes_on_has_no_beginning() {
        let mut envelope = Envelope::default();
        envelope.push(&tone(0, 48_000));
        assert_eq!(envelope.begin_near(24_000, false), 24_000);
    }
}
