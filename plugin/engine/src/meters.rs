//! What the engine lets an editor see. Raw values: scaling for the eye is the editor's business.

use mynah_models::{HeardKey, Telemetry};

use crate::play_on::PlayingOn;

/// A peak falls to a tenth of its height (-20 dB) in this time, so that a display that looks 30 times a
/// second misses none.
const FALL_S: f64 = 0.4;

/// A snapshot for a display. Cheap to copy.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Meters {
    /// Peak of the input, linear (1 = 0 dBFS), the louder channel, falling by 50 dB a second.
    pub input_peak: f32,
    /// Peak of the output, likewise.
    pub output_peak: f32,
    /// The octave in use: the control's or, with *Auto octave*, the one that was chosen last for the tracked pitch.
    pub octave: i32,
    /// The key that was heard last, as it is played, whether *Snap* pulls to it or not; `None` while none is sure.
    pub key: Option<HeardKey>,
    /// What the chain hears in the input; the default (zeros) while it does not run.
    pub telemetry: Telemetry,
    /// The keys that are held, by finger or pedal, a bit each; none where a sound is played.
    pub held_keys: u128,
    /// Whether it plays on, or is about to.
    pub playing_on: PlayingOn,
    /// Whether there is a target; without one, the dry signal passes.
    pub has_target: bool,
    /// Whether the chain rests because there is nothing to translate.
    pub asleep: bool,
    /// Whether left and right cancel in the mean of which the translation is made: it is 12 dB softer than they are, over
    /// half a second of sound. Never in stereo.
    pub cancels: bool,
}

/// A peak that falls slowly.
pub(crate) struct PeakMeter {
    peak: f32,
    fall: f32,
}

impl PeakMeter {
    /// At zero, for samples at `rate_hz`.
    pub(crate) fn new(rate_hz: f64) -> PeakMeter {
        PeakMeter {
            peak: 0.0,
            fall: 0.1f64.powf(1.0 / (FALL_S * rate_hz)) as f32,
        }
    }

    /// Takes in one sample of both channels.
    pub(crate) fn take(&mut self, frame: [f32; 2]) {
        let fallen = self.peak * self.fall;
        self.peak = fallen.max(frame[0].abs()).max(frame[1].abs());
        if self.peak < f32::MIN_POSITIVE {
            self.peak = 0.0;
        }
    }

    /// As if `samples` zeros had been taken in.
    pub(crate) fn skip(&mut self, samples: usize) {
        self.peak *= self.fall.powi(samples.min(i32::MAX as usize) as i32);
        if self.peak < f32::MIN_POSITIVE {
            self.peak = 0.0;
        }
    }

    /// The present peak, linear.
    pub(crate) fn peak(&self) -> f32 {
        self.peak
    }

    /// Back to zero.
    pub(crate) fn reset(&mut self) {
        self.peak = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_at_once_and_falls_slowly() {
        let mut meter = PeakMeter::new(48_000.0);
        meter.take([0.1, -0.8]);
        assert_eq!(meter.peak(), 0.8);
        for _ in 0..19_200 {
            meter.take([0.0, 0.0]);
        }
        assert!((meter.peak() - 0.08).abs() < 1e-3, "{}", meter.peak());
        meter.reset();
        assert_eq!(meter.peak(), 0.0);
    }
}
