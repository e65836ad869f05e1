//! What a timbre file says of itself.

use std::collections::BTreeMap;

use super::header::Header;
use super::info::{check_timing, credits, expect_kind, format_version, line, name, own_metadata};
use super::{MAX_LINE_CHARS, MAX_NAME_CHARS, ModelFileError, ModelHash, ModelKind};
use crate::architecture::Shape;
use crate::conditioning::TIMBRE_AXES;
use crate::envelope::ENVELOPE_POINTS;
use crate::prior::NUMBERED_HARMONICS;
use crate::rates::FRAME_SAMPLES;

/// Most pitches at which a space is known.
const MAX_ANCHORS: usize = 64;
/// Values of a row, as this version of the format has them.
const ROW_VALUES: usize = NUMBERED_HARMONICS + 2 * ENVELOPE_POINTS;

/// The header of a timbre file, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct TimbreInfo {
    /// Short name: lower-case letters, digits, hyphens.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Hash of this file.
    pub hash: ModelHash,
    /// Who made the recordings it was measured from, and their licences.
    pub credits: Vec<String>,
    /// Licence of the space itself.
    pub licence: String,
    /// Pitches at which it is known, 1 to 64.
    pub anchors: usize,
}

impl TimbreInfo {
    pub(crate) fn from_header(header: &Header, bytes: &[u8]) -> Result<Self, ModelFileError> {
        format_version(header)?;
        expect_kind(header, ModelKind::Timbre)?;
        check_timing(header, FRAME_SAMPLES)?;
        let anchors: usize = header.json("anchors")?;
        if !(1..=MAX_ANCHORS).contains(&anchors) {
            return Err(ModelFileError::BadTimbre {
                what: "anchors",
                value: anchors as f32,
            });
        }
        Ok(Self {
            name: name(header)?,
            display_name: line(header, "display_name", MAX_NAME_CHARS)?,
            hash: ModelHash::of(bytes),
            credits: credits(header)?,
            licence: line(header, "licence", MAX_LINE_CHARS)?,
            anchors,
        })
    }

    /// Every tensor of the file.
    pub(crate) fn tensors(&self) -> Vec<Shape> {
        vec![
            ("timbre.anchors".to_owned(), vec![self.anchors]),
            ("timbre.mean".to_owned(), vec![self.anchors, ROW_VALUES]),
            (
                "timbre.directions".to_owned(),
                vec![self.anchors, TIMBRE_AXES, ROW_VALUES],
            ),
        ]
    }

    /// The metadata of a new file.
    pub(crate) fn metadata(
        anchors: usize,
        credits: &[String],
        licence: &str,
    ) -> BTreeMap<String, String> {
        let mut metadata = own_metadata(ModelKind::Timbre, "Timbre space", credits, licence);
        metadata.insert("anchors".to_owned(), anchors.to_string());
        metadata
    }
}
