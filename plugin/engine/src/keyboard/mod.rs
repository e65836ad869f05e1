//! The keyboard: events in, what each voice of the ensemble plays out, hop by hop.
//!
//! Keys find voices ([`voices`]), channels hold what wheels and pedals stand at ([`channel`]). Bend, vibrato and level go
//! smoothly from hop to hop; notes begin at the next hop.
//!
//! MIDI's own notes, the pedals 1, 2, 7, 11 and 64, both kinds of pressure, the wheel and its range; a lower zone of MIDI
//! Polyphonic Expression (its channels' wheels and pressures are those of single notes, the first channel's are those of all);
//! and hosts' note expressions.
//!
//! Thread: audio. Nothing allocates.

mod channel;
mod event;
mod manner;
mod voices;

use mynah_models::{HOP_SAMPLES, SAMPLE_RATE_HZ, VOICES, VoiceNote};

use channel::{ALL_NOTES_OFF, ALL_SOUND_OFF, BEND_RANGE_SEMITONES, Channel};
pub use event::{KeyEvent, NoteAddress, NoteExpression};
pub(crate) use manner::Manner;
use voices::{Note, Voices};

use crate::controls::db_to_gain;
use crate::play_on::{Stroke, Turn};

/// MIDI's channels and keys.
const CHANNELS: usize = 16;
const HIGHEST_KEY: u8 = 127;
/// What the modulation wheel and a firmly pressed key add at most: half a semitone to each side.
const DEEPEST_VIBRATO_SEMITONES: f32 = 0.5;
/// How fast players' vibrato is, and how much faster that of each further voice: they are not one player.
const VIBRATO_HZ: f32 = 5.4;
const VIBRATO_APART_HZ: f32 = 0.13;
/// How much louder a key of one note is at its firmest, dB: where there are channels for single notes, pressure is loudness.
const PRESSED_LOUDER_DB: f32 = 9.0;
/// A note struck half as hard is 12 dB softer, and the softest are by so much.
const SOFTEST_DB: f32 = -42.0;
/// What is played in the player's place is louder than the loudest key by so much at the most, dB.
const LOUDEST_GAIN_DB: f32 = 12.0;
/// A level that nothing is heard of, dB.
const SILENT_DB: f32 = -100.0;
/// What changes is most of the way there in 8 ms.
const SMOOTHING: f32 = 0.28;
const HOP_S: f32 = HOP_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;

/// All that a keyboard remembers.
#[derive(Clone, Debug)]
pub(crate) struct Keyboard {
    channels: [Channel; CHANNELS],
    /// Channels from the second on that carry one note each.
    members: u8,
    voices: Voices,
    keys: [VoiceNote; VOICES],
    vibratos: [f32; VOICES],
    /// The pedal of all channels.
    sustains: bool,
    /// Where a key was struck last.
    latest_channel: u8,
    /// The number of the note that is played in the player's place; 0 before the first.
    own: u32,
}

impl Default for Keyboard {
    fn default() -> Self {
        Self {
            channels: [Channel::default(); CHANNELS],
            members: 0,
            voices: Voices::default(),
            keys: [VoiceNote::default(); VOICES],
            vibratos: [0.0; VOICES],
            sustains: false,
            latest_channel: 0,
            own: 0,
        }
    }
}

impl Keyboard {
    /// Everything is let go and forgotten.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes in one event.
    pub(crate) fn take(&mut self, event: &KeyEvent, manner: &Manner) {
        self.press_pedal(manner.sustains);
        match *event {
            KeyEvent::On {
                id,
                channel,
                key,
                velocity,
            } => {
                let note = Note::new(
                    id,
                    place(channel) as u8,
                    key.min(HIGHEST_KEY),
                    within(velocity, 1.0),
                );
                if velocity > 0.0 {
                    self.latest_channel = note.channel;
                    self.voices.strike(note, manner.voices);
                } else {
                    self.let_go(&note.address());
                }
            }
            KeyEvent::Off(address) => self.let_go(&as_kept(&address)),
            KeyEvent::Choke(address) => self.voices.choke(&as_kept(&address)),
            KeyEvent::Expression(address, expression) => {
                self.voices.express(&as_kept(&address), expression);
            }
            KeyEvent::Bend { channel, value } => {
                let value = if value.is_finite() { value } else { 0.0 };
                self.channels[place(channel)].bend(value.clamp(-1.0, 1.0));
            }
            KeyEvent::Pressure { channel, value } => {
                self.channels[place(channel)].pressure = within(value, 0.0);
            }
            KeyEvent::Controller {
                channel,
                number,
                value,
            } => self.control(place(channel), number, within(value, 0.0)),
        }
    }

    /// Takes in what is played in the player's place: no pedal holds it, and no one else lets it go.
    pub(crate) fn play_on(&mut self, turn: &Turn, manner: &Manner) {
        if turn.lets_go {
            self.voices.end(self.own);
        }
        if let Some(Stroke { key, level_db }) = turn.strikes {
            let velocity = 10f32.powf(level_db.min(0.0) / 40.0);
            let mut note = Note::new(None, self.latest_channel, key.min(HIGHEST_KEY), velocity);
            note.gain = db_to_gain(level_db.clamp(0.0, LOUDEST_GAIN_DB));
            self.own = self.voices.strike(note, manner.voices);
        }
    }

    /// What the voices play by the latest hop.
    pub(crate) fn keys(&self) -> &[VoiceNote; VOICES] {
        &self.keys
    }

    /// The number of the note that is played in the player's place.
    pub(crate) fn own(&self) -> u32 {
        self.own
    }

    /// What each voice plays in the next hop.
    pub(crate) fn advance(&mut self, manner: &Manner) -> [VoiceNote; VOICES] {
        self.voices.keep_to(manner.voices);
        self.press_pedal(manner.sustains);
        for voice in 0..VOICES {
            let glide = self.voices.glide(voice, manner.glide_ms, 1000.0 * HOP_S);
            let note = self.voices.note(voice);
            let before = self.keys[voice];
            let begins = note.number != before.note;
            let master = &self.channels[0];
            let own = &self.channels[usize::from(note.channel)];
            let is_member = self.is_member(note.channel);
            let mut bend = own.bend_semitones() + manner.wheel * BEND_RANGE_SEMITONES;
            let mut gain = own.gain() * manner.expression.powi(2);
            let mut deepest = own.modulation.max(manner.modulation);
            let mut louder_db = 0.0;
            let pressure = own.pressure.max(note.pressure);
            if is_member {
                bend += master.bend_semitones();
                gain *= master.gain();
                deepest = deepest.max(master.modulation);
                louder_db = PRESSED_LOUDER_DB * pressure;
            } else {
                deepest = deepest.max(pressure);
            }
            let depth = DEEPEST_VIBRATO_SEMITONES * deepest.max(note.vibrato);
            let rate_hz = VIBRATO_HZ + VIBRATO_APART_HZ * voice as f32;
            let phase = (self.vibratos[voice] + rate_hz * HOP_S).fract();
            // Begins at its middle: a note is in tune before it moves.
            self.vibratos[voice] = if begins { 0.0 } else { phase };
            let vibrato = depth * (std::f32::consts::TAU * self.vibratos[voice]).sin();
            let wanted_bend = bend + note.tuning_semitones + glide + vibrato;
            let wanted_db = to_db(gain * note.gain).max(SILENT_DB) + louder_db;
            let towards = |before: f32, wanted: f32| {
                let next = before + SMOOTHING * (wanted - before);
                if begins || (wanted - next).abs() < 1e-3 {
                    wanted
                } else {
                    next
                }
            };
            self.keys[voice] = VoiceNote {
                note: note.number,
                semitones: f32::from(note.key),
                bend_semitones: if glide == 0.0 {
                    towards(before.bend_semitones, wanted_bend)
                } else {
                    wanted_bend
                },
                velocity_db: (2.0 * to_db(note.velocity)).max(SOFTEST_DB),
                louder_db: towards(before.louder_db, wanted_db),
                slurred: note.slurred,
                // However soon it was let go: it is heard as a short one.
                held: begins || note.is_held(),
            };
        }
        self.keys
    }

    /// The keys of all notes that are held, by key or pedal, a bit each. For displays.
    pub(crate) fn held_keys(&self) -> u128 {
        self.voices.held_keys()
    }

    /// Nothing is held, and nothing has moved since the last hop.
    pub(crate) fn rests(&self) -> bool {
        let voices = self.keys.iter().enumerate();
        let mut voices = voices.map(|(voice, key)| (self.voices.note(voice), key));
        voices.all(|(note, key)| note.number == key.note && !note.is_held() && !key.held)
    }

    fn let_go(&mut self, address: &NoteAddress) {
        let (channels, members, all) = (&self.channels, self.members, self.sustains);
        self.voices.let_go(address, |channel| {
            all || sustained(channels, members, channel)
        });
    }

    /// The pedal of all channels is pressed or comes up.
    fn press_pedal(&mut self, sustains: bool) {
        if self.sustains && !sustains {
            let (channels, members) = (&self.channels, self.members);
            self.voices
                .lift_pedal(|of| !sustained(channels, members, of));
        }
        self.sustains = sustains;
    }

    fn control(&mut self, channel: usize, number: u8, value: f32) {
        let all = NoteAddress {
            channel: Some(channel as u8),
            ..NoteAddress::default()
        };
        match number {
            ALL_SOUND_OFF => return self.voices.choke(&all),
            // Those above change the mode of reception, and so end all notes, too.
            ALL_NOTES_OFF..=127 => return self.let_go(&all),
            _ => {}
        }
        let members = self.channels[channel].take(number, value);
        if let Some(members) = members.filter(|_| channel == 0) {
            self.members = members;
            for (index, channel) in self.channels.iter_mut().enumerate().skip(1) {
                channel.is_member(index <= usize::from(members));
            }
        }
        if !self.sustains {
            let (channels, members) = (&self.channels, self.members);
            self.voices
                .lift_pedal(|of| !sustained(channels, members, of));
        }
    }

    fn is_member(&self, channel: u8) -> bool {
        (1..=self.members).contains(&channel)
    }
}

/// Whether a pedal holds the notes of a channel: its own, or that of the zone to which it belongs.
fn sustained(channels: &[Channel; CHANNELS], members: u8, channel: u8) -> bool {
    let member = (1..=members).contains(&channel);
    channels[usize::from(channel)].sustains || (member && channels[0].sustains)
}

/// Where the note lies that was struck with these numbers, be there such a channel and such a key or not.
fn as_kept(address: &NoteAddress) -> NoteAddress {
    NoteAddress {
        id: address.id,
        channel: address.channel.map(|channel| place(channel) as u8),
        key: address.key.map(|key| key.min(HIGHEST_KEY)),
    }
}

/// A channel's place.
fn place(channel: u8) -> usize {
    usize::from(channel) % CHANNELS
}

/// A value brought into 0 to 1; `otherwise` for what is no number.
fn within(value: f32, otherwise: f32) -> f32 {
    if value.is_nan() {
        otherwise
    } else {
        value.clamp(0.0, 1.0)
    }
}

/// An amplitude in dB.
fn to_db(amplitude: f32) -> f32 {
    20.0 * amplitude.max(1e-6).log10()
}

#[cfg(test)]
mod tests;
