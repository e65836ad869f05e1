//! Audio files in and out, block by block: nothing here ever holds a whole file unless it is asked to.

pub(crate) mod flac;
pub mod read;
pub mod resample;
pub(crate) mod write;
