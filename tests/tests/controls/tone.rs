//! In what colour.

use mynah_engine::{Control, Controls};

use crate::measure::*;

/// The mean spectrum of a cello, which has harmonics all the way up, with these controls.
fn cello_db(controls: &Controls) -> Vec<f32> {
    let targets = corners(["cello", "", "", ""]);
    let output = frames(&render(targets, &steady(1.5), |_| *controls));
    spectrum_db(between(&output, 0.5, 1.4))
}

/// What a control changes in each band, dB.
fn change_db(control: Control, number: f32) -> Vec<f32> {
    let plain = cello_db(&Controls::neutral());
    let changed = cello_db(&with(control, number));
    changed.iter().zip(&plain).map(|(a, b)| a - b).collect()
}

pub(crate) fn brightness_tilts_the_spectrum() {
    for tilt_db in [-4.0, 4.0] {
        let change = change_db(Control::Brightness, tilt_db);
        let octaves = (8_000f32 / 500.0).log2();
        let found = level_db(&change, 7_000.0, 9_000.0) - level_db(&change, 400.0, 600.0);
        let wanted = octaves * tilt_db;
        assert!(
            (found - wanted).abs() < 0.25 * wanted.abs(),
            "{tilt_db}: {found}, not {wanted}"
        );
    }
}

pub(crate) fn formants_move_and_the_pitch_does_not() {
    let high_over_low = |semitones: f32| {
        let output = frames(&flute(&with(Control::Formant, semitones), &steady(1.5)));
        let part = between(&output, 0.5, 1.4);
        assert!((median(pitches(part)) - 57.0).abs() < 0.05);
        let spectrum = spectrum_db(part);
        level_db(&spectrum, 1_500.0, 5_000.0) - level_db(&spectrum, 150.0, 600.0)
    };
    let (down, plain, up) = (high_over_low(-7.0), high_over_low(0.0), high_over_low(7.0));
    assert!(
        up > plain + 5.0 && plain > down + 5.0,
        "{down} {plain} {up}"
    );
}

pub(crate) fn breath_is_what_is_between_the_harmonics() {
    let heard = |breath_db: f32| {
        let output = frames(&flute(&with(Control::Breath, breath_db), &steady(1.5)));
        let spectrum = spectrum_db(between(&output, 0.5, 1.4));
        (
            level_db(&spectrum, 5_000.0, 15_000.0),
            level_db(&spectrum, 200.0, 900.0),
        )
    };
    let (down, plain, up) = (heard(-18.0), heard(0.0), heard(18.0));
    // Far up a flute at A3 is mostly breath; at its low harmonics it is not.
    assert!(
        up.0 > plain.0 + 12.0 && down.0 < plain.0 - 2.0,
        "{down:?} {plain:?} {up:?}"
    );
    assert!((down.1 - plain.1).abs() < 1.5, "{down:?} {plain:?}");
}

pub(crate) fn air_is_treble_over_bass() {
    let change = change_db(Control::Air, 12.0);
    let (low, middle, high) = (
        level_db(&change, 100.0, 260.0),
        level_db(&change, 900.0, 1_800.0),
        level_db(&change, 7_000.0, 16_000.0),
    );
    assert!((low + 6.0).abs() < 1.5 && middle.abs() < 1.0 && (high - 6.0).abs() < 1.5);
}

pub(crate) fn drive_adds_the_generator() {
    let input = steady(1.0);
    let driven = |drive: f32| flute(&with(Control::Drive, drive), &input);
    let (none, half, full) = (driven(0.0), driven(0.5), driven(1.0));
    let largest = full
        .iter()
        .zip(&none)
        .fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(largest > 1e-3, "{largest}");
    // What it adds is added in proportion.
    for ((none, half), full) in none.iter().zip(&half).zip(&full) {
        assert!((half - 0.5 * (none + full)).abs() < 1e-4);
    }
}
