//! *Play on*: what was played goes on after a silence, and stops as soon as the player plays.

#![allow(clippy::unwrap_used)]

mod tracker;

use std::sync::Arc;

use mynah_engine::{
    Channels, Controls, Engine, EngineSpec, KeyEvent, Library, Mode, NoteAddress, PlayingOn,
    TargetRef, engine,
};
use mynah_models::Target;

const BEAT_S: f64 = 0.5;
/// Keys, and how many beats they last.
const TUNE: [(f64, f64); 12] = [
    (67.0, 0.5),
    (69.0, 0.5),
    (71.0, 0.5),
    (72.0, 0.5),
    (74.0, 1.0),
    (74.0, 1.0),
    (76.0, 0.5),
    (74.0, 0.5),
    (72.0, 0.5),
    (71.0, 0.5),
    (69.0, 1.0),
    (67.0, 1.0),
];
const TUNE_S: f64 = 8.0 * BEAT_S;

fn shipped(name: &str) -> Arc<Target> {
    let reference = TargetRef {
        name: name.to_owned(),
        hash: None,
    };
    Library::shipped().load(&reference).unwrap()
}

fn made(spec: EngineSpec, controls: &Controls) -> Engine {
    let base = Library::shipped().base().unwrap();
    let (mut engine, _) = engine(spec, base, shipped("flute")).unwrap();
    engine.set_controls(controls);
    engine
}

fn playing_on() -> Controls {
    Controls {
        play_on: true,
        room: 0.0,
        octave_auto: false,
        ..Controls::default()
    }
}

/// The tune, each note tongued, at this rate, and silence up to so many seconds.
fn tune(rate_hz: f64, seconds: f64) -> Vec<f32> {
    let mut sound = Vec::new();
    let mut ends_s = 0.0;
    for (key, beats) in TUNE {
        ends_s += beats * BEAT_S;
        let hz = 440.0 * ((key - 69.0) / 12.0).exp2();
        let length = (ends_s * rate_hz) as usize - sound.len();
        sound.extend((0..length).map(|n| {
            let now_s = n as f64 / rate_hz;
            let left_s = (length - n) as f64 / rate_hz;
            let level = (now_s / 0.008).min(left_s / 0.04).min(1.0);
            let harmonic = |number: i32| {
                let number = f64::from(number);
                (std::f64::consts::TAU * number * hz * now_s).sin() / number
            };
            (0.12 * level * (1..=8).map(harmonic).sum::<f64>()) as f32
        }));
    }
    sound.resize((seconds * rate_hz) as usize, 0.0);
    sound
}

/// What is heard of a sound, in blocks of such lengths.
fn played(engine: &mut Engine, sound: &[f32], blocks: &[usize]) -> Vec<f32> {
    let mut heard = sound.to_vec();
    let (mut start, mut lengths) = (0, blocks.iter().cycle());
    while start < heard.len() {
        let end = (start + lengths.next().unwrap()).min(heard.len());
        engine.process(&mut [&mut heard[start..end]]);
        start = end;
    }
    heard
}

fn loudest(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |most, x| most.max(x.abs()))
}

#[test]
fn it_plays_after_the_wait_and_stops_when_the_player_begins() {
    let rate_hz = 48_000.0;
    let again_s = 8.3;
    let mut sound = tune(rate_hz, again_s);
    sound.extend(tune(rate_hz, 5.0));
    let on = playing_on();
    let off = Controls {
        play_on: false,
        ..on
    };
    let with = played(&mut made(EngineSpec::alone(rate_hz), &on), &sound, &[480]);
    let without = played(&mut made(EngineSpec::alone(rate_hz), &off), &sound, &[480]);
    // All that differs is what is played on.
    let own: Vec<f32> = with.iter().zip(&without).map(|(a, b)| a - b).collect();
    let at = |seconds: f64| (seconds * rate_hz) as usize;
    assert_eq!(loudest(&own[..at(TUNE_S + on.play_on_after_s as f64)]), 0.0);
    let begins = own.iter().position(|x| x.abs() > 1e-3).unwrap();
    let waited_s = begins as f64 / rate_hz - TUNE_S;
    assert!((1.2..2.0).contains(&waited_s), "{waited_s}");
    assert!(loudest(&own[begins..at(again_s)]) > 0.05);
    // A flute's note that is let go.
    assert!(loudest(&own[at(again_s + 0.3)..at(again_s + TUNE_S)]) < 1e-3);
}

#[test]
fn off_it_is_as_if_it_were_not_there() {
    let sound = tune(48_000.0, 8.0);
    let off = Controls {
        play_on: false,
        ..playing_on()
    };
    let turned = Controls {
        play_on_temperature: 3.0,
        play_on_after_s: 0.5,
        play_on_length: 1,
        play_on_key: false,
        play_on_seed: 77,
        ..off
    };
    let heard = |controls: &Controls| {
        let mut engine = made(EngineSpec::alone(48_000.0), controls);
        played(&mut engine, &sound, &[512])
    };
    let silent = heard(&off);
    assert!(silent == heard(&turned));
    assert!(silent != heard(&playing_on()));
    assert_eq!(loudest(&silent[6 * 48_000..]), 0.0);
}

#[test]
fn whatever_the_blocks_it_plays_the_same_and_after_a_reset_again_and_nothing_allocates() {
    for rate_hz in [44_100.0, 48_000.0] {
        let sound = tune(rate_hz, 9.0);
        let mut engine = made(EngineSpec::alone(rate_hz), &playing_on());
        let whole = played(&mut engine, &sound, &[sound.len()]);
        assert!(matches!(
            engine.meters().playing_on,
            PlayingOn::Plays { .. }
        ));
        engine.reset();
        assert_eq!(engine.meters().playing_on, PlayingOn::Nothing);
        let mut heard = sound.clone();
        let ((), counts) = tracker::count(|| {
            let (mut start, mut lengths) = (0, [1, 127, 600].into_iter().cycle());
            while start < heard.len() {
                let end = (start + lengths.next().unwrap()).min(heard.len());
                engine.process(&mut [&mut heard[start..end]]);
                start = end;
            }
        });
        assert_eq!(counts, tracker::Counts::default());
        assert!(heard == whole, "{rate_hz}");
        assert!(loudest(&heard[(6.0 * rate_hz) as usize..]) > 0.01);
    }
}

#[test]
fn targets_modes_and_controls_change_while_it_plays_without_a_click_or_an_allocation() {
    let rate_hz = 48_000.0;
    // Held here, too, as whoever plays live holds its targets.
    let held = ["flute", "cello", "violin"].map(shipped);
    let mut engine = made(EngineSpec::alone(rate_hz), &playing_on());
    engine.set_targets(Arc::clone(&held[0])).unwrap();
    let mut sound = tune(rate_hz, 6.5);
    engine.process(&mut [&mut sound]);
    let mut heard = vec![0.0; 96_000];
    let ((), counts) = tracker::count(|| {
        for (turn, part) in heard.chunks_mut(6_000).enumerate() {
            match turn {
                2 => engine.set_targets(Arc::clone(&held[1])).unwrap(),
                4 => engine.set_targets(Arc::clone(&held[2])).unwrap(),
                _ => engine.set_controls(&Controls {
                    mode: [Mode::Track, Mode::Chords, Mode::Follow][turn % 3],
                    channels: [Channels::Mono, Channels::Stereo][turn % 2],
                    semitones: turn as i32 % 3,
                    ..playing_on()
                }),
            }
            let mut right = [0.0; 6_000];
            engine.process(&mut [part, &mut right]);
        }
    });
    assert_eq!(counts, tracker::Counts::default());
    assert!(loudest(&heard) > 0.02);
    let steepest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    assert!(steepest.fold(0.0, f32::max) < 0.1);
}

#[test]
fn keys_are_gone_on_with_and_the_players_own_ones_come_first() {
    let rate_hz = 48_000.0;
    let mut engine = made(EngineSpec::of_keys(rate_hz), &playing_on());
    let on = |key: u8| KeyEvent::On {
        id: None,
        channel: 2,
        key,
        velocity: 0.6,
    };
    let off = |key: u8| {
        KeyEvent::Off(NoteAddress {
            key: Some(key),
            ..NoteAddress::default()
        })
    };
    let mut block = vec![0.0; 96_000];
    let ((), counts) = tracker::count(|| {
        for (key, beats) in TUNE {
            engine.take_key(&on(key as u8));
            engine.process(&mut [&mut block[..(beats * BEAT_S * rate_hz) as usize]]);
            engine.take_key(&off(key as u8));
        }
    });
    assert_eq!(counts, tracker::Counts::default());
    block.fill(0.0);
    engine.process(&mut [&mut block[..48_000]]);
    assert_eq!(engine.meters().held_keys, 0);
    engine.process(&mut [&mut block[..60_000]]);
    let PlayingOn::Plays { beat_s } = engine.meters().playing_on else {
        panic!("{:?}", engine.meters().playing_on);
    };
    let octaves = (f64::from(beat_s) / BEAT_S).log2();
    assert!((octaves - octaves.round()).abs() < 0.03, "{beat_s}");
    // Until a note of its own sounds.
    while engine.meters().held_keys == 0 {
        engine.process(&mut [&mut block[..128]]);
    }
    // The pedal of the player's channel does not hold it.
    engine.take_key(&KeyEvent::Controller {
        channel: 2,
        number: 64,
        value: 1.0,
    });
    engine.take_key(&on(50));
    engine.process(&mut [&mut block[..3 * 128]]);
    assert_eq!(engine.meters().held_keys, 1 << 50);
    assert_eq!(engine.meters().playing_on, PlayingOn::Waits);
    // For as long as the pedal holds it, it sounds, and is waited for.
    engine.take_key(&off(50));
    engine.process(&mut [&mut block]);
    engine.process(&mut [&mut block]);
    assert_eq!(engine.meters().held_keys, 1 << 50);
}
