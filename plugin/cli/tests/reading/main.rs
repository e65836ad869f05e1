//! Reading audio files: as others read them, whatever their headers say, and every sample in its place, whatever is
//! damaged. Files are made here byte by byte; what needs an encoder lies in `data`.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod damage;
mod files;
mod formats;
mod strict;
mod wav;
