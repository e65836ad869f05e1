//! Where between all instruments.

use mynah_engine::{Control, Controls};

use crate::measure::*;

/// What the measured note is like, by the sound alone.
struct Heard {
    /// The harmonics' centre by amplitude, octaves above 1 Hz.
    brightness: f32,
    /// What lies between the harmonics, over them, dB.
    breath_db: f32,
    /// The first two harmonics over the others, dB.
    body_db: f32,
    loudness_db: f32,
}

/// Frequency of the steady tone.
const F0_HZ: f32 = 220.0;

fn heard(controls: &Controls) -> Heard {
    let sound = render(corners(["violin", "", "", ""]), &steady(1.5), |_| {
        controls.with(Control::Performance, 0.5)
    });
    let harmonics: Vec<f32> = (1..=40)
        .map(|h| amplitude_at(&sound, h as f32 * F0_HZ))
        .collect();
    let total: f32 = harmonics.iter().sum();
    let centre: f32 = harmonics
        .iter()
        .enumerate()
        .map(|(index, amplitude)| amplitude * (index + 1) as f32 * F0_HZ)
        .sum();
    let power = |amplitudes: &[f32]| amplitudes.iter().map(|a| a * a).sum::<f32>();
    let between: Vec<f32> = (4..40)
        .map(|h| amplitude_at(&sound, (h as f32 + 0.5) * F0_HZ))
        .collect();
    let db = |ratio: f32| 10.0 * ratio.log10();
    let frames = frames(&sound);
    let part = frames.iter().skip(100).take(150);
    let loudness: f32 = part.clone().map(|frame| frame.log_loudness).sum();
    Heard {
        brightness: (centre / total).log2(),
        breath_db: db(power(&between) / power(&harmonics)),
        body_db: db(power(&harmonics[..2]) / power(&harmonics[2..])),
        loudness_db: 8.685_89 * loudness / part.count() as f32,
    }
}

/// The amplitude at a frequency in the steady part of a sound, by a window of a second.
fn amplitude_at(sound: &[f32], hz: f32) -> f32 {
    let part = &sound[(0.4 * RATE_HZ) as usize..(1.4 * RATE_HZ) as usize];
    let (mut re, mut im) = (0.0f64, 0.0f64);
    for (n, x) in part.iter().enumerate() {
        let turn = std::f64::consts::TAU * f64::from(hz) * n as f64 / f64::from(RATE_HZ);
        let window = 1.0 - (std::f64::consts::TAU * n as f64 / part.len() as f64).cos();
        re += window * f64::from(*x) * turn.cos();
        im += window * f64::from(*x) * turn.sin();
    }
    (re.hypot(im) / part.len() as f64) as f32
}

fn change(control: Control) -> [Heard; 3] {
    [-0.7, 0.0, 0.7].map(|number| heard(&with(control, number)))
}

/// Every one of them is a colour, not a level.
fn assert_as_loud(all: &[Heard; 3]) {
    for heard in all {
        let off = heard.loudness_db - all[1].loudness_db;
        assert!(off.abs() < 1.5, "{off} dB louder");
    }
}

pub(crate) fn the_map_goes_from_full_to_thin() {
    let all = change(Control::TimbreX);
    assert_as_loud(&all);
    let [left, plain, right] = all;
    assert!(right.brightness > plain.brightness + 0.15);
    assert!(plain.brightness > left.brightness + 0.15);
    assert!(left.body_db > plain.body_db + 3.0 && plain.body_db > right.body_db + 3.0);
}

pub(crate) fn the_map_goes_up_and_down_without_getting_brighter() {
    let all = change(Control::TimbreY);
    assert_as_loud(&all);
    let [below, plain, above] = all;
    assert!((above.brightness - below.brightness).abs() < 0.2);
    let other = (above.body_db - plain.body_db).abs() + (above.breath_db - plain.breath_db).abs();
    assert!(other > 0.5, "{other}");
}

pub(crate) fn brighter_is_more_of_the_high_harmonics() {
    let all = change(Control::TimbreBrightness);
    assert_as_loud(&all);
    let [darker, plain, brighter] = all;
    assert!(brighter.brightness > plain.brightness + 0.25);
    assert!(plain.brightness > darker.brightness + 0.25);
}

pub(crate) fn breathier_is_more_noise_and_no_brighter() {
    let all = change(Control::TimbreBreath);
    assert_as_loud(&all);
    let [purer, plain, breathier] = all;
    assert!(breathier.breath_db > plain.breath_db + 2.0);
    assert!(plain.breath_db > purer.breath_db + 1.0);
    assert!((breathier.brightness - plain.brightness).abs() < 0.15);
}

pub(crate) fn fuller_is_more_of_the_fundamental_and_its_octave() {
    let all = change(Control::TimbreBody);
    assert_as_loud(&all);
    let [thinner, plain, fuller] = all;
    assert!(fuller.body_db > plain.body_db + 6.0);
    assert!(plain.body_db > thinner.body_db + 6.0);
}

pub(crate) fn notes_speak_sooner_or_later() {
    // How long after its beginning a bowed note is within 3 dB of its loudest.
    let late_ms = |attack: f32| {
        let controls = with(Control::TimbreAttack, attack).with(Control::Performance, 0.5);
        let sound = render(corners(["cello", "", "", ""]), &steady(1.5), |_| controls);
        let levels: Vec<f32> = sound
            .chunks(240)
            .map(|part| part.iter().map(|x| x * x).sum::<f32>().sqrt())
            .collect();
        let loudest = levels.iter().take(160).fold(0f32, |a, b| a.max(*b));
        let there = levels.iter().position(|level| *level > 0.7 * loudest);
        5.0 * there.unwrap_or(levels.len()) as f32
    };
    let (later, plain, sooner) = (late_ms(-1.0), late_ms(0.0), late_ms(1.0));
    assert!(later > plain + 30.0, "{later} {plain} {sooner}");
    assert!(sooner <= plain, "{later} {plain} {sooner}");
}
