//! What was written down.

/// The pitch from a moment on, beside the note's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bend {
    /// Seconds from the beginning of the recording.
    pub at_s: f64,
    /// By so much above the number.
    pub semitones: f32,
}

/// The loudness from a moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Seconds from the beginning of the recording.
    pub at_s: f64,
    /// Under the loudest moment of the note, 0 or less.
    pub level_db: f32,
}

/// A note.
#[derive(Clone, Debug, PartialEq)]
pub struct TranscribedNote {
    /// Where it begins and is over, seconds from the beginning of the recording.
    pub onset_s: f64,
    /// See [`Self::onset_s`].
    pub offset_s: f64,
    /// MIDI number, 23 to 108 (69 is 440 Hz).
    pub midi: u8,
    /// 1 to 127: the loudest note of the recording has 120, one softer by a quarter of a dB one less.
    pub velocity: u8,
    /// How its pitch moves, in the order of time, as steps that hold until the next; the first is where the note begins.
    pub bends: Vec<Bend>,
    /// How its loudness moves, likewise.
    pub levels: Vec<Level>,
}

/// All notes of a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcription {
    /// In the order in which they begin.
    pub notes: Vec<TranscribedNote>,
    /// Length of the recording, seconds.
    pub seconds: f64,
}

impl Transcription {
    /// The furthest that any note bends, semitones, 0 or more.
    pub fn widest_bend_semitones(&self) -> f32 {
        let bends = self.notes.iter().flat_map(|note| &note.bends);
        bends.fold(0.0, |widest, bend| widest.max(bend.semitones.abs()))
    }
}
