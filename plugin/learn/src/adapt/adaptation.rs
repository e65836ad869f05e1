//! What is learnt: a target's vectors and head.

use std::ops::Range;

use mynah_models::architecture::Architecture;
use mynah_models::file::Tensors;

use super::AdaptError;

/// Values of a frame: 64 points of the harmonics' log envelope, 64 of the noise's.
pub const OUTPUTS: usize = 128;

/// How many blocks the trunk has, and of how many channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Residual blocks.
    pub blocks: usize,
    /// Channels of each.
    pub channels: usize,
}

/// `film.scale` and `film.shift` `[blocks, 2 channels]`, `head.weight` `[128, channels]` and `head.bias` `[128]`, one
/// behind the other; also their gradient, and whatever else has a value for each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Adaptation {
    sizes: Sizes,
    values: Vec<f32>,
}

impl Sizes {
    /// Those of the translator.
    pub fn of(architecture: &Architecture) -> Self {
        Self {
            blocks: architecture.translator_dilations.len(),
            channels: architecture.translator_channels,
        }
    }

    /// Numbers in an [`Adaptation`].
    pub fn values(self) -> usize {
        2 * self.film() + OUTPUTS * (self.channels + 1)
    }

    fn film(self) -> usize {
        self.blocks * 2 * self.channels
    }

    fn scale(self, block: usize) -> Range<usize> {
        let first = block * 2 * self.channels;
        first..first + 2 * self.channels
    }

    fn shift(self, block: usize) -> Range<usize> {
        let scale = self.scale(block);
        scale.start + self.film()..scale.end + self.film()
    }

    fn weight(self) -> Range<usize> {
        let first = 2 * self.film();
        first..first + OUTPUTS * self.channels
    }

    fn bias(self) -> Range<usize> {
        let first = self.weight().end;
        first..first + OUTPUTS
    }
}

impl Adaptation {
    /// All zeros.
    pub fn zeros(sizes: Sizes) -> Self {
        Self::from_values(sizes, vec![0.0; sizes.values()])
    }

    pub(super) fn from_values(sizes: Sizes, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), sizes.values());
        Self { sizes, values }
    }

    /// Takes a target's tensors.
    ///
    /// # Errors
    /// A tensor is missing or of another shape, or has a value that is not finite.
    pub fn from_tensors(sizes: Sizes, tensors: &Tensors) -> Result<Self, AdaptError> {
        let params = tensors.root();
        let film = [sizes.blocks, 2 * sizes.channels];
        let mut values: Vec<f32> = Vec::with_capacity(sizes.values());
        values.extend(params.get("film.scale", &film)?);
        values.extend(params.get("film.shift", &film)?);
        values.extend(params.get("head.weight", &[OUTPUTS, sizes.channels])?);
        values.extend(params.get("head.bias", &[OUTPUTS])?);
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(AdaptError::BadStart { value: *value }),
            None => Ok(Self::from_values(sizes, values)),
        }
    }

    /// The tensors of a target's file.
    pub fn tensors(&self) -> Tensors {
        let film = vec![self.sizes.blocks, 2 * self.sizes.channels];
        let (scale, rest) = self.values.split_at(self.sizes.film());
        let (shift, _) = rest.split_at(self.sizes.film());
        let mut tensors = Tensors::default();
        tensors.insert("film.scale".to_owned(), film.clone(), scale.to_vec());
        tensors.insert("film.shift".to_owned(), film, shift.to_vec());
        let shape = vec![OUTPUTS, self.sizes.channels];
        tensors.insert("head.weight".to_owned(), shape, self.weight().to_vec());
        tensors.insert("head.bias".to_owned(), vec![OUTPUTS], self.bias().to_vec());
        tensors
    }

    /// How large it is.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// All of it.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    pub(super) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    pub(super) fn scale(&self, block: usize) -> &[f32] {
        &self.values[self.sizes.scale(block)]
    }

    pub(super) fn shift(&self, block: usize) -> &[f32] {
        &self.values[self.sizes.shift(block)]
    }

    pub(super) fn weight(&self) -> &[f32] {
        &self.values[self.sizes.weight()]
    }

    pub(super) fn bias(&self) -> &[f32] {
        &self.values[self.sizes.bias()]
    }

    pub(super) fn scale_mut(&mut self, block: usize) -> &mut [f32] {
        &mut self.values[self.sizes.scale(block)]
    }

    pub(super) fn shift_mut(&mut self, block: usize) -> &mut [f32] {
        &mut self.values[self.sizes.shift(block)]
    }

    pub(super) fn weight_mut(&mut self) -> &mut [f32] {
        &mut self.values[self.sizes.weight()]
    }

    pub(super) fn bias_mut(&mut self) -> &mut [f32] {
        &mut self.values[self.sizes.bias()]
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (sum, value) in self.values.iter_mut().zip(&other.values) {
            *sum += value;
        }
    }

    /// Euclidean length of all values.
    pub(super) fn norm(&self) -> f32 {
        let squares = self.values.iter().map(|v| f64::from(*v).powi(2));
        squares.sum::<f64>().sqrt() as f32
    }
}
