//! The late room: a feedback delay network.
//!
//! Sixteen delay lines feed each other through a Hadamard matrix, which is orthogonal and so keeps the energy; what is lost is
//! lost in the lines' filters alone (Stautner and Puckette, "Designing multi-channel reverberators", Computer Music Journal 6,
//! 1982; Jot and Chaigne 1991). The lengths are prime numbers, so that echoes meet as late as they can (Schroeder, "Natural
//! sounding artificial reverberation", JAES 10, 1962), and together long enough to have the modes that the longest decay needs.

use pulp::Arch;

use super::decay::Damping;
use super::settled;

/// Delay lines.
pub(super) const LINES: usize = 16;
/// Their lengths, samples at 48 kHz: 11 to 42 ms, 0.4 s in all.
const LENGTHS_AT_48_KHZ: [u32; LINES] = [
    547, 613, 677, 787, 859, 947, 1013, 1151, 1217, 1301, 1439, 1553, 1637, 1777, 1877, 2011,
];
/// With which sign the input goes into each line, and each line into the two outputs.
///
/// Of any two of the three rows as many signs are equal as differ. So the outputs have nothing to do with each other; and as the
/// matrix is symmetric, what returns to where it came from would otherwise be heard louder, and the same, in both. And each row is as far
/// from every row of the matrix as can be (a bent function, Rothaus, "On bent functions", 1976): otherwise an output would hear
/// one line again, a pass later, above all others.
const INTO: [f32; LINES] = signs(0b1100_0110_0000_1010);
const LEFT: [f32; LINES] = signs(0b0111_1000_1000_1000);
const RIGHT: [f32; LINES] = signs(0b0010_1101_0010_0010);
/// What a line takes of the input: as much energy comes in as there is.
const INTO_GAIN: f32 = 0.25;

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

/// The lines and what they hold.
pub(super) struct Network {
    /// All lines, one after the other.
    memory: Box<[f32]>,
    /// Where each line has its oldest sample, and will have its newest.
    places: [u32; LINES],
    starts: [u32; LINES],
    ends: [u32; LINES],
    /// What comes out of the lines next: read ahead, since what is read only now is waited for.
    oldest: [f32; LINES],
    /// What went into them last.
    newest: [f32; LINES],
    /// What each filter keeps for the next sample.
    filters: [f32; LINES],
    lengths_samples: [usize; LINES],
    arch: Arch,
}

impl Network {
    /// Silent. Allocates.
    pub(super) fn new(rate_hz: f64) -> Network {
        let lengths_samples = lengths_samples(rate_hz);
        let mut end = 0;
        let ends = lengths_samples.map(|length| {
            end += length as u32;
            end
        });
        let starts = std::array::from_fn(|line| ends[line] - lengths_samples[line] as u32);
        Network {
            memory: vec![0.0; end as usize].into_boxed_slice(),
            places: starts,
            starts,
            ends,
            oldest: [0.0; LINES],
            newest: [0.0; LINES],
            filters: [0.0; LINES],
            lengths_samples,
            arch: Arch::new(),
        }
    }

    /// The lengths of the lines, samples.
    pub(super) fn lengths_samples(&self) -> &[usize; LINES] {
        &self.lengths_samples
    }

    /// Takes a sample in; left and right.
    pub(super) fn step(&mut self, input: f32, damping: &Damping) -> [f32; 2] {
        let arch = self.arch;
        arch.dispatch(
            #[inline(always)]
            || self.pass(input, damping),
        )
    }

    /// A step, compiled for each of the processor's vector widths; none of them rounds differently.
    #[inline(always)]
    fn pass(&mut self, input: f32, damping: &Damping) -> [f32; 2] {
        let oldest = self.oldest;
        let sides = [sum(&oldest, &LEFT), sum(&oldest, &RIGHT)];
        let mut mixed = [0.0; LINES];
        for line in 0..LINES {
            mixed[line] = damping.now[line] * oldest[line] + self.filters[line];
            self.filters[line] =
                settled(damping.before[line] * oldest[line] + damping.again[line] * mixed[line]);
        }
        mix(&mut mixed);
        let input = INTO_GAIN * input;
        for line in 0..LINES {
            self.newest[line] = settled(mixed[line] + INTO[line] * input);
        }
        for line in 0..LINES {
            self.memory[self.places[line] as usize] = self.newest[line];
        }
        for line in 0..LINES {
            let next = self.places[line] + 1;
            self.places[line] = if next == self.ends[line] {
                self.starts[line]
            } else {
                next
            };
        }
        for line in 0..LINES {
            self.oldest[line] = self.memory[self.places[line] as usize];
        }
        sides
    }

    /// The largest that went into a line last.
    pub(super) fn largest(&self) -> f32 {
        self.newest
            .iter()
            .fold(0.0, |largest, x| x.abs().max(largest))
    }

    /// Back to silence.
    pub(super) fn clear(&mut self) {
        self.memory.fill(0.0);
        self.oldest = [0.0; LINES];
        self.newest = [0.0; LINES];
        self.filters = [0.0; LINES];
        self.places = self.starts;
    }
}

/// The Hadamard matrix of order 16, scaled to be orthogonal, in four rounds of sums and differences.
#[inline(always)]
fn mix(lines: &mut [f32; LINES]) {
    for half in [8, 4, 2, 1] {
        let mut mixed = [0.0; LINES];
        for (line, mixed) in mixed.iter_mut().enumerate() {
            let (first, second) = (line & !half, line | half);
            *mixed = if line & half == 0 {
                lines[first] + lines[second]
            } else {
                lines[first] - lines[second]
            };
        }
        *lines = mixed;
    }
    for line in lines {
        *line *= 0.25;
    }
}

/// The lines' sum with these signs, by halves, which is quicker than one after the other.
#[inline(always)]
fn sum(lines: &[f32; LINES], signs: &[f32; LINES]) -> f32 {
    let mut sums: [f32; LINES] = std::array::from_fn(|line| signs[line] * lines[line]);
    for half in [8, 4, 2, 1] {
        for line in 0..half {
            sums[line] += sums[line + half];
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

    #[test]
    fn mixing_keeps_the_energy_and_spreads_it_evenly() {
        for line in 0..LINES {
            let mut lines = [0.0; LINES];
            lines[line] = 1.0;
            mix(&mut lines);
            assert!(lines.iter().all(|x| x.abs() == 0.25));
            mix(&mut lines);
            assert_eq!(lines[line], 1.0);
        }
    }

    #[test]
    fn rows_agree_on_as_many_lines_as_they_differ() {
        assert_eq!(sum(&LEFT, &RIGHT), 0.0);
        assert_eq!(sum(&INTO, &LEFT), 0.0);
        assert_eq!(sum(&INTO, &RIGHT), 0.0);
    }

    #[test]
    fn signs_are_no_more_like_one_row_of_the_matrix_than_another() {
        for mut signs in [INTO, LEFT, RIGHT] {
            mix(&mut signs);
            assert!(signs.iter().all(|x| x.abs() == 1.0), "{signs:?}");
        }
    }
}
