//! Makes a target from recordings: [`listen`]s (cuts them into notes, says what it found), remembers (measures frames, chooses
//! notes, codes them as a [memory](mynah_models::memory)), learns to [`adapt`] a frozen base (a target's vectors and head).
//! [`making`] is the way from recordings to a file.
//!
//! Thread: any but the audio thread; everything here allocates and takes its time.
#![deny(unsafe_code)]

pub mod adapt;
pub mod analysis;
pub mod choice;
pub mod coding;
pub mod listen;
pub mod low_cut;
pub mod making;
pub mod note;
pub mod recording;
pub mod remember;
