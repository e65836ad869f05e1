//! Lets the content wander by itself, the same way for the same seed.
//!
//! Each channel moves by value noise: hashed values at whole steps, with a smooth way between them (Perlin, "An image
//! synthesizer", 1985, in one dimension).

use super::VariationControls;
use super::smoothing::FRAME_MS;

/// How far a channel moves at an amount of 1: the bands of a steady tone then move by 1.4 (trumpet) to 2.7 dB (piano).
const REACH: f32 = 9.0;

/// Where on its way the content is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wander {
    /// Steps gone since the beginning. Double precision: it goes on for days.
    steps: f64,
}

impl Wander {
    /// One frame.
    pub(super) fn step(&mut self, controls: &VariationControls, z: &mut [f32]) {
        self.steps += f64::from(controls.rate_hz * FRAME_MS / 1000.0);
        if controls.amount == 0.0 {
            return;
        }
        let whole = self.steps.floor();
        let share = (self.steps - whole) as f32;
        let smooth = share * share * (3.0 - 2.0 * share);
        let step = whole as u64 as u32;
        for (channel, z) in z.iter_mut().enumerate() {
            let value = |step: u32| hashed(controls.seed, channel as u32, step);
            let (from, to) = (value(step), value(step.wrapping_add(1)));
            *z += controls.amount * REACH * (from + smooth * (to - from));
        }
    }
}

/// A value from -1 to 1: lowbias32 (Wellons, "Prospecting for hash functions", 2018) of all three.
fn hashed(seed: u32, channel: u32, step: u32) -> f32 {
    let mix = |mut x: u32| {
        x ^= x >> 16;
        x = x.wrapping_mul(0x7feb_352d);
        x ^= x >> 15;
        x = x.wrapping_mul(0x846c_a68b);
        x ^ x >> 16
    };
    let bits = mix(mix(mix(seed.wrapping_add(1)) ^ channel) ^ step);
    (bits >> 8) as f32 / (1 << 23) as f32 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(seed: u32, amount: f32, rate_hz: f32) -> Vec<f32> {
        let controls = VariationControls {
            amount,
            rate_hz,
            seed,
        };
        let mut wander = Wander::default();
        (0..2_000)
            .map(|_| {
                let mut z = [0.0; 3];
                wander.step(&controls, &mut z);
                z[1]
            })
            .collect()
    }

    #[test]
    fn the_same_seed_goes_the_same_way_and_another_does_not() {
        assert_eq!(way(7, 1.0, 2.0), way(7, 1.0, 2.0));
        assert_ne!(way(7, 1.0, 2.0), way(8, 1.0, 2.0));
        assert!(way(7, 0.0, 2.0).iter().all(|z| *z == 0.0));
    }

    #[test]
    fn it_is_smooth_goes_far_enough_and_no_farther() {
        let far = way(3, 0.5, 1.0);
        let (low, high) = far
            .iter()
            .fold((0f32, 0f32), |(l, h), z| (l.min(*z), h.max(*z)));
        assert!(
            low < -1.5 && high > 1.5 && low >= -4.5 && high <= 4.5,
            "{low} {high}"
        );
        let steepest = far
            .windows(2)
            .fold(0f32, |m, pair| m.max((pair[1] - pair[0]).abs()));
        // At most 1.5 times the mean slope of the longest way between two values.
        assert!(steepest < 1.5 * REACH * FRAME_MS / 1000.0, "{steepest}");
    }
}
