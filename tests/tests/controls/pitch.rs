//! What is played.

use std::f32::consts::TAU;

use mynah_engine::{Control, Controls};

use crate::measure::*;

fn median_pitch(controls: &Controls) -> f32 {
    let output = frames(&flute(controls, &steady(1.5)));
    median(pitches(between(&output, 0.5, 1.4)))
}

pub(crate) fn octaves_double_and_halve_the_pitch() {
    for octave in [-1.0, 0.0, 1.0, 2.0] {
        let pitch = median_pitch(&with(Control::Octave, octave));
        assert!(
            (pitch - 57.0 - 12.0 * octave).abs() < 0.05,
            "{octave}: {pitch}"
        );
    }
}

pub(crate) fn semitones_move_the_pitch() {
    for semitones in [-12.0, -5.0, 7.0] {
        let pitch = median_pitch(&with(Control::Semitones, semitones));
        assert!(
            (pitch - 57.0 - semitones).abs() < 0.05,
            "{semitones}: {pitch}"
        );
    }
}

pub(crate) fn cents_tune_finely() {
    for cents in [-100.0, -20.0, 50.0] {
        let pitch = median_pitch(&with(Control::Cents, cents));
        assert!(
            (pitch - 57.0 - cents / 100.0).abs() < 0.02,
            "{cents}: {pitch}"
        );
    }
}

pub(crate) fn bend_moves_the_pitch() {
    for bend in [-12.0, -0.5, 3.3] {
        let pitch = median_pitch(&with(Control::Bend, bend));
        assert!((pitch - 57.0 - bend).abs() < 0.05, "{bend}: {pitch}");
    }
}

/// A melody in C major, 40 cents sharp and with a vibrato, two notes a second.
fn sharp_melody() -> Vec<f32> {
    let notes = [
        60.0, 62.0, 64.0, 65.0, 67.0, 69.0, 71.0, 72.0, 67.0, 64.0, 60.0, 59.0,
    ];
    let pitch = |now_s: f32| {
        let note = notes[(now_s * 2.0) as usize % notes.len()];
        note + 0.4 + 0.15 * (TAU * 5.5 * now_s).sin()
    };
    tone(5.0, pitch, |_| -12.0)
}

/// Share of the voiced frames within 30 cents of one of the notes.
fn share_on(notes: &[i32], controls: &Controls, input: &[f32]) -> f32 {
    let found = pitches(between(&frames(&flute(controls, input)), 0.2, 4.9));
    assert!(found.len() > 500, "only {} voiced frames", found.len());
    let on = |pitch: &&f32| {
        let near = |note: &i32| {
            let apart = (**pitch - *note as f32).rem_euclid(12.0);
            apart.min(12.0 - apart) < 0.3
        };
        notes.iter().any(near)
    };
    found.iter().filter(on).count() as f32 / found.len() as f32
}

const C_MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];

fn snapped() -> Controls {
    with(Control::Snap, 1.0).with(Control::Scale, 1.0)
}

/// Without a glide: sung notes that are not in the scale have a longer way to go at each change.
fn snapped_at_once() -> Controls {
    snapped().with(Control::Glide, 0.0)
}

pub(crate) fn snap_puts_what_is_played_on_the_scale() {
    let input = sharp_melody();
    let before = share_on(&C_MAJOR, &Controls::neutral(), &input);
    let after = share_on(&C_MAJOR, &snapped(), &input);
    assert!(before < 0.4, "{before} without it");
    assert!(after >= 0.95, "{after}");
}

pub(crate) fn the_key_chooses_the_notes() {
    // E flat major has three notes that C major lacks, and lacks three that it has.
    let controls = snapped_at_once().with(Control::Key, 3.0);
    let in_key = share_on(&[3, 5, 7, 8, 10, 0, 2], &controls, &sharp_melody());
    assert!(in_key >= 0.95, "{in_key}");
}

pub(crate) fn the_scale_chooses_the_notes() {
    for (scale, notes) in [
        (2.0, &[0, 2, 3, 5, 7, 8, 10][..]),
        (3.0, &[0, 2, 4, 7, 9]),
        (4.0, &[0, 3, 5, 7, 10]),
        (5.0, &[0, 3, 5, 6, 7, 10]),
    ] {
        let controls = snapped_at_once().with(Control::Scale, scale);
        let share = share_on(notes, &controls, &sharp_melody());
        assert!(share >= 0.95, "scale {scale}: {share}");
    }
}

pub(crate) fn own_notes_are_the_only_ones() {
    // C, E and G: bits 0, 4 and 7.
    let controls = snapped_at_once()
        .with(Control::Scale, 6.0)
        .with(Control::Notes, f32::from(0b1001_0001_u8));
    let share = share_on(&[0, 4, 7], &controls, &sharp_melody());
    assert!(share >= 0.95, "{share}");
}

pub(crate) fn glide_takes_its_time() {
    // D sung over a held scale of C and E flat alone: the pull goes the other way after the change of note.
    let input = tone(
        2.0,
        |now_s| if now_s < 1.0 { 60.4 } else { 67.6 },
        |_| -12.0,
    );
    let pulled = |glide_ms: f32, after_s: f32| {
        let controls = with(Control::Snap, 1.0).with(Control::Glide, glide_ms);
        let output = frames(&flute(&controls, &input));
        let from_s = 1.0 + after_s;
        median(pitches(between(&output, from_s, from_s + 0.05)))
    };
    // Without a glide it is there as soon as the tracker is, with one it is still on its way.
    assert!((pulled(0.0, 0.1) - 68.0).abs() < 0.1);
    let on_its_way = pulled(500.0, 0.1);
    assert!((67.1..67.8).contains(&on_its_way), "{on_its_way}");
    assert!((pulled(500.0, 0.9) - 68.0).abs() < 0.1);
}

pub(crate) fn vibrato_is_flattened_and_doubled() {
    let input = tone(3.0, |t| 57.0 + 0.4 * (TAU * 5.5 * t).sin(), |_| -12.0);
    let swing = |share: f32| {
        let output = frames(&flute(&with(Control::Vibrato, share), &input));
        deviation(&pitches(between(&output, 1.0, 2.9)))
    };
    let natural = swing(1.0);
    assert!((natural - 0.4 / 2f32.sqrt()).abs() < 0.03, "{natural}");
    let flattened = swing(0.0);
    assert!(flattened < 0.2 * natural, "{flattened} of {natural}");
    let doubled = swing(2.0);
    assert!(
        (doubled / natural - 2.0).abs() < 0.2,
        "{doubled} of {natural}"
    );
}

#[test]
fn held_notes_are_played_with_the_dynamics_of_the_sound() {
    // A sung A; E4, then B4 half a tone up by the wheel; then what is sung again.
    let input = tone(
        2.0,
        |_| 57.0,
        |now_s| if now_s < 0.5 { -12.0 } else { -24.0 },
    );
    let held = |now_s: f32| match now_s {
        0.0..1.0 => Some(64.0),
        1.0..1.5 => Some(71.5),
        _ => None,
    };
    for mode in [0.0, 1.0, 2.0] {
        let controls = with(Control::Mode, mode).with(Control::Glide, 0.0);
        let targets = corners(["flute", "", "", ""]);
        let output = frames(&render_with_notes(targets, &input, |_| controls, held));
        let at = |from_s: f32| between(&output, from_s, from_s + 0.2);
        assert!((median(pitches(at(0.25))) - 64.0).abs() < 0.05);
        assert!((median(pitches(at(1.25))) - 71.5).abs() < 0.05);
        assert!((median(pitches(at(1.75))) - 57.0).abs() < 0.1);
        let softer_db = loudness_db(at(0.25)) - loudness_db(at(0.75));
        assert!((softer_db - 12.0).abs() < 3.0, "{softer_db}");
    }
}
