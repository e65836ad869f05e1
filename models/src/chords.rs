//! Several voices out of one sound: what the voices network hears at once, up to six notes, is played by as many voices of an
//! ensemble. A strummed guitar becomes bowed strings, a piano a section of saxophones.
//!
//! Notes are heard later than one voice's pitch is: an onset after 24 ms, in the median (`REPORT.md`). The path's latency is none the
//! longer for it.
//!
//! What is heard ([`ChordsHearing`]) and what plays ([`ChordsState`]) are apart, so that two can play what is heard once, as while one
//! target gives way to another: most of the memory is the network's.
//!
//! Threads: [`Chords`] is made on any thread but the audio thread, immutable, and shared; the others belong to one stream. All but
//! making them is for the audio thread: it never allocates.

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

/// What is heard of one stream.
#[derive(Clone, Debug)]
pub struct ChordsHearing {
    net: VoicesState,
    decoder: Decoder,
    loudest_db: f32,
    /// Whether the network has answered in the latest hop.
    answered: bool,
}

/// What plays it.
#[derive(Clone, Debug)]
pub struct ChordsState {
    keys: [VoiceNote; VOICES],
    /// The heard note that each voice plays, and how loud it was when it began, dB.
    notes: [Option<(u32, f32)>; VOICES],
    /// When each voice was given its note or lost it, in answers of the network.
    since: [u64; VOICES],
    answers: u64,
    latest: u32,
    ensemble: EnsembleState,
}

impl Chords {
    /// Of what is shared by all instances.
    pub fn new(net: Arc<VoicesNet>, ensemble: Arc<Ensemble>) -> Self {
        Self { net, ensemble }
    }

    /// Hears one hop of finite input (full scale 1.0; clipped at +36 dB). Audio thread.
    pub fn hear(&self, hearing: &mut ChordsHearing, input: &[f32; HOP_SAMPLES]) {
        let input = bounded_input(input);
        let frame = self.net.step(&mut hearing.net, &input);
        hearing.answered = frame.is_some();
        if let Some(frame) = frame {
            let voices = hearing.decoder.step(frame).iter();
            let loudest_db = voices.map(|voice| voice.level_db).fold(f32::MIN, f32::max);
            hearing.loudest_db = (hearing.loudest_db - FORGETTING_DB).max(loudest_db);
        }
    }

    /// Plays what has been heard in this hop; the output is finite, and [`crate::CHAIN_DELAY_SAMPLES`] behind it. Audio thread.
    pub fn play(
        &self,
        targets: &Targets<'_>,
        state: &mut ChordsState,
        hearing: &ChordsHearing,
        controls: &HopControls,
        output: &mut [f32; HOP_SAMPLES],
    ) {
        if hearing.answered {
            state.give_notes(hearing, is_struck(targets, controls));
        }
        let controls = HopControls {
            keys: state.keys,
            ..*controls
        };
        self.ensemble
            .play(targets, &mut state.ensemble, &controls, output);
    }
}

impl ChordsHearing {
    /// Before the first hop. Allocates.
    pub fn new(chords: &Chords) -> Self {
        Self {
            net: VoicesState::new(&chords.net),
            decoder: Decoder::default(),
            loudest_db: FIRST_LOUDEST_DB,
            answered: false,
        }
    }

    /// As before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.net.reset();
        self.decoder.reset();
        self.loudest_db = FIRST_LOUDEST_DB;
        self.answered = false;
    }
}

impl ChordsState {
    /// The state before the first hop. Allocates.
    pub fn new(chords: &Chords) -> Self {
        Self {
            keys: [VoiceNote::default(); VOICES],
            notes: [None; VOICES],
            since: [0; VOICES],
            answers: 0,
            latest: 0,
            ensemble: EnsembleState::new(&chords.ensemble),
        }
    }

    /// Back to the state before the first hop. Audio thread.
    pub fn reset(&mut self) {
        self.keys = [VoiceNote::default(); VOICES];
        self.notes = [None; VOICES];
        self.since = [0; VOICES];
        self.answers = 0;
        self.latest = 0;
        self.ensemble.reset();
    }

    /// Becomes `other`, which must be of the same chords, without allocating. Audio thread.
    pub fn copy_from(&mut self, other: &Self) {
        self.keys = other.keys;
        self.notes = other.notes;
        self.since = other.since;
        self.answers = other.answers;
        self.latest = other.latest;
        self.ensemble.copy_from(&other.ensemble);
    }

    /// What each voice plays, before any transposition.
    pub fn keys(&self) -> &[VoiceNote; VOICES] {
        &self.keys
    }

    /// What the newest of the voices plays; nothing while none does.
    pub fn telemetry(&self) -> Telemetry {
        self.ensemble.telemetry()
    }

    /// What is heard becomes keys: a note that goes on keeps its voice, one that is over is let go, a new one takes the voice that
    /// has been free for longest.
    fn give_notes(&mut self, hearing: &ChordsHearing, struck: bool) {
        self.answers += 1;
        let voices = hearing.decoder.voices();
        let above_db = hearing.loudest_db - LOUDEST_DB;
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
            self.keys[voice] = key_of(heard, self.latest, hearing.loudest_db);
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
