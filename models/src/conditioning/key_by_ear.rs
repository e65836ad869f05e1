//! The key by ear: from how long each of the twelve notes was heard lately.
//!
//! It is sure or not, and stays with a key until another is a good deal surer. Nothing but the past decides.

use super::keys::{HeardKey, KEYS, Key, correlations};
use super::octave::{LOUD_DB, SURE_VOICING};
use super::pitch::to_semitones;
use super::smoothing::share;
use crate::features::{FeatureFrame, log_to_db};
use crate::rates::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Loudness from which a frame may be part of a note.
const SOUNDING_DB: f32 = -70.0;
/// How quickly the loudest is forgotten, dB a frame: 3 dB a second.
const LOUDEST_FALL_DB: f32 = 0.016;
/// What moves by more than this from frame to frame is on its way, semitones.
const STEADY_SEMITONES: f32 = 0.2;
/// Time of notes after which a note has been forgotten to a third.
const MEMORY_MS: f32 = 20_000.0;
/// A weight as small as this is none; smaller ones would become denormal numbers.
const NOTHING: f32 = 1e-6;
/// How much more likely a key is by a better correlation, and after how many frames of notes (2 s) that is so by two
/// thirds: so the certainty of the first seconds of 135 melodies is the share of which the key is right.
const LIKELIHOOD: f32 = 20.0;
const EVIDENCE_FRAMES: f32 = 375.0;
/// Where all twelve notes were heard for about as long (the deviation is less than this share of the mean), there is no
/// key, though a little more of some may be like one; the notes of a key alone have 0.8.
const CONTRAST: f32 = 0.5;
/// A key is believed from this certainty on ..
const SURE: f32 = 0.5;
/// .. another one is if it is surer by this ..
const SURER: f32 = 0.2;
/// .. and none any more below this.
const LOST: f32 = 0.15;

/// A key is kept to if so much of what was played is of its notes.
const KEPT_TO: f32 = 0.9;

/// How the notes that [`snap`](super::PitchControls::snap) pulls to are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum KeyByEar {
    /// They are [`notes`](super::PitchControls::notes).
    #[default]
    Off,
    /// They are those of the key that is heard; while none is sure, all twelve: a note of the key is then pulled to where
    /// it will be pulled when the key is known.
    Listening,
    /// Those of a key that was heard beforehand, before transposition; of `None`, all twelve.
    Known(Option<Key>),
}

/// How long each of the twelve notes was heard.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct NoteTimes {
    frames: [f32; 12],
    last_semitones: f32,
}

impl NoteTimes {
    /// A sure frame; of what was heard before, `kept` (0 to 1) is remembered. Whether it counts.
    pub(super) fn hear(&mut self, semitones: f32, below_loudest_db: f32, kept: f32) -> bool {
        let moved = (semitones - self.last_semitones).abs();
        self.last_semitones = semitones;
        if moved > STEADY_SEMITONES {
            return false;
        }
        for frames in &mut self.frames {
            *frames = if *frames > NOTHING {
                *frames * kept
            } else {
                0.0
            };
        }
        let nearest = semitones.round();
        let loud = (1.0 - below_loudest_db / LOUD_DB).clamp(0.0, 1.0);
        let note = (nearest as i32).rem_euclid(12) as usize;
        self.frames[note] += loud * (1.0 - (semitones - nearest).abs());
        true
    }

    /// How likely each key is; their sum is 1.
    fn likelihoods(&self) -> [f32; KEYS] {
        let heard: f32 = self.frames.iter().sum();
        let mean = (heard / 12.0).max(NOTHING);
        let squares = self
            .frames
            .iter()
            .map(|frames| (frames / mean - 1.0).powi(2));
        let deviation = (squares.sum::<f32>() / 12.0).sqrt();
        let known = 1.0 - (-heard / EVIDENCE_FRAMES).exp();
        let sharpness = LIKELIHOOD * known * (deviation / CONTRAST).min(1.0);
        let fits = correlations(&self.frames);
        let best = fits.iter().copied().fold(f32::MIN, f32::max);
        let likely = fits.map(|fit| (sharpness * (fit - best)).exp());
        let sum: f32 = likely.iter().sum();
        likely.map(|likely| likely / sum)
    }

    /// The likeliest key, if it is sure.
    pub(super) fn sure(&self) -> Option<HeardKey> {
        let likely = self.likelihoods();
        let best = likeliest(&likely);
        best.filter(|best| best.certainty >= SURE)
    }
}

impl HeardKey {
    /// The likeliest key of notes that are known: how long each of the twelve was heard, seconds; `None` where none was. Any
    /// thread.
    pub fn of_notes(heard_s: &[f32; 12]) -> Option<Self> {
        if heard_s.iter().sum::<f32>() <= NOTHING {
            return None;
        }
        let frames_per_s = SAMPLE_RATE_HZ as f32 / FRAME_SAMPLES as f32;
        let times = NoteTimes {
            frames: heard_s.map(|seconds| frames_per_s * seconds),
            ..NoteTimes::default()
        };
        likeliest(&times.likelihoods())
    }
}

impl Key {
    /// The likeliest key of notes that keep to it, of how long each of the twelve was heard, seconds; of pentatonic tunes
    /// several keys are as likely, and have the tune's notes. `None` where they keep to none. Any thread.
    pub fn kept_to(heard_s: &[f32; 12]) -> Option<Self> {
        let key = HeardKey::of_notes(heard_s)?.key;
        let in_key = (0..12).filter(|note| key.notes() >> note & 1 == 1);
        let in_key_s: f32 = in_key.map(|note| heard_s[note]).sum();
        (in_key_s >= KEPT_TO * heard_s.iter().sum::<f32>()).then_some(key)
    }
}

fn likeliest(likely: &[f32; KEYS]) -> Option<HeardKey> {
    let all = likely.iter().enumerate();
    let best = all.max_by(|a, b| a.1.total_cmp(b.1));
    best.map(|(number, certainty)| HeardKey {
        key: Key::of(number),
        certainty: *certainty,
    })
}

/// What was heard, and the key that is believed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct KeyEar {
    times: NoteTimes,
    loudest_db: f32,
    believed: Option<HeardKey>,
}

impl Default for KeyEar {
    fn default() -> Self {
        Self {
            times: NoteTimes::default(),
            loudest_db: SOUNDING_DB,
            believed: None,
        }
    }
}

impl KeyEar {
    /// One frame.
    pub(super) fn step(&mut self, frame: &FeatureFrame) {
        let loudness_db = log_to_db(frame.log_loudness);
        self.loudest_db = (self.loudest_db - LOUDEST_FALL_DB)
            .max(loudness_db)
            .max(SOUNDING_DB);
        let below_loudest_db = self.loudest_db - loudness_db;
        let is_sure = frame.pitch.voicing >= SURE_VOICING
            && loudness_db > SOUNDING_DB
            && below_loudest_db < LOUD_DB;
        if !is_sure {
            return;
        }
        let semitones = to_semitones(frame.pitch.f0_hz);
        let kept = 1.0 - share(MEMORY_MS);
        if self.times.hear(semitones, below_loudest_db, kept) {
            self.decide();
        }
    }

    /// The key that is believed, as it is heard, before any transposition.
    pub(super) fn believed(&self) -> Option<HeardKey> {
        self.believed
    }

    fn decide(&mut self) {
        let likely = self.times.likelihoods();
        let Some(best) = likeliest(&likely) else {
            return;
        };
        let present = self.believed.map(|believed| HeardKey {
            certainty: likely[believed.key.number() % KEYS],
            ..believed
        });
        let to_beat = present.map_or(SURE, |present| (present.certainty + SURER).max(SURE));
        self.believed = if best.certainty >= to_beat {
            Some(best)
        } else {
            present.filter(|present| present.certainty >= LOST)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, FeaturesState};

    /// Steps of a melody that goes home in its key: from its first note up, and how many frames each lasts.
    const MAJOR_TUNE: [(i32, usize); 12] = [
        (0, 80),
        (4, 40),
        (7, 80),
        (5, 40),
        (4, 40),
        (2, 40),
        (4, 80),
        (7, 40),
        (9, 40),
        (7, 80),
        (11, 30),
        (12, 120),
    ];
    const MINOR_TUNE: [(i32, usize); 12] = [
        (0, 80),
        (3, 40),
        (7, 80),
        (8, 40),
        (7, 40),
        (5, 40),
        (3, 80),
        (2, 40),
        (0, 40),
        (7, 80),
        (11, 30),
        (12, 120),
    ];

    /// A frame of a loud, sure note.
    fn frame(semitones: f32) -> FeatureFrame {
        let silent = *FeaturesState::new(&Features::new()).frame();
        let mut frame = silent;
        frame.log_loudness = -2.0;
        frame.pitch.f0_hz = 440.0 * ((semitones - 69.0) / 12.0).exp2();
        frame.pitch.voicing = 1.0;
        frame
    }

    fn hear(ear: &mut KeyEar, semitones: f32, frames: usize) {
        let frame = frame(semitones);
        for _ in 0..frames {
            ear.step(&frame);
        }
    }

    fn play(ear: &mut KeyEar, key: Key) {
        let tune = if key.minor { MINOR_TUNE } else { MAJOR_TUNE };
        for (step, frames) in tune {
            hear(ear, 60.0 + f32::from(key.tonic) + step as f32, frames);
        }
    }

    #[test]
    fn melodies_in_all_keys_are_heard_in_theirs() {
        for number in 0..KEYS {
            let key = Key::of(number);
            let mut ear = KeyEar::default();
            play(&mut ear, key);
            let heard = ear.believed();
            assert_eq!(heard.map(|heard| heard.key), Some(key));
            assert!(heard.is_some_and(|heard| heard.certainty > 0.6));
        }
    }

    #[test]
    fn a_tune_keeps_to_its_key_and_all_notes_to_none() {
        let mut heard_s = [0.0; 12];
        for (step, frames) in MAJOR_TUNE {
            heard_s[(step as usize + 2) % 12] += frames as f32;
        }
        let d_major = Key {
            tonic: 2,
            minor: false,
        };
        assert_eq!(Key::kept_to(&heard_s), Some(d_major));
        assert_eq!(Key::kept_to(&[1.0; 12]), None);
        assert_eq!(Key::kept_to(&[0.0; 12]), None);
    }

    #[test]
    fn one_note_or_all_of_them_are_no_key() {
        let mut ear = KeyEar::default();
        hear(&mut ear, 60.0, 100);
        assert_eq!(ear.believed(), None);
        let mut chromatic = KeyEar::default();
        for round in 0..4 {
            for note in 0..12 {
                hear(&mut chromatic, (60 + (note * 7 + round) % 12) as f32, 30);
            }
        }
        assert_eq!(chromatic.believed(), None);
    }

    #[test]
    fn a_strange_note_changes_nothing_and_another_key_does() {
        let c = Key::default();
        let a_flat = Key {
            tonic: 8,
            minor: false,
        };
        let mut ear = KeyEar::default();
        play(&mut ear, c);
        hear(&mut ear, 66.0, 60);
        assert_eq!(ear.believed().map(|heard| heard.key), Some(c));
        for _ in 0..12 {
            play(&mut ear, a_flat);
        }
        assert_eq!(ear.believed().map(|heard| heard.key), Some(a_flat));
    }

    #[test]
    fn what_glides_or_is_unsure_is_not_heard() {
        let mut ear = KeyEar::default();
        play(&mut ear, Key::default());
        let before = ear.times.frames;
        for step in 0..100 {
            ear.step(&frame(60.0 + 0.3 * step as f32));
        }
        let mut unsure = frame(61.0);
        unsure.pitch.voicing = 0.3;
        for _ in 0..100 {
            ear.step(&unsure);
        }
        assert_eq!(ear.times.frames, before);
    }
}
