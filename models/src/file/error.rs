//! Why a model file was refused.

use super::{ModelHash, ModelKind};

/// A model file that cannot be used, and the value that says why.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum ModelFileError {
    /// Larger than any model: refused before anything is read.
    #[error("the file has {bytes} bytes; a model has at most {limit}")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
        /// Largest size accepted.
        limit: usize,
    },
    /// Ends before its own header says.
    #[error("the file is truncated: {bytes} bytes of {needed}")]
    Truncated {
        /// Size of the file.
        bytes: usize,
        /// Size that the header announces.
        needed: usize,
    },
    /// Other bytes than those of which it gives the checksum.
    #[error("the file is damaged: its checksum is {found}, not {expected}")]
    Damaged {
        /// The checksum that the file gives.
        expected: ModelHash,
        /// That of its bytes.
        found: ModelHash,
    },
    /// Goes on after its last tensor.
    #[error("the file has {bytes} bytes, but its header announces {expected}")]
    TrailingBytes {
        /// Size of the file.
        bytes: usize,
        /// Size that the header announces.
        expected: usize,
    },
    /// Header larger than any model's.
    #[error("the header has {bytes} bytes; at most {limit} are accepted (is this a .mynah file?)")]
    HeaderTooLarge {
        /// Announced size.
        bytes: u64,
        /// Largest size accepted.
        limit: usize,
    },
    /// Header is not that of a safetensors file.
    #[error("not a safetensors header: {reason}")]
    BadHeader {
        /// What the parser found.
        reason: String,
    },
    /// A safetensors file without Mynah's metadata, or without one key of it.
    #[error("metadata key `{key}` is missing (is this a Mynah model?)")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A metadata value that cannot be understood or is out of range.
    #[error("metadata key `{key}` is `{value}`: {reason}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// Its value, shortened.
        value: String,
        /// What was expected.
        reason: String,
    },
    /// Written by another version of the format.
    #[error("format version {found}; this build reads versions {oldest} to {newest}")]
    WrongVersion {
        /// The file's version.
        found: u32,
        /// The oldest version this build reads.
        oldest: u32,
        /// The newest version this build reads.
        newest: u32,
    },
    /// A base where a target was asked for, or the other way round.
    #[error("the file is a {found}; a {expected} is needed")]
    WrongKind {
        /// The file's kind.
        found: ModelKind,
        /// The kind asked for.
        expected: ModelKind,
    },
    /// Made for another sampling rate, hop or frame length.
    #[error("`{key}` is {found}; this build runs at {expected}")]
    WrongTiming {
        /// The metadata key.
        key: &'static str,
        /// The file's value.
        found: u64,
        /// The value of this build.
        expected: u64,
    },
    /// A target trained with another base.
    #[error("trained with base {found}; the base loaded is {expected}")]
    WrongBase {
        /// Base hash in the file.
        found: ModelHash,
        /// Hash of the base it was to be used with.
        expected: ModelHash,
    },
    /// A target of other sizes than its base.
    #[error("the architecture is not that of the base: {found} instead of {expected}")]
    WrongArchitecture {
        /// The file's architecture, as JSON.
        found: String,
        /// The base's architecture, as JSON.
        expected: String,
    },
    /// A size of the architecture that this build does not run.
    #[error("architecture: {field} is {value}, not within {low}..={high}")]
    ArchitectureOutOfRange {
        /// Field of the architecture (for lists: its length or an entry).
        field: &'static str,
        /// The file's value.
        value: usize,
        /// Smallest value accepted.
        low: usize,
        /// Largest value accepted.
        high: usize,
    },
    /// More parameters than can be run in real time.
    #[error("architecture: {parameters} parameters; at most {limit} are accepted")]
    TooManyParameters {
        /// Parameters of base and target together.
        parameters: usize,
        /// Largest number accepted.
        limit: usize,
    },
    /// A tensor that the architecture has, but the file has not.
    #[error("tensor `{tensor}` is missing")]
    MissingTensor {
        /// Its name.
        tensor: String,
    },
    /// A tensor that the architecture does not have.
    #[error("tensor `{tensor}` is not part of this architecture")]
    UnknownTensor {
        /// Its name.
        tensor: String,
    },
    /// A tensor of another shape than the architecture's.
    #[error("tensor `{tensor}` has shape {found:?} instead of {expected:?}")]
    WrongShape {
        /// Its name.
        tensor: String,
        /// The file's shape.
        found: Vec<usize>,
        /// The architecture's shape.
        expected: Vec<usize>,
    },
    /// A tensor of numbers of another type.
    #[error("tensor `{tensor}` has type {found}; {expected} is needed")]
    WrongType {
        /// Its name.
        tensor: String,
        /// The file's type.
        found: String,
        /// The type needed.
        expected: String,
    },
    /// NaN, an infinity, or a value larger than any weight.
    #[error("tensor `{tensor}` holds {value} at {index}; weights are finite and at most {limit}")]
    BadWeight {
        /// Its name.
        tensor: String,
        /// Index of the first such value, row-major.
        index: usize,
        /// The value.
        value: f32,
        /// Largest magnitude accepted.
        limit: f32,
    },
    /// On this processor a network gives other numbers than its definition, whatever the instructions.
    #[error(
        "the {network} gives {found} where its definition gives {expected}: this processor errs whatever its instructions, \
         or the weights are none that training makes"
    )]
    Miscomputed {
        /// Which network.
        network: &'static str,
        /// What the streaming network gives.
        found: f32,
        /// What its definition in candle gives.
        expected: f32,
    },
    /// The networks could not be compared with their definition.
    #[error("the networks cannot be checked: {reason}")]
    Unchecked {
        /// What candle says.
        reason: String,
    },
    /// A number of a timbre space that makes none.
    #[error("the timbre space: {what} is {value}")]
    BadTimbre {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f32,
    },
    /// A number of a realness network that makes none.
    #[error("the realness network: {what} is {value}")]
    BadRealness {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f32,
    },
    /// A number of a target's memory that points beyond what there is.
    #[error("the target's memory: {what} is {value}")]
    BadMemory {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f32,
    },
}
