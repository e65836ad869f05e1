//! Looks through a whole recording for the octave that brings it home, and for its key.

use super::auto_mode::AutoMode;
use super::heard_pitches::HeardPitches;
use super::key_by_ear::NoteTimes;
use super::octave::{LOUD_DB, PLAIN_DB, SURE_VOICING};
use super::pitch::to_semitones;
use super::{HeardKey, HomeRegister, Mode};
use crate::features::{Features, FeaturesState, log_to_db};
use crate::low_cut::LowCut;
use crate::rates::HOP_SAMPLES;

/// The share of the time in chords up to which one voice is moved.
const CHORDS: f32 = 0.25;

/// What is known of a frame.
#[derive(Clone, Copy, Debug)]
struct Heard {
    semitones: f32,
    voicing: f32,
    loudness_db: f32,
    follows: bool,
}

/// Hears a recording before it is translated: the chain's own pitch, voicing and loudness, no networks. Any thread but
/// the audio thread: it keeps 16 bytes a frame.
pub struct OctaveSurvey {
    low_cut: LowCut,
    features: Features,
    state: FeaturesState,
    auto: AutoMode,
    heard: Vec<Heard>,
}

impl Default for OctaveSurvey {
    fn default() -> Self {
        Self::new()
    }
}

impl OctaveSurvey {
    /// Before the first hop.
    pub fn new() -> Self {
        let features = Features::new();
        Self {
            low_cut: LowCut::default(),
            state: FeaturesState::new(&features),
            features,
            auto: AutoMode::default(),
            heard: Vec::new(),
        }
    }

    /// The next hop, 48 kHz.
    pub fn hear(&mut self, hop: &[f32; HOP_SAMPLES]) {
        let hop = self.low_cut.step(hop);
        if let Some(frame) = self.features.step(&mut self.state, &hop) {
            self.heard.push(Heard {
                semitones: to_semitones(frame.pitch.f0_hz),
                voicing: frame.pitch.voicing,
                loudness_db: log_to_db(frame.log_loudness),
                follows: self.auto.step(frame),
            });
        }
    }

    /// The key of all loud notes, before any transposition; `None` where none is sure.
    pub fn key(&self) -> Option<HeardKey> {
        let loudest_db = self.loudest_db();
        let mut times = NoteTimes::default();
        for heard in &self.heard {
            let below_db = loudest_db - heard.loudness_db;
            if heard.voicing >= SURE_VOICING && below_db < LOUD_DB {
                times.hear(heard.semitones, below_db, 1.0);
            }
        }
        times.sure()
    }

    fn loudest_db(&self) -> f32 {
        let loudness = self.heard.iter().map(|heard| heard.loudness_db);
        loudness.fold(f32::MIN, f32::max)
    }

    /// The octave that brings the middle of all loud notes home, when everything is moved by `semitones` besides, -3..=3.
    /// 0 where nothing is heard, in *follow*, and in *auto* if more than a quarter is chords.
    pub fn octave(&self, home: &HomeRegister, mode: Mode, semitones: f32) -> i32 {
        let loudest_db = self.loudest_db();
        let within = |heard: &&Heard, db: f32| heard.loudness_db > loudest_db - db;
        let plain = self.heard.iter().filter(|heard| within(heard, PLAIN_DB));
        let (all, followed) = plain.fold((0, 0), |(all, followed), heard| {
            (all + 1, followed + usize::from(heard.follows))
        });
        let chords = followed as f32 > CHORDS * all as f32;
        if mode == Mode::Follow || mode == Mode::Auto && chords {
            return 0;
        }
        let mut pitches = HeardPitches::default();
        let sure = |heard: &&Heard| heard.voicing >= SURE_VOICING && within(heard, LOUD_DB);
        for heard in self.heard.iter().filter(sure) {
            pitches.hear(heard.semitones, 1.0);
        }
        pitches.nearest_octave(home, semitones)
    }
}
