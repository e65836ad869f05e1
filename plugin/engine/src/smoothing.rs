//! Straight-line glides of control values, so that no change is heard as a click.

/// How long gain, mix and bypass take to reach a new value, in milliseconds.
pub(crate) const GLIDE_MS: f64 = 20.0;

/// A value that moves to its goal in a straight line, then stays there exactly.
pub(crate) struct Glide {
    value: f32,
    goal: f32,
    step: f32,
    remaining_samples: u32,
    length_samples: u32,
}

impl Glide {
    /// At rest at `value`; glides take [`GLIDE_MS`] at `rate_hz`.
    pub(crate) fn new(value: f32, rate_hz: f64) -> Glide {
        Glide::lasting(GLIDE_MS, value, rate_hz)
    }

    /// The same with glides that take `ms`.
    pub(crate) fn lasting(ms: f64, value: f32, rate_hz: f64) -> Glide {
        let length_samples = (rate_hz * ms / 1000.0).round().max(1.0) as u32;
        Glide {
            value,
            goal: value,
            step: 0.0,
            remaining_samples: 0,
            length_samples,
        }
    }

    /// Sets off for a new goal from wherever the value is.
    pub(crate) fn glide_to(&mut self, goal: f32) {
        if goal == self.goal {
            return;
        }
        self.goal = goal;
        self.step = (goal - self.value) / self.length_samples as f32;
        self.remaining_samples = self.length_samples;
    }

    /// Is at `value` at once.
    pub(crate) fn jump_to(&mut self, value: f32) {
        self.value = value;
        self.goal = value;
        self.remaining_samples = 0;
    }

    /// Sets off for a new goal, or is there at once.
    pub(crate) fn go_to(&mut self, goal: f32, at_once: bool) {
        if at_once {
            self.jump_to(goal);
        } else {
            self.glide_to(goal);
        }
    }

    /// Whether the value is where it is to stay.
    pub(crate) fn rests(&self) -> bool {
        self.remaining_samples == 0
    }

    /// Whether it stays at `value`.
    pub(crate) fn rests_at(&self, value: f32) -> bool {
        self.rests() && self.value == value
    }

    /// The value for the next sample.
    pub(crate) fn advance(&mut self) -> f32 {
        if self.remaining_samples > 0 {
            self.remaining_samples -= 1;
            // The last step lands on the goal itself, not on a sum of rounded steps.
            self.value = if self.remaining_samples == 0 {
                self.goal
            } else {
                self.value + self.step
            };
        }
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_exactly_and_in_time() {
        let mut glide = Glide::new(0.0, 48_000.0);
        glide.glide_to(0.7);
        let values: Vec<f32> = (0..960).map(|_| glide.advance()).collect();
        assert!(values[958] < 0.7);
        assert_eq!(values[959], 0.7);
        assert_eq!(glide.advance(), 0.7);
        assert!(values.windows(2).all(|pair| pair[1] > pair[0]));
    }

    #[test]
    fn turns_round_on_the_way_without_a_step() {
        let mut glide = Glide::new(0.0, 1_000.0);
        glide.glide_to(1.0);
        for _ in 0..10 {
            glide.advance();
        }
        glide.glide_to(0.0);
        let first = glide.advance();
        assert!((first - 0.475).abs() < 1e-6, "{first}");
        glide.jump_to(0.25);
        assert_eq!(glide.advance(), 0.25);
    }
}
