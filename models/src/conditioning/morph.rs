//! What each of the targets weighs in the sound.

use super::CORNERS;
use super::smoothing::Approach;

/// Weights that follow what is wanted without a click.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Morph {
    weights: Approach<CORNERS>,
}

impl Morph {
    /// One frame. The weights of targets that are not there go to the others.
    pub(super) fn step(
        &mut self,
        wanted: &[f32; CORNERS],
        present: [bool; CORNERS],
    ) -> [f32; CORNERS] {
        let mut weights = self.weights.step(wanted.map(|weight| weight.max(0.0)));
        for (weight, present) in weights.iter_mut().zip(present) {
            if !present {
                *weight = 0.0;
            }
        }
        let sum: f32 = weights.iter().sum();
        if sum > 0.0 {
            weights.map(|weight| weight / sum)
        } else {
            [0.0; CORNERS]
        }
    }
}

/// The same weights hop by hop, for what sounds beside the chain where a target is missing: they go the way that they go in it.
/// Audio thread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MorphGlide {
    weights: Approach<CORNERS>,
}

impl MorphGlide {
    /// One hop: the weights at its end. The first are taken at once.
    pub fn step(&mut self, wanted: &[f32; CORNERS]) -> [f32; CORNERS] {
        self.weights.step_hop(*wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_shares_of_those_that_are_there() {
        let mut morph = Morph::default();
        let all = [true; CORNERS];
        assert_eq!(morph.step(&[1.0, 0.0, 0.0, 0.0], all), [1.0, 0.0, 0.0, 0.0]);
        let mut morph = Morph::default();
        let some = [true, false, true, false];
        let weights = morph.step(&[0.25; CORNERS], some);
        assert_eq!(weights, [0.5, 0.0, 0.5, 0.0]);
        assert_eq!(
            morph.step(&[0.25; CORNERS], [false; CORNERS]),
            [0.0; CORNERS]
        );
    }
}
