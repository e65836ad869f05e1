//! A target's own part of the chain.

use super::Base;
use crate::architecture::Architecture;
use crate::conditioning::HomeRegister;
use crate::envelope::Envelope;
use crate::file::{ModelFileError, ModelHash, ModelInfo, ModelKind, Tensors};
use crate::memory::Memory;
use crate::self_check::{Right, first_right};
use crate::streaming::translator::TargetWeights;
use crate::whole_file::read_model;

/// One target's own parameters.
pub struct Target {
    info: ModelInfo,
    base_hash: ModelHash,
    made_for_another_base: bool,
    weights: Right<TargetWeights>,
    memory: Option<Memory>,
    home: HomeRegister,
}

impl Target {
    /// Checks and compiles a target file for `base`, and compares what it computes with its definition, as
    /// [`Base::from_bytes`]. Any thread but the audio thread.
    ///
    /// Of a file that was made for another base only the recorded notes are taken: networks know nothing of each other's
    /// hidden channels, a recording is a recording with every base. Where none plays, its mean colour does.
    ///
    /// # Errors
    /// Whatever is wrong with the file, another base without recorded notes included; [`ModelFileError::Miscomputed`].
    pub fn from_bytes(bytes: &[u8], base: &Base) -> Result<Self, ModelFileError> {
        let expected = Architecture::target_tensors;
        let check = |info: &ModelInfo| match info.memory {
            Some(_) => Ok(()),
            None => fits(info, &base.info),
        };
        let (info, mut tensors, memory) = read_model(bytes, ModelKind::Target, expected, check)?;
        let made_for_another_base = fits(&info, &base.info).is_err();
        let architecture = &base.info.architecture;
        if let Some(memory) = memory.as_ref().filter(|_| made_for_another_base) {
            tensors = one_colour(architecture, memory.mean_envelopes());
        }
        let compile =
            |instructions| TargetWeights::new(architecture, &tensors.root().with(instructions));
        let definition = base.definition.target(&tensors)?;
        let trunk = &base.networks.translator;
        let distrusted = base.kernel_note().is_some();
        let weights = first_right(distrusted, compile, |_, weights| {
            definition.check(trunk, weights)
        })?;
        Ok(Self {
            home: info.home_register(),
            info,
            base_hash: base.info.hash,
            made_for_another_base,
            weights,
            memory,
        })
    }

    /// What the file says of itself.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The base that it was compiled for and sounds with, be it that it was made for another one.
    pub fn base_hash(&self) -> ModelHash {
        self.base_hash
    }

    /// Whether only its recorded notes are its own ([`from_bytes`](Self::from_bytes)).
    pub fn made_for_another_base(&self) -> bool {
        self.made_for_another_base
    }

    /// As [`Base::kernel_note`], of the target's own part.
    pub fn kernel_note(&self) -> Option<&'static str> {
        self.weights.note()
    }

    /// Its recorded notes, if it has some. Any thread.
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    pub(crate) fn weights(&self) -> &TargetWeights {
        &self.weights
    }

    pub(super) fn home(&self) -> HomeRegister {
        self.home
    }
}

/// Refuses what was made for another base.
fn fits(info: &ModelInfo, base: &ModelInfo) -> Result<(), ModelFileError> {
    if info.fits(base) {
        return Ok(());
    }
    if let Some(found) = info.base_hash
        && found != base.hash
    {
        let expected = base.hash;
        return Err(ModelFileError::WrongBase { found, expected });
    }
    let json = |a: &Architecture| serde_json::to_string(a).unwrap_or_default();
    Err(ModelFileError::WrongArchitecture {
        found: json(&info.architecture),
        expected: json(&base.architecture),
    })
}

/// A target that gives the trunk nothing to do and always has these envelopes.
fn one_colour(architecture: &Architecture, [harmonic, noise]: [Envelope; 2]) -> Tensors {
    let mut tensors = Tensors::default();
    for (name, shape) in architecture.target_tensors() {
        let values = if name == "head.bias" {
            [harmonic, noise].concat()
        } else {
            vec![0.0; shape.iter().product()]
        };
        tensors.insert(name, shape, values);
    }
    tensors
}
