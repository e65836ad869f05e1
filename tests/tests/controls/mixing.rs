//! How the sound is made and mixed.

use mynah_engine::{Control, Controls};

use crate::measure::*;

pub(crate) fn auto_tracks_one_voice_and_follows_chords() {
    let chord = |notes: &[f32]| {
        let mut sum = vec![0.0; 72_000];
        for note in notes {
            let voice = tone(1.5, |_| *note, |_| -22.0);
            sum.iter_mut().zip(voice).for_each(|(sum, x)| *sum += x);
        }
        sum
    };
    for (notes, mode) in [
        (&[57.0][..], 0.0),
        (&[45.0], 0.0),
        (&[57.0, 61.0, 64.0], 1.0),
        (&[57.0, 60.0, 64.0], 1.0),
        (&[57.0, 64.0], 1.0),
        (&[62.0, 65.0, 69.0, 72.0], 1.0),
    ] {
        let input = chord(notes);
        let late = |mode: f32| flute(&with(Control::Mode, mode), &input).split_off(36_000);
        let (auto, expected, other) = (late(2.0), late(mode), late(1.0 - mode));
        let apart = |a: &[f32], b: &[f32]| {
            let squares: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
            squares.sqrt()
        };
        // What was decided before leaves traces in the networks' past.
        let (same, wrong) = (apart(&auto, &expected), apart(&auto, &other));
        assert!(same < 0.05 * wrong, "{notes:?}: {same}, {wrong}");
    }
}

pub(crate) fn input_gain_is_heard_by_the_translation_alone() {
    let input = steady(1.0);
    let level =
        |controls: &Controls| loudness_db(between(&frames(&flute(controls, &input)), 0.5, 0.9));
    let louder = level(&with(Control::InputGain, 6.0)) - level(&Controls::neutral());
    assert!((louder - 6.0).abs() < 1.5, "{louder}");
    let dry = with(Control::InputGain, 6.0).with(Control::Mix, 0.0);
    assert_eq!(flute(&dry, &input), input);
}

pub(crate) fn mix_goes_from_dry_to_wet() {
    let input = steady(0.5);
    let [dry, half, wet] = [0.0, 0.5, 1.0].map(|mix| flute(&with(Control::Mix, mix), &input));
    assert_eq!(dry, input);
    for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
        assert!((half - 0.5 * (dry + wet)).abs() < 1e-6);
    }
}

pub(crate) fn output_gain_scales_everything() {
    let input = steady(0.5);
    let factor = 10f32.powf(-12.0 / 20.0);
    for mix in [0.0, 1.0] {
        let controls = with(Control::Mix, mix);
        let softer = flute(&controls.with(Control::OutputGain, -12.0), &input);
        for (softer, plain) in softer.iter().zip(flute(&controls, &input)) {
            assert!((softer - factor * plain).abs() < 1e-6);
        }
    }
}

pub(crate) fn bypass_is_the_input() {
    let input = steady(0.5);
    let loud = with(Control::Bypass, 1.0).with(Control::OutputGain, 12.0);
    assert_eq!(flute(&loud, &input), input);
}

pub(crate) fn eco_leaves_the_generator_out() {
    let input = steady(0.5);
    let eco = flute(&with(Control::Quality, 0.0), &input);
    assert_eq!(eco, flute(&with(Control::Drive, 0.0), &input));
    assert_ne!(eco, flute(&Controls::neutral(), &input));
}
