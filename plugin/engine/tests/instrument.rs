//! An engine that plays keys: the right notes, as loud as they are struck, at their time, and silence when they are over.

#![allow(clippy::unwrap_used)]

mod common;
mod tracker;

use std::sync::Arc;

use mynah_engine::{
    Control, Controls, Engine, EngineSpec, KeyEvent, Library, NoteAddress, TargetRef, engine,
};
use mynah_models::Target;

use common::Models;

const RATE_HZ: f64 = 48_000.0;
/// From the event to the first sound: the latency, at most a hop until it is taken, and the time that a frame takes.
const SPEAKS_SAMPLES: usize = 144 + 128 + 256;

fn shipped(name: &str) -> Arc<Target> {
    let reference = TargetRef {
        name: name.to_owned(),
        hash: None,
    };
    Library::shipped().load(&reference).unwrap()
}

fn instrument(name: &str, controls: &Controls) -> Engine {
    let base = Library::shipped().base().unwrap();
    let made = engine(EngineSpec::of_keys(RATE_HZ), base, shipped(name));
    let (mut engine, _) = made.unwrap();
    engine.set_controls(controls);
    engine
}

fn dry() -> Controls {
    Controls::default().with(Control::Room, 0.0)
}

fn on(key: u8, velocity: f32) -> KeyEvent {
    KeyEvent::On {
        id: None,
        channel: 0,
        key,
        velocity,
    }
}

fn off(key: u8) -> KeyEvent {
    KeyEvent::Off(NoteAddress {
        key: Some(key),
        ..NoteAddress::default()
    })
}

/// What is heard of these events, at these samples, in blocks of such lengths.
fn played(
    engine: &mut Engine,
    events: &[(usize, KeyEvent)],
    samples: usize,
    blocks: &[usize],
) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    let mut lengths = blocks.iter().copied().cycle();
    let (mut start, mut next) = (0, 0);
    while start < samples {
        while let Some((_, event)) = events.get(next).filter(|(at, _)| *at <= start) {
            engine.take_key(event);
            next += 1;
        }
        let until = events.get(next).map_or(samples, |(at, _)| *at);
        let end = (start + lengths.next().unwrap()).min(until).min(samples);
        engine.process(&mut [&mut sound[start..end]]);
        start = end;
    }
    sound
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

/// Amplitude of a sine of this pitch in a sound, under a Hann window.
fn amplitude(sound: &[f32], hz: f64) -> f64 {
    let length = sound.len() as f64;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in sound.iter().enumerate() {
        let n = n as f64;
        let window = 1.0 - (std::f64::consts::TAU * n / length).cos();
        let phase = std::f64::consts::TAU * hz * n / RATE_HZ;
        re += window * f64::from(*x) * phase.cos();
        im += window * f64::from(*x) * phase.sin();
    }
    2.0 * re.hypot(im) / length
}

fn hz(key: f64) -> f64 {
    440.0 * ((key - 69.0) / 12.0).exp2()
}

#[test]
fn a_key_sounds_its_own_pitch_at_once_and_is_silent_when_it_is_over() {
    for (name, key) in [
        ("cello", 50u8),
        ("flute", 74),
        ("piano", 60),
        ("sax-tenor", 55),
    ] {
        let mut engine = instrument(name, &dry());
        let events = [(4_800, on(key, 0.8)), (52_800, off(key))];
        let sound = played(&mut engine, &events, 120_000, &[512]);
        assert!(sound[..4_800].iter().all(|x| *x == 0.0), "{name}");
        let begun = sound.iter().position(|x| x.abs() > 1e-3).unwrap();
        assert!(begun < 4_800 + SPEAKS_SAMPLES + 480, "{name}: {begun}");
        let middle = &sound[15_000..39_000];
        assert!(rms(middle) > 0.003, "{name}: {}", rms(middle));
        // The first harmonics are where those of this key are, within a quarter of a semitone.
        let found = (-100..=100).max_by(|a, b| {
            let at = |cents: &i32| {
                let pitch = hz(f64::from(key) + f64::from(*cents) / 100.0);
                (1..=4)
                    .map(|n| amplitude(middle, pitch * f64::from(n)))
                    .sum::<f64>()
            };
            at(a).total_cmp(&at(b))
        });
        assert!(found.unwrap().abs() <= 25, "{name}: {found:?} cents");
        let (end, after) = (rms(&sound[50_000..52_800]), rms(&sound[72_000..74_000]));
        assert!(after < 0.02 * end, "{name}: {end} {after}");
        assert!(sound[110_000..].iter().all(|x| *x == 0.0), "{name} rests");
        assert!(engine.meters().asleep);
    }
}

#[test]
fn a_key_that_is_struck_harder_is_louder_and_brighter_or_as_bright() {
    for name in ["trumpet", "piano", "violin"] {
        let heard = |velocity| {
            let mut engine = instrument(name, &dry());
            let sound = played(&mut engine, &[(0, on(67, velocity))], 48_000, &[512]);
            rms(&sound[4_000..30_000])
        };
        let levels = [0.2, 0.5, 1.0].map(heard);
        assert!(
            levels[1] > 2.0 * levels[0] && levels[2] > 2.0 * levels[1],
            "{name}: {levels:?}"
        );
    }
}

#[test]
fn a_chord_has_all_its_notes() {
    let chord = [48u8, 52, 55, 59, 62, 65, 69, 72];
    let mut engine = instrument("piano", &dry());
    let events = chord.map(|key| (0, on(key, 0.7)));
    let sound = played(&mut engine, &events, 48_000, &[512]);
    let part = &sound[4_000..40_000];
    for key in chord {
        let own = amplitude(part, hz(f64::from(key)));
        let beside = amplitude(part, hz(f64::from(key) + 0.5));
        assert!(own > 4.0 * beside, "{key}: {own} {beside}");
    }
    assert_eq!(engine.meters().held_keys.count_ones(), 8);
}

#[test]
fn the_same_keys_sound_the_same_to_the_bit_however_the_blocks_are_cut_and_after_a_reset() {
    let events = [
        (100, on(60, 0.8)),
        (3_333, on(64, 0.3)),
        (9_000, off(60)),
        (9_001, on(67, 1.0)),
        (
            20_000,
            KeyEvent::Bend {
                channel: 0,
                value: 0.7,
            },
        ),
        (30_001, off(64)),
        (33_000, off(67)),
    ];
    let mut engine = instrument("clarinet", &Controls::default());
    let whole = played(&mut engine, &events, 60_000, &[60_000]);
    assert!(rms(&whole) > 0.001);
    for blocks in [&[1usize, 127, 64, 1_000][..], &[333], &[48]] {
        engine.reset();
        let cut = played(&mut engine, &events, 60_000, blocks);
        assert!(cut == whole, "{blocks:?}");
    }
}

#[test]
fn a_stolen_voice_makes_no_click() {
    let mut events: Vec<(usize, KeyEvent)> = Vec::new();
    for (n, key) in (40..64u8).enumerate() {
        events.push((6_000 * n, on(key, 0.7)));
    }
    for name in ["cello", "flute"] {
        let mut engine = instrument(name, &dry());
        let sound = played(&mut engine, &events, 6_000 * 24, &[512]);
        let jump = |part: &[f32]| {
            let jumps = part.windows(3).map(|x| (x[0] - 2.0 * x[1] + x[2]).abs());
            jumps.fold(0.0, f32::max)
        };
        // Sixteen voices are stolen; before, each key finds one of its own.
        let (free, stolen) = (jump(&sound[..48_000]), jump(&sound[48_000..]));
        assert!(stolen < 3.0 * free, "{name}: {free} {stolen}");
    }
}

#[test]
fn with_one_voice_there_is_one_note_and_controls_bend_and_swell_it() {
    let controls = dry().with(Control::Voices, 1.0).with(Control::Wheel, 1.0);
    let mut engine = instrument("flute", &controls);
    let events = [(0, on(72, 0.8)), (10_000, on(76, 0.8))];
    let sound = played(&mut engine, &events, 60_000, &[512]);
    let part = &sound[30_000..58_000];
    let (bent, unbent) = (amplitude(part, hz(78.0)), amplitude(part, hz(76.0)));
    assert!(bent > 10.0 * unbent, "{bent} {unbent}");
    assert!(bent > 10.0 * amplitude(part, hz(74.0)));
    engine.set_controls(&controls.with(Control::Expression, 0.25));
    let soft = played(&mut engine, &[], 30_000, &[512]);
    let change_db = 20.0 * (rms(&soft[10_000..]) / rms(part)).log10();
    assert!((-27.0..-21.0).contains(&change_db), "{change_db} dB");
}

#[test]
fn keys_from_before_there_was_a_target_sound_while_they_are_held_and_only_then() {
    let base = Library::shipped().base().unwrap();
    for (key_is_held, blocks) in [(false, 512), (true, 512), (true, 7)] {
        let made = engine(EngineSpec::of_keys(RATE_HZ), Arc::clone(&base), None);
        let (mut engine, _) = made.unwrap();
        engine.set_controls(&dry());
        let mut events = vec![(100, on(60, 0.8)), (3_000, on(64, 0.8)), (9_000, off(64))];
        if !key_is_held {
            events.push((9_000, off(60)));
        }
        let before = played(&mut engine, &events, 60_000, &[blocks]);
        assert!(before.iter().all(|x| *x == 0.0));
        engine.set_targets(shipped("flute")).unwrap();
        let after = played(&mut engine, &[], 30_000, &[blocks]);
        let part = &after[10_000..];
        assert_eq!(rms(part) > 0.003, key_is_held);
        assert!(key_is_held || after.iter().all(|x| *x == 0.0));
        assert!(amplitude(part, hz(64.0)) <= 0.1 * amplitude(part, hz(60.0)));
    }
}

#[test]
fn a_key_that_is_let_go_at_once_is_heard_as_a_short_one() {
    let mut engine = instrument("flute", &dry());
    let events = [(1_000, on(60, 0.8)), (1_000, off(60))];
    let sound = played(&mut engine, &events, 96_000, &[512]);
    assert!(rms(&sound[1_000..6_000]) > 1e-4);
    assert!(sound[72_000..].iter().all(|x| *x == 0.0));
}

#[test]
fn what_goes_in_is_not_heard() {
    let models = Models::new();
    let spec = EngineSpec::of_keys(RATE_HZ);
    let made = engine(spec, Arc::clone(&models.base), Some(models.target(1)));
    let (mut engine, _) = made.unwrap();
    engine.set_controls(&Controls::default().with(Control::Mix, 0.0));
    let mut loud = common::noise(1, 20_000);
    engine.process(&mut [&mut loud]);
    assert!(loud.iter().all(|x| *x == 0.0));
}

#[test]
fn nothing_allocates_while_keys_are_played_and_targets_change() {
    let models = Models::new();
    let base = Library::shipped().base().unwrap();
    for (base, targets) in [
        (
            Arc::clone(&models.base),
            [models.target(1), models.target(2)],
        ),
        (base, [shipped("cello"), shipped("piano")]),
    ] {
        let made = engine(EngineSpec::of_keys(44_100.0), base, targets[0].clone());
        let (mut engine, _) = made.unwrap();
        let mut sides = [vec![0.0; 400], vec![0.0; 400]];
        let ((), counts) = tracker::count(|| {
            for step in 0..120u8 {
                let key = 40 + step * 7 % 50;
                engine.take_key(&on(key, 0.7));
                engine.take_key(&KeyEvent::Controller {
                    channel: 0,
                    number: step,
                    value: 0.5,
                });
                if step % 3 == 0 {
                    engine.take_key(&off(key));
                }
                let performance = f32::from(step % 5) / 4.0;
                engine.set_controls(&dry().with(Control::Performance, performance));
                if step % 20 == 19 {
                    let target = targets[usize::from(step / 20 % 2)].clone();
                    engine.set_targets(target).unwrap();
                }
                let [left, right] = &mut sides;
                engine.process(&mut [left, right]);
                std::hint::black_box(engine.meters());
            }
            engine.reset();
        });
        assert_eq!(counts, tracker::Counts::default());
    }
}
