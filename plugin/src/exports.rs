//! The entry points that hosts look up by name in the built library.
//!
//! Foreign functions and raw pointers, hence unsafe code. They are not left to nice-plug's macros, because something
//! stands between host and nice-plug: [`clap_events`], [`vst3_instance`].
#![allow(unsafe_code)]

mod clap_entry;
mod clap_events;
mod vst3_controllers;
mod vst3_entry;
mod vst3_instance;
mod vst3_pending;

use super::Mynah;

pub use clap_entry::clap_entry;
pub use vst3_entry::GetPluginFactory;
