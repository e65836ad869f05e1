//! A way through the timbres: from target to target, and around in the timbre space.

use mynah_engine::{Control, Controls};
use mynah_models::split_mix_64;

/// How often the way goes round along each axis of the space, at most.
const TURNS: f32 = 3.0;
/// Velocities of the shots.
const VELOCITIES: (f32, f32) = (0.45, 1.0);
/// The shortest one is held for this share of the longest.
const SHORTEST: f32 = 0.3;
/// What is walked along besides the morph.
const AXES: [Control; 6] = [
    Control::TimbreX,
    Control::TimbreY,
    Control::TimbreBrightness,
    Control::TimbreBreath,
    Control::TimbreBody,
    Control::TimbreAttack,
];

/// One place of the way, and how the note there is struck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// The two targets between which it is, by their places in the list, and how far it is to the second.
    pub(super) between: (usize, usize),
    pub(super) share: f32,
    /// Along each of [`AXES`].
    axes: [f32; AXES.len()],
    pub(super) key: u8,
    pub(super) velocity: f32,
    /// Of the longest one's length.
    pub(super) held_share: f32,
}

/// The way.
pub(super) struct Walk {
    order: Vec<usize>,
    turns: [(f32, f32); AXES.len()],
    wild: f32,
    notes: (u8, u8),
    chance: u64,
}

impl Walk {
    /// One past all of `targets`, at least one, in an order of chance, `wild` from 0 to 1.
    pub(super) fn new(seed: u32, targets: usize, wild: f32, notes: (u8, u8)) -> Self {
        let mut walk = Self {
            order: (0..targets).collect(),
            turns: [(0.0, 0.0); AXES.len()],
            wild,
            notes,
            chance: u64::from(seed),
        };
        for last in (1..targets).rev() {
            let other = (walk.toss() * (last + 1) as f32) as usize;
            walk.order.swap(last, other);
        }
        walk.turns = std::array::from_fn(|_| (1.0 + (TURNS - 1.0) * walk.toss(), walk.toss()));
        walk
    }

    /// The place at this share of the way; the way ends where it began. Notes and velocities come by chance, from call to call.
    pub(super) fn place(&mut self, share: f32) -> Place {
        let count = self.order.len();
        let along = share * count as f32;
        let from = (along as usize).min(count - 1);
        let (first, second) = (self.order[from], self.order[(from + 1) % count]);
        let axes = self.turns.map(|(turns, phase)| {
            let turn = std::f32::consts::TAU * (turns * share + phase);
            self.wild * turn.sin()
        });
        let (low, high) = self.notes;
        let notes = f32::from(high - low) + 1.0;
        let between = |(low, high): (f32, f32), toss: f32| low + toss * (high - low);
        let key = f32::from(low) + (self.toss() * notes).floor();
        Place {
            between: (first, second),
            share: if count == 1 { 0.0 } else { along - from as f32 },
            axes,
            key: (key as u8).min(high),
            velocity: between(VELOCITIES, self.toss()),
            held_share: between((SHORTEST, 1.0), self.toss()),
        }
    }

    /// 0 to 1, the latter excluded.
    fn toss(&mut self) -> f32 {
        (split_mix_64(&mut self.chance) >> 40) as f32 / (1u64 << 24) as f32
    }
}

impl Place {
    /// `controls`, with what the place says; the second target stands at B.
    pub(super) fn set(&self, controls: &Controls) -> Controls {
        let mut controls = controls.with(Control::MorphX, self.share);
        for (control, value) in self.moved() {
            controls.set(control, value);
        }
        controls
    }

    /// What it moves, and how far.
    pub(super) fn moved(&self) -> impl Iterator<Item = (Control, f32)> {
        AXES.into_iter().zip(self.axes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_passes_all_targets_and_ends_where_it_began() {
        let mut walk = Walk::new(7, 5, 0.6, (40, 60));
        let places: Vec<Place> = (0..100).map(|n| walk.place(n as f32 / 100.0)).collect();
        for target in 0..5 {
            assert!(places.iter().any(|place| place.between.0 == target));
        }
        for pair in places.windows(2) {
            for (a, b) in pair[0].axes.iter().zip(pair[1].axes) {
                assert!((a - b).abs() < 0.6 * 0.2, "{a} {b}");
            }
        }
        let end = walk.place(1.0 - 1e-6);
        assert_eq!(end.between.1, places[0].between.0);
        assert!(places.iter().all(|p| (40..=60).contains(&p.key)));
        assert!(places.iter().any(|p| p.key > 55) && places.iter().any(|p| p.key < 45));
    }

    #[test]
    fn a_seed_is_a_way() {
        let way = |seed| {
            let mut walk = Walk::new(seed, 3, 1.0, (60, 60));
            [0.0, 0.4, 0.9].map(|share| walk.place(share))
        };
        assert_eq!(way(1), way(1));
        assert_ne!(way(1), way(2));
        let mut tame = Walk::new(1, 1, 0.0, (60, 60));
        let place = tame.place(0.7);
        assert_eq!((place.between, place.share), ((0, 0), 0.0));
        assert!(place.moved().all(|(_, value)| value == 0.0));
    }
}
