//! Several targets at once: each has a translator of its own, and their frames are blended, log envelopes and
//! hidden frames alike. Everything before and after is shared.
//!
//! Thread: audio; [`Blend::new`] allocates.

use crate::conditioning::{CORNERS, Voice};
use crate::envelope::{ENVELOPE_POINTS, Envelope};
use crate::streaming::translator::{
    ENVELOPE_RANGE, TargetWeights, Translator, TranslatorState, translator_input,
};

/// The translators' pasts, one for each target that can sound.
#[derive(Clone, Debug)]
pub(crate) struct Blend {
    states: [TranslatorState; CORNERS],
    /// What each target weighed in the frame before.
    weights: [f32; CORNERS],
    /// One target's hidden frame, and the blend of all.
    own: Vec<f32>,
    hidden: Vec<f32>,
}

impl Blend {
    /// The state before the first frame. Allocates.
    pub(crate) fn new(translator: &Translator) -> Self {
        Self {
            states: std::array::from_fn(|_| TranslatorState::new(translator, 1)),
            weights: [0.0; CORNERS],
            own: vec![0.0; translator.channels()],
            hidden: vec![0.0; translator.channels()],
        }
    }

    /// Back to the state before the first frame.
    pub(crate) fn reset(&mut self) {
        self.states.iter_mut().for_each(TranslatorState::reset);
        self.weights = [0.0; CORNERS];
    }

    /// Becomes `other` without allocating.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        for (state, other) in self.states.iter_mut().zip(&other.states) {
            state.copy_from(other);
        }
        self.weights = other.weights;
    }

    /// The blend of the hidden frames of the latest step, `[channels]`.
    pub(crate) fn hidden(&self) -> &[f32] {
        &self.hidden
    }

    /// One frame through the translators of all targets that weigh something: the blend of their harmonic
    /// and of their noise log envelopes. Silence if none does.
    pub(crate) fn step(
        &mut self,
        translator: &Translator,
        targets: &[Option<&TargetWeights>; CORNERS],
        weights: &[f32; CORNERS],
        voice: &Voice,
        z: &[f32],
    ) -> (Envelope, Envelope) {
        self.welcome(weights);
        let pitch = voice.for_translator();
        let mut harmonic = [0.0; ENVELOPE_POINTS];
        let mut noise = [0.0; ENVELOPE_POINTS];
        self.hidden.fill(0.0);
        let mut silent = true;
        let places = targets.iter().zip(weights).zip(&mut self.states);
        for ((target, weight), state) in places {
            let Some(target) = target.filter(|_| *weight > 0.0) else {
                continue;
            };
            silent = false;
            translator_input(z, &pitch, translator.input(state, 1));
            translator.step(target, state, &mut self.own);
            let mut own_harmonic = [0.0; ENVELOPE_POINTS];
            let mut own_noise = [0.0; ENVELOPE_POINTS];
            target.envelopes(&self.own, &mut own_harmonic, &mut own_noise);
            add_weighted(*weight, &own_harmonic, &mut harmonic);
            add_weighted(*weight, &own_noise, &mut noise);
            add_weighted(*weight, &self.own, &mut self.hidden);
        }
        if silent {
            let (softest, _) = ENVELOPE_RANGE;
            return ([softest; ENVELOPE_POINTS], [softest; ENVELOPE_POINTS]);
        }
        (harmonic, noise)
    }

    /// A target that comes in has heard what the weightiest of the others has heard.
    fn welcome(&mut self, weights: &[f32; CORNERS]) {
        let before = std::mem::replace(&mut self.weights, *weights);
        let weightiest = (0..CORNERS)
            .filter(|corner| before[*corner] > 0.0)
            .max_by(|a, b| before[*a].total_cmp(&before[*b]));
        let Some(from) = weightiest else { return };
        for to in 0..CORNERS {
            if weights[to] > 0.0
                && before[to] == 0.0
                && let Ok([to, from]) = self.states.get_disjoint_mut([to, from])
            {
                to.copy_from(from);
            }
        }
    }
}

fn add_weighted(weight: f32, values: &[f32], sums: &mut [f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
    }
}
