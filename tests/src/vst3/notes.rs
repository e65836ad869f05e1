//! Note events as VST3 passes them to a block.

use std::cell::RefCell;

use vst3::Class;
use vst3::Steinberg::Vst::{
    ControllerNumbers_, Event, Event_::EventTypes_, Event__type0, IEventList, IEventListTrait,
    NoteExpressionTypeIDs_, NoteExpressionValueEvent, NoteOffEvent, NoteOnEvent, PolyPressureEvent,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk, tresult};

use crate::host::{Expression, Message, Note, NoteAction, SENT_CAPACITY, Sent};

/// A block's note events. A note's channel and key are its id, too.
pub(super) struct Notes {
    events: Vec<Event>,
}

impl Notes {
    pub(super) fn new(notes: &[Note]) -> Self {
        Self {
            events: notes.iter().map(event).collect(),
        }
    }
}

fn event(note: &Note) -> Event {
    let (channel, pitch) = (i16::from(note.channel), i16::from(note.key));
    let id = i32::from(note.key) + 256 * i32::from(note.channel);
    let struck = |velocity: f64| {
        let note_on = NoteOnEvent {
            channel,
            pitch,
            tuning: 0.0,
            velocity: velocity as f32,
            length: 0,
            noteId: id,
        };
        (EventTypes_::kNoteOnEvent, Event__type0 { noteOn: note_on })
    };
    let expressed = |kind, value: f64| {
        let expression = NoteExpressionValueEvent {
            typeId: kind as u32,
            noteId: id,
            value,
        };
        (
            EventTypes_::kNoteExpressionValueEvent,
            Event__type0 {
                noteExpressionValue: expression,
            },
        )
    };
    let (kind, content) = match note.action {
        NoteAction::On => struck(0.8),
        NoteAction::Struck(velocity) => struck(velocity),
        NoteAction::Off => {
            let note_off = NoteOffEvent {
                channel,
                pitch,
                velocity: 0.0,
                noteId: id,
                tuning: 0.0,
            };
            (
                EventTypes_::kNoteOffEvent,
                Event__type0 { noteOff: note_off },
            )
        }
        NoteAction::Tuning(semitones) => expressed(
            NoteExpressionTypeIDs_::kTuningTypeID,
            semitones / 240.0 + 0.5,
        ),
        NoteAction::Expressed(Expression::Volume, value) => {
            expressed(NoteExpressionTypeIDs_::kVolumeTypeID, value)
        }
        NoteAction::Expressed(Expression::Vibrato, value) => {
            expressed(NoteExpressionTypeIDs_::kVibratoTypeID, value)
        }
        NoteAction::Expressed(Expression::Level, value) => {
            expressed(NoteExpressionTypeIDs_::kExpressionTypeID, value)
        }
        NoteAction::Expressed(Expression::Pressure, value) => {
            let pressed = PolyPressureEvent {
                channel,
                pitch,
                pressure: value as f32,
                noteId: id,
            };
            (
                EventTypes_::kPolyPressureEvent,
                Event__type0 {
                    polyPressure: pressed,
                },
            )
        }
        NoteAction::Wheel(_) | NoteAction::Midi(_) => panic!("VST3 has no MIDI messages"),
    };
    Event {
        busIndex: 0,
        sampleOffset: note.at as i32,
        ppqPosition: 0.0,
        flags: 0,
        r#type: kind as u16,
        __field0: content,
    }
}

impl Class for Notes {
    type Interfaces = (IEventList,);
}

#[allow(non_snake_case)]
impl IEventListTrait for Notes {
    unsafe fn getEventCount(&self) -> int32 {
        self.events.len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let found = usize::try_from(index)
            .ok()
            .and_then(|index| self.events.get(index));
        let Some(found) = found else {
            return kInvalidArgument;
        };
        // SAFETY: the caller's variable.
        unsafe { *event = *found };
        kResultOk
    }

    unsafe fn addEvent(&self, _event: *mut Event) -> tresult {
        kInvalidArgument
    }
}

/// What the plugin sends in a block.
pub(super) struct SentNotes {
    events: RefCell<Vec<Event>>,
}

impl Default for SentNotes {
    fn default() -> Self {
        Self {
            events: RefCell::new(Vec::with_capacity(SENT_CAPACITY)),
        }
    }
}

impl SentNotes {
    /// In order, by the block's samples.
    pub(super) fn take(&self) -> Vec<Sent> {
        self.events.take().iter().map(sent).collect()
    }
}

fn sent(event: &Event) -> Sent {
    let message = match u32::from(event.r#type) {
        kind if kind == EventTypes_::kNoteOnEvent as u32 => {
            // SAFETY: the type says which of the union's members was written.
            let on = unsafe { event.__field0.noteOn };
            Message::On(on.pitch as u8, (on.velocity * 127.0).round() as u8)
        }
        kind if kind == EventTypes_::kNoteOffEvent as u32 => {
            // SAFETY: as above.
            let off = unsafe { event.__field0.noteOff };
            Message::Off(off.pitch as u8)
        }
        kind if kind == EventTypes_::kLegacyMIDICCOutEvent as u32 => {
            // SAFETY: as above.
            let out = unsafe { event.__field0.midiCCOut };
            let (low, high) = (out.value as u8, out.value2 as u8);
            match u32::from(out.controlNumber) {
                wheel if wheel == ControllerNumbers_::kPitchBend as u32 => {
                    Message::Wheel(u16::from(low) | (u16::from(high) << 7))
                }
                _ => Message::Controller(out.controlNumber, low),
            }
        }
        kind => panic!("unexpected event of type {kind}"),
    };
    Sent {
        at: event.sampleOffset as usize,
        message,
    }
}

impl Class for SentNotes {
    type Interfaces = (IEventList,);
}

#[allow(non_snake_case)]
impl IEventListTrait for SentNotes {
    unsafe fn getEventCount(&self) -> int32 {
        self.events.borrow().len() as int32
    }

    unsafe fn getEvent(&self, _index: int32, _event: *mut Event) -> tresult {
        kInvalidArgument
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        let mut events = self.events.borrow_mut();
        if events.len() == SENT_CAPACITY {
            return kResultFalse;
        }
        // SAFETY: the caller's event, which is plain data.
        events.push(unsafe { *event });
        kResultOk
    }
}
