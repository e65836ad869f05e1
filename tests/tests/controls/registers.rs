//! The lowest and the highest notes.

use std::f32::consts::TAU;

use mynah_engine::{Control, Controls, Corners, factory_presets};

use crate::measure::*;

/// Share of the frames from 0.1 s on that are within 50 cents of a pitch moved by whole octaves; and the octaves.
fn right(output: &[f32], note: f32, seconds: f32) -> f32 {
    let all = frames(output);
    let part = between(&all, 0.1, seconds);
    let found = pitches(part);
    if found.is_empty() {
        return 0.0;
    }
    let octaves = ((median(found.clone()) - note) / 12.0).round();
    let right = found
        .iter()
        .filter(|found| (*found - note - 12.0 * octaves).abs() < 0.5);
    right.count() as f32 / part.len() as f32
}

/// A string of a bass guitar, plucked.
fn bass(note: f32, seconds: f32) -> Vec<f32> {
    let hz = 440.0 * ((note - 69.0) / 12.0).exp2();
    (0..(seconds * RATE_HZ) as usize)
        .map(|n| {
            let now_s = n as f32 / RATE_HZ;
            let partial = |h: i32| {
                let h = h as f32;
                let partial_hz = h * hz * (1.0 + 2e-5 * h * h).sqrt();
                let level = (TAU * h / 10.0).sin().abs() / h * (-(0.6 + 0.2 * h) * now_s).exp();
                level * (TAU * (partial_hz * now_s).fract()).sin()
            };
            let fade = ((seconds - now_s) / 0.03).clamp(0.0, 1.0);
            0.3 * fade * (1..30).map(partial).sum::<f32>()
        })
        .collect()
}

#[test]
fn the_preset_for_basses_plays_every_note_of_one() {
    let preset = factory_presets()
        .iter()
        .find(|preset| preset.name == "Bass to Tenor Sax")
        .unwrap();
    let names = preset.targets.each_ref().map(|target| {
        let target = target.as_ref();
        target.map_or("", |target| target.name.as_str())
    });
    let targets: Corners = corners(names);
    let controls = preset.controls.with(Control::Room, 0.0);
    let (mut shares, mut notes) = (Vec::new(), Vec::new());
    for note in 28..=55 {
        let string = bass(note as f32, 0.8);
        let output = render(targets.clone(), &string, |_| controls);
        shares.push(right(&output, note as f32, 0.7));
        notes.push(notes_begun(targets.clone(), &string, &controls));
    }
    let single = notes.iter().filter(|notes| **notes == 1).count();
    assert!(single >= 20, "{notes:?}");
    let mean = shares.iter().sum::<f32>() / shares.len() as f32;
    assert!(mean > 0.95, "{mean}: {shares:?}");
}

#[test]
fn the_highest_notes_are_played_in_their_octave() {
    // A piccolo's E7 to C8, played on a flute two octaves lower.
    let controls = Controls::neutral().with(Control::Octave, -2.0);
    for note in [100.0, 104.0, 108.0] {
        let hz = 440.0 * ((note - 69.0_f32) / 12.0).exp2();
        let input: Vec<f32> = (0..RATE_HZ as usize)
            .map(|n| {
                let turns = (hz / RATE_HZ * n as f32).fract();
                0.1 * ((TAU * turns).sin() + 0.3 * (2.0 * TAU * turns).sin())
            })
            .collect();
        let output = flute(&controls, &input);
        let found = median(pitches(between(&frames(&output), 0.2, 0.9)));
        assert!((found - (note - 24.0)).abs() < 0.1, "{note}: {found}");
    }
}
