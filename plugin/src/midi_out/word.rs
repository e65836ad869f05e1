//! What the host is told, and the events that it takes it as.

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::NoteEvent;

/// The wheel's raw values: 14 bits.
pub(super) const BEND_STEPS: f32 = 16_383.0;
/// The number of the controller *expression*.
const EXPRESSION: u8 = 11;

/// What is said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Word {
    /// A key, 0 to 127, is struck this hard, 1 to 127.
    On { key: u8, velocity: u8 },
    /// It is let go.
    Off { key: u8 },
    /// Where the wheel stands, 0 to 16,383; 8,192 at rest.
    Bend(u16),
    /// The value of controller 11, 0 to 127.
    Level(u8),
}

/// What is said at a sample of the block.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Said {
    pub(crate) at: u32,
    pub(crate) word: Word,
}

impl Said {
    /// The same as the host takes it, on channel 1.
    pub(crate) fn event<S>(self) -> NoteEvent<S> {
        let (timing, channel, voice_id) = (self.at, Channel::Number(0), VoiceID::Wildcard);
        match self.word {
            Word::On { key, velocity } => NoteEvent::NoteOn {
                timing,
                voice_id,
                channel,
                key: Key::Number(key),
                velocity: f32::from(velocity) / 127.0,
            },
            Word::Off { key } => NoteEvent::NoteOff {
                timing,
                voice_id,
                channel,
                key: Key::Number(key),
                velocity: 0.0,
            },
            Word::Bend(raw) => NoteEvent::MidiPitchBend {
                timing,
                channel: 0,
                value: f32::from(raw) / BEND_STEPS,
            },
            Word::Level(value) => NoteEvent::MidiCC {
                timing,
                channel: 0,
                cc: EXPRESSION,
                value: f32::from(value) / 127.0,
            },
        }
    }
}
