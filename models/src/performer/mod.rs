//! The performer: plays a target's own recorded notes at the source's notes.
//!
//! What a bow, a reed, a hammer do at the beginning, in the middle and at the end of a note was recorded
//! ([`Memory`]). A tracker says which note the source plays; for each target a player chooses a
//! recorded note near in pitch and loudness, walks along it, and its level, small movements of pitch, colour and noise
//! are blended with the source's and the translator's. Causal, without latency: a change of note that needs 20 ms to be
//! sure is late in colour, never in sound or pitch.
//!
//! In *follow* the same is done with all that sounds together, as one note: its strokes, its level, and so far as that
//! helps its colour and noise; its pitches are the input's own.
//!
//! With no memory, or at a performance of 0, nothing is changed, to the bit.
//!
//! Thread: a [`PerformerState`] belongs to one stream; its step is for the audio thread.

mod blending;
mod entry;
mod keyed;
mod keys;
mod levelling;
mod note_tracker;
mod part;
mod performed;
mod player;
mod recent;
mod tone;
mod walk;

use crate::conditioning::{CORNERS, PlayerControls, Voice};
use crate::envelope::Envelope;
use crate::features::log_to_db;
use crate::memory::Memory;
use crate::prior::{Details, NO_DETAILS, TextureBlock};

pub use performed::Performed;

pub(crate) use levelling::{Comb, Levelling, Places};

use keyed::KeyedNote;
use note_tracker::{Heard, Note, NoteTracker};
use part::{Part, Shares, towards};
use player::Player;
use tone::{Tone, Wait};

/// Recorded noise has higher peaks than most noises that are heard, nepers: 3 dB.
const RECORDED_PEAKS: f32 = 0.35;
/// A frame that is voiced more than this has a pitch.
const VOICED: f32 = 0.5;
/// What of a held target's colour is recorded in *follow*: the notes of a chord are not one note. Strings that are struck
/// together are.
const HELD_IN_FOLLOW: f32 = 0.5;
/// A recorded colour is made louder or softer by so much at most, nepers: 12 dB.
const MOST_LEVELLED: f32 = 1.4;
/// What is softer is not there, natural log; as in `analysis.py`.
const SILENT_LOG: f32 = -16.0;
const NEPER_DB: f32 = 8.685_89;
const A4_HZ: f32 = 440.0;
const A4_SEMITONES: f32 = 69.0;

/// The recorded notes of the targets A to D, as far as there are any.
pub type Memories<'a> = [Option<&'a Memory>; CORNERS];

/// What the performer is told about a frame beside its sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    /// What of level, pitch and colour is recorded.
    pub player: PlayerControls,
    /// How sure it is that a note begins, 0 to 1, if a network knows.
    pub onset: Option<f32>,
    /// The key held on a keyboard, semitones: another key is another note.
    pub key_semitones: Option<f32>,
}

/// The tracker and the players of the targets A to D.
#[derive(Clone, Debug)]
pub struct PerformerState {
    /// Which of the voices that sound together it plays, from 0: each has chances of its own.
    voice: usize,
    tracker: NoteTracker,
    keyed: KeyedNote,
    wait: Wait,
    players: [Player; CORNERS],
    shares: [Shares; CORNERS],
    performed: Performed,
    /// The same in every state.
    levelling: Levelling,
}

/// A frame of a note, and what is done to it besides.
#[derive(Clone, Copy)]
struct Moment {
    note: Option<Note>,
    heard: Heard,
    /// What is added to the played pitch.
    bend_semitones: f32,
    /// What is added to the played level.
    louder_db: f32,
}

/// What is to sound.
#[derive(Clone, Copy)]
struct Sounding {
    /// Semitones.
    pitch: f32,
    /// Of harmonics, 0 to 1.
    voicing: f32,
    /// The tonal stream is the whitened input, which has no harmonics by number.
    follow: bool,
    /// Where no pitch is heard: the root mean square of the noise, relative to the loudness, is no more than the input's.
    /// A cymbal's loudness in a cello's noise, which lies low, would else be a bang.
    most_noise_log: Option<f32>,
}

impl Default for PerformerState {
    fn default() -> Self {
        Self::new()
    }
}

impl PerformerState {
    /// The state before the first frame. Allocates.
    pub fn new() -> Self {
        Self::of_voice(0)
    }

    /// The state before the first frame, of one of several voices that sound together, from 0. Allocates.
    pub fn of_voice(voice: usize) -> Self {
        Self {
            voice,
            tracker: NoteTracker::default(),
            keyed: KeyedNote::default(),
            wait: Wait::default(),
            players: std::array::from_fn(|corner| Player::new(chances(voice, corner))),
            shares: [Shares::default(); CORNERS],
            performed: Performed {
                details: NO_DETAILS,
                stretch: 0.0,
                spread: false,
                rings: None,
                texture: TextureBlock::default(),
                share: 0.0,
                planned_share: 0.0,
            },
            levelling: Levelling::new(),
        }
    }

    /// Back to the state before the first frame.
    pub fn reset(&mut self) {
        self.tracker = NoteTracker::default();
        self.keyed = KeyedNote::default();
        self.wait = Wait::default();
        for (corner, player) in self.players.iter_mut().enumerate() {
            player.reset(chances(self.voice, corner));
        }
        self.shares = [Shares::default(); CORNERS];
        self.clear();
    }

    /// Becomes `other` without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.voice = other.voice;
        self.tracker.clone_from(&other.tracker);
        self.keyed = other.keyed;
        self.wait = other.wait;
        for (player, other) in self.players.iter_mut().zip(&other.players) {
            player.copy_from(other);
        }
        self.shares = other.shares;
        self.performed.clone_from(&other.performed);
    }

    /// Notes begun since the last reset, wrapping.
    pub fn notes(&self) -> u32 {
        self.tracker.notes()
    }

    /// Middle of the present note, semitones; 0 while there is none, or none with a pitch.
    pub fn note_semitones(&self) -> f32 {
        let note = self.tracker.note().filter(|note| note.pitched);
        note.map_or(0.0, |note| note.semitones)
    }

    /// What was added to the latest frame.
    pub fn performed(&self) -> &Performed {
        &self.performed
    }

    /// By how much the first harmonics of the latest frame differ from its envelope, to be moved with it.
    pub(crate) fn details_mut(&mut self) -> &mut Details {
        &mut self.performed.details
    }

    /// One frame. `weights` are those of the targets. `voice` and both envelopes are changed in place.
    pub fn step(
        &mut self,
        memories: &Memories<'_>,
        weights: &[f32; CORNERS],
        cue: &Cue,
        voice: &mut Voice,
        [harmonic, noise]: [&mut Envelope; 2],
    ) {
        self.clear();
        let heard = Heard {
            semitones: to_semitones(voice.played_hz),
            voiced: voice.voicing > VOICED,
            level_db: log_to_db(voice.log_loudness),
            onset: cue.onset,
            key_semitones: cue.key_semitones,
        };
        let note = self.tracker.step(&heard);
        let moment = Moment {
            note,
            heard,
            bend_semitones: 0.0,
            louder_db: 0.0,
        };
        self.play(
            memories,
            weights,
            &cue.player,
            moment,
            voice,
            [harmonic, noise],
        );
    }

    /// A moment of a note as the targets play it.
    fn play(
        &mut self,
        memories: &Memories<'_>,
        weights: &[f32; CORNERS],
        controls: &PlayerControls,
        moment: Moment,
        voice: &mut Voice,
        [harmonic, noise]: [&mut Envelope; 2],
    ) {
        let Moment { note, heard, .. } = moment;
        // A string or a breath can slide to the pitch that it turns out to be; a key cannot.
        let sounding = memories.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let mut sounding = sounding.filter_map(|(memory, _)| *memory);
        let keyed = sounding.any(|memory| memory.playing().semitones_only);
        let known = voice.follow || heard.key_semitones.is_some() || !keyed;
        let tone = self.wait.step(note.as_ref(), &heard, known);
        let believed_louder_db = NEPER_DB * (voice.believed_log_loudness - voice.log_loudness);
        let note = note.map(|note| Note {
            under_loudest_db: note.under_loudest_db - believed_louder_db,
            ..note
        });
        self.performed.planned_share = planned(controls, memories, weights, voice.follow);
        let parts: [Option<Part>; CORNERS] = std::array::from_fn(|corner| {
            let memory = memories[corner].filter(|_| weights[corner] > 0.0);
            let playing = memory.zip(note.as_ref());
            self.part(
                corner,
                playing,
                weights[corner],
                (controls, voice.follow),
                tone,
            )
        });
        let (Some(note), true) = (note, parts.iter().any(Option::is_some)) else {
            if moment.note.is_some() {
                voice.played_hz *= (moment.bend_semitones / 12.0).exp2();
            }
            voice.log_loudness += moment.louder_db / NEPER_DB;
            return;
        };
        let (mut pitch, mut level_db) = (heard.semitones, heard.level_db);
        for part in parts.iter().flatten() {
            let louder_db = part.played.level_db - heard.level_db;
            level_db += part.weight * part.level_share(&note, controls) * louder_db;
            pitch += part.weight * part.pitch_change(&note, heard.semitones, controls);
            if note.pitched {
                voice.voicing += part.share() * (1.0 - voice.unvoiced) * (1.0 - voice.voicing);
            }
        }
        let share: f32 = parts.iter().flatten().map(Part::share).sum();
        let begun = self.wait.begins(tone);
        let strings = parts
            .iter()
            .flatten()
            .filter(|part| part.memory.playing().struck);
        let strings: f32 = strings.map(Part::share).sum();
        self.performed.spread = share > 2.0 * strings;
        if begun && strings > 0.0 && !voice.follow {
            self.performed.rings = Some(strings.min(1.0));
        }
        match (tone, self.wait.before()) {
            (Tone::Before, Some(before)) => pitch += share.min(1.0) * (before - pitch),
            (Tone::Rest, _) => voice.voicing *= (1.0 - share).max(0.0),
            _ => self.wait.sounds(heard.voiced.then_some(pitch)),
        }
        pitch += moment.bend_semitones;
        voice.played_hz = to_hz(pitch);
        voice.log_loudness = (level_db + moment.louder_db) / NEPER_DB;
        let unpitched = !voice.follow && !heard.voiced && heard.key_semitones.is_none();
        let sounding = Sounding {
            pitch,
            voicing: voice.voicing,
            follow: voice.follow,
            most_noise_log: unpitched.then_some(voice.log_rms_over_loudness - RECORDED_PEAKS),
        };
        self.blend(&parts, &sounding, harmonic, noise);
    }

    /// One player's frame; `None` where there is nothing to play from or no note.
    fn part<'a>(
        &mut self,
        corner: usize,
        playing: Option<(&'a Memory, &Note)>,
        weight: f32,
        (controls, follow): (&PlayerControls, bool),
        tone: Tone,
    ) -> Option<Part<'a>> {
        let (player, shares) = (&mut self.players[corner], &mut self.shares[corner]);
        let sounds = controls.performance > 0.0 || *shares != Shares::default();
        let Some((memory, note)) = playing.filter(|_| sounds) else {
            player.silence();
            *shares = Shares::default();
            return None;
        };
        let played = player.step(memory, note, tone, (&self.levelling, controls.sooner))?;
        shares.strokes = towards(shares.strokes, (2.0 * controls.performance).min(1.0));
        let colour = wanted_colour(controls, memory, follow);
        shares.colour = towards(shares.colour, colour);
        Some(Part {
            memory,
            played,
            weight,
            shares: *shares,
        })
    }

    fn clear(&mut self) {
        self.performed.details = NO_DETAILS;
        self.performed.stretch = 0.0;
        self.performed.spread = false;
        self.performed.rings = None;
        self.performed.texture.samples.fill(0.0);
        self.performed.texture.share = 0.0;
        self.performed.share = 0.0;
        self.performed.planned_share = 0.0;
    }
}

/// The chances of a voice's player at a corner.
fn chances(voice: usize, corner: usize) -> u64 {
    (CORNERS * voice + corner) as u64
}

/// What of the sound is to be recorded while a key's note is played, 0 to 1.
pub fn planned_share(
    controls: &PlayerControls,
    memories: &Memories<'_>,
    weights: &[f32; CORNERS],
) -> f32 {
    planned(controls, memories, weights, false)
}

fn planned(
    controls: &PlayerControls,
    memories: &Memories<'_>,
    weights: &[f32; CORNERS],
    follow: bool,
) -> f32 {
    let recorded = memories.iter().zip(weights);
    let recorded = recorded
        .filter_map(|(memory, weight)| Some(weight * wanted_colour(controls, (*memory)?, follow)));
    recorded.sum::<f32>().min(1.0)
}

/// How far a target's colour is to be recorded.
fn wanted_colour(controls: &PlayerControls, memory: &Memory, follow: bool) -> f32 {
    let share = controls.colour_share();
    if follow && !memory.playing().struck {
        HELD_IN_FOLLOW * share
    } else {
        share
    }
}

fn to_semitones(hz: f32) -> f32 {
    A4_SEMITONES + 12.0 * (hz.max(1.0) / A4_HZ).log2()
}

fn to_hz(semitones: f32) -> f32 {
    A4_HZ * ((semitones - A4_SEMITONES) / 12.0).exp2()
}
