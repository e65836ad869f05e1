//! How long the room rings at each frequency, and the filter that makes a delay line ring so long.
//!
//! A line of `d` seconds must lose `60 d / T(f)` dB at each pass (Jot and Chaigne, "Digital delay networks for designing
//! artificial reverberators", AES 90, 1991). `T(f)` falls as it does in rooms, where air and walls take the treble: the losses
//! per second rise from those of the bass to [`TREBLE_LOSSES`] times as much, half-way at [`TREBLE_HZ`].

use std::f32::consts::TAU;

use super::network::LINES;

/// Decay by 60 dB at 1 kHz in the smallest room, seconds.
const SHORTEST_S: f32 = 0.4;
/// The same in the largest.
const LONGEST_S: f32 = 1.8;
/// Where the losses per second are half-way between those of the bass and of the treble.
const TREBLE_HZ: f32 = 6_000.0;
/// Losses per second far above [`TREBLE_HZ`], of those of the bass. With this the decay at 6 kHz is half of that at 1 kHz.
const TREBLE_LOSSES: f32 = 3.24;

/// How long the room takes to decay by 60 dB at 1 kHz, seconds, at a size from 0 to 1.
pub(super) fn decay_s(size: f32) -> f32 {
    SHORTEST_S * (LONGEST_S / SHORTEST_S).powf(size)
}

/// Losses per second at a frequency, of those in the bass.
fn losses(frequency_hz: f32) -> f32 {
    let squared = (frequency_hz / TREBLE_HZ).powi(2);
    1.0 + (TREBLE_LOSSES - 1.0) * squared / (1.0 + squared)
}

/// How long the room takes to decay by 60 dB at a frequency, seconds.
pub(super) fn decay_at_s(size: f32, frequency_hz: f32) -> f32 {
    decay_s(size) * losses(1_000.0) / losses(frequency_hz)
}

/// A filter for each line: `y[n] = now x[n] + before x[n-1] + again y[n-1]`.
#[derive(Clone, Copy)]
pub(super) struct Damping {
    pub(super) now: [f32; LINES],
    pub(super) before: [f32; LINES],
    pub(super) again: [f32; LINES],
}

impl Damping {
    /// For lines of these lengths in samples, at a size from 0 to 1.
    ///
    /// Each filter is a shelf of the first order whose gain in dB at [`TREBLE_HZ`] is the mean of both ends', by the bilinear
    /// transform. Its gain is below 1 at every frequency.
    pub(super) fn new(size: f32, rate_hz: f32, lengths_samples: &[usize; LINES]) -> Damping {
        let bass_s = decay_at_s(size, 0.0);
        let mut damping = Damping {
            now: [0.0; LINES],
            before: [0.0; LINES],
            again: [0.0; LINES],
        };
        for (line, length_samples) in lengths_samples.iter().enumerate() {
            let passes = *length_samples as f32 / rate_hz / bass_s;
            let bass = 0.001f32.powf(passes);
            let treble = bass.powf(TREBLE_LOSSES);
            // The frequency of the pole, over half the rate: in the bilinear transform s is (1 - z) / (1 + z).
            let pole = TAU * TREBLE_HZ * (treble / bass).sqrt() / (2.0 * rate_hz);
            damping.now[line] = (treble + bass * pole) / (1.0 + pole);
            damping.before[line] = (bass * pole - treble) / (1.0 + pole);
            damping.again[line] = (1.0 - pole) / (1.0 + pole);
        }
        damping
    }

    /// On the way from one to another, at `share` of it.
    ///
    /// The gains of a filter at both ends of the spectrum, between which it rises or falls steadily, are then between those of the
    /// two (they are ratios of sums of the coefficients), so that it is below 1 as well.
    pub(super) fn between(from: &Damping, to: &Damping, share: f32) -> Damping {
        let way = |from: &[f32; LINES], to: &[f32; LINES]| {
            std::array::from_fn(|line| from[line] + share * (to[line] - from[line]))
        };
        Damping {
            now: way(&from.now, &to.now),
            before: way(&from.before, &to.before),
            again: way(&from.again, &to.again),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_treble_dies_in_half_the_time() {
        assert!((decay_s(0.0) - 0.4).abs() < 1e-6);
        assert!((decay_s(1.0) - 1.8).abs() < 1e-6);
        for size in [0.0, 0.5, 1.0] {
            assert!((decay_at_s(size, 1_000.0) - decay_s(size)).abs() < 1e-6);
            let share = decay_at_s(size, 6_000.0) / decay_s(size);
            assert!((0.45..0.55).contains(&share), "{share}");
        }
    }

    #[test]
    fn no_filter_amplifies_on_the_way_either() {
        for rate_hz in [8_000.0, 44_100.0, 192_000.0] {
            let lengths =
                std::array::from_fn(|line| (0.003 * (line + 3) as f32 * rate_hz) as usize);
            let [small, large] = [0.0, 1.0].map(|size| Damping::new(size, rate_hz, &lengths));
            for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
                let damping = Damping::between(&small, &large, share);
                for line in 0..LINES {
                    let (now, before) = (damping.now[line], damping.before[line]);
                    let again = damping.again[line];
                    assert!(again.abs() < 1.0);
                    for gain in [
                        (now + before) / (1.0 - again),
                        (now - before) / (1.0 + again),
                    ] {
                        assert!(
                            gain > 0.0 && gain < 0.99,
                            "line {line} at {rate_hz} Hz: {gain}"
                        );
                    }
                }
            }
        }
    }
}
