//! Everything that learning remembers, and its file: safetensors, as a model's.

use std::collections::{BTreeMap, HashMap};
use std::fmt::LowerHex;

use mynah_models::file::{Tensors, write};
use safetensors::{Dtype, SafeTensors};

use super::adam::Adam;
use super::adaptation::{Adaptation, Sizes};
use super::chance::Chance;
use super::error::AdaptError;

const VERSION: &str = "1";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) start: Adaptation,
    pub(super) now: Adaptation,
    /// Of the latest steps: what is judged.
    pub(super) average: Adaptation,
    pub(super) best: Adaptation,
    pub(super) adam: Adam,
    pub(super) step: u64,
    pub(super) chance: Chance,
    pub(super) best_held_out: f64,
    /// What the held-out distance has to fall below.
    pub(super) mark: f64,
    /// Reports since it did.
    pub(super) stale: u32,
    /// Drops of the rate.
    pub(super) drops: u32,
    /// Sum of distances since the last report.
    pub(super) apart: f64,
}

impl State {
    pub(super) fn new(start: &Adaptation, seed: u64) -> Self {
        Self {
            start: start.clone(),
            now: start.clone(),
            average: start.clone(),
            best: start.clone(),
            adam: Adam::new(start.sizes()),
            step: 0,
            chance: Chance(seed),
            best_held_out: f64::INFINITY,
            mark: f64::INFINITY,
            stale: 0,
            drops: 0,
            apart: 0.0,
        }
    }

    /// `phrases` is a fingerprint of what is learnt from.
    pub(super) fn write(&self, phrases: u64) -> Vec<u8> {
        let hex = |value: &dyn LowerHex| format!("{value:x}");
        let metadata = [
            ("mynah_learning_version", VERSION.to_owned()),
            ("phrases", hex(&phrases)),
            ("step", hex(&self.step)),
            ("chance", hex(&self.chance.0)),
            ("best_held_out", hex(&self.best_held_out.to_bits())),
            ("mark", hex(&self.mark.to_bits())),
            ("apart", hex(&self.apart.to_bits())),
            ("stale", hex(&self.stale)),
            ("drops", hex(&self.drops)),
        ];
        let metadata: BTreeMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        let mut tensors = Tensors::default();
        for (name, part) in self.parts() {
            let values = part.values().to_vec();
            tensors.insert(name.to_owned(), vec![values.len()], values);
        }
        write(&tensors, &metadata)
    }

    fn parts(&self) -> [(&'static str, &Adaptation); 6] {
        [
            ("start", &self.start),
            ("now", &self.now),
            ("average", &self.average),
            ("best", &self.best),
            ("gradient", &self.adam.mean),
            ("gradient_square", &self.adam.square),
        ]
    }

    /// What [`write`](Self::write) wrote.
    pub(super) fn read(sizes: Sizes, bytes: &[u8], phrases: u64) -> Result<Self, AdaptError> {
        let wrong = |reason: &dyn std::fmt::Display| AdaptError::WrongState {
            reason: reason.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| wrong(&error))?;
        let file = SafeTensors::deserialize(bytes).map_err(|error| wrong(&error))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let numbers = Numbers(&metadata);
        let version = metadata.get("mynah_learning_version");
        if version.map(String::as_str) != Some(VERSION) {
            return Err(wrong(&format!(
                "it is of version {}; this build goes on from {VERSION}",
                version.map_or("none", String::as_str)
            )));
        }
        if numbers.get("phrases")? != phrases {
            return Err(wrong(&"it was learnt from other phrases"));
        }
        let part = |name: &str| {
            let tensor = file.tensor(name).map_err(|error| wrong(&error))?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != [sizes.values()] {
                return Err(wrong(&format!(
                    "`{name}` is {:?} {:?}, not {} floats",
                    tensor.dtype(),
                    tensor.shape(),
                    sizes.values()
                )));
            }
            let (values, _) = tensor.data().as_chunks::<4>();
            let values: Vec<f32> = values.iter().map(|b| f32::from_le_bytes(*b)).collect();
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                return Err(wrong(&format!("`{name}` holds {value}")));
            }
            Ok(Adaptation::from_values(sizes, values))
        };
        let real = |key| numbers.get(key).map(f64::from_bits);
        let count = |key| {
            let number = numbers.get(key)?;
            u32::try_from(number).map_err(|error| wrong(&error))
        };
        Ok(Self {
            start: part("start")?,
            now: part("now")?,
            average: part("average")?,
            best: part("best")?,
            adam: Adam {
                mean: part("gradient")?,
                square: part("gradient_square")?,
            },
            step: numbers.get("step")?,
            chance: Chance(numbers.get("chance")?),
            best_held_out: real("best_held_out")?,
            mark: real("mark")?,
            apart: real("apart")?,
            stale: count("stale")?,
            drops: count("drops")?,
        })
    }
}

/// The header's hexadecimal numbers.
struct Numbers<'a>(&'a HashMap<String, String>);

impl Numbers<'_> {
    fn get(&self, key: &str) -> Result<u64, AdaptError> {
        self.0
            .get(key)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .ok_or_else(|| AdaptError::WrongState {
                reason: format!("`{key}` is missing or no number"),
            })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_read_as_it_was_written() {
        let sizes = Sizes {
            blocks: 2,
            channels: 3,
        };
        let mut chance = Chance(9);
        let mut part = || {
            let values = (0..sizes.values()).map(|_| chance.normal() as f32);
            Adaptation::from_values(sizes, values.collect())
        };
        let state = State {
            start: part(),
            now: part(),
            average: part(),
            best: part(),
            adam: Adam {
                mean: part(),
                square: part(),
            },
            step: 123_456,
            chance: Chance(u64::MAX - 3),
            best_held_out: 0.1,
            mark: 0.3,
            stale: 4,
            drops: 2,
            apart: 1.0 / 3.0,
        };
        assert_eq!(State::read(sizes, &state.write(7), 7), Ok(state));
    }
}
