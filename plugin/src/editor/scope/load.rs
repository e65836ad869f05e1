//! How much of a hop's time its translation takes.

use std::collections::VecDeque;

/// A hop lasts 128 samples at 48 kHz, nanoseconds.
const HOP_NS: f32 = 128.0 / 48_000.0 * 1e9;
/// Hops that are looked back on: 4 s.
const HOPS: usize = 1_500;
/// Hops from one reading to the next: 0.25 s, so that the numbers can be read.
const HOPS_BETWEEN_READINGS: usize = 94;

/// Share of the time that one core needs, percent of real time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Percent {
    pub(crate) median: f32,
    pub(crate) p99: f32,
}

/// The last hops' times.
#[derive(Default)]
pub(crate) struct Load {
    compute_ns: VecDeque<u32>,
    since_reading: usize,
    shown: Option<Percent>,
}

impl Load {
    /// Takes in a hop's time, nanoseconds.
    pub(crate) fn push(&mut self, compute_ns: u32) {
        if self.compute_ns.len() == HOPS {
            self.compute_ns.pop_front();
        }
        self.compute_ns.push_back(compute_ns);
        self.since_reading += 1;
        if self.shown.is_none() || self.since_reading >= HOPS_BETWEEN_READINGS {
            self.since_reading = 0;
            self.shown = self.percent();
        }
    }

    /// Median and 99th percentile of the last 4 s; `None` before the first hop.
    pub(crate) fn percent(&self) -> Option<Percent> {
        let mut sorted: Vec<u32> = self.compute_ns.iter().copied().collect();
        sorted.sort_unstable();
        // The smallest time that this share of the hops does not exceed.
        let quantile = |share: f32| {
            let rank = (share * sorted.len() as f32).ceil() as usize;
            let time_ns = sorted.get(rank.max(1) - 1)?;
            Some(*time_ns as f32 / HOP_NS * 100.0)
        };
        Some(Percent {
            median: quantile(0.5)?,
            p99: quantile(0.99)?,
        })
    }

    /// The reading, such as `6.1 %, p99 9.0 %`; a dash when `resting`, while no hops come.
    pub(crate) fn words(&self, resting: bool) -> String {
        match self.shown {
            Some(Percent { median, p99 }) if !resting => {
                format!("{median:.1} %, p99 {p99:.1} %")
            }
            _ => "\u{2013}".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_the_last_hops() {
        let mut load = Load::default();
        assert_eq!(load.percent(), None);
        for hop in 1..=100_u32 {
            load.push(hop * 26_667);
        }
        let percent = load.percent().expect("a reading");
        assert!((percent.median - 50.0).abs() < 0.01, "{percent:?}");
        assert!((percent.p99 - 99.0).abs() < 0.01, "{percent:?}");
        for _ in 0..HOPS {
            load.push(266_667);
        }
        let percent = load.percent().expect("a reading");
        assert!((percent.median - 10.0).abs() < 0.01 && percent.p99 == percent.median);
    }

    #[test]
    fn the_numbers_stand_still_for_a_while() {
        let mut load = Load::default();
        load.push(26_667);
        let first = load.shown;
        for _ in 1..HOPS_BETWEEN_READINGS {
            load.push(266_667);
            assert_eq!(load.shown, first);
        }
        load.push(266_667);
        assert_eq!(load.words(false), "10.0 %, p99 10.0 %");
        assert_eq!(load.words(true), "\u{2013}");
    }
}
