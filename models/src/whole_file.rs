//! Reads everything that a model file holds.

use crate::architecture::{Architecture, Shape};
use crate::file::{
    Header, MemoryInfo, ModelFileError, ModelInfo, ModelKind, Tensors, read_tensors,
};
use crate::memory::Memory;

/// Info, network tensors and memory of a file of this `kind`, whose network has the tensors `expected`; `check` sees the
/// info before any tensor is read.
///
/// # Errors
/// Whatever is wrong with the file ([`ModelFileError`]).
pub(crate) fn read_model(
    bytes: &[u8],
    kind: ModelKind,
    expected: impl FnOnce(&Architecture) -> Vec<Shape>,
    check: impl FnOnce(&ModelInfo) -> Result<(), ModelFileError>,
) -> Result<(ModelInfo, Tensors, Option<Memory>), ModelFileError> {
    let header = Header::read(bytes)?;
    let info = ModelInfo::from_header(&header, bytes)?;
    info.expect_kind(kind)?;
    check(&info)?;
    let others = info.memory.as_ref().map(MemoryInfo::tensors);
    let others = others.unwrap_or_default();
    let tensors = read_tensors(&header, &expected(&info.architecture), &others)?;
    let memory = info.memory.map(|memory| Memory::read(&memory, &header));
    let memory = memory.transpose()?;
    Ok((info, tensors, memory))
}
