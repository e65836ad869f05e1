//! Mynah's signal processing and networks: features, encoder, translator, prior and
//! generator, each as a streaming twin (packed weights, state apart, no allocation)
//! beside a candle module that is its reference; and the `.mynah` model file.
#![deny(unsafe_code)]

pub mod architecture;
mod blend;
mod chain;
mod chance;
mod chords;
pub mod conditioning;
pub mod continuation;
mod ensemble;
mod envelope;
pub mod features;
pub mod file;
mod frame_pitch;
pub mod frames;
mod input;
pub mod instructions;
mod low_cut;
pub mod mel;
pub mod memory;
mod networks;
mod new_target;
mod note_names;
pub mod performer;
pub mod prior;
mod rates;
pub mod realness;
pub mod reference;
mod self_check;
mod sinc;
pub mod streaming;
mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod timbre;
pub mod voices;
mod whole_file;

pub use chain::{Base, ChainState, Target, Targets, alone};
pub use chance::split_mix_64;
pub use chords::{Chords, ChordsHearing, ChordsState};
pub use conditioning::{
    ALL_NOTES, AutoOctave, CORNERS, DynamicsControls, HeardKey, HomeRegister, HopControls, Key,
    KeyByEar, Mode, MorphGlide, OctaveSurvey, PitchControls, PlayerControls, TIMBRE_AXES,
    TimbreControls, ToneControls, Unvoiced, VOICES, VariationControls, VoiceNote,
};
pub use ensemble::{Ensemble, EnsembleState, LOUDEST_DB};
pub use envelope::{ENVELOPE_POINTS, envelope_point_hz};
pub use file::{MAX_FILE_BYTES, ModelFileError, ModelHash, ModelInfo, ModelKind};
pub use frame_pitch::FramePitch;
pub use low_cut::LowCut;
pub use new_target::NewTarget;
pub use note_names::{NOTE_NAMES, note_name};
pub use rates::{CHAIN_DELAY_SAMPLES, FRAME_SAMPLES, HOP_SAMPLES, LEAKY_SLOPE, SAMPLE_RATE_HZ};
pub use sinc::sinc;
pub use telemetry::Telemetry;
pub use whole_file::{network_tensors, target_content};
