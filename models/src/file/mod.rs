//! The `.mynah` model file: safetensors with metadata (`models/FORMAT.md`).
//!
//! Everything is checked before it is used, and every size before it is allocated.
//! Thread: any but the audio thread.

mod continuation;
mod error;
mod hash;
mod header;
mod info;
mod limits;
mod memory;
mod params;
mod realness;
mod rename;
mod tensors;
mod timbre;
mod voices;
mod write;

pub use continuation::ContinuationInfo;
pub use error::ModelFileError;
pub use hash::ModelHash;
pub use info::{MAX_LINE_CHARS, MAX_NAME_CHARS, ModelInfo, ModelKind, is_line};
pub use memory::MemoryInfo;
pub use params::{Params, Tensor, Tensors};
pub use realness::RealnessInfo;
pub use rename::{renamed, short_name};
pub use timbre::TimbreInfo;
pub use voices::VoicesInfo;
pub use write::{ByteTensor, sealed, write, write_with};

pub(crate) use header::Header;
pub(crate) use memory::MAX_MEMORY_NOTES;
pub(crate) use tensors::{read_bytes, read_floats, read_tensors};

/// The version this build writes, and the newest that it reads.
pub const FORMAT_VERSION: u32 = 3;
/// The oldest version this build reads: without an onset network, without recorded notes.
pub const OLDEST_FORMAT_VERSION: u32 = 2;
/// Largest model file.
pub const MAX_FILE_BYTES: usize = 16 << 20;
/// Largest JSON header of a model file.
pub const MAX_HEADER_BYTES: usize = 256 << 10;
