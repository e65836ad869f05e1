//! Drawing the next event: by chance, within what is allowed.

use super::event::SAME_PITCH;
use crate::chance::split_mix_64;
use crate::conditioning::ALL_NOTES;

/// Coldest and warmest temperature.
const TEMPERATURES: (f32, f32) = (0.05, 4.0);

/// How events are drawn, and what they may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Probabilities to the power of one over this: 1 as they are, less for what is likelier, 0.05 to 4.
    pub temperature: f32,
    /// Which of the twelve notes there may be, a bit each, C lowest; none is all.
    pub notes: u16,
    /// Lowest MIDI number.
    pub low: u8,
    /// Highest MIDI number.
    pub high: u8,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            notes: ALL_NOTES,
            low: 0,
            high: 127,
        }
    }
}

impl Sampling {
    /// Leaves only those intervals from `midi` that are allowed; where none is, only the nearest to the range. Audio thread.
    pub(super) fn constrain(&self, midi: i32, p: &mut [f32]) {
        let notes = if self.notes & ALL_NOTES == 0 {
            ALL_NOTES
        } else {
            self.notes
        };
        let (low, high) = (i32::from(self.low), i32::from(self.high.min(127)));
        let reached = |class: usize| midi + class as i32 - i32::from(SAME_PITCH);
        let mut any = 0.0;
        for (class, p) in p.iter_mut().enumerate() {
            let to = reached(class);
            let is_note = notes >> to.rem_euclid(12) & 1 == 1;
            if !is_note || !(low..=high).contains(&to) {
                *p = 0.0;
            }
            any += *p;
        }
        if any > 0.0 {
            return;
        }
        // A range without any of the notes, or far away: on the way into it, on one of them.
        let middle = i32::midpoint(low, high);
        let classes = 0..p.len();
        let of_key = classes.filter(|class| notes >> reached(*class).rem_euclid(12) & 1 == 1);
        if let Some(nearest) = of_key.min_by_key(|class| (reached(*class) - middle).abs()) {
            p[nearest] = 1.0;
        }
    }

    /// A class by chance. Audio thread.
    pub(super) fn draw(&self, p: &mut [f32], chance: &mut u64) -> u8 {
        let (coldest, warmest) = TEMPERATURES;
        let power = 1.0 / self.temperature.clamp(coldest, warmest);
        let most = p.iter().copied().fold(0.0_f32, f32::max);
        let mut sum = 0.0;
        for p in p.iter_mut() {
            *p = (*p / most.max(f32::MIN_POSITIVE)).powf(power);
            sum += *p;
        }
        // The upper 24 bits, even in 0 to 1.
        let even = (split_mix_64(chance) >> 40) as f32 / (1 << 24) as f32;
        let mut left = even * sum;
        let mut last = 0;
        for (class, p) in p.iter().enumerate() {
            if *p > 0.0 {
                last = class;
                if left < *p {
                    break;
                }
                left -= p;
            }
        }
        last as u8
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::architecture::INTERVAL_CLASSES;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn what_is_drawn_is_allowed(
            weights in prop::collection::vec(0.0..1.0_f32, INTERVAL_CLASSES), midi in 20..108_i32,
            notes in 1..=ALL_NOTES, below in 0..24_u8, above in 12..24_u8,
            temperature in 0.0..5.0_f32, seed: u64,
        ) {
            let sampling = Sampling {
                temperature,
                notes,
                low: (midi as u8).saturating_sub(below),
                high: midi as u8 + above,
            };
            let mut p = weights;
            sampling.constrain(midi, &mut p);
            let mut chance = seed;
            let class = sampling.draw(&mut p, &mut chance);
            let to = midi + i32::from(class) - i32::from(SAME_PITCH);
            prop_assert!(notes >> to.rem_euclid(12) & 1 == 1, "{to} is not of {notes:b}");
            prop_assert!((i32::from(sampling.low)..=i32::from(sampling.high)).contains(&to));
        }

        /// Where nothing is allowed there is an answer all the same, of the notes that there may be.
        #[test]
        fn there_is_always_an_answer(midi in 0..128_i32, notes in 1..=ALL_NOTES, low: u8, high: u8, seed: u64) {
            let sampling = Sampling { notes, low, high, ..Sampling::default() };
            let mut p = [0.0; INTERVAL_CLASSES];
            sampling.constrain(midi, &mut p);
            let mut chance = seed;
            let class = sampling.draw(&mut p, &mut chance);
            let to = midi + i32::from(class) - i32::from(SAME_PITCH);
            prop_assert!(notes >> to.rem_euclid(12) & 1 == 1);
        }
    }

    #[test]
    fn the_cold_take_what_is_likeliest_and_chance_has_its_shares() {
        let cold = Sampling {
            temperature: 0.05,
            ..Sampling::default()
        };
        let mut chance = 5;
        let mut counts = [0; 3];
        for _ in 0..3_000 {
            assert_eq!(cold.draw(&mut [0.1, 0.6, 0.3], &mut chance), 1);
            let class = Sampling::default().draw(&mut [0.1, 0.6, 0.3], &mut chance);
            counts[usize::from(class)] += 1;
        }
        for (count, share) in counts.into_iter().zip([0.1, 0.6, 0.3]) {
            assert!(
                (f64::from(count) / 3_000.0 - share).abs() < 0.03,
                "{counts:?}"
            );
        }
    }
}
