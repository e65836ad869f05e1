//! Bounds and the safetensors header.

use std::collections::HashMap;
use std::ops::Range;

use safetensors::tensor::Metadata;

use super::{MAX_FILE_BYTES, MAX_HEADER_BYTES, ModelFileError, ModelHash};

/// Bytes that announce the header's length.
const LENGTH_BYTES: usize = 8;
const MAX_SHOWN_CHARS: usize = 80;
/// The key under which a file gives the hash of its own bytes, with zeros in the hash's place.
pub(super) const CHECKSUM: &str = "checksum";
pub(super) const CHECKSUM_DIGITS: usize = 64;

/// A safetensors header whose tensors cover the file exactly.
pub(crate) struct Header<'a> {
    pub(crate) metadata: Metadata,
    /// The tensors' bytes.
    pub(crate) data: &'a [u8],
    strings: HashMap<String, String>,
}

impl<'a> Header<'a> {
    /// Checks the file's bounds and parses its header.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, ModelFileError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ModelFileError::TooLarge {
                bytes: bytes.len(),
                limit: MAX_FILE_BYTES,
            });
        }
        let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
            return Err(ModelFileError::Truncated {
                bytes: bytes.len(),
                needed: LENGTH_BYTES,
            });
        };
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER_BYTES as u64 {
            return Err(ModelFileError::HeaderTooLarge {
                bytes: length,
                limit: MAX_HEADER_BYTES,
            });
        }
        let length = length as usize;
        if rest.len() < length {
            return Err(ModelFileError::Truncated {
                bytes: bytes.len(),
                needed: LENGTH_BYTES + length,
            });
        }
        let (json, data) = rest.split_at(length);
        let metadata: Metadata =
            serde_json::from_slice(json).map_err(|e| ModelFileError::BadHeader {
                reason: shorten(&e.to_string()),
            })?;
        let expected = (LENGTH_BYTES + length).saturating_add(metadata.data_len());
        if bytes.len() < expected {
            return Err(ModelFileError::Truncated {
                bytes: bytes.len(),
                needed: expected,
            });
        }
        if bytes.len() > expected {
            return Err(ModelFileError::TrailingBytes {
                bytes: bytes.len(),
                expected,
            });
        }
        let strings = metadata.metadata().clone().unwrap_or_default();
        if let Some(checksum) = strings.get(CHECKSUM) {
            check(checksum, bytes, LENGTH_BYTES..LENGTH_BYTES + length)?;
        }
        Ok(Self {
            metadata,
            data,
            strings,
        })
    }

    /// All metadata.
    pub(super) fn strings(&self) -> &HashMap<String, String> {
        &self.strings
    }

    /// Whether there is a metadata value of this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.strings.contains_key(key)
    }

    /// A metadata value.
    pub(crate) fn text(&self, key: &'static str) -> Result<&str, ModelFileError> {
        self.strings
            .get(key)
            .map(String::as_str)
            .ok_or(ModelFileError::MissingKey { key })
    }

    /// A metadata value that is a whole number.
    pub(crate) fn number(&self, key: &'static str) -> Result<u64, ModelFileError> {
        let text = self.text(key)?;
        text.parse()
            .map_err(|_| bad_value(key, text, "a whole number is needed"))
    }

    /// A metadata value that is JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        key: &'static str,
    ) -> Result<T, ModelFileError> {
        let text = self.text(key)?;
        serde_json::from_str(text).map_err(|e| bad_value(key, text, &e.to_string()))
    }
}

/// Whether a file's bytes are those of which it gives the checksum. `header` is where its JSON stands.
fn check(checksum: &str, bytes: &[u8], header: Range<usize>) -> Result<(), ModelFileError> {
    let refused = |reason| Err(bad_value(CHECKSUM, checksum, reason));
    let Ok(expected) = checksum.parse::<ModelHash>() else {
        return refused("64 hex digits are needed");
    };
    let digits = checksum.as_bytes();
    let windows = bytes[header.clone()].windows(CHECKSUM_DIGITS);
    let mut places = windows
        .enumerate()
        .filter(|(_, window)| *window == digits)
        .map(|(place, _)| header.start + place);
    let (Some(place), None) = (places.next(), places.next()) else {
        return refused("its digits must stand in the header once");
    };
    let zeros = [b'0'; CHECKSUM_DIGITS];
    let rest = &bytes[place + CHECKSUM_DIGITS..];
    let found = ModelHash::of_parts(&[&bytes[..place], &zeros, rest]);
    if found == expected {
        Ok(())
    } else {
        Err(ModelFileError::Damaged { expected, found })
    }
}

/// The error for a value that was understood but not accepted, or not understood.
pub(crate) fn bad_value(key: &'static str, value: &str, reason: &str) -> ModelFileError {
    ModelFileError::BadValue {
        key,
        value: shorten(value),
        reason: shorten(reason),
    }
}

/// The beginning of a text that comes from a file, without control characters.
fn shorten(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut out: String = text.chars().take(MAX_SHOWN_CHARS).map(clean).collect();
    if text.chars().nth(MAX_SHOWN_CHARS).is_some() {
        out.push('\u{2026}');
    }
    out
}
