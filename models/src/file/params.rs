//! Named tensors on their way from a model file into packed weights.

use std::collections::HashMap;

use super::ModelFileError;
use crate::instructions::Instructions;

/// The tensors of one model file by their PyTorch state-dict names; values are finite
/// and shapes those of the architecture when they come from the file reader.
#[derive(Clone, Debug, Default)]
pub struct Tensors(HashMap<String, Tensor>);

/// Shape and row-major values.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// As PyTorch gives it.
    pub shape: Vec<usize>,
    /// Last dimension fastest.
    pub values: Vec<f32>,
}

impl Tensors {
    /// Adds a tensor, replacing one of the same name.
    pub fn insert(&mut self, name: String, shape: Vec<usize>, values: Vec<f32>) {
        self.0.insert(name, Tensor { shape, values });
    }

    /// The tensors below the root, for the fastest instructions of this processor.
    pub fn root(&self) -> Params<'_> {
        Params {
            tensors: self,
            prefix: String::new(),
            instructions: Instructions::fastest(),
        }
    }

    /// Names, shapes and values in the order of the names.
    pub fn sorted(&self) -> Vec<(&str, &Tensor)> {
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
            .collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }
}

/// A view of [`Tensors`] below a path, and what is to compute with them, like candle's `VarBuilder`.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    tensors: &'a Tensors,
    prefix: String,
    instructions: Instructions,
}

impl<'a> Params<'a> {
    /// The same for other instructions.
    #[must_use]
    pub fn with(self, instructions: Instructions) -> Self {
        Self {
            instructions,
            ..self
        }
    }

    /// What is compiled from these tensors runs with these.
    pub fn instructions(&self) -> Instructions {
        self.instructions
    }

    /// The view one level down.
    pub fn pp(&self, name: impl std::fmt::Display) -> Params<'a> {
        Params {
            tensors: self.tensors,
            prefix: self.path(&name.to_string()),
            instructions: self.instructions,
        }
    }

    /// The values of a tensor that must have this shape.
    ///
    /// # Errors
    /// [`ModelFileError::MissingTensor`] or [`ModelFileError::WrongShape`].
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<&'a [f32], ModelFileError> {
        let path = self.path(name);
        let Some(tensor) = self.tensors.0.get(&path) else {
            return Err(ModelFileError::MissingTensor { tensor: path });
        };
        if tensor.shape != shape {
            return Err(ModelFileError::WrongShape {
                tensor: path,
                found: tensor.shape.clone(),
                expected: shape.to_vec(),
            });
        }
        Ok(&tensor.values)
    }

    fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.prefix)
        }
    }
}
