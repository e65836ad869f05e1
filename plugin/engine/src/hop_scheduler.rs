//! Cuts the host's stream into hops of 128 samples at 48 kHz and back, one host sample at a time.
//!
//! Working sample by sample is what makes the output independent of the host's blocks: a block is just
//! as many samples, and the chain runs when a hop is full, wherever in a block that is.

use mynah_models::{CHAIN_DELAY_SAMPLES, HOP_SAMPLES};

use crate::chain::Hop;
use crate::latency::Timing;
use crate::resample::{History, Positions, Resampler};

/// What the chain makes of one hop.
pub(crate) struct Translation {
    /// The sound.
    pub(crate) wet: Hop,
    /// How much of a translation there is, 0 to 1: 0 without a target. Not delayed by the chain.
    pub(crate) presence: Hop,
}

/// The stream around the chain.
pub(crate) struct HopScheduler {
    to_core: Resampler,
    from_core: Resampler,
    presence: History,
    input: Hop,
    filled_samples: usize,
    translation: Translation,
}

impl HopScheduler {
    /// Allocates.
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
        let from_core = Resampler::new(timing.down_half_samples, lag_samples, from_core);
        HopScheduler {
            to_core: Resampler::new(timing.up_half_samples, HOP_SAMPLES, to_core),
            from_core,
            presence: History::new(2 * timing.down_half_samples + lag_samples + 1),
            input: [0.0; HOP_SAMPLES],
            filled_samples: 0,
            translation: Translation {
                wet: [0.0; HOP_SAMPLES],
                presence: [0.0; HOP_SAMPLES],
            },
        }
    }

    /// The next host sample of the translation, and its presence (0 to 1). To be called once before
    /// each [`push`](Self::push); the latency is such that there always is one then.
    pub(crate) fn pull(&mut self) -> Option<(f32, f32)> {
        let presence = self.presence.window(self.from_core.index(), 1)[0];
        Some((self.from_core.pull()?, presence))
    }

    /// Takes in a host sample; when that completes a hop, has it translated and returns true.
    ///
    /// It can complete one hop at the most: a host sample is 6 core samples at 8 kHz.
    pub(crate) fn push(
        &mut self,
        sample: f32,
        translate: impl FnOnce(&Hop, &mut Translation),
    ) -> bool {
        self.to_core.push(sample);
        let mut translate = Some(translate);
        while let Some(sample) = self.to_core.pull() {
            self.input[self.filled_samples] = sample;
            self.filled_samples += 1;
            if self.filled_samples == HOP_SAMPLES {
                self.filled_samples = 0;
                if let Some(translate) = translate.take() {
                    translate(&self.input, &mut self.translation);
                }
                for (wet, presence) in self.translation.wet.iter().zip(&self.translation.presence) {
                    self.from_core.push(*wet);
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
        self.from_core.skip_values(samples);
        self.to_core.skip_input(samples);
        let core_samples = self.to_core.available();
        self.to_core.skip_values(core_samples);
        let filled_samples = self.filled_samples + core_samples;
        let hops = filled_samples / HOP_SAMPLES;
        self.filled_samples = filled_samples % HOP_SAMPLES;
        self.from_core.skip_input(hops * HOP_SAMPLES);
        self.presence.skip(hops * HOP_SAMPLES);
        hops
    }

    /// Back to silence.
    pub(crate) fn reset(&mut self) {
        self.to_core.reset();
        self.from_core.reset();
        self.presence.reset();
        self.filled_samples = 0;
    }
}
