//! What is known beforehand of the numbers that are measured of a few seconds of sound: how large they are, and a small network
//! that says how much a sound is like an instrument that somebody plays.
//!
//! `mynah-lab explore` measures and trains it; `assets/realness.mynah` holds it. What the numbers mean stands where they are
//! measured, in the crate that explores.
//!
//! Thread: any but the audio thread.

mod small_network;

pub use small_network::SmallNetwork;

use std::collections::BTreeMap;

use crate::file::{Header, ModelFileError, RealnessInfo, Tensors, read_tensors, sealed};

/// All numbers of such a file.
#[derive(Clone, Debug, PartialEq)]
pub struct RealnessTables {
    /// `[numbers]`: the mean of each.
    pub mean: Vec<f32>,
    /// `[numbers]`: how far each is from its mean, as a standard deviation; above 0.
    pub deviation: Vec<f32>,
    /// The networks that judge; the mean of their answers counts. All of them have one size.
    pub members: Vec<SmallNetwork>,
}

/// The tables, checked, and what their file says of itself.
#[derive(Clone, Debug)]
pub struct Realness {
    info: RealnessInfo,
    tables: RealnessTables,
}

impl Realness {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Whatever is wrong with the file ([`ModelFileError`]).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let header = Header::read(bytes)?;
        let info = RealnessInfo::from_header(&header, bytes)?;
        let tensors = read_tensors(&header, &info.tensors(), &[])?;
        let params = tensors.root();
        let (numbers, hidden, members) = (info.numbers, info.hidden, info.members);
        let get = |name: &str, shape: &[usize]| params.get(&format!("realness.{name}"), shape);
        let deviation = get("deviation", &[numbers])?.to_vec();
        if let Some(value) = deviation.iter().find(|value| **value <= 0.0) {
            return Err(ModelFileError::BadRealness {
                what: "a deviation",
                value: *value,
            });
        }
        let inner = get("inner", &[members, numbers, hidden])?;
        let inner_bias = get("inner_bias", &[members, hidden])?;
        let outer = get("outer", &[members, hidden])?;
        let outer_bias = get("outer_bias", &[members])?;
        let member = |n: usize| SmallNetwork {
            inner: part(inner, n, numbers * hidden),
            inner_bias: part(inner_bias, n, hidden),
            outer: part(outer, n, hidden),
            outer_bias: outer_bias[n],
        };
        Ok(Self {
            tables: RealnessTables {
                mean: get("mean", &[numbers])?.to_vec(),
                deviation,
                members: (0..members).map(member).collect(),
            },
            info,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &RealnessInfo {
        &self.info
    }

    /// Its numbers.
    pub fn tables(&self) -> &RealnessTables {
        &self.tables
    }
}

impl RealnessTables {
    /// Numbers of a sound, each in deviations from its mean. `sound` has as many as there are means.
    pub fn standardized(&self, sound: &[f32]) -> Vec<f32> {
        let known = self.mean.iter().zip(&self.deviation);
        let off = |(value, (mean, deviation)): (&f32, (&f32, &f32))| (value - mean) / deviation;
        sound.iter().zip(known).map(off).collect()
    }

    /// The probability that these standardized numbers are of an instrument that somebody plays.
    pub fn probability(&self, standardized: &[f32]) -> f32 {
        let answers = self.members.iter().map(|m| m.probability(standardized));
        answers.sum::<f32>() / self.members.len().max(1) as f32
    }
}

/// The bytes of a realness file, with a checksum; all members have one size, and there is at least one.
pub fn realness_file(tables: &RealnessTables, credits: &[String], licence: &str) -> Vec<u8> {
    let (numbers, members) = (tables.mean.len(), tables.members.len());
    let hidden = tables.members.first().map_or(0, SmallNetwork::hidden);
    let all = |part: &dyn Fn(&SmallNetwork) -> Vec<f32>| -> Vec<f32> {
        tables.members.iter().flat_map(part).collect()
    };
    let mut tensors = Tensors::default();
    for (name, shape, values) in [
        ("mean", vec![numbers], tables.mean.clone()),
        ("deviation", vec![numbers], tables.deviation.clone()),
        (
            "inner",
            vec![members, numbers, hidden],
            all(&|m| m.inner.clone()),
        ),
        (
            "inner_bias",
            vec![members, hidden],
            all(&|m| m.inner_bias.clone()),
        ),
        ("outer", vec![members, hidden], all(&|m| m.outer.clone())),
        ("outer_bias", vec![members], all(&|m| vec![m.outer_bias])),
    ] {
        tensors.insert(format!("realness.{name}"), shape, values);
    }
    let sizes = [numbers, members, hidden];
    let metadata = RealnessInfo::metadata(sizes, credits, licence);
    sealed(&tensors, &BTreeMap::new(), metadata)
}

fn part(values: &[f32], number: usize, length: usize) -> Vec<f32> {
    values[number * length..(number + 1) * length].to_vec()
}

#[cfg(test)]
mod tests;
