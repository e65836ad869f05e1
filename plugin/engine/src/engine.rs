//! The engine as plugin and command line see it: made as a pair, one half for each thread.

use std::sync::Arc;

use mynah_models::{Base, KeyByEar, ModelHash, VOICES, VoiceNote};

use crate::chain::ModelChain;
use crate::controls::{Controls, Plays};
use crate::corners::Corners;
use crate::keyboard::KeyEvent;
use crate::latency::{MAX_HOST_RATE_HZ, MIN_HOST_RATE_HZ, supported_rate};
use crate::library::shipped_continuation;
use crate::meters::Meters;
use crate::monitor::{Monitor, monitor};
use crate::pipeline::Pipeline;
use crate::stagger::lead_of;

/// What an engine is made for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EngineSpec {
    /// The host's sample rate, 8,000 to 192,000 Hz, whole or not.
    pub host_rate_hz: f64,
    /// Which of the engines that play together this is, from 0. Each of sixteen has its frames, where most of the work is, at
    /// another time, so that not all fall into one block. The sound is the same to the bit for the same number.
    pub instance: usize,
    /// What it plays.
    pub plays: Plays,
}

impl EngineSpec {
    /// For an engine that plays by itself, or whose frames are to lie where those of a bounce do.
    pub fn alone(host_rate_hz: f64) -> Self {
        EngineSpec {
            host_rate_hz,
            instance: 0,
            plays: Plays::Sound,
        }
    }

    /// The same for an engine that plays keys.
    pub fn of_keys(host_rate_hz: f64) -> Self {
        EngineSpec {
            plays: Plays::Keys,
            ..EngineSpec::alone(host_rate_hz)
        }
    }
}

/// Why no engine could be made.
#[derive(thiserror::Error, Clone, PartialEq, Debug)]
pub enum EngineError {
    /// The host's rate is not supported.
    #[error(
        "the sample rate {host_rate_hz} Hz is not supported: \
         it must be {MIN_HOST_RATE_HZ} to {MAX_HOST_RATE_HZ} Hz"
    )]
    UnsupportedRate {
        /// The rate.
        host_rate_hz: f64,
    },
    /// The target belongs to another base.
    #[error(transparent)]
    OtherBase(#[from] OtherBase),
}

/// A target that was compiled for another base than the engine's.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
#[error("the target '{target}' was compiled for another base model than {here}")]
pub struct OtherBase {
    /// The target's name.
    pub target: String,
    /// The engine's base.
    pub here: ModelHash,
}

/// Makes an engine, and the monitor by which a display is shown what it does. `targets` are the [`Corners`], or a single
/// target. Without any, the dry signal passes.
///
/// Allocates all that the engine will ever need.
///
/// # Errors
/// If the rate is not supported, or the target belongs to another base.
pub fn engine(
    spec: EngineSpec,
    base: Arc<Base>,
    targets: impl Into<Corners>,
) -> Result<(Engine, Monitor), EngineError> {
    let host_rate_hz = spec.host_rate_hz;
    if !supported_rate(host_rate_hz) {
        return Err(EngineError::UnsupportedRate { host_rate_hz });
    }
    let base_hash = base.info().hash;
    let corners = targets.into();
    check_base(&corners, base_hash)?;
    let chain = ModelChain::new(base, spec.plays, lead_of(spec.instance, spec.plays).hops);
    let mut pipeline = Pipeline::new(spec, chain, corners.any().then_some(corners));
    let (feed, monitor) = monitor();
    pipeline.report_to(feed);
    if let Ok(net) = shipped_continuation() {
        pipeline.hands.continue_by(net);
    }
    let engine = Engine {
        pipeline,
        base_hash,
    };
    Ok((engine, monitor))
}

fn check_base(corners: &Corners, here: ModelHash) -> Result<(), OtherBase> {
    let mut targets = corners.0.iter().flatten();
    match targets.find(|target| target.base_hash() != here) {
        None => Ok(()),
        Some(target) => Err(OtherBase {
            target: target.info().name.clone(),
            here,
        }),
    }
}

/// The half for the audio thread. No method allocates, locks or waits; dropping it frees memory, so
/// that belongs elsewhere.
pub struct Engine {
    pipeline: Pipeline<ModelChain>,
    base_hash: ModelHash,
}

impl Engine {
    /// The latency in host samples; the same for as long as this engine lives.
    pub fn latency_samples(&self) -> u32 {
        self.pipeline.latency_samples()
    }

    /// Sets all controls, neutral until then, from the next hop on (2.7 ms at the latest). Gains, mix and bypass glide there
    /// in 20 ms; mode crossfades. Before the first sample, and after a reset, they are there at once.
    /// Values outside their ranges are brought into them.
    pub fn set_controls(&mut self, controls: &Controls) {
        self.pipeline.set_controls(controls);
    }

    /// Changes the targets at the next hop, with a crossfade of 10.7 ms, to [`Corners`] or to a single one; none at all fades to the
    /// dry signal. Of several that are set before that hop, or while a fade is on its way, the last one counts.
    ///
    /// The engine lets go of targets where it has done with them, on the audio thread: who holds another reference to each,
    /// as the plugin's catalogue does, has nothing freed there.
    ///
    /// # Errors
    /// If a target belongs to another base; the engine goes on as before, and the error has allocated its text.
    pub fn set_targets(&mut self, targets: impl Into<Corners>) -> Result<(), OtherBase> {
        let corners = targets.into();
        check_base(&corners, self.base_hash)?;
        self.pipeline.set_patch(corners.any().then_some(corners));
        Ok(())
    }

    /// The pitch to play in place of the tracked one, in MIDI semitones (69 is 440 Hz, fractions are
    /// in between), or `None` to follow the input again; from the next hop on, like the controls.
    /// Kept by [`reset`](Self::reset). Brought into 0 to 127; one that is not a number counts as `None`.
    pub fn set_note(&mut self, semitones: Option<f32>) {
        self.pipeline.set_note(semitones);
    }

    /// Takes in what a keyboard says, from the next hop on, in the order in which it comes. [`reset`](Self::reset) lets all keys go.
    /// Nothing for an engine that plays what it hears.
    pub fn take_key(&mut self, event: &KeyEvent) {
        self.pipeline.take_key(event);
    }

    /// The octave of the tracked pitch, -3 to 3, while *Auto octave* is on: one that a [`Survey`](crate::Survey) has found
    /// beforehand, or `None` to choose it from what is heard. From the next hop on, like the controls; kept by
    /// [`reset`](Self::reset).
    pub fn set_octave(&mut self, octave: Option<i32>) {
        self.pipeline.beforehand.set_octave(octave);
    }

    /// How the key is found while *Scale* is *auto*: listening, as at first, or one that a [`Survey`](crate::Survey) has found
    /// beforehand. [`KeyByEar::Off`] counts as listening. From the next hop on, like the controls; kept by
    /// [`reset`](Self::reset).
    pub fn set_key(&mut self, key: KeyByEar) {
        self.pipeline.beforehand.set_key(key);
    }

    /// Processes one channel or two in place: any number of samples, up to the length of the shorter
    /// channel. Channels beyond the second are left as they are.
    ///
    /// The output does not depend on how the stream is cut into calls, to the bit. Input that is
    /// not finite, or denormal, counts as silence; the output is neither, and within [`OUTPUT_BOUND`](crate::OUTPUT_BOUND).
    pub fn process(&mut self, channels: &mut [&mut [f32]]) {
        self.pipeline.process(channels);
    }

    /// Back to silence, as if just made, with the present target and controls.
    pub fn reset(&mut self) {
        self.pipeline.reset();
    }

    /// What each voice plays in mode *Chords*, transposed as it is heard; `None` in the other modes, and while nothing sounds.
    pub fn chord(&self) -> Option<[VoiceNote; VOICES]> {
        self.pipeline.chord()
    }

    /// What can be shown at present.
    pub fn meters(&self) -> Meters {
        self.pipeline.meters()
    }
}
