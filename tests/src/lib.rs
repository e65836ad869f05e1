//! Hosts for tests, and what is asked of the plugin in every one of them.
//!
//! [`clap`] and [`vst3`] load the plugin's own entry points in process; [`scenarios`] are the
//! checks, written once against the trait [`host::Host`]. [`alloc`] counts, to prove
//! that nothing allocates while a block is processed.
#![allow(clippy::unwrap_used)]

pub mod alloc;
pub mod clap;
pub mod host;
pub mod scenarios;
pub mod signal;
pub mod vst3;
