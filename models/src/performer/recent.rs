//! The latest values of something.

/// Up to `N` values, the oldest forgotten first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent<const N: usize> {
    values: [f32; N],
    count: usize,
    next: usize,
}

impl<const N: usize> Default for Recent<N> {
    fn default() -> Self {
        Self {
            values: [0.0; N],
            count: 0,
            next: 0,
        }
    }
}

impl<const N: usize> Recent<N> {
    pub(super) fn push(&mut self, value: f32) {
        self.values[self.next] = value;
        self.next = (self.next + 1) % N;
        self.count = (self.count + 1).min(N);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn latest(&self) -> Option<f32> {
        (self.count > 0).then(|| self.values[(self.next + N - 1) % N])
    }

    fn all(&self) -> &[f32] {
        &self.values[..self.count]
    }

    /// The least value; infinite without any.
    pub(super) fn least(&self) -> f32 {
        self.all().iter().copied().fold(f32::INFINITY, f32::min)
    }

    /// From the least to the greatest; 0 without any.
    pub(super) fn range(&self) -> f32 {
        let most = self.all().iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (most - self.least()).max(0.0)
    }

    /// The upper median; 0 without any.
    pub(super) fn median(&self) -> f32 {
        let mut sorted = self.values;
        let sorted = &mut sorted[..self.count];
        sorted.sort_unstable_by(f32::total_cmp);
        sorted.get(self.count / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::<3>::default();
        assert_eq!(
            (recent.median(), recent.range(), recent.latest()),
            (0.0, 0.0, None)
        );
        for value in [5.0, 1.0, 2.0, 9.0] {
            recent.push(value);
        }
        assert_eq!(recent.latest(), Some(9.0));
        assert_eq!(
            (recent.least(), recent.range(), recent.median()),
            (1.0, 8.0, 2.0)
        );
        recent.clear();
        assert_eq!(recent.latest(), None);
    }
}
