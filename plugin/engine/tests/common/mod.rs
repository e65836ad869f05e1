//! Untrained models with random weights, and a test signal.

#![allow(dead_code)] // each test binary uses a part of it

use std::borrow::Cow;
use std::sync::Arc;

use mynah_engine::Library;
use mynah_models::testing::{random_base, random_target};
use mynah_models::{Base, Target};

/// A base, and targets for it.
pub(crate) struct Models {
    pub(crate) base_bytes: Vec<u8>,
    pub(crate) base: Arc<Base>,
}

impl Models {
    pub(crate) fn new() -> Models {
        let base_bytes = random_base(1);
        let base = Arc::new(Base::from_bytes(&base_bytes).unwrap());
        Models { base_bytes, base }
    }

    pub(crate) fn target_bytes(&self, seed: u64) -> Vec<u8> {
        random_target(seed, &self.base)
    }

    pub(crate) fn target(&self, seed: u64) -> Arc<Target> {
        Arc::new(Target::from_bytes(&self.target_bytes(seed), &self.base).unwrap())
    }

    /// A library that "ships" targets of these seeds.
    pub(crate) fn library(&self, seeds: &[u64]) -> Library {
        let target = |&seed| (format!("{seed}.mynah"), Cow::Owned(self.target_bytes(seed)));
        let base = Some(Cow::Owned(self.base_bytes.clone()));
        Library::from_models(base, seeds.iter().map(target).collect())
    }
}

/// `samples` of a signal like white noise, -1 to 1, always the same for a seed.
pub(crate) fn noise(seed: u32, samples: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..samples).map(|_| next()).collect()
}
