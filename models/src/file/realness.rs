//! What a realness file says of itself.

use std::collections::BTreeMap;

use serde_json::json;

use super::header::Header;
use super::info::{check_timing, credits, expect_kind, format_version, line, name, own_metadata};
use super::{MAX_LINE_CHARS, MAX_NAME_CHARS, ModelFileError, ModelHash, ModelKind};
use crate::architecture::Shape;
use crate::rates::FRAME_SAMPLES;

/// Most of each of a file's sizes.
const MAX_SIZE: usize = 256;

/// The header of a realness file, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct RealnessInfo {
    /// Short name: lower-case letters, digits, hyphens.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Hash of this file.
    pub hash: ModelHash,
    /// Who made the recordings it was trained on, and their licences.
    pub credits: Vec<String>,
    /// Licence of the network itself.
    pub licence: String,
    /// Numbers of a sound, 1 to 256, as are the others.
    pub numbers: usize,
    /// Networks.
    pub members: usize,
    /// Units of their hidden layer.
    pub hidden: usize,
}

impl RealnessInfo {
    pub(crate) fn from_header(header: &Header, bytes: &[u8]) -> Result<Self, ModelFileError> {
        format_version(header)?;
        expect_kind(header, ModelKind::Realness)?;
        check_timing(header, FRAME_SAMPLES)?;
        let [numbers, members, hidden] = header.json::<[usize; 3]>("sizes")?;
        for size in [numbers, members, hidden] {
            if !(1..=MAX_SIZE).contains(&size) {
                return Err(ModelFileError::BadRealness {
                    what: "a size",
                    value: size as f32,
                });
            }
        }
        Ok(Self {
            name: name(header)?,
            display_name: line(header, "display_name", MAX_NAME_CHARS)?,
            hash: ModelHash::of(bytes),
            credits: credits(header)?,
            licence: line(header, "licence", MAX_LINE_CHARS)?,
            numbers,
            members,
            hidden,
        })
    }

    /// Every tensor of the file.
    pub(crate) fn tensors(&self) -> Vec<Shape> {
        let (numbers, members, hidden) = (self.numbers, self.members, self.hidden);
        let shapes = [
            ("mean", vec![numbers]),
            ("deviation", vec![numbers]),
            ("inner", vec![members, numbers, hidden]),
            ("inner_bias", vec![members, hidden]),
            ("outer", vec![members, hidden]),
            ("outer_bias", vec![members]),
        ];
        let named = shapes.into_iter();
        named
            .map(|(name, shape)| (format!("realness.{name}"), shape))
            .collect()
    }

    /// The metadata of a new file; the sizes are numbers, members and hidden units.
    pub(crate) fn metadata(
        sizes: [usize; 3],
        credits: &[String],
        licence: &str,
    ) -> BTreeMap<String, String> {
        let mut metadata = own_metadata(ModelKind::Realness, "Realness", credits, licence);
        metadata.insert("sizes".to_owned(), json!(sizes).to_string());
        metadata
    }
}
