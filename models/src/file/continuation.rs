//! What the file of a continuation network says of itself.

use super::header::Header;
use super::info::{check_timing, credits, expect_kind, format_version, line, name};
use super::{MAX_LINE_CHARS, MAX_NAME_CHARS, ModelFileError, ModelHash, ModelKind};
use crate::architecture::{ContinuationArchitecture, MAX_BLOCKS, MAX_CHANNELS, MAX_DILATION};
use crate::rates::FRAME_SAMPLES;

/// The header of a continuation file, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ContinuationInfo {
    /// Version of the file format.
    pub format_version: u32,
    /// Short name: lower-case letters, digits, hyphens.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Hash of this file.
    pub hash: ModelHash,
    /// Who made the scores it was trained on, and their licences.
    pub credits: Vec<String>,
    /// Licence of the network itself.
    pub licence: String,
    /// Sizes of the network.
    pub architecture: ContinuationArchitecture,
}

impl ContinuationInfo {
    /// Reads and checks the header only. Hashes the whole file.
    ///
    /// # Errors
    /// Whatever is wrong with the header ([`ModelFileError`]).
    pub fn read(bytes: &[u8]) -> Result<Self, ModelFileError> {
        Self::from_header(&Header::read(bytes)?, bytes)
    }

    pub(crate) fn from_header(header: &Header, bytes: &[u8]) -> Result<Self, ModelFileError> {
        let format_version = format_version(header)?;
        expect_kind(header, ModelKind::Continuation)?;
        check_timing(header, FRAME_SAMPLES)?;
        let architecture: ContinuationArchitecture = header.json("architecture")?;
        architecture.check()?;
        Ok(Self {
            format_version,
            name: name(header)?,
            display_name: line(header, "display_name", MAX_NAME_CHARS)?,
            hash: ModelHash::of(bytes),
            credits: credits(header)?,
            licence: line(header, "licence", MAX_LINE_CHARS)?,
            architecture,
        })
    }
}

impl ContinuationArchitecture {
    /// Refuses sizes that could not be run or stored.
    ///
    /// # Errors
    /// [`ModelFileError::ArchitectureOutOfRange`].
    pub fn check(&self) -> Result<(), ModelFileError> {
        let mut sizes = vec![
            ("channels", self.channels, 1, MAX_CHANNELS),
            ("hidden", self.hidden, 1, MAX_CHANNELS),
            ("dilations", self.dilations.len(), 1, MAX_BLOCKS),
        ];
        let dilations = self.dilations.iter();
        sizes.extend(dilations.map(|dilation| ("dilations", *dilation, 1, MAX_DILATION)));
        let bad = sizes
            .into_iter()
            .find(|(_, value, low, high)| !(*low..=*high).contains(value));
        match bad {
            None => Ok(()),
            Some((field, value, low, high)) => Err(ModelFileError::ArchitectureOutOfRange {
                field,
                value,
                low,
                high,
            }),
        }
    }
}
