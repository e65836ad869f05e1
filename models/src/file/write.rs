//! Writes model files; the same tensors and metadata give the same bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::header::{CHECKSUM, CHECKSUM_DIGITS};
use super::{ModelHash, Tensors};

/// A tensor of bytes, for what is not a network's: its type as safetensors names it (`I8`, `U8`), shape, and bytes.
pub type ByteTensor = (&'static str, Vec<usize>, Vec<u8>);

/// Tensors and metadata -> the bytes of a safetensors file, everything in the order of
/// its name.
pub fn write(tensors: &Tensors, metadata: &BTreeMap<String, String>) -> Vec<u8> {
    write_with(tensors, &BTreeMap::new(), metadata)
}

/// As [`write()`], with tensors of bytes behind the others.
pub fn write_with(
    tensors: &Tensors,
    bytes: &BTreeMap<&str, ByteTensor>,
    metadata: &BTreeMap<String, String>,
) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut data: Vec<u8> = Vec::new();
    for (name, tensor) in tensors.sorted() {
        let start = data.len();
        data.extend(tensor.values.iter().flat_map(|v| v.to_le_bytes()));
        let entry =
            json!({ "dtype": "F32", "shape": tensor.shape, "data_offsets": [start, data.len()] });
        header.insert(name.to_owned(), entry);
    }
    for (name, (dtype, shape, values)) in bytes {
        let start = data.len();
        data.extend(values);
        let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, data.len()] });
        header.insert((*name).to_owned(), entry);
    }
    let mut json = Value::Object(header).to_string().into_bytes();
    // Tensors begin at a multiple of eight bytes.
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut out = (json.len() as u64).to_le_bytes().to_vec();
    out.append(&mut json);
    out.append(&mut data);
    out
}

/// As [`write_with()`], with the checksum of all that; one among the metadata is replaced.
pub fn sealed(
    tensors: &Tensors,
    bytes: &BTreeMap<&str, ByteTensor>,
    mut metadata: BTreeMap<String, String>,
) -> Vec<u8> {
    metadata.insert(CHECKSUM.to_owned(), "0".repeat(CHECKSUM_DIGITS));
    let mut file = write_with(tensors, bytes, &metadata);
    seal(&mut file);
    file
}

/// Puts the checksum where a file whose tensors follow its header has zeros for it.
pub(super) fn seal(file: &mut [u8]) {
    // Within other texts quotation marks stand behind a backslash.
    let key = format!("\"{CHECKSUM}\":\"{}\"", "0".repeat(CHECKSUM_DIGITS)).into_bytes();
    let digits = ModelHash::of(file).to_string();
    if let Some(at) = file.windows(key.len()).position(|window| window == key) {
        let end = at + key.len() - 1;
        file[end - CHECKSUM_DIGITS..end].copy_from_slice(digits.as_bytes());
    }
}
