//! Recordings written down as MIDI files.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod files;
mod heard;
mod invented;
mod page;

use mynah_cli::notes::Note;
use mynah_engine::Library;
use mynah_transcribe::{Transcriber, Transcription};

/// How far a beginning may be off, seconds.
const NEAR_S: f64 = 0.05;

/// The notes of a sound, taken in pieces.
fn transcribe(sound: &[f32]) -> Transcription {
    let base = Library::shipped().base().unwrap();
    let mut transcriber = Transcriber::of_one_voice(&base);
    for piece in sound.chunks(7_001) {
        transcriber.take(piece);
    }
    transcriber.finish()
}

/// Each note was found, where it is, and no other.
fn assert_same(found: &Transcription, played: &[Note], what: &str) {
    let said: Vec<_> = found
        .notes
        .iter()
        .map(|note| (note.midi, note.onset_s, note.offset_s))
        .collect();
    assert_eq!(found.notes.len(), played.len(), "{what}: {said:.3?}");
    for (found, played) in found.notes.iter().zip(played) {
        assert_eq!(i32::from(found.midi), played.midi, "{what}: {said:.3?}");
        let off_s = found.onset_s - played.start_s;
        assert!(
            off_s.abs() < NEAR_S,
            "{what}, off by {off_s:.3}: {said:.3?}"
        );
        assert!(found.offset_s > found.onset_s);
    }
}
