//! Offline resampling by a windowed sinc at any ratio: pitch-shifts single notes and brings samples to 48 kHz.
//! (The live path has its own resampler, in the engine; this one may look ahead.)

use std::f64::consts::PI;

use mynah_models::sinc;

/// Zero crossings of the sinc on each side.
const HALF_WIDTH: f64 = 24.0;

/// Reads `input` at `step` input samples per output sample (2.0 = one octave up and half as long).
///
/// Content that would fold over is filtered off when `step` is above 1. `step` must be finite and above 0.
pub fn resample(input: &[f32], step: f64) -> Vec<f32> {
    if (step - 1.0).abs() < 1e-9 {
        return input.to_vec();
    }
    let kernel = Kernel::new((1.0 / step).min(1.0) * 0.97);
    let frames = (input.len() as f64 / step).floor() as usize;
    (0..frames)
        .map(|i| kernel.read(input, i as f64 * step))
        .collect()
}

/// The same, for sound that comes in pieces: together they are what [`resample`] makes of the whole.
pub(crate) struct Pieces {
    step: f64,
    kernel: Kernel,
    /// What of the input is still heard, and how much came before it.
    heard: Vec<f32>,
    before: usize,
    made: usize,
}

impl Pieces {
    /// As [`resample`], before the first piece.
    pub(crate) fn new(step: f64) -> Pieces {
        Pieces {
            step,
            kernel: Kernel::new((1.0 / step).min(1.0) * 0.97),
            heard: Vec::new(),
            before: 0,
            made: 0,
        }
    }

    /// What can be said once this piece is there.
    pub(crate) fn push(&mut self, piece: &[f32]) -> Vec<f32> {
        if (self.step - 1.0).abs() < 1e-9 {
            return piece.to_vec();
        }
        self.heard.extend_from_slice(piece);
        let known = (self.before + self.heard.len()).saturating_sub(self.kernel.half + 1);
        self.read(known)
    }

    /// What is left.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        self.read(self.before + self.heard.len())
    }

    /// All that lies before `end` in the input.
    fn read(&mut self, end: usize) -> Vec<f32> {
        let frames = (end as f64 / self.step).floor() as usize;
        let made = self.made..frames.max(self.made);
        self.made = made.end;
        let position = |frame: usize| frame as f64 * self.step;
        let out = made.map(|frame| {
            self.kernel
                .read(&self.heard, position(frame) - self.before as f64)
        });
        let out = out.collect();
        let next = position(self.made) as usize;
        let over = next.saturating_sub(self.kernel.half + self.before);
        let over = over.min(self.heard.len());
        self.heard.drain(..over);
        self.before += over;
        out
    }
}

/// The windowed sinc, tabulated for every phase between two samples: the trigonometry would cost more than all the rest.
struct Kernel {
    /// Samples heard on each side.
    half: usize,
    /// Rows of `2 * half` weights, one per phase and the next sample's first.
    rows: Vec<f32>,
}

impl Kernel {
    /// Phases per input sample; with linear interpolation the error is below -90 dB.
    const PHASES: usize = 256;

    fn new(cutoff: f64) -> Kernel {
        let width = HALF_WIDTH / cutoff;
        let half = width.ceil() as usize;
        let value = |x: f64| {
            if x >= width {
                return 0.0;
            }
            ((0.5 + 0.5 * (PI * x / width).cos()) * cutoff * sinc(x * cutoff)) as f32
        };
        let row = |phase: usize| {
            let centre = (half - 1) as f64 + phase as f64 / Self::PHASES as f64;
            let value = &value;
            (0..2 * half).map(move |i| value((i as f64 - centre).abs()))
        };
        Kernel {
            half,
            rows: (0..=Self::PHASES).flat_map(row).collect(),
        }
    }

    /// The input at `position` samples; what lies outside is silence.
    fn read(&self, input: &[f32], position: f64) -> f32 {
        let whole = position as usize;
        let phase = (position - whole as f64) * Self::PHASES as f64;
        let row = phase as usize;
        let taps = 2 * self.half;
        // The first taps may lie before the input, the last ones behind it.
        let before = (self.half - 1).saturating_sub(whole);
        let start = (whole + before + 1 - self.half).min(input.len());
        let heard = (taps - before).min(input.len() - start);
        let weights = |row: usize| &self.rows[row * taps + before..][..heard];
        let samples = &input[start..start + heard];
        let (here, next) = (dot(samples, weights(row)), dot(samples, weights(row + 1)));
        here + (phase - row as f64) as f32 * (next - here)
    }
}

/// Sum of products, in eight lanes that the compiler can keep in one register.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks
        .remainder()
        .iter()
        .zip(b_chunks.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    rest + lanes.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_together_what_the_whole_is() {
        let input: Vec<f32> = (0..9_000)
            .map(|i| (f64::from(i * i) * 1e-4).sin() as f32)
            .collect();
        for step in [0.8, 1.0, 2.0, 44_100.0 / 48_000.0, 96_000.0 / 48_000.0] {
            let whole = resample(&input, step);
            let mut pieces = Pieces::new(step);
            let mut out = Vec::new();
            for piece in input.chunks(701) {
                out.extend(pieces.push(piece));
            }
            out.extend(pieces.finish());
            assert_eq!(out.len(), whole.len(), "step {step}");
            for (a, b) in out.iter().zip(&whole) {
                assert!((a - b).abs() < 1e-6, "step {step}: {a} {b}");
            }
        }
    }

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
