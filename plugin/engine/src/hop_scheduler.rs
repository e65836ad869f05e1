//! Cuts the host's stream into hops of 128 samples at 48 kHz and back, one host sample at a time.
//!
//! Working sample by sample is what makes the output independent of the host's blocks: a block is just
//! as many samples, and the chain runs when a hop is full, wherever in a block that is.
//!
//! There are two lanes, for two voices in step; while the second does not run, it costs nothing and gives what the first gives.

use mynah_models::{CHAIN_DELAY_SAMPLES, HOP_SAMPLES};

use crate::chain::Hop;
use crate::latency::Timing;
use crate::resample::{Past, Positions, Resampler};

/// Voices that are translated in step, at the most.
pub(crate) const LANES: usize = 2;

/// What the chain makes of one hop.
pub(crate) struct Translation {
    /// The sound of each lane that runs.
    pub(crate) wet: [Hop; LANES],
    /// How much of a translation there is, 0 to 1: 0 without a target. Not delayed by the chain.
    pub(crate) presence: Hop,
}

/// One voice's way to 48 kHz and back.
#[derive(Clone)]
struct Lane {
    to_core: Resampler,
    from_core: Resampler,
}

/// The stream around the chain.
pub(crate) struct HopScheduler {
    lanes: [Lane; LANES],
    /// How many of them run: the first, or both.
    running: usize,
    presence: Past,
    inputs: [Hop; LANES],
    filled_samples: usize,
    translation: Translation,
}

impl HopScheduler {
    /// With one lane running. Allocates.
    pub(crate) fn new(timing: &Timing) -> HopScheduler {
        let (host, core) = (timing.host_rate, timing.core_rate);
        let to_core = Positions {
            start: 0,
            step: host,
            phases: core,
        };
        // Host sample n reads the chain's output at (n - latency) core / host + CHAIN_DELAY_SAMPLES,
        // see `latency`.
        let start =
            (CHAIN_DELAY_SAMPLES as u64 * host) as i64 - (timing.latency_samples * core) as i64;
        let from_core = Positions {
            start,
            step: core,
            phases: host,
        };
        // Right after a hop, the way back lags by that hop and by its filter; one more hop and the
        // samples that one host sample stands for (6 at 8 kHz) are to spare.
        let lag_samples = timing.down_half_samples + 2 * HOP_SAMPLES + CHAIN_DELAY_SAMPLES;
        let lane = Lane {
            to_core: Resampler::new(timing.up_half_samples, HOP_SAMPLES, to_core),
            from_core: Resampler::new(timing.down_half_samples, lag_samples, from_core),
        };
        HopScheduler {
            lanes: [lane.clone(), lane],
            running: 1,
            presence: Past::new(2 * timing.down_half_samples + lag_samples + 1),
            inputs: [[0.0; HOP_SAMPLES]; LANES],
            filled_samples: 0,
            translation: Translation {
                wet: [[0.0; HOP_SAMPLES]; LANES],
                presence: [0.0; HOP_SAMPLES],
            },
        }
    }

    /// Has so many lanes run from now on, 1 or 2. The second begins as a copy of the first.
    pub(crate) fn run_lanes(&mut self, lanes: usize) {
        if lanes == LANES && self.running < LANES {
            let [first, second] = &mut self.lanes;
            second.to_core.copy_from(&first.to_core);
            second.from_core.copy_from(&first.from_core);
            self.inputs[1] = self.inputs[0];
        }
        self.running = lanes.clamp(1, LANES);
    }

    /// The next host sample of each lane's translation, and the presence (0 to 1). To be called once before
    /// each [`push`](Self::push); the latency is such that there always is one then.
    pub(crate) fn pull(&mut self) -> Option<([f32; LANES], f32)> {
        let [first, second] = &mut self.lanes;
        let presence = self.presence.window(first.from_core.index(), 1)[0];
        let wet = first.from_core.pull()?;
        let other = if self.running == LANES {
            second.from_core.pull()?
        } else {
            wet
        };
        Some(([wet, other], presence))
    }

    /// Takes in a host sample of each lane; when that completes a hop, has it translated and returns true.
    ///
    /// It can complete one hop at the most: a host sample is 6 core samples at 8 kHz.
    pub(crate) fn push(
        &mut self,
        samples: [f32; LANES],
        translate: impl FnOnce(&[Hop; LANES], &mut Translation),
    ) -> bool {
        let running = &mut self.lanes[..self.running];
        for (lane, sample) in running.iter_mut().zip(samples) {
            lane.to_core.push(sample);
        }
        let mut translate = Some(translate);
        // All lanes are in step: where the first has a sample, the others have one.
        while let Some(sample) = running[0].to_core.pull() {
            self.inputs[0][self.filled_samples] = sample;
            for (lane, input) in running.iter_mut().zip(&mut self.inputs).skip(1) {
                input[self.filled_samples] = lane.to_core.pull().unwrap_or_default();
            }
            self.filled_samples += 1;
            if self.filled_samples == HOP_SAMPLES {
                self.filled_samples = 0;
                if let Some(translate) = translate.take() {
                    translate(&self.inputs, &mut self.translation);
                }
                for (lane, wet) in running.iter_mut().zip(&self.translation.wet) {
                    for sample in wet {
                        lane.from_core.push(*sample);
                    }
                }
                for presence in &self.translation.presence {
                    self.presence.push(*presence);
                }
            }
        }
        translate.is_none()
    }

    /// As if `samples` zeros had come in and each hop been answered with silence, when all that is
    /// remembered is such already. Whether the last one completed a hop.
    pub(crate) fn skip(&mut self, samples: usize) -> bool {
        if samples == 0 {
            return false;
        }
        self.skip_hops(samples - 1);
        self.skip_hops(1) > 0
    }

    /// The same; how many hops were completed.
    fn skip_hops(&mut self, samples: usize) -> usize {
        let mut core_samples = 0;
        for lane in &mut self.lanes[..self.running] {
            lane.from_core.skip_values(samples);
            lane.to_core.skip_input(samples);
            core_samples = lane.to_core.available();
            lane.to_core.skip_values(core_samples);
        }
        let filled_samples = self.filled_samples + core_samples;
        let hops = filled_samples / HOP_SAMPLES;
        self.filled_samples = filled_samples % HOP_SAMPLES;
        for lane in &mut self.lanes[..self.running] {
            lane.from_core.skip_input(hops * HOP_SAMPLES);
        }
        self.presence.skip(hops * HOP_SAMPLES);
        hops
    }

    /// Back to silence, with one lane running.
    pub(crate) fn reset(&mut self) {
        self.running = 1;
        // The second becomes a copy of the first when it begins.
        self.lanes[0].to_core.reset();
        self.lanes[0].from_core.reset();
        self.presence.reset();
        self.filled_samples = 0;
    }
}
