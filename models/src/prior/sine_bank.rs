//! The inner loop of the harmonics: many sines of one phase, for a few samples at a time.
//!
//! Each lane is a sample. Harmonics follow one another by complex rotation: sixteen at a time in
//! single precision from a start that is itself rotated in double precision, which keeps the phase
//! error of the 256th below 1e-6 of a turn. No fused multiply-add, so the compiler makes the same
//! numbers of every vector width.

/// Samples computed together.
pub(super) const LANES: usize = 16;
/// Harmonics between two restarts from double precision; a power of two, 2^[`DOUBLINGS`].
const GROUP: usize = 16;
const DOUBLINGS: usize = 4;
const _: () = assert!(1 << DOUBLINGS == GROUP);

/// Per sample: the fundamental's phase in turns (0 to 1), and the weight of the new amplitudes.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes {
    pub(super) turns: [f64; LANES],
    pub(super) weight: [f32; LANES],
    /// What the phase has moved since before the first of these samples, turns.
    pub(super) travelled: [f64; LANES],
}

/// `output[n] = sum_h A_h sin(2 pi h turns[n])` with `A_h` between `from` and `to` (same length) by
/// `weight[n]`.
#[inline(always)]
pub(super) fn sum_sines(lanes: &Lanes, from: &[f32], to: &[f32], output: &mut [f32]) {
    let mut first = Rotors::default();
    for lane in 0..LANES {
        (first.sine[lane], first.cosine[lane]) = sin_cos_turns(lanes.turns[lane]);
    }
    let mut leap = first.clone();
    for _ in 0..DOUBLINGS {
        let angle = leap.clone();
        leap.rotate(&angle);
    }
    let sine_step = first.sine.map(|sine| sine as f32);
    let cosine_step = first.cosine.map(|cosine| cosine as f32);
    let mut start = first;
    let mut old = [0.0_f32; LANES];
    let mut new = [0.0_f32; LANES];
    for (from, to) in from.chunks(GROUP).zip(to.chunks(GROUP)) {
        let mut sine = start.sine.map(|sine| sine as f32);
        let mut cosine = start.cosine.map(|cosine| cosine as f32);
        for (&from, &to) in from.iter().zip(to) {
            for lane in 0..LANES {
                old[lane] += from * sine[lane];
                new[lane] += to * sine[lane];
                let rotated = sine[lane] * cosine_step[lane] + cosine[lane] * sine_step[lane];
                cosine[lane] = cosine[lane] * cosine_step[lane] - sine[lane] * sine_step[lane];
                sine[lane] = rotated;
            }
        }
        start.rotate(&leap);
    }
    for (lane, output) in output.iter_mut().enumerate().take(LANES) {
        *output = old[lane] + lanes.weight[lane] * (new[lane] - old[lane]);
    }
}

/// The same for partials that are `ratios` times as fast as the fundamental and have each their own phase in `turns`,
/// which is moved on.
///
/// Here each lane is a partial, and samples follow one another by rotation from a start in double precision; while the pitch
/// slides, in a straight line, the angle from one to the next is rotated, too.
#[inline(always)]
pub(super) fn sum_partials(
    lanes: &Lanes,
    ratios: &[f32],
    turns: &mut [f64],
    from: &[f32],
    to: &[f32],
    output: &mut [f32],
) {
    let count = output.len().clamp(1, LANES);
    let travelled = lanes.travelled[count - 1];
    let step = lanes.travelled[0];
    let slide = match count {
        1 => 0.0,
        _ => 2.0 * (travelled / count as f64 - step) / (count - 1) as f64,
    };
    let mut old = [[0.0_f32; LANES]; LANES];
    let mut new = [[0.0_f32; LANES]; LANES];
    let groups = ratios.chunks(LANES).zip(turns.chunks_mut(LANES));
    for ((ratios, turns), (from, to)) in groups.zip(from.chunks(LANES).zip(to.chunks(LANES))) {
        let (mut sine, mut cosine) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let (mut sine_step, mut cosine_step) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let (mut sine_slide, mut cosine_slide) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let (mut own_from, mut own_to) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        own_from[..from.len()].copy_from_slice(from);
        own_to[..to.len()].copy_from_slice(to);
        for (lane, (ratio, turns)) in ratios.iter().zip(turns.iter_mut()).enumerate() {
            let ratio = f64::from(*ratio);
            let (start_sine, start_cosine) = sin_cos_turns(*turns);
            let (angle_sine, angle_cosine) = sin_cos_turns(part_of_turn(ratio * step));
            let (slide_sine, slide_cosine) = sin_cos_turns(part_of_turn(ratio * slide));
            (sine[lane], cosine[lane]) = (start_sine as f32, start_cosine as f32);
            (sine_step[lane], cosine_step[lane]) = (angle_sine as f32, angle_cosine as f32);
            (sine_slide[lane], cosine_slide[lane]) = (slide_sine as f32, slide_cosine as f32);
            if lane < from.len() {
                let there = *turns + ratio * travelled;
                *turns = there - there.floor();
            }
        }
        for (old, new) in old.iter_mut().zip(&mut new).take(count) {
            for lane in 0..LANES {
                let rotated = sine[lane] * cosine_step[lane] + cosine[lane] * sine_step[lane];
                cosine[lane] = cosine[lane] * cosine_step[lane] - sine[lane] * sine_step[lane];
                sine[lane] = rotated;
                old[lane] += own_from[lane] * rotated;
                new[lane] += own_to[lane] * rotated;
                let turned =
                    sine_step[lane] * cosine_slide[lane] + cosine_step[lane] * sine_slide[lane];
                cosine_step[lane] =
                    cosine_step[lane] * cosine_slide[lane] - sine_step[lane] * sine_slide[lane];
                sine_step[lane] = turned;
            }
        }
    }
    for (sample, output) in output.iter_mut().enumerate().take(LANES) {
        let (old, new) = (
            old[sample].iter().sum::<f32>(),
            new[sample].iter().sum::<f32>(),
        );
        *output = old + lanes.weight[sample] * (new - old);
    }
}

/// An angle brought into 0 to 1 turns.
#[inline(always)]
fn part_of_turn(turns: f64) -> f64 {
    turns - turns.floor()
}

/// A unit vector per lane.
#[derive(Clone, Default)]
struct Rotors {
    sine: [f64; LANES],
    cosine: [f64; LANES],
}

impl Rotors {
    #[inline(always)]
    fn rotate(&mut self, angle: &Self) {
        for lane in 0..LANES {
            let sine = self.sine[lane] * angle.cosine[lane] + self.cosine[lane] * angle.sine[lane];
            self.cosine[lane] =
                self.cosine[lane] * angle.cosine[lane] - self.sine[lane] * angle.sine[lane];
            self.sine[lane] = sine;
        }
    }
}

/// Sine and cosine of an angle of 0 to 1 turns, to 1e-11: Taylor series on an eighth of a turn to
/// either side of the nearest quarter. Written without branches, for vectors.
#[inline(always)]
fn sin_cos_turns(turns: f64) -> (f64, f64) {
    let quarter = (turns * 4.0 + 0.5) as i32;
    let angle = (turns - f64::from(quarter) * 0.25) * std::f64::consts::TAU;
    let square = angle * angle;
    let sine = angle
        * (1.0
            + square
                * (-1.0 / 6.0
                    + square
                        * (1.0 / 120.0
                            + square
                                * (-1.0 / 5_040.0
                                    + square
                                        * (1.0 / 362_880.0 + square * (-1.0 / 39_916_800.0))))));
    let cosine = 1.0
        + square
            * (-0.5
                + square
                    * (1.0 / 24.0
                        + square
                            * (-1.0 / 720.0
                                + square
                                    * (1.0 / 40_320.0
                                        + square
                                            * (-1.0 / 3_628_800.0
                                                + square * (1.0 / 479_001_600.0))))));
    let swapped = quarter & 1 == 1;
    let (sine, cosine) = if swapped {
        (cosine, sine)
    } else {
        (sine, cosine)
    };
    let sine = if quarter & 2 == 2 { -sine } else { sine };
    let cosine = if (quarter + 1) & 2 == 2 {
        -cosine
    } else {
        cosine
    };
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_right_all_around() {
        for step in 0..=10_000 {
            let turns = f64::from(step) / 10_000.0;
            let (sine, cosine) = sin_cos_turns(turns);
            let (true_sine, true_cosine) = (turns * std::f64::consts::TAU).sin_cos();
            assert!(
                (sine - true_sine).abs() < 1e-10 && (cosine - true_cosine).abs() < 1e-10,
                "{turns}"
            );
        }
    }

    #[test]
    fn the_last_harmonic_is_as_right_as_the_first() {
        let mut lanes = Lanes::default();
        for lane in 0..LANES {
            lanes.turns[lane] = (lane as f64 * 0.618_034 + 0.123_456_789).fract();
            lanes.weight[lane] = lane as f32 / LANES as f32;
        }
        for number in [1, 2, 16, 17, 100, 255, 256] {
            let mut amplitudes = vec![0.0; number];
            amplitudes[number - 1] = 1.0;
            let mut output = [0.0; LANES];
            sum_sines(&lanes, &amplitudes, &amplitudes, &mut output);
            for (turns, output) in lanes.turns.iter().zip(output) {
                let expected = (turns * number as f64 * std::f64::consts::TAU).sin();
                assert!(
                    (f64::from(output) - expected).abs() < 4e-6,
                    "{number}: {output} {expected}"
                );
            }
        }
    }
}
