//! Mode *Chords*: what several strings play together is played by as many voices of the target.

#![allow(clippy::unwrap_used)]

mod tracker;

use std::sync::Arc;

use mynah_engine::{
    Channels, Controls, Engine, EngineSpec, Library, Mode, TargetRef, VoiceNote, engine,
};
use mynah_models::Target;

const RATE_HZ: f64 = 48_000.0;

fn shipped(name: &str) -> Arc<Target> {
    let reference = TargetRef {
        name: name.to_owned(),
        hash: None,
    };
    Library::shipped().load(&reference).unwrap()
}

fn in_mode(mode: Mode, target: &str) -> Engine {
    let base = Library::shipped().base().unwrap();
    let (mut engine, _) = engine(EngineSpec::alone(RATE_HZ), base, shipped(target)).unwrap();
    engine.set_controls(&Controls {
        mode,
        room: 0.0,
        ..Controls::default()
    });
    engine
}

fn hz(key: f64) -> f64 {
    440.0 * ((key - 69.0) / 12.0).exp2()
}

/// Plucked strings, struck together: decaying harmonics with a little noise at the stroke.
fn strum(keys: &[f64], samples: usize) -> Vec<f32> {
    let string = |n: usize, key: f64| {
        let now_s = n as f64 / RATE_HZ;
        let harmonic = |number: usize| {
            let number = number as f64;
            let decay = (-(1.2 + 0.5 * number) * now_s).exp();
            decay * (std::f64::consts::TAU * number * hz(key) * now_s).sin() / number
        };
        (1..=12).map(harmonic).sum::<f64>()
    };
    (0..samples)
        .map(|n| 0.08 * keys.iter().map(|key| string(n, *key)).sum::<f64>() as f32)
        .collect()
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

#[test]
fn a_strummed_chord_is_bowed_note_by_note() {
    let chord = [48.0, 55.0, 60.0, 64.0];
    let mut sound = vec![0.0; 9_600];
    sound.extend(strum(&chord, 96_000));
    let mut engine = in_mode(Mode::Chords, "cello");
    let mut heard = sound.clone();
    for block in heard.chunks_mut(480) {
        engine.process(&mut [block]);
    }
    assert!(heard[..9_600].iter().all(|x| x.abs() < 1e-3));
    let part = &heard[24_000..72_000];
    for key in chord {
        let own = amplitude(part, hz(key));
        let beside = amplitude(part, hz(key + 0.5));
        assert!(own > 4.0 * beside, "{key}: {own} {beside}");
    }
    // What is not played: the semitone between two of them.
    let strange = amplitude(part, hz(57.5));
    assert!(strange < 0.1 * amplitude(part, hz(60.0)), "{strange}");
}

#[test]
fn whatever_the_blocks_and_the_modes_before_it_sounds_the_same_and_nothing_allocates() {
    let sound = strum(&[52.0, 59.0, 64.0, 68.0], 60_000);
    let played = |blocks: &[usize]| {
        let mut engine = in_mode(Mode::Chords, "violin");
        let mut heard = sound.clone();
        let ((), counts) = tracker::count(|| {
            let (mut start, mut lengths) = (0, blocks.iter().cycle());
            while start < heard.len() {
                let end = (start + lengths.next().unwrap()).min(heard.len());
                engine.process(&mut [&mut heard[start..end]]);
                start = end;
            }
            for mode in [Mode::Track, Mode::Chords, Mode::Follow, Mode::Chords] {
                engine.set_controls(&Controls {
                    mode,
                    ..Controls::default()
                });
                engine.process(&mut [&mut [0.1; 3_000]]);
            }
            engine.reset();
        });
        assert_eq!(counts, tracker::Counts::default());
        heard
    };
    let whole = played(&[60_000]);
    assert!(whole[10_000..].iter().any(|x| x.abs() > 0.01));
    assert!(played(&[1, 127, 600]) == whole);
}

#[test]
fn both_sides_are_heard_as_one_and_modes_and_channels_change_without_allocating() {
    let sides = [strum(&[48.0, 55.0], 48_000), strum(&[60.0, 64.0], 48_000)];
    let heard = |channels: Channels| {
        let mut engine = in_mode(Mode::Chords, "cello");
        let controls = Controls {
            mode: Mode::Chords,
            room: 0.0,
            channels,
            ..Controls::default()
        };
        engine.set_controls(&controls);
        let mut heard = sides.clone();
        let [left, right] = &mut heard;
        for (left, right) in left.chunks_mut(480).zip(right.chunks_mut(480)) {
            engine.process(&mut [left, right]);
        }
        let keys = engine.chord().unwrap();
        let mut keys: Vec<f32> = keys
            .iter()
            .filter(|key| key.held)
            .map(|key| key.semitones)
            .collect();
        keys.sort_by(f32::total_cmp);
        assert_eq!(keys, [48.0, 55.0, 60.0, 64.0]);
        let ((), counts) = tracker::count(|| {
            for mode in [Mode::Track, Mode::Chords, Mode::Follow, Mode::Chords] {
                engine.set_controls(&Controls { mode, ..controls });
                let [mut left, mut right] = [[0.1; 5_000], [-0.05; 5_000]];
                engine.process(&mut [&mut left, &mut right]);
                std::hint::black_box(engine.chord());
            }
        });
        assert_eq!(counts, tracker::Counts::default());
        heard
    };
    let (mono, stereo) = (heard(Channels::Mono), heard(Channels::Stereo));
    assert!(mono == stereo && mono[0] == mono[1]);
    assert!(mono[0][20_000..].iter().any(|x| x.abs() > 0.01));
}

#[test]
fn another_target_takes_over_the_notes_that_sound() {
    let sound = strum(&[48.0, 55.0, 60.0], 72_000);
    let mut engine = in_mode(Mode::Chords, "cello");
    let mut heard = sound.clone();
    engine.process(&mut [&mut heard[..36_000]]);
    let before = engine.chord().unwrap();
    engine.set_targets(shipped("clarinet")).unwrap();
    engine.process(&mut [&mut heard[36_000..]]);
    let after = engine.chord().unwrap();
    let held = |keys: &[VoiceNote]| keys.iter().filter(|key| key.held).count();
    assert_eq!((held(&before), held(&after)), (3, 3));
    // The same notes, not struck anew.
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| before.note == after.note)
    );
    let level = |part: &[f32]| part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32;
    // 10.7 ms of both, and no gap.
    let (here, there) = (level(&heard[33_000..36_000]), level(&heard[36_000..39_000]));
    assert!((0.05..20.0).contains(&(there / here)), "{here} {there}");
    engine.reset();
    assert!(engine.chord().is_none());
}
