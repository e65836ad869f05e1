//! A control that is turned, however fast, does not click.
//!
//! A click is a sudden step of the waveform: a second difference beyond what the sound itself has with the control at
//! rest at either end.

use mynah_engine::{Control, Controls};

use crate::measure::*;

/// Steps of an automated sound may be so much larger than the largest of both sounds at rest.
const LARGER: f32 = 1.6;
/// What the translation hears of an input gain that goes up by 48 dB in 20 ms is an onset, and it plays one.
const LARGER_ONSET: f32 = 3.0;

/// The largest second difference after the beginning.
fn steepest(sound: &[f32]) -> f32 {
    let settled = &sound[(0.5 * RATE_HZ) as usize..];
    settled.windows(3).fold(0.0, |largest, x| {
        largest.max((x[2] - 2.0 * x[1] + x[0]).abs())
    })
}

/// A soft tone without much treble, in which a click is easily seen.
fn dull_tone() -> Vec<f32> {
    use std::f32::consts::TAU;
    let wave = |n: usize| (TAU * 220.0 * n as f32 / RATE_HZ).sin();
    (0..(2.0 * RATE_HZ) as usize)
        .map(|n| 0.2 * wave(n) + 0.05 * wave(2 * n) + 0.02 * wave(3 * n))
        .collect()
}

/// What must be on for a control to do anything.
fn heard(control: Control) -> Controls {
    let plain = Controls::neutral();
    match control {
        Control::Key | Control::Scale | Control::Glide => plain.with(Control::Snap, 1.0),
        Control::Notes => plain.with(Control::Snap, 1.0).with(Control::Scale, 6.0),
        Control::Hysteresis => plain.with(Control::Floor, -30.0),
        Control::RoomSize => plain.with(Control::Room, 1.0),
        Control::VariationRate | Control::Seed => plain.with(Control::Variation, 0.5),
        _ => plain,
    }
}

#[test]
fn no_control_clicks_when_it_is_automated() {
    let input = dull_tone();
    let targets = || corners(["flute", "cello", "trumpet", "violin"]);
    let mut clicks = Vec::new();
    for control in Control::ALL {
        let info = control.info();
        let plain = heard(*control);
        let at_rest = |number: f32| {
            let controls = plain.with(*control, number);
            steepest(&render(targets(), &input, |_| controls))
        };
        let larger = match control {
            Control::InputGain => LARGER_ONSET,
            _ => LARGER,
        };
        let rest = at_rest(info.min).max(at_rest(info.max)).max(1e-3);
        // From end to end and back every 60 ms.
        let automated = render(targets(), &input, |now_s| {
            let up = (now_s / 0.06) as usize % 2 == 1;
            plain.with(*control, if up { info.max } else { info.min })
        });
        let found = steepest(&automated);
        if found > larger * rest {
            clicks.push(format!("{control}: {found}, at rest {rest}"));
        }
    }
    assert!(clicks.is_empty(), "{clicks:#?}");
}

#[test]
fn auto_mode_does_not_click_when_it_changes_its_mind() {
    // A tone to which a fifth comes and goes.
    let fifth = tone(
        2.0,
        |_| 64.0,
        |now_s| {
            if (now_s * 4.0) as i32 % 2 == 1 {
                -6.0
            } else {
                -90.0
            }
        },
    );
    let input: Vec<f32> = dull_tone().iter().zip(&fifth).map(|(a, b)| a + b).collect();
    let of = |mode: f32| {
        let controls = with(Control::Mode, mode);
        render(corners(["flute", "", "", ""]), &input, |_| controls)
    };
    let [track, follow, auto] = [0.0, 1.0, 2.0].map(of);
    assert!(auto != track && auto != follow, "it never changed its mind");
    let (found, rest) = (steepest(&auto), steepest(&track).max(steepest(&follow)));
    assert!(found <= LARGER * rest, "{found}, at rest {rest}");
}

#[test]
fn a_change_of_target_does_not_click() {
    let input = dull_tone();
    let names = ["flute", "cello"];
    let at_rest = names.map(|name| {
        let targets = corners([name, "", "", ""]);
        steepest(&render(targets, &input, |_| Controls::neutral()))
    });
    let swapped = render_swapping(&input, 0.06, names);
    let found = steepest(&swapped);
    let allowed = LARGER * at_rest[0].max(at_rest[1]);
    assert!(found <= allowed, "{found}, at rest {at_rest:?}");
}
