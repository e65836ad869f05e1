//! Makes a target from recordings of an instrument: listens (cuts them into notes, says what it found), remembers
//! (measures frames, chooses notes, codes them as a [memory](mynah_models::memory)), learns (a target's vectors and head
//! for a frozen base).
//!
//! Thread: any but the audio thread; everything here allocates and takes its time.
#![deny(unsafe_code)]

pub mod listen;
pub mod note;
pub mod recording;
