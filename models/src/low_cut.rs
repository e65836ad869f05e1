//! Takes away what lies below all pitches, before anything listens: a microphone's offset, steps on the stage.
//!
//! A constant would fill the pauses with the target's noise, for its spectrum is never silent. Two poles (Butterworth) at
//! 20 Hz take 0.8 dB of the lowest pitch, 30 Hz, and 0.2 dB of a bass's lowest string. In double precision: the poles lie so
//! close to 1 that single precision would hum by itself.
//!
//! Thread: a [`LowCut`] belongs to one stream.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use crate::input::bounded_input;
use crate::rates::{HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Half of the power is gone here, Hz.
const CUTOFF_HZ: f64 = 20.0;

/// One stream's filter, at 48 kHz.
#[derive(Clone, Copy, Debug)]
pub struct LowCut {
    /// Of the numerator: `gain * (1, -2, 1)`.
    gain: f64,
    /// Of the denominator, after the 1.
    feedback: [f64; 2],
    /// Transposed direct form II.
    memory: [f64; 2],
}

impl Default for LowCut {
    fn default() -> Self {
        let angle = TAU * CUTOFF_HZ / f64::from(SAMPLE_RATE_HZ);
        let (sine, cosine) = angle.sin_cos();
        let width = sine * FRAC_1_SQRT_2;
        let whole = 1.0 + width;
        LowCut {
            gain: (1.0 + cosine) / 2.0 / whole,
            feedback: [-2.0 * cosine / whole, (1.0 - width) / whole],
            memory: [0.0; 2],
        }
    }
}

impl LowCut {
    /// Filters a hop. Input is bounded as the chain's is; the output holds nothing that is denormal. Audio thread.
    pub fn step(&mut self, hop: &[f32; HOP_SAMPLES]) -> [f32; HOP_SAMPLES] {
        let [first, second] = self.feedback;
        bounded_input(hop).map(|sample| {
            let input = self.gain * f64::from(sample);
            let output = input + self.memory[0];
            self.memory[0] = self.memory[1] - 2.0 * input - first * output;
            self.memory[1] = input - second * output;
            let output = output as f32;
            if output.is_subnormal() { 0.0 } else { output }
        })
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.memory = [0.0; 2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level of what is left of a sine in the last of two seconds, dB.
    fn response_db(hz: f64) -> f64 {
        let mut filter = LowCut::default();
        let sine = |n: usize| (TAU * hz * n as f64 / 48_000.0).sin() as f32;
        let mut power = 0.0;
        for hop in 0..750 {
            let out = filter.step(&std::array::from_fn(|n| sine(hop * HOP_SAMPLES + n)));
            if hop >= 375 {
                power += out.iter().map(|x| f64::from(x * x)).sum::<f64>();
            }
        }
        10.0 * (power / 24_000.0).log10()
    }

    #[test]
    fn what_is_below_all_pitches_goes_and_pitches_stay() {
        assert!(response_db(5.0) < -23.0, "{}", response_db(5.0));
        assert!(
            (response_db(20.0) + 3.0).abs() < 0.1,
            "{}",
            response_db(20.0)
        );
        assert!(response_db(30.0) > -0.9, "{}", response_db(30.0));
        assert!(response_db(440.0).abs() < 0.01, "{}", response_db(440.0));
    }

    #[test]
    fn a_constant_is_gone_and_a_reset_forgets_it() {
        let mut filter = LowCut::default();
        let constant = [0.5; HOP_SAMPLES];
        let last = (0..300).map(|_| filter.step(&constant)).last();
        assert!(last.is_some_and(|hop| hop.iter().all(|x| x.abs() < 1e-6)));
        filter.reset();
        let silent = [0.0; HOP_SAMPLES];
        assert_eq!(filter.step(&silent), silent);
    }
}
