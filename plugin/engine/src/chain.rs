//! What the audio path asks of the translation core: one hop in, one hop out.
//!
//! The path is generic over [`Chain`], so that its timing is tested to the sample with a core that
//! only delays, and no network in the way. The player's core is [`ModelChain`].

use std::sync::Arc;

use mynah_models::{Base, CORNERS, ChainState, HOP_SAMPLES, HopControls, Key, LowCut, Telemetry};

use crate::corners::Corners;

/// One hop of mono samples at 48 kHz.
pub(crate) type Hop = [f32; HOP_SAMPLES];

/// A translation core: immutable itself, with its target (`Patch`) and its memory (`State`) apart.
///
/// Everything but [`new_state`](Self::new_state) runs on the audio thread and obeys its law: no
/// allocation, no lock, no panic.
pub(crate) trait Chain {
    /// What one target consists of, made elsewhere and swapped while playing.
    type Patch;
    /// The memory of one running chain.
    type State;

    /// A state that has heard only silence. Allocates: set-up time only.
    fn new_state(&self) -> Self::State;

    /// Back to a state that has heard only silence.
    fn reset(&self, state: &mut Self::State);

    /// Back to silence, for a silence during which the chain does not run; what decides about later sounds may be kept.
    fn rest(&self, state: &mut Self::State) {
        self.reset(state);
    }

    /// Other targets sound from the next hop on.
    fn change_targets(&self, _state: &mut Self::State) {}

    /// The octave that was chosen from what was heard.
    fn octave(&self, _state: &Self::State) -> i32 {
        0
    }

    /// The key that is heard, before transposition.
    fn key(&self, _state: &Self::State) -> Option<Key> {
        None
    }

    /// Makes octave and key of `to` go on from what `from`, another side of the same playing, has chosen.
    fn take_octave(&self, _from: &Self::State, _to: &mut Self::State) {}

    /// Makes `to` continue as `from` would.
    fn copy_state(&self, from: &Self::State, to: &mut Self::State);

    /// Translates one hop; the output lags `CHAIN_DELAY_SAMPLES` behind the input.
    fn step(
        &self,
        patch: &Self::Patch,
        state: &mut Self::State,
        controls: &HopControls,
        input: &Hop,
        output: &mut Hop,
    );

    /// What share of these weights belongs to targets that there are, 0 to 1.
    fn presence(&self, patch: &Self::Patch, weights: &[f32; CORNERS]) -> f32;

    /// What the chain hears at present.
    fn telemetry(&self, state: &Self::State) -> Telemetry;
}

/// The trained networks of `mynah_models` as a [`Chain`].
pub(crate) struct ModelChain {
    pub(crate) base: Arc<Base>,
    /// How many hops earlier the first frame ends, 0 or 1, see `stagger`.
    pub(crate) lead_hops: usize,
}

/// Their memory, and that of what is taken away before.
pub(crate) struct ModelState {
    low_cut: LowCut,
    chain: ChainState,
}

impl Chain for ModelChain {
    type Patch = Corners;
    type State = ModelState;

    fn new_state(&self) -> ModelState {
        let mut chain = ChainState::new(&self.base);
        chain.align_frames(self.lead_hops);
        ModelState {
            low_cut: LowCut::default(),
            chain,
        }
    }

    fn reset(&self, state: &mut ModelState) {
        state.low_cut.reset();
        state.chain.reset();
        state.chain.align_frames(self.lead_hops);
    }

    fn rest(&self, state: &mut ModelState) {
        state.low_cut.reset();
        state.chain.rest();
        state.chain.align_frames(self.lead_hops);
    }

    fn change_targets(&self, state: &mut ModelState) {
        state.chain.change_targets();
    }

    fn octave(&self, state: &ModelState) -> i32 {
        state.chain.octave()
    }

    fn key(&self, state: &ModelState) -> Option<Key> {
        state.chain.key()
    }

    fn take_octave(&self, from: &ModelState, to: &mut ModelState) {
        to.chain.take_octave_of(&from.chain);
    }

    fn copy_state(&self, from: &ModelState, to: &mut ModelState) {
        to.low_cut = from.low_cut;
        to.chain.copy_from(&from.chain);
    }

    fn step(
        &self,
        patch: &Corners,
        state: &mut ModelState,
        controls: &HopControls,
        input: &Hop,
        output: &mut Hop,
    ) {
        let input = state.low_cut.step(input);
        self.base
            .step(&patch.targets(), &mut state.chain, controls, &input, output);
    }

    fn presence(&self, patch: &Corners, weights: &[f32; CORNERS]) -> f32 {
        patch.presence(weights)
    }

    fn telemetry(&self, state: &ModelState) -> Telemetry {
        state.chain.telemetry()
    }
}
