//! Spreads each sound a little before the late room, which is dense the sooner: all-passes in a row (Schroeder 1962), short
//! enough to have rung out before the shortest decay.

use super::network::samples_at;
use super::settled;

const COUNT: usize = 3;
/// Delays, samples at 48 kHz: 2.4, 4.4 and 7.2 ms.
const DELAYS_AT_48_KHZ: [u32; COUNT] = [113, 211, 347];
/// What goes past the delay, and back into it.
const GAIN: f32 = 0.6;

/// The all-passes and what they hold.
pub(super) struct AllPasses([AllPass; COUNT]);

struct AllPass {
    memory: Box<[f32]>,
    next: usize,
}

impl AllPasses {
    /// Silent. Allocates.
    pub(super) fn new(rate_hz: f64) -> AllPasses {
        AllPasses(DELAYS_AT_48_KHZ.map(|delay| AllPass {
            memory: vec![0.0; samples_at(rate_hz, delay)].into_boxed_slice(),
            next: 0,
        }))
    }

    /// After so many samples a sound has left the delays but for what goes round in them.
    pub(super) fn length_samples(&self) -> usize {
        self.0.iter().map(|all_pass| all_pass.memory.len()).sum()
    }

    /// Takes a sample in and gives one out.
    pub(super) fn step(&mut self, input: f32) -> f32 {
        self.0.iter_mut().fold(input, |sample, all_pass| {
            let slot = &mut all_pass.memory[all_pass.next];
            let old = *slot;
            *slot = settled(sample + GAIN * old);
            let output = old - GAIN * *slot;
            all_pass.next += 1;
            if all_pass.next == all_pass.memory.len() {
                all_pass.next = 0;
            }
            output
        })
    }

    /// Back to silence.
    pub(super) fn clear(&mut self) {
        for all_pass in &mut self.0 {
            all_pass.memory.fill(0.0);
            all_pass.next = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impulse_keeps_its_energy_and_is_over_soon() {
        let mut all_passes = AllPasses::new(48_000.0);
        let mut answer = |n: usize| all_passes.step(if n == 0 { 1.0 } else { 0.0 });
        let response: Vec<f32> = (0..9_600).map(&mut answer).collect();
        let energy = |part: &[f32]| part.iter().map(|x| x * x).sum::<f32>();
        assert!((energy(&response) - 1.0).abs() < 1e-4);
        assert!(energy(&response[4_800..]) < 1e-4);
    }
}
