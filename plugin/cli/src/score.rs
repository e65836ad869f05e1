//! A MIDI file as what its channels ask of instruments.

use std::path::Path;

use anyhow::Result;
use midly::MidiMessage;
use mynah_engine::{KeyEvent, NoteAddress, NoteExpression};

use crate::midi::MidiFile;

/// MIDI's channels.
pub const CHANNELS: usize = 16;

/// What all channels say, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// When, in seconds from the beginning, on which channel from 0, what.
    events: Vec<(f64, u8, KeyEvent)>,
    /// When it ends.
    pub seconds: f64,
}

impl Score {
    /// Reads a MIDI file of format 0 or 1. Program changes and what is exclusive to a system say nothing here.
    ///
    /// # Errors
    /// It cannot be read, is no MIDI file, is damaged, or holds sequences that do not belong together (format 2).
    pub fn read(path: &Path) -> Result<Score> {
        Ok(Score::of(&MidiFile::read(path)?))
    }

    /// As [`read`](Self::read), of a file's bytes.
    ///
    /// # Errors
    /// As there, but for the reading.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Score> {
        Ok(Score::of(&MidiFile::parse(bytes)?))
    }

    /// A score of these events, in the order of time: when, in seconds, on which channel, from 0, what.
    pub fn new(events: Vec<(f64, u8, KeyEvent)>) -> Score {
        let seconds = events.last().map_or(0.0, |(at_s, _, _)| *at_s);
        Score { events, seconds }
    }

    fn of(file: &MidiFile) -> Score {
        let events = file.messages.iter().filter_map(|(at_s, channel, message)| {
            Some((*at_s, *channel, event(*channel, message)?))
        });
        Score {
            events: events.collect(),
            seconds: file.end_s,
        }
    }

    /// How many notes each channel strikes.
    pub fn notes(&self) -> [usize; CHANNELS] {
        let mut notes = [0; CHANNELS];
        for (_, channel, event) in &self.events {
            if matches!(event, KeyEvent::On { velocity, .. } if *velocity > 0.0) {
                notes[usize::from(*channel)] += 1;
            }
        }
        notes
    }

    /// What the channels of `mask`, a bit each, say at this rate: from which frame on what.
    pub fn part(&self, mask: u16, rate_hz: u32) -> Vec<(u64, KeyEvent)> {
        let frame = |at_s: f64| (at_s * f64::from(rate_hz)).round() as u64;
        let of_part = |channel: u8| mask >> channel & 1 == 1;
        let events = self.events.iter();
        events
            .filter(|(_, channel, _)| of_part(*channel))
            .map(|(at_s, _, event)| (frame(*at_s), *event))
            .collect()
    }
}

fn event(channel: u8, message: &MidiMessage) -> Option<KeyEvent> {
    let share = |value: u8| f32::from(value) / 127.0;
    let of_key = |key: u8| NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    };
    Some(match *message {
        MidiMessage::NoteOn { key, vel } => KeyEvent::On {
            id: None,
            channel,
            key: key.as_int(),
            velocity: share(vel.as_int()),
        },
        MidiMessage::NoteOff { key, .. } => KeyEvent::Off(of_key(key.as_int())),
        MidiMessage::Aftertouch { key, vel } => KeyEvent::Expression(
            of_key(key.as_int()),
            NoteExpression::Pressure(share(vel.as_int())),
        ),
        MidiMessage::ChannelAftertouch { vel } => KeyEvent::Pressure {
            channel,
            value: share(vel.as_int()),
        },
        MidiMessage::PitchBend { bend } => KeyEvent::Bend {
            channel,
            value: bend.as_f32(),
        },
        MidiMessage::Controller { controller, value } => KeyEvent::Controller {
            channel,
            number: controller.as_int(),
            value: share(value.as_int()),
        },
        MidiMessage::ProgramChange { .. } => return None,
    })
}
