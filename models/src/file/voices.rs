//! What the file of a voices network says of itself.

use super::header::Header;
use super::info::{check_timing, credits, expect_kind, format_version, line, name};
use super::{MAX_LINE_CHARS, MAX_NAME_CHARS, ModelFileError, ModelHash, ModelKind};
use crate::architecture::{MAX_BLOCKS, MAX_CHANNELS, MAX_DILATION, VoicesArchitecture};
use crate::features::VOICE_FRAME_SAMPLES;

/// The header of a voices file, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct VoicesInfo {
    /// Version of the file format.
    pub format_version: u32,
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
    /// Sizes of the network.
    pub architecture: VoicesArchitecture,
}

impl VoicesInfo {
    /// Reads and checks the header only. Hashes the whole file.
    ///
    /// # Errors
    /// Whatever is wrong with the header ([`ModelFileError`]).
    pub fn read(bytes: &[u8]) -> Result<Self, ModelFileError> {
        Self::from_header(&Header::read(bytes)?, bytes)
    }

    pub(crate) fn from_header(header: &Header, bytes: &[u8]) -> Result<Self, ModelFileError> {
        let format_version = format_version(header)?;
        expect_kind(header, ModelKind::Voices)?;
        check_timing(header, VOICE_FRAME_SAMPLES)?;
        let architecture: VoicesArchitecture = header.json("architecture")?;
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

impl VoicesArchitecture {
    /// Refuses sizes that could not be run or stored.
    ///
    /// # Errors
    /// [`ModelFileError::ArchitectureOutOfRange`].
    pub fn check(&self) -> Result<(), ModelFileError> {
        let blocks = self.dilations.len();
        let mut sizes = vec![
            ("channels", self.channels, 1, MAX_CHANNELS),
            ("squeezed", self.squeezed, 1, MAX_CHANNELS),
            ("dilations", blocks, 1, MAX_BLOCKS),
            ("pitch_after", self.pitch_after.len(), 0, MAX_BLOCKS),
        ];
        sizes.extend(
            self.dilations
                .iter()
                .map(|d| ("dilations", *d, 1, MAX_DILATION)),
        );
        let last = blocks.saturating_sub(1);
        sizes.extend(
            self.pitch_after
                .iter()
                .map(|k| ("pitch_after", *k, 0, last)),
        );
        let ascending = self.pitch_after.windows(2).filter(|pair| pair[0] > pair[1]);
        sizes.extend(ascending.map(|pair| ("pitch_after", pair[1], pair[0], last)));
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
