//! How loud.

use mynah_engine::{Control, Controls};

use crate::measure::*;

pub(crate) fn sensitivity_changes_the_colour_and_not_the_level() {
    let played = |sensitivity_db: f32| {
        let controls = with(Control::Sensitivity, sensitivity_db);
        let targets = corners(["sax-alto", "", "", ""]);
        let output = frames(&render(targets, &steady(1.5), |_| controls));
        let part = between(&output, 0.5, 1.4);
        let spectrum = spectrum_db(part);
        let bright_db = level_db(&spectrum, 1_500.0, 6_000.0) - level_db(&spectrum, 400.0, 1_500.0);
        (bright_db, loudness_db(part))
    };
    let (soft, as_played, loud) = (played(-24.0), played(0.0), played(24.0));
    // A saxophone that is blown harder is brighter.
    assert!(loud.0 > as_played.0 + 2.0 && as_played.0 > soft.0 + 2.0);
    assert!((loud.1 - soft.1).abs() < 1.5, "{soft:?} {loud:?}");
}

/// Loudness of a loud and a soft note, dB, and what is between them.
fn loud_and_soft_db(controls: &Controls, apart_db: f32) -> (f32, f32) {
    let level = |now_s: f32| if now_s < 1.0 { -12.0 } else { -12.0 - apart_db };
    let output = frames(&flute(controls, &tone(2.0, |_| 57.0, level)));
    let at = |from_s| loudness_db(between(&output, from_s, from_s + 0.4));
    (at(0.5), at(1.5))
}

pub(crate) fn the_curve_scales_the_dynamics() {
    let apart_db = |curve: f32| {
        let (loud, soft) = loud_and_soft_db(&with(Control::Curve, curve), 12.0);
        loud - soft
    };
    let natural = apart_db(1.0);
    assert!((natural - 12.0).abs() < 2.0, "{natural}");
    for curve in [0.0, 0.5, 2.0] {
        let found = apart_db(curve);
        // The colour that goes with the level changes the loudness a little, too.
        assert!((found - curve * 12.0).abs() < 2.5, "{curve}: {found}");
    }
}

pub(crate) fn the_floor_silences_what_is_softer() {
    let (loud, soft) = loud_and_soft_db(&with(Control::Floor, -40.0), 30.0);
    let (same, open) = loud_and_soft_db(&Controls::neutral(), 30.0);
    assert!(soft < -95.0 && open > -65.0, "{soft} {open}");
    assert!((loud - same).abs() < 0.1);
}

pub(crate) fn hysteresis_keeps_the_gate_open() {
    // Falls to 5 dB below the floor: closed with a hysteresis of 2 dB, open with one of 10.
    let soft_db = |hysteresis_db: f32| {
        let controls = with(Control::Floor, -25.0).with(Control::Hysteresis, hysteresis_db);
        loud_and_soft_db(&controls, 11.0).1
    };
    let (narrow, wide) = (soft_db(2.0), soft_db(10.0));
    assert!(narrow < -95.0 && wide > -50.0, "{narrow} {wide}");
}

pub(crate) fn attack_lets_notes_swell() {
    let level = |now_s: f32| if now_s < 0.2 { -120.0 } else { -12.0 };
    let input = tone(1.5, |_| 57.0, level);
    let rise_ms = |attack_ms: f32| {
        let output = flute(&with(Control::Attack, attack_ms), &input);
        let whole = peak(&output, 1.2, 1.5);
        let reached = |share: f32| {
            let at = output.iter().position(|x| x.abs() >= share * whole);
            at.unwrap() as f32 / RATE_HZ * 1_000.0
        };
        reached(0.9) - reached(0.1)
    };
    let (at_once, slow) = (rise_ms(0.0), rise_ms(400.0));
    assert!(at_once < 80.0, "{at_once}");
    assert!((slow - 400.0).abs() < 120.0, "{slow}");
}

pub(crate) fn release_lets_notes_ring() {
    let level = |now_s: f32| if now_s < 1.0 { -12.0 } else { -140.0 };
    let input = tone(2.5, |_| 57.0, level);
    let fallen_db = |release_ms: f32, after_s: f32| {
        let output = flute(&with(Control::Release, release_ms), &input);
        let now = peak(&output, 1.0 + after_s, 1.1 + after_s);
        20.0 * (peak(&output, 0.8, 1.0) / now.max(1e-9)).log10()
    };
    assert!(fallen_db(0.0, 0.3) > 60.0, "{}", fallen_db(0.0, 0.3));
    // 60 dB in two seconds are 30 in one.
    let rung = fallen_db(2_000.0, 1.0);
    assert!((rung - 30.0).abs() < 6.0, "{rung}");
    let output = frames(&flute(&with(Control::Release, 2_000.0), &input));
    let ringing = median(pitches(between(&output, 1.3, 1.8)));
    assert!((ringing - 57.0).abs() < 0.1, "{ringing}");
}
