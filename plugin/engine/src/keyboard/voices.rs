//! Which voice plays which key.
//!
//! A key that sounds already keeps its voice; otherwise a new note takes the voice that has been free for longest, so that others
//! ring out, and where none is free, the one that was struck first. A voice that is taken goes over to the new note as a player
//! does who has one string: without a click, for it never stops.

use mynah_models::VOICES;

use super::event::{NoteAddress, NoteExpression};

/// Keys that wait until the one that sounds is let go, where there is one voice.
const WAITING: usize = 16;
/// The widest tuning that a host can ask for, semitones.
const WIDEST_SEMITONES: f32 = 48.0;
/// The loudest, as a gain: CLAP's, 12 dB.
const LOUDEST_GAIN: f32 = 4.0;

/// Who holds a note.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Held {
    ByKey,
    ByPedal,
    #[default]
    No,
}

/// A voice's note.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Note {
    /// Another one is another note; 0 before the first.
    pub(super) number: u32,
    id: Option<i32>,
    pub(super) channel: u8,
    pub(super) key: u8,
    pub(super) velocity: f32,
    pub(super) slurred: bool,
    held: Held,
    pub(super) tuning_semitones: f32,
    pub(super) pressure: f32,
    pub(super) vibrato: f32,
    volume: f32,
    expression: f32,
    pub(super) gain: f32,
}

impl Note {
    pub(super) fn new(id: Option<i32>, channel: u8, key: u8, velocity: f32) -> Self {
        Self {
            number: 0,
            id,
            channel,
            key,
            velocity,
            slurred: false,
            held: Held::ByKey,
            tuning_semitones: 0.0,
            pressure: 0.0,
            vibrato: 0.0,
            volume: 1.0,
            expression: 1.0,
            gain: 1.0,
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held != Held::No
    }

    /// This note and no other.
    pub(super) fn address(&self) -> NoteAddress {
        NoteAddress {
            id: self.id,
            channel: Some(self.channel),
            key: Some(self.key),
        }
    }

    fn is(&self, address: &NoteAddress) -> bool {
        fn fits<T: PartialEq>(wanted: Option<T>, own: Option<T>) -> bool {
            wanted.is_none() || own.is_none() || wanted == own
        }
        fits(address.id, self.id)
            && fits(address.channel, Some(self.channel))
            && fits(address.key, Some(self.key))
    }

    fn express(&mut self, expression: NoteExpression) {
        let finite = |value: f32, otherwise: f32| if value.is_finite() { value } else { otherwise };
        match expression {
            NoteExpression::Tuning(semitones) => {
                self.tuning_semitones =
                    finite(semitones, 0.0).clamp(-WIDEST_SEMITONES, WIDEST_SEMITONES);
            }
            NoteExpression::Volume(gain) => {
                self.volume = finite(gain, 1.0).clamp(0.0, LOUDEST_GAIN)
            }
            NoteExpression::Vibrato(depth) => self.vibrato = finite(depth, 0.0).clamp(0.0, 1.0),
            NoteExpression::Expression(share) => {
                self.expression = finite(share, 1.0).clamp(0.0, 1.0);
            }
            NoteExpression::Pressure(share) => self.pressure = finite(share, 0.0).clamp(0.0, 1.0),
        }
        self.gain = self.volume * self.expression * self.expression;
    }
}

/// A slurred note on its way from the one before.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Glide {
    /// Where it comes from, semitones above it.
    from_semitones: f32,
    gone_ms: f32,
    /// Where it is, likewise.
    semitones: f32,
}

/// All voices.
#[derive(Clone, Debug)]
pub(super) struct Voices {
    notes: [Note; VOICES],
    /// The number of the latest note.
    latest: u32,
    /// When each voice's note was struck or let go, in events.
    since: [u64; VOICES],
    events: u64,
    /// Keys held while another one sounds, the latest last; only where there is one voice.
    waiting: [Note; WAITING],
    waits: usize,
    glides: [Glide; VOICES],
}

impl Default for Voices {
    fn default() -> Self {
        let nothing = Note {
            held: Held::No,
            ..Note::new(None, 0, 60, 0.0)
        };
        Self {
            notes: [nothing; VOICES],
            latest: 0,
            since: [0; VOICES],
            events: 0,
            waiting: [nothing; WAITING],
            waits: 0,
            glides: [Glide::default(); VOICES],
        }
    }
}

impl Voices {
    pub(super) fn note(&self, voice: usize) -> &Note {
        &self.notes[voice]
    }

    pub(super) fn held_keys(&self) -> u128 {
        let held = self.notes.iter().filter(|note| note.is_held());
        held.fold(0, |keys, note| keys | 1 << note.key)
    }

    /// A note begins, of `limit` that can sound; its number.
    pub(super) fn strike(&mut self, note: Note, limit: usize) -> u32 {
        if limit <= 1 {
            let before = self.notes[0];
            if before.is_held() {
                self.wait(before);
            }
            return self.begin(0, note, before.is_held());
        }
        let voices = 0..limit.min(VOICES);
        let same = |voice: &usize| {
            let before = &self.notes[*voice];
            before.number != 0 && (before.channel, before.key) == (note.channel, note.key)
        };
        let free = |voice: &usize| !self.notes[*voice].is_held();
        let oldest = |voice: &usize| self.since[*voice];
        let voice = voices
            .clone()
            .find(same)
            .or_else(|| voices.clone().filter(free).min_by_key(oldest))
            .or_else(|| voices.clone().min_by_key(oldest));
        self.begin(voice.unwrap_or_default(), note, false)
    }

    /// The note of this number ends whatever holds it.
    pub(super) fn end(&mut self, number: u32) {
        self.keep_waiting(|note| note.number != number);
        for voice in 0..VOICES {
            if self.notes[voice].number == number && self.notes[voice].is_held() {
                self.release(voice);
            }
        }
    }

    /// Keys come up; `sustained` says of which channels a pedal holds the notes.
    pub(super) fn let_go(&mut self, address: &NoteAddress, sustained: impl Fn(u8) -> bool) {
        self.forget(address);
        for voice in 0..VOICES {
            let note = self.notes[voice];
            if note.held != Held::ByKey || !note.is(address) {
                continue;
            }
            if let Some(back) = (voice == 0).then(|| self.back()).flatten() {
                self.begin(0, back, true);
            } else if sustained(note.channel) {
                self.notes[voice].held = Held::ByPedal;
            } else {
                self.release(voice);
            }
        }
    }

    /// The pedal of these channels comes up.
    pub(super) fn lift_pedal(&mut self, of: impl Fn(u8) -> bool) {
        for voice in 0..VOICES {
            let note = &self.notes[voice];
            if note.held == Held::ByPedal && of(note.channel) {
                self.release(voice);
            }
        }
    }

    /// Notes end whatever holds them.
    pub(super) fn choke(&mut self, address: &NoteAddress) {
        self.forget(address);
        for voice in 0..VOICES {
            if self.notes[voice].is(address) {
                self.release(voice);
            }
        }
    }

    pub(super) fn express(&mut self, address: &NoteAddress, expression: NoteExpression) {
        let held = self.notes.iter_mut().chain(&mut self.waiting[..self.waits]);
        held.filter(|note| note.is(address))
            .for_each(|note| note.express(expression));
    }

    /// There are only so many voices from now on.
    pub(super) fn keep_to(&mut self, limit: usize) {
        if limit > 1 {
            self.waits = 0;
        }
        for voice in limit.clamp(1, VOICES)..VOICES {
            if self.notes[voice].is_held() {
                self.release(voice);
            }
        }
    }

    /// How far a slurred note still is from its pitch, semitones, after another `step_ms`.
    pub(super) fn glide(&mut self, voice: usize, glide_ms: f32, step_ms: f32) -> f32 {
        let glide = &mut self.glides[voice];
        if glide.from_semitones == 0.0 || glide.gone_ms >= glide_ms {
            *glide = Glide::default();
        } else {
            glide.semitones = (1.0 - glide.gone_ms / glide_ms) * glide.from_semitones;
            glide.gone_ms += step_ms;
        }
        glide.semitones
    }

    /// Its number.
    fn begin(&mut self, voice: usize, note: Note, slurred: bool) -> u32 {
        // 0 is no note.
        self.latest = self.latest.wrapping_add(1).max(1);
        let before = self.notes[voice];
        let left = self.glides[voice].semitones;
        self.glides[voice] = Glide::default();
        if slurred {
            let from_semitones = f32::from(before.key) + left - f32::from(note.key);
            self.glides[voice].from_semitones = from_semitones;
        }
        self.notes[voice] = Note {
            number: self.latest,
            slurred,
            held: Held::ByKey,
            ..note
        };
        self.count(voice);
        self.latest
    }

    fn release(&mut self, voice: usize) {
        self.notes[voice].held = Held::No;
        self.count(voice);
    }

    fn count(&mut self, voice: usize) {
        self.events += 1;
        self.since[voice] = self.events;
    }

    /// A key goes on being held while another sounds. Of too many the oldest is forgotten.
    fn wait(&mut self, note: Note) {
        if note.held != Held::ByKey {
            return;
        }
        if self.waits == WAITING {
            self.waiting.copy_within(1.., 0);
            self.waits -= 1;
        }
        self.waiting[self.waits] = note;
        self.waits += 1;
    }

    /// The key that was struck last of those that wait.
    fn back(&mut self) -> Option<Note> {
        self.waits = self.waits.checked_sub(1)?;
        Some(self.waiting[self.waits])
    }

    /// Keys that wait come up.
    fn forget(&mut self, address: &NoteAddress) {
        self.keep_waiting(|note| !note.is(address));
    }

    fn keep_waiting(&mut self, stays: impl Fn(&Note) -> bool) {
        let mut kept = 0;
        for index in 0..self.waits {
            if stays(&self.waiting[index]) {
                self.waiting[kept] = self.waiting[index];
                kept += 1;
            }
        }
        self.waits = kept;
    }
}
