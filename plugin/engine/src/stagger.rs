//! Where the frames of one instance among several end, so that those of a whole session do not all fall into one block.
//!
//! Most of the work is done every 256 samples, when a frame is complete. Ten instances that a host starts together, or that wake
//! at the same sound, would all do it in the same block: at 64 samples every fourth would take four times the mean, and be late
//! long before the processor is busy. So each instance begins its first hop as if some silence had come before, and every second
//! one ends its first frame a hop earlier, after a start as after a rest. The latency is the same, and the sound, too, but for
//! where the frames lie: as they do for a note played a few milliseconds later. Where keys are played frames begin with the notes,
//! at a hop, so there the hops alone are spread.

use mynah_models::{FRAME_SAMPLES, HOP_SAMPLES};

use crate::controls::Plays;
use crate::latency::Timing;

/// Different times of frames. Further instances share them.
const PHASES: usize = 16;

/// How much earlier the frames of an instance end than those of the first.
pub(crate) struct Lead {
    /// Whole hops: 0 or 1.
    pub(crate) hops: usize,
    /// What of a hop is left, at 48 kHz.
    core_samples: usize,
}

/// That of instance `instance`, 0 for the first, of those that play this.
///
/// Van der Corput's sequence: however many instances there are, they are spread evenly, over frames as over blocks of 32 to 128
/// samples.
pub(crate) fn lead_of(instance: usize, plays: Plays) -> Lead {
    let bits = PHASES.trailing_zeros();
    let phase = (instance % PHASES).reverse_bits() >> (usize::BITS - bits);
    let spread_samples = match plays {
        Plays::Sound => FRAME_SAMPLES,
        Plays::Keys => HOP_SAMPLES,
    };
    let samples = phase * spread_samples / PHASES;
    Lead {
        hops: samples / HOP_SAMPLES,
        core_samples: samples % HOP_SAMPLES,
    }
}

impl Lead {
    /// What of a hop is left, at the host's rate.
    pub(crate) fn host_samples(&self, timing: &Timing) -> usize {
        (self.core_samples as u64 * timing.host_rate / timing.core_rate) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most instances of `count` whose frames end in the same block of `block_samples`, started together.
    fn most_at_once(count: usize, block_samples: usize, rate_hz: f64) -> usize {
        let timing = Timing::new(rate_hz);
        let frame_samples = FRAME_SAMPLES * timing.host_rate as usize / timing.core_rate as usize;
        let blocks = frame_samples.div_ceil(block_samples);
        let mut ends = vec![0; blocks];
        for instance in 0..count {
            let lead = lead_of(instance, Plays::Sound);
            let hops = lead.hops * frame_samples * HOP_SAMPLES / FRAME_SAMPLES;
            let end = frame_samples - hops - lead.host_samples(&timing);
            ends[(end - 1) / block_samples] += 1;
        }
        ends.into_iter().max().unwrap_or_default()
    }

    #[test]
    fn one_instance_begins_with_its_first_sample() {
        for rate_hz in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
            for plays in [Plays::Sound, Plays::Keys] {
                let lead = lead_of(0, plays);
                let samples = lead.host_samples(&Timing::new(rate_hz));
                assert_eq!((lead.hops, samples), (0, 0));
            }
        }
    }

    #[test]
    fn hops_of_keys_are_spread_evenly() {
        let timing = Timing::new(48_000.0);
        let leads = (0..16).map(|instance| lead_of(instance, Plays::Keys));
        let leads: Vec<Lead> = leads.collect();
        assert!(leads.iter().all(|lead| lead.hops == 0));
        let samples = leads.iter().map(|lead| lead.host_samples(&timing));
        let samples: Vec<usize> = samples.collect();
        assert_eq!(samples[..4], [0, 64, 32, 96]);
        let mut sorted = samples.clone();
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] == 8));
    }

    #[test]
    fn frames_are_spread_evenly_over_blocks() {
        for (count, block_samples, rate_hz, most) in [
            (4, 64, 48_000.0, 1),
            (10, 64, 48_000.0, 3),
            (10, 32, 48_000.0, 2),
            (16, 16, 48_000.0, 1),
            (10, 128, 48_000.0, 5),
            (40, 64, 48_000.0, 10),
            (10, 128, 96_000.0, 3),
        ] {
            let found = most_at_once(count, block_samples, rate_hz);
            assert_eq!(found, most, "{count} in blocks of {block_samples}");
        }
    }
}
