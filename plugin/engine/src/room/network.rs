//! The late room: a feedback delay network.
//!
//! Sixteen delay lines feed each other through a Hadamard matrix, which is orthogonal and so keeps the energy; what is lost is
//! lost in the lines' filters alone (Stautner and Puckette, "Designing multi-channel reverberators", Computer Music Journal 6,
//! 1982; Jot and Chaigne 1991). The lengths are prime numbers, so that echoes meet as late as they can (Schroeder, "Natural
//! sounding artificial reverberation", JAES 10, 1962), and together long enough to have the modes that the longest decay needs.

use pulp::Arch;

use super::decay::Damping;
use super::{PART_SAMPLES, Part, settled};

/// Delay lines.
pub(super) const LINES: usize = 16;
/// Their lengths, samples at 48 kHz: 11 to 42 ms, 0.4 s in all.
const LENGTHS_AT_48_KHZ: [u32; LINES] = [
    547, 613, 677, 787, 859, 947, 1013, 1151, 1217, 1301, 1439, 1553, 1637, 1777, 1877, 2011,
];
/// With which sign the input goes into each line, and each line into the two outputs.
///
/// Of any two of the three rows as many signs are equal as differ, so that the outputs have nothing to do with each other, nor
/// with what returns to where it came from. And each row is as far from every row of the matrix as can be (a bent function, Rothaus,
/// "On bent functions", 1976): otherwise an output would hear
/// one line again, a pass later, above all others.
const INTO: [f32; LINES] = signs(0b1100_0110_0000_1010);
const LEFT: [f32; LINES] = signs(0b0111_1000_1000_1000);
const RIGHT: [f32; LINES] = signs(0b0010_1101_0010_0010);
/// What a line takes of the input: as much energy comes in as there is.
const INTO_GAIN: f32 = 0.25;

/// Lines that are filtered together.
const TOGETHER: usize = 4;

/// The next part of every line.
type Lines = [Part; LINES];

const fn signs(bits: u16) -> [f32; LINES] {
    let mut signs = [1.0; LINES];
    let mut line = 0;
    while line < LINES {
        if bits >> line & 1 == 1 {
            signs[line] = -1.0;
        }
        line += 1;
    }
    signs
}

/// The lengths of the lines at a rate, samples: the same times at every rate, so that the room sounds the same.
pub(super) fn lengths_samples(rate_hz: f64) -> [usize; LINES] {
    LENGTHS_AT_48_KHZ.map(|length| samples_at(rate_hz, length))
}

/// So many samples at 48 kHz at another rate.
pub(super) fn samples_at(rate_hz: f64, at_48_khz: u32) -> usize {
    (f64::from(at_48_khz) * rate_hz / 48_000.0).round().max(1.0) as usize
}

/// Where a line has its oldest sample, and will have its newest, and where it begins and ends.
struct Place {
    next: usize,
    start: usize,
    end: usize,
}

/// The lines and what they hold.
pub(super) struct Network {
    /// All lines, one after the other.
    memory: Box<[f32]>,
    places: [Place; LINES],
    /// What each filter keeps for the next sample.
    filters: [f32; LINES],
    lengths_samples: [usize; LINES],
    largest: f32,
    /// Samples are computed side by side, as wide as the processor is; no fused multiply-add, so every width gives the same.
    arch: Arch,
}

impl Network {
    /// Silent. Allocates.
    pub(super) fn new(rate_hz: f64) -> Network {
        let lengths_samples = lengths_samples(rate_hz);
        let mut end = 0;
        let places = lengths_samples.map(|length| {
            let start = end;
            end += length;
            Place {
                next: start,
                start,
                end,
            }
        });
        Network {
            memory: vec![0.0; end].into_boxed_slice(),
            places,
            filters: [0.0; LINES],
            lengths_samples,
            largest: 0.0,
            arch: Arch::new(),
        }
    }

    /// The lengths of the lines, samples.
    pub(super) fn lengths_samples(&self) -> &[usize; LINES] {
        &self.lengths_samples
    }

    /// Takes a part in; left and right. No line is as short as a part.
    pub(super) fn run(&mut self, input: &Part, damping: &Damping) -> [Part; 2] {
        let mut lines = self.read();
        let filters = &mut self.filters;
        let (sides, largest) = self.arch.dispatch(
            #[inline(always)]
            || pass(&mut lines, filters, input, damping),
        );
        self.write(&lines);
        self.largest = largest;
        sides
    }

    /// The oldest samples of all lines.
    fn read(&self) -> Lines {
        let mut lines = [[0.0; PART_SAMPLES]; LINES];
        for (line, place) in lines.iter_mut().zip(&self.places) {
            let first = PART_SAMPLES.min(place.end - place.next);
            let (to_end, from_start) = line.split_at_mut(first);
            to_end.copy_from_slice(&self.memory[place.next..place.next + first]);
            let rest = from_start.len();
            from_start.copy_from_slice(&self.memory[place.start..place.start + rest]);
        }
        lines
    }

    /// Puts the newest samples in the place of the oldest.
    fn write(&mut self, lines: &Lines) {
        for (line, place) in lines.iter().zip(&mut self.places) {
            let first = PART_SAMPLES.min(place.end - place.next);
            let (to_end, from_start) = line.split_at(first);
            self.memory[place.next..place.next + first].copy_from_slice(to_end);
            let rest = from_start.len();
            self.memory[place.start..place.start + rest].copy_from_slice(from_start);
            place.next += PART_SAMPLES;
            if place.next >= place.end {
                place.next -= place.end - place.start;
            }
        }
    }

    /// The largest that went into a line in the last part.
    pub(super) fn largest(&self) -> f32 {
        self.largest
    }

    /// Back to silence.
    pub(super) fn clear(&mut self) {
        self.memory.fill(0.0);
        self.filters = [0.0; LINES];
        self.largest = 0.0;
        for place in &mut self.places {
            place.next = place.start;
        }
    }
}

/// What the lines' oldest samples, in place, become for the lines, and for the two sides; and the largest of them.
#[inline(always)]
fn pass(
    lines: &mut Lines,
    kept: &mut [f32; LINES],
    input: &Part,
    damping: &Damping,
) -> ([Part; 2], f32) {
    let sides = [sum(lines, &LEFT), sum(lines, &RIGHT)];
    for group in 0..LINES / TOGETHER {
        filter(lines, kept, damping, group * TOGETHER);
    }
    mix(lines);
    let mut largest = [0.0f32; PART_SAMPLES];
    for (line, sign) in lines.iter_mut().zip(INTO) {
        for ((sample, input), largest) in line.iter_mut().zip(input).zip(&mut largest) {
            *sample = settled(*sample + sign * (INTO_GAIN * input));
            let size = sample.abs();
            *largest = if size > *largest { size } else { *largest };
        }
    }
    (sides, largest.into_iter().fold(0.0, f32::max))
}

/// The lines' own losses, for as many as are waited for together: each sample waits for the one before.
#[inline(always)]
fn filter(lines: &mut Lines, kept: &mut [f32; LINES], damping: &Damping, first: usize) {
    let lines = &mut lines[first..first + TOGETHER];
    let kept = &mut kept[first..first + TOGETHER];
    for n in 0..PART_SAMPLES {
        for (line, samples) in lines.iter_mut().enumerate() {
            let (now, before, again) = (
                damping.now[first + line],
                damping.before[first + line],
                damping.again[first + line],
            );
            let lost = now * samples[n] + kept[line];
            kept[line] = settled(before * samples[n] + again * lost);
            samples[n] = lost;
        }
    }
}

/// A Hadamard matrix of order 16, scaled to be orthogonal: sums and differences of four rows of four, and again of the
/// columns, which stay rows. The rows move on by one: a matrix that is its own mirror
/// image would send the same echo both ways round every loop of lines.
#[inline(always)]
fn mix(lines: &mut Lines) {
    let mut rows = [[0.0; PART_SAMPLES]; LINES];
    for column in 0..4 {
        let mixed = mix_four([0, 4, 8, 12].map(|row| &lines[row + column]));
        for (row, mixed) in mixed.into_iter().enumerate() {
            rows[4 * row + column] = mixed;
        }
    }
    for row in 0..4 {
        let mixed = mix_four([0, 1, 2, 3].map(|column| &rows[4 * row + column]));
        for (column, mixed) in mixed.into_iter().enumerate() {
            lines[4 * ((column + 1) % 4) + row] = mixed.map(|sample| 0.25 * sample);
        }
    }
}

/// A Hadamard matrix of order 4 on four lines.
#[inline(always)]
fn mix_four([a, b, c, d]: [&Part; 4]) -> [Part; 4] {
    let mut out = [[0.0; PART_SAMPLES]; 4];
    for n in 0..PART_SAMPLES {
        let (ac, bd, a_c, b_d) = (a[n] + c[n], b[n] + d[n], a[n] - c[n], b[n] - d[n]);
        out[0][n] = ac + bd;
        out[1][n] = ac - bd;
        out[2][n] = a_c + b_d;
        out[3][n] = a_c - b_d;
    }
    out
}

/// The lines' sum with these signs, by halves.
#[inline(always)]
fn sum(lines: &Lines, signs: &[f32; LINES]) -> Part {
    let mut sums = *lines;
    for (line, sign) in sums.iter_mut().zip(signs) {
        for sample in line {
            *sample *= sign;
        }
    }
    for half in [8, 4, 2, 1] {
        let (first, second) = sums.split_at_mut(half);
        for (line, other) in first.iter_mut().zip(second) {
            for (sample, other) in line.iter_mut().zip(other) {
                *sample += *other;
            }
        }
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_different_primes_and_as_long_at_every_rate() {
        let is_prime = |number: u32| (2..number).all(|n| !number.is_multiple_of(n));
        assert!(LENGTHS_AT_48_KHZ.into_iter().all(is_prime));
        for rate_hz in [8_000.0, 11_025.5, 44_100.0, 48_000.0, 192_000.0] {
            let lengths = lengths_samples(rate_hz);
            assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]));
            for (length, at_48_khz) in lengths.iter().zip(LENGTHS_AT_48_KHZ) {
                let apart_s = *length as f64 / rate_hz - f64::from(at_48_khz) / 48_000.0;
                assert!(apart_s.abs() <= 0.5 / rate_hz);
            }
        }
    }

    /// A moment of all lines, and back.
    fn lines(moment: [f32; LINES]) -> Lines {
        moment.map(|sample| [sample; PART_SAMPLES])
    }

    fn mixed(moment: [f32; LINES]) -> [f32; LINES] {
        let mut lines = lines(moment);
        mix(&mut lines);
        lines.map(|line| line[PART_SAMPLES - 1])
    }

    fn summed(moment: &[f32; LINES], signs: &[f32; LINES]) -> f32 {
        sum(&lines(*moment), signs)[3]
    }

    #[test]
    fn mixing_keeps_the_energy_and_spreads_it_evenly() {
        for line in 0..LINES {
            let mut lines = [0.0; LINES];
            lines[line] = 1.0;
            let lines = mixed(lines);
            assert!(lines.iter().all(|x| x.abs() == 0.25));
            for other in 0..line {
                let mut others = [0.0; LINES];
                others[other] = 1.0;
                let others = mixed(others);
                assert_eq!(summed(&lines, &others), 0.0, "{line} and {other}");
            }
        }
    }

    #[test]
    fn rows_agree_on_as_many_lines_as_they_differ() {
        assert_eq!(summed(&LEFT, &RIGHT), 0.0);
        assert_eq!(summed(&INTO, &LEFT), 0.0);
        assert_eq!(summed(&INTO, &RIGHT), 0.0);
    }

    #[test]
    fn signs_are_no_more_like_one_row_of_the_matrix_than_another() {
        for signs in [INTO, LEFT, RIGHT].map(mixed) {
            assert!(signs.iter().all(|x| x.abs() == 1.0), "{signs:?}");
        }
    }
}
