//! Mynah's signal processing and networks: features, encoder, translator, prior and
//! generator, each as a streaming twin (packed weights, state apart, no allocation)
//! beside a candle module that is its reference; and the `.mynah` model file.
#![deny(unsafe_code)]

pub mod architecture;
mod blend;
mod chain;
pub mod conditioning;
pub mod features;
pub mod file;
mod low_cut;
pub mod memory;
pub mod performer;
pub mod prior;
pub mod reference;
pub mod streaming;
mod telemetry;
pub mod testing;

pub use chain::{Base, ChainState, Target, Targets, alone};
pub use conditioning::{
    ALL_NOTES, AutoOctave, DynamicsControls, HomeRegister, HopControls, MORPH_SLOTS, Mode,
    MorphGlide, OctaveSurvey, PitchControls, PlayerControls, ToneControls, Unvoiced,
    VariationControls,
};
pub use file::{MAX_FILE_BYTES, ModelFileError, ModelHash, ModelInfo, ModelKind};
pub use low_cut::LowCut;
pub use telemetry::Telemetry;

/// Rate of everything in this crate.
pub const SAMPLE_RATE_HZ: u32 = 48_000;
/// Audio is due every hop.
pub const HOP_SAMPLES: usize = 128;
/// Conditioning frames are this far apart: two hops, 187.5 a second.
pub const FRAME_SAMPLES: usize = 256;
/// Delay of the chain behind its input, besides the hop: the sub-bands' overlap.
pub const CHAIN_DELAY_SAMPLES: usize = 16;
/// Negative slope of every leaky ReLU.
pub const LEAKY_SLOPE: f32 = 0.2;
