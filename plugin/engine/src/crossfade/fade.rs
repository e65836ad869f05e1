//! How one target or mode gives way to another.

use mynah_models::{HOP_SAMPLES, Mode};

use crate::chain::Hop;

/// Length of a crossfade from one target or mode to another: 10.7 ms, in which both run.
pub(crate) const FADE_HOPS: usize = 4;

/// What is being faded out.
pub(super) enum Outgoing<P> {
    /// No target: the dry signal.
    Nothing,
    /// The target that also sounds from now on, in another mode.
    SameTarget,
    /// Another target.
    Target(P),
}

impl<P> Outgoing<P> {
    /// The target that is faded out, where `present` is the one that sounds from now on.
    pub(super) fn patch<'a>(&'a self, present: Option<&'a P>) -> Option<&'a P> {
        match self {
            Self::Nothing => None,
            Self::SameTarget => present,
            Self::Target(patch) => Some(patch),
        }
    }
}

/// A crossfade on its way.
pub(super) struct Fade<P> {
    pub(super) from: Outgoing<P>,
    pub(super) mode: Mode,
    pub(super) hops_done: usize,
}

impl<P> Fade<P> {
    /// The newcomer's share at sample `n` of the present hop, 0 to 1.
    pub(super) fn share(&self, n: usize) -> f32 {
        let done_samples = (self.hops_done * HOP_SAMPLES + n + 1) as f32;
        (done_samples / (FADE_HOPS * HOP_SAMPLES) as f32).min(1.0)
    }
}

/// A share that goes straight from one value to another in a hop.
#[derive(Clone, Copy)]
pub(super) struct Ramp {
    pub(super) from: f32,
    pub(super) to: f32,
}

impl Ramp {
    pub(super) fn at(self, n: usize) -> f32 {
        self.from + (self.to - self.from) * (n + 1) as f32 / HOP_SAMPLES as f32
    }

    /// Exactly what it was, where the share is the whole.
    pub(super) fn scale(self, hop: &mut Hop) {
        if self.from == 1.0 && self.to == 1.0 {
            return;
        }
        for (n, sample) in hop.iter_mut().enumerate() {
            *sample *= self.at(n);
        }
    }
}
