//! Holds back what a filter makes of an excitation that is louder than it was told: what was never heard before cannot be
//! predicted.
//!
//! The filter of *follow* makes the residual of a linear prediction as loud as the input. Where something begins, the prediction
//! knows it already while the residual was still made by the filter of what was before: the residual is then many times as
//! loud as predicted (a sine out of silence: 40 dB), and so would be the sound.
//!
//! Thread: an [`Excess`] belongs to one stream; its steps are for the audio thread.

use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES};

/// Over 512 samples the sound is at most so many times as loud as expected (3 dB), in which the pulses of a note of 55 Hz
/// have room, and over a hop so many times (9 dB), in which one of them has.
const MOST: f32 = 1.41;
const MOST_IN_A_HOP: f32 = 2.8;
const HOPS: usize = 4;
/// A gain that falls is there after so many samples; one that rises after a hop.
const FALL_SAMPLES: usize = 16;

/// What is expected around the present block, and how loud it has been.
#[derive(Clone, Debug)]
pub(super) struct Excess {
    /// RMS at the block's beginning and end.
    from: f32,
    to: f32,
    hop: usize,
    powers: [f32; HOPS],
    gain: f32,
}

impl Default for Excess {
    fn default() -> Self {
        Self {
            from: 0.0,
            to: 0.0,
            hop: 0,
            powers: [0.0; HOPS],
            gain: 1.0,
        }
    }
}

impl Excess {
    /// Starts a block at whose end `taps` make sound of white noise of the amplitude `predicted`.
    pub(super) fn begin_frame(&mut self, taps: &[f32], predicted: f32) {
        self.from = self.to;
        self.to = predicted * taps.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
        self.hop = 0;
    }

    /// Holds a hop back as far as it is too loud.
    pub(super) fn step(&mut self, sound: &mut [f32; HOP_SAMPLES]) {
        let middle = self.hop * HOP_SAMPLES + HOP_SAMPLES / 2;
        let way = (middle as f32 / FRAME_SAMPLES as f32).min(1.0);
        self.hop += 1;
        let expected = self.from + way * (self.to - self.from);
        let power = sound.iter().map(|x| x * x).sum::<f32>() / HOP_SAMPLES as f32;
        self.powers.rotate_left(1);
        self.powers[HOPS - 1] = power;
        let mean = self.powers.iter().sum::<f32>() / HOPS as f32;
        let held = |most: f32, power: f32| {
            let loud = power.sqrt();
            if loud > most * expected {
                most * expected / loud
            } else {
                1.0
            }
        };
        let wanted = held(MOST, mean).min(held(MOST_IN_A_HOP, power));
        let before = std::mem::replace(&mut self.gain, wanted);
        if before == 1.0 && wanted == 1.0 {
            return;
        }
        let over = if wanted < before {
            FALL_SAMPLES
        } else {
            HOP_SAMPLES
        };
        for (n, sample) in sound.iter_mut().enumerate() {
            let way = ((n + 1) as f32 / over as f32).min(1.0);
            *sample *= before + way * (wanted - before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rms(sound: &[f32]) -> f32 {
        (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
    }

    /// Plays blocks that are expected to have an RMS of 1.
    fn held_back(excitation: impl Fn(usize) -> f32, blocks: usize) -> Vec<f32> {
        let mut excess = Excess::default();
        excess.begin_frame(&[1.0], 1.0);
        let mut out = Vec::new();
        for block in 0..blocks {
            excess.begin_frame(&[0.6, 0.0, 0.8], 1.0);
            for hop in 0..2 {
                let first = block * FRAME_SAMPLES + hop * HOP_SAMPLES;
                let mut sound: [f32; HOP_SAMPLES] = std::array::from_fn(|n| excitation(first + n));
                excess.step(&mut sound);
                out.extend(sound);
            }
        }
        out
    }

    #[test]
    fn pulses_of_low_notes_pass_to_the_bit() {
        for period in [48, 218, 436, 872] {
            let pulses = |n: usize| {
                if n.is_multiple_of(period) {
                    (period as f32).sqrt()
                } else {
                    0.0
                }
            };
            let out = held_back(pulses, 40);
            assert!(
                out.iter().enumerate().all(|(n, x)| *x == pulses(n)),
                "{period}"
            );
        }
    }

    #[test]
    fn what_is_100_times_as_loud_as_predicted_is_not_heard_so() {
        let bang = |n: usize| {
            if n < 2_048 {
                0.0
            } else {
                100.0 * (0.3 * n as f32).sin()
            }
        };
        let out = held_back(bang, 20);
        assert!(rms(&out[2_048 + FALL_SAMPLES..]) < 1.7);
        assert!(rms(&out[2_048..2_048 + HOP_SAMPLES]) < 30.0);
    }

    #[test]
    fn what_was_held_back_comes_again_and_silence_is_none() {
        let mut excess = Excess::default();
        let mut sound = [100.0; HOP_SAMPLES];
        excess.begin_frame(&[1.0], 1.0);
        excess.step(&mut sound);
        assert!(sound[HOP_SAMPLES - 1] < 3.0);
        let mut quiet = [0.5; HOP_SAMPLES];
        for _ in 0..3 {
            excess.begin_frame(&[1.0], 1.0);
            for _ in 0..2 {
                quiet = [0.5; HOP_SAMPLES];
                excess.step(&mut quiet);
            }
        }
        assert_eq!(quiet, [0.5; HOP_SAMPLES]);
        for _ in 0..2 {
            excess.begin_frame(&[], 1.0);
            let mut nothing = [0.0; HOP_SAMPLES];
            excess.step(&mut nothing);
            assert_eq!(nothing, [0.0; HOP_SAMPLES]);
        }
    }
}
