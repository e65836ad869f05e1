//! What is played, said to the host as MIDI: as one voice notes, pitch bend of two semitones, and the level as controller 11; as
//! several their notes alone ([`chord`]).
//!
//! It looks at what the engine hears at fixed samples of the stream, so that blocks make no difference. A note's pitch is heard
//! later than its stroke, and its loudness rises for a while, so a note is said once both have stayed, or after 21 ms.
//!
//! Thread: audio, but for making one.

mod chord;
mod word;

use mynah_engine::{Controls, Plays, Telemetry, VOICES, VoiceNote};
use mynah_models::Mode;

use chord::Chord;
use word::BEND_STEPS;
pub(crate) use word::{Said, Word};

/// From one look to the next, seconds: a hop.
const LOOK_S: f64 = 128.0 / 48_000.0;
/// A note is said so many looks after it began, 21 ms ..
const LATEST_LOOKS: u32 = 8;
/// .. or as soon as it has stayed for so many, 11 ms ..
const STEADY_LOOKS: u32 = 4;
/// .. within this pitch, and has become no louder than this.
const STEADY_SEMITONES: f32 = 0.25;
const STEADY_DB: f32 = 1.5;
/// What is at least as surely voiced has a pitch.
const VOICED: f32 = 0.5;
/// A note's pitch is open for so many looks, 75 ms: another key within that is the one that was meant ..
const OPEN_LOOKS: u32 = 28;
/// .. if it differs by this, semitones.
const MISTAKEN_SEMITONES: f32 = 0.7;
/// How far a bend goes; a note that goes further becomes another key.
const BEND_SEMITONES: f32 = 2.0;
/// Smaller changes of bend and level are not said.
const BEND_STEP_SEMITONES: f32 = 0.04;
const LEVEL_STEP_DB: f32 = 1.0;
/// Loudness of the softest and of the hardest stroke, A-weighted, dB.
const VELOCITY_RANGE_DB: (f32, f32) = (-60.0, -12.0);
/// The wheel at rest, of 14 bits.
const BEND_MIDDLE: f32 = 8_192.0;
/// Room for what is said in a block, of which the last is for notes alone: more than is said in five seconds.
const ROOM: usize = 2_048;
const ROOM_FOR_NOTES: usize = 256;

/// What is found at a look.
pub(crate) enum Heard {
    OneVoice(Telemetry),
    Chord([VoiceNote; VOICES]),
}

/// The note that the host believes to sound.
#[derive(Clone, Copy, Debug)]
struct Sounding {
    key: u8,
    /// What was said last.
    bend_semitones: f32,
    level_db: f32,
}

/// Since when pitch and loudness have stayed.
#[derive(Clone, Copy, Default, Debug)]
struct Steady {
    semitones: f32,
    loudness_db: f32,
    looks: u32,
}

impl Steady {
    /// `pitch` in semitones, if there is one.
    fn take(&mut self, pitch: Option<f32>, loudness_db: f32) {
        let Some(semitones) = pitch else {
            self.looks = 0;
            return;
        };
        let stays = (semitones - self.semitones).abs() < STEADY_SEMITONES
            && loudness_db < self.loudness_db + STEADY_DB;
        if self.looks > 0 && stays {
            self.looks = self.looks.saturating_add(1);
        } else {
            *self = Self {
                semitones,
                loudness_db,
                looks: 1,
            };
        }
    }
}

/// What the host has been told, and what it is told in this block.
pub(crate) struct MidiOut {
    look_samples: usize,
    /// Until the next look.
    left_samples: usize,
    listens: bool,
    /// The number of the note that is played, once there has been a look ..
    number: Option<u32>,
    /// .. since when, and its loudest moment so far.
    looks: u32,
    loudest_db: f32,
    /// The key that sounded when it began.
    before: Option<u8>,
    steady: Steady,
    sounding: Option<Sounding>,
    chord: Chord,
    /// The keys that sounded when all sound was forgotten: the host has yet to be told.
    owed: Option<u8>,
    owed_chord: Chord,
    said: Vec<Said>,
}

impl Default for MidiOut {
    fn default() -> Self {
        Self {
            look_samples: 128,
            left_samples: 128,
            listens: false,
            number: None,
            looks: 0,
            loudest_db: 0.0,
            before: None,
            steady: Steady::default(),
            sounding: None,
            chord: Chord::default(),
            owed: None,
            owed_chord: Chord::default(),
            said: Vec::with_capacity(ROOM),
        }
    }
}

impl MidiOut {
    /// Whether these controls ask for it: what follows the input has no notes to say.
    pub(crate) fn is_wanted(plays: Plays, controls: &Controls) -> bool {
        let has_notes = controls.mode != Mode::Follow;
        plays == Plays::Sound && controls.midi_out && has_notes && !controls.bypass
    }

    /// For a stream of this rate, from its first sample.
    pub(crate) fn prepare(&mut self, rate_hz: f64) {
        self.look_samples = ((rate_hz * LOOK_S).round() as usize).max(1);
        self.reset();
    }

    /// All sound is forgotten. What sounds is let go with the next block.
    pub(crate) fn reset(&mut self) {
        self.left_samples = self.look_samples;
        self.number = None;
        self.steady = Steady::default();
        if let Some(sounding) = self.sounding.take() {
            self.owed = Some(sounding.key);
        }
        if self.chord.sounds() {
            self.owed_chord = std::mem::take(&mut self.chord);
        }
    }

    /// A block begins, in which it is to say something or not. What sounded is let go if not.
    pub(crate) fn begin_block(&mut self, listens: bool) {
        self.said.clear();
        if let Some(key) = self.owed.take() {
            self.say(0, Word::Off { key });
        }
        std::mem::take(&mut self.owed_chord).stop(|word| self.say(0, word));
        self.listens = listens;
        if !listens {
            self.forget_voice(0);
            self.stop_chord(0);
        }
    }

    /// How many samples the engine may process at once, at least one.
    pub(crate) fn part_samples(&self) -> usize {
        if self.listens {
            self.left_samples
        } else {
            usize::MAX
        }
    }

    /// The engine has processed as many samples as [`part_samples`](Self::part_samples) or fewer, up to sample `end` of the
    /// block.
    pub(crate) fn pass(&mut self, samples: usize, end: usize, heard: impl FnOnce() -> Heard) {
        if samples < self.left_samples {
            self.left_samples -= samples;
            return;
        }
        let beyond = (samples - self.left_samples) % self.look_samples;
        self.left_samples = self.look_samples - beyond;
        if self.listens {
            let at = end.saturating_sub(1).min(u32::MAX as usize) as u32;
            match heard() {
                Heard::OneVoice(heard) => {
                    self.stop_chord(at);
                    self.look(at, &heard);
                }
                Heard::Chord(voices) => {
                    self.forget_voice(at);
                    self.look_at_chord(at, &voices);
                }
            }
        }
    }

    /// What is said in this block, in order.
    pub(crate) fn said(&self) -> &[Said] {
        &self.said
    }

    fn look_at_chord(&mut self, at: u32, voices: &[VoiceNote; VOICES]) {
        // All that sounds can still be let go in this block. Otherwise it is said at the next look that finds room.
        if self.said.len() + 3 * VOICES > ROOM {
            return;
        }
        let mut chord = std::mem::take(&mut self.chord);
        chord.look(voices, |word| self.say(at, word));
        self.chord = chord;
    }

    fn stop_chord(&mut self, at: u32) {
        std::mem::take(&mut self.chord).stop(|word| self.say(at, word));
    }

    /// What was followed as one voice is no more.
    fn forget_voice(&mut self, at: u32) {
        self.stop(at);
        self.number = None;
        self.steady = Steady::default();
    }

    fn look(&mut self, at: u32, heard: &Telemetry) {
        let voiced = heard.voicing > VOICED && heard.played_hz > 0.0;
        let pitch = voiced.then(|| to_semitones(heard.played_hz));
        self.steady.take(pitch, heard.loudness_db);
        if self.number == Some(heard.notes) {
            self.looks = self.looks.saturating_add(1);
            self.loudest_db = self.loudest_db.max(heard.loudness_db);
        } else {
            self.before = self.sounding.map(|sounding| sounding.key);
            self.stop(at);
            self.number = Some(heard.notes);
            self.looks = 0;
            self.loudest_db = heard.loudness_db;
        }
        // There is none, it has no pitch, or it does not sound.
        if heard.note_semitones <= 0.0 || !heard.gate_open || heard.follows {
            return self.stop(at);
        }
        let Some(sounding) = self.sounding else {
            if self.looks >= LATEST_LOOKS || self.is_settled(heard) {
                self.start(at, heard, pitch);
            }
            return;
        };
        let key = f32::from(sounding.key);
        let moved = (heard.note_semitones - key).abs();
        let is_open = self.looks <= OPEN_LOOKS;
        if moved > BEND_SEMITONES || (is_open && moved > MISTAKEN_SEMITONES) {
            self.stop(at);
            return self.start(at, heard, pitch);
        }
        if let Some(pitch) = pitch {
            self.bend(at, pitch - key, BEND_STEP_SEMITONES);
        }
        self.level(at, heard.loudness_db - self.loudest_db, LEVEL_STEP_DB);
    }

    /// Whether nothing more is to be waited for. What has the pitch of the note before may have got its own not yet.
    fn is_settled(&self, heard: &Telemetry) -> bool {
        let is_another =
            |key: u8| (heard.note_semitones - f32::from(key)).abs() > MISTAKEN_SEMITONES;
        self.steady.looks >= STEADY_LOOKS && self.before.is_none_or(is_another)
    }

    fn start(&mut self, at: u32, heard: &Telemetry, pitch: Option<f32>) {
        // Every note that is struck is let go.
        if self.said.len() + 2 > ROOM {
            return;
        }
        let key = heard.note_semitones.round().clamp(0.0, 127.0);
        self.sounding = Some(Sounding {
            key: key as u8,
            bend_semitones: 0.0,
            level_db: 0.0,
        });
        // Before the stroke: it begins in tune. What the wheel said of the note before is no longer true.
        self.bend(at, pitch.unwrap_or(heard.note_semitones) - key, 0.0);
        self.level(at, heard.loudness_db - self.loudest_db, 0.0);
        let on = Word::On {
            key: key as u8,
            velocity: velocity_of(self.loudest_db),
        };
        self.say(at, on);
    }

    fn stop(&mut self, at: u32) {
        if let Some(Sounding { key, .. }) = self.sounding.take() {
            self.say(at, Word::Off { key });
        }
    }

    /// Bends what sounds, if that is another bend by as much.
    fn bend(&mut self, at: u32, semitones: f32, step_semitones: f32) {
        let Some(sounding) = &mut self.sounding else {
            return;
        };
        let semitones = semitones.clamp(-BEND_SEMITONES, BEND_SEMITONES);
        if (semitones - sounding.bend_semitones).abs() >= step_semitones {
            sounding.bend_semitones = semitones;
            let raw = BEND_MIDDLE * (1.0 + semitones / BEND_SEMITONES);
            self.say(at, Word::Bend(raw.round().min(BEND_STEPS) as u16));
        }
    }

    /// Sets the level of what sounds, below the note's loudest, if that is another one by as much.
    fn level(&mut self, at: u32, level_db: f32, step_db: f32) {
        let Some(sounding) = &mut self.sounding else {
            return;
        };
        if (level_db - sounding.level_db).abs() >= step_db {
            sounding.level_db = level_db;
            // As General MIDI has it: 40 log10 of the value.
            let value = 127.0 * 10.0_f32.powf(level_db / 40.0);
            self.say(at, Word::Level(value.round().clamp(0.0, 127.0) as u8));
        }
    }

    fn say(&mut self, at: u32, word: Word) {
        let room = match word {
            Word::On { .. } | Word::Off { .. } => ROOM,
            Word::Bend(_) | Word::Level(_) => ROOM - ROOM_FOR_NOTES,
        };
        if self.said.len() < room {
            self.said.push(Said { at, word });
        }
    }
}

/// 69 for 440 Hz.
fn to_semitones(hz: f32) -> f32 {
    69.0 + 12.0 * (hz / 440.0).log2()
}

/// 1 for the softest stroke to 127 for the hardest.
fn velocity_of(loudness_db: f32) -> u8 {
    let (softest_db, hardest_db) = VELOCITY_RANGE_DB;
    let share = (loudness_db - softest_db) / (hardest_db - softest_db);
    (1.0 + 126.0 * share.clamp(0.0, 1.0)).round() as u8
}

#[cfg(test)]
mod tests;
