//! One direction of the way between the host's rate and 48 kHz.
//!
//! # Why not rubato
//! rubato's sinc resamplers are good and safe in real time, but their delay is what the filter length
//! makes it: the way there and back at 44.1 kHz takes a fraction of a host sample that cannot be chosen,
//! and `output_delay` rounds it. Dry and wet would then be up to half a sample apart, which a mix makes
//! audible as a comb filter, and the latency that the host is told would not be exact. Here the position
//! at which the way back reads is chosen so that both ways together take a whole number of samples. Its
//! position is a sum of `f64` steps, too; here it is a fraction of integers that never drifts. And sample
//! in, sample out costs no chunk on top of the hop.

use std::sync::Arc;

use crate::kernel::Kernel;

/// A stretch of the past, indexed from the first sample pushed (0); before it is silence.
///
/// Each sample is written twice, a ring's length apart, so that any stretch is one slice.
#[derive(Clone)]
pub(crate) struct Past {
    ring: Box<[f32]>,
    mask: usize,
    length: i64,
}

impl Past {
    /// Remembers at least the last `samples`. Allocates.
    pub(crate) fn new(samples: usize) -> Past {
        let size = samples.next_power_of_two();
        Past {
            ring: vec![0.0; 2 * size].into_boxed_slice(),
            mask: size - 1,
            length: 0,
        }
    }

    /// Appends a sample.
    pub(crate) fn push(&mut self, sample: f32) {
        let slot = self.slot(self.length);
        self.ring[slot] = sample;
        self.ring[slot + self.mask + 1] = sample;
        self.length += 1;
    }

    /// As if `samples` more had been pushed that equal each one it remembers.
    pub(crate) fn skip(&mut self, samples: usize) {
        self.length += samples as i64;
    }

    /// How many samples have been pushed.
    pub(crate) fn len(&self) -> i64 {
        self.length
    }

    /// The samples from index `first` on, which may be negative. They must be recent enough to be
    /// remembered.
    pub(crate) fn window(&self, first: i64, samples: usize) -> &[f32] {
        let slot = self.slot(first);
        &self.ring[slot..slot + samples]
    }

    /// Becomes `other`, which remembers as much, without allocating.
    pub(crate) fn copy_from(&mut self, other: &Past) {
        self.ring.copy_from_slice(&other.ring);
        self.length = other.length;
    }

    /// Forgets all.
    pub(crate) fn reset(&mut self) {
        self.ring.fill(0.0);
        self.length = 0;
    }

    /// Two's complement makes the mask right for negative indices as well.
    fn slot(&self, index: i64) -> usize {
        index as usize & self.mask
    }
}

/// Where and how often a [`Resampler`] reads its input: positions `start + k step`, in units of
/// 1/`phases` input samples.
#[derive(Clone, Copy)]
pub(crate) struct Positions {
    pub(crate) start: i64,
    pub(crate) step: u64,
    pub(crate) phases: u64,
}

/// Reads a sequence of samples at evenly spaced positions, band limited.
#[derive(Clone)]
pub(crate) struct Resampler {
    history: Past,
    /// `None` where every position is a sample: reads them to the bit.
    kernel: Option<Arc<Kernel>>,
    half_samples: i64,
    positions: Positions,
    /// The step as whole samples and a rest below `phases`: no division per sample.
    whole_step: i64,
    phase_step: u64,
    /// The next position is `index + phase / phases`.
    index: i64,
    phase: u64,
}

impl Resampler {
    /// Reaches `half_samples` to either side of a position (0: positions are whole samples), and is
    /// never more than `lag_samples` behind its input. Allocates.
    pub(crate) fn new(half_samples: usize, lag_samples: usize, positions: Positions) -> Resampler {
        // Below the slower of the two rates' halves.
        let band = (positions.phases as f64 / positions.step as f64).min(1.0);
        let mut resampler = Resampler {
            history: Past::new(2 * half_samples + lag_samples + 1),
            kernel: (half_samples > 0)
                .then(|| Arc::new(Kernel::new(half_samples, positions.phases, band))),
            half_samples: half_samples as i64,
            positions,
            whole_step: (positions.step / positions.phases) as i64,
            phase_step: positions.step % positions.phases,
            index: 0,
            phase: 0,
        };
        resampler.rewind();
        resampler
    }

    /// Appends an input sample.
    pub(crate) fn push(&mut self, sample: f32) {
        self.history.push(sample);
    }

    /// The whole input sample at or before the next position.
    pub(crate) fn index(&self) -> i64 {
        self.index
    }

    /// The value at the next position; `None` until all the input that it needs is there.
    pub(crate) fn pull(&mut self) -> Option<f32> {
        let value = match &self.kernel {
            None if self.index < self.history.len() => self.history.window(self.index, 1)[0],
            Some(kernel) if self.index + self.half_samples < self.history.len() => {
                let first = self.index + 1 - self.half_samples;
                let window = self.history.window(first, 2 * self.half_samples as usize);
                kernel.apply(window, self.phase)
            }
            _ => return None,
        };
        self.index += self.whole_step;
        self.phase += self.phase_step;
        if self.phase >= self.positions.phases {
            self.phase -= self.positions.phases;
            self.index += 1;
        }
        Some(value)
    }

    /// As if `samples` had been pushed that equal each one it remembers.
    pub(crate) fn skip_input(&mut self, samples: usize) {
        self.history.skip(samples);
    }

    /// How many values can be pulled at present.
    pub(crate) fn available(&self) -> usize {
        let ahead = self.history.len() - self.half_samples - self.index;
        let phases = ahead * self.positions.phases as i64 - self.phase as i64;
        phases.max(0).unsigned_abs().div_ceil(self.positions.step) as usize
    }

    /// As if `values` had been pulled, which must be available.
    pub(crate) fn skip_values(&mut self, values: usize) {
        let phase = self.phase + values as u64 * self.phase_step;
        self.index += values as i64 * self.whole_step + (phase / self.positions.phases) as i64;
        self.phase = phase % self.positions.phases;
    }

    /// Goes on as `other`, a clone of this one, would; without allocating.
    pub(crate) fn copy_from(&mut self, other: &Resampler) {
        self.history.copy_from(&other.history);
        self.index = other.index;
        self.phase = other.phase;
    }

    /// Back to silence and to the first position.
    pub(crate) fn reset(&mut self) {
        self.history.reset();
        self.rewind();
    }

    fn rewind(&mut self) {
        let phases = self.positions.phases as i64;
        self.index = self.positions.start.div_euclid(phases);
        self.phase = self.positions.start.rem_euclid(phases) as u64;
    }
}
