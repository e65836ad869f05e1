//! Up to six voices of what the network says, while it is played.

use super::{VoiceFrame, midi};
use crate::architecture::VOICE_PITCHES;

/// Most voices at once.
pub const MAX_VOICES: usize = 6;

/// A note begins where its onset rises above this. Chosen on held-out scores, like what follows (`REPORT.md`).
const ONSET: f32 = 0.6;
/// The next one may come once it has fallen below this.
const REARMED: f32 = 0.5 * ONSET;
/// What a pitch must reach with its onset, or within [`WAIT_FRAMES`] of it.
const SOUNDING: f32 = 0.65;
/// A voice ends that stays below this for [`GAP_FRAMES`].
const SILENT: f32 = 0.2;
/// A pitch that sounds so surely for [`SURE_FRAMES`] has begun, heard beginning or not.
const SURE: f32 = 0.95;
const WAIT_FRAMES: u8 = 2;
const GAP_FRAMES: u8 = 4;
const SURE_FRAMES: u8 = 48;
/// A voice is not struck again sooner.
const REST_FRAMES: u32 = 8;

/// One note that sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardVoice {
    /// Its pitch in semitones (69 is 440 Hz), with what it is out of tune.
    pub semitones: f32,
    /// The note that it is, without that.
    pub midi: u8,
    /// Level, dB under full scale.
    pub level_db: f32,
    /// Whether it began in this frame.
    pub begun: bool,
    /// The note's number: it stays while the note sounds, and no other has it for a long time.
    pub id: u32,
}

/// What is remembered of a pitch.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Memory {
    /// Number and age in frames of the note that sounds.
    note: Option<(u32, u32)>,
    armed: bool,
    /// Frames for which an onset still waits to be joined by the pitch.
    wait: u8,
    /// Frames without, and with certainty, of sound.
    quiet: u8,
    sure: u8,
}

const RESTING: Memory = Memory {
    note: None,
    armed: true,
    wait: 0,
    quiet: 0,
    sure: 0,
};

/// Which notes sound; the state of one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoder {
    pitches: [Memory; VOICE_PITCHES],
    voices: [HeardVoice; MAX_VOICES],
    count: usize,
    next_id: u32,
}

impl Default for Decoder {
    fn default() -> Self {
        let voice = HeardVoice {
            semitones: 0.0,
            midi: 0,
            level_db: -100.0,
            begun: false,
            id: 0,
        };
        Self {
            pitches: [RESTING; VOICE_PITCHES],
            voices: [voice; MAX_VOICES],
            count: 0,
            next_id: 1,
        }
    }
}

impl Decoder {
    /// The next frame -> the voices that sound, from the lowest to the highest. Audio thread.
    pub fn step(&mut self, frame: &VoiceFrame) -> &[HeardVoice] {
        for (pitch, memory) in self.pitches.iter_mut().enumerate() {
            memory.hear(frame.onset[pitch], frame.sounding[pitch], &mut self.next_id);
        }
        self.silence_the_weakest(&frame.sounding);
        self.count = 0;
        let sounding = self.pitches.iter().enumerate();
        let sounding = sounding.filter_map(|(pitch, memory)| Some((pitch, memory.note?)));
        for ((pitch, (id, age)), voice) in sounding.zip(&mut self.voices) {
            let midi = midi(pitch);
            *voice = HeardVoice {
                semitones: f32::from(midi) + frame.cents[pitch] / 100.0,
                midi,
                level_db: frame.level_db[pitch],
                begun: age == 0,
                id,
            };
            self.count += 1;
        }
        self.voices()
    }

    /// The voices of the latest frame, from the lowest to the highest.
    pub fn voices(&self) -> &[HeardVoice] {
        &self.voices[..self.count.min(MAX_VOICES)]
    }

    /// Nothing sounds. Audio thread.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// No more than [`MAX_VOICES`]: those that sound least surely end.
    fn silence_the_weakest(&mut self, sounding: &[f32; VOICE_PITCHES]) {
        loop {
            let voices = self.pitches.iter_mut().zip(sounding);
            let mut voices = voices.filter(|(memory, _)| memory.note.is_some());
            let Some(mut weakest) = voices.next() else {
                return;
            };
            let mut count = 1;
            for voice in voices {
                count += 1;
                if voice.1 < weakest.1 {
                    weakest = voice;
                }
            }
            if count <= MAX_VOICES {
                return;
            }
            weakest.0.note = None;
        }
    }
}

impl Memory {
    fn hear(&mut self, onset: f32, sounding: f32, next_id: &mut u32) {
        self.armed |= onset < REARMED;
        if self.armed && onset > ONSET {
            self.armed = false;
            self.wait = WAIT_FRAMES + 1;
        }
        self.sure = if sounding > SURE {
            self.sure.saturating_add(1)
        } else {
            0
        };
        self.quiet = if sounding < SILENT {
            self.quiet.saturating_add(1)
        } else {
            0
        };
        self.note = self.note.map(|(id, age)| (id, age.saturating_add(1)));
        if self.quiet >= GAP_FRAMES {
            self.note = None;
        }
        let rested = self.note.is_none_or(|(_, age)| age >= REST_FRAMES);
        let struck = self.wait > 0 && sounding > SOUNDING && rested;
        let appeared = self.note.is_none() && self.sure >= SURE_FRAMES;
        self.wait = self.wait.saturating_sub(1);
        if struck || appeared {
            self.wait = 0;
            self.quiet = 0;
            self.note = Some((*next_id, 0));
            *next_id = next_id.wrapping_add(1);
        }
    }
}
