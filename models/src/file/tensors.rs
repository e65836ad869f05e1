//! Tensors out of a checked header.

use std::collections::HashSet;

use safetensors::Dtype;

use super::ModelFileError;
use super::header::Header;
use crate::architecture::Shape;
use crate::streaming::params::Tensors;

/// Largest magnitude of a weight: far above any trained one, and small enough that no
/// sum of products in the networks overflows.
const MAX_WEIGHT: f32 = 1e4;

/// Reads exactly the tensors `expected`; every name, type, shape and value is checked.
pub(crate) fn read_tensors(header: &Header, expected: &[Shape]) -> Result<Tensors, ModelFileError> {
    let names: HashSet<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    let unknown = header
        .metadata
        .offset_keys()
        .into_iter()
        .find(|name| !names.contains(name.as_str()));
    if let Some(tensor) = unknown {
        return Err(ModelFileError::UnknownTensor { tensor });
    }
    let mut tensors = Tensors::default();
    for (name, shape) in expected {
        let tensor = name.clone();
        let Some(info) = header.metadata.info(name) else {
            return Err(ModelFileError::MissingTensor { tensor });
        };
        if info.dtype != Dtype::F32 {
            return Err(ModelFileError::WrongType {
                tensor,
                found: format!("{:?}", info.dtype),
            });
        }
        if &info.shape != shape {
            return Err(ModelFileError::WrongShape {
                tensor,
                found: info.shape.clone(),
                expected: shape.clone(),
            });
        }
        let (start, end) = info.data_offsets;
        let values: Vec<f32> = header.data[start..end]
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect();
        if let Some((index, value)) = values
            .iter()
            .enumerate()
            .find(|(_, v)| v.is_nan() || v.abs() > MAX_WEIGHT)
        {
            return Err(ModelFileError::BadWeight {
                tensor,
                index,
                value: *value,
                limit: MAX_WEIGHT,
            });
        }
        tensors.insert(tensor, shape.clone(), values);
    }
    Ok(tensors)
}
