//! Where the latency comes from, and how it is computed.
//!
//! Host sample `n` must come out as the translation of host sample `n - L`, with a constant `L` that
//! the host is told. With `r` = host rate / 48 kHz, `L` has four parts:
//!
//! | part | host samples | at 48 kHz |
//! |---|---|---|
//! | a hop has to be complete before it is translated | 128 r | 128 |
//! | overlap of the generator's sub-bands | 16 r | 16 |
//! | resampling to 48 kHz: half the filter | `up` | 0 |
//! | resampling back: half the filter (counted at 48 kHz) | `down` r | 0 |
//!
//! `L = ceil(up + r (144 + down))`. Derivation: just before host sample `n` is taken in, `n` samples
//! are there. Core sample `m` sits at host time `m r` and needs host samples up to `floor(m r) + up`,
//! so the core samples with `m r < n - up` exist: at least `(n - up) / r` of them, of which at most 127
//! wait in an unfinished hop. Output `n` reads the core's output around `(n - L) / r + 16`, up to
//! `down` samples ahead. That it exists for every `n` is `(n - L) / r + 16 + down <= (n - up) / r - 128`,
//! which gives `L`. What the rounding up leaves over is taken up by the position at which the way back
//! reads (it is a fraction of a sample in any case), so `L` is exact, not rounded.
//!
//! The filters span 32 samples of the slower of the two rates to either side ([`HALF_SPAN_SAMPLES`]).
//! At exactly 48 kHz there are no filters.

use mynah_models::{CHAIN_DELAY_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};

/// Lowest host rate that is supported, in Hz.
pub const MIN_HOST_RATE_HZ: f64 = 8_000.0;
/// Highest host rate that is supported, in Hz.
pub const MAX_HOST_RATE_HZ: f64 = 192_000.0;

/// Half the length of each resampling filter, in samples of the slower rate.
///
/// 32 gives 90 dB of stop band with a transition of 9 % of the rate: at 44.1 kHz the pass band reaches
/// 20 kHz, for 0.73 ms each way.
pub(crate) const HALF_SPAN_SAMPLES: u64 = 32;

/// Host rates are taken to a thousandth of a hertz, which makes the ratio to 48 kHz a fraction of
/// integers: positions are then exact for ever, and both ways use the same ratio.
const RATE_UNITS_PER_HZ: f64 = 1_000.0;
const CORE_RATE_UNITS: u64 = SAMPLE_RATE_HZ as u64 * RATE_UNITS_PER_HZ as u64;

/// Whether the engine runs at this host rate: 8 kHz to 192 kHz, whole or not.
pub fn supported_rate(host_rate_hz: f64) -> bool {
    (MIN_HOST_RATE_HZ..=MAX_HOST_RATE_HZ).contains(&host_rate_hz)
}

/// The engine's latency in host samples at a host rate in Hz; `None` at a rate that is not supported.
///
/// ```
/// assert_eq!(mynah_engine::latency_samples(48_000.0), Some(144));
/// assert_eq!(mynah_engine::latency_samples(1.0), None);
/// ```
pub fn latency_samples(host_rate_hz: f64) -> Option<u32> {
    supported_rate(host_rate_hz).then(|| Timing::new(host_rate_hz).latency_samples as u32)
}

/// The ratio of the rates and all that follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timing {
    /// Host rate, in units such that this and `core_rate` have no common divisor.
    pub(crate) host_rate: u64,
    /// 48 kHz in the same units.
    pub(crate) core_rate: u64,
    /// Half length of the filter to 48 kHz, in host samples; 0 means that there is none.
    pub(crate) up_half_samples: usize,
    /// Half length of the filter back, in samples at 48 kHz; 0 means that there is none.
    pub(crate) down_half_samples: usize,
    /// The whole latency in host samples.
    pub(crate) latency_samples: u64,
}

impl Timing {
    /// For a supported rate; others are brought into the range.
    pub(crate) fn new(host_rate_hz: f64) -> Timing {
        let in_range_hz = host_rate_hz.clamp(MIN_HOST_RATE_HZ, MAX_HOST_RATE_HZ);
        let host_units = (in_range_hz * RATE_UNITS_PER_HZ).round() as u64;
        let divisor = greatest_common_divisor(host_units, CORE_RATE_UNITS);
        let (host_rate, core_rate) = (host_units / divisor, CORE_RATE_UNITS / divisor);
        let slower = host_rate.min(core_rate);
        let half = |rate: u64| {
            if host_rate == core_rate {
                0
            } else {
                (HALF_SPAN_SAMPLES * rate).div_ceil(slower)
            }
        };
        let (up_half, down_half) = (half(host_rate), half(core_rate));
        let core_samples = (HOP_SAMPLES + CHAIN_DELAY_SAMPLES) as u64 + down_half;
        Timing {
            host_rate,
            core_rate,
            up_half_samples: up_half as usize,
            down_half_samples: down_half as usize,
            latency_samples: up_half + (core_samples * host_rate).div_ceil(core_rate),
        }
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in the crate's documentation.
    #[test]
    fn documented_latencies() {
        let table = include_str!("lib.rs");
        for rate_hz in [
            8_000u32, 22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
        ] {
            let samples = latency_samples(f64::from(rate_hz)).expect("supported");
            let ms = f64::from(samples) * 1000.0 / f64::from(rate_hz);
            let row = format!("//! | {rate_hz} | {samples} | {ms:.2} |");
            assert!(
                table.contains(&row),
                "the crate's documentation lacks the row {row}"
            );
        }
    }

    #[test]
    fn bars() {
        assert_eq!(latency_samples(48_000.0), Some(144));
        assert!(latency_samples(44_100.0).expect("supported") as f64 / 44.1 <= 6.0);
    }

    #[test]
    fn range_of_rates() {
        for rate_hz in [8_000.0, 11_025.5, 44_056.0, 47_952.047_952, 192_000.0] {
            assert!(supported_rate(rate_hz), "{rate_hz}");
        }
        for rate_hz in [0.0, -48_000.0, 7_999.9, 192_000.1, f64::NAN, f64::INFINITY] {
            assert!(!supported_rate(rate_hz), "{rate_hz}");
            assert_eq!(latency_samples(rate_hz), None);
        }
    }

    #[test]
    fn ratio_is_reduced() {
        let timing = Timing::new(44_100.0);
        assert_eq!((timing.host_rate, timing.core_rate), (147, 160));
    }
}
