//! Values that come to what is wanted within a few frames.

use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Time from one frame to the next.
pub(super) const FRAME_MS: f32 = 1000.0 * FRAME_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
/// Time constant of an approach, if nothing else is said.
const APPROACH_MS: f32 = 12.0;
/// As near as this it is there.
const NEAR: f32 = 1e-4;

/// Numbers that approach what is wanted, each by one pole, and then are exactly that. The first are taken
/// at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Approach<const N: usize> {
    time_constant_ms: f32,
    reached: Option<[f32; N]>,
}

impl<const N: usize> Default for Approach<N> {
    fn default() -> Self {
        Self::with_time_constant(APPROACH_MS)
    }
}

impl<const N: usize> Approach<N> {
    /// An approach with another time constant.
    pub(super) fn with_time_constant(time_constant_ms: f32) -> Self {
        Self {
            time_constant_ms,
            reached: None,
        }
    }

    /// Is at once where it is wanted.
    pub(super) fn jump(&mut self, wanted: [f32; N]) {
        self.reached = Some(wanted);
    }

    /// One frame.
    pub(super) fn step(&mut self, wanted: [f32; N]) -> [f32; N] {
        self.go(share(self.time_constant_ms), wanted)
    }

    /// One hop.
    pub(super) fn step_hop(&mut self, wanted: [f32; N]) -> [f32; N] {
        let hops = (FRAME_SAMPLES / HOP_SAMPLES) as f32;
        self.go(share(hops * self.time_constant_ms), wanted)
    }

    fn go(&mut self, share: f32, wanted: [f32; N]) -> [f32; N] {
        let mut now = self.reached.unwrap_or(wanted);
        for (now, wanted) in now.iter_mut().zip(wanted) {
            *now += share * (wanted - *now);
            if (*now - wanted).abs() < NEAR {
                *now = wanted;
            }
        }
        self.reached = Some(now);
        now
    }
}

/// What one pole of this time constant goes in a frame, as a share of what is left; all of it without one.
pub(super) fn share(time_constant_ms: f32) -> f32 {
    if time_constant_ms <= 0.0 {
        return 1.0;
    }
    1.0 - (-FRAME_MS / time_constant_ms).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_there_and_arrives_exactly() {
        let mut approach = Approach::default();
        assert_eq!(approach.step([3.0]), [3.0]);
        let first = approach.step([4.0])[0];
        assert!(first > 3.2 && first < 3.8, "{first}");
        let last = (0..40).map(|_| approach.step([4.0])[0]).last();
        assert_eq!(last, Some(4.0));
    }

    #[test]
    fn two_hops_are_a_frame() {
        let (mut frames, mut hops) = (Approach::default(), Approach::default());
        for wanted in [1.0, 5.0, 5.0, -2.0] {
            let frame = frames.step([wanted])[0];
            hops.step_hop([wanted]);
            let hop = hops.step_hop([wanted])[0];
            assert!((frame - hop).abs() < 1e-5, "{frame} {hop}");
        }
    }
}
