//! The chain alone, hop by hop: with warm caches, and with cold ones.

use std::hint::black_box;
use std::time::Instant;

use mynah_models::{Base, CORNERS, ChainState, HOP_SAMPLES, HopControls, Mode, Target};

use super::HOP_BUDGET_US;

/// Passes over the same sound: each does the same work to the bit, so of every hop the shortest time counts, and what is
/// longer is another program's doing.
const PASSES: usize = 3;
const WARM_UP_HOPS: usize = 188;
/// What is written between two hops to empty the caches: several times the L2 cache and as much as most L3 caches have.
const EVICTION_BYTES: usize = 64 << 20;
/// One byte of every line of the cache.
const CACHE_LINE_BYTES: usize = 64;

/// Times of the chain over one sound.
pub(super) struct ChainTimes {
    /// Seconds of sound per second, in the fastest pass.
    pub(super) x_real_time: f64,
    /// Of every hop the shortest of all passes, in ascending order.
    sorted_us: Vec<f64>,
}

impl ChainTimes {
    /// The time that `share` of the hops, 0..=1, do not exceed.
    pub(super) fn quantile_us(&self, share: f64) -> f64 {
        super::quantile(&self.sorted_us, share)
    }
}

/// One way to run the chain.
pub(super) struct Run<'a> {
    pub(super) base: &'a Base,
    pub(super) target: &'a Target,
    pub(super) mode: Mode,
    /// Of the generator: 0 runs the prior only.
    pub(super) drive: f32,
    /// How many times the target is blended with itself, 1 to 4: as much work as with others.
    pub(super) blended: usize,
}

impl Run<'_> {
    /// Hop after hop of `sound`, with warm caches.
    pub(super) fn hot(&self, sound: &[f32]) -> ChainTimes {
        self.times(sound, || ())
    }

    /// The same with the caches emptied before every hop: a plugin among many.
    pub(super) fn cold(&self, sound: &[f32]) -> ChainTimes {
        let mut others = vec![0_u8; EVICTION_BYTES];
        self.times(sound, move || {
            for line in others.chunks_mut(CACHE_LINE_BYTES) {
                line[0] = line[0].wrapping_add(1);
            }
            black_box(&others);
        })
    }

    fn times(&self, sound: &[f32], mut before_hop: impl FnMut()) -> ChainTimes {
        let mut hops_us = vec![f64::MAX; sound.len() / HOP_SAMPLES];
        let mut shortest_us = f64::MAX;
        for _ in 0..PASSES {
            let pass = self.pass_us(sound, &mut before_hop);
            shortest_us = shortest_us.min(pass.iter().sum());
            for (best, now) in hops_us.iter_mut().zip(&pass) {
                *best = best.min(*now);
            }
        }
        hops_us.sort_by(f64::total_cmp);
        ChainTimes {
            x_real_time: hops_us.len() as f64 * HOP_BUDGET_US / shortest_us,
            sorted_us: hops_us,
        }
    }

    /// Time of every hop of one pass.
    fn pass_us(&self, sound: &[f32], before_hop: &mut impl FnMut()) -> Vec<f64> {
        let controls = HopControls {
            mode: self.mode,
            generator_drive: self.drive,
            morph: std::array::from_fn(|slot| f32::from(u8::from(slot < self.blended))),
            ..HopControls::default()
        };
        let targets = [Some(self.target); CORNERS];
        let mut state = ChainState::new(self.base);
        let mut output = [0.0; HOP_SAMPLES];
        let (hops, _) = sound.as_chunks::<HOP_SAMPLES>();
        for hop in hops.iter().cycle().take(WARM_UP_HOPS) {
            self.base
                .step(&targets, &mut state, &controls, hop, &mut output);
        }
        let mut times = Vec::with_capacity(hops.len());
        for hop in hops {
            before_hop();
            let started = Instant::now();
            self.base
                .step(&targets, &mut state, &controls, hop, &mut output);
            times.push(started.elapsed().as_secs_f64() * 1e6);
            black_box(&output);
        }
        times
    }
}
