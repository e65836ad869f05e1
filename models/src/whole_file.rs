//! Reads everything that a model file holds.

use crate::architecture::{Architecture, Shape};
use crate::file::{
    Header, MemoryInfo, ModelFileError, ModelInfo, ModelKind, Tensors, read_tensors,
};
use crate::memory::{Memory, Recorded};

/// Info and network tensors of a file of this `kind`, checked as when it is played; for what learns from them. Any thread but the
/// audio thread.
///
/// # Errors
/// Whatever is wrong with the file ([`ModelFileError`]).
pub fn network_tensors(
    bytes: &[u8],
    kind: ModelKind,
) -> Result<(ModelInfo, Tensors), ModelFileError> {
    let expected = match kind {
        ModelKind::Base => Architecture::base_tensors,
        ModelKind::Target => Architecture::target_tensors,
        _ => |_: &Architecture| Vec::new(),
    };
    let (info, tensors, _) = read_model(bytes, kind, expected, |_| Ok(()))?;
    Ok((info, tensors))
}

/// All that a target's file holds, as it stands there: info, network tensors, and the numbers of its memory, if it has one; for what makes
/// another one of them. Any thread but the audio thread.
///
/// # Errors
/// Whatever is wrong with the file ([`ModelFileError`]).
pub fn target_content(
    bytes: &[u8],
) -> Result<(ModelInfo, Tensors, Option<Recorded>), ModelFileError> {
    let (info, tensors) = network_tensors(bytes, ModelKind::Target)?;
    let header = Header::read(bytes)?;
    let recorded = info.memory.map(|memory| Recorded::read(&memory, &header));
    Ok((info, tensors, recorded.transpose()?))
}

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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chain::Base;
    use crate::testing::{random_base, random_target_with_memory};

    #[test]
    fn a_file_gives_the_tensors_of_its_kind_and_no_other() {
        let bytes = random_base(1);
        let base = Base::from_bytes(&bytes).unwrap();
        let target = random_target_with_memory(2, &base, false);
        let (info, tensors) = network_tensors(&target, ModelKind::Target).unwrap();
        assert_eq!(info.base_hash, Some(base.info().hash));
        let shapes: Vec<_> = tensors
            .sorted()
            .into_iter()
            .map(|(name, tensor)| (name.to_owned(), tensor.shape.clone()))
            .collect();
        let mut expected = info.architecture.target_tensors();
        expected.sort();
        assert_eq!(shapes, expected);
        let refused = network_tensors(&bytes, ModelKind::Target).unwrap_err();
        assert!(
            matches!(refused, ModelFileError::WrongKind { .. }),
            "{refused}"
        );
    }
}
