//! The networks as candle modules, and the whole chain over a whole recording: what
//! the streaming path is tested against.
//!
//! Modules are `Config` -> `new(config, vb)` -> `forward`; `vb.pp("name")` mirrors the
//! names in the model file. Tensors are `[1, channels, time]`: candle 0.11.1's conv1d
//! is used with a batch of one and contiguous kernels only, where it is right.
//! Thread: any but the audio thread.

mod chain;
mod continuation;
mod encoder;
mod generator;
mod layers;
mod onsets;
mod stepwise;
mod translator;
mod voices;

pub(crate) use chain::rows;
pub use chain::{Reference, ReferenceError, Rendering};
pub use continuation::Continuation;
pub use encoder::Encoder;
pub use generator::Generator;
pub use layers::{CausalConv1d, GatedBlock, Past, ResidualBlock, leaky};
pub use onsets::Onsets;
pub use stepwise::Stepwise;
pub use translator::{Target, Translator};
pub use voices::Voices;
pub(crate) use voices::voice_rows;
