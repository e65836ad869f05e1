//! The streaming twins of the networks in [`crate::reference`]: weights packed at load
//! and shared, state apart, nothing allocated in `step`.
//!
//! Layout is channels last: a buffer of `rows` frames (or sub-band steps) holds all
//! channels of the first row, then those of the second.

pub mod continuation;
pub mod conv;
pub mod encoder;
pub mod generator;
pub mod kernel;
pub mod onsets;
pub mod ops;
pub mod residual;
pub mod translator;
pub mod voices;
