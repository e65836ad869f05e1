//! What the audio path asks of the translation core: one hop in, one hop out.
//!
//! The path is generic over [`Chain`], so that its timing is tested to the sample with a core that
//! only delays, and no network in the way. The player's core is [`ModelChain`].

use std::sync::{Arc, Mutex, PoisonError, Weak};

use mynah_models::{
    Base, CORNERS, ChainState, Chords, Ensemble, EnsembleState, HOP_SAMPLES, HopControls, Key,
    LowCut, ModelHash, Telemetry,
};

use crate::controls::Plays;
use crate::corners::Corners;
use crate::hop_scheduler::LANES;
use crate::library::shipped_voices;
use crate::together::{ChordsTogether, KeysTogether, Together};

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
    /// What plays the modes in which all sides are heard as one.
    type Together: Together<Patch = Self::Patch>;
    /// What plays on for the player.
    type Solo: Together<Patch = Self::Patch>;

    /// What plays those modes, having heard only silence. Allocates: set-up time only.
    fn new_together(&self) -> Self::Together;

    /// What plays on, having played nothing. Allocates: set-up time only.
    fn new_solo(&self) -> Self::Solo;

    /// How many lanes there may be at the most, 1 to [`LANES`]: one for each side.
    fn lanes(&self) -> usize {
        LANES
    }

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

    /// Another plays this hop: what was heard before is old when it steps again.
    fn skip(&self, _state: &mut Self::State, _input: &Hop) {}

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
    Sound {
        base: Arc<Base>,
        /// None in a build without the network that hears them.
        chords: Option<Arc<Chords>>,
        ensemble: Arc<Ensemble>,
    },
    Keys(Arc<Ensemble>),
}

/// Their memory, and that of what is taken away before.
pub(crate) enum ModelState {
    Sound {
        low_cut: LowCut,
        chain: Box<ChainState>,
        /// Another has played since.
        skipped: bool,
    },
    Keys(Box<EnsembleState>),
}

/// The ensembles of the bases that are in use: all instances share one of each.
static ENSEMBLES: Mutex<Vec<(ModelHash, Weak<Ensemble>)>> = Mutex::new(Vec::new());
/// The one that was asked for last, which stays: an instance that is made anew and is the only one need not listen again.
static LATEST_ENSEMBLE: Mutex<Option<Arc<Ensemble>>> = Mutex::new(None);

/// The ensemble of a base. Not for the audio thread.
fn ensemble_of(base: &Arc<Base>) -> Arc<Ensemble> {
    let mut known = ENSEMBLES.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(_, ensemble)| ensemble.strong_count() > 0);
    let hash = base.info().hash;
    let found = known.iter().find(|(of, _)| *of == hash);
    let ensemble = found.and_then(|(_, ensemble)| ensemble.upgrade());
    let ensemble = ensemble.unwrap_or_else(|| {
        let made = Arc::new(Ensemble::new(Arc::clone(base)));
        known.push((hash, Arc::downgrade(&made)));
        made
    });
    let mut latest = LATEST_ENSEMBLE
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    *latest = Some(Arc::clone(&ensemble));
    ensemble
}

impl ModelChain {
    /// Allocates, and listens to a few tones where it plays keys.
    pub(crate) fn new(base: Arc<Base>, plays: Plays, lead_hops: usize) -> Self {
        let networks = match plays {
            Plays::Sound => {
                let net = shipped_voices().ok();
                let ensemble = ensemble_of(&base);
                let chords = net.map(|net| Arc::new(Chords::new(net, Arc::clone(&ensemble))));
                Networks::Sound {
                    base,
                    chords,
                    ensemble,
                }
            }
            Plays::Keys => Networks::Keys(ensemble_of(&base)),
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
    type Together = Option<ChordsTogether>;
    /// None where keys are played: they are played on, too.
    type Solo = Option<KeysTogether>;

    fn new_together(&self) -> Option<ChordsTogether> {
        match &self.networks {
            Networks::Sound { chords, .. } => chords.as_ref().map(ChordsTogether::new),
            Networks::Keys(_) => None,
        }
    }

    fn new_solo(&self) -> Option<KeysTogether> {
        match &self.networks {
            Networks::Sound { ensemble, .. } => Some(KeysTogether::new(ensemble)),
            Networks::Keys(_) => None,
        }
    }

    fn lanes(&self) -> usize {
        match &self.networks {
            Networks::Sound { .. } => LANES,
            // Voices have no side.
            Networks::Keys(_) => 1,
        }
    }

    fn new_state(&self) -> ModelState {
        match &self.networks {
            Networks::Sound { base, .. } => {
                let mut chain = Box::new(ChainState::new(base));
                chain.align_frames(self.lead_hops);
                ModelState::Sound {
                    low_cut: LowCut::default(),
                    chain,
                    skipped: false,
                }
            }
            Networks::Keys(ensemble) => ModelState::Keys(Box::new(EnsembleState::new(ensemble))),
        }
    }

    fn reset(&self, state: &mut ModelState) {
        match state {
            ModelState::Sound {
                low_cut,
                chain,
                skipped,
            } => {
                low_cut.reset();
                chain.reset();
                chain.align_frames(self.lead_hops);
                *skipped = false;
            }
            ModelState::Keys(ensemble) => ensemble.reset(),
        }
    }

    fn rest(&self, state: &mut ModelState) {
        match state {
            ModelState::Sound {
                low_cut,
                chain,
                skipped,
            } => {
                low_cut.reset();
                chain.rest();
                chain.align_frames(self.lead_hops);
                *skipped = false;
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

    fn key(&self, state: &ModelState) -> Option<Key> {
        match state {
            ModelState::Sound { chain, .. } => chain.key(),
            ModelState::Keys(_) => None,
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
                ModelState::Sound {
                    low_cut,
                    chain,
                    skipped,
                },
                ModelState::Sound {
                    low_cut: to_low_cut,
                    chain: to_chain,
                    skipped: to_skipped,
                },
            ) => {
                *to_low_cut = *low_cut;
                *to_skipped = *skipped;
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
            (
                Networks::Sound { base, .. },
                ModelState::Sound {
                    low_cut,
                    chain,
                    skipped,
                },
            ) => {
                let input = low_cut.step(input);
                if std::mem::take(skipped) {
                    chain.rest();
                }
                base.step(&patch.targets(), chain, controls, &input, output);
            }
            (Networks::Keys(ensemble), ModelState::Keys(state)) => {
                ensemble.play(&patch.targets(), state, controls, output);
            }
            _ => output.fill(0.0),
        }
    }

    fn skip(&self, state: &mut ModelState, input: &Hop) {
        if let ModelState::Sound {
            low_cut, skipped, ..
        } = state
        {
            low_cut.step(input);
            *skipped = true;
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
