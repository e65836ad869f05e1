//! Tensors out of a checked header.

use std::collections::HashSet;

use safetensors::Dtype;

use super::header::Header;
use super::{ModelFileError, Tensors};
use crate::architecture::Shape;

/// Largest magnitude of a weight: far above any trained one, so that one layer's sums are far from overflowing. Many
/// layers of such weights do overflow: what they compute is refused when the model is checked, or silent in the chain.
const MAX_WEIGHT: f32 = 1e4;
/// The tensors whose numbers are places among rows or samples; the memory checks them against what there is.
const PLACES: [&str; 2] = ["memory.notes", "memory.textures"];
/// Largest such place: whole numbers of an `f32` are exact up to here.
const MAX_PLACE: f32 = (1 << 24) as f32;

/// Reads exactly the tensors `expected`, besides those of which only the names are given in `others`; every name, type,
/// shape and value is checked.
pub(crate) fn read_tensors(
    header: &Header,
    expected: &[Shape],
    others: &[&str],
) -> Result<Tensors, ModelFileError> {
    let names: HashSet<&str> = expected
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(others.iter().copied())
        .collect();
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
        let values = read_floats(header, name, shape)?;
        tensors.insert(name.clone(), shape.clone(), values);
    }
    Ok(tensors)
}

/// One tensor of finite floats of at most [`MAX_WEIGHT`].
pub(crate) fn read_floats(
    header: &Header,
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, ModelFileError> {
    let values: Vec<f32> = read_bytes(header, name, Dtype::F32, shape)?
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    let limit = if PLACES.contains(&name) {
        MAX_PLACE
    } else {
        MAX_WEIGHT
    };
    let bad = values
        .iter()
        .enumerate()
        .find(|(_, v)| v.is_nan() || v.abs() > limit);
    if let Some((index, value)) = bad {
        return Err(ModelFileError::BadWeight {
            tensor: name.to_owned(),
            index,
            value: *value,
            limit,
        });
    }
    Ok(values)
}

/// The bytes of one tensor of this type and shape.
pub(crate) fn read_bytes<'a>(
    header: &'a Header,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'a [u8], ModelFileError> {
    let tensor = name.to_owned();
    let Some(info) = header.metadata.info(name) else {
        return Err(ModelFileError::MissingTensor { tensor });
    };
    if info.dtype != dtype {
        return Err(ModelFileError::WrongType {
            tensor,
            found: format!("{:?}", info.dtype),
            expected: format!("{dtype:?}"),
        });
    }
    if info.shape != shape {
        return Err(ModelFileError::WrongShape {
            tensor,
            found: info.shape.clone(),
            expected: shape.to_vec(),
        });
    }
    let (start, end) = info.data_offsets;
    Ok(&header.data[start..end])
}
