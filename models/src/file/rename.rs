//! Another name for a model, all else to the bit as it was.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::header::{CHECKSUM, CHECKSUM_DIGITS, Header};
use super::info::MAX_NAME_CHARS;
use super::write::seal;
use super::{ModelFileError, ModelInfo};

/// The short name that goes with a name for people: `Anna's Cello` is `anna-s-cello`. None where nothing of it is a letter
/// or digit of ASCII.
pub fn short_name(display_name: &str) -> Option<String> {
    let words = display_name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name = words.join("-").to_ascii_lowercase();
    let name = name.get(..MAX_NAME_CHARS).unwrap_or(&name);
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// The file of a model under another name for people, and the [`short_name`] of it; where there is none, that stays. The
/// tensors stay as they are, to the bit, and the checksum is that of the new file. Since the names are part of the file,
/// its [`ModelHash`](super::ModelHash) is another one.
///
/// # Errors
/// If `bytes` are no model file, or the name is none: one line of 1 to 64 characters.
pub fn renamed(bytes: &[u8], display_name: &str) -> Result<Vec<u8>, ModelFileError> {
    let header = Header::read(bytes)?;
    let info = ModelInfo::from_header(&header, bytes)?;
    let strings = header.strings().clone();
    let mut metadata: BTreeMap<String, String> = strings.into_iter().collect();
    metadata.insert("display_name".to_owned(), display_name.to_owned());
    let name = short_name(display_name).unwrap_or(info.name);
    metadata.insert("name".to_owned(), name);
    metadata.insert(CHECKSUM.to_owned(), "0".repeat(CHECKSUM_DIGITS));

    let json = &bytes[size_of::<u64>()..bytes.len() - header.data.len()];
    let bad = |error: serde_json::Error| ModelFileError::BadHeader {
        reason: error.to_string(),
    };
    let mut entries: Map<String, Value> = serde_json::from_slice(json).map_err(bad)?;
    let metadata = serde_json::to_value(metadata).map_err(bad)?;
    entries.insert("__metadata__".to_owned(), metadata);
    let mut json = serde_json::to_vec(&entries).map_err(bad)?;
    // Tensors begin at a multiple of eight bytes.
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut file = (json.len() as u64).to_le_bytes().to_vec();
    file.append(&mut json);
    file.extend_from_slice(header.data);
    seal(&mut file);
    ModelInfo::read(&file)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chain::{Base, Target};
    use crate::testing::{random_base, random_target, random_target_with_memory};

    #[test]
    fn short_names_are_fit_for_command_lines() {
        for (display_name, name) in [
            ("Anna's Cello", Some("anna-s-cello")),
            ("  Cello  No. 2 ", Some("cello-no-2")),
            ("Gr\u{F6}\u{DF}e 7", Some("gr-e-7")),
            ("\u{732B}", None),
            ("--", None),
        ] {
            assert_eq!(short_name(display_name).as_deref(), name);
        }
        assert_eq!(short_name(&"ab ".repeat(40)).unwrap().len(), 64);
        assert!(!short_name(&"a ".repeat(40)).unwrap().ends_with('-'));
    }

    #[test]
    fn all_but_the_names_stays_as_it_was() {
        let base = Base::from_bytes(&random_base(1)).unwrap();
        for before in [
            random_target(2, &base),
            random_target_with_memory(3, &base, true),
        ] {
            let after = renamed(&before, "Zeros 0\u{22}\\ \u{1F3BB}").unwrap();
            let (old, new) = (
                Header::read(&before).unwrap(),
                Header::read(&after).unwrap(),
            );
            assert!(old.data == new.data, "the tensors have changed");
            let tensors = |header: &Header| {
                let names = header.metadata.offset_keys();
                let info = |name: &String| format!("{name} {:?}", header.metadata.info(name));
                names.iter().map(info).collect::<Vec<_>>()
            };
            assert_eq!(tensors(&old), tensors(&new));
            assert!(new.has(CHECKSUM));
            let (old, new) = (
                ModelInfo::read(&before).unwrap(),
                ModelInfo::read(&after).unwrap(),
            );
            assert_eq!(new.display_name, "Zeros 0\u{22}\\ \u{1F3BB}");
            assert_eq!(new.name, "zeros-0");
            assert_ne!(old.hash, new.hash);
            let as_before = ModelInfo {
                name: old.name.clone(),
                display_name: old.display_name.clone(),
                hash: old.hash,
                ..new.clone()
            };
            assert_eq!(as_before, old);
            let target = Target::from_bytes(&after, &base).unwrap();
            assert_eq!(target.info(), &new);
            // A bit that flips afterwards is found.
            let mut damaged = after.clone();
            *damaged.last_mut().unwrap() ^= 1;
            let error = ModelInfo::read(&damaged).unwrap_err();
            assert!(matches!(error, ModelFileError::Damaged { .. }), "{error}");
            // Its name again, and another one.
            let again = renamed(&after, &"0".repeat(64)).unwrap();
            assert_eq!(ModelInfo::read(&again).unwrap().name, "0".repeat(64));
            assert_eq!(renamed(&again, &new.display_name).unwrap(), after);
        }
    }

    #[test]
    fn what_is_no_name_is_refused_and_what_has_no_letters_keeps_its_short_one() {
        let base = Base::from_bytes(&random_base(1)).unwrap();
        let file = random_target(2, &base);
        for name in ["", "  ", "two\nlines", &"x".repeat(65)] {
            let error = renamed(&file, name).unwrap_err();
            let found = matches!(
                error,
                ModelFileError::BadValue {
                    key: "display_name",
                    ..
                }
            );
            assert!(found, "{error}");
        }
        let cat = renamed(&file, "\u{732B}").unwrap();
        assert_eq!(ModelInfo::read(&cat).unwrap().name, "random-target");
        assert!(renamed(b"no model", "Cello").is_err());
    }
}
