//! Offline resampling by a windowed sinc at any ratio: pitch-shifts single notes and brings samples to 48 kHz.
//! (The live path has its own resampler, in the engine; this one may look ahead.)

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side.
const HALF_WIDTH: f64 = 24.0;

/// Reads `input` at `step` input samples per output sample (2.0 = one octave up and half as long).
///
/// Content that would fold over is filtered off when `step` is above 1. `step` must be finite and above 0.
pub(crate) fn resample(input: &[f32], step: f64) -> Vec<f32> {
    if (step - 1.0).abs() < 1e-9 {
        return input.to_vec();
    }
    let kernel = Kernel::new((1.0 / step).min(1.0) * 0.97);
    let frames = (input.len() as f64 / step).floor() as usize;
    (0..frames)
        .map(|i| {
            let centre = i as f64 * step;
            let first = (centre - kernel.half).ceil().max(0.0) as usize;
            let last = ((centre + kernel.half).floor() as usize).min(input.len().saturating_sub(1));
            (first..=last)
                .map(|k| input[k] * kernel.at((k as f64 - centre).abs()))
                .sum()
        })
        .collect()
}

/// One side of the windowed sinc, tabulated: the trigonometry would cost more than all the rest.
struct Kernel {
    half: f64,
    table: Vec<f32>,
}

impl Kernel {
    /// Table entries per input sample; with linear interpolation the error is below -90 dB.
    const RESOLUTION: f64 = 256.0;

    fn new(cutoff: f64) -> Kernel {
        let half = HALF_WIDTH / cutoff;
        let entries = (half * Self::RESOLUTION).ceil() as usize + 2;
        let value = |i: usize| {
            let x = i as f64 / Self::RESOLUTION;
            if x >= half {
                return 0.0;
            }
            ((0.5 + 0.5 * (PI * x / half).cos()) * cutoff * sinc(x * cutoff)) as f32
        };
        Kernel {
            half,
            table: (0..entries).map(value).collect(),
        }
    }

    /// Value at `x` samples from the centre, 0 <= x <= half.
    fn at(&self, x: f64) -> f32 {
        let position = x * Self::RESOLUTION;
        let index = position as usize;
        let fraction = (position - index as f64) as f32;
        self.table[index] + fraction * (self.table[index + 1] - self.table[index])
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_moves_by_the_ratio_and_keeps_its_level() {
        let omega = 0.05;
        let input: Vec<f32> = (0..4000)
            .map(|i| (f64::from(i) * omega).sin() as f32)
            .collect();
        for step in [0.8, 1.0, 1.25, 48_000.0 / 44_100.0] {
            let output = resample(&input, step);
            for (i, y) in output.iter().enumerate().skip(100).take(output.len() - 300) {
                let expected = (i as f64 * step * omega).sin();
                assert!(
                    (f64::from(*y) - expected).abs() < 2e-3,
                    "step {step}, sample {i}: {y} for {expected}"
                );
            }
        }
    }
}
