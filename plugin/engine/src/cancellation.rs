//! Hears whether left and right cancel in their mean, which is what one voice for both is made of.

/// The mean is lost when it is so much softer than the sides; that of sides which have nothing in common is 3 dB softer.
const CANCELS_DB: f64 = -12.0;
/// How much sound decides.
const WINDOW_S: f64 = 0.5;
/// Samples below this (-80 dBFS, both sides together) are no sound.
const SOUND: f64 = 1e-8;

/// Listens in turns of half a second of sound; pauses do not count.
pub(crate) struct Cancellation {
    window_samples: u32,
    heard_samples: u32,
    /// Energies since the turn began: of a side, on average, and of the mean.
    sides: f64,
    mean: f64,
    found: bool,
}

impl Cancellation {
    /// For samples at `rate_hz`.
    pub(crate) fn new(rate_hz: f64) -> Cancellation {
        Cancellation {
            window_samples: (WINDOW_S * rate_hz).round().max(1.0) as u32,
            heard_samples: 0,
            sides: 0.0,
            mean: 0.0,
            found: false,
        }
    }

    /// Hears one finite sample of both sides.
    pub(crate) fn hear(&mut self, [left, right]: [f32; 2]) {
        let (left, right) = (f64::from(left), f64::from(right));
        let sides = 0.5 * (left * left + right * right);
        if sides < SOUND {
            return;
        }
        self.sides += sides;
        self.mean += 0.25 * (left + right) * (left + right);
        self.heard_samples += 1;
        if self.heard_samples == self.window_samples {
            self.found = self.mean < self.sides * 10f64.powf(CANCELS_DB / 10.0);
            (self.heard_samples, self.sides, self.mean) = (0, 0.0, 0.0);
        }
    }

    /// Whether the last whole turn of sound cancelled.
    pub(crate) fn found(&self) -> bool {
        self.found
    }

    /// Forgets what was heard.
    pub(crate) fn reset(&mut self) {
        (self.heard_samples, self.sides, self.mean) = (0, 0.0, 0.0);
        self.found = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::noise;

    const RATE_HZ: f64 = 8_000.0;

    /// What is found in two seconds of noise on the left and what `right` makes of it and of other noise.
    fn found(right: impl Fn(f32, f32) -> f32) -> bool {
        let mut cancellation = Cancellation::new(RATE_HZ);
        for (left, other) in noise(1, 16_000).into_iter().zip(noise(2, 16_000)) {
            cancellation.hear([left, right(left, other)]);
        }
        cancellation.found()
    }

    #[test]
    fn only_sides_that_cancel_are_found() {
        assert!(found(|left, _| -left));
        assert!(found(|left, _| -0.8 * left));
        assert!(found(|left, other| 0.1 * other - left));
        assert!(!found(|left, _| -0.5 * left));
        assert!(!found(|left, _| left));
        assert!(!found(|_, other| other));
        assert!(!found(|_, _| 0.0));
    }

    #[test]
    fn half_a_second_of_sound_decides_and_a_pause_nothing() {
        let mut cancellation = Cancellation::new(RATE_HZ);
        let mut hear = |left: f32, right: f32, samples: usize| {
            for _ in 0..samples {
                cancellation.hear([left, right]);
            }
            cancellation.found()
        };
        assert!(!hear(0.1, -0.1, 3_999));
        assert!(!hear(0.0, 0.0, 50_000));
        assert!(hear(0.1, -0.1, 1));
        assert!(hear(0.0, 0.0, 50_000));
        assert!(!hear(0.1, 0.1, 4_000));
        assert!(hear(0.1, -0.1, 4_000));
        cancellation.reset();
        assert!(!cancellation.found());
    }
}
