//! Recorded noise in place of white noise.
//!
//! Thread: a [`TextureState`] belongs to one stream.

use super::frame_weight;
use crate::rates::FRAME_SAMPLES;

/// The recorded noise of one block.
#[derive(Clone, Debug)]
pub struct TextureBlock {
    /// Of about unit variance.
    pub samples: [f32; FRAME_SAMPLES],
    /// What of the noise's power is recorded at the block's end, 0 to 1; the rest is white.
    pub share: f32,
}

impl Default for TextureBlock {
    fn default() -> Self {
        Self {
            samples: [0.0; FRAME_SAMPLES],
            share: 0.0,
        }
    }
}

/// The present block, and the share at its beginning.
#[derive(Clone, Debug, Default)]
pub struct TextureState {
    block: TextureBlock,
    share_before: f32,
    position: usize,
}

impl TextureState {
    /// Starts a block.
    pub fn begin_frame(&mut self, block: &TextureBlock) {
        self.share_before = self.block.share;
        self.block.share = block.share;
        self.block.samples.copy_from_slice(&block.samples);
        self.position = 0;
    }

    /// Mixes the next samples into white noise, in place; leaves it as it is, to the bit, where nothing is recorded.
    pub fn step(&mut self, noise: &mut [f32]) {
        let (from, to) = (self.share_before, self.block.share);
        let start = self.position;
        self.position = (start + noise.len()).min(FRAME_SAMPLES);
        if from == 0.0 && to == 0.0 {
            return;
        }
        for (offset, sample) in noise.iter_mut().enumerate() {
            let place = (start + offset).min(FRAME_SAMPLES - 1);
            let share = from + (to - from) * frame_weight(place);
            let recorded = self.block.samples[place];
            *sample = (1.0 - share).max(0.0).sqrt() * *sample + share.max(0.0).sqrt() * recorded;
        }
    }

    /// Back to white noise.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.clone_from(other);
    }
}
