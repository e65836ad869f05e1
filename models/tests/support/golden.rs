//! What Python computed.

use std::path::PathBuf;

use safetensors::SafeTensors;

/// A file of `tests/golden`.
pub(crate) fn read(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read(folder.join(name)).unwrap()
}

/// A tensor of it.
pub(crate) fn floats(file: &SafeTensors, name: &str) -> Vec<f32> {
    let (bytes, _) = file.tensor(name).unwrap().data().as_chunks::<4>();
    bytes.iter().map(|b| f32::from_le_bytes(*b)).collect()
}
