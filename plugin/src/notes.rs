//! The notes that are held, and the pitch that they ask for: one voice, the last note wins.

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, control_change};

/// More keys than two hands hold; of more than this the oldest is forgotten.
const NOTES: usize = 32;
/// How far the pitch wheel bends.
const BEND_RANGE_SEMITONES: f32 = 2.0;
/// The wheel's raw values: 14 bits, in the middle at rest.
const BEND_STEPS: f32 = 16_383.0;
const BEND_MIDDLE: f32 = 8_192.0;

/// One held note.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Held {
    voice: VoiceID,
    channel: Channel,
    key: u8,
    /// What a note expression adds to the key.
    tuning_semitones: f32,
}

impl Held {
    /// Whether an event for this voice, channel and key means this note.
    fn is(&self, voice: VoiceID, channel: Channel, key: Key) -> bool {
        let same_voice = voice.is_wildcard() || self.voice.is_wildcard() || voice == self.voice;
        let same_channel =
            channel.is_wildcard() || self.channel.is_wildcard() || channel == self.channel;
        same_voice && same_channel && (key.is_wildcard() || key == Key::Number(self.key))
    }
}

/// All notes that are held, in the order in which they were struck. Of a fixed size: nothing here
/// allocates. Audio thread.
pub(crate) struct NoteStack {
    held: [Held; NOTES],
    count: usize,
    /// By channel; semitones.
    bend_semitones: [f32; 16],
}

impl Default for NoteStack {
    fn default() -> Self {
        let nothing = Held {
            voice: VoiceID::Wildcard,
            channel: Channel::Wildcard,
            key: 0,
            tuning_semitones: 0.0,
        };
        Self {
            held: [nothing; NOTES],
            count: 0,
            bend_semitones: [0.0; 16],
        }
    }
}

impl NoteStack {
    /// The pitch of the note struck last of those that are held, with its tuning and the wheel's bend, in
    /// MIDI semitones (69 is 440 Hz).
    pub(crate) fn pitch_semitones(&self) -> Option<f32> {
        let last = self.held().last()?;
        let bend = last.channel.number().map_or(0.0, |channel| {
            self.bend_semitones[usize::from(channel) % 16]
        });
        Some(f32::from(last.key) + last.tuning_semitones + bend)
    }

    /// Takes in one event; those that have to do with neither notes nor pitch change nothing.
    pub(crate) fn take<S>(&mut self, event: &NoteEvent<S>) {
        match *event {
            NoteEvent::NoteOn {
                voice_id,
                channel,
                key: Key::Number(key),
                ..
            } => self.strike(voice_id, channel, key.min(127)),
            NoteEvent::NoteOff {
                voice_id,
                channel,
                key,
                ..
            }
            | NoteEvent::Choke {
                voice_id,
                channel,
                key,
                ..
            } => self.release(|held| held.is(voice_id, channel, key)),
            NoteEvent::PolyTuning {
                voice_id,
                channel,
                key,
                tuning,
                ..
            } if tuning.is_finite() => {
                for held in &mut self.held[..self.count] {
                    if held.is(voice_id, channel, key) {
                        held.tuning_semitones = tuning.clamp(-128.0, 128.0);
                    }
                }
            }
            NoteEvent::MidiPitchBend { channel, value, .. } if value.is_finite() => {
                // The wheel at rest is no whole half of its range: only its raw value gives exactly none.
                let raw = (value.clamp(0.0, 1.0) * BEND_STEPS).round();
                self.bend_semitones[usize::from(channel) % 16] =
                    (raw - BEND_MIDDLE) / BEND_MIDDLE * BEND_RANGE_SEMITONES;
            }
            NoteEvent::MidiCC { channel, cc, .. } => match cc {
                control_change::RESET_ALL_CONTROLLERS => {
                    self.bend_semitones[usize::from(channel) % 16] = 0.0;
                }
                // The four above "all notes off" change the mode of reception, and so end all notes, too.
                control_change::ALL_SOUND_OFF | control_change::ALL_NOTES_OFF..=127 => {
                    let channel = Channel::Number(channel);
                    self.release(|held| held.is(VoiceID::Wildcard, channel, Key::Wildcard));
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Lets all go, as after a reset.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn held(&self) -> &[Held] {
        &self.held[..self.count]
    }

    fn strike(&mut self, voice: VoiceID, channel: Channel, key: u8) {
        // Struck again without a release between: the same note, now the last.
        self.release(|held| (held.voice, held.channel, held.key) == (voice, channel, key));
        if self.count == NOTES {
            self.held.copy_within(1.., 0);
            self.count -= 1;
        }
        self.held[self.count] = Held {
            voice,
            channel,
            key,
            tuning_semitones: 0.0,
        };
        self.count += 1;
    }

    fn release(&mut self, gone: impl Fn(&Held) -> bool) {
        let mut kept = 0;
        for index in 0..self.count {
            let note = self.held[index];
            if !gone(&note) {
                self.held[kept] = note;
                kept += 1;
            }
        }
        self.count = kept;
    }
}

#[cfg(test)]
mod tests;
