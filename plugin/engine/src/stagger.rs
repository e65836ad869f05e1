//! Where the frames of one instance among several end, so that those of a whole session do not all fall into one block.
//!
//! Most of the work is done every 256 samples, when a frame is complete. Ten instances that a host starts together would all do
//! it in the same block: at 64 samples every fourth would take four times the mean, and be late long before the processor is
//! busy. So each instance begins as if some silence had come before, and has its frames at a time of its own. The latency is
//! the same, and the sound, too, but for where the frames lie: as they do for a note played a few milliseconds later.

use mynah_models::FRAME_SAMPLES;

use crate::latency::Timing;

/// Different times of frames. Further instances share them.
const PHASES: usize = 16;

/// The silence before instance `instance`, 0 for the first, in host samples.
///
/// Van der Corput's sequence: however many instances there are, they are spread evenly, over frames as over blocks of 32 to 128
/// samples.
pub(crate) fn lead_samples(instance: usize, timing: &Timing) -> usize {
    let bits = PHASES.trailing_zeros();
    let phase = (instance % PHASES).reverse_bits() >> (usize::BITS - bits);
    let core_samples = (phase * FRAME_SAMPLES / PHASES) as u64;
    (core_samples * timing.host_rate / timing.core_rate) as usize
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
            let end = frame_samples - lead_samples(instance, &timing);
            ends[(end - 1) / block_samples] += 1;
        }
        ends.into_iter().max().unwrap_or_default()
    }

    #[test]
    fn one_instance_begins_with_its_first_sample() {
        for rate_hz in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
            assert_eq!(lead_samples(0, &Timing::new(rate_hz)), 0);
        }
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
