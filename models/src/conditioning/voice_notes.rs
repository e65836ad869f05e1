//! The keys that the voices of an ensemble play from, as the chain takes them at every hop.

/// Voices that can sound together.
pub const VOICES: usize = 8;

/// What one voice plays.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct VoiceNote {
    /// The number of its note: another one is another note. 0 before the first.
    pub note: u32,
    /// The note, 69 for 440 Hz, without bend.
    pub semitones: f32,
    /// What moves its pitch without being another note: bend, glide, vibrato; semitones.
    pub bend_semitones: f32,
    /// How much softer it is struck or bowed than the loudest notes are, dB, 0 or less: it decides about the colour, too.
    pub velocity_db: f32,
    /// How much louder it is made than that, dB: what a pedal does to its level.
    pub louder_db: f32,
    /// It is slurred from the voice's note before, if that sounds.
    pub slurred: bool,
    /// Nobody has let it go. At least at the first hop of each note that is to sound, however short it is.
    pub held: bool,
}
