//! What the instrument's own controls do, and that notes sent elsewhere change nothing.

use mynah_engine::{Control, Controls, EngineSpec, KeyEvent, NoteAddress};

use crate::measure::*;

/// What the flute makes of these keys, all struck at the beginning and let go after so many seconds.
fn played(controls: &Controls, keys: &[u8], held_s: f32, seconds: f32) -> Vec<f32> {
    let spec = EngineSpec::of_keys(f64::from(RATE_HZ));
    let mut engine = engine(spec, corners(["flute", "", "", ""]));
    engine.set_controls(controls);
    for key in keys {
        engine.take_key(&KeyEvent::On {
            id: None,
            channel: 0,
            key: *key,
            velocity: 0.8,
        });
    }
    let mut sound = vec![0.0; (seconds * RATE_HZ) as usize];
    let (held, after) = sound.split_at_mut((held_s * RATE_HZ) as usize);
    engine.process(&mut [held]);
    engine.take_key(&KeyEvent::Off(NoteAddress::default()));
    engine.process(&mut [after]);
    sound
}

fn pitch_of(sound: &[f32]) -> Vec<f32> {
    pitches(between(&frames(sound), 0.5, 1.4))
}

fn level_of(sound: &[f32], from_s: f32, to_s: f32) -> f32 {
    loudness_db(between(&frames(sound), from_s, to_s))
}

pub(crate) fn what_is_sent_as_midi_sounds_the_same() {
    let sound = tone(1.0, |_| 69.0, |_| -14.0);
    assert!(flute(&with(Control::MidiOut, 1.0), &sound) == flute(&Controls::neutral(), &sound));
}

pub(crate) fn so_many_keys_sound_at_once() {
    let keys = [67, 71, 74];
    let all = played(&with(Control::Voices, 8.0), &keys, 1.5, 1.5);
    let one = played(&with(Control::Voices, 1.0), &keys, 1.5, 1.5);
    // The last key alone, in tune; three together are louder.
    let alone = median(pitch_of(&one));
    assert!((alone - 74.0).abs() < 0.2, "{alone}");
    let louder_db = level_of(&all, 0.5, 1.4) - level_of(&one, 0.5, 1.4);
    assert!(louder_db > 2.0, "{louder_db} dB");
}

pub(crate) fn modulation_is_vibrato() {
    let width = |modulation: f32| {
        let controls = with(Control::Modulation, modulation);
        let pitches = pitch_of(&played(&controls, &[74], 1.5, 1.5));
        let highest = pitches.iter().fold(f32::MIN, |most, x| most.max(*x));
        let lowest = pitches.iter().fold(f32::MAX, |least, x| least.min(*x));
        highest - lowest
    };
    let (none, full) = (width(0.0), width(1.0));
    assert!(full > none + 0.4 && full < 1.6, "{none} {full} semitones");
}

pub(crate) fn expression_is_level() {
    let level = |expression: f32| {
        let controls = with(Control::Expression, expression);
        level_of(&played(&controls, &[74], 1.5, 1.5), 0.5, 1.4)
    };
    let softer_db = level(0.5) - level(1.0);
    assert!((softer_db + 12.0).abs() < 1.0, "{softer_db} dB");
}

pub(crate) fn the_wheel_bends_by_two_semitones() {
    let pitch = |wheel: f32| {
        let sound = played(&with(Control::Wheel, wheel), &[74], 1.5, 1.5);
        median(pitch_of(&sound))
    };
    let rest = pitch(0.0);
    for wheel in [-1.0, 0.5] {
        let bent = pitch(wheel) - rest;
        assert!((bent - 2.0 * wheel).abs() < 0.1, "{wheel}: {bent}");
    }
}

pub(crate) fn sustain_holds_what_is_let_go() {
    let left_db = |sustain: f32| {
        let sound = played(&with(Control::Sustain, sustain), &[74], 0.7, 1.8);
        level_of(&sound, 1.3, 1.7) - level_of(&sound, 0.4, 0.7)
    };
    let (held_db, over_db) = (left_db(1.0), left_db(0.0));
    assert!(held_db > -6.0 && over_db < -30.0, "{held_db} {over_db} dB");
}
