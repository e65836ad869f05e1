//! The latest samples of a stream, always readable as one slice.
//!
//! Thread: a [`History`] belongs to one stream; [`History::push`] and [`History::latest`] neither
//! allocate nor panic.

/// A ring that writes every sample twice, half its length apart, so that the latest samples always
/// lie side by side.
///
/// It starts filled with silence.
#[derive(Clone, Debug)]
pub struct History {
    /// Twice the capacity.
    samples: Vec<f32>,
    capacity: usize,
    /// Where the next sample goes, in `0..capacity`; the oldest sample kept lies there now.
    next: usize,
}

impl History {
    /// A silent history that remembers `capacity_samples` samples (at least one).
    pub fn new(capacity_samples: usize) -> Self {
        let capacity = capacity_samples.max(1);
        Self {
            samples: vec![0.0; 2 * capacity],
            capacity,
            next: 0,
        }
    }

    /// Appends `input`, oldest first; the same number of the oldest samples is forgotten.
    pub fn push(&mut self, input: &[f32]) {
        for &sample in input {
            self.samples[self.next] = sample;
            self.samples[self.next + self.capacity] = sample;
            self.next += 1;
            if self.next == self.capacity {
                self.next = 0;
            }
        }
    }

    /// The latest `count` samples, oldest first. A count above the capacity gives the capacity.
    pub fn latest(&self, count: usize) -> &[f32] {
        let count = count.min(self.capacity);
        let end = self.next + self.capacity;
        &self.samples[end - count..end]
    }

    /// Back to silence.
    pub fn reset(&mut self) {
        self.samples.fill(0.0);
        self.next = 0;
    }

    /// Takes over the samples of `other`, a history of the same capacity, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        for (own, theirs) in self.samples.iter_mut().zip(&other.samples) {
            *own = *theirs;
        }
        self.next = other.next.min(self.capacity - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_is_the_tail_of_everything_pushed_at_any_chunking() {
        let stream: Vec<f32> = (1..=100).map(|n| n as f32).collect();
        for chunk in [1, 3, 7, 10, 13, 100] {
            let mut history = History::new(10);
            let mut pushed = vec![0.0; 10];
            for piece in stream.chunks(chunk) {
                history.push(piece);
                pushed.extend_from_slice(piece);
                for count in [1, 4, 10] {
                    assert_eq!(history.latest(count), &pushed[pushed.len() - count..]);
                }
            }
        }
    }

    #[test]
    fn reset_and_copy_forget_and_take_over() {
        let mut history = History::new(4);
        history.push(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let mut other = History::new(4);
        other.copy_from(&history);
        assert_eq!(other.latest(4), &[2.0, 3.0, 4.0, 5.0]);
        history.reset();
        assert_eq!(history.latest(99), &[0.0; 4]);
    }
}
