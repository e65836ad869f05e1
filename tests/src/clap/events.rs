//! Events as CLAP passes them to a block, and out of it.

use clack_host::events::event_types::{
    MidiEvent, NoteExpressionEvent, NoteExpressionType, NoteOffEvent, NoteOnEvent, ParamValueEvent,
};
use clack_host::events::{Match, UnknownEvent};
use clack_host::prelude::*;
use clack_host::utils::ClapId;

use crate::host::{Expression, Message, Note, NoteAction};

/// A parameter's change to a plain value.
pub(super) fn change(at: usize, id: u32, plain: f64) -> ParamValueEvent {
    let id = ClapId::from_raw(id).unwrap();
    ParamValueEvent::new(
        at as u32,
        id,
        Pckn::new(Match::All, Match::All, Match::All, Match::All),
        plain,
    )
}

/// Puts a note event behind those that are there.
pub(super) fn push_note(events: &mut EventBuffer, note: &Note) {
    let at = note.at as u32;
    let (channel, key) = (u16::from(note.channel), u16::from(note.key));
    let pckn = Pckn::new(0_u16, channel, key, Match::All);
    let expression = |kind, value| NoteExpressionEvent::new(at, pckn, kind, value);
    match note.action {
        NoteAction::On => events.push(&NoteOnEvent::new(at, pckn, 0.8)),
        NoteAction::Struck(velocity) => events.push(&NoteOnEvent::new(at, pckn, velocity)),
        NoteAction::Off => events.push(&NoteOffEvent::new(at, pckn, 0.0)),
        NoteAction::Tuning(semitones) => {
            events.push(&expression(NoteExpressionType::Tuning, semitones))
        }
        NoteAction::Expressed(kind, value) => events.push(&expression(
            match kind {
                Expression::Volume => NoteExpressionType::Volume,
                Expression::Vibrato => NoteExpressionType::Vibrato,
                Expression::Level => NoteExpressionType::Expression,
                Expression::Pressure => NoteExpressionType::Pressure,
            },
            value,
        )),
        NoteAction::Wheel(raw) => {
            let data = [0xe0, (raw & 127) as u8, (raw >> 7) as u8];
            events.push(&MidiEvent::new(at, 0, data))
        }
        NoteAction::Midi(data) => events.push(&MidiEvent::new(at, 0, data)),
    };
}

/// What an event of the plugin says; nothing for parameters.
pub(super) fn message(event: &UnknownEvent) -> Option<Message> {
    let key = |event: Pckn| event.key.into_specific().unwrap() as u8;
    if let Some(on) = event.as_event::<NoteOnEvent>() {
        let velocity = (on.velocity() * 127.0).round() as u8;
        return Some(Message::On(key(on.pckn()), velocity));
    }
    if let Some(off) = event.as_event::<NoteOffEvent>() {
        return Some(Message::Off(key(off.pckn())));
    }
    let [status, first, second] = event.as_event::<MidiEvent>()?.data();
    Some(match status {
        0xe0 => Message::Wheel(u16::from(first) | (u16::from(second) << 7)),
        0xb0 => Message::Controller(first, second),
        _ => panic!("unexpected MIDI of status {status:#x}"),
    })
}
