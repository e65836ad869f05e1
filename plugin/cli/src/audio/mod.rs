//! Audio files in and out, block by block: nothing here ever holds a whole file unless it is asked to.

pub(crate) mod dither;
pub(crate) mod flac;
pub(crate) mod metadata;
pub(crate) mod mono;
pub(crate) mod pending;
pub mod read;
pub mod resample;
pub(crate) mod source;
pub(crate) mod wav;
pub(crate) mod write;
