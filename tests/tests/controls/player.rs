//! What the target's own player plays.

use mynah_engine::{Control, Controls, Corners};
use mynah_models::Unvoiced;

use crate::measure::*;

fn target(name: &str) -> Corners {
    corners([name, "", "", ""])
}

/// The player plays all there is, but for one control.
fn playing(control: Control, number: f32) -> Controls {
    with(Control::Performance, 1.0).with(control, number)
}

pub(crate) fn a_guitar_that_is_played_dies_away_under_a_held_note() {
    let fall_db = |performance: f32| {
        let controls = with(Control::Performance, performance);
        let targets = corners(["guitar", "", "", ""]);
        let output = frames(&render(targets, &steady(1.5), |_| controls));
        let level = |from, to| level_db(&spectrum_db(between(&output, from, to)), 150.0, 3_000.0);
        level(0.3, 0.5) - level(1.2, 1.4)
    };
    let (held, played) = (fall_db(0.0), fall_db(1.0));
    assert!(held.abs() < 2.0 && played > held + 2.5, "{held} {played}");
}

/// How much softer a violin is 30 to 70 ms after a note began at once than later, dB.
pub(crate) fn the_players_attack_is_as_slow_as_a_bow() {
    let input = tone(
        1.5,
        |_| 69.0,
        |now_s| if now_s < 0.5 { -100.0 } else { -12.0 },
    );
    let swell_db = |attack: f32| {
        let controls = playing(Control::PlayerAttack, attack);
        let output = frames(&render(target("violin"), &input, |_| controls));
        loudness_db(between(&output, 0.8, 1.2)) - loudness_db(between(&output, 0.53, 0.57))
    };
    let (yours, players) = (swell_db(0.0), swell_db(1.0));
    assert!(players > yours + 5.0, "{yours} {players}");
}

pub(crate) fn the_players_vibrato_takes_the_place_of_none() {
    let input = tone(2.5, |_| 69.0, |_| -12.0);
    let cents = |vibrato: f32| {
        let controls = playing(Control::PlayerVibrato, vibrato);
        let output = frames(&render(target("violin"), &input, |_| controls));
        100.0 * deviation(&pitches(between(&output, 0.5, 2.4)))
    };
    let (yours, players) = (cents(0.0), cents(1.0));
    assert!(yours < 0.2 && players > 1.0, "{yours} {players}");
}

pub(crate) fn the_players_colour_is_the_recorded_one() {
    let spectrum = |controls: Controls| {
        let output = frames(&render(target("cello"), &steady(1.5), |_| controls));
        spectrum_db(between(&output, 0.5, 1.4))
    };
    let [none, half, all] =
        [0.0, 0.25, 1.0].map(|colour| spectrum(playing(Control::PlayerColour, colour)));
    let (near, far) = (distance_db(&half, &none), distance_db(&all, &none));
    assert!(near > 1.0 && far > near + 1.0, "{near} {far}");
}

pub(crate) fn consonants_are_held_or_noise_or_softer_or_gone() {
    // A hiss of 200 ms in the middle of a tone.
    let mut input = steady(1.5);
    let (from, to) = (0.7, 0.9);
    let hiss = (from * RATE_HZ) as usize..(to * RATE_HZ) as usize;
    let (mut chance, mut before) = (1u32, 0.0);
    for sample in &mut input[hiss] {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = chance as f32 / u32::MAX as f32 - 0.5;
        *sample = 0.3 * (noise - before);
        before = noise;
    }
    // Level in the middle of the hiss, dB, and how much of it has a pitch.
    let heard = |unvoiced: Unvoiced| {
        let controls =
            with(Control::Performance, 0.5).with(Control::Unvoiced, unvoiced as u8 as f32);
        let output = frames(&render(target("cello"), &input, |_| controls));
        let middle = between(&output, from + 0.06, to - 0.02);
        let voiced = middle.iter().filter(|frame| frame.pitch.voicing > 0.5);
        (
            loudness_db(middle),
            voiced.count() as f32 / middle.len() as f32,
        )
    };
    let [held, noise, softened, swallowed] = [
        Unvoiced::Held,
        Unvoiced::Noise,
        Unvoiced::Softened,
        Unvoiced::Swallowed,
    ]
    .map(heard);
    let all = format!("{held:?} {noise:?} {softened:?} {swallowed:?}");
    assert!(held.1 > 0.9 && noise.1 < 0.6, "{all}");
    assert!(softened.0 < noise.0 - 4.0, "{all}");
    assert!(swallowed.0 < noise.0 - 25.0, "{all}");
}

#[test]
fn sensitivity_chooses_louder_recordings() {
    let brightness_db = |sensitivity_db: f32| {
        let controls = with(Control::Performance, 0.5).with(Control::Sensitivity, sensitivity_db);
        let output = frames(&render(target("piano"), &steady(1.0), |_| controls));
        let spectrum = spectrum_db(between(&output, 0.2, 0.6));
        level_db(&spectrum, 1_500.0, 6_000.0) - level_db(&spectrum, 150.0, 900.0)
    };
    let (soft, loud) = (brightness_db(-18.0), brightness_db(18.0));
    assert!(loud > soft + 3.0, "{soft} {loud}");
}
