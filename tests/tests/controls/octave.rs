//! *Auto octave*: phrases come to the register of the target.

use mynah_engine::{Control, Controls, Corners, Library};

use crate::measure::*;

/// Names of all shipped targets, with their home registers.
fn homes() -> Vec<(String, f32, f32)> {
    let library = Library::shipped();
    let homes = library.entries().iter().map(|entry| {
        let (low, high) = entry.info.home_register_midi.unwrap();
        (entry.info.name.clone(), low, high)
    });
    homes.collect()
}

fn target(name: &str) -> Corners {
    corners([name, "", "", ""])
}

fn auto() -> Controls {
    with(Control::OctaveAuto, 1.0)
}

/// A phrase of four notes around a first one, with short gaps, then a rest of half a second; 2 s in all.
fn phrase(first: f32) -> Vec<f32> {
    let notes = [0.0, 2.0, -1.0, 0.0];
    let place = move |now_s: f32| (now_s / 0.375) as usize;
    let level = move |now_s: f32| match (place(now_s), now_s % 0.375) {
        (0..4, 0.02..0.33) => -12.0,
        _ => -120.0,
    };
    tone(2.0, move |now_s| first + notes[place(now_s).min(3)], level)
}

/// The middle of what is played from one time to another.
fn played(output: &[f32], from_s: f32, to_s: f32) -> f32 {
    median(pitches(between(&frames(output), from_s, to_s)))
}

pub(crate) fn phrases_of_any_register_come_home_on_every_target() {
    for (name, low, high) in homes() {
        for first in [41.0, 50.0, 57.0, 66.0, 75.0, 84.0] {
            let output = render(target(&name), &phrase(first), |_| auto());
            let middle = played(&output, 0.1, 1.4);
            let home = low - 0.5..=high + 0.5;
            assert!(home.contains(&middle), "{name}, {first}: {middle}");
            assert!(
                ((middle - first).round() as i32 + 36) % 12 <= 2,
                "by octaves"
            );
        }
    }
}

#[test]
fn nothing_moves_within_a_legato_phrase_and_a_rest_brings_it_home() {
    // Up two octaves in one breath, long notes there, a rest, and the same note again.
    let pitch = |now_s: f32| 48.0 + (8.0 * (now_s - 0.5)).clamp(0.0, 24.0);
    let level = |now_s: f32| {
        if (8.0..8.4).contains(&now_s) {
            -120.0
        } else {
            -12.0
        }
    };
    let output = render(target("cello"), &tone(9.0, pitch, level), |_| auto());
    assert!((played(&output, 0.1, 0.5) - 48.0).abs() < 0.2);
    assert!((played(&output, 7.0, 7.9) - 72.0).abs() < 0.2, "legato");
    assert!((played(&output, 8.5, 8.9) - 48.0).abs() < 0.2, "after it");
}

#[test]
fn the_register_is_that_of_the_weightiest_target() {
    let both = || corners(["violin", "cello", "", ""]);
    let mut sound = phrase(60.0);
    sound.extend(phrase(60.0));
    let pad = |x: f32| auto().with(Control::MorphX, x);
    let near = render(both(), &phrase(60.0), |_| pad(0.3));
    assert!((played(&near, 0.1, 1.4) - 72.0).abs() < 2.1);
    let moved = |now_s: f32| pad(if now_s < 0.7 { 0.3 } else { 0.8 });
    let output = render(both(), &sound, moved);
    assert!((played(&output, 0.8, 1.4) - 72.0).abs() < 2.1, "held");
    assert!((played(&output, 2.1, 3.4) - 48.0).abs() < 2.1, "at a rest");
}

#[test]
fn another_target_is_at_home_at_once() {
    let steady = tone(2.0, |_| 60.0, |_| -12.0);
    let spec = mynah_engine::EngineSpec::alone(f64::from(RATE_HZ));
    let base = Library::shipped().base().unwrap();
    let (mut engine, _) = mynah_engine::engine(spec, base, target("violin")).unwrap();
    engine.set_controls(&auto());
    let mut output = steady;
    let (first, second) = output.split_at_mut(48_000);
    engine.process(&mut [first]);
    assert_eq!(engine.meters().octave, 1);
    engine.set_targets(target("cello")).unwrap();
    engine.process(&mut [second]);
    assert_eq!(engine.meters().octave, -1);
    assert!((played(&output, 0.2, 0.9) - 72.0).abs() < 0.2);
    assert!((played(&output, 1.1, 1.9) - 48.0).abs() < 0.2);
}

#[test]
fn follow_and_held_notes_know_nothing_of_it() {
    let sound = phrase(60.0);
    let follow = |auto_octave: f32| {
        let controls = with(Control::Mode, 1.0).with(Control::OctaveAuto, auto_octave);
        render(target("violin"), &sound, |_| controls)
    };
    assert_eq!(follow(1.0), follow(0.0));
    let held = |controls: Controls| {
        render_with_notes(target("violin"), &sound, |_| controls, |_| Some(62.0))
    };
    let output = held(auto());
    assert!((played(&output, 0.1, 1.4) - 62.0).abs() < 0.1);
    assert_eq!(output, held(with(Control::OctaveAuto, 0.0)));
}

#[test]
fn in_auto_one_voice_is_moved_and_chords_are_not() {
    let controls = auto().with(Control::Mode, 2.0);
    let output = render(target("violin"), &phrase(50.0), |_| controls);
    assert!((played(&output, 0.1, 1.4) - 74.0).abs() < 2.1);
    // A minor chord, then one note of it.
    let voices = [50.0, 53.0, 57.0, 60.0];
    let mut chord: Vec<f32> = vec![0.0; 4 * 48_000];
    for note in voices {
        let voice = tone(4.0, |_| note, |_| -18.0);
        chord.iter_mut().zip(voice).for_each(|(sum, x)| *sum += x);
    }
    chord.extend(vec![0.0; 15_000]);
    let note_s = chord.len() as f32 / RATE_HZ;
    chord.extend(tone(1.0, |_| 50.0, |_| -12.0));
    let output = render(target("violin"), &chord, |_| controls);
    let after = played(&output, note_s + 0.2, note_s + 0.9);
    assert!((after - 50.0).abs() < 0.2, "{after}");
}
