//! The entry points that hosts look up by name in the built library.
//!
//! Foreign functions and raw pointers, which is why this is the only module of the crate in which
//! unsafe code is allowed. VST3's come from nice-plug's macro. CLAP's are written out, because
//! between host and nice-plug stands [`clap_events`].
#![allow(unsafe_code)]

mod clap_entry;
mod clap_events;

use nice_plug::prelude::*;

use super::Mynah;

pub use clap_entry::clap_entry;

nice_export_vst3!(Mynah<false>);
