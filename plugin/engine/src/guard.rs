//! Nothing bad gets in or out: non-finite values, denormals, bounds, and the silence gate.

use mynah_models::{HOP_SAMPLES, SAMPLE_RATE_HZ};

use crate::chain::Hop;

/// No output sample is ever beyond this, either way (+18 dBFS).
pub const OUTPUT_BOUND: f32 = 8.0;
/// Translated sound above this (+12 dBFS) is bent towards [`OUTPUT_BOUND`].
const SOFT_LIMIT_FROM: f32 = 4.0;

/// Peak below which a hop counts as silent: -96 dBFS.
const SILENCE_PEAK: f32 = 1.584_893_2e-5;
/// -72 dBFS: what is softer does not wake a chain that sleeps. It would be played below -85 dBFS, since pauses are kept pauses.
const WAKING_PEAK: f32 = 2.5e-4;
/// Silent hops after which the chain is not run any more: 0.5 s.
pub(crate) const HOPS_TO_SLEEP: u32 = (SAMPLE_RATE_HZ / 2).div_ceil(HOP_SAMPLES as u32);

/// A sample that is not a normal number counts as silence: not finite, or so small that it is denormal.
/// Below -750 dBFS nothing is lost, and nobody further down the host's chain reckons slowly because of it.
pub(crate) fn normal(sample: f32) -> f32 {
    if sample.is_finite() && !sample.is_subnormal() {
        sample
    } else {
        0.0
    }
}

/// What the chain may be given: numbers too small to be normal are zero (they are slow to reckon
/// with, and some hosts flush them while a bounce does not).
pub(crate) fn without_denormals(sample: f32) -> f32 {
    if sample.abs() < f32::MIN_POSITIVE {
        0.0
    } else {
        sample
    }
}

/// Cleans a hop that the chain has made; false if it held a value that was not finite.
///
/// Then the chain's memory cannot be trusted any more, and the whole hop is silent. Below -300 dBFS
/// all is zero, so that the output does not depend on whether the host flushes denormals.
pub(crate) fn clean_translation(hop: &mut Hop) -> bool {
    if hop.iter().any(|sample| !sample.is_finite()) {
        hop.fill(0.0);
        return false;
    }
    for sample in hop {
        let size = sample.abs();
        if size < 1e-15 {
            *sample = 0.0;
        } else if size > SOFT_LIMIT_FROM {
            let room = OUTPUT_BOUND - SOFT_LIMIT_FROM;
            let bent = SOFT_LIMIT_FROM + room * ((size - SOFT_LIMIT_FROM) / room).tanh();
            *sample = bent.copysign(*sample);
        }
    }
    true
}

/// The last thing done to every output sample, dry or not.
pub(crate) fn bounded(sample: f32) -> f32 {
    normal(sample).clamp(-OUTPUT_BOUND, OUTPUT_BOUND)
}

/// The greatest magnitude in a hop.
pub(crate) fn peak(hop: &Hop) -> f32 {
    hop.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
}

/// Decides, hop by hop, whether the chain needs to run. Depends on nothing but the hops' peaks.
///
/// It begins asleep: a chain without a past that has heard a few frames of nothing takes what comes then for more than it is.
#[derive(Clone, Copy)]
pub(crate) struct SilenceGate {
    silent_hops: u32,
}

impl Default for SilenceGate {
    fn default() -> Self {
        SilenceGate {
            silent_hops: HOPS_TO_SLEEP + 1,
        }
    }
}

impl SilenceGate {
    /// Whether a hop with this input peak can be answered with silence.
    pub(crate) fn sleeps_through(&self, input_peak: f32) -> bool {
        self.silent_hops >= HOPS_TO_SLEEP && input_peak < WAKING_PEAK
    }

    /// Counts a hop; true at the one that ends the tail.
    pub(crate) fn count(&mut self, input_peak: f32, output_peak: f32) -> bool {
        let is_silent = input_peak < SILENCE_PEAK && output_peak < SILENCE_PEAK;
        if is_silent || self.sleeps_through(input_peak) {
            self.silent_hops = (self.silent_hops + 1).min(HOPS_TO_SLEEP + 1);
        } else {
            self.silent_hops = 0;
        }
        self.silent_hops == HOPS_TO_SLEEP
    }

    /// Whether the last hop was slept through or ended the tail.
    pub(crate) fn is_asleep(&self) -> bool {
        self.silent_hops >= HOPS_TO_SLEEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_samples() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40, -1e-45] {
            assert_eq!(normal(bad), 0.0);
            assert_eq!(bounded(bad), 0.0);
        }
        assert_eq!(normal(-f32::MIN_POSITIVE), -f32::MIN_POSITIVE);
        assert_eq!(normal(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(without_denormals(1e-40), 0.0);
        assert_eq!(without_denormals(-0.25), -0.25);
        assert_eq!(bounded(1e30), OUTPUT_BOUND);
        assert_eq!(bounded(-9.0), -OUTPUT_BOUND);
    }

    #[test]
    fn limits_softly_above_12_db_only() {
        let mut hop = [0.0; HOP_SAMPLES];
        for (n, sample) in hop.iter_mut().enumerate() {
            *sample = n as f32 * 0.25 - 16.0;
        }
        let before = hop;
        assert!(clean_translation(&mut hop));
        assert!(
            hop.windows(2).all(|pair| pair[1] >= pair[0]),
            "must not fold over"
        );
        for (old, new) in before.iter().zip(&hop) {
            assert!(new.abs() <= OUTPUT_BOUND);
            assert!(old.abs() > SOFT_LIMIT_FROM || old == new);
        }
    }

    #[test]
    fn one_bad_sample_silences_the_hop() {
        let mut hop = [0.5; HOP_SAMPLES];
        hop[77] = f32::NAN;
        assert!(!clean_translation(&mut hop));
        assert_eq!(hop, [0.0; HOP_SAMPLES]);
    }

    #[test]
    fn sleeps_after_half_a_second_and_wakes_at_once() {
        let mut gate = SilenceGate::default();
        assert!(gate.is_asleep() && gate.sleeps_through(1e-4));
        assert!(!gate.sleeps_through(1e-3) && !gate.count(1e-3, 0.0));
        assert_eq!(HOPS_TO_SLEEP, 188);
        for hop in 1..=HOPS_TO_SLEEP {
            assert!(!gate.sleeps_through(0.0));
            assert_eq!(gate.count(0.0, 1e-5), hop == HOPS_TO_SLEEP);
        }
        assert!(gate.is_asleep() && gate.sleeps_through(1e-4));
        for _ in 0..5 {
            assert!(!gate.count(1e-4, 0.0), "the tail ends once");
        }
        assert!(!gate.sleeps_through(1e-3));
        assert!(!gate.count(1e-3, 0.0) && !gate.is_asleep());
    }

    #[test]
    fn a_long_tail_keeps_it_awake() {
        let mut gate = SilenceGate::default();
        gate.count(1e-3, 0.0);
        for _ in 0..2 * HOPS_TO_SLEEP {
            gate.count(0.0, 1e-4);
        }
        assert!(!gate.is_asleep());
    }
}
