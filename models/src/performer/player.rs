//! One target's player: chooses a recorded note for each note of the source and walks along it.
//!
//! Thread: audio.

use super::entry::{AGAIN, FROM_SILENCE, SLURRED, STRUCK};
use super::levelling::Levelling;
use super::note_tracker::{Beginning, Note, OPEN_FRAMES};
use super::tone::Tone;
use super::walk::{HURRY_ROWS, Walk};
use super::{NEPER_DB, SILENT_LOG};
use crate::chance::split_mix_64;
use crate::envelope::ENVELOPE_POINTS;
use crate::memory::{Memory, ROW_FRAMES, ROW_VALUES, RecordedNote, Row};
use crate::rates::FRAME_SAMPLES;

/// What counts against a recording, in semitones of distance: each dB of another loudness, another group than the
/// note before, each dB of another colour than that, having been played just now, and chance.
const COST_PER_DB: f32 = 0.15;
const COST_OTHER_GROUP: f32 = 1.5;
const COST_PER_COLOUR_DB: f32 = 0.12;
const COST_AGAIN: f32 = 1.0;
const COST_CHANCE: f32 = 0.5;
/// A pitch that settles further from the recording than the nearest one by this wants another, semitones ..
const ELSEWHERE_SEMITONES: f32 = 1.5;
/// .. in these frames of the note: 16 to 75 ms.
const SETTLING_FRAMES: std::ops::RangeInclusive<u32> = 3..=14;
/// A frame is measured 340 samples before its end (`analysis.py`), where it is played; a row is the mean of two, 128 samples
/// later than the first. So the texture is played so much later than it was recorded.
const TEXTURE_AHEAD_SAMPLES: f32 = 212.0;
/// One recording gives way to the next in so many frames: 11 and 32 ms.
const FADE_FRAMES: u32 = 2;
const SLUR_FADE_FRAMES: u32 = 6;
/// A pitch further than this from the key is another key's, semitones.
const KEY_LEFT_SEMITONES: f32 = 0.6;
/// Where a texture goes on when it is at its end: from this share of it, up to that.
const TEXTURE_HOLD: (f32, f32) = (0.3, 0.6);

/// A frame of a player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Played {
    /// Loudness, dB.
    pub(super) level_db: f32,
    /// How far the recording is from its middle, semitones.
    pub(super) deviation_semitones: f32,
    /// The note's middle as this target can play it.
    pub(super) semitones: f32,
    /// What the recording sounds at, semitones.
    pub(super) recorded_semitones: f32,
    /// How far its partials are stretched.
    pub(super) stretch: f32,
}

/// Where one player is.
#[derive(Clone, Debug)]
pub(super) struct Player {
    walk: Option<Walk>,
    /// Of the memory that the note is from: targets change while notes are played.
    memory: u64,
    texture_position: f32,
    /// Where the texture came from, while it leaps.
    texture_before: Option<f32>,
    /// The latest two recordings, by their place in the memory.
    latest: [usize; 2],
    group: Option<u32>,
    key: f32,
    fade_left: u32,
    values: Box<Row>,
    /// What they are relative to.
    log_level: f32,
    decoded: Box<Row>,
    chance: u64,
}

impl Player {
    /// Nothing played yet; each place has its own chances. Allocates.
    pub(super) fn new(place: u64) -> Self {
        Self {
            walk: None,
            memory: 0,
            texture_position: 0.0,
            texture_before: None,
            latest: [usize::MAX; 2],
            group: None,
            key: 0.0,
            fade_left: 0,
            values: Box::new([0.0; ROW_VALUES]),
            log_level: 0.0,
            decoded: Box::new([0.0; ROW_VALUES]),
            chance: place,
        }
    }

    /// As new, with the chances of `place`, without allocating.
    pub(super) fn reset(&mut self, place: u64) {
        self.silence();
        self.latest = [usize::MAX; 2];
        self.group = None;
        self.chance = place;
        self.values.fill(0.0);
        self.log_level = 0.0;
    }

    /// Becomes `other` without allocating.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.values.copy_from_slice(&other.values[..]);
        self.log_level = other.log_level;
        self.walk = other.walk;
        self.memory = other.memory;
        self.texture_position = other.texture_position;
        self.texture_before = other.texture_before;
        self.latest = other.latest;
        self.group = other.group;
        self.key = other.key;
        self.fade_left = other.fade_left;
        self.chance = other.chance;
    }

    /// Plays nothing until the next note begins.
    pub(super) fn silence(&mut self) {
        self.walk = None;
        self.texture_before = None;
    }

    /// The row of the present frame: natural-log amplitudes relative to the loudness.
    pub(super) fn values(&self) -> &Row {
        &self.values
    }

    /// One frame of a note; `None` until a note begins that this player hears from its beginning. `tone` says whose
    /// harmonics sound. Notes speak `sooner` than they were recorded, -1..=1.
    pub(super) fn step(
        &mut self,
        memory: &Memory,
        note: &Note,
        tone: Tone,
        (levelling, sooner): (&Levelling, f32),
    ) -> Option<Played> {
        let playing = memory.playing();
        match note.begins {
            Some(beginning) => self.begin(memory, note, beginning, sooner),
            None if self.walk.is_none() || self.memory != memory.identity() => {
                self.begin(memory, note, Beginning::Slur, sooner)
            }
            None => self.settle(memory, note),
        }
        let mut walk = self.walk?;
        let (recorded, place) = (walk.recorded, walk.place);
        memory.row(&recorded, place, &mut self.decoded);
        let deviation_semitones = memory.deviation_semitones(&recorded, place);
        let own_log = walk.level_db(memory, note) / NEPER_DB;
        self.log_level = match tone {
            Tone::New => own_log,
            Tone::Before | Tone::Rest => self.wait(tone == Tone::Before, own_log, levelling),
        };
        let way = 1.0 / (self.fade_left + 1) as f32;
        self.fade_left = self.fade_left.saturating_sub(1);
        for (value, decoded) in self.values.iter_mut().zip(self.decoded.iter()) {
            *value += way * (decoded - *value);
        }
        // A key is what the pitch is while that is open, and another one once a slide has left it.
        if note.frames <= OPEN_FRAMES || (note.semitones - self.key).abs() > KEY_LEFT_SEMITONES {
            self.key = note.semitones.round();
        }
        walk.on(playing.struck, || self.toss());
        self.walk = Some(walk);
        Some(Played {
            level_db: self.log_level * NEPER_DB,
            deviation_semitones,
            semitones: if playing.semitones_only {
                self.key
            } else {
                note.semitones
            },
            recorded_semitones: recorded.semitones + deviation_semitones,
            stretch: recorded.stretch,
        })
    }

    /// Leaves of the decoded row its noise, beside the tone `before` or none, and says how loud both are together.
    fn wait(&mut self, before: bool, own_log: f32, levelling: &Levelling) -> f32 {
        let (tone, noise) = self.decoded.split_at_mut(ROW_VALUES - ENVELOPE_POINTS);
        let (tone_before, noise_before) = self.values.split_at(ROW_VALUES - ENVELOPE_POINTS);
        let mut power = (2.0 * own_log).exp() * levelling.noise_power(noise);
        if before {
            let tonal = (1.0 - levelling.noise_power(noise_before)).max(0.0);
            power += (2.0 * self.log_level).exp() * tonal;
        }
        let log = 0.5 * power.max(f32::MIN_POSITIVE).ln();
        for (value, before_value) in tone.iter_mut().zip(tone_before) {
            *value = if before {
                before_value + self.log_level - log
            } else {
                SILENT_LOG
            };
        }
        for value in noise.iter_mut() {
            *value += own_log - log;
        }
        // There is nothing to be faded: what goes on goes on.
        self.fade_left = 0;
        log
    }

    /// Adds the recorded noise of this frame's block, `weight` times, sounding `ratio` times as high as recorded.
    pub(super) fn add_texture(
        &mut self,
        memory: &Memory,
        ratio: f32,
        weight: f32,
        block: &mut [f32; FRAME_SAMPLES],
    ) {
        let Some(Walk {
            recorded: note,
            hurries,
            ..
        }) = self.walk
        else {
            return;
        };
        let samples = memory.texture_samples(&note) as f32;
        let block_samples = ratio * FRAME_SAMPLES as f32;
        if samples < 4.0 * block_samples {
            return;
        }
        self.texture_before = None;
        if hurries {
            self.texture_before = Some(self.texture_position);
            self.texture_position += HURRY_ROWS * (ROW_FRAMES * FRAME_SAMPLES) as f32;
        }
        if self.texture_position + 2.0 * block_samples >= samples {
            self.texture_before = Some(self.texture_position);
            let (low, high) = TEXTURE_HOLD;
            self.texture_position = samples * (low + (high - low) * self.toss());
        }
        for (n, sample) in block.iter_mut().enumerate() {
            let offset = ratio * n as f32;
            let mut value = memory.texture_at(&note, self.texture_position + offset);
            if let Some(before) = self.texture_before {
                // Two noises that have nothing to do with each other: equal power.
                let way = (n as f32 + 0.5) / FRAME_SAMPLES as f32;
                let old = memory.texture_at(&note, before + offset);
                value = way.sqrt() * value + (1.0 - way).sqrt() * old;
            }
            *sample += weight * value;
        }
        self.texture_position += block_samples;
    }

    fn begin(&mut self, memory: &Memory, note: &Note, beginning: Beginning, sooner: f32) {
        let Some(recorded) = self.choose(memory, note.semitones, note.under_loudest_db, true)
        else {
            return;
        };
        let struck = memory.playing().struck;
        let slurred = beginning == Beginning::Slur && !struck;
        let entry = match beginning {
            _ if struck => STRUCK,
            Beginning::Attack => FROM_SILENCE,
            Beginning::Again => AGAIN,
            Beginning::Slur => SLURRED,
        };
        let sooner = if slurred { 0.0 } else { sooner };
        let walk = Walk::new(memory, recorded, &entry.sooner(sooner), sooner);
        self.texture_before = None;
        self.texture_position =
            walk.place * (ROW_FRAMES * FRAME_SAMPLES) as f32 - TEXTURE_AHEAD_SAMPLES;
        self.fade_left = match (self.walk, slurred) {
            (None, _) => 0,
            (Some(_), false) => FADE_FRAMES,
            (Some(_), true) => SLUR_FADE_FRAMES,
        };
        self.walk = Some(walk);
        self.memory = memory.identity();
    }

    /// The pitch has settled elsewhere: another recording, at the same age.
    fn settle(&mut self, memory: &Memory, note: &Note) {
        let Some(Walk { recorded, .. }) = self.walk else {
            return;
        };
        if !SETTLING_FRAMES.contains(&note.frames) || !note.pitched {
            return;
        }
        let distance = |recorded: &RecordedNote| (recorded.semitones - note.semitones).abs();
        let nearest = memory
            .notes()
            .iter()
            .map(distance)
            .fold(f32::INFINITY, f32::min);
        if distance(&recorded) <= nearest + ELSEWHERE_SEMITONES {
            return;
        }
        let other = self.choose(memory, note.semitones, note.under_loudest_db, false);
        if let (Some(other), Some(walk)) = (other, &mut self.walk) {
            walk.change(other);
            self.fade_left = FADE_FRAMES;
        }
    }

    /// The recording near in pitch, then in loudness, of the same kind as the one before, not one of the last two.
    fn choose(
        &mut self,
        memory: &Memory,
        semitones: f32,
        under_loudest_db: f32,
        same_group: bool,
    ) -> Option<RecordedNote> {
        let wanted_db = memory.usual_top_db() - under_loudest_db;
        let before = self.latest[0];
        let before = (same_group && self.memory == memory.identity()).then_some(before);
        let mut best: Option<(usize, f32)> = None;
        for (index, note) in memory.notes().iter().enumerate() {
            let mut cost = (note.semitones - semitones).abs()
                + COST_PER_DB * (note.top_db - wanted_db).abs()
                + COST_CHANCE * self.toss();
            if same_group && self.group.is_some_and(|group| group != note.group) {
                cost += COST_OTHER_GROUP;
            }
            if let Some(before) = before {
                cost += COST_PER_COLOUR_DB * memory.colours_apart_db(before, index);
            }
            if self.latest.contains(&index) {
                cost += COST_AGAIN;
            }
            if best.is_none_or(|(_, least)| cost < least) {
                best = Some((index, cost));
            }
        }
        let (index, _) = best?;
        self.latest = [index, self.latest[0]];
        let note = memory.notes()[index];
        self.group = Some(note.group);
        Some(note)
    }

    /// A number of 0 to 1: the same after every reset.
    fn toss(&mut self) -> f32 {
        (split_mix_64(&mut self.chance) >> 40) as f32 / (1 << 24) as f32
    }
}
