//! What a model file says of itself.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::hash::BadHash;
use super::header::{Header, bad_value};
use super::{FORMAT_VERSION, MemoryInfo, ModelFileError, ModelHash, OLDEST_FORMAT_VERSION};
use crate::architecture::Architecture;
use crate::conditioning::HomeRegister;
use crate::rates::{FRAME_SAMPLES, HOP_SAMPLES, SAMPLE_RATE_HZ};

/// The first version whose bases may have an onset network.
const ONSETS_FORMAT_VERSION: u32 = 3;
/// Longest name and display name, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// Longest licence and credit line, in characters.
pub const MAX_LINE_CHARS: usize = 1000;
/// Most credit lines.
const MAX_CREDITS: usize = 256;
/// Narrowest home register, semitones: an octave, so that octaves bring any phrase there.
const MIN_REGISTER_SEMITONES: f32 = 12.0;
/// The highest MIDI note.
const MAX_NOTE: f32 = 127.0;

/// Which part of the chain a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Encoder, shared trunk of the translator, generator.
    Base,
    /// One instrument's own parameters.
    Target,
    /// The network that hears several voices; see [`VoicesInfo`](super::VoicesInfo).
    Voices,
    /// The timbre space; see [`TimbreInfo`](super::TimbreInfo).
    Timbre,
    /// The network that plays on; see [`ContinuationInfo`](super::ContinuationInfo).
    Continuation,
    /// The network that says what sounds real; see [`RealnessInfo`](super::RealnessInfo).
    Realness,
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ModelKind::Base => "base",
            ModelKind::Target => "target",
            ModelKind::Voices => "voices network",
            ModelKind::Timbre => "timbre space",
            ModelKind::Continuation => "continuation network",
            ModelKind::Realness => "realness network",
        })
    }
}

/// Everything a model file says of itself, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// Version of the file format.
    pub format_version: u32,
    /// Base or target.
    pub kind: ModelKind,
    /// Short name for the command line: lower-case letters, digits, hyphens.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Hash of this file.
    pub hash: ModelHash,
    /// Hash of the base it was trained with; targets only.
    pub base_hash: Option<ModelHash>,
    /// Always [`SAMPLE_RATE_HZ`] in this version.
    pub sample_rate_hz: u32,
    /// Always [`HOP_SAMPLES`] in this version.
    pub hop_samples: usize,
    /// Lowest and highest pitch the model was trained on: what it can play.
    pub pitch_range_hz: (f32, f32),
    /// Between which MIDI notes the middle of a phrase lies, if the file says so.
    pub home_register_midi: Option<(f32, f32)>,
    /// Who made the recordings it was trained on, and their licences.
    pub credits: Vec<String>,
    /// Licence of the model itself.
    pub licence: String,
    /// Sizes of the networks.
    pub architecture: Architecture,
    /// Sizes of the recorded notes; targets that have some.
    pub memory: Option<MemoryInfo>,
}

impl ModelInfo {
    /// Reads and checks the header only; no tensor's values. Hashes the whole file.
    ///
    /// # Errors
    /// Whatever is wrong with the header ([`ModelFileError`]).
    pub fn read(bytes: &[u8]) -> Result<Self, ModelFileError> {
        Self::from_header(&Header::read(bytes)?, bytes)
    }

    pub(crate) fn from_header(header: &Header, bytes: &[u8]) -> Result<Self, ModelFileError> {
        let format_version = format_version(header)?;
        let kind = kind(header)?;
        if !matches!(kind, ModelKind::Base | ModelKind::Target) {
            return Err(ModelFileError::WrongKind {
                found: kind,
                expected: ModelKind::Target,
            });
        }
        check_timing(header, FRAME_SAMPLES)?;
        let base_hash = match kind {
            ModelKind::Target => {
                let text = header.text("base_hash")?;
                Some(
                    text.parse()
                        .map_err(|e: BadHash| bad_value("base_hash", text, &e.to_string()))?,
                )
            }
            _ => None,
        };
        let architecture: Architecture = header.json("architecture")?;
        architecture.check()?;
        if architecture.has_onsets() && format_version < ONSETS_FORMAT_VERSION {
            return Err(bad_value(
                "architecture",
                header.text("architecture")?,
                "an onset network needs format version 3",
            ));
        }
        Ok(Self {
            format_version,
            kind,
            name: name(header)?,
            display_name: line(header, "display_name", MAX_NAME_CHARS)?,
            hash: ModelHash::of(bytes),
            base_hash,
            sample_rate_hz: SAMPLE_RATE_HZ,
            hop_samples: HOP_SAMPLES,
            pitch_range_hz: pitch_range_hz(header)?,
            home_register_midi: home_register_midi(header)?,
            credits: credits(header)?,
            licence: line(header, "licence", MAX_LINE_CHARS)?,
            architecture,
            memory: memory(header, kind)?,
        })
    }

    /// Whether this target was made for that base.
    pub fn fits(&self, base: &ModelInfo) -> bool {
        self.base_hash == Some(base.hash) && self.architecture == base.architecture
    }

    /// Where it is at home: what the file says, or else the middle of what it can play.
    pub fn home_register(&self) -> HomeRegister {
        HomeRegister::new(self.home_register_midi, self.pitch_range_hz)
    }

    /// Refuses a file of the other kind.
    pub(crate) fn expect_kind(&self, expected: ModelKind) -> Result<(), ModelFileError> {
        if self.kind == expected {
            Ok(())
        } else {
            Err(ModelFileError::WrongKind {
                found: self.kind,
                expected,
            })
        }
    }
}

/// The version of the format, if this build reads it.
pub(super) fn format_version(header: &Header) -> Result<u32, ModelFileError> {
    let version = header.number("mynah_format_version")?;
    let found = u32::try_from(version).unwrap_or(u32::MAX);
    if (OLDEST_FORMAT_VERSION..=FORMAT_VERSION).contains(&found) {
        return Ok(found);
    }
    Err(ModelFileError::WrongVersion {
        found,
        oldest: OLDEST_FORMAT_VERSION,
        newest: FORMAT_VERSION,
    })
}

/// What the file holds.
pub(super) fn kind(header: &Header) -> Result<ModelKind, ModelFileError> {
    match header.text("kind")? {
        "base" => Ok(ModelKind::Base),
        "target" => Ok(ModelKind::Target),
        "voices" => Ok(ModelKind::Voices),
        "timbre" => Ok(ModelKind::Timbre),
        "continuation" => Ok(ModelKind::Continuation),
        "realness" => Ok(ModelKind::Realness),
        other => Err(bad_value(
            "kind",
            other,
            "`base`, `target`, `voices`, `continuation`, `timbre` or `realness` is needed",
        )),
    }
}

/// Refuses a file that holds something else.
pub(super) fn expect_kind(header: &Header, expected: ModelKind) -> Result<(), ModelFileError> {
    let found = kind(header)?;
    if found == expected {
        return Ok(());
    }
    Err(ModelFileError::WrongKind { found, expected })
}

/// The metadata of a new file of a kind of which there is one, which is called by its kind.
pub(super) fn own_metadata(
    kind: ModelKind,
    display_name: &str,
    credits: &[String],
    licence: &str,
) -> BTreeMap<String, String> {
    let kind = serde_json::json!(kind);
    let kind = kind.as_str().unwrap_or_default();
    [
        ("mynah_format_version", FORMAT_VERSION.to_string()),
        ("kind", kind.to_owned()),
        ("name", kind.to_owned()),
        ("display_name", display_name.to_owned()),
        ("sample_rate_hz", SAMPLE_RATE_HZ.to_string()),
        ("hop_samples", HOP_SAMPLES.to_string()),
        ("frame_samples", FRAME_SAMPLES.to_string()),
        ("credits", serde_json::json!(credits).to_string()),
        ("licence", licence.to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// Refuses a file for another rate, another hop or other frames.
pub(super) fn check_timing(header: &Header, frame_samples: usize) -> Result<(), ModelFileError> {
    for (key, expected) in [
        ("sample_rate_hz", u64::from(SAMPLE_RATE_HZ)),
        ("hop_samples", HOP_SAMPLES as u64),
        ("frame_samples", frame_samples as u64),
    ] {
        let found = header.number(key)?;
        if found != expected {
            return Err(ModelFileError::WrongTiming {
                key,
                found,
                expected,
            });
        }
    }
    Ok(())
}

/// Whether a text is one line of 1 to `max_chars` characters.
pub fn is_line(text: &str, max_chars: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().nth(max_chars).is_none()
        && !text.chars().any(char::is_control)
}

pub(super) fn line(
    header: &Header,
    key: &'static str,
    max_chars: usize,
) -> Result<String, ModelFileError> {
    let text = header.text(key)?;
    if is_line(text, max_chars) {
        return Ok(text.to_owned());
    }
    Err(bad_value(
        key,
        text,
        &format!("one line of 1 to {max_chars} characters is needed"),
    ))
}

/// Names end up on command lines and in file names.
pub(super) fn name(header: &Header) -> Result<String, ModelFileError> {
    let text = line(header, "name", MAX_NAME_CHARS)?;
    if text
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        return Ok(text);
    }
    Err(bad_value(
        "name",
        &text,
        "lower-case letters, digits and hyphens are needed",
    ))
}

fn pitch_range_hz(header: &Header) -> Result<(f32, f32), ModelFileError> {
    let key = "pitch_range_hz";
    let (low, high): (f32, f32) = header.json(key)?;
    if low > 0.0 && low < high && high <= SAMPLE_RATE_HZ as f32 / 2.0 {
        return Ok((low, high));
    }
    Err(bad_value(
        key,
        header.text(key)?,
        "[low, high] with 0 < low < high <= 24000 is needed",
    ))
}

fn home_register_midi(header: &Header) -> Result<Option<(f32, f32)>, ModelFileError> {
    let key = "home_register_midi";
    if !header.has(key) {
        return Ok(None);
    }
    let (low, high): (f32, f32) = header.json(key)?;
    if low >= 0.0 && high <= MAX_NOTE && high - low >= MIN_REGISTER_SEMITONES {
        return Ok(Some((low, high)));
    }
    Err(bad_value(
        key,
        header.text(key)?,
        "[low, high] with 0 <= low, high <= 127 and 12 or more between them is needed",
    ))
}

pub(super) fn credits(header: &Header) -> Result<Vec<String>, ModelFileError> {
    let key = "credits";
    let credits: Vec<String> = header.json(key)?;
    if credits.len() <= MAX_CREDITS && credits.iter().all(|c| is_line(c, MAX_LINE_CHARS)) {
        return Ok(credits);
    }
    let reason =
        format!("at most {MAX_CREDITS} lines of 1 to {MAX_LINE_CHARS} characters are accepted");
    Err(bad_value(key, header.text(key)?, &reason))
}

/// A base has no memory, whatever its header says.
fn memory(header: &Header, kind: ModelKind) -> Result<Option<MemoryInfo>, ModelFileError> {
    if kind == ModelKind::Base || !header.has("memory") {
        return Ok(None);
    }
    let info: MemoryInfo = header.json("memory")?;
    info.check()?;
    Ok(Some(info))
}
