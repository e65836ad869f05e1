//! What a keyboard, a sequencer or a host says.

/// Which of the sounding notes is meant: those for which all that is given is theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NoteAddress {
    /// The host's number of the note.
    pub id: Option<i32>,
    /// 0 to 15.
    pub channel: Option<u8>,
    /// 0 to 127.
    pub key: Option<u8>,
}

/// What can be said of one note while it sounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum NoteExpression {
    /// Semitones beside its key.
    Tuning(f32),
    /// Gain, 1 for none.
    Volume(f32),
    /// How deep its vibrato is, 0 to 1.
    Vibrato(f32),
    /// Its share of its loudness that a pedal would have, 0 to 1.
    Expression(f32),
    /// How firmly its key is pressed, 0 to 1.
    Pressure(f32),
}

/// One event. What is no number, or outside its range, is brought into it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum KeyEvent {
    /// A key is struck.
    On {
        /// The host's number of the note.
        id: Option<i32>,
        /// 0 to 15.
        channel: u8,
        /// 0 to 127, 60 for the middle C.
        key: u8,
        /// How hard, 0 to 1.
        velocity: f32,
    },
    /// Keys are let go; the pedal may hold their notes.
    Off(NoteAddress),
    /// Notes end whatever the pedal says.
    Choke(NoteAddress),
    /// What a host says of single notes.
    Expression(NoteAddress, NoteExpression),
    /// The pitch wheel, -1 to 1.
    Bend {
        /// 0 to 15.
        channel: u8,
        /// Of its range.
        value: f32,
    },
    /// Pressure on all keys of a channel.
    Pressure {
        /// 0 to 15.
        channel: u8,
        /// 0 to 1.
        value: f32,
    },
    /// A controller.
    Controller {
        /// 0 to 15.
        channel: u8,
        /// MIDI's number.
        number: u8,
        /// 0 to 1.
        value: f32,
    },
}
