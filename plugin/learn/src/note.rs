//! A note that was found in a recording.

/// How a note begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Out of silence, or out of what has nearly died away.
    Silence,
    /// Struck, bowed or tongued anew while something sounds.
    Again,
    /// Out of the note before, without a stroke.
    Slur,
}

/// A note that was found in a recording, with its sound.
#[derive(Clone, Debug)]
pub struct FoundNote {
    /// Which of the recordings it is from, counted in the order in which they were listened to.
    pub recording: usize,
    /// Where in that it begins, in samples at 48 kHz.
    pub first_sample: usize,
    /// Middle of its pitch: semitones, 69 for 440 Hz.
    pub semitones: f32,
    /// How it begins.
    pub begins: Beginning,
    /// Loudness of its loudest moment, dB ([`mynah_models::features::log_to_db`] of the live chain's loudness).
    pub top_db: f32,
    /// How good a recording of one single note this is, 0 to 1: clipping, noise, other notes in it, a pitch that will not
    /// settle make it less.
    pub quality: f32,
    /// The sound, mono at 48 kHz: from 4 ms before its beginning to its end or the next note's beginning.
    pub audio: Vec<f32>,
}
