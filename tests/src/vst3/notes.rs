//! Note events as VST3 passes them to a block.

use vst3::Class;
use vst3::Steinberg::Vst::{
    Event, Event_::EventTypes_, Event__type0, IEventList, IEventListTrait, NoteExpressionTypeIDs_,
    NoteExpressionValueEvent, NoteOffEvent, NoteOnEvent,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};

use crate::host::{Note, NoteAction};

/// A block's note events. A note's key is its id, too.
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
    let (pitch, id) = (i16::from(note.key), i32::from(note.key));
    let (kind, content) = match note.action {
        NoteAction::On => {
            let note_on = NoteOnEvent {
                channel: 0,
                pitch,
                tuning: 0.0,
                velocity: 0.8,
                length: 0,
                noteId: id,
            };
            (EventTypes_::kNoteOnEvent, Event__type0 { noteOn: note_on })
        }
        NoteAction::Off => {
            let note_off = NoteOffEvent {
                channel: 0,
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
        NoteAction::Tuning(semitones) => {
            let expression = NoteExpressionValueEvent {
                typeId: NoteExpressionTypeIDs_::kTuningTypeID as u32,
                noteId: id,
                value: semitones / 240.0 + 0.5,
            };
            (
                EventTypes_::kNoteExpressionValueEvent,
                Event__type0 {
                    noteExpressionValue: expression,
                },
            )
        }
        NoteAction::Wheel(_) => panic!("VST3 has no event for the pitch wheel"),
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
