//! Writes down what is played. It hears as the live chain does, with [its features](mynah_models::features) and its onset
//! network; since nothing is live here, it looks ahead: which frames belong to one note is decided for all of them at
//! once, and where a note begins is looked up in the waveform.
//!
//! ```text
//! 48 kHz mono, in pieces of any length
//!   -> hearing       frames: level, pitch, how surely a note begins; the waveform's envelope
//!   -> segmentation  the likeliest row of notes and rests
//!   -> notes         slides and tails joined, where each note begins and ends
//!   -> curves        its velocity, bends and levels
//! ```
//!
//! Of several voices at once ([`Transcriber::of_several`]) the voices network says all of it.
//!
//! Thread: any but the audio thread; everything here allocates and takes its time.
#![deny(unsafe_code)]

mod curves;
mod envelope;
mod hearing;
mod medians;
mod notes;
mod segmentation;
mod several;
mod strokes;
mod transcriber;
mod transcription;

pub use transcriber::Transcriber;
pub use transcription::{Bend, Level, TranscribedNote, Transcription};
