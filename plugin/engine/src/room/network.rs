//! The late room: a feedback delay network.
//!
//! Sixteen delay lines feed each other through a Hadamard matrix, which is orthogonal and so keeps the energy; what is lost is
//! lost in the lines' filters alone (Stautner and Puckette, "Designing multi-channel reverberators", Computer Music Journal 6,
//! 1982; Jot and Chaigne 1991). The lengths are prime numbers of samples, so that echoes meet as late as they can (Schroeder,
//! "Natural sounding artificial reverberation", JAES 10, 1962), 0.4 s in all: enough modes for the longest decay.

use super::decay::Damping;
use super::settled;

/// Delay lines.
pub(super) const LINES: usize = 16;
/// Their lengths before they are made prime, milliseconds.
const LENGTHS_MS: [f64; LINES] = [
    11.3, 12.7, 14.1, 16.3, 17.9, 19.7, 21.1, 23.9, 25.3, 27.1, 29.9, 32.3, 34.1, 36.7, 39.1, 41.9,
];
/// With which sign the input goes into each line, and each line into the two outputs.
///
/// As many signs are equal in the two outputs as differ, so that these have nothing to do with each other. And each row is as far
/// from every row of the matrix as can be (a bent function, Rothaus, "On bent functions", 1976): otherwise an output would hear
/// one line again, a pass later, above all others.
const INTO: [f32; LINES] = signs(0b0110_1100_1010_0000);
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

/// The lengths of the lines at a rate, samples: different primes.
pub(super) fn lengths_samples(rate_hz: f64) -> [usize; LINES] {
    let mut last = 1;
    LENGTHS_MS.map(|ms| {
        last = prime_samples(ms, rate_hz, last + 1);
        last
    })
}

/// A prime number of samples, the next to a time, but not less than `at_least`.
pub(super) fn prime_samples(ms: f64, rate_hz: f64, at_least: usize) -> usize {
    let near = ((ms * rate_hz / 1_000.0).round() as usize).max(at_least);
    (near..).find(|length| is_prime(*length)).unwrap_or(near)
}

fn is_prime(number: usize) -> bool {
    number > 1
        && (2..)
            .take_while(|n| n * n <= number)
            .all(|n| !number.is_multiple_of(n))
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
        }
    }

    /// The lengths of the lines, samples.
    pub(super) fn lengths_samples(&self) -> &[usize; LINES] {
        &self.lengths_samples
    }

    /// Takes a sample in; left and right.
    pub(super) fn step(&mut self, input: f32, damping: &Damping) -> [f32; 2] {
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
    fn lengths_are_different_primes_at_every_rate() {
        for rate_hz in [8_000.0, 11_025.5, 44_100.0, 48_000.0, 192_000.0] {
            let lengths = lengths_samples(rate_hz);
            assert!(lengths.iter().all(|length| is_prime(*length)));
            assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]));
            let last_ms = lengths[LINES - 1] as f64 * 1_000.0 / rate_hz;
            assert!((41.0..44.0).contains(&last_ms), "{last_ms} at {rate_hz}");
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
    fn outputs_agree_on_as_many_lines_as_they_differ() {
        let agree = LEFT
            .iter()
            .zip(&RIGHT)
            .filter(|(left, right)| left == right);
        assert_eq!(agree.count(), LINES / 2);
        assert_eq!(sum(&LEFT, &RIGHT), 0.0);
    }

    #[test]
    fn signs_are_no_more_like_one_row_of_the_matrix_than_another() {
        for mut signs in [INTO, LEFT, RIGHT] {
            mix(&mut signs);
            assert!(signs.iter().all(|x| x.abs() == 1.0), "{signs:?}");
        }
    }
}
