//! Notes as the network knows them: each part of a note as one of a few classes, relative to what came before.

use super::beat::{TIMES, time_class};
use crate::architecture::{EVENT_PARTS, INTERVAL_CLASSES, LEVEL_CLASSES};

/// The parts of an event: the time since the note before began, the interval from it, its length, its level.
pub const TIME: usize = 0;
/// See [`TIME`].
pub const PITCH: usize = 1;
/// See [`TIME`].
pub const LENGTH: usize = 2;
/// See [`TIME`].
pub const LEVEL: usize = 3;
/// The class of the time and the interval of a first event.
pub const NONE: u8 = u8::MAX;
/// The class of the same pitch again.
pub const SAME_PITCH: u8 = (INTERVAL_CLASSES / 2) as u8;
/// Where nothing was heard, what is played begins from here.
const FIRST_MIDI: u8 = 60;
const SAME_LEVEL: u8 = (LEVEL_CLASSES / 2) as u8;
const LEVEL_STEP_DB: f32 = 3.0;
/// The mean level is that of about so many notes.
const LEVEL_NOTES: u32 = 32;

/// A note of one voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedNote {
    /// When it begins, seconds.
    pub onset_s: f64,
    /// How long it sounds, seconds.
    pub length_s: f64,
    /// MIDI number, 0 to 127.
    pub midi: u8,
    /// How loud it is, dB, relative to anything.
    pub level_db: f32,
}

/// A note as classes, in the order of [`TIME`], [`PITCH`], [`LENGTH`], [`LEVEL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event(pub [u8; EVENT_PARTS]);

impl Event {
    /// One of which nothing is settled.
    pub const UNKNOWN: Self = Self([NONE; EVENT_PARTS]);

    /// Whether time and interval are those of another that has both.
    pub(super) fn steps_like(self, other: Self) -> bool {
        self.0[TIME] != NONE && self.0[..=PITCH] == other.0[..=PITCH]
    }

    /// Semitones up from the note before; 0 for a first one.
    pub fn interval(self) -> i32 {
        match self.0[PITCH] {
            NONE => 0,
            class => i32::from(class) - i32::from(SAME_PITCH),
        }
    }

    /// Twelfths of a beat since the note before began; 0 for a first one.
    pub fn time(self) -> u32 {
        twelfths(self.0[TIME])
    }

    /// How long it sounds, twelfths of a beat.
    pub fn length(self) -> u32 {
        twelfths(self.0[LENGTH])
    }
}

fn twelfths(class: u8) -> u32 {
    TIMES.get(usize::from(class)).copied().unwrap_or(0).into()
}

/// Turns the notes of one voice into events, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    beat_s: f64,
    last: Option<PlayedNote>,
    mean_db: f32,
    count: u32,
    /// Of what was heard; what is played is neither softer nor louder.
    quietest_db: f32,
    loudest_db: f32,
}

impl Listener {
    /// One that counts by this beat.
    pub fn new(beat_s: f64) -> Self {
        Self {
            beat_s,
            last: None,
            mean_db: 0.0,
            count: 0,
            quietest_db: f32::INFINITY,
            loudest_db: f32::NEG_INFINITY,
        }
    }

    /// The note that was last heard or played; the middle C before the first.
    pub(super) fn midi(&self) -> u8 {
        self.last.map_or(FIRST_MIDI, |last| last.midi)
    }

    /// The next note, in the order of time. Audio thread.
    pub fn hear(&mut self, note: PlayedNote) -> Event {
        let mut event = Event::UNKNOWN;
        if let Some(last) = self.last {
            event.0[TIME] = time_class(note.onset_s - last.onset_s, self.beat_s);
            let interval = i32::from(note.midi) - i32::from(last.midi);
            let most = i32::from(SAME_PITCH);
            event.0[PITCH] = (most + interval.clamp(-most, most)) as u8;
        } else {
            self.mean_db = note.level_db;
        }
        event.0[LENGTH] = time_class(note.length_s, self.beat_s);
        let steps = ((note.level_db - self.mean_db) / LEVEL_STEP_DB + 0.5).floor();
        let class = f32::from(SAME_LEVEL) + steps;
        event.0[LEVEL] = class.clamp(0.0, (LEVEL_CLASSES - 1) as f32) as u8;
        self.quietest_db = self.quietest_db.min(note.level_db);
        self.loudest_db = self.loudest_db.max(note.level_db);
        self.remember(note);
        event
    }

    /// The note that an event is after those that were heard. Audio thread.
    pub fn play(&mut self, event: Event) -> PlayedNote {
        let twelfth_s = self.beat_s / super::beat::BEAT;
        let last = self.last;
        let steps = f32::from(event.0[LEVEL]) - f32::from(SAME_LEVEL);
        let midi = i32::from(self.midi()) + event.interval();
        let note = PlayedNote {
            onset_s: last.map_or(0.0, |last| last.onset_s) + twelfth_s * f64::from(event.time()),
            length_s: twelfth_s * f64::from(event.length()),
            midi: midi.clamp(0, 127) as u8,
            level_db: (self.mean_db + LEVEL_STEP_DB * steps)
                .max(self.quietest_db)
                .min(self.loudest_db.max(self.quietest_db)),
        };
        self.remember(note);
        note
    }

    fn remember(&mut self, note: PlayedNote) {
        self.count = (self.count + 1).min(LEVEL_NOTES);
        self.mean_db += (note.level_db - self.mean_db) / self.count as f32;
        self.last = Some(note);
    }
}
