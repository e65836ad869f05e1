//! The entry points that hosts look up by name in the built library.
//!
//! The macros expand to `extern "C"` items and raw pointer handling that belong to nice-plug; this
//! is the only module of the crate in which unsafe code is allowed.
#![allow(unsafe_code)]

use nice_plug::prelude::*;

use super::Mynah;

nice_export_clap!(Mynah);
nice_export_vst3!(Mynah);
