//! Adapts a frozen base to another instrument: learns the vectors and the head of a target (`film.*` and `head.*` in
//! `models/FORMAT.md`) from phrases, as the chain hears them, beside the frames that are wanted.
//!
//! [`start()`] takes the nearest target there is and refits its head in closed form, in seconds; [`Learning`] goes on from
//! there by Adam, for as long as held-out frames come nearer. Feature-wise modulation of a frozen network: Perez et al.,
//! 2018; why the sound is heard in other versions than its own: Mor et al., 2019.
//!
//! Thread: any but the audio thread. Work is spread over rayon's threads; results are the same for any number of them.

mod adam;
mod adaptation;
mod batch;
mod chance;
mod error;
mod examples;
mod learning;
mod loss;
mod phrases;
mod ridge;
mod start;
mod state;
mod tape;
#[cfg(test)]
mod tests;
mod trunk;

pub use adaptation::{Adaptation, OUTPUTS, Sizes};
pub use batch::ContentNoise;
pub use error::{AdaptError, Use};
pub use examples::{Version, before_microphone, phrase};
pub use learning::{Ended, Learning, Options, Progress};
pub use phrases::{Phrase, hold_out};
pub use start::{Start, Tried, start};
pub use trunk::Trunk;
