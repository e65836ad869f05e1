//! The dry signal's way round the translation: a delay of whole samples.

/// Delays by a constant number of samples, to the bit.
pub(crate) struct DelayLine {
    ring: Box<[f32]>,
    next: usize,
}

impl DelayLine {
    /// A line of `delay_samples` (at least 1) filled with silence. Allocates.
    pub(crate) fn new(delay_samples: usize) -> DelayLine {
        DelayLine {
            ring: vec![0.0; delay_samples.max(1)].into_boxed_slice(),
            next: 0,
        }
    }

    /// Takes a sample in and gives the one of `delay_samples` earlier.
    pub(crate) fn push(&mut self, sample: f32) -> f32 {
        let delayed = std::mem::replace(&mut self.ring[self.next], sample);
        self.next += 1;
        if self.next == self.ring.len() {
            self.next = 0;
        }
        delayed
    }

    /// As if `samples` zeros had been pushed, when it holds nothing else.
    pub(crate) fn skip(&mut self, samples: usize) {
        self.next = (self.next + samples) % self.ring.len();
    }

    /// Forgets what it holds.
    pub(crate) fn reset(&mut self) {
        self.ring.fill(0.0);
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_by_exactly_its_length() {
        let mut line = DelayLine::new(3);
        let out: Vec<f32> = (1..=6).map(|n| line.push(n as f32)).collect();
        assert_eq!(out, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]);
        line.reset();
        assert_eq!(line.push(9.0), 0.0);
    }
}
