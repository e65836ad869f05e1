//! Several voices out of one sound: what the voices network hears at once, up to six notes, is played by as many voices of an
//! ensemble. A strummed guitar becomes bowed strings, a piano a section of saxophones.
//!
//! Notes are heard later than one voice's pitch is: an onset after 24 ms, in the median (`REPORT.md`). The path's latency is none the
//! longer for it.
//!
//! Threads: [`Chords`] is made on any thread but the audio thread, immutable, and shared; a [`ChordsState`] belongs to one stream.
//! [`Chords::step`], [`ChordsState::reset`] and [`ChordsState::copy_from`] are for the audio thread: they never allocate.

use std::sync::Arc;

use crate::chain::Targets;
use crate::conditioning::{HopControls, VOICES, VoiceNote};
use crate::ensemble::{Ensemble, EnsembleState, LOUDEST_DB};
use crate::input::bounded_input;
use crate::rates::HOP_SAMPLES;
use crate::telemetry::Telemetry;
use crate::voices::{Decoder, HeardVoice, VoicesNet, VoicesState};

/// A good guess of how loud the loudest notes will be, dB.
const FIRST_LOUDEST_DB: f32 = -26.0;
/// The loudest is forgotten by this every time the network answers, dB: 0.5 dB a second.
const FORGETTING_DB: f32 = 0.005;
/// The softest notes are so much softer than the loudest, dB.
const SOFTEST_DB: f32 = -36.0;
/// A held target's note is at most so much above what is heard of its source, which dies away, dB.
const HELD_OVER_DB: f32 = 6.0;
/// How quickly level and tuning follow, for each of the network's answers: most of the way in 30 ms.
const SMOOTHING: f32 = 0.3;

/// What hears and what plays.
pub struct Chords {
    net: Arc<VoicesNet>,
    ensemble: Arc<Ensemble>,
}

/// What one stream remembers.
#[derive(Clone, Debug)]
pub struct ChordsState {
    heard: VoicesState,
    decoder: Decoder,
    keys: [VoiceNote; VOICES],
    /// The heard note that each voice plays, and how loud it was when it began, dB.
    notes: [Option<(u32, f32)>; VOICES],
    /// When each voice was given its note or lost it, in answers of the network.
    since: [u64; VOICES],
    answers: u64,
    latest: u32,
    loudest_db: f32,
    ensemble: EnsembleState,
}

impl Chords {
    /// Of what is shared by all instances.
    pub fn new(net: Arc<VoicesNet>, ensemble: Arc<Ensemble>) -> Self {
        Self { net, ensemble }
    }

    /// One hop: finite input (full scale 1.0; clipped at +36 dB) gives finite output, [`crate::CHAIN_DELAY_SAMPLES`] behind it. Audio
    /// thread.
    pub fn step(
        &self,
        targets: &Targets<'_>,
        state: &mut ChordsState,
        controls: &HopControls,
        input: &[f32; HOP_SAMPLES],
        output: &mut [f32; HOP_SAMPLES],
    ) {
        let input = bounded_input(input);
        if let Some(frame) = self.net.step(&mut state.heard, &input) {
            state.decoder.step(frame);
            state.give_notes(is_struck(targets, controls));
        }
        let controls = HopControls {
            keys: state.keys,
            ..*controls
        };
        self.ensemble
            .play(targets, &mut state.ensemble, &controls, output);
    }
}

impl ChordsState {
    /// The state before the first hop. Allocates.
    pub fn new(chords: &Chords) -> Self {
        Self {
            heard: VoicesState::new(&chords.net),
            decoder: Decoder::default(),
            keys: [VoiceNote::default(); VOICES],
            notes: [None; VOICES],
            since: [0; VOICES],
            answers: 0,
            latest: 0,
            loudest_db: FIRST_LOUDEST_DB,
            ensemble: EnsembleState::new(&chords.ensemble),
        }
    }

    /// Back to the state before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.heard.reset();
        self.decoder.reset();
        self.keys = [VoiceNote::default(); VOICES];
        self.notes = [None; VOICES];
        self.since = [0; VOICES];
        self.answers = 0;
        self.latest = 0;
        self.loudest_db = FIRST_LOUDEST_DB;
        self.ensemble.reset();
    }

    /// Becomes `other`, which must be of the same chords, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.heard.copy_from(&other.heard);
        self.decoder.clone_from(&other.decoder);
        self.keys = other.keys;
        self.notes = other.notes;
        self.since = other.since;
        self.answers = other.answers;
        self.latest = other.latest;
        self.loudest_db = other.loudest_db;
        self.ensemble.copy_from(&other.ensemble);
    }

    /// What the newest of the voices plays; nothing while none does.
    pub fn telemetry(&self) -> Telemetry {
        self.ensemble.telemetry()
    }

    /// What is heard becomes keys: a note that goes on keeps its voice, one that is over is let go, a new one takes the voice that
    /// has been free for longest.
    fn give_notes(&mut self, struck: bool) {
        self.answers += 1;
        let voices = self.decoder.voices();
        let loudest = voices.iter().map(|voice| voice.level_db);
        let loudest_db = loudest.fold(f32::MIN, f32::max);
        self.loudest_db = (self.loudest_db - FORGETTING_DB).max(loudest_db);
        let above_db = self.loudest_db - LOUDEST_DB;
        for voice in 0..VOICES {
            let Some((id, begun_db)) = self.notes[voice] else {
                continue;
            };
            let key = &mut self.keys[voice];
            match voices.iter().find(|heard| heard.id == id) {
                Some(heard) => {
                    let fallen_db = (heard.level_db + HELD_OVER_DB - begun_db).min(0.0);
                    let wanted_db = above_db + if struck { 0.0 } else { fallen_db };
                    key.louder_db += SMOOTHING * (wanted_db - key.louder_db);
                    let off = heard.semitones - f32::from(heard.midi);
                    key.bend_semitones += SMOOTHING * (off - key.bend_semitones);
                }
                None => {
                    key.held = false;
                    self.notes[voice] = None;
                    self.since[voice] = self.answers;
                }
            }
        }
        for heard in voices {
            let plays = |note: &Option<(u32, f32)>| note.is_some_and(|(id, _)| id == heard.id);
            if self.notes.iter().any(plays) {
                continue;
            }
            let free = (0..VOICES).filter(|voice| self.notes[*voice].is_none());
            let Some(voice) = free.min_by_key(|voice| self.since[*voice]) else {
                continue;
            };
            // 0 is no note.
            self.latest = self.latest.wrapping_add(1).max(1);
            self.notes[voice] = Some((heard.id, heard.level_db));
            self.since[voice] = self.answers;
            self.keys[voice] = key_of(heard, self.latest, self.loudest_db);
        }
    }
}

/// A note as a voice begins it.
fn key_of(heard: &HeardVoice, note: u32, loudest_db: f32) -> VoiceNote {
    VoiceNote {
        note,
        semitones: f32::from(heard.midi),
        bend_semitones: heard.semitones - f32::from(heard.midi),
        velocity_db: (heard.level_db - loudest_db).clamp(SOFTEST_DB, 0.0),
        louder_db: loudest_db - LOUDEST_DB,
        slurred: false,
        held: true,
    }
}

/// Whether the weightiest target's notes die away by themselves.
fn is_struck(targets: &Targets<'_>, controls: &HopControls) -> bool {
    let weighed = targets.iter().zip(&controls.morph);
    let there = weighed.filter_map(|(target, weight)| Some(((*target)?, weight)));
    let heaviest = there.max_by(|(_, a), (_, b)| a.total_cmp(b));
    heaviest
        .and_then(|(target, _)| target.memory())
        .is_some_and(|memory| memory.playing().struck)
}
