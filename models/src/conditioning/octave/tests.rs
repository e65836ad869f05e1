//! Phrases in all registers, frame by frame.

use super::*;
use crate::conditioning::smoothing::FRAME_MS;
use crate::features::{Features, FeaturesState};
use proptest::prelude::*;

/// The shipped targets' registers, MIDI notes, and their playable ranges, Hz.
const HOMES: [(&str, [f32; 2], [f32; 2]); 9] = [
    ("violin", [64.0, 78.0], [196.0, 2_637.0]),
    ("cello", [36.0, 49.0], [65.4, 1_046.5]),
    ("flute", [69.0, 83.0], [246.9, 2_217.5]),
    ("clarinet", [56.0, 70.0], [146.8, 1_975.5]),
    ("trumpet", [60.0, 74.0], [164.8, 1_174.7]),
    ("sax-alto", [54.0, 68.0], [138.6, 880.0]),
    ("sax-tenor", [47.0, 61.0], [103.8, 659.3]),
    ("piano", [64.0, 78.0], [27.5, 3_520.0]),
    ("guitar", [50.0, 64.0], [69.3, 1_046.5]),
];

fn home(name: &str) -> HomeRegister {
    let found = HOMES.iter().find(|(known, ..)| *known == name);
    let (_, register, playable) = *found.unwrap_or(&HOMES[0]);
    HomeRegister::new(Some(register.into()), playable.into())
}

/// Someone who plays to a choice.
struct Player {
    choice: OctaveChoice,
    frame: FeatureFrame,
    wanted: Wanted,
}

impl Player {
    fn new(home: HomeRegister) -> Self {
        Self {
            choice: OctaveChoice::default(),
            frame: *FeaturesState::new(&Features::new()).frame(),
            wanted: Wanted {
                octave: AutoOctave::Listening,
                home: Some(home),
                semitones: 0.0,
                follows: false,
                held: false,
            },
        }
    }

    fn step(&mut self, semitones: f32, voicing: f32, log_loudness: f32) -> i32 {
        self.frame.pitch.f0_hz = 440.0 * ((semitones - 69.0) / 12.0).exp2();
        self.frame.pitch.voicing = voicing;
        self.frame.log_loudness = log_loudness;
        self.choice.step(&self.wanted, &self.frame)
    }

    /// A note, whose octave must not change once the phrase's first frames are over.
    fn note(&mut self, semitones: f32, ms: f32) -> i32 {
        let frames = (ms / FRAME_MS) as usize;
        for _ in 0..OPENING_FRAMES.min(frames as u32) {
            self.step(semitones, 0.95, -2.5);
        }
        let octave = self.step(semitones, 0.95, -2.5);
        for _ in OPENING_FRAMES as usize..frames {
            assert_eq!(self.step(semitones, 0.95, -2.5), octave, "at {semitones}");
        }
        octave
    }

    fn rest(&mut self, ms: f32) {
        for _ in 0..(ms / FRAME_MS) as usize {
            self.step(60.0, 0.05, -9.0);
        }
    }

    /// Notes with short gaps.
    fn phrase(&mut self, notes: &[f32]) -> Vec<i32> {
        let play = |note: &f32| {
            self.rest(80.0);
            self.note(*note, 300.0)
        };
        notes.iter().map(play).collect()
    }
}

#[test]
fn a_phrase_in_any_register_comes_home_on_every_target() {
    for (name, [low, high], _) in HOMES {
        for first in 36..=84 {
            let mut player = Player::new(home(name));
            let first = first as f32;
            let notes = [first, first + 2.0, first + 4.0, first - 1.0, first];
            player.phrase(&notes);
            player.rest(400.0);
            let octave = player.note(first, 300.0);
            let played = first + 12.0 * octave as f32;
            let reach = low - HYSTERESIS_SEMITONES..=high + HYSTERESIS_SEMITONES;
            assert!(reach.contains(&played), "{name}, {first}: {played}");
        }
    }
}

#[test]
fn the_first_phrase_is_decided_by_its_first_frames() {
    let mut player = Player::new(home("violin"));
    player.rest(500.0);
    // A tracker that errs by an octave in the first frame.
    player.step(36.0, 0.7, -3.0);
    assert_eq!(player.note(48.0, 500.0), 2);
    assert_eq!(player.phrase(&[60.0, 70.0, 50.0, 40.0]), [2; 4]);
}

#[test]
fn a_phrase_a_little_out_of_the_register_stays() {
    let mut player = Player::new(home("violin"));
    player.phrase(&[65.0; 40]);
    player.rest(400.0);
    assert_eq!(player.phrase(&[62.0; 60]), [0; 60]);
    player.rest(400.0);
    assert_eq!(player.note(62.0, 300.0), 0, "two semitones below");
    player.phrase(&[60.0; 80]);
    player.rest(400.0);
    assert_eq!(player.note(60.0, 300.0), 1, "four below");
    player.phrase(&[62.0; 80]);
    player.rest(400.0);
    assert_eq!(player.note(62.0, 300.0), 1, "and it stays there");
}

#[test]
fn it_changes_at_a_rest_only_and_not_at_a_short_one() {
    let mut player = Player::new(home("cello"));
    assert_eq!(player.phrase(&[48.0; 4]), [0; 4]);
    // A glissando two octaves up, then long notes there.
    for step in 0..200 {
        assert_eq!(player.step(48.0 + step as f32 * 0.12, 0.9, -3.0), 0);
    }
    assert_eq!(player.phrase(&[72.0; 60]), [0; 60]);
    player.rest(200.0);
    assert_eq!(player.note(72.0, 300.0), 0);
    player.rest(300.0);
    assert_eq!(player.note(72.0, 300.0), -2);
}

#[test]
fn another_singer_is_not_judged_by_the_first() {
    let mut player = Player::new(home("violin"));
    player.phrase(&[45.0; 30]);
    player.rest(1_000.0);
    assert_eq!(player.phrase(&[70.0, 72.0, 69.0]), [0; 3]);
    player.rest(1_000.0);
    assert_eq!(player.phrase(&[45.0, 47.0]), [2; 2]);
}

#[test]
fn what_is_exchanged_is_at_home_at_once_and_what_is_blended_at_a_rest() {
    let mut player = Player::new(home("violin"));
    assert_eq!(player.note(46.0, 400.0), 2);
    player.wanted.home = Some(home("cello"));
    assert_eq!(player.note(46.0, 400.0), 2, "the puck was dragged");
    player.choice.change_targets();
    assert_eq!(player.note(46.0, 400.0), 0, "another target was loaded");
    player.wanted.home = Some(home("violin"));
    player.rest(400.0);
    assert_eq!(player.note(46.0, 400.0), 2, "dragged, then a rest");
}

#[test]
fn chords_are_left_where_they_are() {
    let mut player = Player::new(home("violin"));
    player.wanted.follows = true;
    for _ in 0..600 {
        player.step(40.0, 0.2, -2.5);
    }
    player.wanted.follows = false;
    player.rest(400.0);
    assert_eq!(player.note(48.0, 200.0), 0, "one note among chords");
    player.phrase(&[48.0; 40]);
    player.rest(400.0);
    assert_eq!(player.note(48.0, 200.0), 2, "many of them");
}

#[test]
fn what_is_held_keeps_its_octave_until_it_is_over() {
    let mut player = Player::new(home("violin"));
    player.phrase(&[70.0; 20]);
    player.rest(400.0);
    player.wanted.held = true;
    player.phrase(&[45.0; 40]);
    assert_eq!(player.note(45.0, 100.0), 0, "it rings");
    player.wanted.held = false;
    assert_eq!(player.note(45.0, 100.0), 2, "it is over");
}

#[test]
fn nothing_is_moved_unless_it_is_asked_for() {
    let mut player = Player::new(home("violin"));
    player.wanted.octave = AutoOctave::Off;
    assert_eq!(player.note(40.0, 400.0), 0);
    for (known, moved) in [(-1, -1), (3, 3), (9, 3), (-100, -3)] {
        player.wanted.octave = AutoOctave::Known(known);
        assert_eq!(player.note(40.0, 400.0), moved);
    }
    // It has been listening all along.
    player.wanted.octave = AutoOctave::Listening;
    assert_eq!(player.note(40.0, 400.0), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is heard, the octave is within bounds, and it changes only with the first few sure frames after a rest.
    #[test]
    fn an_octave_changes_only_where_a_phrase_begins(
        sounds in prop::collection::vec((30.0f32..100.0, 0.0f32..1.0, 1u32..80), 1..60)
    ) {
        let mut player = Player::new(home("clarinet"));
        let (mut resting_frames, mut sure_frames, mut before) = (REST_FRAMES, 0, 0);
        for (semitones, voicing, frames) in sounds {
            for _ in 0..frames {
                let octave = player.step(semitones, voicing, -2.5);
                prop_assert!(OCTAVES.contains(&octave));
                if voicing < SOUNDING_VOICING {
                    resting_frames += 1;
                } else {
                    if resting_frames >= REST_FRAMES {
                        sure_frames = 0;
                    }
                    resting_frames = 0;
                }
                sure_frames += u32::from(voicing >= SURE_VOICING);
                let begins = resting_frames == 0 && sure_frames <= OPENING_FRAMES;
                prop_assert!(octave == before || begins);
                before = octave;
            }
        }
    }
}
