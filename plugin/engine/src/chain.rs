//! What the audio path asks of the translation core: one hop in, one hop out.
//!
//! The path is generic over [`Chain`], so that its timing is tested to the sample with a core that
//! only delays, and no network in the way. The player's core is [`ModelChain`].

use std::sync::Arc;

use mynah_models::{
    Base, CORNERS, ChainState, Ensemble, EnsembleState, HOP_SAMPLES, HopControls, LowCut, Telemetry,
};

use crate::controls::Plays;
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

    /// Makes the octave of `to` go on from what `from`, another side of the same playing, has chosen.
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

    /// Whether it sounds, or is about to, whatever it hears.
    fn plays(&self, _state: &Self::State, _controls: &HopControls) -> bool {
        false
    }

    /// What share of these weights belongs to targets that there are, 0 to 1.
    fn presence(&self, patch: &Self::Patch, weights: &[f32; CORNERS]) -> f32;

    /// What the chain hears at present.
    fn telemetry(&self, state: &Self::State) -> Telemetry;
}

/// The trained networks of `mynah_models` as a [`Chain`].
pub(crate) struct ModelChain {
    networks: Networks,
    /// How many hops earlier the first frame ends, 0 or 1, see `stagger`.
    lead_hops: usize,
}

/// Its networks, and what they play.
enum Networks {
    Sound(Arc<Base>),
    Keys(Ensemble),
}

/// Their memory, and that of what is taken away before.
pub(crate) enum ModelState {
    Sound {
        low_cut: LowCut,
        chain: Box<ChainState>,
    },
    Keys(EnsembleState),
}

impl ModelChain {
    /// Allocates, and listens to a few tones where it plays keys.
    pub(crate) fn new(base: Arc<Base>, plays: Plays, lead_hops: usize) -> Self {
        let networks = match plays {
            Plays::Sound => Networks::Sound(base),
            Plays::Keys => Networks::Keys(Ensemble::new(base)),
        };
        Self {
            networks,
            lead_hops,
        }
    }
}

impl Chain for ModelChain {
    type Patch = Corners;
    type State = ModelState;

    fn new_state(&self) -> ModelState {
        match &self.networks {
            Networks::Sound(base) => {
                let mut chain = Box::new(ChainState::new(base));
                chain.align_frames(self.lead_hops);
                ModelState::Sound {
                    low_cut: LowCut::default(),
                    chain,
                }
            }
            Networks::Keys(ensemble) => ModelState::Keys(EnsembleState::new(ensemble)),
        }
    }

    fn reset(&self, state: &mut ModelState) {
        match state {
            ModelState::Sound { low_cut, chain } => {
                low_cut.reset();
                chain.reset();
                chain.align_frames(self.lead_hops);
            }
            ModelState::Keys(ensemble) => ensemble.reset(),
        }
    }

    fn rest(&self, state: &mut ModelState) {
        match state {
            ModelState::Sound { low_cut, chain } => {
                low_cut.reset();
                chain.rest();
                chain.align_frames(self.lead_hops);
            }
            // Its voices sleep already, and what they have played decides about what they play next.
            ModelState::Keys(_) => {}
        }
    }

    fn change_targets(&self, state: &mut ModelState) {
        if let ModelState::Sound { chain, .. } = state {
            chain.change_targets();
        }
    }

    fn octave(&self, state: &ModelState) -> i32 {
        match state {
            ModelState::Sound { chain, .. } => chain.octave(),
            ModelState::Keys(_) => 0,
        }
    }

    fn take_octave(&self, from: &ModelState, to: &mut ModelState) {
        if let (ModelState::Sound { chain: from, .. }, ModelState::Sound { chain: to, .. }) =
            (from, to)
        {
            to.take_octave_of(from);
        }
    }

    fn copy_state(&self, from: &ModelState, to: &mut ModelState) {
        match (from, to) {
            (
                ModelState::Sound { low_cut, chain },
                ModelState::Sound {
                    low_cut: to_low_cut,
                    chain: to_chain,
                },
            ) => {
                *to_low_cut = *low_cut;
                to_chain.copy_from(chain);
            }
            (ModelState::Keys(from), ModelState::Keys(to)) => to.copy_from(from),
            // All states of a chain are of one kind.
            _ => {}
        }
    }

    fn step(
        &self,
        patch: &Corners,
        state: &mut ModelState,
        controls: &HopControls,
        input: &Hop,
        output: &mut Hop,
    ) {
        match (&self.networks, state) {
            (Networks::Sound(base), ModelState::Sound { low_cut, chain }) => {
                let input = low_cut.step(input);
                base.step(&patch.targets(), chain, controls, &input, output);
            }
            (Networks::Keys(ensemble), ModelState::Keys(state)) => {
                ensemble.play(&patch.targets(), state, controls, output);
            }
            _ => output.fill(0.0),
        }
    }

    fn plays(&self, state: &ModelState, controls: &HopControls) -> bool {
        match state {
            ModelState::Sound { .. } => false,
            ModelState::Keys(ensemble) => ensemble.sounds(controls),
        }
    }

    fn presence(&self, patch: &Corners, weights: &[f32; CORNERS]) -> f32 {
        patch.presence(weights)
    }

    fn telemetry(&self, state: &ModelState) -> Telemetry {
        match state {
            ModelState::Sound { chain, .. } => chain.telemetry(),
            ModelState::Keys(ensemble) => ensemble.telemetry(),
        }
    }
}
